"""Speakers are given by the ids of their voices, over those of a whole request."""

from io import BytesIO

from app.cli.request_options import FIELDS, body_of

(SPEAKER,) = [field for field in FIELDS if field.option == "--speaker"]


def test_a_speaker_is_given_by_the_id_of_its_voice() -> None:
    file = BytesIO(b'{"speakers": {"host": {"speed": 0.9}, "guest": {"id": "joe"}}}')

    body = body_of({"request": file, "speaker": ("guest=amy", "other=joe")}, SPEAKER)

    assert body == {
        "speakers": {"host": {"speed": 0.9}, "guest": {"id": "amy"}, "other": {"id": "joe"}}
    }

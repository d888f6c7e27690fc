"""Speakers are given by the ids of their voices, over those of a whole request."""

from pathlib import Path

from app.cli.request_options import FIELDS, body_of

(SPEAKER,) = [field for field in FIELDS if field.option == "--speaker"]


def test_a_speaker_is_given_by_the_id_of_its_voice(tmp_path: Path) -> None:
    file = tmp_path / "request.json"
    file.write_text('{"speakers": {"host": {"speed": 0.9}, "guest": {"id": "joe"}}}')

    body = body_of({"request": str(file), "speaker": ("guest=amy", "other=joe")}, SPEAKER)

    assert body == {
        "speakers": {"host": {"speed": 0.9}, "guest": {"id": "amy"}, "other": {"id": "joe"}}
    }

"""Whose everything in a video is, what is unknown of it, and what the description owes."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from storyboard_scripts import SCRIPTS, board_of, narrations_of

from domain.generation.brief import Brief
from domain.generation.credits import Credit, Use, contains_synthetic_media, credit_lines
from domain.generation.documents import decode
from domain.generation.packaging import (
    Manifest,
    Metadata,
    build_metadata,
    lacks_attributions,
)
from domain.generation.ports import Typesetter
from domain.generation.rights import RightsItem, items_of, scenes_of_source, uses_of, warnings_of
from domain.generation.script import Source
from domain.generation.storyboard import ClipBackdrop, SceneBoard, Storyboard
from domain.providers.book import CallState, PaidCall
from domain.providers.prices import Basis

OLD = Path(__file__).parents[1] / "documents/0.1.0/package.json"
CLIP = Credit(
    what="clip",
    title="Octopus off Crete",
    author="A. Diver",
    license="CC BY 4.0",
    url="https://example.com/octopus",
    proof="stated by the owner of the media folder",
    attribution_required=True,
)
FOUND = Credit(what="still", title="IMG_2041.jpg")
ICON = Credit(what="pictogram", title="heart", license="CC BY 4.0", attribution_required=True)
FONT = Credit(what="font", title="Inter", license="OFL-1.1")


def manifest_of(credits_: list[Credit], **changes: object) -> Manifest:
    old = decode(OLD.read_bytes(), Manifest)
    changes = {"request": {"topic": "Octopus"}} | changes
    return msgspec.structs.replace(old, credits=credits_, **changes)


def metadata_of(credits_: list[Credit], sources: list[Source] | None = None) -> Metadata:
    script = msgspec.structs.replace(SCRIPTS[0], sources=sources or [])
    return build_metadata(
        script, Brief(topic="x", seed=1), board_of(SCRIPTS[8]), narrations_of(script), credits_
    )


def only(items: list[RightsItem], what: str) -> RightsItem:
    [item] = [item for item in items if item.what == what]
    return item


def test_a_manifest_of_an_older_release_has_a_ledger() -> None:
    items = items_of(decode(OLD.read_bytes(), Manifest), "")

    assert {item.what for item in items} >= {"voice", "music", "font"}
    assert all(item.scenes == [] and item.sha256 == "" for item in items)


@pytest.mark.parametrize(
    "kind", ["text", "voice", "music", "font", "pictogram", "clip", "still", "model"]
)
def test_whatever_has_to_be_named_is_named_in_the_description(kind: str) -> None:
    credit = msgspec.structs.replace(CLIP, what=kind)

    [item] = items_of(manifest_of([credit]), metadata_of([credit]).description)

    assert item.in_description
    assert warnings_of([item]) == []


def test_a_source_of_the_text_is_named_with_the_scenes_that_quote_it() -> None:
    source = Source(
        title="Octopus",
        author="Wikipedia contributors",
        license="CC BY-SA 4.0",
        url="https://en.wikipedia.org/wiki/Octopus",
        license_url="https://creativecommons.org/licenses/by-sa/4.0/",
    )
    manifest = manifest_of([], sources=[source], source_scenes={"0": [1, 2]})

    [item] = items_of(manifest, metadata_of([], [source]).description)

    assert (item.what, item.attribution_required, item.in_description) == ("text", True, True)
    assert (item.scenes, item.unknown) == ([1, 2], [])


@pytest.mark.parametrize(
    "sent",
    [
        {"request": {"script": "Bees need flowers."}},
        {"request": {"source_text": "A long text."}, "sources": [Source(title="The text")]},
    ],
)
def test_words_that_the_caller_sent_owe_nobody_anything(sent: dict[str, object]) -> None:
    [item] = items_of(manifest_of([], **sent), "")

    assert (item.what, item.attribution_required, item.unknown) == ("text", False, [])
    assert warnings_of([item]) == []


def test_what_nobody_has_stated_is_a_warning_with_the_scenes() -> None:
    manifest = manifest_of([FOUND], uses=[Use(credit=0, sha256="ab" * 32, scenes=[1, 3])])

    [item] = items_of(manifest, "")
    [warning] = warnings_of([item])

    assert (item.unknown, item.sha256) == (["author", "license", "url", "proof"], "ab" * 32)
    assert warning.code == "rights_unknown"
    assert "IMG_2041.jpg (still, scene 1, 3)" in warning.message


def test_a_credit_that_the_description_lacks_is_a_warning() -> None:
    [warning] = warnings_of(items_of(manifest_of([CLIP]), "Another description."))

    assert warning.code == "attribution_missing"
    assert "Octopus off Crete" in warning.message


def test_paid_models_are_in_it_once_and_are_machines() -> None:
    call = PaidCall(
        provider="openai",
        model="gpt-5-mini",
        service="chat",
        state=CallState.SETTLED,
        units={},
        usd=0.01,
        price=Basis.LISTED,
        cached=False,
        at=datetime(2026, 11, 27, tzinfo=UTC),
    )

    item = only(items_of(manifest_of([], calls=[call, call]), ""), "model")

    assert (item.title, item.author) == ("gpt-5-mini (chat)", "openai")
    assert item.machine_made


@pytest.mark.parametrize(
    ("kind", "is_declared"),
    [("music", True), ("clip", True), ("still", True), ("voice", False), ("model", False)],
)
def test_what_a_machine_made_is_declared_where_youtube_wants_it(
    kind: str, is_declared: bool
) -> None:
    made = Credit(what=kind, title="x", machine_made=True)

    assert contains_synthetic_media([FONT, made]) is is_declared
    assert not contains_synthetic_media([Credit(what=kind, title="x")])
    assert metadata_of([made]).contains_synthetic_media is is_declared


def test_licences_give_way_last() -> None:
    many = [msgspec.structs.replace(CLIP, title=f"Clip {n} {'x' * 60}") for n in range(30)]
    room = 4_995 - len("\n".join(credit_lines([*many, CLIP])).encode())
    many.append(msgspec.structs.replace(CLIP, title=CLIP.title + "y" * room))
    metadata = metadata_of(many)

    assert metadata.tags
    assert metadata.description.split("\n") == credit_lines(many), "all else gave way"
    assert not lacks_attributions(metadata, [], many)
    assert not warnings_of(items_of(manifest_of(many), metadata.description))


def test_more_licences_than_there_is_room_for_are_told() -> None:
    many = [msgspec.structs.replace(CLIP, title=f"Clip {n} " + "x" * 80) for n in range(60)]
    metadata = metadata_of(many)

    assert lacks_attributions(metadata, [], many)
    missing = warnings_of(items_of(manifest_of(many), metadata.description))
    assert {warning.code for warning in missing} == {"attribution_missing"}
    assert "Clip 59" in missing[-1].message


def test_uses_say_which_file_is_seen_in_which_scenes() -> None:
    board = board_of(SCRIPTS[0])
    clip = ClipBackdrop(media="ab" * 32, name="octopus.mp4", duration_ms=4_000)
    scenes = [
        with_backdrop(scene, clip) if scene.scene in (0, 2) else scene for scene in board.scenes
    ]
    board = msgspec.structs.replace(board, scenes=scenes)

    uses = uses_of([FONT, ICON, CLIP], board, {"ab" * 32: [CLIP]}, Drawer())

    everywhere = [scene.scene for scene in board.scenes]
    assert uses == [
        Use(credit=0, scenes=everywhere),
        Use(credit=1, scenes=[1]),
        Use(credit=2, sha256="ab" * 32, scenes=[0, 2]),
    ]


def with_backdrop(scene: SceneBoard, backdrop: ClipBackdrop) -> SceneBoard:
    shots = [msgspec.structs.replace(shot, backdrop=backdrop) for shot in scene.shots]
    return msgspec.structs.replace(scene, shots=shots)


class Drawer(Typesetter):
    """Writes in one font, and draws an icon in the second scene."""

    def credits(self, board: Storyboard) -> list[Credit]:
        return [FONT, *([ICON] if any(scene.scene == 1 for scene in board.scenes) else [])]


def test_scenes_of_a_source_are_those_with_a_sentence_out_of_it() -> None:
    script = SCRIPTS[0]
    quoting = [
        n for n, scene in enumerate(script.scenes) if any(s.source == 0 for s in scene.sentences)
    ]

    assert scenes_of_source(script, 0) == quoting != []
    assert scenes_of_source(script, 99) == []

"""Title, description and tags in the caller's own words, within YouTube's limits."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from storyboard_scripts import board_of, narrations_of, script_of

from domain.generation.brief import Brief
from domain.generation.limits import MAX_DESCRIPTION_BYTES, fitting_tags, plain_text, youtube_length
from domain.generation.packaging import Credit, Metadata, build_metadata, is_cut
from domain.generation.script import Source
from domain.generation.wording import Wording, check_wording

SCRIPT = script_of("Honey", ["Honey never spoils."], ["Bees dance in the dark."])
SOURCE = Source(
    title="Wikipedia: Honey", author="many", license="CC BY-SA 4.0", url="https://example.org/honey"
)
OWED = "https://example.org/honey"
ICONS = Credit(what="pictogram", title="Bees", license="CC BY 4.0", attribution_required=True)


def metadata_of(wording: Wording | None, title: str | None = None) -> Metadata:
    script = msgspec.structs.replace(SCRIPT, sources=[SOURCE])
    brief = Brief(script="Some words.", title=title, aspect_ratio="16:9")
    narrations = narrations_of(script)
    board = board_of(script, aspect_ratio="16:9")
    return build_metadata(script, brief, board, narrations, [ICONS], wording=wording)


def test_the_callers_words_come_before_all_others() -> None:
    wording = Wording(title="Mine <1>", description="My words.", tags=["bee", "Bee", "a, b"])

    metadata = metadata_of(wording, title="The request's")

    assert metadata.title == "Mine ‹1›"
    assert metadata.description.startswith("My words.\n\n")
    assert metadata.tags == ["bee", "a b"]
    assert "#" not in metadata.description
    assert not is_cut(metadata, wording)


def test_what_is_left_out_is_derived_as_ever() -> None:
    assert metadata_of(Wording(title="Mine")).description == metadata_of(None).description
    assert metadata_of(Wording(tags=[])).tags == []
    assert metadata_of(Wording(tags=["bee"])).title == metadata_of(None).title


def test_what_licences_demand_is_added_to_a_description_once() -> None:
    first = metadata_of(Wording(description="My words."))
    assert OWED in first.description
    assert "Pictogram: Bees" in first.description

    again = metadata_of(Wording(description=first.description))

    assert again.description == first.description


def test_a_description_without_room_gives_way_and_that_is_known() -> None:
    wording = Wording(description="word " * 999)
    assert check_wording(wording) == []

    metadata = metadata_of(wording)

    assert len(metadata.description.encode()) <= MAX_DESCRIPTION_BYTES
    assert OWED in metadata.description
    assert is_cut(metadata, wording)


@pytest.mark.parametrize(
    ("wording", "wrong"),
    [
        (Wording(title="\u200b "), [("/title", "blank")]),
        (Wording(description=" \n"), [("/description", "blank")]),
        (Wording(description="字" * 1_667), [("/description", "too_long")]),
        (Wording(tags=["ok", ","]), [("/tags/1", "blank")]),
        (Wording(tags=["x" * 251, "y" * 249]), [("/tags", "too_long")]),
        (Wording(tags=["x" * 251, "y" * 248]), []),
        (Wording(), []),
    ],
)
def test_what_youtube_would_not_take_is_named_and_not_cut(
    wording: Wording, wrong: list[tuple[str, str]]
) -> None:
    assert [(error.pointer, error.code) for error in check_wording(wording)] == wrong


@given(st.lists(st.text(min_size=1, max_size=80), max_size=30), st.text(max_size=5_000))
def test_whatever_passes_goes_out_whole(tags: list[str], description: str) -> None:
    wording = Wording(tags=tags, description=description)
    if check_wording(wording):
        return
    assert youtube_length(fitting_tags(tags)) <= 500
    assert len({tag.casefold() for tag in fitting_tags(tags)}) == len(fitting_tags(tags))
    assert len(plain_text(description).encode()) <= MAX_DESCRIPTION_BYTES

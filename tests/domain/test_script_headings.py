"""Headings: of the scene's own words, never the captions', nothing that isn't sure."""

import pytest

from domain.generation.headings import heading_for, said_in
from domain.generation.subject import Subject

MERCURY = Subject(name="Mercury", bare="Mercury")


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("The surface of Mercury is full of old scars.", "Mercury's surface"),
        (
            "It lies on the Italian Peninsula, along the shores of the Tiber Valley.",
            "Italian Peninsula and Tiber Valley",
        ),
        (
            "It carries oxygen to the soft tissues, and waste with the blood to the lungs.",
            "Soft tissues and lungs",
        ),
        ("He was crowned in 1804, fell in 1814, and came back in 1815.", "From 1804 to 1815"),
        ("The prize was shared by Leibniz.", "Leibniz"),
        (
            "He sailed from the United States to the Dutch Republic.",
            "United States and Dutch Republic",
        ),
    ],
)
def test_say_what_the_scene_is_about(text, heading) -> None:
    assert heading_for(text, set(), subject=MERCURY) == heading


@pytest.mark.parametrize(
    "text",
    [
        "They are fragile.",
        "Corals expel the algae.",
        "It is a device in a room.",
        "The eighth largest city lies in India.",
        "It is told of the north and the Ring of Fire.",
        "The lungs and kidneys clean it.",
        "It has the size of a closed fist and lies between the soft lungs.",
        "He began his teaching career in the small town of Bonn.",
        "Horses improve other breeds by adding speed and by their strong bones.",
        "The sport of Mercury is known to many.",
        "Its largest cities are Munich, Nuremberg, Augsburg and Ingolstadt.",
    ],
)
def test_are_absent_where_nothing_is_sure(text) -> None:
    assert heading_for(text, set(), subject=MERCURY) is None


def test_tell_what_no_other_scene_and_not_the_topic_tells() -> None:
    text = "It lies on the Italian Peninsula, along the shores of the Tiber Valley."
    assert heading_for(text, {"Italian Peninsula and Tiber Valley"}) is None
    assert heading_for(text, set(), known="Tiber Italian") is None


def test_two_years_are_left_to_the_timeline() -> None:
    assert heading_for("It began in 1804 and ended in 1815.", set()) is None


def test_a_run_of_the_spoken_words_is_said_already() -> None:
    assert said_in("Tiber Valley", "It lies in the Tiber Valley, near Rome.")
    assert not said_in("Tiber and Rome", "It lies in the Tiber Valley, near Rome.")
    assert not said_in("Rome", "It lies in the Tiber Valley, near Rome.")

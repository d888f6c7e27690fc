"""Headings: a few words over a scene that say what it is about, never what it says."""

import re

from domain.generation.keywords import STOPWORDS

MAX_HEADING_WORDS = 6

#: What a scene talks of -> headings that would fit it, most specific first.
_ANGLES: list[tuple[re.Pattern[str], tuple[str, ...]]] = [
    (
        re.compile(r"\b(?:war|battle|troops|army|military|conquer\w*|invasion|invaded)\b", re.I),
        ("On the battlefield", "A story of conflict"),
    ),
    (re.compile(r"\b(?:Nobel|prize|award|medal|honou?red)\b"), ("The honours", "Recognised")),
    (
        re.compile(r"\b(?:died|death|deaths|suicide|assassinat\w+|executed|killed)\b", re.I),
        ("A heavy toll", "The dark side"),
    ),
    (
        re.compile(r"\b(?:born|childhood|grew up|educated|studied|raised)\b"),
        ("Early years", "Where it began"),
    ),
    (
        re.compile(
            r"\b(?:\d[\d,.]*\s?(?:million|billion|trillion)|\d{1,3}(?:,\d{3})+|percent|%)\b"
        ),
        ("By the numbers", "The scale of it", "Just how much"),
    ),
    (
        re.compile(
            r"\b(?:km|kilomet|miles|metres|meters|feet|diameter|height|tons|tonnes|area)\w*\b"
        ),
        ("Size matters", "The scale of it", "By the numbers"),
    ),
    (
        re.compile(
            r"\b(?:originat\w+|began|founded|established|invented|discovered|introduced|"
            r"developed|first)\b",
            re.I,
        ),
        ("How it began", "Where it came from", "The beginnings"),
    ),
    (
        re.compile(
            r"\b(?:1[0-9]{3}|20[0-9]{2}|century|centuries|BC|BCE|era|period|empire|dynasty)\b"
        ),
        ("Through the ages", "Back in time", "A long history"),
    ),
    (
        re.compile(
            r"\b(?:largest|smallest|highest|deepest|longest|oldest|fastest|greatest|deadliest|"
            r"only|most)\b",
            re.I,
        ),
        ("Record territory", "In a class of its own", "What sets it apart"),
    ),
    (
        re.compile(
            r"\b(?:lives?|found|native|located|lies|inhabit\w*|region|ocean|continent|coast|"
            r"border\w*|north\w*|south\w*)\b"
        ),
        ("Where to find it", "On the map", "The setting"),
    ),
    (
        re.compile(
            r"\b(?:made up|composed|consists?|contains?|structure|layers?|parts?|organs?|"
            r"elements?|cells?)\b"
        ),
        ("What it’s made of", "A look inside", "Up close"),
    ),
    (
        re.compile(r"\b(?:used|uses?|applications?|tool|technology|industry|trade|produced?)\b"),
        ("What it’s good for", "Put to work", "In practice"),
    ),
    (
        re.compile(
            r"\b(?:causes?|because|leads? to|results?|converts?|process|releases?|makes|"
            r"prevents?|allows?|enables?|that)\b",
            re.I,
        ),
        ("How it works", "Cause and effect", "Behind the scenes"),
    ),
    (
        re.compile(r"\b(?:considered|regarded|influen\w+|legacy|famous|popular|known|important)\b"),
        ("Why it matters", "The legacy", "What people say"),
    ),
]
_FALLBACKS = (
    "Worth knowing",
    "A closer look",
    "One more thing",
    "The details",
    "There’s more",
    "Look again",
    "The full picture",
    "And then some",
)
HOOK_HEADINGS = ("Did you know", "Fact first", "Hard to believe", "Straight to the point")
DEFINITION_HEADINGS = ("The basics", "In plain words", "First things first")
CLOSING_HEADINGS = ("The takeaway", "In a nutshell", "To sum up", "The short answer")


def heading_for(text: str, taken: set[str], turn: float, choices: tuple[str, ...] = ()) -> str:
    """A heading for a scene's text: fitting, not taken yet, sharing no telling word with it.

    ``turn``, 0 to 1, picks among headings that fit equally well.
    """
    if len(choices) == 1 and choices[0] not in taken:
        return choices[0]  # names another source: it must say which
    for group in (
        choices,
        *(names for pattern, names in _ANGLES if pattern.search(text)),
        _FALLBACKS,
    ):
        free = [name for name in group if name not in taken and not _repeats(name, text)]
        if free:
            return free[min(int(turn * len(free)), len(free) - 1)]
    return _FALLBACKS[len(taken) % len(_FALLBACKS)]


def _repeats(heading: str, text: str) -> bool:
    words = set(re.findall(r"\w+", text.lower()))
    return any(w in words and w not in STOPWORDS for w in re.findall(r"\w+", heading.lower()))

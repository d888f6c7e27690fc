"""Word times that no engine told and nobody found in the sound: captions are less exact, and the
user is told."""

from collections.abc import Iterable, Sequence

from domain.generation.casting import Cast
from domain.generation.languages import primary_language
from domain.generation.narration import NarratedSentence, SceneNarration, TimingSource
from domain.generation.ports import Voice
from domain.generation.script import ProductionWarning, Script
from domain.installing import how_to_install

CODE = "word_times_estimated"
EXACTNESS = (
    "half begin within 54 ms of where they are heard and 95 % within 198 ms (measured in English); "
    "of words that are found in the sound, within 13 and 58 ms"
)
"""README.md, "More voices", tells on what"""
ALIGNED_LANGUAGE = "en"
"""of which the extra ``voices`` brings a model"""
TAKE_ANOTHER = (
    "Take a voice that tells when its words are heard: `GET /api/voices` says "
    '`"word_timing": "engine"` of it.'
)
_POINTER = "/voice/id"
_NAMED = 3
"""voices of a kind that are named"""
_WAYS: dict[TimingSource | None, str] = {
    "engine": "when words are heard is told by {}",
    "forced_alignment": "in the sound of {} English words are found, and those of other languages "
    "are timed by their length",
    "proportional": "nothing tells or finds when the words of {} are heard: they are timed by "
    f"their length, and of such words {EXACTNESS}",
    None: "of {} nobody says whether word times are told",
}


def estimated_times(
    narrations: Sequence[SceneNarration], language: str, voices: Iterable[Voice]
) -> list[ProductionWarning]:
    """A warning that counts the sentences whose words were timed by their length; or none.

    ``voices`` are those that are heard.
    """
    speaking = [one for told in narrations for one in told.sentences if _says_something(one)]
    count = sum(sentence.timing == "proportional" for sentence in speaking)
    if not count:
        return []
    whole = len(speaking)
    where = f"{count} of {whole} sentences" if whole > 1 else "the only sentence"
    return [
        ProductionWarning(
            code=CODE,
            message=f"In {where} nothing told when each word is heard, and it wasn't found in the "
            "sound: captions go by an estimate from the words' lengths. Of words timed so, "
            f"{EXACTNESS}.",
            pointer=_POINTER,
            hint=_way_out(language, {voice.word_timing for voice in voices}),
        )
    ]


def times_to_be_estimated(script: Script, cast: Cast) -> list[ProductionWarning]:
    """The same of a script before it's spoken: a warning that names the voices; or none."""
    spoken = [cast.role_of(sentence).voice for one in script.scenes for sentence in one.sentences]
    named = sorted({repr(voice.id) for voice in spoken if voice.word_timing == "proportional"})
    if not named:
        return []
    return [
        ProductionWarning(
            code=CODE,
            message=f"Of {' and '.join(named)} nothing here can tell when each word is heard: "
            "captions will go by an estimate from the words' lengths. Of words timed so, "
            f"{EXACTNESS}.",
            pointer=_POINTER,
            hint=_way_out(script.language, {"proportional"}),
        )
    ]


def word_times_in_words(voices: Sequence[Voice]) -> str:
    """Which voices tell when their words are heard, and what is done for the others."""
    told = []
    for timing, way in _WAYS.items():
        ids = [voice.id for voice in voices if voice.word_timing == timing]
        more = f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else ""
        if ids:
            told.append(way.format(", ".join(ids[:_NAMED]) + more))
    return "; ".join(told)


def advice_on(voices: Sequence[Voice]) -> str:
    """What would have the words of these voices found in the sound; empty where all are."""
    languages = [voice.language for voice in voices if voice.word_timing == "proportional"]
    if not languages:
        return ""
    english = (tag for tag in languages if primary_language(tag) == ALIGNED_LANGUAGE)
    return _way_out(next(english, languages[0]), {"proportional"})


def _says_something(sentence: NarratedSentence) -> bool:
    return any(map(str.isalnum, sentence.text))


def _way_out(language: str, timings: set[TimingSource | None]) -> str:
    if timings and timings <= {"engine", "forced_alignment"}:
        return (
            "What is heard there isn't quite what is written: write figures, names and "
            "abbreviations as they are said, or give their sound under `pronunciations`."
        )
    if "proportional" not in timings:
        return TAKE_ANOTHER  # of a voice that says nothing, or is gone, nobody knows why
    if primary_language(language) != ALIGNED_LANGUAGE:
        return f"Words are found in English sound alone. {TAKE_ANOTHER}"
    return (
        f"The extra `voices` finds English words in the sound: {how_to_install('voices')}, then "
        "restart. What was spoken isn't bought again."
    )

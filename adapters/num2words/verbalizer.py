"""The ``Verbalizer``: shown words and spoken words of a sentence, aligned."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version

from adapters.num2words import general
from adapters.num2words.english import speak, speak_amount
from adapters.num2words.english_words import abbreviation
from adapters.num2words.places import Place, places
from domain.generation.narration import SpokenSentence, SpokenSpan

RULES_VERSION = 3
"""Counted up whenever a rule or table changes what is said."""

_MARKS = "?!;:,."


class Num2WordsVerbalizer:
    """Full rules for English, simple ones for those in ``languages``; else whole numbers."""

    identity = f"num2words/{version('num2words')}/rules-{RULES_VERSION}"

    def verbalize(
        self, text: str, language: str, pronunciations: Mapping[str, str]
    ) -> SpokenSentence:
        """Align a sentence's shown words with its spoken ones.

        ``pronunciations`` go before every rule: a word or phrase, in any case, is spoken as its
        value; where several fit, the longest wins.
        """
        shown = text.split()
        found = places(shown)
        phrases = _phrases(pronunciations)
        english = _is_english(language)
        spans: list[tuple[list[str], str]] = []
        index = 0
        while index < len(shown):
            count, said = _pronounced(found, index, phrases)
            if not count:
                count, said = _spoken(found, index, english, language)
            said = " ".join(said.split())
            speaks = any(map(str.isalnum, said))
            said = _with_mark(said, found[index + count - 1], language) if speaks else ""
            spans.append((shown[index : index + count], said))
            index += count
        return SpokenSentence(text, _joined(spans, found))


def _is_english(language: str) -> bool:
    return language.lower().replace("_", "-").split("-")[0] == "en"


def _phrases(pronunciations: Mapping[str, str]) -> list[tuple[list[str], str]]:
    """Each phrase as bare lower-case words, the longest first."""
    phrases = [
        ([place.core.lower() for place in places(phrase.split())], said)
        for phrase, said in pronunciations.items()
        if phrase.split() and any(map(str.isalnum, said))
    ]
    return sorted(phrases, key=lambda item: (-len(item[0]), -sum(map(len, item[0]))))


def _pronounced(
    found: Sequence[Place], index: int, phrases: Sequence[tuple[list[str], str]]
) -> tuple[int, str]:
    for words, said in phrases:
        here = [place.core.lower() for place in found[index : index + len(words)]]
        if here == words and any(here):
            return len(words), said
        if len(words) == 1 and len(here) == 1 and here[0] in (f"{words[0]}'s", f"{words[0]}'"):
            return 1, f"{said}'s"
    return 0, ""


def _spoken(found: Sequence[Place], index: int, english: bool, language: str) -> tuple[int, str]:
    place = found[index]
    if not english:
        if index + 1 < len(found):
            amount = general.speak_amount(place, found[index + 1], language)
            if amount:
                return 2, amount
        said = general.speak(place, language)
        return 1, place.core if said is None else said
    if index + 1 < len(found):
        amount = speak_amount(place, found[index + 1])
        if amount:
            return 2, amount
    return 1, speak(place)


def _with_mark(said: str, place: Place, language: str) -> str:
    """The spoken words with the punctuation that the voice should hear.

    An abbreviation's own full stop is none, except where it ends the sentence too.
    """
    abbreviated = abbreviation(place) if _is_english(language) else general.dotted(place, language)
    is_abbreviations_own = place.mark == "." and not place.last and abbreviated
    return said.rstrip(_MARKS) + ("" if is_abbreviations_own else place.mark)


def _joined(spans: Sequence[tuple[list[str], str]], found: Sequence[Place]) -> list[SpokenSpan]:
    """Spans, those without anything to say taken into the one before, else the one after."""
    joined: list[SpokenSpan] = []
    waiting: list[str] = []
    position = 0
    for shown, said in spans:
        mark = found[position + len(shown) - 1].mark
        position += len(shown)
        if said:
            joined.append(SpokenSpan([*waiting, *shown], said))
            waiting = []
        elif joined:
            before = joined[-1]
            spoken = before.spoken + ("" if before.spoken[-1] in _MARKS else mark)
            joined[-1] = SpokenSpan([*before.shown, *shown], spoken)
        else:
            waiting.extend(shown)
    return joined

"""Languages and their writing systems: who speaks what, and what can't be spoken."""

import unicodedata
from collections.abc import Sequence

import msgspec

from domain.errors import LanguageUnsupported, VoiceNotFound, WritingSystemUnsupported
from domain.generation.ports import Voice

_MOSTLY = 0.5
"""of a text's letters: more in a foreign writing system, and the text can't be spoken"""

_NAMED = 8
"""voices that an error names"""

_SCRIPTS: dict[str, frozenset[str]] = {
    language: frozenset(scripts.split())
    for languages, scripts in {
        "ru uk bg kk mk": "CYRILLIC",
        "sr": "CYRILLIC LATIN",
        "el": "GREEK",
        "ar fa ur": "ARABIC",
        "he": "HEBREW",
        "hi ne mr": "DEVANAGARI",
        "ka": "GEORGIAN",
        "hy": "ARMENIAN",
        "te": "TELUGU",
        "ml": "MALAYALAM",
        "th": "THAI",
        "zh": "CJK",
        "ja": "CJK HIRAGANA KATAKANA KATAKANA-HIRAGANA",
        "ko": "HANGUL CJK",
    }.items()
    for language in languages.split()
}
"""Writing systems by language, as Unicode's character names begin; any other language: Latin."""
_LATIN = frozenset({"LATIN"})


def primary_language(tag: str) -> str:
    """The primary subtag of a BCP 47 tag, in lower case ("en" of "en-US")."""
    return tag.replace("_", "-").split("-")[0].lower()


def unspoken_script(text: str, language: str) -> tuple[str, float]:
    """The writing system that a language's voice can't speak most letters of, and its share.

    The share is of all letters that are in another writing system than the language's, 0 to 1.
    """
    own = _SCRIPTS.get(primary_language(language), _LATIN)
    if own is _LATIN and text.isascii():
        return "", 0.0
    counts: dict[str, int] = {}
    letters = 0
    for character in unicodedata.normalize("NFKC", text):
        if not character.isalpha():
            continue
        letters += 1
        script = unicodedata.name(character, "UNNAMED").split()[0]
        if script not in own:
            counts[script] = counts.get(script, 0) + 1
    if not counts:
        return "", 0.0
    return max(counts, key=lambda script: counts[script]), sum(counts.values()) / letters


def check_writing_system(text: str, voice: Voice) -> None:
    """Raise WritingSystemUnsupported when most letters are of a script the voice can't say."""
    script, share = unspoken_script(text, voice.language)
    if share > _MOSTLY:
        raise WritingSystemUnsupported(
            f"{share:.0%} of the letters aren't in the writing system of the voice "
            f"{voice.id!r} ({voice.language}); most of them are {script.title()}.",
            script=script.title(),
        )


def choose_voice(
    voices: Sequence[Voice], language: str, voice_id: str | None, *, hint: str = ""
) -> Voice:
    """The voice that ``voice_id`` names, or the first that speaks a language.

    Languages match by their primary subtag: an en-US voice reads en-GB. A voice of several
    languages is answered as one of the language that was asked for.

    Args:
        hint: what to do when there's no voice at all.

    Raises:
        VoiceNotFound, LanguageUnsupported
    """
    if not voices:
        raise VoiceNotFound("No voice is installed.", hint=hint)
    if voice_id:
        named = voice_named(voices, voice_id)
        speaking = _speaking(named, language)
        if speaking is None:
            raise LanguageUnsupported(
                f"The voice {voice_id!r} speaks {named.language}, not {language}.",
                language=language,
            )
        return speaking
    for voice in voices:
        speaking = _speaking(voice, language)
        if speaking is not None:
            return speaking
    spoken = ", ".join(sorted({tag for voice in voices for tag in spoken_by(voice)}))
    raise LanguageUnsupported(
        f"No installed voice speaks {language!r}; there is {spoken}.",
        language=language,
        available=spoken,
    )


def voice_named(voices: Sequence[Voice], voice_id: str, *, hint: str = "") -> Voice:
    """The voice of this id; raises VoiceNotFound when there is none."""
    for voice in voices:
        if voice.id == voice_id:
            return voice
    there = ", ".join(voice.id for voice in voices[:_NAMED])
    more = f" and {len(voices) - _NAMED} more" if len(voices) > _NAMED else ""
    raise VoiceNotFound(
        f"No voice has the id {voice_id!r}; " + (f"there is {there}{more}." if there else ""),
        hint="" if there else hint,
    )


def spoken_by(voice: Voice) -> list[str]:
    """Every language of a voice, its first one first."""
    return [voice.language, *voice.languages]


def _speaking(voice: Voice, language: str) -> Voice | None:
    """The voice as one of a language, or None when it doesn't speak it."""
    wanted = primary_language(language)
    if primary_language(voice.language) == wanted:
        return voice
    if any(primary_language(other) == wanted for other in voice.languages):
        return msgspec.structs.replace(voice, language=language)
    return None

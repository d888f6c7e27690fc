"""What was derived from a script's words, derived again when they are corrected.

Nothing notes where a title or a scene's search terms come from: they are derived where the old
words give just these, and the caller's own everywhere else.
"""

import msgspec

from domain.generation.brief import Brief
from domain.generation.keywords import key_terms
from domain.generation.narration import pace_for
from domain.generation.script import Scene, Script, shorten_title, spoken_seconds
from domain.generation.tags import tags_for
from domain.generation.titles import title_for

MAX_SEARCH_TERMS = 5
MAX_TAGS = 8


def search_terms_again(before: Scene, text: str) -> list[str]:
    """The search terms of ``before`` for its new words; given ones stay as they are."""
    given = before.search_terms
    # writers of articles put their subject first; a lone term may be anybody's
    for lead in ("", *(given[:1] if len(given) > 1 else ())):
        if given == key_terms(before.text, MAX_SEARCH_TERMS, lead=lead):
            return key_terms(text, MAX_SEARCH_TERMS, lead=lead)
    return given


def words_per_minute_for(brief: Brief) -> float:
    """The pace that a script for ``brief`` is written to."""
    return pace_for(brief.aspect_ratio) * brief.voice.speed


def rederived(before: Script, after: Script, brief: Brief) -> Script:
    """``after`` with title, tags and summary that say nothing which only ``before`` said."""
    if _spoken(before) == _spoken(after):
        return after
    return msgspec.structs.replace(
        after,
        title=after.title if brief.title else _title_again(before, after, brief),
        tags=_tags_again(before, after),
        summary=_summary_again(before, after),
    )


def _spoken(script: Script) -> str:
    return " ".join(scene.text for scene in script.scenes)


def _about(script: Script) -> str:
    """What the summary says of a topic behind the opening: "Bat: order of flying mammals."."""
    opening = f"{script.scenes[0].text} "
    return script.summary.removeprefix(opening) if script.summary.startswith(opening) else ""


def _title_again(before: Script, after: Script, brief: Brief) -> str:
    """The title, where a writer would have derived it from the old words: that of the new ones."""
    for was, now in zip(
        _titles(before, before.scenes, brief), _titles(before, after.scenes, brief), strict=True
    ):
        if was == before.title:
            return now
    return before.title


def _titles(script: Script, scenes: list[Scene], brief: Brief) -> list[str]:
    """What the writers would call ``script`` with these scenes, each in its way."""
    opening = scenes[0]
    name, _, description = _about(script).removesuffix(".").partition(": ")
    name = name or next(iter(script.tags), "")
    text = " ".join(scene.text for scene in scenes)
    seconds = spoken_seconds(text, words_per_minute_for(brief))
    return [
        shorten_title(opening.sentences[0].text),
        shorten_title(opening.text),
        *([title_for(name, opening.text, description, seconds)] if name else []),
    ]


def _tags_again(before: Script, after: Script) -> list[str]:
    tags, language = before.tags, before.language
    old = _spoken(before)
    most = max(len(tags), MAX_TAGS)
    derived = (
        tags_for(before.scenes, len(tags), language=language),
        key_terms(old, len(tags)),  # as scripts of earlier versions have them
    )
    if tags in derived:
        return tags_for(after.scenes, most, language=language)
    # what didn't come from the words (a topic, its description) stays
    was, now, told = old.casefold(), _spoken(after).casefold(), _about(before).casefold()
    kept = [tag for tag in tags if (key := tag.casefold()) in now or key not in was or key in told]
    return tags_for(after.scenes, most, led=kept, language=language)


def _summary_again(before: Script, after: Script) -> str:
    """The summary, where it's the script's opening: its new one."""
    was, now = before.scenes[0], after.scenes[0]
    if before.summary == was.sentences[0].text:
        return now.sentences[0].text
    if before.summary == was.text:
        return now.text
    about = _about(before)
    return f"{now.text} {about}" if about else after.summary

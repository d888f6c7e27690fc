"""What was derived from a script's words, derived again when they are corrected.

Nothing notes where a scene's search terms come from: they are derived where the old words give
just these, and the caller's own everywhere else.
"""

import msgspec

from domain.generation.keywords import key_terms
from domain.generation.script import Scene, Script

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


def rederived(before: Script, after: Script) -> Script:
    """``after`` with tags and summary that say nothing which only ``before`` said."""
    old, new = (" ".join(scene.text for scene in script.scenes) for script in (before, after))
    if old == new:
        return after
    return msgspec.structs.replace(
        after, tags=_tags_again(before.tags, old, new), summary=_summary_again(before, after)
    )


def _tags_again(tags: list[str], old: str, new: str) -> list[str]:
    most = max(len(tags), MAX_TAGS)
    if tags == key_terms(old, len(tags)):
        return key_terms(new, most)
    # what didn't come from the words (a topic, its description) stays
    kept = [tag for tag in tags if tag in new or tag not in old]
    seen = {word for tag in kept for word in (tag.casefold(), *tag.casefold().split())}
    more = [term for term in key_terms(new, most) if term.casefold() not in seen]
    return [*kept, *more][:most]


def _summary_again(before: Script, after: Script) -> str:
    """The summary, where it's the script's opening: its new one."""
    was, now = before.scenes[0], after.scenes[0]
    if before.summary == was.sentences[0].text:
        return now.sentences[0].text
    return now.text if before.summary == was.text else after.summary

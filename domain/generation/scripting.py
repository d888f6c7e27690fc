"""Scripting: a model's draft becomes a script, of which nothing is taken on trust."""

import re
from collections.abc import Sequence

import msgspec

from domain.generation.brief import Brief, ShotKind
from domain.generation.drafting import Draft, DraftScene
from domain.generation.grounding import UNGROUNDED, ground
from domain.generation.keywords import key_terms
from domain.generation.lengths import Length
from domain.generation.limits import cut_to_chars, fitting_tags, plain_text
from domain.generation.links import LinkRules, mend_spaces, without_invisible
from domain.generation.originality import (
    closeness_warning,
    is_draft,
    shingles_of,
    verbatim_share,
)
from domain.generation.paragraphs import group_sentences
from domain.generation.ports import SentenceSegmenter
from domain.generation.rederiving import MAX_SEARCH_TERMS
from domain.generation.references import Reference
from domain.generation.script import (
    ProductionWarning,
    Scene,
    Script,
    Sentence,
    count_spoken_words,
    shorten_title,
)
from domain.generation.tags import tags_for
from domain.generation.trimming import trim

MAX_HEADING_CHARS = 80
MAX_TERM_CHARS = 80
MAX_SHOT_CHARS = 300
MAX_TAG_CHARS = 60
MAX_TAGS = 15
MAX_TITLES = 5
MAX_SUMMARY_CHARS = 600

_TAG = re.compile(r"<[^<>]{0,200}>")
_BRACKETS = re.compile(r"\[[^\[\]]{0,200}\]|\{[^{}]{0,200}\}")
"""stage directions, footnotes, and who speaks: nothing to be read out"""
_MARKUP = re.compile(
    r"[*_`~]{1,3}(?=\S)|(?<=\S)[*_`~]{1,3}|^\s*(?:#{1,6}|[-*+>•]|\d+[.)])\s+", re.M
)
_HASHTAG = re.compile(r"(?<!\w)#(?=[^\W\d_])")


def script_from(
    draft: Draft, brief: Brief, references: Sequence[Reference], segmenter: SentenceSegmenter
) -> Script:
    """The script that a draft makes, cleaned of whatever isn't to be spoken; without scenes when
    nothing is left of it. It's not compared with its sources yet.
    """
    cleaner = _Cleaner(brief, references)
    scenes = _scenes(draft, brief, len(references), segmenter, cleaner)
    if not scenes:
        return Script(title=brief.title or "", language=brief.language, scenes=[])
    titles = [shorten_title(title) for title in map(cleaner.line, draft.titles) if title]
    tags = [tag for tag in map(cleaner.line, draft.tags) if tag and len(tag) <= MAX_TAG_CHARS]
    opening = scenes[0].sentences[0].text
    return Script(
        title=brief.title or next(iter(titles), "") or shorten_title(opening),
        title_options=list(dict.fromkeys(titles))[:MAX_TITLES],
        language=brief.language,
        scenes=scenes,
        tags=fitting_tags(tags[:MAX_TAGS]) or tags_for(scenes, MAX_TAGS, language=brief.language),
        sources=[reference.source for reference in references],
        summary=cleaner.running(draft.description, segmenter, brief.language) or opening,
        warnings=cleaner.warnings(),
    )


def finished(
    script: Script, brief: Brief, references: Sequence[Reference], length: Length
) -> Script:
    """The script, trimmed where it's too long, compared with its sources and measured by them."""
    callers = " ".join(filter(None, (brief.topic, brief.title)))
    texts = [f"{reference.source.title}. {reference.text}" for reference in references]
    grounded = ground(script.scenes, texts, callers, brief.language)
    if length.is_countable and count_spoken_words(script.text) > length.most:
        scenes = trim(grounded.scenes, length.least, length.most, grounded.doubtful)
        grounded = ground(scenes, texts, callers, brief.language)
    spoken = " ".join(scene.text for scene in grounded.scenes)
    share = verbatim_share(spoken, [reference.text for reference in references])
    warnings = [*script.warnings, *grounded.warnings]
    if not references:
        warnings.append(UNGROUNDED)
    if is_draft(share):
        warnings.append(closeness_warning(share, f"/{brief.source_kind}"))
    return msgspec.structs.replace(
        script,
        scenes=grounded.scenes,
        verbatim_share=round(share, 4),
        source_shingles=shingles_of([reference.text for reference in references]),
        draft=is_draft(share),
        warnings=warnings,
    )


class _Cleaner:
    """Takes out of a model's words what could lead viewers elsewhere, and counts it."""

    def __init__(self, brief: Brief, references: Sequence[Reference]) -> None:
        own = [brief.topic, brief.title, brief.source_url]
        own += [reference.source.url for reference in references]
        self._rules = LinkRules(text for text in own if text)
        self._removed: list[str] = []

    def sentence(self, text: str) -> str:
        """A sentence to be spoken; empty when it's no such thing."""
        if foreign := self._rules.foreign(text):
            self._removed += foreign
            return ""
        shown = mend_spaces(_BRACKETS.sub(" ", _TAG.sub(" ", without_invisible(text))))
        shown = plain_text(_HASHTAG.sub("", _MARKUP.sub("", shown)).replace("\n", " "))
        return shown if any(char.isalnum() for char in shown) else ""

    def line(self, text: str) -> str:
        """A title, a tag, a term: the same rules, and no link at all is worth keeping."""
        return self.sentence(text)

    def running(self, text: str, segmenter: SentenceSegmenter, language: str) -> str:
        """The sentences of a description that may stay."""
        kept = [self.sentence(part) for part in segmenter.split(mend_spaces(text), language)]
        # what is a link only as a whole isn't seen in its parts
        whole = " ".join(filter(None, kept))
        return "" if self._rules.foreign(whole) else cut_to_chars(whole, MAX_SUMMARY_CHARS)

    def warnings(self) -> list[ProductionWarning]:
        """What was taken out."""
        if not self._removed:
            return []
        count = len(self._removed)
        return [
            ProductionWarning(
                code="links_removed",
                message=f"The model's answer had {count} link{'s' if count > 1 else ''}, "
                f"address{'es' if count > 1 else ''} or handle{'s' if count > 1 else ''} that "
                "nobody asked for; the sentences with them were taken out.",
                hint="A source may have told the model to: look at its text.",
            )
        ]


def _scenes(
    draft: Draft,
    brief: Brief,
    sources: int,
    segmenter: SentenceSegmenter,
    cleaner: _Cleaner,
) -> list[Scene]:
    scenes: list[Scene] = []
    section = 0
    said: set[str] = set()
    for drafted in draft.scenes:
        sentences = [
            sentence
            for sentence in _sentences(drafted, brief.language, sources, segmenter, cleaner)
            if sentence.text.casefold() not in said  # small models go round in circles
        ]
        said |= {sentence.text.casefold() for sentence in sentences}
        heading = cut_to_chars(cleaner.line(drafted.heading), MAX_HEADING_CHARS) or None
        section += bool(heading and scenes and sentences)
        shot = cut_to_chars(cleaner.line(drafted.shot), MAX_SHOT_CHARS)
        terms = [cut_to_chars(cleaner.line(term), MAX_TERM_CHARS) for term in drafted.search_terms]
        for group in group_sentences(list({one.text: one for one in sentences}.values())):
            scenes.append(
                Scene(
                    sentences=group,
                    heading=heading,
                    search_terms=list(dict.fromkeys(filter(None, terms)))[:MAX_SEARCH_TERMS]
                    or key_terms(" ".join(one.text for one in group), MAX_SEARCH_TERMS),
                    shot=shot,
                    section=section,
                )
            )
            heading = None
    if scenes:
        scenes[0] = msgspec.structs.replace(scenes[0], kind=ShotKind.HOOK)
    if len(scenes) > 1:
        scenes[-1] = msgspec.structs.replace(scenes[-1], kind=ShotKind.CLOSING)
    return scenes


def _sentences(
    drafted: DraftScene,
    language: str,
    sources: int,
    segmenter: SentenceSegmenter,
    cleaner: _Cleaner,
) -> list[Sentence]:
    """The scene's sentences, split where the model has put several into one, cleaned."""
    parts = [
        (part, sentence.source - 1 if 0 < sentence.source <= sources else None)
        for sentence in drafted.sentences
        for part in segmenter.split(mend_spaces(sentence.text), language)
    ]
    return [Sentence(text, source) for part, source in parts if (text := cleaner.sentence(part))]

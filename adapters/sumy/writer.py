"""The condensing writer: an article that the caller sent, cut down to the wished length."""

import asyncio
import math
import random
import re
from importlib.metadata import version

import msgspec

from adapters.sumy.ranking import centrality
from domain.errors import FieldError, InvalidRequest, TopicNotFound
from domain.generation.brief import Brief
from domain.generation.composing import (
    DURATION_TOLERANCE,
    Budget,
    budget_for,
    compose_report,
)
from domain.generation.facts import facts_of
from domain.generation.fitting import no_nearer
from domain.generation.originality import (
    closeness_warning,
    is_draft,
    shingles_of,
    verbatim_share,
)
from domain.generation.ports import SentenceSegmenter
from domain.generation.scenes import Material
from domain.generation.script import (
    SECONDS_PER_MINUTE,
    ProductionWarning,
    Script,
    Source,
    TopicMatch,
    count_words,
    shorten_title,
    spoken_seconds,
)
from domain.generation.tags import tags_for
from domain.providers.errand import UNPAID, Errand

VERSION = 5
MIN_SENTENCE_WORDS = 4
"""shorter lines are headings, captions and bylines"""
MIN_USEFUL_SENTENCES = 3
AIM_SHARES = (0.91, 0.99)
"""Of the words that ``duration`` holds, as few and as many are aimed at. A condensed text has
shorter sentences, thus more pauses, than the running text at which a voice's pace is measured:
they take about 6 % more time, so that the sound comes out within 10 %."""
MAX_TAGS = 10
TITLE_WORDS = 8

_MARKUP = re.compile(r"^\s{0,3}(?:#{1,6}\s|[-*+]\s|>\s)|https?://\S+", re.MULTILINE)


class SumyWriter:
    """Condenses ``brief.source_text``: its most central sentences, in the text's order."""

    def __init__(self, segmenter: SentenceSegmenter) -> None:
        self._segmenter = segmenter
        self.identity = f"sumy-{version('sumy')}-{VERSION}/{segmenter.identity}"

    def match_topic(self, topic: str, language: str) -> TopicMatch:  # noqa: ARG002
        """Find no topic: this writer knows none."""
        raise TopicNotFound(topic, [])

    async def write(
        self,
        brief: Brief,
        seed: int,
        words_per_minute: float,
        errand: Errand = UNPAID,  # noqa: ARG002 - nothing here is paid
    ) -> Script:
        """Condense the text to ``brief.duration``, or to at most a minute.

        Raises:
            InvalidRequest: the text holds no sentence.
        """
        return await asyncio.to_thread(self._write, brief, seed, words_per_minute)

    def _write(self, brief: Brief, seed: int, words_per_minute: float) -> Script:
        text = brief.source_text or ""
        sentences = self._sentences(text, brief.language)
        ranks = centrality(sentences)
        facts = [
            msgspec.structs.replace(fact, weight=ranks[fact.origin])
            for fact in facts_of(sentences, None)
        ]
        scenes, _ = compose_report(
            Material(facts=facts),
            _aim(brief.duration, words_per_minute),
            random.Random(seed),  # noqa: S311 - variety, not secrecy
        )
        if not scenes:
            raise InvalidRequest(
                [
                    FieldError(
                        "/source_text",
                        "holds no sentence that could be told",
                        "nothing_to_say",
                        f"Send running text: sentences of {MIN_SENTENCE_WORDS} words or more.",
                    )
                ]
            )
        spoken = " ".join(scene.text for scene in scenes)
        share = verbatim_share(spoken, [text])
        title = brief.title or _begins(text)
        warnings = _warnings(brief, sentences, spoken, words_per_minute)
        if is_draft(share):
            warnings.append(closeness_warning(share, "/source_text"))
        return Script(
            title=brief.title or shorten_title(scenes[0].text),
            language=brief.language,
            scenes=scenes,
            tags=tags_for(scenes, MAX_TAGS, language=brief.language),
            sources=[Source(title=title)],
            summary=scenes[0].text,
            verbatim_share=round(share, 4),
            source_shingles=shingles_of([text]),
            draft=is_draft(share),
            warnings=warnings,
        )

    def _sentences(self, text: str, language: str) -> list[str]:
        """Whole sentences; lines of markup, headings and addresses are left out."""
        plain = _MARKUP.sub("", text)
        return [
            sentence
            for sentence in self._segmenter.split(plain, language)
            if count_words(sentence) >= MIN_SENTENCE_WORDS and sentence[-1] in ".!?”\"’'…)"
        ]


def _begins(text: str) -> str:
    """The first words of a text, to name it by."""
    words = text.split()
    first = " ".join(words[:TITLE_WORDS]).rstrip(" ,;:.")
    return shorten_title(f"{first}…" if len(words) > TITLE_WORDS else first)


def _aim(duration: int | None, words_per_minute: float) -> Budget:
    if duration is None:
        return budget_for(None, words_per_minute)
    words = duration * words_per_minute / SECONDS_PER_MINUTE
    least, most = AIM_SHARES
    return Budget(math.ceil(words * least), int(words * most))


def _warnings(
    brief: Brief, sentences: list[str], spoken: str, words_per_minute: float
) -> list[ProductionWarning]:
    warnings: list[ProductionWarning] = []
    seconds = spoken_seconds(spoken, words_per_minute)
    least = (brief.duration or 0) * (1 - DURATION_TOLERANCE)
    if brief.duration and seconds < least:
        has_enough = spoken_seconds(" ".join(sentences), words_per_minute) >= least
        warnings.append(
            no_nearer("the text", seconds, brief.duration)
            if has_enough
            else ProductionWarning(
                code="shorter_than_asked",
                pointer="/duration",
                message=f"The text carries about {seconds:.0f} s; {brief.duration} s were asked "
                "for. Nothing was padded.",
                hint="Ask for less, or send a longer text.",
            )
        )
    if len(sentences) < MIN_USEFUL_SENTENCES:
        warnings.append(
            ProductionWarning(
                code="source_text_short",
                pointer="/source_text",
                message=f"The text has {len(sentences)} usable "
                f"sentence{'s' if len(sentences) > 1 else ''}: there is little to condense.",
                hint="Send a longer article, or your own words as `script`.",
            )
        )
    return warnings

"""The offline writer: a video's script out of one Wikipedia summary and its relatives."""

import asyncio
import random
import re
from pathlib import Path

from adapters.wikipedia.articles import LANGUAGE, Article, data_file
from adapters.wikipedia.encyclopedia import source_of, topic_match
from adapters.wikipedia.index import EXAMPLES, Hit, TopicIndex
from adapters.wikipedia.relatives import relatives_of
from domain.errors import LanguageUnsupported, TopicNotFound
from domain.generation.brief import Brief
from domain.generation.cleaning import mark_gaps
from domain.generation.composing import DURATION_TOLERANCE, budget_for, compose
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
    ProductionWarning,
    Scene,
    Script,
    TopicMatch,
    spoken_seconds,
)
from domain.generation.subject import find_subject
from domain.generation.tags import names_of, tags_for
from domain.generation.titles import title_for
from domain.providers.errand import UNPAID, Errand

VERSION = 5
MAX_TAGS = 10
USAGE_SAMPLE = 30
"""other articles that show how a name is written inside sentences"""
OPENING_CHARS = 300
_OCCUPATION = re.compile(
    r"\b(?:philosopher|poet|president|king|queen|emperor|writer|author|composer|painter|artist|"
    r"scientist|physicist|mathematician|general|leader|statesman|explorer|inventor|playwright|"
    r"revolutionary|naturalist|economist|physician|theologian|prophet|ruler|polymath|politician|"
    r"activist|musician|novelist|orator|monarch|chemist|nobleman|astronomer|biologist|singer|actor|"
    r"actress|dictator|printmaker|sculptor|architect|engineer|astronaut|historian|tsar|pharaoh|"
    r"conqueror|geologist|psychologist|psychoanalyst|nurse|dramatist|botanist|zoologist|entrepreneur)\b(?:.*\d{2,4}.*)?$",
    re.IGNORECASE,
)


class WikipediaWriter:
    """Writes scripts about topics, grounded in Wikipedia's summaries; needs no network."""

    def __init__(self, segmenter: SentenceSegmenter, cache_dir: Path) -> None:
        self._segmenter = segmenter
        self._cache_dir = cache_dir
        self._index: TopicIndex | None = None
        self.identity = f"wikipedia-{VERSION}/{segmenter.identity}"

    def match_topic(self, topic: str, language: str) -> TopicMatch:
        """Find the article that a topic means.

        Raises:
            TopicNotFound: no article matches well enough; carries suggestions.
            LanguageUnsupported: the articles are in English.
        """
        _check_language(language)
        return topic_match(self._find(topic))

    async def write(
        self,
        brief: Brief,
        seed: int,
        words_per_minute: float,
        errand: Errand = UNPAID,  # noqa: ARG002 - nothing here is paid
    ) -> Script:
        """Write about ``brief.topic``; ``words_per_minute`` is the voice's pace as it is set."""
        return await asyncio.to_thread(self._write, brief, seed, words_per_minute)

    def _find(self, topic: str) -> Hit:
        hit = self._topics().find(topic)
        # A few articles are all formulas, of which the summaries keep nothing.
        if hit is None or not self._material(hit.article).facts:
            suggestions = self._topics().suggest(topic)
            only_examples = suggestions == list(EXAMPLES)
            raise TopicNotFound(topic, suggestions, only_examples=only_examples)
        return hit

    def _topics(self) -> TopicIndex:
        if self._index is None:
            self._index = TopicIndex(data_file(), self._cache_dir)
        return self._index

    def _write(self, brief: Brief, seed: int, words_per_minute: float) -> Script:
        _check_language(brief.language)
        article = self._find(brief.topic or "").article
        nearest = relatives_of(article, self._topics()) if brief.duration else []
        main = self._material(article)
        budget = budget_for(brief.duration, words_per_minute)
        scenes, used = compose(
            main,
            (self._material(r, heading=f"Related: {r.name}") for r in nearest),
            budget,
            random.Random(seed),  # noqa: S311 - variety, not secrecy
        )
        headings = {material.heading for material in used}
        sources = [article, *(r for r in nearest if f"Related: {r.name}" in headings)]
        has_enough = sum(fact.words for fact in main.facts) >= budget.least
        return self._finished(
            brief, article, sources, scenes, words_per_minute, has_enough=has_enough
        )

    def _finished(
        self,
        brief: Brief,
        article: Article,
        used: list[Article],
        scenes: list[Scene],
        words_per_minute: float,
        *,
        has_enough: bool,
    ) -> Script:
        text = " ".join(scene.text for scene in scenes)
        seconds = spoken_seconds(text, words_per_minute)
        share = verbatim_share(text, [source.extract for source in used])
        warnings: list[ProductionWarning] = []
        if brief.duration and seconds < brief.duration * (1 - DURATION_TOLERANCE):
            warnings.append(
                no_nearer(f"the article on {article.name}", seconds, brief.duration)
                if has_enough
                else ProductionWarning(
                    code="shorter_than_asked",
                    pointer="/duration",
                    message=f"What the encyclopedia says about {article.name} and its nearest "
                    f"relatives carries about {seconds:.0f} s; {brief.duration} s were asked for. "
                    "Nothing was padded.",
                    hint="Ask for less, take a broader topic, or send a longer article as "
                    "`source_text` or your own words as `script`.",
                )
            )
        if is_draft(share):
            warnings.append(closeness_warning(share, "/topic"))
        return Script(
            title=brief.title
            or title_for(article.name, scenes[0].text, article.description, seconds),
            language=brief.language,
            scenes=scenes,
            tags=tags_for(
                scenes,
                MAX_TAGS,
                led=names_of(brief.topic or "", article.name),
                about=article.description,
            ),
            sources=[source_of(source) for source in used],
            summary=_summary(article, scenes),
            verbatim_share=round(share, 4),
            source_shingles=shingles_of([source.extract for source in used]),
            draft=is_draft(share),
            warnings=warnings,
        )

    def _material(self, article: Article, heading: str = "") -> Material:
        sentences = self._segmenter.split(mark_gaps(article.extract), LANGUAGE)
        # Other articles may mean a namesake: the element mercury is no planet.
        alone = article.name == article.title
        elsewhere = " ".join(
            a.extract for a in self._topics().naming(article.name, USAGE_SAMPLE if alone else 0)
        )
        subject = find_subject(article.name, sentences, _is_person(article), elsewhere)
        return Material(facts=facts_of(sentences, subject), subject=subject, heading=heading)


def _is_person(article: Article) -> bool:
    if article.topic == "People" or _OCCUPATION.search(article.description):
        return True
    opening = article.extract[:OPENING_CHARS]
    if re.search(rf"\b{re.escape(article.name)} (?:was|is) (?:an?|the) [^.]*\bwho\b", opening):
        return True
    if re.search(r"[.] (?:He|She|His|Her)\b", article.extract):
        return article.extract.startswith(article.name.split()[0])
    return False


def _summary(article: Article, scenes: list[Scene]) -> str:
    about = f"{article.name}: {article.description[:1].lower()}{article.description[1:]}."
    return f"{scenes[0].text} {about}" if article.description else scenes[0].text


def _check_language(language: str) -> None:
    if language.replace("_", "-").split("-")[0].lower() != LANGUAGE:
        raise LanguageUnsupported(
            f"Topics are known in English only, not in {language!r}.",
            hint="Send the words in your language as `script`, `scenes` or `source_text`.",
        )

"""The summaries as sources for whoever writes from them (port ``Encyclopedia``)."""

from pathlib import Path

from adapters.wikipedia.articles import AUTHOR, LANGUAGE, LICENSE, LICENSE_URL, Article, data_file
from adapters.wikipedia.index import Hit, TopicIndex
from adapters.wikipedia.relatives import relatives_of
from domain.generation.references import Reference
from domain.generation.script import Source, TopicMatch

VERSION = 1
MAX_RELATIVES = 3
"""beside the article itself: more of them is more of something else"""


class WikipediaEncyclopedia:
    """Finds a topic's article and its nearest relatives; needs no network."""

    identity = f"wikipedia-{VERSION}"

    def __init__(self, cache_dir: Path) -> None:
        self._cache_dir = cache_dir
        self._index: TopicIndex | None = None

    def match(self, topic: str, language: str) -> TopicMatch | None:
        """The article that a topic means; the same word means another thing in another language,
        so that there's none for topics that aren't in English."""
        hit = self._find(topic, language)
        return None if hit is None else topic_match(hit)

    def references(self, topic: str, language: str) -> list[Reference]:
        """The article's summary, then those of its relatives."""
        hit = self._find(topic, language)
        if hit is None:
            return []
        nearest = relatives_of(hit.article, self._topics())[:MAX_RELATIVES]
        return [
            Reference(source=source_of(article), text=" ".join(article.extract.split()))
            for article in (hit.article, *nearest)
        ]

    def _find(self, topic: str, language: str) -> Hit | None:
        if language.replace("_", "-").split("-")[0].lower() != LANGUAGE:
            return None
        return self._topics().find(topic)

    def _topics(self) -> TopicIndex:
        if self._index is None:
            self._index = TopicIndex(data_file(), self._cache_dir)
        return self._index


def topic_match(hit: Hit) -> TopicMatch:
    """What was found for a topic, as callers are told it."""
    return TopicMatch(
        title=hit.article.title,
        description=hit.article.description,
        url=hit.article.url,
        matched_by=hit.matched_by,
        alternatives=hit.alternatives,
    )


def source_of(article: Article) -> Source:
    """An article as attribution needs it."""
    return Source(
        title=article.title,
        url=article.url,
        author=AUTHOR,
        license=LICENSE,
        license_url=LICENSE_URL,
    )

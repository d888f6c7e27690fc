"""Relatives: which other articles truly belong to a topic."""

from adapters.wikipedia.articles import Article
from adapters.wikipedia.index import TopicIndex
from adapters.wikipedia.names import fold, key_of, telling_words

CANDIDATES = 30
MAX_RELATIVES = 6
MIN_KINSHIP = 0.16
"""weighted share of words in common from which two articles are near each other"""
MIN_KINSHIP_UNNAMED = 0.24
MUTUAL_BONUS = 0.15


def relatives_of(article: Article, topics: TopicIndex) -> list[Article]:
    """The nearest articles, nearest first: they name each other, or share their telling words."""
    named = {a.title: a for a in topics.named_in(article.extract) if a.title != article.title}
    naming = {a.title: a for a in topics.naming(article.name, CANDIDATES)}
    naming.pop(article.title, None)
    candidates = named | naming
    own = set(telling_words(f"{article.name} {article.description} {article.extract}"))
    others = {
        title: set(telling_words(f"{a.name} {a.description} {a.extract}"))
        for title, a in candidates.items()
    }
    weights = topics.weights(own.union(*others.values()))
    scored: list[tuple[float, Article]] = []
    for title, words in others.items():
        common = sum(weights[w] for w in own & words)
        kinship = common / (sum(weights[w] for w in words) or 1)
        mutual = title in named and title in naming
        floor = MIN_KINSHIP if mutual else MIN_KINSHIP_UNNAMED
        if kinship + MUTUAL_BONUS * mutual >= floor and key_of(title) != fold(article.name):
            scored.append((kinship + MUTUAL_BONUS * mutual, candidates[title]))
    scored.sort(key=lambda pair: (-pair[0], pair[1].title))
    return [relative for _, relative in scored[:MAX_RELATIVES]]

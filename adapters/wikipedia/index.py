"""The topic index: names and full text of all articles in one SQLite file.

Built once (about a second) into the cache folder under a name that changes with the data and
this module; afterwards a look-up opens the file and takes milliseconds.
"""

import contextlib
import difflib
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

from adapters.wikipedia.articles import Article, read_articles
from adapters.wikipedia.names import (
    ARTICLE,
    QUESTION_WORDS,
    aliases_of,
    fold,
    key_of,
    numeral_keys,
    singular,
    surnames_of,
    telling_words,
)

FORMAT = 1
"""raise it when the tables or the rules of names change"""
CANDIDATES = 60
"""full-text hits that are ranked anew"""
MIN_COVERAGE = 0.6
"""share of a question's weight that an article must answer when it is named in the question"""
MIN_DESCRIPTIVE_COVERAGE = 0.95
"""the same when only its description and text answer, not its name"""
MIN_DESCRIPTIVE_WORDS = 3
MIN_TITLE_SHARE = 0.45
"""share of a title's weight that the topic must name"""
VITAL_BONUS = 0.15
TYPO_CUTOFF = 0.75
"""difflib ratio from which a name is suggested for a misspelt one"""
MAX_ALTERNATIVES = 5
EXAMPLES = ("Octopus", "Black hole", "World War II")
"""articles that carry a good video, suggested where nothing is near a topic"""

_SCHEMA = """
CREATE TABLE articles (id INTEGER PRIMARY KEY, title TEXT UNIQUE, extract TEXT,
    description TEXT, topic TEXT, words INTEGER);
CREATE TABLE names (key TEXT, kind INTEGER, article INTEGER);
CREATE INDEX names_by_key ON names (key);
CREATE VIRTUAL TABLE texts USING fts5 (title, aliases, description, extract,
    tokenize = 'unicode61 remove_diacritics 2');
CREATE TABLE words (word TEXT PRIMARY KEY, articles INTEGER) WITHOUT ROWID;
"""


class Hit(msgspec.Struct, frozen=True):
    """An article that a topic may mean."""

    article: Article
    matched_by: Literal["title", "alias", "search"]
    alternatives: list[str] = []


class TopicIndex:
    """Finds articles by title, by alias, and by what they say."""

    def __init__(self, data: Path, cache_dir: Path) -> None:
        self._data = data
        self._cache_dir = cache_dir

    def find(self, topic: str) -> Hit | None:
        """The article that ``topic`` means: an exact name before a full-text match."""
        with self._open() as db:
            return _by_name(db, topic) or _by_part_of_title(db, topic) or _by_text(db, topic)

    def suggest(self, topic: str) -> list[str]:
        """Titles that a misspelt or unknown topic may have meant, likeliest first."""
        with self._open() as db:
            return _suggestions(db, topic)

    def article(self, title: str) -> Article | None:
        """The article of exactly this title."""
        with self._open() as db:
            return _article(db.execute(f"{_SELECT} WHERE title = ?", (title,)).fetchone())

    def named_in(self, text: str) -> list[Article]:
        """Articles whose names stand in ``text``, in the order of the text."""
        words = fold(text).split()
        keys = {
            " ".join(singular(w) for w in words[i : i + n]): i
            for n in (4, 3, 2, 1)
            for i in range(len(words) - n, -1, -1)
        }
        found: dict[int, tuple[int, Article]] = {}
        with self._open() as db:
            for key, position in keys.items():
                for row in db.execute(
                    "SELECT a.id, a.title, a.extract, a.description, a.topic FROM names n "
                    "JOIN articles a ON a.id = n.article WHERE n.key = ? AND n.kind <= 1",
                    (key,),
                ):
                    found.setdefault(row[0], (position, Article(*row[1:])))
        return [article for _, article in sorted(found.values(), key=lambda pair: pair[0])]

    def naming(self, name: str, limit: int) -> list[Article]:
        """Articles whose text names ``name``, best first."""
        phrase = fold(name)
        with self._open() as db:
            rows = db.execute(
                "SELECT a.title, a.extract, a.description, a.topic FROM texts "
                "JOIN articles a ON a.id = texts.rowid WHERE texts MATCH ? "
                "ORDER BY bm25(texts, 0, 0, 4, 1) LIMIT ?",
                (f'{{description extract}} : "{phrase}"', limit),
            )
            return [Article(*row) for row in rows]

    def weights(self, words: set[str]) -> dict[str, float]:
        """How telling words are: 1 for one that a single article has, near 0 for common ones."""
        with self._open() as db:
            return {word: _weight(db, word) for word in words}

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        path = self._cached()
        db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            yield db
        finally:
            db.close()

    def _cached(self) -> Path:
        stat = self._data.stat()
        path = self._cache_dir / f"topics-{FORMAT}-{stat.st_size}.sqlite"
        if not path.exists():
            self._cache_dir.mkdir(parents=True, exist_ok=True)
            handle, unfinished = tempfile.mkstemp(dir=self._cache_dir, suffix=".tmp")
            os.close(handle)
            try:
                _build(Path(unfinished), read_articles(self._data))
                Path(unfinished).replace(path)
            finally:
                Path(unfinished).unlink(missing_ok=True)
        return path


_SELECT = "SELECT title, extract, description, topic FROM articles"
_TITLE, _BASE, _ALIAS, _SURNAME = range(4)


def _build(path: Path, articles: list[Article]) -> None:
    counts: dict[str, int] = {}
    db = sqlite3.connect(path)
    with contextlib.closing(db), db:
        db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _SCHEMA)
        for number, article in enumerate(articles, start=1):
            aliases = aliases_of(article)
            keys = {key_of(alias): _ALIAS for alias in aliases}
            for surname in surnames_of(article):
                keys[key_of(surname)] = _SURNAME
            for alias in [*aliases, article.name]:
                keys |= dict.fromkeys(numeral_keys(key_of(alias)), _ALIAS)
            keys[key_of(article.name)] = _BASE
            keys[key_of(article.title)] = _TITLE
            stems = [
                " ".join(singular(word) for word in fold(text).split())
                for text in (
                    article.title,
                    " | ".join(aliases),
                    article.description,
                    article.extract,
                )
            ]
            for word in set(" ".join(stems).split()):
                counts[word] = counts.get(word, 0) + 1
            row = (number, *msgspec.structs.astuple(article), len(article.extract.split()))
            db.execute("INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?)", row)
            db.executemany(
                "INSERT INTO names VALUES (?, ?, ?)", [(k, n, number) for k, n in keys.items()]
            )
            db.execute(
                "INSERT INTO texts (rowid, title, aliases, description, extract) "
                "VALUES (?, ?, ?, ?, ?)",
                (number, *stems),
            )
        db.executemany("INSERT INTO words VALUES (?, ?)", counts.items())


def _article(row: tuple[str, str, str, str] | None) -> Article | None:
    return None if row is None else Article(*row)


def _named(db: sqlite3.Connection, key: str, topic: str) -> list[tuple[int, Article]]:
    """Articles under a name: whole titles first, then vital ones, then the longer text."""
    rows = db.execute(
        "SELECT n.kind, a.title, a.extract, a.description, a.topic FROM names n "
        "JOIN articles a ON a.id = n.article WHERE n.key = ? ORDER BY a.words DESC, a.id",
        (key,),
    )
    exact = ARTICLE.sub("", fold(topic))
    found = [(row[0], Article(*row[1:])) for row in rows]
    # "Amazon" is the title "Amazons" only by its singular: no better than another's alias.
    return sorted(
        found,
        key=lambda item: (
            item[1].title.casefold() != " ".join(topic.casefold().split()),
            item[0] != _TITLE or fold(item[1].title) != exact,
            not item[1].is_vital,
            item[0],
        ),
    )


def _by_name(db: sqlite3.Connection, topic: str) -> Hit | None:
    key = key_of(topic)
    for candidate in dict.fromkeys((key, " ".join(telling_words(topic)))):
        if candidate and (found := _named(db, candidate, topic)):
            kind, article = found[0]
            others = [a.title for _, a in found[1:]] + _longer_names(db, candidate, article)
            return Hit(
                article,
                "alias" if kind >= _ALIAS else "title",
                list(dict.fromkeys(t for t in others if t != article.title))[:MAX_ALTERNATIVES],
            )
    return None


def _by_part_of_title(db: sqlite3.Connection, topic: str) -> Hit | None:
    """A title that holds all telling words, and little else: "Great Wall", "Titanic"."""
    words = telling_words(topic)
    if not words or all(word.isdigit() for word in words):
        return None
    query = " AND ".join(f'title : "{word}"' for word in words)
    rows = db.execute(
        "SELECT a.title, a.extract, a.description, a.topic FROM texts t "
        "JOIN articles a ON a.id = t.rowid WHERE texts MATCH ? LIMIT ?",
        (query, CANDIDATES),
    )
    ranked: list[tuple[float, str, Article]] = []
    for row in rows:
        article = Article(*row)
        title = {singular(w) for w in fold(article.name).split() if w not in QUESTION_WORDS}
        weights = {word: _weight(db, word) for word in title}
        share = sum(weights[w] for w in title & set(words)) / (sum(weights.values()) or 1)
        if share >= MIN_TITLE_SHARE:
            ranked.append((-share - VITAL_BONUS * article.is_vital, article.title, article))
    ranked.sort(key=lambda item: item[:2])
    if not ranked:
        return None
    others = [title for _, title, _ in ranked[1 : MAX_ALTERNATIVES + 1]]
    return Hit(ranked[0][2], "search", others)


def _longer_names(db: sqlite3.Connection, key: str, article: Article) -> list[str]:
    """Titles that begin with the name, when the article's own title is that name and more."""
    if key_of(article.title) == key:
        return []
    rows = db.execute(
        "SELECT a.title FROM names n JOIN articles a ON a.id = n.article "
        "WHERE n.key >= ? AND n.key < ? AND n.kind = 0 ORDER BY a.words DESC, a.id",
        (key + " ", key + "!"),
    )
    return [row[0] for row in rows]


def _weight(db: sqlite3.Connection, word: str) -> float:
    """Inverse document frequency on a scale from 0 to 1; an unknown word weighs 1."""
    row = db.execute("SELECT articles FROM words WHERE word = ?", (word,)).fetchone()
    if row is None:
        return 1.0
    total: int = db.execute("SELECT max(id) FROM articles").fetchone()[0]
    # log2(total / count) / log2(total) without a float that depends on the platform's libm.
    count: int = row[0]
    return max(0.0, 1 - count.bit_length() / total.bit_length())


def _by_text(db: sqlite3.Connection, topic: str) -> Hit | None:
    words = list(dict.fromkeys(telling_words(topic)))
    if not words:
        return None
    weights = {word: _weight(db, word) for word in words}
    total = sum(weights.values())
    ranked: list[tuple[float, int, Article]] = []
    for place, row in enumerate(_full_text(db, words)):
        article = Article(*row[:4])
        title = [w for w in fold(article.name).split() if w not in QUESTION_WORDS]
        named = [singular(w) for w in title]
        texts = [set(text.split()) for text in row[4:]]
        coverage = sum(weights[w] for w in words if any(w in t for t in texts)) / total
        in_name = bool(named) and all(w in weights for w in named)
        if in_name and coverage >= MIN_COVERAGE:
            rank = coverage + sum(weights[w] for w in named) / total
        elif (
            len(words) >= MIN_DESCRIPTIVE_WORDS
            and coverage >= MIN_DESCRIPTIVE_COVERAGE
            and any(w in texts[0] | texts[1] | texts[2] for w in words)
        ):
            rank = coverage / 2
        else:
            continue
        rank += VITAL_BONUS * article.is_vital
        ranked.append((rank, -place, article))
    if not ranked or total == 0:
        return None
    ranked.sort(key=lambda item: item[:2], reverse=True)
    others = [article.title for _, _, article in ranked[1 : MAX_ALTERNATIVES + 1]]
    return Hit(ranked[0][2], "search", others)


def _full_text(db: sqlite3.Connection, words: list[str]) -> list[tuple[str, ...]]:
    query = " OR ".join(f'"{word}"' for word in words)
    return db.execute(
        "SELECT a.title, a.extract, a.description, a.topic, t.title, t.aliases, t.description, "
        "t.extract FROM texts t JOIN articles a ON a.id = t.rowid WHERE texts MATCH ? "
        "ORDER BY bm25(texts, 10, 6, 4, 1), a.id LIMIT ?",
        (query, CANDIDATES),
    ).fetchall()


def _suggestions(db: sqlite3.Connection, topic: str) -> list[str]:
    key = key_of(topic)
    near = list(
        db.execute(
            "SELECT n.key, a.title, a.topic = 'Uncategorized' FROM names n "
            "JOIN articles a ON a.id = n.article WHERE length(n.key) BETWEEN ? AND ?",
            (len(key) - 2, len(key) + 2),
        )
    )
    matcher = difflib.SequenceMatcher(b=key, autojunk=False)
    scored: list[tuple[float, int, str]] = []
    for name, title, vital in near:
        matcher.set_seq1(name)
        if matcher.real_quick_ratio() >= TYPO_CUTOFF and matcher.quick_ratio() >= TYPO_CUTOFF:
            ratio = matcher.ratio()
            if ratio >= TYPO_CUTOFF:
                scored.append((ratio, vital, title))
    scored.sort(key=lambda item: (-item[0], -item[1], item[2]))
    titles = [title for _, _, title in scored]
    if words := telling_words(topic):
        rows = _full_text(db, words)
        named = [row[0] for row in rows if set(row[4].split()) <= set(words)]
        titles += named + [row[0] for row in rows]
    return list(dict.fromkeys(titles))[:MAX_ALTERNATIVES] or list(EXAMPLES)

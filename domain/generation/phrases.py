"""Reading a narrated sentence: tokens with their frames, phrases, key words, claims.

Everything returned is a run of the sentence's own words in their own order: a planner that
can't parse English must not compose it. A run that stands under a negation carries it along.
"""

import unicodedata
from collections.abc import Sequence

import msgspec

from domain.generation import lexicon
from domain.generation.narration import SAMPLES_PER_FRAME, NarratedSentence, Word

EARLY_FRAMES = 2.4
"""elements enter 80 ms before their word sounds"""
MAX_PHRASE_WORDS = 4
MAX_CLAIM_WORDS = 12
MIN_CLAIM_WORDS = 3

_CLAUSE_MARKS = ",;:—–…"
_SENTENCE_MARKS = ".!?…"
_CLOSERS = "\"'”’»)]}*_"


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A shown word of a scene, with when it is spoken."""

    text: str
    """as shown"""
    core: str
    """without the punctuation around it; empty for a lone dash"""
    lower: str
    index: int
    """within the scene"""
    start: float
    """frames from the scene's start"""
    end: float
    sentence: int
    first: bool
    """whether it opens its sentence"""
    last: bool

    @property
    def enters(self) -> int:
        """The frame from the scene's start at which what shows this word should be there."""
        return max(0, round(self.start - EARLY_FRAMES))

    @property
    def mark(self) -> str:
        """The clause punctuation after the word (``,`` ``;`` ``:`` ``.`` ``—``), or nothing."""
        bare = self.text.rstrip(_CLOSERS)
        tail = bare[-1:] if bare and bare[-1] in _CLAUSE_MARKS + _SENTENCE_MARKS else ""
        if not tail and self.text in ("-", "--"):
            return "—"
        return tail if tail not in _SENTENCE_MARKS or self.last else ""

    @property
    def capitalised(self) -> bool:
        """Whether it looks like a name: capitalised though it opens no sentence."""
        return self.core[:1].isupper() and not self.first and self.core != "I"

    @property
    def is_function_word(self) -> bool:
        """Whether it carries no picture of its own."""
        return not self.core or (self.lower in lexicon.FUNCTION_WORDS and not self.negates)

    @property
    def negates(self) -> bool:
        """Whether it turns what follows into its opposite."""
        return self.lower.replace("’", "'") in lexicon.NEGATIONS

    @property
    def looks_like_verb(self) -> bool:
        """Whether a noun phrase should end before it."""
        word = self.lower
        if self.core[:1].isupper() and not self.first:
            return False
        return (
            word in lexicon.AUXILIARIES
            or word in lexicon.COMMON_VERBS
            or (word.endswith("ed") and len(word) > 4 and "-" not in word)
        )


def tokens_of(sentences: Sequence[NarratedSentence]) -> list[Token]:
    """The scene's words in order; samples become frames."""
    tokens: list[Token] = []
    for number, sentence in enumerate(sentences):
        for position, word in enumerate(sentence.words):
            core = bare(word.text)
            tokens.append(
                Token(
                    text=word.text,
                    core=core,
                    lower=core.casefold(),
                    index=len(tokens),
                    start=word.start / SAMPLES_PER_FRAME,
                    end=word.end / SAMPLES_PER_FRAME,
                    sentence=number,
                    first=position == 0,
                    last=position == len(sentence.words) - 1,
                )
            )
    return tokens


def tokens_of_text(sentence: str) -> list[Token]:
    """The words of a sentence that nobody has spoken yet: one frame each, for reading only."""
    words = [
        Word(text, k * SAMPLES_PER_FRAME, (k + 1) * SAMPLES_PER_FRAME)
        for k, text in enumerate(sentence.split())
    ]
    end = len(words) * SAMPLES_PER_FRAME
    return tokens_of([NarratedSentence(sentence, 0, end, words, "proportional")])


def bare(word: str) -> str:
    """A word without the punctuation around it: currency, percent and degree signs stay."""
    start, end = 0, len(word)
    while start < end and _is_punctuation(word[start]):
        start += 1
    while end > start and _is_punctuation(word[end - 1]):
        end -= 1
    return word[start:end]


def _is_punctuation(char: str) -> bool:
    return unicodedata.category(char).startswith("P") and char not in "%‰#&@°′″"


def joined(tokens: Sequence[Token]) -> str:
    """Words as one line, without the punctuation around the whole (that inside stays)."""
    if not tokens:
        return ""
    words = [token.text for token in tokens]
    words[0] = _open(tokens[0])
    words[-1] = _close(words[0] if len(tokens) == 1 else tokens[-1].text, tokens[-1])
    return " ".join(word for word in words if word)


def _open(token: Token) -> str:
    index = token.text.find(token.core)
    return token.text[index:] if index > 0 else token.text


def _close(text: str, token: Token) -> str:
    index = text.rfind(token.core)
    return text[: index + len(token.core)] if index >= 0 else text


def sentence_case(text: str) -> str:
    """First letter raised, unless the word has a case of its own (pH, iPhone)."""
    first = text.split(" ", 1)[0]
    if len(first) > 1 and any(char.isupper() for char in first[1:]):
        return text
    return text[:1].upper() + text[1:]


# -- phrases -------------------------------------------------------------------------------


class Phrase(msgspec.Struct, frozen=True):
    """A run of neighbouring words that can stand alone, and how telling it is."""

    tokens: list[Token]
    score: float

    @property
    def text(self) -> str:
        return joined(self.tokens)

    @property
    def words(self) -> int:
        return len(self.tokens)


def phrases_in(tokens: Sequence[Token]) -> list[Phrase]:
    """The content phrases of a clause, in order: runs between function words, one to four words.

    A preposition "of" between two short runs joins them ("speed of light").
    """
    runs: list[list[Token]] = []
    run: list[Token] = []
    for position, token in enumerate(tokens):
        joins = (
            token.lower == "of"
            and len(run) in (1, 2)
            and position + 1 < len(tokens)
            and not tokens[position + 1].is_function_word
            and not run[-1].mark
            and run[-1].lower not in lexicon.GENERIC_NOUNS
        )
        if token.is_function_word and not joins and not _glued(run, token, tokens, position):
            runs.append(run)
            run = []
        else:
            if run and token.looks_like_verb and len(run) >= MAX_PHRASE_WORDS - 1:
                runs.append(run)
                run = []
            run.append(token)
            if token.mark or len(run) == MAX_PHRASE_WORDS:
                runs.append(run)
                run = []
    runs.append(run)
    return [
        Phrase(trimmed, _telling(trimmed))
        for trimmed in (_trim(part) for part in runs)
        if trimmed and not all(token.negates for token in trimmed)
    ]


def _glued(run: list[Token], token: Token, tokens: Sequence[Token], position: int) -> bool:
    """Whether a function word belongs inside: "never been found", "5 to 10 metres"."""
    if not run or run[-1].mark or len(run) >= MAX_PHRASE_WORDS - 1:
        return False
    if run[0].negates and all(t.negates or t.is_function_word for t in run):
        return True
    following = tokens[position + 1] if position + 1 < len(tokens) else None
    return (
        token.lower in ("to", "per", "and")
        and following is not None
        and any(c.isdigit() for c in run[-1].core)
        and (token.lower == "per" or any(c.isdigit() for c in following.core))
    )


def _trim(run: list[Token]) -> list[Token]:
    while run and run[-1].is_function_word:
        run = run[:-1]
    while len(run) > 1 and run[-1].negates:
        run = run[:-1]
    return run


def _telling(tokens: Sequence[Token]) -> float:
    """How much of the sentence's news a phrase carries; only its order matters."""
    content = [token for token in tokens if not token.is_function_word]
    score = 0.0
    for token in content:
        word = token.lower
        score += min(len(word), 9) / 9
        if any(char.isdigit() for char in word) or word in lexicon.NUMBER_WORDS:
            score += 1.2
        if token.capitalised:
            score += 0.6
        if word.endswith("est") and len(word) > 4:
            score += 0.8
        if token.negates:
            score += 0.5
        if word in lexicon.GENERIC_NOUNS:
            score -= 0.8
        if word.endswith("ly"):
            score -= 0.5
    return score / (len(content) ** 0.5) if content else 0.0


# -- claims ----------------------------------------------------------------------------------


def claim_of(sentence: Sequence[Token], limit: int = MAX_CLAIM_WORDS) -> list[Token]:
    """The shortest stretch of a sentence that says its point in at most ``limit`` words.

    The whole sentence where it fits; else its first main clause; else its beginning up to the
    last place where a phrase ends.
    """
    if len(sentence) <= limit:
        return list(sentence)
    cuts = [0, *[k for k in range(1, len(sentence)) if opens_clause(sentence, k)], len(sentence)]
    clauses = [list(sentence[a:b]) for a, b in zip(cuts, cuts[1:], strict=False)]
    for clause in clauses:
        if clause[0].lower in lexicon.SUBORDINATORS | lexicon.PREPOSITIONS:
            continue
        if clause[0].lower in lexicon.COORDINATORS:
            continue
        if MIN_CLAIM_WORDS <= len(clause) <= limit and _has_verb(clause):
            return clause
    start = next(
        (
            c
            for c in clauses
            if c[0].lower not in lexicon.SUBORDINATORS | lexicon.PREPOSITIONS
            and len(c) >= MIN_CLAIM_WORDS
        ),
        list(sentence),
    )
    return shortened(start, limit)


def shortened(tokens: Sequence[Token], limit: int) -> list[Token]:
    """The longest beginning of at most ``limit`` words that ends where a phrase ends."""
    if len(tokens) <= limit:
        return list(tokens)
    for end in range(limit, MIN_CLAIM_WORDS - 1, -1):
        if phrase_ends_before(tokens, end):
            return list(tokens[:end])
    return list(tokens[:limit])


def phrase_ends_before(tokens: Sequence[Token], index: int) -> bool:
    """Whether a phrase ends right before ``tokens[index]``."""
    before, after = tokens[index - 1], tokens[index]
    if before.is_function_word or before.negates:
        return False
    return bool(before.mark) or after.lower in (
        lexicon.PREPOSITIONS - {"of"} | lexicon.CLAUSE_OPENERS | lexicon.COORDINATORS
    )


def opens_clause(tokens: Sequence[Token], index: int) -> bool:
    """Whether a clause begins at ``tokens[index]``: after a mark, or at a clause opener."""
    before, token = tokens[index - 1], tokens[index]
    if before.mark in (";", ":", "—", "–"):
        return True
    if before.mark == ",":
        return True
    return (
        token.lower in lexicon.CLAUSE_OPENERS
        and token.lower not in ("that", "than", "so", "once", "then")
        and before.lower not in lexicon.PREPOSITIONS | lexicon.COORDINATORS
    )


def _has_verb(tokens: Sequence[Token]) -> bool:
    return any(token.looks_like_verb or token.negates for token in tokens) or any(
        token.lower.endswith("s") and not token.first for token in tokens[1:-1]
    )

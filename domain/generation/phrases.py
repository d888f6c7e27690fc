"""Phrases and key words: what of a clause is worth showing.

Everything returned is a run of the sentence's own words in their own order: a planner that
can't parse English must not compose it. A run that stands under a negation carries it along.
"""

from collections.abc import Sequence
from itertools import combinations, pairwise

import msgspec

from domain.generation import lexicon
from domain.generation.tokens import Token, joined

MAX_PHRASE_WORDS = 4
FULL_WEIGHT_CHARS = 9
"""longer words say no more than words of this length"""
KNOWN = 0.65
GROUP_COST = 0.4
"""so that "squeeze through small gaps" stays one group"""
BEST_PHRASES = 8
"""of which combinations are tried"""
MIN_SUPERLATIVE_CHARS = 5


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

    @property
    def span(self) -> tuple[int, int]:
        return self.tokens[0].index, self.tokens[-1].index


def phrases_in(tokens: Sequence[Token]) -> list[Phrase]:
    """The phrases of a clause, one to four words each, in order of their first word.

    Runs of content words, and pairs of runs over the small words that join them ("squeeze
    through small gaps"); they may overlap.
    """
    runs = [part for run in _runs(tokens) for part in _parted(run)]
    found = [Phrase(run, _telling(run)) for run in runs]
    for one, two in pairwise(runs):
        begin, end = one[0].index, two[-1].index
        whole = [token for token in tokens if begin <= token.index <= end]
        between = whole[len(one) : len(whole) - len(two)]
        joinable = all(t.lower in _JOINING and not t.mark for t in between)
        joinable = joinable and not (len(two) == 1 and two[0].verb)
        if joinable and not one[-1].mark and len(whole) <= MAX_PHRASE_WORDS and between:
            found.append(Phrase(whole, _telling(whole)))
    found = [p for p in found if any(weight_of(token) > 0 for token in p.tokens)]
    verb = next((token.index for token in tokens if token.verb), None)
    if verb is not None and tokens[0].first:
        # before its verb a sentence names what is known already
        found = [Phrase(p.tokens, p.score * (KNOWN if p.span[1] < verb else 1)) for p in found]
    return sorted(found, key=lambda p: (p.span[0], p.words))


_JOINING = lexicon.PREPOSITIONS | {"the", "a", "an", "its", "their", "to"}


def _runs(tokens: Sequence[Token]) -> list[list[Token]]:
    """Stretches of content words; a negation begins one, with its auxiliary, and spans "a"."""
    runs: list[list[Token]] = [[]]
    for position, token in enumerate(tokens):
        run = runs[-1]
        if token.negates:
            aux = tokens[position - 1] if position and token.lower == "not" else None
            bound = aux is not None and aux.lower in lexicon.AUXILIARIES
            runs.append([aux, token] if bound and aux is not None else [token])
        elif token.lower in lexicon.QUALIFIERS and _precedes_figure(tokens, position):
            runs.append([token])
        elif token.is_function_word or token.lower in lexicon.SAYS_LITTLE:
            if (
                _bounds(run, token)
                or _negated(run, token)
                or _ranges(run, token, tokens, position)
                or _in_name(run, token, tokens, position)
            ):
                run.append(token)
            else:
                runs.append([])
        else:
            run.append(token)
        if token.mark and runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _bounds(run: list[Token], token: Token) -> bool:
    """Whether a small word completes "more than", "up to", "at least"."""
    opened = len(run) == 1 and run[0].lower in lexicon.QUALIFIERS
    return opened and token.lower in ("than", "to", "least", "most")


def _negated(run: list[Token], token: Token) -> bool:
    """Whether a small word stands between a negation and what it negates ("not a fish")."""
    if not run or not token.core or run[-1].mark or not any(t.negates for t in run):
        return False
    return all(t.negates or t.is_function_word for t in run)


def _precedes_figure(tokens: Sequence[Token], position: int) -> bool:
    """Whether "about", "over", "more than" bounds the figure that follows."""
    following = tokens[position + 1 : position + 3]
    if len(following) > 1 and following[0].lower in ("than", "to", "least", "most"):
        return following[1].numeric
    alone = tokens[position].lower not in ("at", "up", "more", "less", "fewer")
    return alone and bool(following) and following[0].numeric


def _ranges(run: list[Token], token: Token, tokens: Sequence[Token], position: int) -> bool:
    """Whether a small word joins two figures ("5 to 10 metres", "9 out of 10")."""
    if not run or not run[-1].numeric or run[-1].mark or position + 1 >= len(tokens):
        return False
    following = tokens[position + 1]
    return token.lower in ("to", "or", "and", "of", "out") and (
        following.numeric or following.lower == "of"
    )


def _in_name(run: list[Token], token: Token, tokens: Sequence[Token], position: int) -> bool:
    """Whether a small word stands inside a name ("Alexander the Great", "Ring of Fire")."""
    following = tokens[position + 1] if position + 1 < len(tokens) else None
    return (
        token.lower in lexicon.NAME_JOINERS
        and bool(run)
        and run[-1].core[:1].isupper()
        and not run[-1].mark
        and following is not None
        and following.capitalised
        and len(run) < MAX_PHRASE_WORDS - 1
    )


def _parted(run: list[Token]) -> list[list[Token]]:
    """A run in pieces of at most four words: new ones at verbs; heads stay with what they name."""
    pieces: list[list[Token]] = [[]]
    for token in run:
        negated = any(t.negates for t in pieces[-1])
        ambiguous = len(run) > MAX_PHRASE_WORDS and token.lower in lexicon.NOUNS_OR_VERBS
        adverb = bool(pieces[-1]) and pieces[-1][-1].lower.endswith("ly")
        if (token.verb or ambiguous) and pieces[-1] and not (negated or adverb):
            pieces.append([])
        pieces[-1].append(token)
    parted: list[list[Token]] = []
    for piece in pieces:
        words = list(piece)
        while words and (words[-1].is_function_word or words[-1].negates):
            words.pop()
        if len(words) > 1 and words[-1].lower.endswith("ing") and words[-2].lower.endswith("s"):
            words.pop()  # "insects living (in colonies)"
        longest = MAX_PHRASE_WORDS + (1 if words and words[0].numeric else 0)
        if len(words) > longest:
            if any(token.negates or token.numeric for token in words):
                continue
            words = words[-MAX_PHRASE_WORDS:]
        bound = lexicon.QUALIFIERS | (
            lexicon.AUXILIARIES if any(t.negates for t in words) else set()
        )
        while words and words[0].is_function_word and words[0].lower not in bound:
            words = words[1:]
        if words and words[-1].lower.endswith("'s") and len(words) > 1:
            continue
        if words:
            parted.append(words)
    return parted


def _telling(tokens: Sequence[Token]) -> float:
    """How much of the sentence's news a phrase carries; only its order matters."""
    content = [token for token in tokens if not token.is_function_word]
    if not content:
        return 0.0
    weight: float = sum(map(weight_of, content)) / len(content) ** 0.4
    return weight - 0.1 * (len(tokens) - len(content))


def weight_of(token: Token) -> float:
    """How much of a sentence's news one word carries; only its order matters."""
    word = token.lower
    if token.is_function_word:
        return 0.0
    if token.numeric or any(char.isdigit() for char in word):
        return 1.5
    if word in lexicon.GENERIC_NOUNS:
        return 0.1
    if word.endswith("ly"):
        return 0.15
    weight = min(len(word), FULL_WEIGHT_CHARS) / FULL_WEIGHT_CHARS
    if token.verb or word.endswith("ing"):
        return 0.5 * weight
    if token.capitalised:
        weight += 0.5
    if word.endswith("est") and len(word) >= MIN_SUPERLATIVE_CHARS:
        weight += 0.6
    return weight + (0.5 if token.negates else 0.0)


def key_phrases(tokens: Sequence[Token], fewest: int, most: int, groups: int) -> list[Phrase]:
    """The most telling phrases of ``fewest`` to ``most`` words in all, in their own order.

    Fewer words only where the clause has no more.
    """
    found = phrases_in(tokens)
    # a verb by itself ("shows") says nothing, unless there is nothing else
    found = [p for p in found if p.words > 1 or not p.tokens[0].verb] or found
    best = sorted(found, key=lambda p: -p.score)[:BEST_PHRASES]
    best.sort(key=lambda p: p.span)
    chosen: tuple[Phrase, ...] = ()
    value = (False, 0.0)
    for count in range(1, groups + 1):
        for some in combinations(best, count):
            words = sum(phrase.words for phrase in some)
            if words > most or any(a.span[1] >= b.span[0] for a, b in pairwise(some)):
                continue
            if len({phrase.text.casefold() for phrase in some}) < count:
                continue
            worth = (words >= fewest, sum(p.score for p in some) - GROUP_COST * count)
            if worth > value:
                chosen, value = some, worth
    return list(chosen)

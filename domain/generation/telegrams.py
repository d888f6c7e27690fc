"""Telegrams: a clause in three to six of its own words that still read as a statement.

"That lets it squeeze through small gaps" becomes "squeeze through small gaps": one stretch of
the clause in its own order, of which only articles are left out. It begins where a phrase
begins and ends where one ends; what it says may not turn on a word that it leaves out, so that
it never parts with a negation, a quantity or a hedge that stands before it.
"""

from collections.abc import Sequence

import msgspec

from domain.generation import lexicon
from domain.generation.clauses import opens_clause, phrase_ends_before
from domain.generation.phrases import phrases_in, weight_of
from domain.generation.tokens import Token, joined

MIN_WORDS, MAX_WORDS = 3, 6
ARTICLES = frozenset(["a", "an", "the"])
MAX_KEY_WORDS = 3

PREDICATE = 0.6
"""what a verb inside is worth: "octopus is symmetric" says more than "symmetric octopus" """
WHOLE_CLAUSE = 0.35
SMALL_WORD = 0.12
SUBJECT_ALONE = 0.6

_LIMITS = frozenset(
    """
    some many most few several all every each no both half only more less fewer any almost
    nearly about over under up around another other approximately roughly one
    two three four five six seven eight nine ten first last may might could would should
    usually often sometimes mostly generally probably possibly perhaps rarely seldom so such too
    """.split()
)
"""words that what follows may not be parted from"""
_TURNS = frozenset("without except unless despite if until unlike than as to that".split())
"""words before which a statement may not end, since they turn or complete it"""
_POINTING = frozenset("this that these those such".split())
"""words that mean something outside: "conquered most of these territories" """
_LINKS = lexicon.COORDINATORS | lexicon.SUBORDINATORS | frozenset(["there", "here"])


class Telegram(msgspec.Struct, frozen=True):
    """The words that are kept, and the run of them that is the news."""

    tokens: list[Token]
    key: list[Token]

    @property
    def groups(self) -> list[list[Token]]:
        """What leads to the key, the key, and what follows it; empty ones left out."""
        first = self.tokens.index(self.key[0])
        after = first + len(self.key)
        parts = [self.tokens[:first], self.tokens[first:after], self.tokens[after:]]
        return [part for part in parts if part]


def telegram(
    tokens: Sequence[Token], fewest: int = MIN_WORDS, most: int = MAX_WORDS
) -> Telegram | None:
    """The most telling stretch of ``fewest`` to ``most`` words, or None where none can stand."""
    best: tuple[float, list[Token]] | None = None
    for clause in _clauses(tokens):
        for first in range(len(clause)):
            if not _may_begin(clause, first):
                continue
            for end in range(first + 1, len(clause) + 1):
                words = _kept(clause[first:end])
                if len(words) > most:
                    break
                if len(words) < fewest or not _may_stand(clause, first, end):
                    continue
                score = _worth(clause, first, end)
                if best is None or score > best[0] + 1e-9:
                    best = score, words
    return Telegram(best[1], _key(best[1])) if best else None


def _clauses(tokens: Sequence[Token]) -> list[list[Token]]:
    """The words between marks and clause openers; the openers themselves are left out."""
    clauses: list[list[Token]] = [[]]
    for position, token in enumerate(tokens):
        opens = position > 0 and opens_clause(tokens, position)
        joins = token.lower in lexicon.COORDINATORS and position + 1 < len(tokens)
        if opens or token.lower == "that" or (joins and tokens[position + 1].verb):
            clauses.append([])
        if token.lower in _LINKS and not clauses[-1]:
            continue
        clauses[-1].append(token)
        if token.mark:
            clauses.append([])
    return [clause for clause in clauses if clause]


def _kept(words: Sequence[Token]) -> list[Token]:
    """Words without the articles; "Alexander the Great" keeps his."""
    kept = []
    for position, token in enumerate(words):
        beside = words[max(0, position - 1)], words[min(len(words) - 1, position + 1)]
        named = all(t.core[:1].isupper() for t in beside)
        if token.core and (token.lower not in ARTICLES or named):
            kept.append(token)
    return kept


def _may_begin(clause: Sequence[Token], first: int) -> bool:  # noqa: PLR0911 - a rule a line
    token = clause[first]
    limit = token.lower in _LIMITS
    if not token.core or (token.is_function_word and not limit):
        return False
    if token.lower in lexicon.SAYS_LITTLE | lexicon.GENERIC_NOUNS | {"times"} and not limit:
        return False  # "(at) times happening on the ground"
    if any(t.negates for t in clause[:first]):
        return False
    if not first:
        return True
    before = clause[first - 1]
    if token.negates and before.lower in lexicon.AUXILIARIES:
        return False
    if before.lower in _LIMITS or before.numeric or before.lower.endswith("'s"):
        return False
    if before.capitalised and token.capitalised:
        return False
    adverb = before.lower.endswith("ly")
    return before.is_function_word or before.lower in lexicon.SAYS_LITTLE or token.verb or adverb


def _may_stand(  # noqa: PLR0911 - a rule a line reads best
    clause: Sequence[Token], first: int, end: int
) -> bool:
    words, last = clause[first:end], clause[end - 1]
    whole = end == len(clause)
    if last.is_function_word or last.negates or not last.core:
        return False
    if last.lower in lexicon.SAYS_LITTLE | lexicon.QUALIFIERS or last.lower.endswith("'s"):
        return False
    if any(t.lower.removesuffix("'s") in lexicon.PRONOUNS | _POINTING for t in words):
        return False
    if not whole:
        after = clause[end]
        if last.verb or last.lower.endswith(("ing", "ly")) or after.lower in _TURNS:
            return False
        if not phrase_ends_before(clause, end) or (last.numeric and not after.is_function_word):
            return False
        named = end + 1 < len(clause) and clause[end + 1].capitalised and last.core[:1].isupper()
        if named and (after.lower in lexicon.NAME_JOINERS or after.capitalised):
            return False
    lowers = [t.lower for t in words]
    if ("between" in lowers or "both" in lowers) and "and" not in lowers:
        return False
    verb = next((k for k, t in enumerate(words) if t.verb), None)
    if verb:  # a verb needs its own subject, which stands at the beginning of the clause
        lead = [t for t in clause[:first] if t.lower not in ARTICLES | lexicon.DETERMINERS]
        lead = [t for t in lead if not t.lower.endswith("ly")]
        finite = words[verb].lower in lexicon.AUXILIARIES or not words[0].verb
        if finite and lead and not _follows_modal(clause, first):
            return False
        if finite and clause[0].lower in lexicon.PREPOSITIONS:
            return False
    return sum(not t.is_function_word for t in words) > 1


def _follows_modal(clause: Sequence[Token], first: int) -> bool:
    before = clause[first - 1] if first else None
    return before is not None and before.lower in lexicon.MODALS | {"to"}


def _worth(clause: Sequence[Token], first: int, end: int) -> float:
    words = clause[first:end]
    content = [t for t in words if not t.is_function_word]
    worth: float = sum(map(weight_of, content)) / len(content) ** 0.3
    verb = next((k for k, t in enumerate(words) if t.verb), None)
    if verb is not None and (verb or len(words) > MIN_WORDS - 1) and verb < len(words) - 1:
        worth += PREDICATE
    if end == len(clause):
        worth += WHOLE_CLAUSE
    small = sum(t.is_function_word and t.lower not in ARTICLES for t in words)
    worth -= SMALL_WORD * small
    said = next((k for k, t in enumerate(clause) if t.verb), None)
    if said is not None and end <= said:
        worth *= SUBJECT_ALONE
    return worth


def _key(words: list[Token]) -> list[Token]:
    """The most telling run inside, later ones first: what is known already comes early."""
    place = {token.index: k for k, token in enumerate(words)}
    best: tuple[float, int, int] | None = None
    for phrase in phrases_in(words):
        first, last = place[phrase.tokens[0].index], place[phrase.tokens[-1].index]
        lone_verb = phrase.words == 1 and phrase.tokens[0].verb
        if lone_verb or last - first + 1 > MAX_KEY_WORDS or last - first + 1 == len(words):
            continue
        score = phrase.score + 0.5 * (last + 1) / len(words)
        if best is None or score > best[0]:
            best = score, first, last
    if best is None:
        first = len(words) - 1
        while first and words[first].core[:1].isupper() and words[first - 1].core[:1].isupper():
            first -= 1
        beside = words[first - 1] if first == len(words) - 1 and first > 1 else None
        if beside and not (beside.is_function_word or beside.verb or "'s" in beside.lower):
            first -= 1
        return words[first:]
    first = best[1]
    leading = words[first]
    if leading.verb and leading.lower not in lexicon.AUXILIARIES and first < best[2]:
        first += 1
    if words[first].negates and first and words[first - 1].lower in lexicon.AUXILIARIES:
        first -= 1  # "are not" stays together
    return words[first : best[2] + 1]


def text_of(words: Sequence[Token]) -> str:
    """Words as one line; where an article is left out, nothing shows it."""
    return " ".join(text for text in (joined([word]) for word in words) if text)

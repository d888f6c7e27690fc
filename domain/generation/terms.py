"""Terms and links: one thing that a clause names, or two and what holds them together.

Nearly every clause names something, so these carry what no figure, list or contrast is in.
A noun alone claims nothing; a link claims that one thing does something to, or has it done by,
another. It is drawn only where the sentence says so in a word or two between them: two nouns of
one sentence that nothing joins are no link.
"""

from collections.abc import Sequence, Set
from itertools import combinations

from domain.generation import lexicon
from domain.generation.grammar import PARTICIPLES
from domain.generation.nouns import is_nominal, names_something
from domain.generation.phrases import Phrase, phrases_in
from domain.generation.shots import enter
from domain.generation.storyboard import LinkContent, Reveal, TermContent
from domain.generation.tokens import Token, joined, sentence_case

MAX_TERM_WORDS = 3
MAX_TERM_CHARS = 30
NAMED = 0.7
"""what a name is worth over a common noun"""
CALLED = 0.8
"""what it is worth that the sentence itself calls something so"""
LATE = 0.1
"""what a second's wait for its word costs a term"""
MAX_SAID_WORDS = 3
"""between the ends of a link: "are formed by" """
FRAMES_A_SECOND = 30

_CALLING = frozenset(["called", "named", "termed", "dubbed"])


def term(tokens: Sequence[Token], start: int, known: Set[str] = frozenset()) -> TermContent | None:
    """The most telling name or noun phrase; not what is ``known`` (words of the topic)."""
    best: tuple[float, Phrase] | None = None
    for phrase in phrases_in(tokens):
        if not _is_thing(phrase, tokens, known):
            continue
        waits = enter(phrase.tokens[0], start) / FRAMES_A_SECOND
        score = phrase.score + (NAMED if _is_name(phrase) else 0.0) - LATE * waits
        score += CALLED if _is_called(phrase, tokens) else 0.0
        if best is None or score > best[0]:
            best = score, phrase
    if best is None:
        return None
    first = best[1].tokens[0]
    return TermContent(text=sentence_case(best[1].text), frame=enter(first, start))


def any_term(tokens: Sequence[Token], start: int) -> TermContent:
    """Some words of a clause that names nothing: its content words, else all of a short one."""
    kept = list(tokens)
    while kept and kept[-1].is_function_word:
        kept.pop()
    kept = kept[-MAX_TERM_WORDS:]
    while kept and kept[0].is_function_word:
        kept = kept[1:]
    shown = kept or list(tokens)[-MAX_TERM_WORDS:]
    text = joined(shown) or " ".join(token.text for token in shown)
    return TermContent(text=sentence_case(text), frame=enter(shown[0], start))


def link(tokens: Sequence[Token], start: int) -> LinkContent | None:
    """The two most telling things of one sentence, in its order, that a verb joins."""
    things = [phrase for phrase in phrases_in(tokens) if _is_thing(phrase, tokens)]
    best: tuple[float, Phrase, str, Phrase] | None = None
    for one, two in combinations(things, 2):
        between = [t for t in tokens if one.span[1] < t.index < two.span[0]]
        said = _said(between)
        if not said or one.tokens[-1].mark or one.text.casefold() == two.text.casefold():
            continue
        if not (_does(one, tokens) or _is_done(between)):
            continue
        score = one.score + two.score
        if best is None or score > best[0]:
            best = score, one, said, two
    if best is None:
        return None
    _, one, said, two = best
    ends = {token.index for phrase in (one, two) for token in phrase.tokens}
    if any(token.negates for token in tokens if token.index not in ends):
        return None
    return LinkContent(
        ends=[Reveal(sentence_case(p.text), enter(p.tokens[0], start)) for p in (one, two)],
        said=said,
    )


def _is_thing(  # noqa: PLR0911 - a rule a line reads best
    phrase: Phrase, clause: Sequence[Token], known: Set[str] = frozenset()
) -> bool:
    """Whether a phrase names something, short enough to be seen at a glance."""
    words, first, last = phrase.tokens, phrase.tokens[0], phrase.tokens[-1]
    if phrase.words > MAX_TERM_WORDS or len(phrase.text) > MAX_TERM_CHARS:
        return False
    if any(t.verb or t.numeric or t.lower.endswith(("ly", "'s")) for t in words):
        return False
    if last.core.islower() and not is_nominal(last.lower):
        return False
    if phrase.words == 1 and last.core.islower() and not names_something(last.lower):
        return False
    if phrase.words > 1 and first.core.islower() and first.lower.endswith("ing"):
        return False
    position = first.index - clause[0].index
    before = clause[position - 1].lower if position else ""
    if first.core.islower() and before in lexicon.MODALS | {"to"}:
        return False  # what is done, not a thing
    if any(token.lower in ("a", "an", "the") for token in words) and not _is_name(phrase):
        return False
    content = [token.lower for token in words if not token.is_function_word]
    if {content[0], last.lower} & lexicon.GENERIC_NOUNS or set(content) <= lexicon.SAYS_LITTLE:
        return False
    return not {_singular(word) for word in content} <= {_singular(word) for word in known}


def _singular(word: str) -> str:
    """A plural and its singular as one: the topic is both."""
    return word.removesuffix("s")


def _is_called(phrase: Phrase, clause: Sequence[Token]) -> bool:
    position = phrase.tokens[0].index - clause[0].index
    before = [token.lower for token in clause[max(0, position - 2) : position]]
    while before and before[-1] in ("the", "a", "an"):
        before.pop()
    return bool(before) and (before[-1] in _CALLING or before == ["known", "as"])


def _is_name(phrase: Phrase) -> bool:
    return all(token.capitalised for token in phrase.tokens if not token.is_function_word)


def _said(between: Sequence[Token]) -> str:
    """The verb that leads from one thing to the other; empty where more stands between them."""
    words = list(between)
    while words and words[-1].lower in lexicon.DETERMINERS:
        words.pop()
    if not 0 < len(words) <= MAX_SAID_WORDS or any(t.mark or t.negates for t in between):
        return ""
    verbs = [token for token in words if token.verb and token.lower not in lexicon.AUXILIARIES]
    small = lexicon.AUXILIARIES | lexicon.PREPOSITIONS
    whole = len(verbs) == 1 and all(t in verbs or t.lower in small for t in words)
    return joined(words) if whole and words[0].verb else ""


def _does(thing: Phrase, clause: Sequence[Token]) -> bool:
    """Whether a verb behind a thing may be its own: "the king of Spain" leaves Spain none."""
    position = thing.tokens[0].index - clause[0].index
    before = [token.lower for token in clause[max(0, position - 2) : position]]
    while before and before[-1] in lexicon.DETERMINERS:
        before.pop()
    return not before or before[-1] not in lexicon.PREPOSITIONS | lexicon.COORDINATORS


def _is_done(between: Sequence[Token]) -> bool:
    """Whether a participle describes the noun right before it ("rays discovered by")."""
    participle = between[0].lower.endswith("ed") or between[0].lower in PARTICIPLES
    return participle and len(between) > 1 and between[1].lower in ("by", "from", "of")

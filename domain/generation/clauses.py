"""Clauses: where they begin and end, and what they are about.

Noun phrases are found only where they are short and no pronoun; a caller that gets None draws
something else.
"""

from collections.abc import Sequence

from domain.generation import lexicon
from domain.generation.tokens import Token, joined

MAX_NOUN_WORDS = 4
PHRASE_END = (
    lexicon.AUXILIARIES
    | lexicon.CLAUSE_OPENERS
    | lexicon.COORDINATORS
    | (lexicon.PREPOSITIONS - {"of"})
)
"""words that a noun phrase ends before"""


def is_main(clause: Sequence[Token]) -> bool:
    """Whether a clause begins like a main clause and has a verb."""
    openers = lexicon.SUBORDINATORS | lexicon.PREPOSITIONS | lexicon.COORDINATORS
    return (
        (clause[0].lower not in openers or points(clause))
        and not clause[0].lower.endswith("ing")
        and any(token.verb for token in clause[1:] or clause)
    )


def points(clause: Sequence[Token]) -> bool:
    """ "That marked the end": a pronoun opens the sentence, no subordinate clause."""
    return clause[0].first and clause[0].lower == "that" and len(clause) > 1 and clause[1].verb


def wants_more(token: Token) -> bool:
    """Whether nothing can end on this word."""
    return token.is_function_word or token.negates


def phrase_ends_before(  # noqa: PLR0911 - a rule a line reads best
    tokens: Sequence[Token], index: int
) -> bool:
    """Whether a phrase ends right before ``tokens[index]``, so that what precedes can stand."""
    before, after = tokens[index - 1], tokens[index]
    if before.mark:
        return True
    if wants_more(before) or before.verb or before.lower.endswith("'s"):
        return False
    if after.lower == "to" and index + 1 < len(tokens):
        onward = tokens[index + 1].lower in lexicon.DETERMINERS or tokens[index + 1].capitalised
        return onward or before.lower.endswith("s")
    if after.lower in lexicon.TRAILS_OFF and not before.verb:
        return True
    if after.lower == "of":  # the second one only adds to the first
        return any(token.lower == "of" for token in tokens[max(0, index - 4) : index])
    if after.lower == "that":
        return not any(t.lower in ("so", "such") for t in tokens[max(0, index - 3) : index])
    needed = {"than", "as", "into", "if", "whether", "how"}
    return after.lower in lexicon.PHRASE_STARTERS - lexicon.DETERMINERS - needed


def opens_clause(tokens: Sequence[Token], index: int) -> bool:
    """Whether a clause begins at ``tokens[index]``: after a mark, or at a clause opener."""
    before, token = tokens[index - 1], tokens[index]
    if before.mark:
        return True
    return (
        token.lower in lexicon.CLAUSE_OPENERS - {"that", "than", "so", "once", "then", "if"}
        and before.lower not in lexicon.PREPOSITIONS | lexicon.COORDINATORS
    )


def subject_of(tokens: Sequence[Token], verb: int | None = None) -> list[Token] | None:
    """The noun phrase that a clause is about, when it is short and no pronoun.

    ``verb``: where its verb stands, when the caller knows.
    """
    at = next((k for k, t in enumerate(tokens) if k and t.verb), None) if verb is None else verb
    if at is None:
        return None
    words = list(tokens[:at])
    if words and words[0].lower in lexicon.PREPOSITIONS | lexicon.SUBORDINATORS:
        comma = next((k for k, t in enumerate(words) if t.mark == ","), None)
        if comma is None:
            return None
        words = words[comma + 1 :]
    if words and words[0].lower in lexicon.COORDINATORS:
        words = words[1:]
    return noun_phrase(words)


def object_of(tokens: Sequence[Token]) -> list[Token] | None:
    """The noun phrase at the start of ``tokens``; "that of Earth" is Earth."""
    words = list(tokens)
    if [token.lower for token in words[:2]] in (["that", "of"], ["those", "of"]):
        words = words[2:]
    end = 0
    for token in words:
        stops = token.lower in PHRASE_END or token.lower in lexicon.PRONOUNS - {"ones"}
        if stops or (end and token.verb):
            break
        end += 1
        if token.mark:
            break
    return noun_phrase(words[:end])


def noun_phrase(words: Sequence[Token]) -> list[Token] | None:
    trimmed = list(words)
    while trimmed and trimmed[0].lower in ("a", "an", "the"):
        trimmed = trimmed[1:]
    while trimmed and trimmed[-1].lower in lexicon.WEAK_ADVERBS:
        trimmed.pop()
    if trimmed and trimmed[0].lower in lexicon.PREPOSITIONS:
        return None
    if not 0 < len(trimmed) <= MAX_NOUN_WORDS or any(t.mark for t in trimmed[:-1]):
        return None
    pronouns = (lexicon.PRONOUNS | lexicon.SUBJECT_PRONOUNS) - {"ones"}
    if any(t.lower in pronouns or t.negates for t in trimmed) or trimmed[0].lower == "ones":
        return None
    ends_well = not trimmed[-1].is_function_word or trimmed[-1].lower == "ones"
    return trimmed if ends_well else None


def predicate_of(tokens: Sequence[Token]) -> str | None:
    """What a clause says of its subject, when that is at most four words."""
    verb = next((k for k, t in enumerate(tokens) if k and t.verb), None)
    if verb is None:
        return None
    words = list(tokens[verb:])
    if words[0].lower in ("is", "are", "was", "were"):
        words = words[1:]
    end = next((k + 1 for k, t in enumerate(words) if t.mark), len(words))
    words = words[:end]
    return joined(words) if 0 < len(words) <= MAX_NOUN_WORDS else None


def after_last_break(tokens: list[Token]) -> list[Token]:
    """What follows the last stronger mark inside (the item's own closing comma aside)."""
    for position in range(len(tokens) - 2, -1, -1):
        if tokens[position].mark:
            return tokens[position + 1 :]
    return tokens

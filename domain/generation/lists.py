"""Lists: enumerations as they stand in a sentence, and pairs.

What would have to be guessed (an uneven enumeration, a pronoun's meaning) is no list.
"""

from collections.abc import Sequence

from domain.generation import lexicon
from domain.generation.clauses import PHRASE_END, after_last_break
from domain.generation.shots import MAX_SCREEN_WORDS, enter
from domain.generation.storyboard import ListContent, Reveal
from domain.generation.tokens import Token, joined, sentence_case

MAX_ITEM_WORDS = 4
MIN_ROWS, MAX_ROWS = 3, 6
MAX_TITLE_WORDS = 5
MIN_PAIR_WORDS = 4
"""of two rows without a title, so that they say something"""

_NO_ITEM = lexicon.AUXILIARIES | lexicon.CLAUSE_OPENERS | lexicon.PRONOUNS


def enumeration(tokens: Sequence[Token], start: int) -> ListContent | None:
    """Three or more coordinated items of one build; a title where their lead-in is short."""
    found = find_items(tokens)
    if found is None:
        return None
    lead, items = found
    rows = [
        Reveal(sentence_case(joined(_undetermined(item))), enter(item[0], start)) for item in items
    ]
    words = sum(len(row.text.split()) for row in rows)
    if len({row.text.casefold() for row in rows}) < len(rows) or words > MAX_SCREEN_WORDS:
        return None
    title = _title(lead)
    if title is not None and words + len(title.split()) > MAX_SCREEN_WORDS:
        title = None
    return ListContent(title=title, rows=rows)


def pair(tokens: Sequence[Token], start: int) -> ListContent | None:
    """Two coordinated phrases of one build: what a second fact in a row may become."""
    for position, token in enumerate(tokens):
        if token.lower not in ("and", "or") or not 0 < position < len(tokens) - 1:
            continue
        left = _back_from(tokens, position)
        right = list(_undetermined(_forward_from(tokens, position + 1)))
        if not _is_pair(left, right):
            continue
        rows = [Reveal(sentence_case(joined(s)), enter(s[0], start)) for s in (left, right)]
        title = _title(tokens[: left[0].index - tokens[0].index])
        if title is None and len(left) + len(right) < MIN_PAIR_WORDS:
            continue
        return ListContent(title=title, rows=rows)
    return None


def _is_pair(left: Sequence[Token], right: Sequence[Token]) -> bool:
    sides = (left, right)
    if any(not 0 < len(side) <= MAX_ITEM_WORDS for side in sides):
        return False
    if left[-1].mark or any(token.mark for token in right[:-1]):
        return False
    small = lexicon.FUNCTION_WORDS - {"of"} - lexicon.QUALIFIERS
    if any(t.lower in small or t.negates for side in sides for t in side):
        return False
    if any(side[-1].lower.endswith("ly") for side in sides):
        return False
    if all(side[0].numeric for side in sides):
        return False  # "two hours and forty minutes" is one measure
    # "black and white fur" is one thing of two colours
    alike = len(left) == len(right) or min(len(left), len(right)) > 1
    return alike and left[0].capitalised == right[0].capitalised


def find_items(tokens: Sequence[Token]) -> tuple[list[Token], list[list[Token]]] | None:
    """The lead-in and the items of the first enumeration, or None."""
    for position, token in enumerate(tokens):
        if token.lower in ("and", "or") and position >= MIN_ROWS - 1:
            items = _items_around(tokens, position)
            if items is not None:
                first = items[0][0].index - tokens[0].index
                return list(tokens[:first]), items
    return None


def _items_around(tokens: Sequence[Token], coordinator: int) -> list[list[Token]] | None:
    before = list(tokens[:coordinator])
    items: list[list[Token]] = []
    commas = [k for k, token in enumerate(before) if token.mark == ","]
    serial = bool(commas) and commas[-1] == coordinator - 1
    if serial:
        commas.pop()
        if not commas:
            return None
    end = coordinator
    first: list[Token] = []
    while commas:
        item = before[commas[-1] + 1 : end]
        if not 0 < len(item) <= MAX_ITEM_WORDS or any(t.mark not in ("", ",") for t in item[:-1]):
            first = item
            break
        if item[0].lower in ("including", "such", "like"):
            first = item
            break
        items.insert(0, item)
        end = commas.pop() + 1
    if not items:
        return None
    if not first:
        first = before[:end]
    first = after_last_break(first)
    opening = _first_item(first, items)
    done = bool(_after_modal(first))
    last = _forward_from(tokens, coordinator + 1, like=items[-1], whole=done)
    if not done and "of" not in [token.lower for item in items for token in item]:
        last = last[: next((k for k, t in enumerate(last) if t.lower == "of"), len(last))]
    items = [opening, *items, last]
    if last and last[0].lower == "other" and len(items) > MIN_ROWS:
        items.pop()  # "... and other forms of sea life"
    if _is_lead(tokens, opening):
        items.pop(0)  # "After the victory, Germany, Austria and Japan ..."
    if not MIN_ROWS <= len(items) <= MAX_ROWS or not all(map(_is_item, items)):
        return None
    return items if done or _parallel([item[0] for item in items], serial=serial) else None


def _is_lead(tokens: Sequence[Token], item: Sequence[Token]) -> bool:
    """Whether what looks like the first item is the phrase that opens the sentence."""
    if not item or not tokens[0].first or tokens[0].lower not in lexicon.PREPOSITIONS:
        return False
    before = tokens[1 : item[0].index - tokens[0].index]
    return all(token.lower in lexicon.DETERMINERS for token in before)


def _first_item(tokens: list[Token], others: Sequence[list[Token]]) -> list[Token]:
    """The first item's own words: its left end isn't marked by a comma."""
    model = others[0][0].lower
    if model in lexicon.DETERMINERS | lexicon.PREPOSITIONS | {"one"}:
        same = lexicon.DETERMINERS if model in lexicon.DETERMINERS else {model}
        for position in range(len(tokens) - 1, -1, -1):
            if tokens[position].lower in same:
                return tokens[position:]
        return []
    modal = _after_modal(tokens)
    if modal:
        return modal
    start = 0
    for position in range(len(tokens) - 1, -1, -1):
        token = tokens[position]
        small = token.is_function_word and token.lower != "of"
        if small or (token.verb and position < len(tokens) - 1):
            start = position + 1
            break
    item = tokens[start:]
    if len(item) > 1 and all(len(other) == 1 for other in others) and item[0].lower.endswith("s"):
        item = item[1:]
    return item


def _after_modal(tokens: Sequence[Token]) -> list[Token]:
    """What follows "can" or "must": the items are then things that are done."""
    at = [k for k, token in enumerate(tokens[:-1]) if token.lower in lexicon.MODALS]
    return list(tokens[at[-1] + 1 :]) if at else []


def _back_from(tokens: Sequence[Token], end: int) -> list[Token]:
    """The phrase that ends right before ``end``."""
    item: list[Token] = []
    for position in range(end - 1, -1, -1):
        token = tokens[position]
        if token.mark or token.lower in lexicon.FUNCTION_WORDS or token.verb:
            break
        item.insert(0, token)
    while item and not item[0].core:
        item = item[1:]
    before = item[0].index - tokens[0].index - 1 if item else -1
    if before >= 0 and item[0].numeric and tokens[before].lower in lexicon.QUALIFIERS:
        item.insert(0, tokens[before])
    return item


def _forward_from(
    tokens: Sequence[Token], start: int, like: Sequence[Token] = (), *, whole: bool = False
) -> list[Token]:
    """The phrase that begins at ``start``, to its mark or to the next word that ends phrases.

    ``whole``: to its mark only.
    """
    item: list[Token] = []
    verbs = bool(like) and like[0].verb
    lead = like[0].lower if like else ""
    for token in tokens[start:]:
        ends = token.lower in PHRASE_END and not (not item and token.lower == lead)
        if not whole and (ends or (item and token.verb and not verbs)):
            break
        item.append(token)
        if token.mark:
            break
    if len(item) > 1 and item[-1].lower.endswith("ing") and item[-2].lower.endswith("s"):
        item.pop()  # "islands stretching (over ...)"
    return item


def _is_item(item: Sequence[Token]) -> bool:
    """Whether words can stand in a row of their own; "no" may, since it is shown."""
    if not 0 < len(item) <= MAX_ITEM_WORDS or item[-1].is_function_word:
        return False
    counted = item[1:] if item[0].lower == "one" and len(item) > 1 else item
    if any(t.lower in _NO_ITEM or (t.negates and t.lower != "no") for t in counted):
        return False
    return not any(t.verb and t.lower.endswith("ed") for t in item[1:])


def _parallel(openings: Sequence[Token], *, serial: bool) -> bool:
    """Whether items begin alike: an uneven enumeration is usually not one at all.

    ``serial``: a comma before the "and" says that it is one, articles or not.
    """
    for words in (lexicon.PREPOSITIONS,) if serial else (lexicon.DETERMINERS, lexicon.PREPOSITIONS):
        if len({token.lower in words for token in openings}) > 1:
            return False
    if len({token.verb and not token.lower.endswith("ed") for token in openings[1:]}) > 1:
        return False
    names = [token.core[:1].isupper() for token in openings if not token.first]
    return all(names) or not any(names)


def _undetermined(item: Sequence[Token]) -> Sequence[Token]:
    return item[1:] if len(item) > 1 and item[0].lower in ("a", "an", "the") else item


def _title(lead: Sequence[Token]) -> str | None:
    """The words that lead in to the items, as they stand, when they are few ("Bees need").

    What wants a word after it is left out: "Applications of" is "Applications".
    """
    words = [token for token in lead if token.core]
    joining = {"such", "as", "including", "like"} | lexicon.WEAK_ADVERBS
    while words and words[-1].lower in lexicon.DETERMINERS | joining:
        words.pop()
    breaks = [k + 1 for k, token in enumerate(words[:-1]) if token.mark]
    words = words[breaks[-1] :] if breaks else words
    if words and words[-1].is_function_word:
        while words and (words[-1].is_function_word or words[-1].verb):
            words.pop()  # "Penguins feed on" wants what follows, "Penguins" doesn't
    while words and words[0].lower in lexicon.COORDINATORS | {"a", "an", "the"}:
        words = words[1:]
    if not 0 < len(words) <= MAX_TITLE_WORDS:
        return None
    if words[0].lower in lexicon.PRONOUNS | lexicon.SUBORDINATORS | lexicon.PREPOSITIONS:
        return None
    if words[0].lower in lexicon.SUBJECT_PRONOUNS or words[0].verb:
        return None
    if words[0].lower.endswith("ing") or all(token.is_function_word for token in words):
        return None
    return sentence_case(joined(words))

"""Drawn shots that set several things side by side: lists, comparisons, timelines, processes.

A relation is drawn only where the words state it outright. What would have to be guessed (a
pronoun's meaning, an uneven enumeration, the far end of a range) is left to the key words.
"""

from collections.abc import Sequence
from itertools import pairwise

from domain.generation import lexicon
from domain.generation.figures import Figure, figures_in, is_year, year_of
from domain.generation.phrases import Phrase, key_phrases, phrases_in
from domain.generation.shots import MAX_SCREEN_WORDS, enter
from domain.generation.storyboard import (
    Bar,
    ComparisonContent,
    ListContent,
    ProcessContent,
    Reveal,
    TimelineContent,
    TimelineMark,
)
from domain.generation.tokens import Token, joined, sentence_case

MAX_ITEM_WORDS = 4
MIN_ROWS, MAX_ROWS = 3, 5
MAX_TITLE_WORDS = 5
MIN_PAIR_WORDS = 4
"""of two rows without a title, so that they say something"""
MAX_NODE_WORDS = 4
MAX_LABEL_WORDS = 4
MIN_POLE_WORDS = 2

_PHRASE_END = (
    lexicon.AUXILIARIES
    | lexicon.CLAUSE_OPENERS
    | lexicon.COORDINATORS
    | (lexicon.PREPOSITIONS - {"of"})
)
_SMALLER = frozenset(
    "smaller lighter shorter less fewer slower cheaper thinner lower nearer".split()
)
_CAUSES = frozenset(
    "causes cause triggers trigger produces produce creates create generates generate "
    "releases release".split()
)
_ENABLES = frozenset("enabling allowing letting causing".split())
_BECOMES = frozenset("becomes become".split())
_TRANSFORMS = frozenset(
    "turn turns turned convert converts converted transform transforms transformed change changes "
    "changed develop develops developed grow grows grew evolve evolves evolved melt melts freeze "
    "freezes condense condenses collapse collapses break breaks broke".split()
)


# -- lists -----------------------------------------------------------------------------------


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


def notes(tokens: Sequence[Token], start: int) -> ListContent | None:
    """The subject as a title, two or three key phrases of what is said of it as rows.

    Not an enumeration: a second fact in a row takes this form, rather than look like the first.
    """
    subject = _subject(tokens)
    said = tokens[subject[-1].index - tokens[0].index + 1 :] if subject else tokens
    found = key_phrases(said, MIN_PAIR_WORDS - 1, 2 * MAX_ITEM_WORDS, MIN_ROWS)
    words = sum(phrase.words for phrase in found)
    if len(found) < MIN_ROWS - 1 or words < MIN_PAIR_WORDS - (1 if subject else 0):
        return None
    rows = [Reveal(sentence_case(p.text), enter(p.tokens[0], start)) for p in found]
    return ListContent(title=sentence_case(joined(subject)) if subject else None, rows=rows)


def _is_pair(left: Sequence[Token], right: Sequence[Token]) -> bool:
    sides = (left, right)
    if any(not 0 < len(side) <= MAX_ITEM_WORDS for side in sides):
        return False
    if left[-1].mark or any(token.mark for token in right[:-1]):
        return False
    small = lexicon.FUNCTION_WORDS - {"of"} - lexicon.QUALIFIERS
    if any(t.lower in small or t.negates for side in sides for t in side):
        return False
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
    if commas and commas[-1] == coordinator - 1:
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
        items.insert(0, item)
        end = commas.pop() + 1
    if not items:
        return None
    if not first:
        first = before[:end]
    first = _after_last_break(first)
    opening = _first_item(first, items)
    last = _forward_from(tokens, coordinator + 1, like=items[-1])
    items = [opening, *items, last]
    return items if len(items) <= MAX_ROWS and _parallel(items) else None


def _after_last_break(tokens: list[Token]) -> list[Token]:
    """What follows the last stronger mark inside (the item's own closing comma aside)."""
    for position in range(len(tokens) - 2, -1, -1):
        if tokens[position].mark:
            return tokens[position + 1 :]
    return tokens


def _first_item(tokens: list[Token], others: Sequence[list[Token]]) -> list[Token]:
    """The first item's own words: its left end isn't marked by a comma."""
    model = others[0][0].lower
    if model in lexicon.DETERMINERS | lexicon.PREPOSITIONS:
        same = lexicon.DETERMINERS if model in lexicon.DETERMINERS else {model}
        for position in range(len(tokens) - 1, -1, -1):
            if tokens[position].lower in same:
                return tokens[position:]
        return []
    start = 0
    for position in range(len(tokens) - 1, -1, -1):
        token = tokens[position]
        if token.is_function_word and token.lower != "of":
            start = position + 1
            break
        if token.verb and position < len(tokens) - 1:
            start = position + 1
            break
    item = tokens[start:]
    if len(item) > 1 and all(len(other) == 1 for other in others) and item[0].lower.endswith("s"):
        item = item[1:]
    return item


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


def _forward_from(tokens: Sequence[Token], start: int, like: Sequence[Token] = ()) -> list[Token]:
    """The phrase that begins at ``start``, to its mark or to the next word that ends phrases."""
    item: list[Token] = []
    verbs = bool(like) and like[0].verb
    lead = like[0].lower if like else ""
    for token in tokens[start:]:
        ends = token.lower in _PHRASE_END and not (not item and token.lower == lead)
        if ends or (item and token.verb and not verbs):
            break
        item.append(token)
        if token.mark:
            break
    if len(item) > 1 and item[-1].lower.endswith("ing") and item[-2].lower.endswith("s"):
        item.pop()  # "islands stretching (over ...)"
    return item


def _parallel(items: Sequence[list[Token]]) -> bool:
    """Whether the items are of one build: an uneven enumeration is usually not one at all."""
    for item in items:
        if not 0 < len(item) <= MAX_ITEM_WORDS:
            return False
        inner = item[1:]
        if any(t.lower in lexicon.AUXILIARIES | lexicon.CLAUSE_OPENERS for t in item):
            return False
        if any(t.lower in lexicon.PRONOUNS or t.negates for t in item):
            return False
        if any(t.verb and t.lower.endswith("ed") for t in inner):
            return False
        if item[-1].is_function_word:
            return False
    openings = [item[0] for item in items]
    for words in (lexicon.DETERMINERS, lexicon.PREPOSITIONS):
        if len({token.lower in words for token in openings}) > 1:
            return False
    if len({token.verb for token in openings[1:]}) > 1:
        return False
    names = [token.core[:1].isupper() for token in openings[1:]]
    return all(names) or not any(names)


def _undetermined(item: Sequence[Token]) -> Sequence[Token]:
    return item[1:] if len(item) > 1 and item[0].lower in ("a", "an", "the") else item


def _title(lead: Sequence[Token]) -> str | None:
    """The words that lead in to the items, as they stand, when they are few ("Bees need")."""
    words = [token for token in lead if token.core]
    joining = {"such", "as", "including", "like"} | lexicon.WEAK_ADVERBS
    while words and words[-1].lower in lexicon.DETERMINERS | joining:
        words.pop()
    breaks = [k + 1 for k, token in enumerate(words[:-1]) if token.mark]
    words = words[breaks[-1] :] if breaks else words
    while words and words[0].lower in lexicon.COORDINATORS | {"a", "an", "the"}:
        words = words[1:]
    if not 0 < len(words) <= MAX_TITLE_WORDS:
        return None
    if words[0].lower in lexicon.PRONOUNS | lexicon.SUBORDINATORS | lexicon.PREPOSITIONS:
        return None
    if words[0].lower in lexicon.SUBJECT_PRONOUNS or words[0].verb:
        return None
    if all(token.is_function_word for token in words):
        return None
    return sentence_case(joined(words))


# -- comparisons -------------------------------------------------------------------------------


def comparison(tokens: Sequence[Token], start: int) -> ComparisonContent | None:
    """Two things set against each other, to scale where the words give a ratio."""
    return _ratio(tokens, start) or _versus(tokens, start) or _contrast(tokens, start)


def _ratio(tokens: Sequence[Token], start: int) -> ComparisonContent | None:
    """ "Three times larger than Y", "twice as large as Y", "half the size of Y"."""
    found = _factor(tokens)
    if found is None:
        return None
    position, factor, value_text = found
    subject = _subject(tokens[:position])
    pivot = next(
        (
            k
            for k in range(position + 1, len(tokens))
            if tokens[k].lower in ("than", "as", "of")
            and not (tokens[k].lower == "as" and k == position + 1)
        ),
        None,
    )
    if subject is None or pivot is None or any(t.negates for t in tokens[: pivot + 1]):
        return None
    other = _object(tokens[pivot + 1 :])
    if other is None:
        return None
    if any(t.lower in _SMALLER for t in tokens[position:pivot]) and factor > 1:
        factor = 1 / factor
    larger = max(factor, 1.0)
    first, second = _side(subject), _side(other)
    shown = (value_text, "1×") if factor >= 1 else ("1×", f"{_trimmed(1 / factor)}×")
    return ComparisonContent(
        bars=[
            Bar(first, shown[0], factor / larger, enter(subject[0], start)),
            Bar(second, shown[1], 1.0 / larger, enter(other[0], start)),
        ],
        measured=True,
    )


def _factor(tokens: Sequence[Token]) -> tuple[int, float, str] | None:
    for figure in figures_in(tokens):
        if figure.ratio and figure.value > 1:
            return figure.first, figure.value, f"{figure.text}×"
    for position, token in enumerate(tokens):
        following = tokens[position + 1].lower if position + 1 < len(tokens) else ""
        if token.lower == "twice" and following in ("as", "the"):
            return position, 2.0, "2×"
        if token.lower == "half" and following in ("as", "the"):
            return position, 0.5, "½"
    return None


def _versus(tokens: Sequence[Token], start: int) -> ComparisonContent | None:
    """ "A weighs 10 kg, whereas B weighs 5 kg": one unit, two figures."""
    pivot = _pivot(tokens, ("whereas", "while", "versus", "vs", "but", "compared"))
    if pivot is None:
        return None
    sides = (tokens[:pivot], tokens[pivot + 1 :])
    figures = [figures_in(side) for side in sides]
    if any(len(found) != 1 for found in figures):
        return None
    one, two = figures[0][0], figures[1][0]
    subjects = [_subject(side) for side in sides]
    if _measure(one) != _measure(two) or any(subject is None for subject in subjects):
        return None
    largest = max(one.value, two.value)
    if largest <= 0 or min(one.value, two.value) < 0:
        return None
    bars = [
        Bar(
            _side(subject or []),
            f"{figure.text} {_unit(figure)}".strip(),
            figure.value / largest,
            enter(side[figure.first], start),
        )
        for subject, figure, side in zip(subjects, (one, two), sides, strict=True)
    ]
    return ComparisonContent(bars=bars, measured=True)


def _measure(figure: Figure) -> tuple[str, str, str]:
    return figure.prefix.lstrip("~<"), figure.suffix.lstrip("+"), _unit(figure)


def _unit(figure: Figure) -> str:
    return figure.label.split(" ", 1)[0] if figure.label else ""


def _contrast(tokens: Sequence[Token], start: int) -> ComparisonContent | None:
    """Two sides without figures: "unlike A, B ...", "A is taller than B", "A ..., whereas B ..."."""
    if tokens and tokens[0].lower == "unlike":
        comma = next((k for k, t in enumerate(tokens) if t.mark == ","), None)
        if comma is None or comma + 2 > len(tokens):
            return None
        main = tokens[comma + 1 :]
        subject, said = _subject(main), _predicate(main)
        other = _object(tokens[1 : comma + 1])
        if subject is None or said is None or other is None:
            return None
        return _columns((other, "", tokens[1]), (subject, said, main[0]), start)
    pivot = _pivot(tokens, ("whereas", "while", "but"))
    if pivot is not None and tokens[pivot].lower == "while" and not tokens[pivot - 1].mark:
        pivot = None
    if pivot is not None:
        sides = (tokens[:pivot], tokens[pivot + 1 :])
        subjects = [_subject(side) for side in sides]
        said_of = [_predicate(side) for side in sides]
        if None in subjects or None in said_of:
            return _poles(sides, start) if tokens[pivot].lower != "but" else None
        return _columns(
            (subjects[0] or [], said_of[0] or "", sides[0][0]),
            (subjects[1] or [], said_of[1] or "", sides[1][0]),
            start,
        )
    than = next((k for k, t in enumerate(tokens) if t.lower == "than" and k > 1), None)
    if than is None or figures_in(tokens) or any(t.negates for t in tokens):
        return None
    degree = tokens[than - 1]
    more = tokens[than - 2].lower in ("more", "less") and not degree.is_function_word
    if not (degree.lower.endswith("er") or more) or degree.lower in ("rather", "other"):
        return None
    subject, other = _subject(tokens[:than]), _object(tokens[than + 1 :])
    if subject is None or other is None:
        return None
    said = joined(tokens[than - 2 : than] if more else [degree])
    return _columns((subject, said, subject[0]), (other, "", other[0]), start)


def _poles(sides: Sequence[Sequence[Token]], start: int) -> ComparisonContent | None:
    """The most telling phrase of either side of a contrast, where both name one sort of thing."""
    best = [key_phrases(side, 2, MAX_LABEL_WORDS, 1) for side in sides]
    if any(not found or found[0].words < MIN_POLE_WORDS for found in best):
        return None
    one, two = best[0][0].tokens, best[1][0].tokens
    if one[-1].lower != two[-1].lower:
        return None
    return _columns((one, "", one[0]), (two, "", two[0]), start)


def _columns(
    one: tuple[Sequence[Token], str, Token], two: tuple[Sequence[Token], str, Token], start: int
) -> ComparisonContent | None:
    bars = [Bar(_side(who), said, 1.0, enter(at, start)) for who, said, at in (one, two)]
    words = sum(len(f"{bar.label} {bar.value_text}".split()) for bar in bars)
    if bars[0].label.casefold() == bars[1].label.casefold() or words > MAX_SCREEN_WORDS:
        return None
    return ComparisonContent(bars=bars, measured=False)


def _pivot(tokens: Sequence[Token], words: Sequence[str]) -> int | None:
    return next(
        (k for k, t in enumerate(tokens) if t.lower in words and 1 < k < len(tokens) - 2), None
    )


def _subject(tokens: Sequence[Token]) -> list[Token] | None:
    """The noun phrase that a clause is about, when it is short and no pronoun."""
    words = list(tokens)
    if words and words[0].lower in lexicon.PREPOSITIONS | lexicon.SUBORDINATORS:
        comma = next((k for k, t in enumerate(words) if t.mark == ","), None)
        if comma is None:
            return None
        words = words[comma + 1 :]
    if words and words[0].lower in lexicon.COORDINATORS:
        words = words[1:]
    end = next((k for k, t in enumerate(words) if k and t.verb), None)
    if end is None:
        return None
    return _noun_phrase(words[:end])


def _object(tokens: Sequence[Token]) -> list[Token] | None:
    """The noun phrase at the start of ``tokens``; "that of Earth" is Earth."""
    words = list(tokens)
    if len(words) > 2 and words[0].lower in ("that", "those") and words[1].lower == "of":
        words = words[2:]
    end = 0
    for token in words:
        stops = token.lower in _PHRASE_END or token.lower in lexicon.PRONOUNS
        if stops or (end and token.verb):
            break
        end += 1
        if token.mark:
            break
    return _noun_phrase(words[:end])


def _noun_phrase(words: Sequence[Token]) -> list[Token] | None:
    trimmed = list(words)
    while trimmed and trimmed[0].lower in ("a", "an", "the"):
        trimmed = trimmed[1:]
    while trimmed and trimmed[-1].lower in lexicon.WEAK_ADVERBS:
        trimmed.pop()
    if not 0 < len(trimmed) <= MAX_LABEL_WORDS or any(t.mark for t in trimmed[:-1]):
        return None
    if any(t.lower in lexicon.PRONOUNS | lexicon.SUBJECT_PRONOUNS or t.negates for t in trimmed):
        return None
    return trimmed if not trimmed[-1].is_function_word else None


def _predicate(tokens: Sequence[Token]) -> str | None:
    """What a clause says of its subject, when that is at most four words."""
    verb = next((k for k, t in enumerate(tokens) if k and t.verb), None)
    if verb is None:
        return None
    words = list(tokens[verb:])
    if words[0].lower in ("is", "are", "was", "were") and not words[1:2][0:0]:
        words = words[1:]
    end = next((k + 1 for k, t in enumerate(words) if t.mark), len(words))
    words = words[:end]
    return joined(words) if 0 < len(words) <= MAX_LABEL_WORDS else None


def _side(tokens: Sequence[Token]) -> str:
    return sentence_case(joined(tokens))


def _trimmed(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


# -- timelines ---------------------------------------------------------------------------------


def timeline(tokens: Sequence[Token], start: int) -> TimelineContent | None:
    """Two or more different years, each with a phrase of its own clause."""
    at = [k for k, t in enumerate(tokens) if year_of(t) is not None and is_year(tokens, k)]
    years = [int(tokens[k].core) for k in at]
    if not 1 < len(set(years)) == len(years) <= MAX_ROWS:
        return None
    if any(t.core in ("BC", "BCE") for t in tokens):
        return None
    labels = _year_labels(tokens, at)
    marks = [
        TimelineMark(year, label, enter(tokens[k], start))
        for year, label, k in zip(years, labels, at, strict=True)
    ]
    return TimelineContent(marks=sorted(marks, key=lambda mark: mark.year))


def _year_labels(tokens: Sequence[Token], at: Sequence[int]) -> list[str]:
    first, second = at[0], at[1]
    if len(at) == MIN_ROWS - 1 and second - first == MIN_ROWS - 1:
        joins = (tokens[first - 1].lower if first else "", tokens[first + 1].lower)
        if joins in (("from", "to"), ("from", "until"), ("between", "and")):
            return ["from", "to"] if joins[0] == "from" else ["between", "and"]
    labels: list[str] = []
    bounds = [0, *[_clause_start(tokens, a, b) for a, b in pairwise(at)], len(tokens)]
    for year, (begin, end) in zip(at, pairwise(bounds), strict=True):
        around = [
            phrase
            for part in (tokens[begin:year], tokens[year + 1 : end])
            for phrase in phrases_in(part)
            if phrase.words <= MAX_LABEL_WORDS
        ]
        labels.append(max(around, key=_score).text if around else "")
    return labels


def _score(phrase: Phrase) -> float:
    return phrase.score


def _clause_start(tokens: Sequence[Token], after: int, before: int) -> int:
    """Where, between two years, the second one's clause begins."""
    for position in range(before, after, -1):
        if tokens[position - 1].mark or tokens[position].lower in ("and", "but", "then"):
            return position
    return after + 1


# -- processes ---------------------------------------------------------------------------------


def process(tokens: Sequence[Token], start: int) -> ProcessContent | None:
    """One thing leads to the next: "A causes B", "A turns into B", "A, then B"."""
    if any(token.negates for token in tokens):
        return None
    nodes = _transformed(tokens) or _caused(tokens) or _enabled(tokens)
    if nodes is None:
        return None
    texts = [sentence_case(joined(node)) for node in nodes]
    if len({text.casefold() for text in texts}) < len(texts):
        return None
    reveals = [Reveal(t, enter(n[0], start)) for t, n in zip(texts, nodes, strict=True)]
    return ProcessContent(nodes=reveals)


def _enabled(tokens: Sequence[Token]) -> list[list[Token]] | None:
    """ "A ..., enabling it to B": what is done makes the other possible."""
    for position, token in enumerate(tokens):
        opens = position > 1 and tokens[position - 1].mark == ","
        if token.lower in _ENABLES and opens and position + 1 < len(tokens):
            sides = (tokens[:position], tokens[position + 1 :])
            best = [key_phrases(side, 2, MAX_NODE_WORDS, 1) for side in sides]
            if all(found and found[0].words > 1 for found in best):
                return [found[0].tokens for found in best]
    return None


def _transformed(tokens: Sequence[Token]) -> list[list[Token]] | None:
    into = next((k for k, t in enumerate(tokens) if t.lower == "into" and k), None)
    if into is None:
        return None
    verb = next((k for k in range(into - 1, -1, -1) if tokens[k].lower in _TRANSFORMS), None)
    if verb is None:
        return None
    between = [t for t in tokens[verb + 1 : into] if t.lower != "down"]
    source = _noun_phrase(between) if between else _subject(tokens[: verb + 1])
    result = _object(tokens[into + 1 :])
    return [source, result] if source and result else None


def _caused(tokens: Sequence[Token]) -> list[list[Token]] | None:
    for position, token in enumerate(tokens):
        if not 0 < position < len(tokens) - 1:
            continue
        following = tokens[position + 1].lower
        skip = 1
        if (token.lower, following) in (("leads", "to"), ("lead", "to"), ("results", "in")):
            skip = 2
        elif token.lower not in _CAUSES | _BECOMES:
            continue
        cause = _subject(tokens[: position + 1])
        effect = _object(tokens[position + skip :])
        if cause and effect:
            return [cause, effect]
    return None

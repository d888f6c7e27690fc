"""Drawn shots of one clause: claims, figures, quotes, key words.

Every builder takes the shot's words and its first frame (from the scene's start) and gives
the content, or None where the words can't carry that kind. ``lists``, ``comparisons``
and ``sequences`` have the kinds that set several things side by side.
"""

from collections.abc import Sequence
from itertools import pairwise

from domain.generation import lexicon
from domain.generation.abridging import MAX_CLAIM_WORDS, broken_off, claim_of
from domain.generation.clauses import is_main
from domain.generation.figures import Figure, figures_in
from domain.generation.phrases import key_phrases, phrases_in
from domain.generation.storyboard import (
    ClosingContent,
    FactContent,
    HookContent,
    NumberContent,
    QuoteContent,
    Reveal,
)
from domain.generation.telegrams import telegram, text_of
from domain.generation.tokens import Token, bare, joined, sentence_case

MAX_SCREEN_WORDS = 12
"""besides heading and captions"""
MIN_FACT_WORDS, MAX_FACT_WORDS = 3, 6
MAX_FACT_GROUPS = 2
LATER_GAINS = 0.3
MIN_QUOTE_WORDS = 3

DANGLING = (
    lexicon.DETERMINERS
    | lexicon.PREPOSITIONS
    | lexicon.COORDINATORS
    | lexicon.SUBORDINATORS
    | lexicon.AUXILIARIES
)
"""words on which no shown text ends, unless its sentence does"""

_SPEECH_VERBS = frozenset(
    """
    said says wrote writes called calls asked declared remarked warned famously described
    noted observed replied argued quipped stated announced explained
    """.split()
)
_OPENING_QUOTES = '“"«„'
_CLOSING_QUOTES = '”"»“'


def enter(token: Token, start: int) -> int:
    """The frame from the shot's start at which what shows ``token`` enters."""
    return max(0, token.enters - start)


def hook(sentence: Sequence[Token]) -> HookContent | None:
    """The claim that opens the video.

    A sentence that allows none is broken off, with an ellipsis that says so.
    """
    text = sentence_case(_claim(sentence) or broken_off(sentence))
    return HookContent(claim=text, key=_key_in(sentence, text)) if text else None


def _claim(sentence: Sequence[Token]) -> str:
    """A complete thought of at most 12 words: the sentence's claim, else its telegram.

    Empty where the telegram lacks its subject, or is too long with its articles.
    """
    return claim_of(sentence) or _stretch(sentence, complete=True)


def _stretch(sentence: Sequence[Token], *, complete: bool) -> str:
    """The sentence's telegram with the articles that a telegram leaves out; may be empty."""
    short = telegram(sentence, MIN_QUOTE_WORDS, MAX_CLAIM_WORDS)
    if short is None or short.tokens[0].verb or (complete and not _has_subject(short.tokens)):
        return ""
    words = _between(sentence, short.tokens)
    return joined(words) if len(words) <= MAX_CLAIM_WORDS else ""


def _has_subject(words: Sequence[Token]) -> bool:
    """Whether something stands before the verb: "arranged in a grid" doesn't say what is."""
    verb = next((position for position, token in enumerate(words) if token.verb), 0)
    return not all(token.lower.endswith("ly") for token in words[:verb])


def _best_phrase(sentence: Sequence[Token]) -> str:
    whole = [phrase for phrase in phrases_in(sentence) if phrase.words > 1]
    return max(whole, key=lambda phrase: phrase.score).text if whole else ""


def _between(sentence: Sequence[Token], ends: Sequence[Token]) -> list[Token]:
    """The sentence from the first to the last of some of its words."""
    return [token for token in sentence if ends[0].index <= token.index <= ends[-1].index]


def closing(words: Sequence[Token], sentence: Sequence[Token]) -> ClosingContent | None:
    """The answer that ends the video: what the shot says, where that can stand alone.

    The source line is added by the planner.
    """
    if len(sentence) > MAX_CLAIM_WORDS and words[0].sentence == sentence[0].sentence:
        leans = any(token.lower in ("which", "whom", "whose") for token in words)
        sentence = words if is_main(words) and not leans else sentence
    # an answer that breaks off is none: rather its most telling words alone
    stretch = _claim(sentence) or _stretch(sentence, complete=False) or _best_phrase(sentence)
    text = sentence_case(stretch or broken_off(sentence))
    return ClosingContent(text=text, key=_key_in(sentence, text)) if text else None


def _key_in(tokens: Sequence[Token], text: str) -> str | None:
    """The most telling phrase of a claim, as it stands in ``text``: a figure before all else."""
    for figure in figures_in(tokens):
        words = tokens[figure.first : figure.last + 1]
        noun = tokens[figure.last + 1 : figure.last + 1 + min(3, len(figure.label.split()))]
        while noun and noun[-1].is_function_word:
            noun = noun[:-1]
        for shown in (joined([*words, *noun]), joined(words)):
            if figure.label.startswith(joined(noun)) and shown in text and shown != text:
                return shown
    # the subject names the topic, the rest says what is new about it
    name = next((k for k, t in enumerate(tokens) if k and not t.capitalised), 1)
    for phrase in sorted(phrases_in(tokens[name:]), key=lambda p: -p.score):
        lone_verb = phrase.words == 1 and phrase.tokens[0].verb
        if not lone_verb and phrase.text in text and phrase.text != text:
            return phrase.text
    return None


def number(tokens: Sequence[Token], start: int) -> NumberContent | None:
    """The most telling figure of the clause, landing on its word."""
    figures = [figure for figure in figures_in(tokens) if not _inside_name(tokens, figure)]
    if not figures:
        return None
    figure = max(figures, key=_weight)
    return NumberContent(
        value=figure.value,
        decimals=figure.decimals,
        grouping=figure.grouping,
        prefix=figure.prefix,
        suffix=figure.suffix,
        label=figure.label,
        land_frame=max(0, round(tokens[figure.first].start) - start),
    )


def _weight(figure: Figure) -> tuple[bool, float]:
    return bool(figure.suffix or figure.prefix) or figure.value >= MAX_SCREEN_WORDS, figure.value


def _inside_name(tokens: Sequence[Token], figure: Figure) -> bool:
    """ "Seven Samurai", "Three Gorges": the figure is part of a name."""
    token = tokens[figure.first]
    following = tokens[figure.last + 1] if figure.last + 1 < len(tokens) else None
    return (
        token.core[:1].isupper()
        and following is not None
        and following.capitalised
        and following.lower not in lexicon.MULTIPLIERS
    )


def quote(tokens: Sequence[Token], start: int, *, asked_for: bool = False) -> QuoteContent | None:
    """Words in quotation marks that somebody said or wrote."""
    opening = next((k for k, t in enumerate(tokens) if t.text[:1] in _OPENING_QUOTES), None)
    if opening is None:
        return None
    ending = next(
        (
            k
            for k in range(opening, len(tokens))
            if tokens[k].text.rstrip(".,;:!?")[-1:] in _CLOSING_QUOTES
            and (k > opening or len(tokens[k].text) > 1)
        ),
        None,
    )
    if ending is None or ending - opening + 1 < MIN_QUOTE_WORDS:
        return None
    words = tokens[opening : ending + 1]
    around = [*tokens[:opening], *tokens[ending + 1 :]]
    name = _speaker(around)
    spoken = any(token.lower in _SPEECH_VERBS for token in around)
    if len(words) + len(name.split()) > MAX_SCREEN_WORDS:
        name = name.rpartition(" ")[2]  # the surname is enough
    too_long = len(words) + len(name.split()) > MAX_SCREEN_WORDS
    if not (name or spoken or asked_for) or too_long:
        return None
    return QuoteContent(text=joined(words), attribution=name, frame=enter(words[0], start))


def _speaker(around: Sequence[Token]) -> str:
    """The name beside a verb of saying ("said Albert Einstein", "Einstein called")."""
    for position, token in enumerate(around):
        if token.lower not in _SPEECH_VERBS and token.lower != "to":
            continue
        if token.lower == "to" and (not position or around[position - 1].lower != "according"):
            continue
        after = _names(around[position + 1 :])
        before = [] if token.lower == "to" else _names(list(reversed(around[:position])))[::-1]
        if after or before:
            return joined(after or before)
    return ""


def _names(tokens: Sequence[Token]) -> list[Token]:
    names: list[Token] = []
    for token in tokens:
        if not token.core[:1].isupper() or token.is_function_word:
            break
        names.append(token)
    return names


def fact(tokens: Sequence[Token], start: int) -> FactContent | None:
    """Three to six words that read as a telegram of the clause; else its key phrases."""
    short = telegram(tokens, MIN_FACT_WORDS, MAX_FACT_WORDS)
    if short is not None:
        parts = _led(short.groups)
        texts = [text_of(part) for part in parts]
        texts[0] = sentence_case(texts[0])
        key = text_of(short.key)
        key = sentence_case(key) if parts[0][0] is short.key[0] else key
        groups = [
            Reveal(text, enter(part[0], start)) for text, part in zip(texts, parts, strict=True)
        ]
        return FactContent(groups=groups, key=key)
    return _key_words(tokens, start)


def _led(groups: Sequence[list[Token]]) -> list[list[Token]]:
    """Groups none of which ends on a word that wants the next: "octopus | is symmetric".

    "More than" goes with its figure as well.
    """
    parts = [list(group) for group in groups]
    for part, following in pairwise(parts):
        while part and part[-1].lower in DANGLING | lexicon.QUALIFIERS:
            following.insert(0, part.pop())
        if len(part) == 1 and part[0].verb:  # "arises" alone says nothing yet
            following.insert(0, part.pop())
    return [part for part in parts if part]


def _key_words(tokens: Sequence[Token], start: int) -> FactContent | None:
    """Key phrases in one or two groups, where no stretch of the clause can stand alone.

    Two only where they are neighbours: others side by side say what the clause doesn't.
    """
    chosen = key_phrases(tokens, MIN_FACT_WORDS, MAX_FACT_WORDS, MAX_FACT_GROUPS)
    if any(one.span[1] + 1 < two.span[0] for one, two in pairwise(chosen)):
        chosen = [max(chosen, key=lambda phrase: (phrase.words > 1, phrase.score))]
    if not chosen:
        return None
    # news comes late in a clause; its beginning names what is known already
    key = max(enumerate(chosen), key=lambda item: item[1].score + LATER_GAINS * item[0])[1]
    texts = [phrase.text for phrase in chosen]
    texts[0] = sentence_case(texts[0])
    groups = [
        Reveal(text, enter(phrase.tokens[0], start))
        for text, phrase in zip(texts, chosen, strict=True)
    ]
    return FactContent(groups=groups, key=texts[chosen.index(key)])


def verbatim(tokens: Sequence[Token], start: int) -> FactContent:
    """The words themselves, for a clause of function words only ("There it was.")."""
    words = tokens[:MAX_FACT_WORDS]
    text = joined(words) or " ".join(token.text for token in words)
    shown = sentence_case(text)
    return FactContent(groups=[Reveal(shown, enter(words[0], start))], key=shown)


def undangled(words: Sequence[str]) -> str:
    """Words without those at their end that want another after them ("of", "the", "and")."""
    kept = list(words)
    while kept and bare(kept[-1]).casefold() in DANGLING:
        kept.pop()
    return " ".join(kept)


def content_words(tokens: Sequence[Token]) -> list[str]:
    """Words a pictogram may stand for: the most telling phrase's first, lower case."""
    words: list[str] = []
    for phrase in sorted(phrases_in(tokens), key=lambda p: -p.score):
        words += [t.lower for t in phrase.tokens if not t.is_function_word and not t.negates]
    return list(dict.fromkeys(words))

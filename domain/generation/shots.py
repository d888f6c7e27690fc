"""Drawn shots of one clause: claims, figures, quotes, key words.

Every builder takes the shot's words and its first frame (from the scene's start) and gives
the content, or None where the words can't carry that kind. ``domain.generation.relations``
has the kinds that set several things side by side.
"""

from collections.abc import Sequence

from domain.generation import lexicon
from domain.generation.figures import Figure, figures_in
from domain.generation.phrases import (
    Phrase,
    Token,
    claim_of,
    joined,
    phrases_in,
    sentence_case,
)
from domain.generation.storyboard import (
    ClosingContent,
    FactContent,
    HookContent,
    NumberContent,
    QuoteContent,
    Reveal,
)

MAX_SCREEN_WORDS = 12
"""besides heading and captions"""
MIN_FACT_WORDS, MAX_FACT_WORDS = 3, 6
MAX_FACT_GROUPS = 3
MIN_QUOTE_WORDS = 3

_SPEECH_VERBS = frozenset(
    "said says wrote writes called calls asked declared remarked warned famously described "
    "noted observed replied argued quipped stated announced explained".split()
)
_OPENING_QUOTES = '“"«„'
_CLOSING_QUOTES = '”"»“'


def enter(token: Token, start: int) -> int:
    """The frame from the shot's start at which what shows ``token`` enters."""
    return max(0, token.enters - start)


def hook(sentence: Sequence[Token]) -> HookContent | None:
    """The claim that opens the video."""
    claim = claim_of(sentence)
    text = sentence_case(joined(claim))
    return HookContent(claim=text, key=_key_in(claim, text)) if text else None


def closing(sentence: Sequence[Token]) -> ClosingContent | None:
    """The answer that ends the video; the source line is added by the planner."""
    claim = claim_of(sentence)
    text = sentence_case(joined(claim))
    return ClosingContent(text=text, key=_key_in(claim, text)) if text else None


def _key_in(tokens: Sequence[Token], text: str) -> str | None:
    """The most telling phrase of a claim, as it stands in ``text``."""
    phrases = [p for p in phrases_in(tokens) if p.words < len(tokens)]
    figures = figures_in(tokens)
    if figures:
        first, last = figures[0].first, figures[0].last
        tail = tokens[last + 1 : last + 2]
        noun = tail if tail and not tail[0].is_function_word and not tokens[last].mark else []
        phrases = [Phrase([*tokens[first : last + 1], *noun], 0.0)]
    if not phrases:
        return None
    # the subject names the topic, the rest says what is new about it
    news = [p for p in phrases if p.tokens[0].index != tokens[0].index] or phrases
    best = max(news, key=lambda phrase: phrase.score)
    key = best.text if best.text in text else sentence_case(best.text)
    return key if key in text else None


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
    if not (name or spoken or asked_for) or len(words) > MAX_SCREEN_WORDS:
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
    """Three to six key words, in one to three groups, as they come in the sentence."""
    chosen = _key_phrases(phrases_in(tokens))
    if not chosen:
        return None
    key = max(chosen, key=lambda phrase: phrase.score)
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
    return FactContent(groups=[Reveal(sentence_case(text), enter(words[0], start))])


def _key_phrases(phrases: Sequence[Phrase]) -> list[Phrase]:
    """The most telling phrases of three to six words in all, in their own order."""
    chosen: list[Phrase] = []
    words = 0
    for phrase in sorted(phrases, key=lambda p: -p.score):
        if len(chosen) == MAX_FACT_GROUPS or words + phrase.words > MAX_FACT_WORDS:
            continue
        if any(phrase.text.casefold() == other.text.casefold() for other in chosen):
            continue
        chosen.append(phrase)
        words += phrase.words
    return sorted(chosen, key=lambda p: p.tokens[0].index)


def content_words(tokens: Sequence[Token]) -> list[str]:
    """Words a pictogram may stand for: the most telling phrase's first, lower case."""
    words: list[str] = []
    for phrase in sorted(phrases_in(tokens), key=lambda p: -p.score):
        words += [t.lower for t in phrase.tokens if not t.is_function_word and not t.negates]
    return list(dict.fromkeys(words))

"""Authoring: a model writes a script, is asked again where it must be, and has its length fitted.

At most three calls: a draft; the same again if it can't be read; and once more if the script that
it makes is too long or too short, or opens too slowly. What is still too long is then trimmed by
whole sentences, what is too short is told.
"""

from collections.abc import Awaitable, Callable, Sequence

import msgspec

from domain.errors import CostCapReached
from domain.generation.brief import Brief
from domain.generation.drafting import Draft, DraftInvalid, read_draft
from domain.generation.lengths import Length
from domain.generation.ports import SentenceSegmenter
from domain.generation.prompts import (
    Assignment,
    Message,
    Reply,
    answered,
    first_messages,
    with_corrections,
    with_repair,
)
from domain.generation.references import (
    Encyclopedia,
    Reference,
    estimate_tokens,
    fit_references,
)
from domain.generation.script import ProductionWarning, Script, Source, shorten_title
from domain.generation.scripting import finished, script_from
from domain.providers.failures import ProviderFailed, Verdict

TITLE_WORDS = 8
"""of a text that came without a title, by which it's called"""
DRAFT_PROGRESS, REPAIR_PROGRESS, FIT_PROGRESS = (0.0, 0.6), (0.6, 0.75), (0.75, 0.95)

AskModel = Callable[[Sequence[Message], int, tuple[float, float]], Awaitable[Reply]]
"""has a conversation answered in at most so many tokens, telling progress between two shares"""


class Author:
    """Writes scripts by whatever answers conversations."""

    def __init__(
        self, encyclopedia: Encyclopedia, segmenter: SentenceSegmenter, *, context_tokens: int
    ) -> None:
        """``context_tokens``: that the model reads and writes in one call."""
        self._encyclopedia = encyclopedia
        self._segmenter = segmenter
        self._context = context_tokens

    async def write(
        self, brief: Brief, references: list[Reference], words_per_minute: float, ask: AskModel
    ) -> Script:
        """The script for a brief, from these references.

        Raises:
            ProviderFailed: the model refuses, or its answer stays unusable.
        """
        assignment = _assignment(brief, words_per_minute)
        room = (
            self._context
            - 3 * assignment.answer_tokens
            - estimate_tokens("".join(message.content for message in first_messages(assignment)))
        )
        kept, is_cut = fit_references(references, room)
        assignment = msgspec.structs.replace(assignment, references=kept)
        messages = first_messages(assignment)
        draft, conversation = await _draft(messages, assignment, ask)
        script = self._script(draft, brief, kept)
        if not script.scenes:
            raise ProviderFailed(
                "Nothing of the model's answer can be spoken.", Verdict.NEXT, is_charged=True
            )
        script = await self._fitted(script, brief, assignment, conversation, ask)
        length = Length.of(brief, words_per_minute)
        script = finished(script, brief, kept, length)
        warnings = [*script.warnings, *length.warnings(script)]
        if is_cut:
            warnings.append(_sources_cut(brief, self._context))
        return msgspec.structs.replace(script, warnings=warnings)

    def references(self, brief: Brief) -> list[Reference]:
        """What there is to write from; reads files, may take a moment."""
        if brief.source_text is not None:
            words = " ".join(brief.source_text.split()[:TITLE_WORDS]).rstrip(" ,;:.")
            title = brief.title or shorten_title(words)
            return [Reference(source=Source(title=title), text=brief.source_text)]
        return self._encyclopedia.references(brief.topic or "", brief.language)

    def _script(self, draft: Draft, brief: Brief, references: Sequence[Reference]) -> Script:
        return script_from(draft, brief, references, self._segmenter)

    async def _fitted(
        self,
        script: Script,
        brief: Brief,
        assignment: Assignment,
        conversation: Sequence[Message],
        ask: AskModel,
    ) -> Script:
        """The script, or one that the model has brought nearer to its assignment."""
        length = Length.of(brief, assignment.words_per_minute)
        corrections = length.corrections(script, assignment)
        if not corrections:
            return script
        again = with_corrections(conversation, corrections)
        try:
            reply = await ask(again, assignment.answer_tokens, FIT_PROGRESS)
        except CostCapReached:
            return script  # what there is has been paid, and can be spoken
        if reply.refusal:
            return script
        try:
            other = self._script(read_draft(reply.text), brief, assignment.references)
        except DraftInvalid:
            return script  # the first one is whole, if not as long as it should be
        if not other.scenes:
            return script
        return min((script, other), key=length.distance)


async def _draft(
    messages: Sequence[Message], assignment: Assignment, ask: AskModel
) -> tuple[Draft, list[Message]]:
    """A draft and the conversation that it ends, after one repair at most."""
    tokens = assignment.answer_tokens
    trouble = ""
    conversation = list(messages)
    for share in (DRAFT_PROGRESS, REPAIR_PROGRESS):
        reply = await ask(conversation, tokens, share)
        if reply.refusal:
            raise ProviderFailed(
                f"The model refuses to write this: {reply.refusal[:200]}",
                Verdict.NEXT,
                is_charged=True,
            )
        try:
            return read_draft(reply.text), [*messages, answered(reply)]
        except DraftInvalid as error:
            trouble = str(error)
            if reply.is_cut:
                tokens *= 2
                trouble = f"it ends before its end ({trouble}); be shorter"
            conversation = with_repair([*messages, answered(reply)], trouble)
    raise ProviderFailed(
        f"The model's answer isn't what it was asked for, twice: {trouble}.",
        Verdict.NEXT,
        hint="A larger model keeps to a JSON schema; some servers have to be told to enforce it.",
        is_charged=True,
    )


def _assignment(brief: Brief, words_per_minute: float) -> Assignment:
    return Assignment(
        topic=brief.topic,
        title=brief.title,
        language=brief.language,
        tone=brief.tone,
        seconds=Length.of(brief, words_per_minute).aim_seconds,
        words_per_minute=words_per_minute,
        format=brief.aspect_ratio,
        references=[],
    )


def _sources_cut(brief: Brief, context: int) -> ProductionWarning:
    return ProductionWarning(
        code="sources_cut",
        pointer=f"/{brief.source_kind}",
        message=f"The sources are longer than the model reads at a time ({context:,} tokens with "
        "its answer): it was given their beginning.",
        hint="Raise OPENAI_CONTEXT_TOKENS if the model can take more, or send a shorter text.",
    )

"""Concessions: what an endpoint doesn't take of a request, learnt from what it says."""

from collections.abc import Sequence

import msgspec

from adapters.openai.failures import Trouble
from adapters.openai.protocols import AnswerFormat, Question

OPENAIS_OWN = ("openai.com", "azure.com")
"""hosts whose newer models take ``max_completion_tokens`` alone; other servers know the older
name, or both"""
TOKENS = ("max_tokens", "max_completion_tokens")
OPTIONAL = ("stream_options", "seed", "stream")
"""what can be left out, as it's tried"""
_FORMAT_WORDS = ("response_format", "json_schema", "json_object", "schema", "structured",
                 "text.format", "grammar", "tool", "format")  # fmt: skip
_FINAL_WORDS = (
    "context length",
    "context_length",
    "context size",
    "content_filter",
    "content_policy",
)


class Concessions(msgspec.Struct, frozen=True, kw_only=True):
    """How a server wants to be asked."""

    formats: Sequence[AnswerFormat]
    """that are left, the first one in use"""
    tokens_parameters: Sequence[str]
    left_out: frozenset[str] = frozenset()

    @classmethod
    def at(cls, host: str, formats: Sequence[AnswerFormat]) -> "Concessions":
        """What to begin with."""
        is_own = any(host == own or host.endswith(f".{own}") for own in OPENAIS_OWN)
        return cls(formats=formats, tokens_parameters=TOKENS[::-1] if is_own else TOKENS)

    def applied_to(self, question: Question) -> Question:
        """The question as this server takes it."""
        return msgspec.structs.replace(
            question,
            format=self.formats[0],
            tokens_parameter=self.tokens_parameters[0],
            left_out=self.left_out,
        )

    def conceding(self, trouble: Trouble, question: Question) -> "Concessions | None":
        """One step further, after the server has refused ``question``; None when there is none.

        What the server names goes first. A refusal that names nothing is tried with a laxer
        format: many servers only say that the request is bad.
        """
        told = f"{trouble.code} {trouble.message} {trouble.parameter}".lower()
        if any(word in told for word in _FINAL_WORDS):
            return None
        if trouble.names(question.tokens_parameter) and len(self.tokens_parameters) > 1:
            return msgspec.structs.replace(self, tokens_parameters=self.tokens_parameters[1:])
        for parameter in OPTIONAL:
            if trouble.names(parameter) and parameter not in self.left_out:
                return msgspec.structs.replace(self, left_out=self.left_out | {parameter})
        is_unnamed = not trouble.parameter
        is_of_format = is_unnamed or any(word in told for word in _FORMAT_WORDS)
        if is_of_format and question.has_bounds and "bounds" not in self.left_out:
            return msgspec.structs.replace(self, left_out=self.left_out | {"bounds"})
        if len(self.formats) > 1 and is_of_format:
            return msgspec.structs.replace(self, formats=self.formats[1:])
        return None

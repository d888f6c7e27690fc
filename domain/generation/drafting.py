"""Drafts: what a model answers, read strictly against the schema that it was given."""

import re
from typing import Annotated, Any

import msgspec
from msgspec import Meta


class DraftSentence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One spoken sentence."""

    text: Annotated[str, Meta(description="one sentence, as it is spoken")]
    source: Annotated[int, Meta(description="number of the source that carries it, 0 for none")]


class DraftScene(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thought, shown as one picture."""

    heading: Annotated[
        str, Meta(description="two to five words where a new part begins, else empty")
    ]
    sentences: Annotated[list[DraftSentence], Meta(description="one to three sentences")]
    search_terms: Annotated[
        list[str], Meta(description="two to five terms to find footage by, specific first")
    ]
    shot: Annotated[str, Meta(description="what the camera sees, in one sentence")]


class Draft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The script of a video, and what it's published with."""

    scenes: list[DraftScene]
    titles: Annotated[list[str], Meta(description="three titles of at most 60 characters")]
    description: Annotated[str, Meta(description="one or two sentences for viewers")]
    tags: Annotated[list[str], Meta(description="five to ten tags of one to three words")]


class DraftInvalid(ValueError):
    """An answer isn't a draft; the message says why, for the model to mend it."""


MAX_DRAFT_CHARS = 400_000
_FENCE = re.compile(r"^\s*```(?:json)?\s*\n(?P<inside>.*?)(?:\n\s*```\s*)?$", re.DOTALL)
_THOUGHT = re.compile(r"^\s*<think>.*?</think>", re.DOTALL)
"""what models for reasoning put before the answer, where their server leaves it in"""


MOST_ITEMS = {"sentences": 3, "search_terms": 5, "titles": 3, "tags": 10}
MOST_CHARS = {
    "text": 240,
    "heading": 60,
    "search_terms": 40,
    "shot": 160,
    "titles": 80,
    "description": 300,
    "tags": 40,
}
"""Bounds of what is described in words. A large model keeps to the words; a small one that is held
to a grammar writes for ever where that lets it."""


def draft_schema(most_scenes: int | None = None) -> dict[str, Any]:
    """The JSON schema of a draft without references: not every server follows those.

    Every field is required and none beside them allowed, as OpenAI's strict mode wants it. With
    ``most_scenes`` every list and text has an upper bound, which not every server takes.
    """
    described = msgspec.json.schema(Draft)
    inlined: dict[str, Any] = _inlined(described, described["$defs"])
    inlined.pop("$defs", None)
    if most_scenes is not None:
        _bound(inlined, "", MOST_ITEMS | {"scenes": most_scenes})
    return inlined


def _bound(node: dict[str, Any], name: str, most_items: dict[str, int]) -> None:
    for field, value in node.get("properties", {}).items():
        _bound(value, field, most_items)
    if node.get("type") == "array":
        node["maxItems"] = most_items[name]
        _bound(node["items"], name, most_items)
    elif node.get("type") == "string":
        node["maxLength"] = MOST_CHARS[name]


def _inlined(node: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_inlined(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        node = definitions[node["$ref"].rpartition("/")[2]]
    is_object = "properties" in node
    return {
        name: _inlined(value, definitions)
        for name, value in node.items()
        if not (is_object and name in ("title", "description"))
    }


def read_draft(answer: str) -> Draft:
    """Read a model's answer; words and fences around the JSON are forgiven, nothing else is.

    Raises:
        DraftInvalid: it's no JSON, or not of the schema, or says nothing.
    """
    try:
        draft = msgspec.json.decode(_json_in(answer), type=Draft)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise DraftInvalid(str(error) or "it can't be read") from error
    spoken = (sentence.text for scene in draft.scenes for sentence in scene.sentences)
    if not any(char.isalnum() for text in spoken for char in text):
        raise DraftInvalid("it has no sentence to speak")
    return draft


def _json_in(answer: str) -> str:
    if len(answer) > MAX_DRAFT_CHARS:
        raise DraftInvalid(f"it's longer than {MAX_DRAFT_CHARS:,} characters")
    text = _THOUGHT.sub("", answer)
    if fenced := _FENCE.match(text):
        text = fenced["inside"]
    begin = text.find("{")
    if begin < 0:
        raise DraftInvalid("it holds no JSON object")
    end = text.rfind("}")
    return text[begin : end + 1] if end > begin else text[begin:]

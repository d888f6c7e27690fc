"""Documents of every release are read by this one, and those of a later one refused in words."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from domain.errors import DocumentUnreadable, MadeByNewer
from domain.generation import documents
from domain.generation.documents import DOCUMENTS, brought_up, decode, encode, schema_of, shown
from domain.generation.fingerprint import content_hash
from domain.generation.narration import SceneNarration
from domain.generation.script import Scene, Script, Sentence
from domain.jobs.model import UnitKind

RELEASES = sorted(path for path in (Path(__file__).parents[1] / "documents").iterdir())

SCRIPT = Script(
    title="Honey", language="en", scenes=[Scene(sentences=[Sentence("It never spoils.")])]
)


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """A document that has come to its third schema."""

    schema: int = 3
    heading: str
    lines: list[str]


def name_the_title(raw: dict[str, Any]) -> dict[str, Any]:
    raw["heading"] = raw.pop("title")
    return raw


def split_the_text(raw: dict[str, Any]) -> dict[str, Any]:
    raw["lines"] = raw.pop("text").split("\n")
    return raw


@pytest.fixture
def note_upcasters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(documents.UPCASTERS, (Note, 1), name_the_title)
    monkeypatch.setitem(documents.UPCASTERS, (Note, 2), split_the_text)


def of_old(read: Any, written: Any) -> Any:
    """What was read, without the fields that came later, at any depth."""
    if isinstance(read, dict) and isinstance(written, dict):
        return {name: of_old(read[name], value) for name, value in written.items() if name in read}
    if isinstance(read, list) and isinstance(written, list) and len(read) == len(written):
        return [of_old(*pair) for pair in zip(read, written, strict=True)]
    return read


@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.name)
@pytest.mark.parametrize("kind", DOCUMENTS)
def test_the_documents_of_every_release_are_read(release: Path, kind: UnitKind) -> None:
    body = (release / f"{kind}.json").read_bytes()

    document = decode(body, DOCUMENTS[kind])

    assert decode(encode(document), DOCUMENTS[kind]) == document
    raw = msgspec.json.decode(body)
    assert raw["schema"] <= schema_of(DOCUMENTS[kind])
    if raw["schema"] == schema_of(DOCUMENTS[kind]):
        assert of_old(msgspec.to_builtins(document), raw) == raw, "what was written isn't lost"


def test_callers_see_a_script_without_what_only_its_revisions_need() -> None:
    kept = msgspec.structs.replace(SCRIPT, source_shingles=b"12345678", theme="Bees")

    seen = msgspec.json.decode(shown(encode(kept), Script))

    assert {"source_shingles", "theme"}.isdisjoint(seen)
    assert seen == msgspec.to_builtins(SCRIPT.shown())
    assert decode(encode(kept), Script) == kept


@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.name)
def test_the_words_of_every_release_and_their_times_are_kept(release: Path) -> None:
    script = decode((release / "script.json").read_bytes(), Script)
    narration = decode((release / "narration.json").read_bytes(), SceneNarration)

    assert script.title == "Honey"
    assert script.scenes[0].sentences[0].text.startswith("Honey never spoils")
    starts = [word.start for word in narration.words]
    assert starts == sorted(starts) != []


def test_every_schema_below_the_present_one_has_a_step_up() -> None:
    for document_type in DOCUMENTS.values():
        for number in range(documents.FIRST_SCHEMA, schema_of(document_type)):
            assert (document_type, number) in documents.UPCASTERS


@pytest.mark.usefixtures("note_upcasters")
@pytest.mark.parametrize(
    "body",
    [
        b'{"title":"Honey","text":"It keeps.\\nFor ever."}',
        b'{"schema":1,"title":"Honey","text":"It keeps.\\nFor ever."}',
        b'{"schema":2,"heading":"Honey","text":"It keeps.\\nFor ever."}',
        b'{"schema":3,"heading":"Honey","lines":["It keeps.","For ever."]}',
    ],
)
def test_an_older_document_is_brought_up_step_by_step(body: bytes) -> None:
    assert decode(body, Note) == Note(heading="Honey", lines=["It keeps.", "For ever."])
    assert msgspec.json.decode(brought_up(body, Note))["schema"] == 3


def test_a_document_of_the_present_schema_stays_as_it_is_to_the_byte() -> None:
    pretty = msgspec.json.format(encode(SCRIPT))

    assert brought_up(pretty, Script) == pretty


def test_equal_documents_are_equal_bytes_whatever_order_they_were_read_in() -> None:
    turned = msgspec.json.encode(dict(reversed(msgspec.to_builtins(SCRIPT).items())))

    assert content_hash(encode(decode(turned, Script))) == content_hash(encode(SCRIPT))


def test_a_document_of_a_newer_release_is_refused_in_words() -> None:
    newer = encode(SCRIPT).replace(b'"schema":1', b'"schema":2')

    with pytest.raises(MadeByNewer, match=r"Script.*schema 2.*up to 1") as refused:
        decode(newer, Script)
    assert "newer faceless" in refused.value.hint_text


@pytest.mark.parametrize("body", [b"", b"[]", b'{"schema":"one"}', b'{"schema":1,"title":7}'])
def test_what_is_no_such_document_is_refused_in_words(body: bytes) -> None:
    with pytest.raises(DocumentUnreadable, match="Script"):
        decode(body, Script)

"""What every stage is made of: the studio it works in, and the work it's given.

Ports that aren't async may compute for a while; stages call them in a thread, so that leases
are renewed on time.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import msgspec

from domain.errors import DomainError
from domain.generation.brief import Brief
from domain.generation.casting import Recast
from domain.generation.documents import decode, encode
from domain.generation.fingerprint import content_hash
from domain.generation.picking import Picker
from domain.generation.ports import (
    MusicLibrary,
    Narrator,
    ScriptWriter,
    SentenceSegmenter,
    Typesetter,
    Verbalizer,
    VideoEngine,
    VisualSource,
)
from domain.generation.stores import ArtifactStore, DocumentStore
from domain.jobs.model import Claim, Result, UnitKind
from domain.jobs.ports import Finish, JobStore
from domain.providers.errand import UNPAID, Errand
from domain.providers.till import Till

DocumentT = TypeVar("DocumentT", bound=msgspec.Struct)


@dataclass(frozen=True)
class Studio:
    """Everything that stages work with, as ports."""

    writer: ScriptWriter
    segmenter: SentenceSegmenter
    verbalizer: Verbalizer
    narrator: Narrator
    visuals: VisualSource
    picker: Picker
    music: MusicLibrary
    typesetter: Typesetter
    engine: VideoEngine
    artifacts: ArtifactStore
    documents: DocumentStore
    jobs: JobStore
    till: Till
    """pays what providers cost"""


@dataclass(frozen=True)
class Work:
    """One claimed unit, the results it builds on, and whom to tell of progress."""

    claim: Claim
    inputs: Mapping[tuple[UnitKind, int], Result]
    progress: Callable[[float], None]
    errand: Errand = UNPAID
    """what providers are given along"""

    @property
    def brief(self) -> Brief:
        """The completed brief of the job."""
        return self.claim.job.request

    @property
    def seed(self) -> int:
        """The job's seed; drawn at intake when the caller gave none."""
        seed = self.brief.seed
        if seed is None:
            raise DomainError("A job without a seed reached production.")
        return seed

    @property
    def recasts(self) -> list[Recast]:
        """Voices that failed in this job, and those that took their place."""
        return self.claim.job.recasts

    @property
    def account_id(self) -> str:
        """Whose job it is."""
        return self.claim.job.account_id

    def one(self, kind: UnitKind) -> Result:
        """The result of the one unit of a kind."""
        return self.inputs[kind, 0]

    def each(self, kind: UnitKind) -> list[Result]:
        """The results of all units of a kind, by ordinal."""
        found = [(ordinal, result) for (k, ordinal), result in self.inputs.items() if k == kind]
        return [result for _, result in sorted(found, key=lambda pair: pair[0])]


@dataclass(frozen=True)
class Task:
    """Work that has been named but not done: what it depends on, and how to do it."""

    parts: dict[str, Any]
    produce: Callable[[str], Awaitable[Result]]
    """given the fingerprint; answers the result, its bytes and documents stored"""


class Stage(Protocol):
    """One kind of unit."""

    version: int
    """raised when the same inputs would now give another outcome"""

    async def plan(self, work: Work) -> Task:
        """Gather the inputs and name all that the outcome depends on."""
        ...

    async def finish(self, work: Work, result: Result) -> Finish:
        """What is to be written when the result stands."""
        ...


async def store_document(
    studio: Studio, work: Work, kind: UnitKind, name: str, document: msgspec.Struct
) -> str:
    """Store a document under its fingerprint; answers its content hash."""
    body = encode(document)
    await studio.documents.put(work.account_id, kind, name, body)
    return content_hash(body)


async def load_document(
    studio: Studio, account_id: str, result: Result, document_type: type[DocumentT]
) -> DocumentT:
    """Read the document that a result stands for."""
    body = await studio.documents.get(account_id, result.kind, result.fingerprint)
    if body is None:
        raise DomainError(f"The {result.kind} document {result.fingerprint[:12]} is gone.")
    return decode(body, document_type)

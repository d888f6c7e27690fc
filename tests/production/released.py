"""Keeps the documents of a release, for every later one to read.

Run as a program it makes a small video with the real voice and engine and writes its documents,
as the store has them, into a folder: ``python tests/production/released.py FOLDER``. To be run
once a release, with ``tests/documents/VERSION``; what is there is never changed.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from counted import Factory, Ledger

from app.config import Settings
from app.storage import prepare_storage
from domain.generation.brief import SceneInput
from domain.generation.documents import DOCUMENTS
from domain.generation.stores import DocumentStore
from domain.jobs.model import JobStatus

SCENES = [
    SceneInput(text="Honey never spoils: jars of 3,000 years were found in tombs.", heading="Age"),
    SceneInput(text="Bees visit two million flowers for one jar."),
]


async def keep(folder: Path) -> None:
    """Make a video and write each of its documents to ``folder/KIND.json``."""
    with tempfile.TemporaryDirectory() as data_dir:
        settings = Settings(data_dir=Path(data_dir), min_free_bytes=0)
        await prepare_storage(settings)
        factory = Factory(settings, Ledger(Path(data_dir, "ledger")))
        job = await factory.work_off(
            await factory.submit(scenes=SCENES, title="Honey", aspect_ratio="1:1", seed=7)
        )
        assert job.status == JobStatus.SUCCEEDED, job.error
        documents = await factory.container.get(DocumentStore)
        folder.mkdir(parents=True)
        async for key in documents.listing():
            body = await documents.get(key.account_id, key.kind, key.fingerprint)
            path = folder / f"{key.kind}.json"
            if key.kind in DOCUMENTS and body is not None and not path.exists():
                path.write_bytes(body)
        await factory.container.close()


if __name__ == "__main__":
    asyncio.run(keep(Path(sys.argv[1])))

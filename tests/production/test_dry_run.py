"""A sketch against the real thing: how long the voice speaks, and what it says."""

from typing import Any

import pytest
from counted import Factory

from domain.generation.documents import decode
from domain.generation.narration import FRAME_RATE
from domain.generation.script import Script
from domain.generation.sketching import DEFAULT_SECONDS_PER_SECOND, Sketcher
from domain.generation.stores import DocumentStore
from domain.jobs.model import LOCAL_ACCOUNT, UnitKind
from domain.jobs.ports import JobStore

pytestmark = pytest.mark.timeout(240)

ARTICLE = (
    "The lighthouse was built in 1863, on a rock that the sea covers twice a day. Its lamp burnt "
    "oil until 1921, when it was given electricity. For sixty years one family kept it, and their "
    "log books note every ship that passed. Since 1985 it runs by itself. Visitors may climb its "
    "187 steps from May to September, and on a clear day they see both shores."
)
SCRIPT = (
    "A jar of honey costs $3.50; its bees have flown 90,000 km for it: more than twice around the "
    "Earth.\n\nThat's why, in 2024, 1,200 keepers met in Kyiv. They agreed on one thing - bees "
    "need flowers, and flowers need bees."
)
REQUESTS: dict[str, dict[str, Any]] = {
    "topic": {"topic": "Volcano"},
    "topic_landscape": {"topic": "Jazz", "aspect_ratio": "16:9", "duration": 90},
    "article": {"source_text": ARTICLE, "aspect_ratio": "1:1", "voice": {"speed": 1.2}},
    "script": {"script": SCRIPT, "voice": {"speed": 0.8}},
}


@pytest.mark.parametrize("name", REQUESTS)
async def test_a_sketch_says_the_same_words_and_their_length_within_a_tenth(
    factory: Factory, name: str
) -> None:
    sketcher = await factory.container.get(Sketcher)
    store = await factory.container.get(JobStore)
    brief = factory.brief(**REQUESTS[name], seed=4, pause_after="narration")

    sketch = await sketcher.draw(LOCAL_ACCOUNT, brief)

    assert (await store.page(LOCAL_ACCOUNT)).items == []
    assert factory.ledger.entries() == []
    job = await factory.submit(**REQUESTS[name], seed=4, pause_after="narration")
    await factory.work_until(job, lambda job: job.approval is not None)
    made = await store.results(LOCAL_ACCOUNT, job.id)
    documents = await factory.container.get(DocumentStore)
    script = made[UnitKind.SCRIPT, 0].fingerprint
    body = await documents.get(LOCAL_ACCOUNT, UnitKind.SCRIPT, script)
    assert body is not None
    assert decode(body, Script).shown() == sketch.script
    assert sketch.request == job.request
    frames = sum(
        result.data["frames"] for (kind, _), result in made.items() if kind is UnitKind.NARRATION
    )
    assert sketch.estimated.duration == pytest.approx(frames / FRAME_RATE, rel=0.1)
    assert len(sketch.storyboard.scenes) == len(sketch.script.scenes)
    assert sketch.estimated.based_on == 0
    assert sketch.estimated.seconds == pytest.approx(
        sketch.estimated.duration * DEFAULT_SECONDS_PER_SECOND, abs=0.2
    )

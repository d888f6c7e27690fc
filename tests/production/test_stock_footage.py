"""A real video with footage that was found and downloaded, and what its description owes for it."""

import json
from pathlib import Path

import pexels_server
import pytest
from counted import Counted, Factory
from dishka import Provider, Scope, provide
from loopback import cut_at, running
from pexels_server import PexelsServer
from stock_room import clip_bytes

from app.config import Settings
from app.container import make_container
from app.stock import StockRoom
from domain.generation.brief import SceneInput
from domain.generation.ports import Quarantine, VisualSource
from domain.jobs.model import JobStatus
from domain.outbound import Resolver, SourceRules

pytestmark = pytest.mark.timeout(240)


class Pexels(Provider):
    """Pexels in the place of all sources."""

    scope = Scope.APP

    @provide
    def visuals(
        self, settings: Settings, quarantine: Quarantine, rules: SourceRules, resolver: Resolver
    ) -> VisualSource:
        return StockRoom(settings, quarantine, rules, resolver).pexels(settings.pexels_api_key)


async def test_a_clip_of_pexels_is_in_the_video_and_credited_in_its_description(
    factory: Factory,
) -> None:
    async with running(PexelsServer()) as server:
        clip = server.add("honey bees in a hive", clip_bytes(640, 480), (640, 480))
        server.plan("/files/", cut_at(2_000))
        settings = Settings(
            data_dir=factory.settings.data_dir,
            min_free_bytes=0,
            pexels_api_key=pexels_server.KEY,
            pexels_base_url=server.origin,
        )
        await factory.container.close()
        factory.container = make_container(settings, Counted(factory.ledger), Pexels())

        scenes = [SceneInput(text="Honey never spoils.", search_terms=["honey bees"])]
        job = await factory.work_off(
            await factory.submit(scenes=scenes, aspect_ratio="1:1", music={"mood": "none"})
        )

        assert job.status == JobStatus.SUCCEEDED, job.error
        assert len(server.to("/files/")) == 2
    assert job.result is not None
    assert job.result.path is not None
    video = Path(job.result.path)
    description = json.loads((video / "metadata.json").read_text())["description"]
    assert f"Clip: honey bees in a hive by Joey Farina (Pexels License). {clip.page}" in description
    manifest = json.loads((video / "manifest.json").read_text())
    [credit] = [credit for credit in manifest["credits"] if credit["what"] == "clip"]
    assert credit["url"] == clip.page
    assert credit["proof"]
    assert "media_skipped" not in str(manifest["warnings"])

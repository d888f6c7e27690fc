"""A look at one scene of a finished video, as a still."""

import asyncio

from domain.errors import SceneNotFound
from domain.generation.documents import decode
from domain.generation.fingerprint import canonical, content_hash
from domain.generation.packaging import Video
from domain.generation.ports import SegmentPlan
from domain.generation.stages.segment import media_of, segment_plan
from domain.generation.stages.stage import Studio
from domain.generation.storyboard import Storyboard
from domain.jobs.model import UnitKind


class ScenePreview:
    """Draws a scene's most telling frame: late in its first shot, when all has entered."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    async def plan(self, video: Video, number: int) -> tuple[SegmentPlan, int, str]:
        """The plan, the frame to draw, and a tag that names the picture's content.

        Raises:
            SceneNotFound
        """
        body = await self._studio.documents.get(
            video.account_id, UnitKind.STORYBOARD, video.documents["storyboard"]
        )
        if body is None:
            raise SceneNotFound(f"The storyboard of video {video.id} is gone.")
        board = decode(body, Storyboard)
        if not 0 <= number < len(board.scenes):
            raise SceneNotFound(
                f"Video {video.id} has no scene {number}; it has 0 to {len(board.scenes) - 1}."
            )
        scene = board.scenes[number]
        track = await asyncio.to_thread(self._studio.typesetter.scene_track, board, scene)
        plan = segment_plan(board, scene, track)
        shot = scene.shots[0]
        frame = shot.start + (shot.end - shot.start) * 3 // 4
        return plan, frame, content_hash(canonical([plan, frame, self._studio.engine.identity]))

    async def draw(self, plan: SegmentPlan, frame: int) -> bytes:
        """The frame as JPEG."""
        artifacts = self._studio.artifacts
        media = {sha: await artifacts.local_path(sha) for sha in media_of(plan)}
        async with artifacts.scratch() as folder:
            out = folder / "preview.jpg"
            await self._studio.engine.draw_still(plan, frame, media, out)
            picture = await artifacts.put_file(out)
        return b"".join([piece async for piece in artifacts.read(picture.sha256)])

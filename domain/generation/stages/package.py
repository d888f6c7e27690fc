"""Package: segments and sound become the video, with everything that goes out beside it."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

import msgspec

from domain.generation.captions import sidecar_cues
from domain.generation.casting import Cast, cast_for
from domain.generation.credits import Credit, Use
from domain.generation.fingerprint import content_hash
from domain.generation.narration import SceneNarration
from domain.generation.packaging import (
    Encoding,
    Loudness,
    Manifest,
    Metadata,
    UsedVoice,
    Video,
    build_metadata,
    folder_name,
    is_cut,
    lacks_attributions,
    slugify,
    thumbnail_text,
)
from domain.generation.picking import request_digest
from domain.generation.ports import SegmentPlan, Voice
from domain.generation.rights import scenes_of_source, uses_of
from domain.generation.script import ProductionWarning, Script
from domain.generation.stages.narration import VOICES
from domain.generation.stages.stage import Stage, Studio, Task, Work, load_document
from domain.generation.stages.storyboard import CLIPS
from domain.generation.stores import Artifact, ClipKey, ClipUse
from domain.generation.storyboard import DrawnBackdrop, Storyboard
from domain.jobs.model import JobResult, Result, UnitKind
from domain.jobs.ports import Finish
from domain.providers.prices import micros_of, usd_of
from domain.providers.usage import attempts_in, usage

THUMBNAIL_SIZE = (1280, 720)
"""pixels; YouTube's recommendation"""

ASSEMBLY_SHARE = 0.7
"""of this stage's time; the rest goes into the thumbnail and the small files"""


DESCRIPTION_CUT = ProductionWarning(
    code="description_cut",
    message="The description was cut: with what licences demand below it, it was too long.",
    hint="YouTube takes 5,000 bytes; `GET /api/videos/{id}/metadata` has what is left.",
)


ATTRIBUTION_CUT = ProductionWarning(
    code="attribution_cut",
    message="Licences demand more credits than a description has room for: some are missing.",
    hint="`GET /api/videos/{id}/rights` tells which; credit them in the video or in a comment.",
)

CUTS = {"description_cut": DESCRIPTION_CUT, "attribution_cut": ATTRIBUTION_CUT}
"""by the name under which a result notes it"""


@dataclass(frozen=True)
class _Ingredients:
    """All documents and results that the package is made from."""

    script: Script
    narrations: Sequence[SceneNarration]
    board: Storyboard
    segments: Sequence[Result]
    mix: Result
    main_voice: Voice
    voices: Sequence[tuple[Voice, int]]
    """every voice that is heard, and how many sentences it speaks"""
    credits: Sequence[Credit]
    metadata: Metadata


class PackageStage(Stage):
    """Joins the segments, adds the sound, draws the thumbnail, writes captions and manifest."""

    version = 1

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    async def plan(self, work: Work) -> Task:
        made_from = await self._gather(work)
        job = work.claim.job

        async def produce(name: str) -> Result:
            return await self._package(work, name, made_from)

        return Task(
            parts={
                "job": job.id,
                "revision": job.revision,
                "script": work.one(UnitKind.SCRIPT).content,
                "storyboard": work.one(UnitKind.STORYBOARD).content,
                "narration": [result.content for result in work.each(UnitKind.NARRATION)],
                "segments": [result.content for result in made_from.segments],
                "mix": made_from.mix.content,
                "metadata": made_from.metadata,
                "typesetter": self._studio.typesetter.identity,
                "engine": self._studio.engine.identity,
            },
            produce=produce,
        )

    async def finish(self, work: Work, result: Result) -> Finish:
        script = await load_document(
            self._studio, work.account_id, work.one(UnitKind.SCRIPT), Script
        )
        job = work.claim.job
        width, height = work.brief.frame_size
        slug = slugify(_subject(work, script))
        # a revision keeps its video's folder, though its title may be another, and its day
        kept = None if job.revises is None else job.revises.folder
        if job.result is not None and job.result.path is not None:
            kept = PurePath(job.result.path).name  # it was packaged before it was approved
        name = kept or folder_name(job.created_at.date(), slug, job.video_id)
        folder = await self._studio.artifacts.export(name, result.artifacts)
        seconds = result.data["duration_ms"] / 1000
        video = Video(
            id=job.video_id,
            account_id=job.account_id,
            job_id=job.id,
            revision=job.revision,
            title=result.data["title"],
            slug=slug,
            aspect_ratio=work.brief.aspect_ratio,
            width=width,
            height=height,
            duration=seconds,
            draft=script.draft,
            files=result.artifacts,
            sizes=result.data["sizes"],
            documents={
                "script": work.one(UnitKind.SCRIPT).fingerprint,
                "storyboard": work.one(UnitKind.STORYBOARD).fingerprint,
                "manifest": result.fingerprint,
            },
            path=folder,
        )
        base = f"/api/videos/{job.video_id}"
        return Finish(
            result=result,
            warnings=[warning for name, warning in CUTS.items() if result.data.get(name)],
            needs_approval=work.brief.pause_after == "package",
            video=video,
            shows=ClipUse(
                clips=msgspec.convert(
                    work.one(UnitKind.STORYBOARD).data.get(CLIPS, []), list[ClipKey]
                ),
                channel=work.brief.channel,
                request=request_digest(work.brief),
            ),
            job_result=JobResult(
                video_id=str(job.video_id),
                url=f"{base}/file",
                thumbnail_url=f"{base}/thumbnail",
                captions={"srt": f"{base}/captions.srt", "vtt": f"{base}/captions.vtt"},
                duration=seconds,
                width=width,
                height=height,
                path=folder,
            ),
        )

    async def _gather(self, work: Work) -> _Ingredients:
        studio, account = self._studio, work.account_id
        script = await load_document(studio, account, work.one(UnitKind.SCRIPT), Script)
        wording = work.claim.job.wording
        if wording is not None and wording.title is not None:
            script = msgspec.structs.replace(script, title=wording.title)
        board = await load_document(studio, account, work.one(UnitKind.STORYBOARD), Storyboard)
        narrations = [
            await load_document(studio, account, result, SceneNarration)
            for result in work.each(UnitKind.NARRATION)
        ]
        mix = work.one(UnitKind.MIX)
        # in a thread: to find a voice may take a while
        cast = await asyncio.to_thread(
            cast_for, studio.narrator, work.brief, script.language, work.recasts, script.paces
        )
        voices = await asyncio.to_thread(self._voices, work, script, cast)
        credits_ = self._credits(work, board, mix, [voice for voice, _ in voices])
        return _Ingredients(
            script=script,
            narrations=narrations,
            board=board,
            segments=work.each(UnitKind.SEGMENT),
            mix=mix,
            main_voice=cast.main.voice,
            voices=voices,
            credits=credits_,
            metadata=build_metadata(
                script, work.brief, board, narrations, credits_, wording=wording
            ),
        )

    def _voices(self, work: Work, script: Script, cast: Cast) -> list[tuple[Voice, int]]:
        """Every voice that is heard, in the order of the scenes, and its sentences."""
        counts = Counter[str]()
        for scene, narration in zip(script.scenes, work.each(UnitKind.NARRATION), strict=True):
            # a worker of the release before doesn't count, and knows of one voice only
            counts.update(narration.data.get(VOICES, {cast.main.voice.id: len(scene.sentences)}))
        find = self._studio.narrator.voice_for
        return [
            (find(script.language, voice_id), count) for voice_id, count in counts.items() if count
        ]

    def _credits(
        self, work: Work, board: Storyboard, mix: Result, voices: Sequence[Voice]
    ) -> list[Credit]:
        track = mix.data["track"]
        found = [
            *(voice.credit for voice in voices),
            *([] if track is None else [msgspec.convert(track["credit"], Credit)]),
            *self._studio.typesetter.credits(board),
            *msgspec.convert(work.one(UnitKind.STORYBOARD).data["credits"], list[Credit]),
        ]
        return list({msgspec.json.encode(credit): credit for credit in found}.values())

    async def _package(self, work: Work, name: str, made_from: _Ingredients) -> Result:
        studio = self._studio
        artifacts = studio.artifacts
        files: dict[str, Artifact] = {}
        async with artifacts.scratch() as folder:
            video = folder / "video.mp4"
            encoding = await studio.engine.assemble(
                [await artifacts.local_path(r.artifacts["segment"]) for r in made_from.segments],
                await artifacts.local_path(made_from.mix.artifacts["sound"]),
                video,
                lambda share: work.progress(share * ASSEMBLY_SHARE),
            )
            files["video.mp4"] = await artifacts.put_file(video)
            thumbnail = folder / "thumbnail.jpg"
            plan = await asyncio.to_thread(self._thumbnail, made_from)
            await studio.engine.draw_still(plan, 0, {}, thumbnail)
            files["thumbnail.jpg"] = await artifacts.put_file(thumbnail)
        cues = sidecar_cues(made_from.narrations)
        texts = {
            "captions.srt": studio.typesetter.caption_file(cues, "srt").encode(),
            "captions.vtt": studio.typesetter.caption_file(cues, "vtt").encode(),
            "script.txt": f"{made_from.script.text}\n".encode(),
            "metadata.json": _pretty(made_from.metadata),
        }
        for file_name, body in texts.items():
            files[file_name] = await artifacts.put_bytes(body)
        # in a thread: naming the voice reads its whole model
        manifest = await asyncio.to_thread(self._manifest, work, made_from, encoding, files)
        calls = await studio.till.calls_of(work.account_id, work.claim.job.id)
        cost = sum(micros_of(call.usd) for call in calls)
        manifest = msgspec.structs.replace(manifest, calls=calls, cost_usd=usd_of(cost))
        body = _pretty(manifest)
        files["manifest.json"] = await artifacts.put_bytes(body)
        await studio.documents.put(work.account_id, UnitKind.PACKAGE, name, body)
        return Result(
            fingerprint=name,
            kind=UnitKind.PACKAGE,
            content=content_hash(body),
            artifacts={file_name: artifact.sha256 for file_name, artifact in files.items()},
            data={
                "title": made_from.metadata.title,
                "duration_ms": encoding.duration_ms,
                "sizes": {file_name: artifact.size for file_name, artifact in files.items()},
                "description_cut": is_cut(made_from.metadata, work.claim.job.wording),
                "attribution_cut": lacks_attributions(
                    made_from.metadata, made_from.script.sources, made_from.credits
                ),
            },
        )

    def _thumbnail(self, made_from: _Ingredients) -> SegmentPlan:
        width, height = THUMBNAIL_SIZE
        text = thumbnail_text(made_from.script)
        return SegmentPlan(
            width=width,
            height=height,
            frames=1,
            palette=made_from.board.palette,
            backdrops=[(1, DrawnBackdrop(variant=made_from.board.seed % 1000))],
            ass=self._studio.typesetter.thumbnail_track(made_from.board, text),
        )

    def _manifest(
        self,
        work: Work,
        made_from: _Ingredients,
        encoding: Encoding,
        files: dict[str, Artifact],
    ) -> Manifest:
        job = work.claim.job
        script = made_from.script
        timing = Counter[str](s.timing for n in made_from.narrations for s in n.sentences)
        identity = self._studio.narrator.identity
        return Manifest(
            video_id=str(job.video_id),
            job_id=str(job.id),
            revision=job.revision,
            title=made_from.metadata.title,
            seed=work.seed,
            request=msgspec.to_builtins(work.brief),
            sources=script.sources,
            credits=list(made_from.credits),
            verbatim_share=script.verbatim_share,
            draft=script.draft,
            voice=identity(made_from.main_voice),
            voices=[
                UsedVoice(id=voice.id, name=voice.name, identity=identity(voice), sentences=count)
                for voice, count in made_from.voices
            ],
            word_timing=dict(timing),
            loudness=msgspec.convert(made_from.mix.data["loudness"], Loudness),
            encoding=encoding,
            fingerprints={
                f"{kind}/{ordinal}": result.fingerprint
                for (kind, ordinal), result in sorted(work.inputs.items())
            },
            artifacts={file_name: artifact.sha256 for file_name, artifact in files.items()},
            tools=self._studio.engine.tools(),
            warnings=job.warnings,
            providers=[
                used
                for (kind, ordinal), result in sorted(work.inputs.items())
                for used in usage(kind, ordinal, attempts_in(result.data))
            ],
            uses=self._uses(work, made_from),
            source_scenes={
                str(number): scenes_of_source(script, number)
                for number in range(len(script.sources))
            },
        )

    def _uses(self, work: Work, made_from: _Ingredients) -> list[Use]:
        files: dict[str, list[Credit]] = {}
        board = work.one(UnitKind.STORYBOARD).data
        shown = msgspec.convert(board["credits"], list[Credit])
        # a storyboard that the release before has made doesn't say which file is whose
        for sha256, credit in zip(board.get("media", []), shown, strict=False):
            files.setdefault(sha256, []).append(credit)
        uses = uses_of(made_from.credits, made_from.board, files, self._studio.typesetter)
        track = made_from.mix.data["track"]
        sha256 = made_from.mix.data.get("track_sha256")
        if track is not None and sha256 is not None:
            place = list(made_from.credits).index(msgspec.convert(track["credit"], Credit))
            uses.append(Use(credit=place, sha256=sha256))
        return uses


def _subject(work: Work, script: Script) -> str:
    """What a folder is named after: the topic where there is one, else the title."""
    match = work.claim.job.topic_match
    return script.title if match is None else match.title


def _pretty(document: msgspec.Struct) -> bytes:
    """JSON that people read, too."""
    return msgspec.json.format(msgspec.json.encode(document, order="sorted"), indent=2)

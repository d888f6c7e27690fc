"""Answers about videos as examples.

A video of one sentence was really made; whatever its files hold is from them.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from app.controllers.bodies import (
    NotedEdits,
    VideoBody,
    VideoList,
)
from domain.generation.brief import CaptionChoice
from domain.generation.captions import Cue, CueWord
from domain.generation.packaging import (
    Credit,
    Encoding,
    Loudness,
    Manifest,
    Metadata,
    UsedVoice,
    Video,
)
from domain.generation.palettes import PALETTES
from domain.generation.rights import Rights, RightsItem, warnings_of
from domain.generation.script import Scene, SceneEdit, Sentence, ShownScript
from domain.generation.storyboard import (
    DrawnBackdrop,
    HookContent,
    SceneBoard,
    Shot,
    Storyboard,
)

JOB_ID = UUID("01a21d26-35c9-7794-91e6-3930c7d28958")
VIDEO_ID = UUID("01a21d26-35c9-7794-91e6-39318b43b5eb")
ADDRESS = f"/api/videos/{VIDEO_ID}"
FOLDER = "var/videos/2026-11-27-three-hearts-b5eb"
TITLE = "Three hearts"
SENTENCE = "An octopus has three hearts."
ACCEPTED_AT = datetime(2026, 11, 27, 13, 16, 9, tzinfo=UTC)
FINISHED_AT = datetime(2026, 11, 27, 13, 16, 15, tzinfo=UTC)

VIDEO = VideoBody.from_video(
    Video(
        id=VIDEO_ID,
        account_id="local",
        job_id=JOB_ID,
        revision=1,
        title=TITLE,
        slug="three-hearts",
        aspect_ratio="1:1",
        width=1080,
        height=1080,
        duration=2.005,
        draft=False,
        files={},
        sizes={"video.mp4": 835_537},
        documents={},
        path=FOLDER,
        created_at=FINISHED_AT,
    )
)
SCRIPT = ShownScript(
    title=TITLE,
    language="en",
    summary=SENTENCE,
    tags=["octopus", "hearts"],
    scenes=[Scene(sentences=[Sentence(SENTENCE)], search_terms=["octopus", "hearts"])],
)
STORYBOARD = Storyboard(
    title=TITLE,
    language="en",
    width=1080,
    height=1080,
    seed=7,
    palette=PALETTES["breeze"],
    captions=CaptionChoice(style="highlight"),
    scenes=[
        SceneBoard(
            scene=0,
            frames=60,
            shots=[
                Shot(
                    start=0,
                    end=60,
                    content=HookContent(
                        claim="An octopus has three hearts",
                        key="three hearts",
                        pictogram="fa:heart",
                    ),
                    backdrop=DrawnBackdrop(variant=31930),
                    chosen_because="it opens the video",
                )
            ],
            cues=[
                Cue(
                    start=0,
                    end=60,
                    lines=[
                        [CueWord("An", 1, 5), CueWord("octopus", 5, 15)],
                        [CueWord("has", 16, 24), CueWord("three", 24, 32)],
                        [CueWord("hearts.", 32, 45)],
                    ],
                )
            ],
        )
    ],
)
METADATA = Metadata(
    title=TITLE,
    description=f"{SENTENCE}\n\n#Octopus #Hearts",
    tags=["octopus", "hearts", TITLE],
    language="en",
    contains_synthetic_media=True,
)
VOICE_CREDIT = Credit(
    what="voice",
    title="Piper voice en_US-joe-medium",
    author="dataset NabuCasa/voice-datasets",
    license="dataset CC0",
    url="https://github.com/NabuCasa/voice-datasets",
    machine_made=True,
)
MANIFEST = Manifest(
    video_id=str(VIDEO_ID),
    job_id=str(JOB_ID),
    revision=1,
    title=TITLE,
    seed=7,
    request={"script": SENTENCE, "title": TITLE, "aspect_ratio": "1:1", "seed": 7},
    sources=[],
    credits=[VOICE_CREDIT],
    verbatim_share=0.0,
    draft=False,
    voice="piper/en_US-joe-medium",
    voices=[
        UsedVoice(id="en_US-joe-medium", name="Joe", identity="piper/en_US-joe-medium", sentences=1)
    ],
    word_timing={"engine": 1},
    loudness=Loudness(integrated_lufs=None, true_peak_dbtp=-1.24),
    encoding=Encoding(
        container="mp4",
        video_codec="h264",
        video_profile="High",
        pixel_format="yuv420p",
        color="bt709",
        width=1080,
        height=1080,
        fps=30.0,
        frames=60,
        video_bitrate=2_993_412,
        audio_codec="aac",
        sample_rate=48_000,
        channels=2,
        audio_bitrate=334_213,
        duration_ms=2_005,
        size=835_537,
    ),
    fingerprints={"script/0": "74191a918b1345afd6e505c17582182672a966e59c27b4c81a138fa8db23d8cf"},
    artifacts={"video.mp4": "056b7936390137fa588d156def1b0419db54f2d8bc9c67a64405b4c25967d514"},
    tools={"ffmpeg": "n9.0.2", "pyav": "18.1.0"},
    warnings=[],
)
RIGHTS = Rights(
    video_id=VIDEO_ID,
    revision=1,
    contains_synthetic_media=False,
    items=[
        RightsItem(
            what="clip",
            title="Octopus off Crete",
            author="A. Diver",
            license="CC BY 4.0",
            url="https://example.com/octopus",
            proof="stated by the owner of the media folder",
            machine_made=False,
            attribution_required=True,
            in_description=True,
            sha256="7a3f6a52bb1d3ab0b64d9e4f0b51b1d3c7c4b6f3e7d36f0d41b0c9c14f1b5a60",
            scenes=[0],
        ),
        RightsItem(
            what="still",
            title="IMG_2041.jpg",
            author="",
            license="",
            url="",
            proof="",
            machine_made=False,
            attribution_required=False,
            in_description=False,
            sha256="c0535e4be2b79ffd93291305436bf889314e4a3faec05ecffcbb7df31ad9e51a",
            scenes=[1],
            unknown=["author", "license", "url", "proof"],
        ),
    ],
    warnings=[],
)
RIGHTS = msgspec.structs.replace(RIGHTS, warnings=warnings_of(RIGHTS.items))
SRT = f"1\n00:00:00,022 --> 00:00:02,000\n{SENTENCE}\n"
VTT = f"WEBVTT\n\n1\n00:00:00.022 --> 00:00:02.000\n{SENTENCE}\n"

VIDEO_ANSWERS: dict[str, dict[str, Any]] = {
    "VideoBody": {"A square video": VIDEO},
    "VideoList": {"The only page": VideoList([VIDEO], None)},
    "NotedEdits": {"One correction": NotedEdits(VIDEO_ID, {0: SceneEdit(text=SENTENCE)})},
    "ShownScript": {"One sentence": SCRIPT},
    "Storyboard": {"One shot": STORYBOARD},
    "Metadata": {"Ready for the upload": METADATA},
    "Manifest": {"Shortened": MANIFEST},
    "Rights": {"A clip that is credited, and a still of unknown origin": RIGHTS},
    "application/x-subrip": {"One cue": SRT},
    "text/vtt": {"One cue": VTT},
}

"""Answers about jobs as examples: of the one that made the video in ``answers_of_videos``."""

from typing import Any

import msgspec

from app.controllers.answers_of_videos import (
    ACCEPTED_AT,
    ADDRESS,
    FINISHED_AT,
    FOLDER,
    JOB_ID,
    SCRIPT,
    SENTENCE,
    STORYBOARD,
    TITLE,
    VIDEO_ID,
)
from app.controllers.bodies import (
    JobBody,
    JobList,
)
from domain.errors import Rejected
from domain.generation.brief import Brand, Brief, CaptionChoice, MusicChoice, VoiceChoice
from domain.generation.sketching import Estimate, Sketch
from domain.jobs.model import (
    STAGES,
    Job,
    JobError,
    JobResult,
    JobStatus,
    StageReport,
)

ASKED = Brief(
    script=SENTENCE,
    title=TITLE,
    aspect_ratio="1:1",
    voice=VoiceChoice(id="en_US-joe-medium"),
    captions=CaptionChoice(style="highlight"),
    music=MusicChoice(mood="tender"),
    brand=Brand(palette="breeze"),
    voice_change="start_over",
    metadata={"order": 1042},
    seed=7,
)
QUEUED = Job(
    id=JOB_ID,
    account_id="local",
    video_id=VIDEO_ID,
    revision=1,
    status=JobStatus.QUEUED,
    queue_position=1,
    stages=[StageReport(stage, "pending", 0.0, units=1) for stage in STAGES],
    request=ASKED,
    deadline_at=FINISHED_AT,
    created_at=ACCEPTED_AT,
)
SUCCEEDED = msgspec.structs.replace(
    QUEUED,
    status=JobStatus.SUCCEEDED,
    progress=1.0,
    queue_position=None,
    stages=[
        StageReport(stage, "done", seconds, units=1, units_done=1, progress=1.0)
        for stage, seconds in zip(STAGES, (0.03, 0.94, 0.25, 0.93, 0.52, 0.24), strict=False)
    ],
    result=JobResult(
        video_id=str(VIDEO_ID),
        url=f"{ADDRESS}/file",
        thumbnail_url=f"{ADDRESS}/thumbnail",
        captions={"srt": f"{ADDRESS}/captions.srt", "vtt": f"{ADDRESS}/captions.vtt"},
        duration=2.005,
        width=1080,
        height=1080,
        path=FOLDER,
    ),
    started_at=ACCEPTED_AT,
    finished_at=FINISHED_AT,
)
CANCELLED = msgspec.structs.replace(
    QUEUED,
    status=JobStatus.CANCELLED,
    queue_position=None,
    stages=[StageReport(stage, "cancelled", 0.0, units=1) for stage in STAGES],
    finished_at=FINISHED_AT,
)
GOING_ON = msgspec.structs.replace(
    QUEUED,
    status=JobStatus.RUNNING,
    progress=0.1,
    queue_position=None,
    stages=[
        StageReport(STAGES[0], "done", 0.03, units=1, units_done=1, progress=1.0),
        *QUEUED.stages[1:],
    ],
    request=msgspec.structs.replace(ASKED, pause_after="script"),
    started_at=ACCEPTED_AT,
)
REJECTED = msgspec.structs.replace(
    GOING_ON,
    status=JobStatus.CANCELLED,
    stages=[GOING_ON.stages[0], *CANCELLED.stages[1:]],
    error=JobError(Rejected.code, "The third scene isn't true any more.", Rejected.hint),
    finished_at=FINISHED_AT,
)
SKETCH = Sketch(
    request=ASKED,
    topic_match=None,
    script=SCRIPT,
    storyboard=STORYBOARD,
    estimated=Estimate(duration=2.0, seconds=3.0, based_on=0),
    warnings=[],
)
EVENTS = """\
retry: 2000
id: 17
event: job
data: {"id":"01a21d26-35c9-7794-91e6-3930c7d28958","status":"running","progress":0.03}

id: 18
event: progress
data: {"progress":0.1,"stage":"narration"}

id: 42
event: status
data: {"status":"succeeded","waiting_for":null}

id: 42-end
event: end
data: {"id":"01a21d26-35c9-7794-91e6-3930c7d28958","status":"succeeded","progress":1.0}

"""
"""shortened: `job` and `end` carry the whole job"""

ACCOUNT_EVENTS = """\
retry: 2000
id: 16
event: hello
data: {"after":16}

id: 18
event: progress
data: {"job_id":"01a21d26-35c9-7794-91e6-3930c7d28958","event_id":18,"progress":0.1}

"""

WORK_ANSWERS: dict[str, dict[str, Any]] = {
    "JobBody 202": {"Accepted just now": JobBody.from_job(QUEUED)},
    "JobBody": {"Its video is finished": JobBody.from_job(SUCCEEDED)},
    "jobs_cancel": {"Cancelled before it began": JobBody.from_job(CANCELLED)},
    "jobs_approve": {"It goes on": JobBody.from_job(GOING_ON)},
    "jobs_reject": {"Rejected with a reason": JobBody.from_job(REJECTED)},
    "Sketch": {"One sentence": SKETCH},
    "JobList": {"The only page": JobList([JobBody.from_job(SUCCEEDED)], None)},
    "jobs_follow": {"From where the stream begins": ACCOUNT_EVENTS},
    "text/event-stream": {"From the middle to the end, shortened": EVENTS},
}

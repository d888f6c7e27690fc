"""Which moves of a job are legal, and what is said of one that isn't."""

from domain.errors import IllegalMove
from domain.jobs.model import FINAL_STATUSES, JobStatus, WaitingFor

LEGAL_MOVES: dict[JobStatus, frozenset[JobStatus]] = {
    JobStatus.QUEUED: frozenset({JobStatus.RUNNING, JobStatus.FAILED, JobStatus.CANCELLED}),
    JobStatus.RUNNING: frozenset(
        {JobStatus.WAITING, JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED}
    ),
    JobStatus.WAITING: frozenset(
        {JobStatus.RUNNING, JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED}
    ),
    JobStatus.SUCCEEDED: frozenset(),
    JobStatus.FAILED: frozenset({JobStatus.QUEUED, JobStatus.WAITING}),
    JobStatus.CANCELLED: frozenset({JobStatus.QUEUED, JobStatus.WAITING}),
}
"""From each status, the statuses a job may move to; failed and cancelled jobs can be retried, and
wait again at once if all that is left of them waits for approval."""


def check_move(old: JobStatus, new: JobStatus) -> None:
    """Raise IllegalMove unless a job may move from ``old`` to ``new``."""
    if new not in LEGAL_MOVES[old]:
        message, hint = _refusal(old, new)
        raise IllegalMove(message, hint=hint)


def _refusal(old: JobStatus, new: JobStatus) -> tuple[str, str]:
    """Message and hint: what a move that isn't legal means for whoever asked for it."""
    if new is JobStatus.CANCELLED:
        return (
            f"This job has ended already: it is {old}. Only an unfinished job can be cancelled.",
            "A video that isn't wanted is removed with `DELETE /api/videos/{id}`."
            if old is JobStatus.SUCCEEDED
            else "Nothing has to be done; `POST /api/jobs/{id}/retry` would take it up again.",
        )
    if new is JobStatus.QUEUED:
        return (
            f"This job is {old}. Only a job that has failed or was cancelled can be retried.",
            "Ask for another video with `POST /api/generate`, or correct this one: `POST "
            "/api/videos/{id}/revisions`."
            if old is JobStatus.SUCCEEDED
            else "It goes on by itself; to begin it anew, cancel it first.",
        )
    return f"A job that is {old} can't become {new}.", ""


def check_decidable(status: JobStatus, waiting_for: WaitingFor | None) -> None:
    """Raise IllegalMove unless a job waits to be approved or rejected."""
    if waiting_for is WaitingFor.APPROVAL:
        return
    if status in FINAL_STATUSES:
        raise IllegalMove(
            f"This job has ended already: it is {status}. Only a job that waits for approval can "
            "be approved or rejected.",
            hint="Correct its video with `POST /api/videos/{id}/revisions`."
            if status is JobStatus.SUCCEEDED
            else "`POST /api/jobs/{id}/retry` takes it up again.",
        )
    raise IllegalMove(
        f"This job doesn't wait for approval: it is {status}.",
        hint="It waits once, when the stage that its `pause_after` names is done; "
        "`GET /api/jobs/{id}` tells. If somebody has approved it already, it goes on by itself.",
    )

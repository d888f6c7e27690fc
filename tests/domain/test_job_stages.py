"""A job's status, stage and progress follow from its units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import IllegalMove
from domain.generation.brief import ShotKind
from domain.generation.script import SceneEdit
from domain.jobs.model import (
    DEPENDANTS,
    FINAL_STATUSES,
    STAGES,
    JobStatus,
    UnitKind,
    merge_edits,
)
from domain.jobs.moves import LEGAL_MOVES, check_move
from domain.jobs.stages import (
    STAGE_WEIGHTS,
    StageFacts,
    current_stage,
    derive_status,
    overall_progress,
    seconds_left,
    stage_reports,
)

RUNNING, WAITING, QUEUED = JobStatus.RUNNING, JobStatus.WAITING, JobStatus.QUEUED


def stage(kind: UnitKind = UnitKind.NARRATION, **facts: float) -> StageFacts:
    return StageFacts(kind=kind, **{"total": 4} | facts)


def test_the_weights_cover_every_stage_and_add_up_to_one() -> None:
    assert set(STAGE_WEIGHTS) == set(STAGES) == set(DEPENDANTS)
    assert sum(STAGE_WEIGHTS.values()) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("status", "facts", "cancel", "expected"),
    [
        (QUEUED, [stage(due=1)], False, QUEUED),
        (QUEUED, [stage(leased=1)], False, RUNNING),
        (RUNNING, [stage(due=1, later=1)], False, RUNNING),
        (RUNNING, [stage(later=1)], False, WAITING),
        (RUNNING, [stage(later=1), stage(UnitKind.SEGMENT, leased=1)], False, RUNNING),
        (WAITING, [stage(later=1)], False, WAITING),
        (WAITING, [stage(leased=1)], False, RUNNING),
        (RUNNING, [stage(leased=1)], True, RUNNING),
        (RUNNING, [stage(done=4), stage(UnitKind.STORYBOARD)], False, WAITING),
        (WAITING, [stage(done=4), stage(UnitKind.STORYBOARD)], False, WAITING),
        (WAITING, [stage(done=4), stage(UnitKind.STORYBOARD)], True, JobStatus.CANCELLED),
        (RUNNING, [stage(UnitKind.PACKAGE, done=4)], False, WAITING),
        (RUNNING, [stage(cancelled=4)], True, JobStatus.CANCELLED),
        (QUEUED, [stage(cancelled=4)], True, JobStatus.CANCELLED),
        (JobStatus.FAILED, [stage(leased=1)], False, JobStatus.FAILED),
        (JobStatus.SUCCEEDED, [], True, JobStatus.SUCCEEDED),
    ],
)
def test_status_follows_from_the_units(
    status: JobStatus, facts: list[StageFacts], cancel: bool, expected: JobStatus
) -> None:
    assert derive_status(status, facts, cancel_requested=cancel) is expected


stages = st.sampled_from(STAGES).flatmap(
    lambda kind: st.tuples(*[st.integers(0, 5)] * 7).map(
        lambda n: StageFacts(
            kind=kind,
            total=sum(n),
            done=n[0],
            leased=n[1],
            due=n[2],
            later=n[3],
            failed=n[4],
            cancelled=n[5],
            progress=n[0] + n[1] / 2,
        )
    )
)
facts_of_a_job = st.lists(stages, unique_by=lambda facts: facts.kind)


@given(facts_of_a_job, st.sampled_from(JobStatus), st.booleans())
def test_what_follows_is_always_a_legal_move(
    facts: list[StageFacts], status: JobStatus, cancel: bool
) -> None:
    derived = derive_status(status, facts, cancel_requested=cancel)

    assert derived is status or derived in LEGAL_MOVES[status] or status is QUEUED
    assert derived not in {JobStatus.SUCCEEDED, JobStatus.FAILED} or status in FINAL_STATUSES
    if derived is not status and status is not QUEUED:
        check_move(status, derived)


@pytest.mark.parametrize("status", sorted(FINAL_STATUSES))
def test_a_job_that_has_ended_is_not_cancelled_and_the_way_out_is_said(status: JobStatus) -> None:
    with pytest.raises(IllegalMove, match=f"ended already: it is {status}") as refused:
        check_move(status, JobStatus.CANCELLED)
    assert refused.value.hint_text


@pytest.mark.parametrize("status", [JobStatus.RUNNING, JobStatus.SUCCEEDED])
def test_only_failed_and_cancelled_jobs_are_retried(status: JobStatus) -> None:
    with pytest.raises(IllegalMove, match="can be retried") as refused:
        check_move(status, JobStatus.QUEUED)
    assert refused.value.hint_text


@given(facts_of_a_job)
def test_progress_and_reports_stay_in_bounds(facts: list[StageFacts]) -> None:
    assert 0 <= overall_progress(facts) <= 1 + 1e-9
    reports = stage_reports(facts)
    assert [report.name for report in reports] == list(STAGES)
    for report in reports:
        assert 0 <= report.progress <= 1
        assert (report.status == "done") <= (report.units_done == report.units > 0)
    assert current_stage(facts) in {None, *(f.kind for f in facts)}


def test_the_stage_is_the_first_that_is_unfinished_or_the_one_that_failed() -> None:
    done = stage(UnitKind.SCRIPT, total=1, done=1)
    half = stage(UnitKind.SEGMENT, done=2)
    broken = stage(UnitKind.MIX, total=1, failed=1)

    assert current_stage([half, done]) is UnitKind.SEGMENT
    assert current_stage([done, half, broken]) is UnitKind.MIX
    assert current_stage([done]) is None


def test_the_time_left_is_extrapolated_from_where_the_job_was_resumed() -> None:
    assert seconds_left(elapsed=10, progress=0.25, progress_at_start=0) == 30
    assert seconds_left(elapsed=10, progress=0.75, progress_at_start=0.5) == 10
    assert seconds_left(elapsed=10, progress=0.5, progress_at_start=0.5) is None
    assert seconds_left(elapsed=10, progress=0.005, progress_at_start=0) is None


edits = st.builds(
    SceneEdit,
    text=st.none() | st.text(max_size=3),
    heading=st.none() | st.text(max_size=3),
    kind=st.none() | st.sampled_from(ShotKind),
    media=st.none() | st.text(max_size=3),
    pronunciations=st.none() | st.dictionaries(st.text(max_size=2), st.text(max_size=2)),
)


@given(edits, edits, edits)
def test_corrections_merge_in_order_whatever_is_merged_first(
    first: SceneEdit, second: SceneEdit, third: SceneEdit
) -> None:
    assert merge_edits(merge_edits(first, second), third) == merge_edits(
        first, merge_edits(second, third)
    )
    assert merge_edits(first, first) == first == merge_edits(first, SceneEdit())

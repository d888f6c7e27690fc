"""Everything that there is to know, in Prometheus's text format."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from adapters.prometheus.slots import is_sound
from domain.jobs.model import JobStatus, UnitKind, UnitState
from domain.jobs.telemetry import Census

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


def expose(
    folder: Path, version: str, census: Census | None = None, *, is_database_up: bool | None = None
) -> bytes:
    """What all processes of ``folder`` have counted, and what the database holds.

    Args:
        census: None leaves out what only the database knows.
        is_database_up: None for a process that doesn't look there.
    """
    registry = CollectorRegistry()
    registry.register(_Counted(folder))
    registry.register(_Facts(version, census, is_database_up))
    return generate_latest(registry)


class _Counted(Collector):
    """The files of every slot, living or dead, summed up."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterable[Metric]:
        files = [str(file) for file in sorted(self._folder.glob("*.db"))]
        try:
            return self._merge(files)
        except Exception:  # a file that a power cut has broken must not hide all others
            return self._merge([file for file in files if is_sound(Path(file))])

    @staticmethod
    def _merge(files: list[str]) -> Iterable[Metric]:
        merged: Iterable[Metric] = MultiProcessCollector.merge(files)  # type: ignore[no-untyped-call]
        return merged


class _Facts(Collector):
    """What is so at this moment, whichever process answers."""

    def __init__(self, version: str, census: Census | None, is_database_up: bool | None) -> None:
        self._version = version
        self._census = census
        self._is_database_up = is_database_up

    def collect(self) -> Iterator[Metric]:
        build = GaugeMetricFamily("faceless_build_info", "The release.", labels=["version"])
        build.add_metric([self._version], 1)
        yield build
        if self._is_database_up is not None:
            yield GaugeMetricFamily(
                "faceless_database_up",
                "Whether the database has answered in time.",
                value=float(self._is_database_up),
            )
        if self._census is not None:
            yield from _families(self._census)


def _families(census: Census) -> Iterator[Metric]:
    jobs = GaugeMetricFamily("faceless_jobs", "Jobs by status.", labels=["status"])
    for status in JobStatus:
        jobs.add_metric([status.value], census.jobs.get(status, 0))
    yield jobs
    units = GaugeMetricFamily(
        "faceless_units", "Units of jobs that haven't ended.", labels=["kind", "state"]
    )
    for kind in UnitKind:
        for state in UnitState:
            units.add_metric([kind.value, state.value], census.units.get((kind, state), 0))
    yield units
    yield GaugeMetricFamily(
        "faceless_oldest_ready_unit_seconds",
        "How long the unit that waits longest could have been claimed already.",
        value=census.oldest_ready_unit_seconds,
    )
    yield GaugeMetricFamily(
        "faceless_oldest_queued_job_seconds",
        "How long the job that waits longest for its first claim has been queued.",
        value=census.oldest_queued_job_seconds,
    )

"""What a scenario came to: the ledger, joined with what was accepted and the rows at the end."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import pymongo

from faults.ledger import Line
from faults.site import Site

RESUME_SECONDS = 40.0
"""from the end of a worker to the next claim of its unit, with default periods"""

DOCUMENTS = frozenset({"script", "narration", "storyboard", "package"})
"""kinds of results that stand for a document"""

NOT_NOW = frozenset({"429", "503", "507"})
"""how an API answers that can't accept a job in this moment"""

SILENT = frozenset({"release"})
"""writes that say nothing when they are refused"""

UNIT_ENDS = frozenset({"finish", "fail", "release"})


class Counts(msgspec.Struct, kw_only=True):
    """Of one scenario, or of several together."""

    accepted: int = 0
    """202s that the client saw"""
    unanswered: int = 0
    """requests of which it doesn't know"""
    finished: int = 0
    """jobs that succeeded, among the accepted"""
    failed: int = 0
    """jobs that failed by right: their scenario wants it"""
    lost: int = 0
    """accepted jobs that have neither succeeded nor failed by right"""
    units: int = 0
    finished_twice: int = 0
    """units that were finished under two fences"""
    kills: int = 0
    stops: int = 0
    in_flight: int = 0
    """units that the killed were working on"""
    overtaken: int = 0
    """units that were taken from a living worker: stopped, cut off, or starved"""
    redone: int = 0
    """further starts of units, beyond the first and those after a failure"""
    resumed: list[float] = []
    """seconds from a kill to the next claim of what was in flight"""
    stale_tried: int = 0
    """writes of workers that had lost their unit"""
    stale_accepted: int = 0
    dangling: int = 0
    """rows that name bytes or documents which aren't there"""
    fell_over: int = 0
    """processes that ended by themselves"""
    at_point: dict[str, int] = {}
    """kills and stops by failpoint"""
    notes: list[str] = []
    """what the scenario itself found wrong"""

    def add(self, other: "Counts") -> None:
        """Count another scenario in."""
        for name in self.__struct_fields__:
            mine, theirs = getattr(self, name), getattr(other, name)
            if name == "at_point":
                for point, times in theirs.items():
                    mine[point] = mine.get(point, 0) + times
            else:
                setattr(self, name, mine + theirs)

    def resume_within(self, share: float) -> float | None:
        """The resume time, in seconds, that so many of all were within."""
        if not self.resumed:
            return None
        ordered = sorted(self.resumed)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    def broken(self) -> list[str]:
        """Every rule that was broken, in words."""
        rules = {
            "accepted jobs were lost": self.lost,
            "units were finished twice under different fences": self.finished_twice,
            "stale writes were accepted": self.stale_accepted,
            "rows name bytes or documents that aren't there": self.dangling,
            "units were redone beyond those in flight": max(
                0, self.redone - self.in_flight - self.overtaken
            ),
        }
        return [f"{count} {rule}" for rule, count in rules.items() if count] + self.notes


async def count(site: Site, failing: Iterable[str] = ()) -> Counts:
    """Count everything, once the site has come to rest.

    ``failing`` are codes of errors that the scenario wants jobs to fail with.
    """
    lines = site.ledger.lines()
    jobs = {
        str(row["id"]): row
        for row in await site.rows("SELECT id, status, error->>'code' AS code FROM jobs")
    }
    posted = [line.job for line in lines if line.what == "posted"]
    by_right = [job for job in posted if job in jobs and jobs[job]["code"] in set(failing)]
    finished = [job for job in posted if job in jobs and jobs[job]["status"] == "succeeded"]
    counts = Counts(
        notes=list(site.notes),
        accepted=len(posted),
        unanswered=sum(line.what == "unanswered" for line in lines),
        finished=len(finished),
        failed=len(by_right),
        lost=len(set(posted) - set(finished) - set(by_right)),
        fell_over=site.workers.fell_over + site.api.fell_over,
    )
    unknown = set(jobs) - set(posted)
    forgotten = [job for job in unknown if jobs[job]["status"] not in {"succeeded", "failed"}]
    if forgotten:
        counts.notes.append(f"{len(forgotten)} jobs that nobody knows of never ended")
    for job in set(posted) - set(finished) - set(by_right):
        row = jobs.get(job, {"status": "not in the database", "code": None})
        counts.notes.append(f"job {job} is {row['status']} ({row['code']})")
    counts.notes += [
        f"the API answered {line.name}: {line.detail}"
        for line in lines
        if line.what == "unaccepted" and line.name not in NOT_NOW
    ]
    await _count_units(site, counts, lines)
    _count_ends(counts, lines)
    _count_stale(counts, lines)
    counts.dangling = await _dangling(site)
    return counts


async def _count_units(site: Site, counts: Counts, lines: Sequence[Line]) -> None:
    units = {str(row["id"]): row for row in await site.rows("SELECT id, attempt, state FROM units")}
    counts.units = len(units)
    twice = await site.rows(
        "SELECT unit FROM witness WHERE became = 'done' GROUP BY unit HAVING count(*) > 1"
    )
    counts.finished_twice = len(twice)
    # nobody has anything to change about a unit that is done
    [late] = await site.rows("SELECT count(*) AS n FROM witness WHERE was = 'done'")
    counts.stale_accepted = late["n"]
    starts: dict[str, int] = defaultdict(int)
    handed_back: dict[str, int] = defaultdict(int)
    for line in lines:
        if (line.what, line.name) == ("start", "unit"):
            starts[line.unit] += 1
        if (line.what, line.name) == ("accepted", "release"):
            handed_back[line.unit] += 1
    for unit, times in starts.items():
        again = times - 1 - units[unit]["attempt"] - handed_back[unit]
        counts.redone += max(0, again)


def _count_ends(counts: Counts, lines: Sequence[Line]) -> None:
    """Kills and stops, what was in flight, and when that went on."""
    holder: dict[str, int] = {}
    killed_at: dict[str, float] = {}
    for line in lines:
        if line.what == "claimed":
            counts.overtaken += line.unit in holder
            holder[line.unit] = line.pid
            if (since := killed_at.pop(line.unit, None)) is not None:
                counts.resumed.append(line.at - since)
        elif line.what == "refused" or (line.what == "accepted" and line.name in UNIT_ENDS):
            if holder.get(line.unit) == line.pid:
                del holder[line.unit]
        elif line.what in {"killed", "stopped"}:
            counts.at_point[line.name] = counts.at_point.get(line.name, 0) + 1
            held = [unit for unit, pid in holder.items() if pid == line.pid]
            if line.what == "stopped":  # it goes on holding what it had
                counts.stops += 1
                continue
            counts.kills += 1
            counts.in_flight += len(held)
            for unit in held:
                del holder[unit]
                killed_at[unit] = line.at


def _count_stale(counts: Counts, lines: Sequence[Line]) -> None:
    """Writes under an outdated fence: a later one had been given before they began."""
    claims: dict[str, list[Line]] = defaultdict(list)
    accepted = 0
    for line in lines:
        if line.what == "claimed":
            claims[line.unit].append(line)
        elif line.what in {"refused", "abandoned"}:
            counts.stale_tried += any(claim.fence > line.fence for claim in claims[line.unit])
        elif line.what == "accepted" and line.name not in SILENT:
            began = float(line.detail)
            if any(c.at < began and c.fence > line.fence for c in claims[line.unit]):
                counts.stale_tried += 1
                accepted += 1
    counts.stale_accepted = max(counts.stale_accepted, accepted)


async def _dangling(site: Site) -> int:
    """Names in rows behind which nothing is, or something else."""
    artifacts = site.settings.data_dir / "artifacts"
    with pymongo.MongoClient[dict[str, Any]](site.servers.mongo.url) as mongo:
        documents = {
            (row["kind"], row["fingerprint"])
            for row in mongo["faceless"]["documents"].find({}, {"kind": 1, "fingerprint": 1})
        }
    dangling = 0
    seen: set[str] = set()
    for row in await site.rows("SELECT kind, fingerprint, artifacts FROM results"):
        dangling += row["kind"] in DOCUMENTS and (row["kind"], row["fingerprint"]) not in documents
        for sha256 in set(msgspec.json.decode(row["artifacts"]).values()) - seen:
            seen.add(sha256)
            path = artifacts / sha256[:2] / sha256[2:]
            dangling += (
                not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != sha256
            )
    return dangling

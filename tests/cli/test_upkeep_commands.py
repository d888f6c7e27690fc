"""``faceless gc``, ``backup``, ``restore`` and ``migrate``: what they say, and how they end."""

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from adapters.postgres import SqlHolds, head_revision
from app.cli import main
from app.cli.endings import EXIT_FAILED, EXIT_USAGE
from app.config import load_settings
from app.container import make_container
from app.upkeep.hold import NAME
from app.upkeep.provider import UpkeepProvider
from domain.jobs.model import Job


@pytest.fixture
def held(left: Job) -> None:
    """A backup is under way on another machine."""

    async def hold() -> None:
        container = make_container(load_settings(), UpkeepProvider())
        await (await container.get(SqlHolds)).take(NAME, "`faceless backup` on elsewhere", 60)
        await container.close()

    asyncio.run(hold())


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_gc_says_what_it_removed(left: Job) -> None:
    answer = run("gc")
    assert answer.exit_code == 0, answer.output
    assert answer.output.startswith("Removed: 0 files (0.0 MB)")
    assert run("gc", "--dry-run").output.startswith("Would be removed: 0 files")


def test_gc_counts_as_json(left: Job) -> None:
    counted = json.loads(run("gc", "--dry-run", "--json").output)
    assert counted["dry_run"] is True
    assert {counted[name] for name in ("jobs", "results", "documents", "artifacts", "bytes")} == {0}


@pytest.mark.usefixtures("held")
def test_gc_gives_way_to_a_backup() -> None:
    answer = run("gc")
    assert answer.exit_code == EXIT_FAILED
    assert "`faceless backup` on elsewhere is at work" in answer.output
    refused = json.loads(run("gc", "--json").output)
    assert refused["code"] == "upkeep_under_way"


def test_a_backup_is_restored_in_another_folder_and_nowhere_else(
    left: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = run("backup", "kept")
    assert made.exit_code == 0, made.output
    assert "1 job, 0 videos" in made.output

    again = run("restore", "kept")
    assert again.exit_code == EXIT_USAGE
    assert "installation_not_empty" in again.output

    monkeypatch.setenv("DATA_DIR", str(tmp_path / "other"))
    restored = run("restore", "kept", "--json")
    assert restored.exit_code == 0, restored.output
    assert json.loads(restored.output)["rows"]["jobs"] == 1
    assert str(left.id) in run("jobs").output


def test_a_folder_without_a_backup_is_wrong_input(left: Job, tmp_path: Path) -> None:
    answer = run("restore", "nowhere")
    assert answer.exit_code == EXIT_USAGE
    assert "no finished backup" in answer.output
    assert not (tmp_path / "nowhere").exists()


def test_migrate_says_where_the_database_is(own_folder: None) -> None:
    answer = run("migrate")
    assert answer.exit_code == 0, answer.output
    assert answer.output == f"The database is at revision {head_revision()}.\n"
    assert head_revision() in run("migrate", "--check").output


def test_an_embedded_installation_moves_to_another_database(
    left: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'fleet.db'}")

    moved = run("migrate", "--from", "sqlite")
    assert moved.exit_code == 0, moved.output
    assert f"Moved from {tmp_path / 'var' / 'faceless.db'}: 1 job," in moved.output
    assert str(left.id) in run("jobs").output
    again = json.loads(run("migrate", "--from", "sqlite", "--json").output)
    assert set(again["rows"].values()) == {0}


@pytest.mark.parametrize("source", ["sqlite", "mysql", "sqlite:///nowhere.db"])
def test_a_move_from_nowhere_is_wrong_input(own_folder: None, source: str) -> None:
    answer = run("migrate", "--from", source)
    assert answer.exit_code == EXIT_USAGE
    assert "setting" in answer.output

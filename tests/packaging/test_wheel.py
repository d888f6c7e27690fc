"""The wheel works by itself: built, installed into a clean venv, run from another folder."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's wheel, built from a copy without the network."""
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"):
        shutil.copy(ROOT / name, source)
    for package in ("app", "domain", "adapters"):
        shutil.copytree(
            ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    made = tmp_path_factory.mktemp("wheel")
    pip(sys.executable, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", made, source)
    [path] = made.glob("faceless-*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``faceless`` in a venv that holds the wheel, and sees its dependencies where they are."""
    venv = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    [site] = venv.glob("lib/python*/site-packages")
    python = venv / "bin" / "python"
    pip(sys.executable, "--python", python, "install", "--no-deps", "--no-index", wheel)
    # a plain path is no site directory: .pth files in it, as of an editable install, don't count
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return venv / "bin" / "faceless"


def pip(python: str | Path, *arguments: object) -> None:
    ran = subprocess.run(
        [python, "-m", "pip", "--quiet", "--disable-pip-version-check", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr


def run(installed: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The installed command in another folder, without any of this process's settings."""
    return subprocess.run(
        [installed, *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
        input="Bees make it.",
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )


def test_it_carries_migrations_and_licence_and_no_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "adapters/postgres/migrations/env.py" in names
    assert any(name.startswith("adapters/postgres/migrations/versions/r0001") for name in names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert {name.split("/")[0] for name in names if not name.startswith("faceless-")} == {
        "app",
        "domain",
        "adapters",
    }


def test_everything_that_is_not_code_is_in_it(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for package in ("app", "domain", "adapters"):
        for path in (ROOT / package).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert path.relative_to(ROOT).as_posix() in names


def test_the_code_that_runs_is_the_wheels(installed: Path, tmp_path: Path) -> None:
    ran = subprocess.run(
        [installed.with_name("python"), "-c", "import app; print(app.__path__[0])"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(ran.stdout.strip()).is_relative_to(installed.parents[1])


def test_the_doctor_finds_everything_through_the_package(installed: Path, tmp_path: Path) -> None:
    ran = run(installed, tmp_path, "doctor", "--json")
    assert [f for f in json.loads(ran.stdout) if not f["ok"]] == []
    assert ran.returncode == 0


def test_it_makes_a_video(installed: Path, tmp_path: Path) -> None:
    ran = run(installed, tmp_path, "generate", "--script", "-", "--aspect", "1:1")
    assert ran.returncode == 0, ran.stderr
    folder = Path(ran.stdout.strip())
    assert folder.is_relative_to(tmp_path / "var" / "videos")
    assert (folder / "video.mp4").stat().st_size > 10_000

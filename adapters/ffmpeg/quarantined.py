"""The process in which files are looked at: run as a script, never imported.

``python -P quarantined.py IDLE_SECONDS``. Reads a request a line, ``{"file", "name",
"arguments"}``; calls that function of that file; writes ``{"value"}`` or ``{"failure"}`` a line.
Ends when its input does, or when no request comes for so long.

The file is loaded by itself, without the package around it: that would load all of an adapter
for one function.
"""

import os
import select
import signal
import sys
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import BinaryIO

import msgspec

LONGEST_SECONDS = 60
"""for one file, should whoever asked be gone and not kill this process in time"""


class Request(msgspec.Struct):
    """A call."""

    file: str
    name: str
    arguments: list[str | float | bool]


@cache
def loaded(file: str) -> ModuleType:
    """The module that a file holds."""
    name = f"quarantined_{Path(file).parent.name}_{Path(file).stem}"
    spec = spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[name] = module  # where types look up their own module
    spec.loader.exec_module(module)
    return module


def answer(line: bytes) -> bytes:
    """Make one call."""
    request = msgspec.json.decode(line, type=Request)
    function = getattr(loaded(request.file), request.name)
    try:
        return msgspec.json.encode({"value": function(*request.arguments)})
    except Exception as error:  # MemoryError among them: it's the file's, not ours
        return msgspec.json.encode({"failure": f"{type(error).__name__}: {error}"[:2000]})


def serve(requests: BinaryIO, answers: BinaryIO, idle_seconds: float) -> None:
    """Answer until nobody asks any more."""
    while select.select([requests], [], [], idle_seconds)[0]:
        line = requests.readline()
        if not line:
            return
        signal.alarm(LONGEST_SECONDS)
        answers.write(answer(line) + b"\n")
        answers.flush()
        signal.alarm(0)


if __name__ == "__main__":
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no answer
    serve(sys.stdin.buffer, answers, float(sys.argv[1]))

"""How programs that decode other people's files are started: with little, and little to lose.

Every such program is started through ``launcher.py``, which takes the network away, sets resource
limits and then becomes the program. The number of processes isn't limited: the system counts
all those of the user, other programs' among them.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

LAUNCHER = Path(__file__).with_name("launcher.py")

RENDER_LIMITS: Mapping[str, int] = {
    "CORE": 0,
    "CPU": 6 * 3600,
    "AS": 16 << 30,
    "FSIZE": 32 << 30,
}
"""of one run of ffmpeg: seconds of CPU over all its threads, and bytes. Far above what any render
takes (a graph over 100 clips took 5.3 GB): they stop what has run wild."""

LOOK_LIMITS: Mapping[str, int] = {"CORE": 0, "AS": 4 << 30, "FSIZE": 0}
"""of the process that looks at files: it writes none. An 8K clip takes 1 GB, a still of 80 million
pixels 0.6 GB."""

KEPT_VARIABLES = (
    *("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH"),
    *("XDG_CACHE_HOME", "FONTCONFIG_FILE", "FONTCONFIG_PATH"),
)
"""all that a media tool is told of the environment, which holds passwords"""

SAY_NETWORK = "import os; print(os.readlink('/proc/self/ns/net'))"
TIMEOUT_SECONDS = 30


def launched(program: list[str], *, nice: int, limits: Mapping[str, int], tied: bool) -> list[str]:
    """The command that starts ``program`` confined; ``tied``: it's killed when this thread ends."""
    spelt = ",".join(f"{name}={most}" for name, most in limits.items())
    parent = str(os.getpid()) if tied else "0"
    return [sys.executable, "-I", "-S", str(LAUNCHER), parent, str(nice), spelt, *program]


def bare_environment(**more: str) -> dict[str, str]:
    """The variables that a media tool gets."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return kept | more


def has_no_network() -> bool:
    """Whether this system lets a program be started without network; blocking, about 40 ms.

    Raises:
        OSError, subprocess.SubprocessError: nothing can be started.
    """
    own = Path("/proc/self/ns/net")
    if not own.exists():
        return False
    program = [sys.executable, "-I", "-S", "-c", SAY_NETWORK]
    told = subprocess.run(  # noqa: S603 - our own interpreter, no shell
        launched(program, nice=0, limits={}, tied=False),
        env=bare_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        timeout=TIMEOUT_SECONDS,
    ).stdout.strip()
    return told != str(own.readlink())

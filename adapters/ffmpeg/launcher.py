"""Becomes another program that dies with its parent: run as a script, never imported.

``python -I -S launcher.py PARENT_PID NICE PROGRAM ARGUMENT...``

PR_SET_PDEATHSIG has to be set in the child. Doing so in ``preexec_fn`` would run Python in a
fork of a process with threads, which may deadlock; this script is a fresh process instead (12 ms)
and replaces itself with the program, so the process id stays what the parent was told. The
signal comes when the *thread* that started the child ends (prctl(2)); asyncio starts children
from the thread of its loop, which lives as long as any work on it.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def become(parent: int, nice: int, program: list[str]) -> None:
    """Tie this process to its parent, be modest, and turn into ``program``."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before prctl was called: nobody waits for us
        sys.exit(1)
    os.nice(nice)
    os.execv(program[0], program)  # noqa: S606 - the program is chosen by the adapter


if __name__ == "__main__":
    become(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])

"""Becomes another program, confined and tied to its parent: run as a script, never imported.

``python -I -S launcher.py PARENT_PID NICE LIMITS PROGRAM ARGUMENT...``

PR_SET_PDEATHSIG has to be set in the child. Doing so in ``preexec_fn`` would run Python in a
fork of a process with threads, which may deadlock; this script is a fresh process instead (12 ms)
and replaces itself with the program, so the process id stays what the parent was told. The
signal comes when the *thread* that started the child ends (prctl(2)); asyncio starts children
from the thread of its loop, which lives as long as any work on it. A PARENT_PID of 0 leaves the
tie out, for programs that end by themselves when nobody talks to them any more.

LIMITS are resource limits (getrlimit(2)), such as ``CORE=0,CPU=3600``. The network is taken away
by a namespace of the program's own, in which there is none; where the system permits no such
namespace, the program keeps its network. What was permitted, ``doctor`` says.
"""

import ctypes
import os
import resource
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000

CPU_GRACE_SECONDS = 10
"""from SIGXCPU, which says why, to SIGKILL"""


def become(parent: int, nice: int, limits: str, program: list[str]) -> None:
    """Give up what the program doesn't need, tie it to its parent, and turn into it."""
    for limit in filter(None, limits.split(",")):
        name, _, most = limit.partition("=")
        lower(name, int(most))
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        leave_network(libc)
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        if parent:
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if parent and os.getppid() != parent:  # it died before prctl was called: nobody waits for us
        sys.exit(1)
    os.nice(nice)
    os.execv(program[0], program)  # noqa: S606 - the program is chosen by the adapter


def lower(name: str, most: int) -> None:
    """Set a limit, unless a lower one is set already."""
    kind = getattr(resource, f"RLIMIT_{name}")
    _, hard = resource.getrlimit(kind)
    ceiling = most + CPU_GRACE_SECONDS if name == "CPU" else most
    if hard != resource.RLIM_INFINITY:
        ceiling = min(ceiling, hard)
    resource.setrlimit(kind, (min(most, ceiling), ceiling))


def leave_network(libc: ctypes.CDLL) -> None:
    """Move into a network namespace of one's own, or stay, where that isn't permitted.

    A user needs a user namespace for it, in which files are still read and written as that user.
    Root doesn't get one: it would lose the right to read other users' files, media among them.
    """
    flags = CLONE_NEWNET if os.geteuid() == 0 else CLONE_NEWNET | CLONE_NEWUSER
    libc.unshare(flags)


if __name__ == "__main__":
    become(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:])

"""Child processes of the queue: their environment, their end, and what that end means."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess

from ..errors import INTERRUPTED
from ..shipped import PACKAGE
from .job import FAILED, FINISHED, INCOMPLETE, STOPPED


def environment() -> dict[str, str]:
    """This program's own sources come first, wherever the child starts."""
    before = os.environ.get("PYTHONPATH", "")
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(PACKAGE.parent), before)))}


def end(child: subprocess.Popen[bytes]) -> None:
    """End a child and everything it started."""
    with contextlib.suppress(OSError):
        if os.name == "posix":
            os.killpg(child.pid, signal.SIGKILL)
        else:
            child.kill()
    child.wait()


def state_of(code: int) -> str:
    """What the exit code of a command means."""
    return {0: FINISHED, 1: INCOMPLETE, INTERRUPTED: STOPPED}.get(code, FAILED)

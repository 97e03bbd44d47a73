"""Keeps one command: starts it, stops it when it is asked to, and writes down how it ended.

It is a process of its own, so that the command outlives the Airflow task that started it, and it imports nothing but the
standard library. Its one argument is a folder:

``command.json``  what to run: ``argv``, ``folder`` (its working folder), ``grace`` (seconds)
``out``           its standard output, once it has ended
``log``           its standard error, as it comes
``lock``          locked as long as this process lives; whoever starts it passes the lock on
``cancel``        made by whoever wants the command stopped
``ended.json``    ``status``, negative for a signal, and ``cancelled``

A command that is to stop gets SIGTERM, and after ``grace`` seconds SIGKILL, with all that it has started.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

COMMAND = "command.json"
OUT = "out"
LOG = "log"
LOCK = "lock"
CANCEL = "cancel"
ENDED = "ended.json"

_LOOK_SECONDS = 0.2
_PR_SET_PDEATHSIG = 1

_asked = False


def _ask(_signal: int, _frame: FrameType | None) -> None:
    global _asked
    _asked = True


def _in_a_group_that_dies_with_this_process() -> None:
    os.setsid()
    # Elsewhere than on Linux, a command whose keeper is killed with SIGKILL goes on to its own end.
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _signal_all(child: subprocess.Popen[bytes], number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, number)


def write(file: Path, text: str) -> None:
    """Write a file so that readers see all of it or none."""
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(file)


def keep(folder: Path) -> None:
    """Run the command of a folder to its end."""
    command = json.loads((folder / COMMAND).read_text(encoding="utf-8"))
    part = folder / f"{OUT}.part"
    with part.open("wb") as out, (folder / LOG).open("ab") as log:
        try:
            child = subprocess.Popen(
                command["argv"],
                cwd=command["folder"],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=log,
                preexec_fn=_in_a_group_that_dies_with_this_process,
            )
        except OSError as e:
            log.write(f"Cannot start {command['argv'][0]}: {e.strerror}\n".encode())
            child = None
        status, cancelled = (127, False) if child is None else _await(child, folder, command["grace"])
    part.replace(folder / OUT)
    write(folder / ENDED, json.dumps({"status": status, "cancelled": cancelled}))


def _await(child: subprocess.Popen[bytes], folder: Path, grace: float) -> tuple[int, bool]:
    kill_at: float | None = None
    while True:
        try:
            status = child.wait(_LOOK_SECONDS)
            break
        except subprocess.TimeoutExpired:
            pass
        if kill_at is None and (_asked or (folder / CANCEL).exists()):
            _signal_all(child, signal.SIGTERM)
            kill_at = time.monotonic() + grace
        elif kill_at is not None and time.monotonic() >= kill_at:
            _signal_all(child, signal.SIGKILL)
    # What it has started and left behind.
    _signal_all(child, signal.SIGKILL)
    return status, kill_at is not None


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _ask)
    signal.signal(signal.SIGINT, _ask)
    keep(Path(sys.argv[1]))

"""Commands of Errata that are kept in folders, so that a task may leave and come back."""

from __future__ import annotations

import contextlib
import enum
import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from errata_airflow import keeper

_LOOK_SECONDS = 0.2


class State(enum.Enum):
    """How far a command is."""

    ABSENT = "absent"
    RUNNING = "running"
    ENDED = "ended"
    LOST = "lost"
    """Its keeper was killed, and nobody knows how it ended."""


@dataclass(frozen=True)
class Ended:
    """How a command ended.

    :param status: Errata's exit status; negative where a signal ended it
    :param cancelled: whether it was asked to stop
    :param document: the JSON document of its standard output; empty where there is none
    """

    status: int
    cancelled: bool
    document: Mapping[str, Any]

    @property
    def code(self) -> str:
        """The code of the error, or an empty text."""
        return str(self.document.get("error", {}).get("code", ""))

    @property
    def message(self) -> str:
        """What Errata says went wrong and what to do next, or an empty text."""
        error = self.document.get("error", {})
        return " ".join(str(error[part]) for part in ("message", "next") if error.get(part))


class Step:
    """One command and its folder, which every process that looks at it has to see."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def start(self, argv: Sequence[str], env: Mapping[str, str], folder: Path, grace: float) -> None:
        """Start the command, which has not been started yet.

        :param env: its whole environment; nothing of it is written down
        :param folder: where it works
        :param grace: seconds from SIGTERM to SIGKILL where it is cancelled
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        # From here on it is locked without a gap: the keeper inherits the lock.
        lock = os.open(self.folder / keeper.LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            keeper.write(
                self.folder / keeper.COMMAND,
                json.dumps({"argv": list(argv), "folder": str(folder), "grace": grace}),
            )
            with (self.folder / keeper.LOG).open("ab") as log:
                subprocess.Popen(
                    [sys.executable, "-I", keeper.__file__, str(self.folder)],
                    env=dict(env),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=log,
                    pass_fds=[lock],
                    start_new_session=True,
                )
        finally:
            os.close(lock)

    def state(self) -> State:
        """Tell how far it is."""
        if not (self.folder / keeper.COMMAND).exists():
            return State.ABSENT
        alive = self._is_kept()
        if (self.folder / keeper.ENDED).exists():
            return State.ENDED
        return State.RUNNING if alive else State.LOST

    def _is_kept(self) -> bool:
        try:
            lock = os.open(self.folder / keeper.LOCK, os.O_RDONLY)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return False
        except BlockingIOError:
            return True
        finally:
            os.close(lock)

    def ended(self) -> Ended:
        """Tell how it ended, where it has."""
        end = json.loads((self.folder / keeper.ENDED).read_text(encoding="utf-8"))
        document: Any = None
        with contextlib.suppress(ValueError, FileNotFoundError):
            document = json.loads((self.folder / keeper.OUT).read_text(encoding="utf-8"))
        return Ended(end["status"], end["cancelled"], document if isinstance(document, dict) else {})

    def news(self) -> list[str]:
        """Read the whole lines of standard error that nobody has asked for yet."""
        asked = self.folder / "read"
        offset = int(asked.read_text(encoding="ascii")) if asked.exists() else 0
        try:
            with (self.folder / keeper.LOG).open("rb") as log:
                log.seek(offset)
                text = log.read()
        except FileNotFoundError:
            return []
        whole = text.rfind(b"\n") + 1
        if whole:
            keeper.write(asked, str(offset + whole))
        return text[:whole].decode("utf-8", "replace").splitlines()

    def cancel(self) -> None:
        """Ask it to stop, from whatever machine; it may take a while. One that isn't there is left so."""
        if self.state() is State.RUNNING:
            (self.folder / keeper.CANCEL).touch()

    def is_cancelled(self) -> bool:
        """Tell whether somebody has asked it to stop."""
        return (self.folder / keeper.CANCEL).exists()

    def await_end(self, seconds: float) -> bool:
        """Wait until it doesn't run any more, and tell whether that is so."""
        end = time.monotonic() + seconds
        while self.state() is State.RUNNING:
            if time.monotonic() >= end:
                return False
            time.sleep(_LOOK_SECONDS)
        return True

    def put_away(self) -> None:
        """Keep what it has said under another name, so that it can be started again."""
        number = 1
        while (other := self.folder.with_name(f"{self.folder.name}.{number}")).exists():
            number += 1
        self.folder.rename(other)


class Attempt:
    """One plan and what became of it: the folder of a task holds a numbered one for each.

    An attempt is ended by an answer that no retry changes: done, refused, rejected, conflict. Until then every try of the
    task goes on with it.
    """

    _MADE_OF = "made-of.json"
    _APPROVED = "approved.json"
    _ENDED = "ended.json"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def current(cls, task: Path) -> Attempt:
        """Find the attempt that hasn't ended, or the next one, which isn't there yet."""
        numbers = [int(f.name) for f in task.iterdir() if f.name.isdigit()] if task.is_dir() else []
        last = max(numbers, default=0)
        attempt = cls(task / str(max(last, 1)))
        return attempt if attempt.outcome is None else cls(task / str(last + 1))

    def begin(self, made_of: str) -> None:
        """Make it, with what its plan is made of."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._write(self._MADE_OF, {"digest": made_of})

    @property
    def made_of(self) -> str | None:
        """What its plan is made of; none where it isn't there yet."""
        found = self._read(self._MADE_OF)
        return None if found is None else str(found["digest"])

    @property
    def approval(self) -> dict[str, Any] | None:
        """Who has approved which plan."""
        return self._read(self._APPROVED)

    def approve(self, approval: Mapping[str, Any]) -> None:
        """Keep who has approved which plan."""
        self._write(self._APPROVED, approval)

    @property
    def outcome(self) -> str | None:
        """What became of it; none where it hasn't ended."""
        found = self._read(self._ENDED)
        return None if found is None else str(found["outcome"])

    def end(self, outcome: str) -> None:
        """End it; the next try of the task begins another one."""
        self._write(self._ENDED, {"outcome": outcome})

    def step(self, name: str) -> Step:
        """One of its commands."""
        return Step(self.folder / name)

    def steps(self) -> Iterator[Step]:
        """All of its commands that were started."""
        for command in sorted(self.folder.glob(f"*/{keeper.COMMAND}")):
            yield Step(command.parent)

    @property
    def plans(self) -> Path:
        """The folder of its plans."""
        return self.folder / "plans"

    def sealed(self) -> Path | None:
        """Find the plan in it, whoever made it; none where there isn't exactly one."""
        found = [manifest.parent for manifest in self.plans.glob("[0-9a-f]*/manifest.json")]
        return found[0] if len(found) == 1 else None

    def _read(self, name: str) -> dict[str, Any] | None:
        try:
            found = json.loads((self.folder / name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return found if isinstance(found, dict) else None

    def _write(self, name: str, content: Mapping[str, Any]) -> None:
        keeper.write(self.folder / name, json.dumps(content))

"""Waits for a command without a worker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from errata_airflow.step import State, Step

_FIRST_SECONDS = 0.25


class ErrataStepTrigger(BaseTrigger):
    """Fires when a command has ended, or its keeper is gone.

    :param folder: the command's folder, which the triggerer has to see as the worker does
    :param poll_interval: seconds between two looks, at the most; the first ones come sooner
    :param grace: seconds that a command has to stop in before it is killed
    """

    def __init__(self, folder: str, poll_interval: float, grace: float) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.folder = folder
        self.poll_interval = poll_interval
        self.grace = grace

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return what it takes to make the same again in the triggerer."""
        return (
            f"{type(self).__module__}.{type(self).__qualname__}",
            {"folder": self.folder, "poll_interval": self.poll_interval, "grace": self.grace},
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Wait."""
        step = Step(Path(self.folder))
        pause = min(_FIRST_SECONDS, self.poll_interval)
        # The folder may lie on a file system that is slow to answer.
        while (state := await asyncio.to_thread(step.state)) is State.RUNNING:
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, self.poll_interval)
        yield TriggerEvent({"folder": self.folder, "state": state.value})  # type: ignore[no-untyped-call]

    async def on_kill(self) -> None:
        """Stop the command, where somebody has marked or cleared the task that waits for it."""
        step = Step(Path(self.folder))
        await asyncio.to_thread(step.cancel)
        await asyncio.to_thread(step.await_end, self.grace + 5)

"""What a place where jobs run has to offer."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from .work import Job, Report


class Pool:
    """An executor that can be stopped at once and counts runs."""

    workers = 1
    breaks_as_a_whole = False  # one dead worker fails all jobs of the pool
    on_tick: Callable[[], None] | None = None  # called between runs where jobs block the caller

    def submit(self, job: Job) -> Future[Report]:
        """Run a job some time."""
        raise NotImplementedError

    def call(self, function: Callable[..., Any], *given: Any) -> Future[Any]:
        """Run a function of a module some time, as `submit` runs a job."""
        raise NotImplementedError

    def ticks(self) -> int | None:
        """Runs finished so far, also in unfinished chunks; None if unknown."""
        return None

    def helpers(self) -> Callable[..., Future[Any]] | None:
        """How to have workers on this machine call functions once all jobs are done; None if this process is as good."""
        return None

    def stop(self) -> None:
        """End now; what was not finished is dropped."""

    def restart(self) -> None:
        """Start again after a worker died."""

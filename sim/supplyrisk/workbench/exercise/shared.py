"""Work that threads share: whoever needs the answer helps with what is left of it, and nothing is done twice.

What may be asked for next is begun beside, by one thread, while the team thinks. If it is then asked for, it goes on with all
threads where it stands; if something else is asked for, it rests.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Any

from ...errors import SupplyriskError

HELPERS = 2  # threads that help whoever waits


class Resting(SupplyriskError):
    """Nobody waits for this work at the moment; what is done of it is kept."""

    def __init__(self) -> None:
        super().__init__("The workbench is ending; what was chosen is in the log.")


class Work:
    """Tasks in order.

    Parameters
    ----------
    tasks : sequence
    do : function
        Does one task; called from several threads at once.
    """

    def __init__(self, tasks: Sequence[Any], do: Callable[[Any], Any]) -> None:
        self._tasks, self._do = tasks, do
        self._found: list[Any] = [None] * len(tasks)
        self._lock = threading.Lock()
        self._next = self._done = 0
        self._error: BaseException | None = None
        self._over = threading.Event()
        if not tasks:
            self._over.set()

    @property
    def progress(self) -> tuple[int, int]:
        """Tasks that are done, and all of them."""
        return self._done, len(self._tasks)

    @property
    def failed(self) -> bool:
        """Whether a task raised."""
        return self._error is not None

    def help(self, wanted: Callable[[], bool] = lambda: True) -> None:
        """Do tasks until none is left, or nobody wants them any more."""
        while not self._over.is_set() and wanted():
            with self._lock:
                number = self._next
                if number >= len(self._tasks):
                    return
                self._next += 1
            try:
                self._found[number] = self._do(self._tasks[number])
            except BaseException as error:  # whoever waits is told
                self._error = error
                self._over.set()
                return
            with self._lock:
                self._done += 1
                if self._done == len(self._tasks):
                    self._over.set()

    def result(self, threads: Executor, wanted: Callable[[], bool] = lambda: True) -> list[Any]:
        """All answers in the order of the tasks; waits for them, with helpers.

        Raises
        ------
        Resting
            If they are not wanted any more before they are there.
        Exception
            The first that a task raised.
        """
        for _ in range(HELPERS):
            if not self._over.is_set() and wanted():
                threads.submit(self.help, wanted)
        return self._waited(wanted)

    def beside(self, wanted: Callable[[], bool]) -> list[Any]:
        """The same by this thread alone."""
        self.help(wanted)
        return self._waited(wanted)

    def _waited(self, wanted: Callable[[], bool]) -> list[Any]:
        while not self._over.wait(0.1):
            if not wanted():
                raise Resting
        return self._answers()

    def _answers(self) -> list[Any]:
        if self._error is not None:
            raise self._error
        return self._found

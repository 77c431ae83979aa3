"""The one object that all parts of a workbench share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from .documents import Documents
from .jobs import Jobs
from .live import LiveAnswer


@dataclass
class Workbench:
    """A workbench that is running.

    Attributes
    ----------
    folder : Path
        Where it was started; it touches nothing outside.
    documents : Documents
        The files that are being edited.
    live : LiveAnswer
        Answers texts while they are typed.
    jobs : Jobs
        The queue of batches and studies.
    token : str
        The secret of this start.
    port : int
        Where it listens.
    last : str
        The document that was opened last.
    at_end : list of callables
        Called when it ends, the last first: workers and threads end here.
    """

    folder: Path
    documents: Documents
    live: LiveAnswer
    jobs: Jobs
    token: str
    port: int
    last: str = ""
    at_end: list[Callable[[], None]] = field(default_factory=list)

    def close(self) -> None:
        """End everything that was started for it."""
        while self.at_end:
            self.at_end.pop()()

"""The exercises that can be played below a folder, those that are being played, and their hand-outs."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from ...bounded import confined
from ...errors import SupplyriskError
from ...results.store import default_path
from ...shipped import PACKAGE, scenarios_folder
from ..documents import below, write_whole
from .debrief import Debrief, debrief
from .history import History
from .play import LOG, Play
from .rules import Exercise, read_exercise
from .seen import TeamView, team_view

SHIPPED = "shipped/"
PLAYED = "outputs/exercises"
WHAT = "exercise.json"  # which file is played
THREADS = 2
MOST_OPEN = 4  # exercises whose runs stay in memory
MOST_FILES = 300
HEAD_BYTES = 4000


@dataclass
class Session:
    """An exercise that is being played. Steps and views are computed one at a time, in whatever thread asks."""

    name: str
    play: Play
    history: History
    lock: threading.Lock = field(default_factory=threading.Lock)
    listeners: list[Callable[[], None]] = field(default_factory=list)

    @property
    def exercise(self) -> Exercise:
        return self.play.exercise

    def view(self) -> TeamView:
        """What the team sees now."""
        with self.lock:
            return team_view(self.play, self.history)

    def debrief(self) -> Debrief:
        """What the facilitator shows at the end."""
        with self.lock:
            return debrief(self.play, self.history)

    def step(self, what: str, given: str | int | None = None) -> None:
        """Take a step, `play`, `go`, `back` or `look`, and tell all pages that show this exercise.

        Raises
        ------
        SupplyriskError
            If it can't be taken.
        """
        steps: dict[str, Callable[[], None]] = {
            "play": lambda: self.play.play(str(given)),
            "go": self.play.go,
            "back": lambda: self.play.back(int(given or 0)),
            "look": lambda: self.play.look(int(given or 0)),
        }
        with self.lock:
            steps[what]()
        for listener in list(self.listeners):
            listener()


class Table:
    """All exercises of one workbench."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="exercise")
        self._open: dict[str, Session] = {}
        self._lock = threading.Lock()

    def files(self) -> dict[str, str]:
        """Files of exercises, by the title they have: those below the folder and the shipped ones."""
        own = [(path.relative_to(self.folder).as_posix(), path) for path in self._candidates()]
        shipped = [(SHIPPED + path.name, path) for path in sorted((scenarios_folder() / "exercises").glob("*.yaml"))]
        found = {}
        for name, path in (*own, *shipped):
            if title := _title(path):
                found[name] = title
        return found

    def sessions(self) -> list[str]:
        """Those that were begun, the newest first."""
        logs = (self.folder / PLAYED).glob(f"*/*/{LOG}")
        return sorted(
            (log.parent.relative_to(self.folder).as_posix() for log in logs),
            key=lambda n: n.rpartition("/")[2],
            reverse=True,
        )

    def begin(self, file: str) -> str:
        """Begin an exercise; returns the name of the session.

        Raises
        ------
        Problems, SupplyriskError
            What is wrong with its file.
        """
        exercise = self._read(file)
        folder = default_path(self.folder / PLAYED, exercise.path.stem, dt.datetime.now(dt.UTC))
        write_whole(folder / WHAT, json.dumps({"file": file}))
        session = self._opened(folder.relative_to(self.folder).as_posix(), exercise, folder)
        return session.name

    def session(self, name: str) -> Session:
        """A session, as its log says it stands.

        Raises
        ------
        SupplyriskError
            If there is none of this name.
        """
        with self._lock:
            if name in self._open:
                return self._open[name]
        folder = below(self.folder, name)
        if not name.startswith(f"{PLAYED}/") or not (folder / LOG).is_file():
            raise SupplyriskError(f"{name} is no exercise that was begun")
        try:
            file = str(json.loads((folder / WHAT).read_text(encoding="utf-8"))["file"])
        except (OSError, ValueError, KeyError, TypeError):
            raise SupplyriskError(f"{name} does not say which exercise it is") from None
        return self._opened(name, self._read(file), folder)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _opened(self, name: str, exercise: Exercise, folder: Path) -> Session:
        with self._lock:
            if name not in self._open:
                while len(self._open) >= MOST_OPEN:
                    self._open.pop(next(iter(self._open)))
                self._open[name] = Session(name, Play(exercise, folder), History(exercise, self._threads))
            return self._open[name]

    def _read(self, file: str) -> Exercise:
        if file.startswith(SHIPPED):
            shipped = {SHIPPED + path.name: path for path in (scenarios_folder() / "exercises").glob("*.yaml")}
            if file not in shipped:
                raise SupplyriskError(f"no exercise called {file.removeprefix(SHIPPED)} is shipped")
            return read_exercise(shipped[file])
        with confined(self.folder, PACKAGE):
            return read_exercise(below(self.folder, file))

    def _candidates(self) -> list[Path]:
        found = []
        for pattern in ("*.yaml", "*/*.yaml", "*/*/*.yaml"):
            found += [path for path in sorted(self.folder.glob(pattern)) if not path.is_symlink()]
        return [path for path in found if "outputs" not in path.parts and path.is_file()][:MOST_FILES]


def _title(path: Path) -> str:
    """The title of an exercise; "" if the file is none."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            head = file.read(HEAD_BYTES)
    except OSError:
        return ""
    found = next((line for line in head.splitlines() if line.startswith("exercise:")), "")
    return found.partition(":")[2].strip()[:200]

"""The exercises that can be played below a folder, those that are being played, and their hand-outs."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from weakref import WeakValueDictionary

from ...bounded import confined
from ...errors import Problems, SupplyriskError
from ...events.words import say_date
from ...results.store import default_path
from ...shipped import PACKAGE, scenarios_folder
from ..documents import below, write_whole
from .debrief import Debrief, debrief, runs_done
from .history import History
from .play import GO, LOG, Late, Play
from .rules import Exercise, read_exercise
from .seen import TeamView, team_view
from .shared import Resting

SHIPPED = "shipped/"
PLAYED = "outputs/exercises"
WHAT = "exercise.json"  # which file is played
THREADS = 2
MOST_OPEN = 4  # exercises whose runs stay in memory
MOST_FILES = 300
MOST_CHECKED = 30
HEAD_BYTES = 4000


@dataclass
class Session:
    """An exercise that is being played. Steps and views are computed one at a time, in whatever thread asks."""

    name: str
    play: Play
    history: History
    idle: Executor  # one thread, for what may be asked next
    lock: threading.RLock = field(default_factory=threading.RLock)
    listeners: list[Callable[[], None]] = field(default_factory=list)
    doing: str = ""  # what is computed at the moment, for all windows
    _shown: tuple[int, TeamView] | None = None
    _begun: float = 0.0
    _took: dict[str, float] = field(default_factory=dict)  # seconds, by kind of what was computed
    _thought: int = 0

    @property
    def exercise(self) -> Exercise:
        return self.play.exercise

    def view(self) -> TeamView:
        """What the team sees now; computed once for all windows."""
        self._thought += 1  # what is computed beside rests
        with self.lock:
            if self._shown is None or self._shown[0] != self.play.steps:
                week = self.play.course.branch.week
                kind = "choice" if self._shown is not None and self._shown[1].week == week else "turn"
                with self._busy(kind, f"Computing what may come from {say_date(self._today)} on"):
                    self._shown = (self.play.steps, team_view(self.play, self.history))
            self._think()
            return self._shown[1]

    def debrief(self, runs: int | None = None) -> Debrief:
        """What the facilitator shows at the end, from the first so many runs."""
        self._thought += 1
        try:
            return debrief(self.play, self.history, runs)
        finally:
            if not self.doing and self.play.course.branch.week < self.exercise.weeks:
                self._think()

    def debriefed(self) -> int:
        """Runs of the ensemble that are computed by now for the debrief."""
        return runs_done(self.play, self.history)

    def step(self, what: str, given: str | int | None = None, seen: int | None = None) -> None:
        """Take a step, `play`, `take_back`, `go`, `back` or `look`, and tell all pages that show this exercise.

        Parameters
        ----------
        seen : int, optional
            How many steps had been taken when the page that asks was drawn. A turn is played and a branch left only by who
            has seen all of them, a measure chosen or taken back only by who has seen this turn: of two clicks or two windows the second
            changes nothing.

        Raises
        ------
        SupplyriskError
            If it can't be taken.
        """
        steps: dict[str, Callable[[], None]] = {
            "play": lambda: self.play.play(str(given)),
            "take_back": lambda: self.play.take_back(str(given)),
            "go": self.play.go,
            "back": lambda: self.play.back(int(given or 0)),
            "look": lambda: self.play.look(int(given or 0)),
        }
        with self.lock:
            if seen is not None and not self.play.has_seen(seen, same_turn=what in ("play", "take_back")):
                raise Late("Somebody else has moved the exercise on. Look at what has changed, and decide again.")
            steps[what]()
        self._tell()

    def progress(self) -> tuple[str, float]:
        """What is computed at the moment, in words, and how much of it is done; "" if nothing is."""
        doing, work = self.doing, self.history.now
        if not doing:
            return "", 0.0
        done, of = work.progress if work is not None else (0, 0)
        return doing, done / of if of else 0.0

    @property
    def in_use(self) -> bool:
        """Whether a page shows it, or something is computed or decided in it."""
        if self.listeners or self.doing or not self.lock.acquire(blocking=False):
            return True
        self.lock.release()
        return False

    def end(self) -> None:
        """Nothing more is computed."""
        self._thought += 1
        self.history.ended = True

    @property
    def _today(self) -> dt.date:
        return self.exercise.day(self.play.course.branch.week)

    @contextlib.contextmanager
    def _busy(self, kind: str, words: str) -> Iterator[None]:
        """All windows are told what is computed, and how long it usually takes here."""
        usual = self._took.get(kind)
        often = (
            f"about {max(1, round(usual))} s" if usual is not None else "a few seconds; the first picture takes longest"
        )
        self.doing, begun = f"{words}: usually {often}.", time.monotonic()
        self._tell()
        try:
            yield
        finally:
            self.doing = ""
            self._took[kind] = time.monotonic() - begun
            self._tell()

    def _tell(self) -> None:
        for listener in list(self.listeners):
            listener()

    def _think(self) -> None:
        """Begin with what will be asked next if nothing more is chosen, beside whatever the team does."""
        self._thought += 1
        mine, branch, e = self._thought, self.play.course.branch, self.exercise

        def wanted() -> bool:
            return mine == self._thought and not self.history.ended

        def think() -> None:
            try:
                if branch.week < e.weeks and wanted():
                    later = replace(branch, week=min(branch.week + e.turn_weeks, e.weeks))
                    self.history.ahead(self.play, later, wanted)
                elif wanted():
                    debrief(self.play, self.history, None, wanted)
            except Resting:
                pass
            except SupplyriskError:
                pass  # it is said when somebody asks for it

        with contextlib.suppress(RuntimeError):  # the workbench ends
            self.idle.submit(think)


@dataclass(frozen=True)
class Begun:
    """An exercise that was begun, as its log tells."""

    name: str
    title: str
    at: str
    turns: int


class Table:
    """All exercises of one workbench."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="exercise")
        self._idle = ThreadPoolExecutor(1, thread_name_prefix="exercise-ahead")
        self._open: dict[str, Session] = {}  # the last used at the end
        # Whatever is still at hand somewhere: a second `Play` on the same log would not see the steps of the first.
        self._alive: WeakValueDictionary[str, Session] = WeakValueDictionary()
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

    def faulty(self) -> dict[str, list[str]]:
        """Files below the folder that can't be begun, each with all that is wrong with it."""
        found = {}
        for name in [name for name in self.files() if not name.startswith(SHIPPED)][:MOST_CHECKED]:
            try:
                self._read(name)
            except Problems as error:
                found[name] = [str(problem).replace(f"{self.folder}/", "") for problem in error.problems]
            except (SupplyriskError, OSError) as error:
                found[name] = [str(error)]
        return found

    def begun(self) -> list[Begun]:
        """Those that were begun, the newest first."""
        return [_begun(self.folder, name) for name in self.sessions()]

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
            if name in self._alive:
                return self._used(self._alive[name])
        folder = below(self.folder, name)
        if not name.startswith(f"{PLAYED}/") or not (folder / LOG).is_file():
            raise SupplyriskError(f"{name} is no exercise that was begun")
        try:
            file = str(json.loads((folder / WHAT).read_text(encoding="utf-8"))["file"])
        except (OSError, ValueError, KeyError, TypeError):
            raise SupplyriskError(f"{name} does not say which exercise it is") from None
        return self._opened(name, self._read(file), folder)

    def close(self) -> None:
        """End all that is computed."""
        with self._lock:
            for session in self._open.values():
                session.end()
        self._idle.shutdown(wait=False, cancel_futures=True)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _opened(self, name: str, exercise: Exercise, folder: Path) -> Session:
        with self._lock:
            found = self._alive.get(name)
            if found is None:
                found = Session(name, Play(exercise, folder), History(exercise, self._threads), self._idle)
                self._alive[name] = found
            return self._used(found)

    def _used(self, session: Session) -> Session:
        """Keep a session in memory, and end of the others those used longest ago that no page shows."""
        if self._open.pop(session.name, None) is None:
            session.history.ended = False
        resting = [other for other in self._open.values() if not other.in_use]
        for other in resting[: max(0, len(self._open) + 1 - MOST_OPEN)]:
            self._open.pop(other.name).end()
        self._open[session.name] = session
        return session

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
        return [path for path in found if _listed(path.relative_to(self.folder)) and path.is_file()][:MOST_FILES]


def _listed(path: Path) -> bool:
    """Whether a file below the folder is one of the user's own: no result, and nothing hidden such as a draft."""
    return "outputs" not in path.parts and not any(part.startswith(".") for part in path.parts)


def _begun(folder: Path, name: str) -> Begun:
    """What can be said of a session without reading its exercise; a log that is damaged says nothing."""
    try:
        lines = (folder / name / LOG).read_text(encoding="utf-8").splitlines()
        entries = [dict(json.loads(line)) for line in lines]
        first = dt.datetime.fromisoformat(str(entries[0]["at"])).astimezone()
        title, at = str(entries[0]["exercise"]), f"{say_date(first.date())} at {first:%H:%M}"
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        return Begun(name, name, "a day its log does not tell", 0)
    return Begun(name, title, at, sum(entry.get("what") == GO for entry in entries))


def _title(path: Path) -> str:
    """The title of an exercise; "" if the file is none."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            head = file.read(HEAD_BYTES)
    except OSError:
        return ""
    found = next((line for line in head.splitlines() if line.startswith("exercise:")), "")
    return found.partition(":")[2].strip()[:200]

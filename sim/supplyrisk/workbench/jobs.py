"""The queue of batches and studies: each a child process of the program's own command line, one after the other.

What is computed lies in ordinary run folders below the folder of the workbench, and the list of jobs in
`.workbench/jobs.json`. Nothing is lost with the server: a job that it takes with it can be resumed.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ..bounded import confined
from ..errors import INTERRUPTED
from ..results.store import Store, StoreError, default_path
from ..shipped import PACKAGE
from .documents import STATE, below, write_whole

NICE = 10  # what the children give way by, so that the page answers while they work
KEPT = 200  # jobs that are remembered
PATIENCE_SECONDS = 20.0  # in which a job that is cancelled writes what it has
LOOK_SECONDS = 0.5
TOLD_BYTES = 4_000  # of what a job said last
WAITING, RUNNING, FINISHED, INCOMPLETE, FAILED, CANCELLED, STOPPED = (
    "waiting",
    "running",
    "finished",
    "incomplete",
    "failed",
    "cancelled",
    "stopped",
)
OPEN = (WAITING, RUNNING)


@dataclass(frozen=True)
class Job:
    """One thing to be computed.

    Attributes
    ----------
    kind : str
        `run`, `study`, `resume` or `compare`.
    file : str
        What it is about: a scenario or study below the folder, or a run folder.
    out : str
        Where its results lie, below the folder.
    words : tuple of str
        The command, as the program's command line gets it.
    total : int
        Runs it has to compute; 0 if that is not known.
    done, done_before : int
        Runs that are finished, and those that were when it began.
    told : str
        What it said last; of a job that failed, why.
    """

    id: int
    kind: str
    file: str
    out: str
    words: tuple[str, ...]
    state: str = WAITING
    created: str = ""
    total: int = 0
    done: int = 0
    done_before: int = 0
    seconds: float = 0.0
    told: str = ""

    @property
    def seconds_left(self) -> float | None:
        """At the pace so far; None while nothing can be said."""
        new = self.done - self.done_before
        if self.state != RUNNING or not self.total or new <= 0:
            return None
        return self.seconds * max(0, self.total - self.done) / new


class Jobs:
    """The queue of one workbench.

    Parameters
    ----------
    folder : Path
        Scenarios are read and results are written here and below.
    program : sequence of str, optional
        What stands before the words of a command; by default this Python and the program's command line.
    """

    def __init__(self, folder: Path, program: Sequence[str] = ()) -> None:
        self.folder = folder
        self._program = tuple(program) or (sys.executable, "-m", f"{PACKAGE.name}.cli")
        self._lock = threading.Condition()
        self._jobs: dict[int, Job] = {}
        self.child_pid = 0  # of the job at work
        self._cancelled: set[int] = set()
        self._closed = False
        self._listeners: list[Callable[[], None]] = []
        self._load()
        self._worker = threading.Thread(target=self._work, name="jobs", daemon=True)
        self._worker.start()

    # --- asking for work --------------------------------------------------------------------------

    def start(self, name: str, runs: int = 0, seed: int | None = None, pins: Mapping[str, object] | None = None) -> Job:
        """Queue a scenario or a study.

        Parameters
        ----------
        name : str
            Its file, as a path below the folder.
        runs : int
            0: as the file says.
        pins : mapping, optional
            Values set over the file, by path.

        Raises
        ------
        Problems, SupplyriskError
            Everything that is wrong with the file; nothing is queued then.
        """
        from ..api.scenario import sets_of
        from ..spec.load import read_scenario
        from ..studies.kind import is_study
        from ..studies.load import read_study

        path = below(self.folder, name)
        sets = sets_of(pins or {})
        with confined(self.folder, PACKAGE):
            if is_study(path):
                given = [*sets, *([f"runs={runs}"] if runs else []), *([f"seed={seed}"] if seed is not None else [])]
                study = read_study(path, given)
                kind, total = "study", study.spec.expected(study) * study.spec.n_runs
            else:
                given = [*sets, *([f"monte_carlo.runs={runs}"] if runs else [])]
                found = read_scenario(path, given).scenarios
                kind, total = "run", sum(int(scenario.runs) for scenario in found)
        out = default_path(self.folder / "outputs", path.stem, dt.datetime.now(dt.UTC))
        with self._lock:  # two jobs of one second
            taken = {job.out for job in self._jobs.values()}
            number = 2
            while self._name(out) in taken:
                out = out.with_name(f"{out.name.partition('.')[0]}.{number}")
                number += 1
        words = [kind, "--quiet", "--out", str(out)]
        words += ["--runs", str(runs)] if runs else []
        words += ["--seed", str(seed)] if seed is not None else []
        words += [word for each in sets for word in ("--set", each)]
        return self._queue(kind, name, self._name(out), [*words, "--", str(path)], total)

    def resume(self, name: str) -> Job:
        """Queue the rest of a run folder or study that was interrupted."""
        path = below(self.folder, name)
        manifest = Store(path).manifest()
        total = int(manifest.get("runs") or 0) if "study" not in manifest else 0
        return self._queue("resume", name, name, ["resume", "--quiet", "--", str(path)], total)

    def compare(self, one: str, other: str) -> Job:
        """Queue the page on which two run folders stand side by side."""
        paths = [below(self.folder, name) for name in (one, other)]
        for path in paths:
            Store(path).manifest()
        out = f"{one}/compare"
        words = ["compare", "--out", str(paths[0] / "compare"), "--", *map(str, paths)]
        return self._queue("compare", f"{one} and {other}", out, words, 0)

    def again(self, number: int) -> Job:
        """Queue a job that did not come to its end: what is there already is not computed again."""
        job = self._jobs[number]
        if (self.folder / job.out / "manifest.json").is_file() and job.kind != "compare":
            return self.resume(job.out)
        return self._queue(job.kind, job.file, job.out, job.words, job.total)

    def cancel(self, number: int) -> None:
        """Take a job out of the queue, or end it; what is finished by then is kept."""
        with self._lock:
            job = self._jobs.get(number)
            if job is None or job.state not in OPEN:
                return
            self._cancelled.add(number)
            if job.state == WAITING:
                self._set(replace(job, state=CANCELLED))
            self._lock.notify_all()

    # --- what there is ----------------------------------------------------------------------------

    def jobs(self) -> list[Job]:
        """All jobs, the newest first."""
        with self._lock:
            return sorted(self._jobs.values(), key=lambda job: -job.id)

    def listen(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Have a function called, in a thread of this object, whenever something changes; returns what ends that."""
        self._listeners.append(callback)
        return lambda: self._listeners.remove(callback) if callback in self._listeners else None

    def wait(self, seconds: float = 60.0) -> bool:
        """Wait until the queue is empty; whether it came to that."""
        with self._lock:
            return self._lock.wait_for(lambda: all(j.state not in OPEN for j in self._jobs.values()), seconds)

    def close(self) -> None:
        """End the job at work, which keeps what it has, and leave the others for the next start."""
        with self._lock:
            self._closed = True
            self._lock.notify_all()
        self._worker.join(2 * PATIENCE_SECONDS)

    # --- the thread -------------------------------------------------------------------------------

    def _queue(self, kind: str, file: str, out: str, words: Sequence[str], total: int) -> Job:
        with self._lock:
            number = max(self._jobs, default=0) + 1
            job = Job(number, kind, file, out, tuple(words), created=_now(), total=total)
            self._set(job)
            self._lock.notify_all()
        return job

    def _set(self, job: Job, keep: bool = True) -> None:
        """Take note of a job as it stands, on disk too if it is to be kept; called with the lock held."""
        self._jobs[job.id] = job
        closed = [number for number, each in self._jobs.items() if each.state not in OPEN]
        for number in closed[: max(0, len(self._jobs) - KEPT)]:
            del self._jobs[number]
        if keep:
            self._store()
        self._lock.notify_all()
        for callback in list(self._listeners):
            callback()

    def _work(self) -> None:
        while True:
            with self._lock:
                self._lock.wait_for(lambda: self._closed or self._next() is not None)
                if self._closed:
                    return
                job = self._next()
                assert job is not None
                job = replace(job, state=RUNNING, done_before=self._done(job), done=self._done(job))
                self._set(job)
            try:
                self._run(job)
            except OSError as error:
                with self._lock:
                    self._set(replace(self._jobs[job.id], state=FAILED, told=f"could not be started: {error}"))

    def _next(self) -> Job | None:
        return next((job for _, job in sorted(self._jobs.items()) if job.state == WAITING), None)

    def _run(self, job: Job) -> None:
        log = self.folder / STATE / "jobs" / f"{job.id}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        begin = time.monotonic()
        with log.open("wb") as said:
            child = subprocess.Popen(
                [*self._program, *job.words],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                env=_environment(),
                start_new_session=True,  # Ctrl-C at the terminal is for the server, which ends its jobs itself
            )
        self.child_pid = child.pid
        with contextlib.suppress(OSError, AttributeError):
            os.setpriority(os.PRIO_PROCESS, child.pid, NICE)
        asked_to_end = 0.0
        while child.poll() is None:
            with self._lock:
                self._lock.wait_for(lambda: self._closed or job.id in self._cancelled, LOOK_SECONDS)
                ending = self._closed or job.id in self._cancelled
            done = self._done(job)  # not with the lock held: the page asks for the list meanwhile
            with self._lock:
                self._set(replace(self._jobs[job.id], done=done, seconds=time.monotonic() - begin), keep=False)
            if ending and not asked_to_end:
                child.send_signal(signal.SIGTERM)
                asked_to_end = time.monotonic()
            elif ending and time.monotonic() - asked_to_end > PATIENCE_SECONDS:
                _end(child)
            elif ending:
                time.sleep(LOOK_SECONDS / 5)
        _end(child)  # its workers, if it was killed and left some
        done = self._done(job)
        with self._lock:
            state = CANCELLED if job.id in self._cancelled else STOPPED if self._closed else _state(child.returncode)
            state = FINISHED if child.returncode == 0 else state
            now = replace(self._jobs[job.id], state=state, done=done, seconds=time.monotonic() - begin)
            self._set(replace(now, told=_told(log, child.returncode)))

    def _done(self, job: Job) -> int:
        """Runs that are finished in a job's folder."""
        out = self.folder / job.out
        if job.kind == "compare" or not out.is_dir():
            return 0
        folders = [out] if (out / "chunks").is_dir() or (out / "runs.parquet").is_file() else list(out.iterdir())
        return sum(int(runs_done(folder)) for folder in folders if folder.is_dir())

    # --- what is kept on disk ---------------------------------------------------------------------

    def _store(self) -> None:
        text = json.dumps([asdict(job) for _, job in sorted(self._jobs.items())], indent=1)
        with contextlib.suppress(OSError):  # a full disk: the list is in memory, the results are what counts
            write_whole(self.folder / STATE / "jobs.json", text)

    def _load(self) -> None:
        try:
            listed = json.loads((self.folder / STATE / "jobs.json").read_text(encoding="utf-8"))
            found = [Job(**{**each, "words": tuple(each["words"])}) for each in listed]
        except (OSError, ValueError, TypeError, KeyError):
            return
        for job in found[-KEPT:]:
            self._jobs[job.id] = replace(job, state=STOPPED) if job.state in OPEN else job

    def _name(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()


def runs_done(folder: Path) -> int:
    """Runs of a run folder that are finished, by the names of its chunks, or all once it is concluded."""
    store = Store(folder)
    with contextlib.suppress(StoreError, OSError, ValueError, KeyError):
        if (folder / "runs.parquet").is_file() or (folder / "cells.parquet").is_file():
            counts = store.manifest().get("counts") or {}
            return int(counts.get("runs", int(counts.get("finished", 0)) + int(counts.get("failed", 0))))
        return sum(span.last - span.first for span in store.spans())
    return 0


def _environment() -> dict[str, str]:
    """This program's own sources come first, wherever the child starts."""
    before = os.environ.get("PYTHONPATH", "")
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(PACKAGE.parent), before)))}


def _end(child: subprocess.Popen[bytes]) -> None:
    """End a child and everything it started."""
    with contextlib.suppress(OSError):
        if os.name == "posix":
            os.killpg(child.pid, signal.SIGKILL)
        else:
            child.kill()
    child.wait()


def _state(code: int) -> str:
    return {0: FINISHED, 1: INCOMPLETE, INTERRUPTED: STOPPED}.get(code, FAILED)


def _told(log: Path, code: int) -> str:
    """The last lines a job wrote, and how it ended if by force."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - TOLD_BYTES))
            text = file.read().decode("utf-8", "replace").strip()
    except OSError:
        text = ""
    return f"{text}\nended by signal {-code}".strip() if code < 0 else text


def _now() -> str:
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

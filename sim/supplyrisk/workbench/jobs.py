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
from dataclasses import asdict, fields, replace
from pathlib import Path

from ..bounded import confined
from ..errors import SupplyriskError
from ..experiment.stages import INTERRUPTED as INTERRUPTED_BATCH
from ..results.lock import at_work
from ..results.store import Store, StoreError, default_path
from ..shipped import PACKAGE
from ..sums import add_up
from .asked import runs_asked, seed_asked
from .children import end, environment, state_of
from .documents import STATE, below, write_whole
from .job import (
    CANCELLED,
    FAILED,
    FINISHED,
    OPEN,
    RUNNING,
    STOPPED,
    WAITING,
    Job,
    advanced,
    incomparable,
    planned,
    runs_done,
)

NICE = 10  # what the children give way by, so that the page answers while they work
KEPT = 200  # jobs that are remembered
PATIENCE_SECONDS = 20.0  # in which a job that is cancelled writes what it has
LOOK_SECONDS = 0.5
TOLD_BYTES = 4_000  # of what a job said last


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
        self._left: list[Job] = []  # still at work, of a workbench that was killed
        self._closed = False
        self._listeners: list[Callable[[], None]] = []
        self._load()
        self._worker = threading.Thread(target=self._work, name="jobs", daemon=True)
        self._worker.start()

    # --- asking for work --------------------------------------------------------------------------

    def start(
        self, name: str, runs: object = None, seed: object = None, pins: Mapping[str, object] | None = None
    ) -> Job:
        """Queue a scenario or a study.

        Parameters
        ----------
        name : str
            Its file, as a path below the folder.
        runs, seed : int or str, optional
            As they were typed; nothing: as the file says.
        pins : mapping, optional
            Values set over the file, by path.

        Raises
        ------
        Problems, SupplyriskError
            Everything that is wrong with the file or with what was typed; nothing is queued then.
        """
        from ..api.scenario import sets_of
        from ..spec.load import read_scenario
        from ..studies.kind import is_study
        from ..studies.load import read_study

        path = below(self.folder, name)
        sets = sets_of(pins or {})
        n_runs, n_seed = runs_asked(runs), seed_asked(seed)
        asked = {"runs": n_runs, "seed": n_seed}
        changed = [f"{key}={number}" for key, number in asked.items() if number is not None]
        with confined(self.folder, PACKAGE):
            if is_study(path):
                study = read_study(path, [*sets, *changed])
                kind, total, whole = "study", study.spec.expected(study) * study.spec.n_runs, False
            else:
                found = read_scenario(path, [*sets, *(f"monte_carlo.{each}" for each in changed)]).scenarios
                kind, total, whole = "run", sum(int(scenario.runs) for scenario in found), len(found) > 1
        words = [word for key, number in asked.items() if number is not None for word in (f"--{key}", str(number))]
        words += [word for each in sets for word in ("--set", each)]
        out = default_path(self.folder / "outputs", path.stem, dt.datetime.now(dt.UTC))
        with self._lock:  # two jobs of one second
            taken = {job.out for job in self._jobs.values()}
            number = 2
            while self._name(out) in taken:
                out = out.with_name(f"{out.name.partition('.')[0]}.{number}")
                number += 1
            words = [kind, "--quiet", "--out", str(out), *words, "--", str(path)]
            return self._queue(kind, name, self._name(out), words, total, whole)

    def resume(self, name: str) -> Job:
        """Queue the rest of a run folder or study that was interrupted.

        Raises
        ------
        SupplyriskError
            If there is no rest, or somebody is at it.
        """
        path = below(self.folder, name)
        manifest = Store(path).manifest()
        self._free(name)
        if "worlds" in manifest:
            raise SupplyriskError(f"{name} holds several worlds: go on with each of its folders, or start it again")
        if manifest.get("status") == FINISHED:
            raise SupplyriskError(f"{name} is finished: there is nothing to go on with")
        return self._queue("resume", name, name, ["resume", "--quiet", "--", str(path)], planned(manifest))

    def _free(self, name: str) -> None:
        """Refuse a run folder that somebody is at or will be."""
        if who := at_work(self.folder / name):
            raise SupplyriskError(f"{name} is being computed ({who}): it is listed under Results")
        with self._lock:
            if busy := next((job for job in self._jobs.values() if job.out == name and job.state in OPEN), None):
                raise SupplyriskError(f"{name} is in the queue already (job {busy.id})")

    def compare(self, one: str, other: str) -> Job:
        """Queue the page on which two run folders stand side by side.

        Raises
        ------
        SupplyriskError
            If they can't be compared.
        """
        paths = [below(self.folder, name) for name in (one, other)]
        if paths[0] == paths[1]:
            raise SupplyriskError(f"{one} can't be compared with itself: choose another run")
        for name, path in zip((one, other), paths, strict=True):
            if why := incomparable(Store(path).manifest(), path):
                raise SupplyriskError(f"{name} {why}")
            self._free(name)
        out = f"{one}/compare"
        words = ["compare", "--out", str(paths[0] / "compare"), "--", *map(str, paths)]
        new = self._queue("compare", f"{one} and {other}", out, words, 0)
        with self._lock:  # a run folder holds one such page
            for job in [job for job in self._jobs.values() if job.out == out and job.id < new.id and not job.followed]:
                self._set(replace(job, followed=new.id))
        return new

    def again(self, number: int) -> Job:
        """Queue a job that did not come to its end: what is there already is not computed again."""
        job = self._jobs[number]
        if not job.can_go_on:
            raise SupplyriskError("there is nothing to go on with")
        self._free(job.out)
        begun = (self.folder / job.out / "manifest.json").is_file() and job.kind != "compare"
        if job.whole and begun:
            out = default_path(self.folder / "outputs", Path(job.out).parent.name, dt.datetime.now(dt.UTC))
            words = [str(out) if word == str(self.folder / job.out) else word for word in job.words]
            new = self._queue(job.kind, job.file, self._name(out), words, job.total, whole=True)
        elif begun and Store(self.folder / job.out).manifest().get("status") == FINISHED:
            new = self._queue("report", job.out, job.out, ["report", "--", str(self.folder / job.out)], 0)
        elif begun:
            new = self.resume(job.out)
        else:
            new = self._queue(job.kind, job.file, job.out, job.words, job.total, job.whole)
        with self._lock:
            self._set(replace(self._jobs[number], followed=new.id))
        return new

    def cancel(self, number: int) -> None:
        """Take a job out of the queue, or end it; what is finished by then is kept."""
        with self._lock:
            job = self._jobs.get(number)
            if job is None or job.state not in OPEN:
                return
            self._cancelled.add(number)
            if job.state == WAITING:
                self._set(replace(job, state=CANCELLED))
            else:
                self._set(replace(job, ending=True), keep=False)
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

    def _queue(self, kind: str, file: str, out: str, words: Sequence[str], total: int, whole: bool = False) -> Job:
        with self._lock:
            number = max(self._jobs, default=0) + 1
            job = Job(number, kind, file, out, tuple(words), created=_now(), total=total, whole=whole)
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
        for job in self._left:
            self._watch(job)
        while True:
            with self._lock:
                self._lock.wait_for(lambda: self._closed or self._next() is not None)
                if self._closed:
                    return
                found = self._next()
                assert found is not None
                job = replace(found, state=RUNNING)
                self._set(job)
            try:
                done, total = self._seen(job)
                job = replace(job, done_before=done, done=done, total=total)
                with self._lock:
                    self._set(job)
                self._run(job)
            except OSError as error:
                with self._lock:
                    self._set(replace(self._jobs[job.id], state=FAILED, told=f"could not be started: {error}"))

    def _lives(self, job: Job) -> bool:
        """Whether the process of a job works on its folder."""
        return bool(job.pid) and f"{at_work(self.folder / job.out)} ".startswith(f"process {job.pid} ")

    def _watch(self, job: Job) -> None:
        """Follow a job that a killed workbench has left behind to its end."""
        begin = time.monotonic()
        asked = 0.0
        while self._lives(job):
            with self._lock:
                self._lock.wait_for(lambda: self._closed or job.id in self._cancelled, LOOK_SECONDS)
                ending = self._closed or job.id in self._cancelled
            if ending and (not asked or time.monotonic() - asked > PATIENCE_SECONDS):
                with contextlib.suppress(OSError):
                    kindly = not asked or sys.platform == "win32"  # where it ends a process in any case
                    os.kill(job.pid, signal.SIGTERM if kindly else signal.SIGKILL)
                asked = time.monotonic()
            if ending:
                time.sleep(LOOK_SECONDS)
            found = self._seen(job)
            with self._lock:
                self._set(advanced(self._jobs[job.id], *found, job.seconds + time.monotonic() - begin), keep=False)
        done = runs_done(self.folder / job.out)
        status = None
        with contextlib.suppress(StoreError):
            status = Store(self.folder / job.out).manifest().get("status")
        state = FINISHED if status == FINISHED else CANCELLED if job.id in self._cancelled else STOPPED
        with self._lock:
            self._set(replace(self._jobs[job.id], state=state, done=done, ending=False))

    def _next(self) -> Job | None:
        return next((job for _, job in sorted(self._jobs.items()) if job.state == WAITING), None)

    def _run(self, job: Job) -> None:
        log = self._log(job)
        log.parent.mkdir(parents=True, exist_ok=True)
        begin = time.monotonic()
        with log.open("wb") as said:
            child = subprocess.Popen(
                [*self._program, *job.words],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                env=environment(),
                start_new_session=True,  # Ctrl-C at the terminal is for the server, which ends its jobs itself
            )
        self.child_pid = child.pid
        with self._lock:
            self._set(replace(self._jobs[job.id], pid=child.pid))
        with contextlib.suppress(OSError, AttributeError):
            os.setpriority(os.PRIO_PROCESS, child.pid, NICE)
        asked_to_end, hurried = 0.0, False
        while child.poll() is None:
            with self._lock:
                self._lock.wait_for(lambda: self._closed or job.id in self._cancelled, LOOK_SECONDS)
                ending = self._closed or job.id in self._cancelled
            found = self._seen(job)  # not with the lock held: the page asks for the list meanwhile
            with self._lock:
                now = advanced(self._jobs[job.id], *found, time.monotonic() - begin)
                self._set(replace(now, told=self._told(job)), keep=False)
            if ending and not asked_to_end:
                child.send_signal(signal.SIGTERM)
                asked_to_end = time.monotonic()
            elif ending and not hurried and self._is_kept(job):
                child.send_signal(signal.SIGTERM)  # the tables are written; nobody waits for the report
                hurried = True
            elif ending and time.monotonic() - asked_to_end > PATIENCE_SECONDS:
                end(child)
            elif ending:
                time.sleep(LOOK_SECONDS / 5)
        end(child)  # its workers, if it was killed and left some
        done, total = self._seen(job)
        with self._lock:
            state = CANCELLED if job.id in self._cancelled else STOPPED if self._closed else state_of(child.returncode)
            state = FINISHED if child.returncode == 0 else state
            now = advanced(self._jobs[job.id], done, total, time.monotonic() - begin)
            self._set(
                replace(
                    now,
                    state=state,
                    ending=False,
                    told=self._told(job),
                    code=child.returncode,
                )
            )

    def _log(self, job: Job) -> Path:
        return self.folder / STATE / "jobs" / f"{job.id}.log"

    def _told(self, job: Job) -> str:
        """The last lines a job wrote; files as the page names them."""
        log = self._log(job)
        try:
            with log.open("rb") as file:
                file.seek(max(0, log.stat().st_size - TOLD_BYTES))
                said = file.read().decode("utf-8", "replace").strip()
        except OSError:
            return ""
        return said.replace(f"{self.folder}/", "")

    def _is_kept(self, job: Job) -> bool:
        """Whether a job that was interrupted has written all that it keeps."""
        with contextlib.suppress(StoreError, OSError):
            return job.kind != "compare" and Store(self.folder / job.out).manifest().get("status") == INTERRUPTED_BATCH
        return False

    def _seen(self, job: Job) -> tuple[int, int]:
        """Runs that are finished in a job's folder, and how many there will be."""
        out = self.folder / job.out
        if job.kind == "compare" or not out.is_dir():
            return 0, job.total
        with contextlib.suppress(StoreError, OSError, ValueError):
            manifest = Store(out).manifest()
            if "worlds" not in manifest:
                return runs_done(out), planned(manifest) or job.total
        return int(add_up(runs_done(each) for each in out.iterdir() if each.is_dir())), job.total

    # --- what is kept on disk ---------------------------------------------------------------------

    def _store(self) -> None:
        text = json.dumps([asdict(job) for _, job in sorted(self._jobs.items())], indent=1)
        with contextlib.suppress(OSError):  # a full disk: the list is in memory, the results are what counts
            write_whole(self.folder / STATE / "jobs.json", text)

    def _load(self) -> None:
        try:
            listed = json.loads((self.folder / STATE / "jobs.json").read_text(encoding="utf-8"))
            known = {each.name for each in fields(Job)}
            found = [
                Job(**{key: each[key] for key in known & set(each)} | {"words": tuple(each["words"])})
                for each in listed
            ]
        except (OSError, ValueError, TypeError, KeyError):
            return
        for job in found[-KEPT:]:
            if job.state == RUNNING and self._lives(job):
                self._left.append(job)
            elif job.state in OPEN:
                job = replace(job, state=STOPPED)
            self._jobs[job.id] = replace(job, ending=False)

    def _name(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()


def _now() -> str:
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

"""One thing to be computed: how far it is, what happened to it, and what can be done about it, in the page's own words."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..errors import MACHINE
from ..results.store import Store, StoreError

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
FULL = re.compile(r"disk is full|no space left|file too large", re.IGNORECASE)
COMMAND = re.compile(
    r"(?:^|(?<=[;:,.]) +)[^;:,.\n]*?(?:python \S*run_scenario\.py|python -m supplyrisk\.cli|\bsupplyrisk) \w+ [^\n]*",
    re.M,
)


@dataclass(frozen=True)
class Job:
    """One thing to be computed.

    Attributes
    ----------
    kind : str
        `run`, `study`, `resume`, `report` or `compare`.
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
    paced_seconds, paced_done : float, int
        When the first new runs were there, and how many then were: what came before is start and not pace.
    seen_seconds : float
        When runs were seen finished last.
    told : str
        What it said last; of a job that failed, why.
    code : int
        How its process ended; negative: by that signal.
    ending : bool
        Whether it is being cancelled: it writes what it has.
    followed : int
        The job that went on with it.
    whole : bool
        Whether it can only be computed anew: a scenario of several worlds.
    pid : int
        Its process, while it runs.
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
    paced_seconds: float = 0.0
    paced_done: int = 0
    seen_seconds: float = 0.0
    told: str = ""
    code: int = 0
    ending: bool = False
    followed: int = 0
    whole: bool = False
    pid: int = 0

    @property
    def seconds_left(self) -> float | None:
        """Until all runs are computed, at the pace so far; None while nothing can be said."""
        new = self.done - self.paced_done
        if self.state != RUNNING or not self.total or not self.paced_seconds or new <= 0:
            return None
        pace = (self.seen_seconds - self.paced_seconds) / new  # between what was seen finished first and last
        return max(1.0, pace * max(0, self.total - self.done) - (self.seconds - self.seen_seconds))

    @property
    def can_go_on(self) -> bool:
        """Whether something is left to do that no later job does."""
        if self.followed or self.state in (FINISHED, *OPEN):
            return False
        return self.state != INCOMPLETE or self.kind == "compare" or "report failed" in self.told

    @property
    def can_open(self) -> bool:
        """Whether there is something to look at."""
        if self.kind == "compare" and self.followed:
            return False
        return self.state not in OPEN and (self.state == FINISHED or (self.kind != "compare" and self.done > 0))

    @property
    def title(self) -> str:
        """What is done with what."""
        return f"{'go on with' if self.kind == 'resume' else self.kind} {self.file}"


def go_on_word(job: Job) -> str:
    """What the button says that takes a job up again."""
    if job.whole and job.done:
        return "Start again"
    if job.state == INCOMPLETE:
        return "Draw the report again"
    return "Go on" if job.done or job.kind == "resume" else "Start again"


def how_far(job: Job) -> str:
    """How far a job is."""
    if job.state == WAITING:
        return "waiting for its turn"
    if job.state == INCOMPLETE:
        return "finished, but something is missing"
    if job.state != RUNNING:
        return "interrupted" if job.state == STOPPED else job.state
    if job.ending:
        return "ending: what is finished is being written"
    if job.kind in ("compare", "report"):
        return f"{span(job.seconds)} so far"
    if job.total and job.done >= job.total:
        return f"all {job.done:,} runs are computed; tables, figures and report are being written"
    if not job.done - job.done_before:
        return f"{_runs(job)}, starting, {span(job.seconds)} so far"
    left = job.seconds_left
    return (
        f"{_runs(job)}, {'estimating the time left' if left is None else f'about {span(left)} left, then the report'}"
    )


def at_the_end(job: Job) -> str:
    """What a terminal tells of a job that was not finished when the workbench was ended."""
    if job.state == FINISHED:
        return f"{job.title} was just finished"
    kept = f"{_runs(job)} are finished and kept" if job.done else "no run was finished yet"
    return f"{job.title}: {kept}; start the workbench again, “{go_on_word(job)}” is under Runs"


def what_happened(job: Job) -> str:
    """Why a job is not finished, what is kept, and what to do; of one at work, what it told last."""
    if job.state == RUNNING:
        return own_words(job.told)
    if job.followed:
        if job.kind == "compare":
            return "A later comparison has taken the place of this one; compare the two again to see it."
        return f"It went on as job {job.followed}."
    if job.state in (CANCELLED, STOPPED):
        who = "You cancelled it." if job.state == CANCELLED else "It was interrupted before its end."
        if not job.seconds:
            who = "You took it out of the queue." if job.state == CANCELLED else "Its turn had not come when it ended."
        return f"{who} {_kept(job)}"
    if job.state == FAILED and FULL.search(job.told):
        return f"The disk is full. {_kept(job)} Make room first."
    if job.state == FAILED and job.code < 0:
        return f"Its process was ended from outside (signal {-job.code}; 9 is also what a lack of memory gives). {_kept(job)}"
    if job.state == FAILED:
        return "\n".join(filter(None, (own_words(job.told), _kept(job) if job.code == MACHINE else "")))
    return own_words(job.told) if job.state == INCOMPLETE else ""


def own_words(said: str) -> str:
    """What a command said, without the commands that it tells to type: the page has buttons for them."""
    lines = [COMMAND.sub("", line).rstrip(" ;:,") for line in said.splitlines()]
    found = [line for line in lines if line.strip() and not line.strip().startswith("outputs/")]
    return "\n".join(found) or said.strip()


def span(seconds: float) -> str:
    """A length of time, in few digits."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def runs_done(folder: Path) -> int:
    """Runs of a run folder that are finished: by the names of its chunks, which a batch that is finished no longer has."""
    store = Store(folder)
    with contextlib.suppress(StoreError, OSError, ValueError, KeyError):
        if store.chunks_path.is_dir():
            return sum(span.last - span.first for span in store.spans())
        manifest = store.manifest()
        counts = manifest.get("counts") or {}
        if manifest.get("status") == FINISHED:
            return int(counts.get("runs", int(counts.get("finished", 0)) + int(counts.get("failed", 0))))
    return 0


def incomparable(manifest: Mapping[str, Any], folder: Path) -> str:
    """Why a folder can't be set beside another; nothing if it can."""
    if "study" in manifest:
        return "is a study: it compares its cells on its own page; runs of scenarios can be compared, studies can't"
    folders = [folder / str(world) for world in manifest["worlds"]] if "worlds" in manifest else [folder]
    if not all((each / "summary.csv").is_file() for each in folders):
        return "has no tables yet: wait until it is finished, or go on with it"
    return ""


def planned(manifest: Mapping[str, Any]) -> int:
    """Runs that a run folder or study will have, as far as is known."""
    counts = manifest.get("counts") or {}
    return int((counts if "study" in manifest else manifest).get("runs") or 0)


def advanced(job: Job, done: int, total: int, seconds: float) -> Job:
    """A job with what is known of it now."""
    if done > job.done:
        job = replace(job, seen_seconds=seconds)
    job = replace(job, done=max(done, job.done), total=total, seconds=seconds)
    if done > job.done_before and not job.paced_seconds:
        job = replace(job, paced_seconds=seconds, paced_done=done)
    return job


def _runs(job: Job) -> str:
    return f"{job.done:,} of {job.total:,} runs" if job.total else f"{job.done:,} runs"


def _kept(job: Job) -> str:
    if job.kind == "compare":
        return ""
    word = go_on_word(job)
    if job.whole and job.done:
        return (
            f"{_runs(job)} are finished and kept; of several worlds, “{word}” computes all of them into a new folder."
        )
    if not job.done:
        return f"No run was finished: “{word}” computes it from the beginning."
    return f"{_runs(job)} are finished and kept: “{word}” computes the rest, with the same results as without a stop."

"""Where jobs run: in this process, in a pool of processes or threads, or on a cluster.

All of them are `concurrent.futures` executors, so the runner is the same for all. What they add here is
a count of finished runs while a chunk is being computed, and a way to stop at once.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

from ..results.collect import Shelf
from .pool import Pool
from .work import Job, Report, run_job

GARBAGE = 100_000  # new objects after which a worker looks for garbage; a compiler's modules are hundreds of thousands
ONE = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "PYTHONSAFEPATH")  # set to 1 for workers
_counter: Any = None  # of finished runs, in a worker process
_shelf = Shelf()  # of a worker process


def cores() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _start_worker(counter: Any) -> None:
    """In a new worker: leave Ctrl-C to the parent, and end when the parent is gone, however it went."""
    global _counter
    _counter = counter
    gc.set_threshold(GARBAGE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_outlive, args=(parent,), daemon=True).start()


def _outlive(parent: Any) -> None:
    parent.join()
    os._exit(1)


def _tick(runs: int) -> None:
    if _counter is not None:
        with _counter.get_lock():
            _counter.value += runs


def _work(job: Job) -> Report:
    return run_job(job, _tick, _shelf)


def _help(function: Callable[..., Any], *given: Any) -> Any:
    """In a worker whose jobs are done: its memory for chunks is needed elsewhere."""
    _shelf.clear()
    return function(*given)


@contextlib.contextmanager
def _nursery() -> Iterator[None]:
    """Where workers are born: deaf to Ctrl-C (only the main thread may say so), and with one thread for linear algebra.

    Otherwise that starts, in every worker, threads that wait for work by keeping the other cores busy. Nor do workers
    import anything from the current folder, as Python started with -c does: that may be anybody's.
    """
    main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, signal.SIG_IGN) if main else None
    unset = [name for name in ONE if name not in os.environ]
    os.environ.update(dict.fromkeys(unset, "1"))
    try:
        yield
    finally:
        for name in unset:
            os.environ.pop(name, None)
        if main:
            signal.signal(signal.SIGINT, before)


class Here(Pool):
    """One worker: this process."""

    def __init__(self) -> None:
        self._count = 0
        self._shelf = Shelf()

    def _tick(self, runs: int) -> None:
        self._count += runs
        if self.on_tick:
            self.on_tick()

    def submit(self, job: Job) -> Future[Report]:
        return self.call(run_job, job, self._tick, self._shelf)

    def call(self, function: Callable[..., Any], *given: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(function(*given))
        except Exception as error:
            future.set_exception(error)
        return future

    def ticks(self) -> int | None:
        return self._count

    def helpers(self) -> Callable[..., Future[Any]] | None:
        self._shelf.clear()
        return None


class Threads(Pool):
    """Threads of this process, for an engine that releases the interpreter lock."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._count = 0
        self._lock = threading.Lock()
        self._local = threading.local()
        self._executor: Executor = ThreadPoolExecutor(workers)

    def _tick(self, runs: int) -> None:
        with self._lock:
            self._count += runs

    def submit(self, job: Job) -> Future[Report]:
        return self._executor.submit(self._run, job)

    def call(self, function: Callable[..., Any], *given: Any) -> Future[Any]:
        return self._executor.submit(function, *given)

    def _run(self, job: Job) -> Report:
        if not hasattr(self._local, "shelf"):
            self._local.shelf = Shelf()
        return run_job(job, self._tick, self._local.shelf)

    def ticks(self) -> int | None:
        return self._count

    def helpers(self) -> Callable[..., Future[Any]] | None:
        return self._executor.submit

    def stop(self) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)


class Processes(Pool):
    """A pool of fresh processes (spawned, never forked: forking a process with threads may hang)."""

    breaks_as_a_whole = True

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._context = multiprocessing.get_context("spawn")
        with _nursery():  # the first lock starts a process that keeps track of locks
            self._counter = self._context.Value("q", 0)
        self._start()

    def _start(self) -> None:
        self._executor = ProcessPoolExecutor(
            self.workers, mp_context=self._context, initializer=_start_worker, initargs=(self._counter,)
        )

    def submit(self, job: Job) -> Future[Report]:
        with _nursery():
            return self._executor.submit(_work, job)

    def call(self, function: Callable[..., Any], *given: Any) -> Future[Any]:
        with _nursery():
            return self._executor.submit(function, *given)

    def ticks(self) -> int | None:
        return int(self._counter.value)

    def helpers(self) -> Callable[..., Future[Any]] | None:
        return self._help

    def _help(self, function: Callable[..., Any], *given: Any) -> Future[Any]:
        return self._executor.submit(_help, function, *given)

    def stop(self) -> None:
        processes = list((getattr(self._executor, "_processes", None) or {}).values())
        self._executor.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            with contextlib.suppress(ProcessLookupError, ValueError):
                process.kill()
        for process in processes:
            process.join()

    def restart(self) -> None:
        self.stop()
        self._start()


def make_pool(kind: str, workers: int, address: str = "") -> Pool:
    """A pool: `processes` or `threads` with that many workers, `cluster` at an address.

    One worker is this process itself: nothing to start, nothing to copy.
    """
    if kind == "cluster":
        from .cluster import Cluster

        return Cluster(address)
    if workers <= 1:
        return Here()
    return Threads(workers) if kind == "threads" else Processes(workers)

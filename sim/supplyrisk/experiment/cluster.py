"""Jobs on the workers of a dask.distributed scheduler."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

from ..errors import SupplyriskError
from .pool import Pool
from .versions import code_hash
from .work import Job, Report, run_job

NEEDED = "needs dask.distributed: `python run_scenario.py setup cluster` in a checkout, else pip install 'supplyrisk[cluster]'"
PACKAGE = __name__.partition(".")[0]
START = "start it with `run_scenario.py cluster`, or install supplyrisk of this version there"
# Asked of a scheduler or worker that may lack the package, so made of what every Python has.
QUESTION = (
    f"__import__('importlib.util').util.find_spec({PACKAGE!r}) is not None"
    f" and __import__({__package__ + '.versions'!r}, fromlist=['code_hash']).code_hash()"
)


class Cluster(Pool):
    """Workers of a dask.distributed scheduler."""

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ImportError as error:
            raise SupplyriskError(f"--cluster {NEEDED}") from error
        self._client: Any
        try:
            self._client = Client(  # type: ignore[no-untyped-call]
                address, timeout=30, set_as_default=False
            )
        except (OSError, TimeoutError, ValueError) as error:
            raise SupplyriskError(f"no scheduler answers at {address} ({error})") from error
        try:
            self._check(address)
        except BaseException:
            self._client.close()
            raise
        self._executor: Executor = self._client.get_executor(pure=False)

    def _check(self, address: str) -> None:
        """Whether scheduler and workers have the package, with the same code: one sentence, before anything is sent."""
        found = {"the scheduler": self._client.run_on_scheduler(eval, QUESTION)}
        answers = self._client.run(eval, QUESTION, on_error="return")
        found |= {f"the worker at {worker}": answer for worker, answer in answers.items()}
        for who, answer in found.items():
            if answer is False or isinstance(answer, BaseException):
                raise SupplyriskError(f"{who} of {address} can't import supplyrisk: {START}")
            if answer != code_hash():
                raise SupplyriskError(f"{who} of {address} has another version of the model's source: {START}")

    @property
    def workers(self) -> int:  # type: ignore[override]
        """Threads of all workers now; they may come and go."""
        return max(1, int(sum(map(int, self._client.nthreads().values()))))

    def submit(self, job: Job) -> Future[Report]:
        return self._executor.submit(run_job, job)

    def call(self, function: Callable[..., Any], *given: Any) -> Future[Any]:
        return self._executor.submit(function, *given)

    def stop(self) -> None:
        self._executor.shutdown(wait=False)  # cancels what is under way
        self._client.close()

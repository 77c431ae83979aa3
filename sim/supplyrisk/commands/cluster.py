"""`supplyrisk cluster`: a scheduler and workers of dask.distributed that can import this very package."""

from __future__ import annotations

import click


@click.group("cluster")
def command() -> None:
    """Start what `run --cluster ADDRESS` needs on each machine.

    Whoever reaches a scheduler or a worker can run any program as the user who started it: there is no password. So
    both listen on this machine only unless --host names an address of a network that you trust.
    """


@command.command("scheduler", context_settings={"ignore_unknown_options": True})
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Where it listens.")
@click.option("--port", default=8786, show_default=True, type=click.IntRange(0, 65535), help="0: any free one.")
@click.argument("more", nargs=-1, type=click.UNPROCESSED, metavar="[DASK OPTIONS]")
def scheduler(host: str, port: int, more: tuple[str, ...]) -> None:
    """Start the scheduler, on one machine; further options are those of `dask scheduler`."""
    become("scheduler", "--host", host, "--port", str(port), "--no-dashboard", *more)


@command.command("worker", context_settings={"ignore_unknown_options": True})
@click.argument("address")
@click.option("--host", default="", metavar="ADDRESS", help="Where it listens. Default: as the scheduler is reached.")
@click.option("--workers", "-w", type=click.IntRange(1), metavar="W", help="Processes. Default: all cores.")
@click.argument("more", nargs=-1, type=click.UNPROCESSED, metavar="[DASK OPTIONS]")
def worker(address: str, host: str, workers: int | None, more: tuple[str, ...]) -> None:
    """Start workers for the scheduler at ADDRESS, on every machine; further options are those of `dask worker`."""
    from ..experiment.pools import cores

    at = ("--host", host) if host else ()
    many = () if "--no-nanny" in more else ("--nworkers", str(workers or cores()))
    become("worker", address, *at, *many, "--nthreads", "1", "--no-dashboard", *more)


def become(role: str, *arguments: str) -> None:
    """Go on as dask's scheduler or worker, with this package on the path and the current folder off it."""
    import os
    import subprocess
    import sys
    from importlib.util import find_spec
    from pathlib import Path

    from ..errors import SupplyriskError
    from ..experiment.cluster import NEEDED

    if find_spec("distributed") is None:
        raise SupplyriskError(f"cluster {NEEDED}")
    package = str(Path(__file__).parents[2])
    path = [package, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    environment = {**os.environ, "PYTHONSAFEPATH": "1", "PYTHONPATH": os.pathsep.join(dict.fromkeys(path))}
    line = [sys.executable, "-m", f"distributed.cli.dask_{role}", *arguments]
    if os.name == "nt":
        raise SystemExit(subprocess.call(line, env=environment))
    os.execve(line[0], line, environment)

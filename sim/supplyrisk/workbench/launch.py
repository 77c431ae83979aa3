"""Starting the workbench's server, and ending it: one process, on the loopback address alone."""

from __future__ import annotations

import logging
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path

from ..errors import MACHINE, SupplyriskError
from .bench import Workbench
from .documents import Documents
from .guard import ENTER, Guard
from .job import OPEN, at_the_end
from .jobs import Jobs
from .live import LiveAnswer

# How long a thread waits for Python's lock before it asks for it. Runs need it for a moment between two stretches of machine
# code; at the usual 5 ms they take two thirds longer while a text is checked beside them.
SWITCH_SECONDS = 0.0005
LOOPBACK = "127.0.0.1"
PORT = 8642  # the same every time if it can be: what the browser keeps of a lost connection belongs to an address
BACKLOG = 128  # connections that may wait
MAX_MESSAGE_BYTES = 2_000_000  # over the websocket; a document has at most 500 kB
RECONNECT_SECONDS = 60.0  # within which a page that lost its connection goes on where it was
MISSING = (
    "the workbench needs packages that are not installed ({name}): pip install 'supplyrisk[workbench]'; in a checkout "
    "`python run_scenario.py workbench` installs them itself"
)


class CannotStart(SupplyriskError):
    """The address is taken, or something is missing on this machine."""

    exit_code = MACHINE


def listening(port: int | None) -> socket.socket:
    """A socket on the loopback address; with port 0 the system chooses one, without a port it is the usual one if free.

    Raises
    ------
    CannotStart
        If the port is taken or not ours to take.
    """
    if port is None:
        try:
            return listening(PORT)
        except CannotStart:
            return listening(0)
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if sys.platform != "win32":  # there it would let two programs share the port
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((LOOPBACK, port))
        # From here on it is ours: two programs may bind a port that neither listens on, and one would answer for the other.
        taken.listen(BACKLOG)
    except OSError as error:
        taken.close()
        raise CannotStart(f"can't listen on port {port} ({error.strerror}): name another with --port") from None
    return taken


def serve(
    folder: Path, port: int | None, browser: bool, announce: Callable[[str], None], tell: Callable[[str], None]
) -> None:
    """Run a workbench for a folder until it is interrupted.

    Parameters
    ----------
    folder : Path
        Files are read and written here and below alone.
    port : int
        Where to listen; 0: any that is free; None: the usual one, or any.
    browser : bool
        Whether to open a browser.
    announce : callable
        Is given the address with its token, once the server answers.
    tell : callable
        Is given what else is to be known, as it ends.
    """
    try:
        import uvicorn
        from fastapi import FastAPI
        from nicegui import app, core, ui

        from . import pages
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("supplyrisk"):
            raise
        raise CannotStart(MISSING.format(name=error.name)) from None

    sys.setswitchinterval(SWITCH_SECONDS)
    sock = listening(port)
    port = sock.getsockname()[1]
    outer = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    guard = Guard(outer, port)
    documents = Documents(folder)
    live = LiveAnswer(documents.folder, loadings=documents.loadings, begun=False)
    bench = Workbench(folder, documents, live, Jobs(folder), guard.token, port)
    bench.at_end += [bench.live.close, bench.jobs.close, bench.documents.keep()]
    address = f"http://{LOOPBACK}:{port}{ENTER}?token={guard.token}"

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            # Not before: as it starts, the library of the page looks at all objects there are (`gc.get_objects`), and a tuple that
            # another thread is filling at that moment can't be finished.
            live.begin()
            announce(address)
            if browser:
                threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    core.sio.eio.cors_allowed_origins = sorted(guard.origins)
    core.sio.eio.max_http_buffer_size = MAX_MESSAGE_BYTES
    app.add_static_files("/static", Path(__file__).parent / "static", max_cache_age=0)
    pages.build(bench)
    ui.run_with(
        outer,
        title="supplyrisk workbench",
        favicon=Path(__file__).parent / "static" / "favicon.svg",
        dark=None,
        gzip_middleware_factory=None,
        tailwind=False,
        reconnect_timeout=RECONNECT_SECONDS,
        show_welcome_message=False,
    )
    config = uvicorn.Config(
        guard,
        host=LOOPBACK,
        port=port,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        ws_max_size=MAX_MESSAGE_BYTES,
        timeout_graceful_shutdown=1,
    )
    # Pages that are still open when it ends are no error.
    logging.getLogger("uvicorn.error").addFilter(lambda record: "graceful shutdown" not in str(record.msg))
    try:
        Server(config).run(sockets=[sock])
    finally:
        open_jobs = {job.id for job in bench.jobs.jobs() if job.state in OPEN}
        if open_jobs:
            tell("ending: what the queue has computed so far is being written")
        bench.close()
        for job in bench.jobs.jobs():
            if job.id in open_jobs:
                tell(at_the_end(job))
        sock.close()

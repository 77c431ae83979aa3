"""From the server's loop to threads and back: nothing that takes longer than a few milliseconds may hold it up."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from nicegui import core, run, ui

from ...errors import SupplyriskError

log = logging.getLogger(__name__)


def beside(work: Callable[..., object], *given: object) -> None:
    """Have something done in a thread, whose result nobody waits for."""
    assert core.loop is not None
    core.loop.run_in_executor(None, work, *given)


def soon(work: Callable[[], object]) -> None:
    """From any thread: have something done in the loop."""
    if core.loop is not None and core.loop.is_running():  # what is told while it ends has nobody to hear it
        core.loop.call_soon_threadsafe(work)


async def tried(work: Callable[..., Any], *given: object) -> tuple[Any, str]:
    """Do something in a thread and wait for it: what it gives and "", or None and what is wrong."""
    try:
        return await run.io_bound(work, *given), ""
    except (SupplyriskError, OSError) as error:
        return None, str(error)
    except Exception as error:  # a fault of the program: the page must say so, the log has the rest
        log.exception("%s failed", getattr(work, "__qualname__", work))
        return (
            None,
            f"The workbench failed here ({type(error).__name__}: {error}). What was typed and computed is kept.",
        )


async def told(work: Callable[..., Any], *given: object) -> Any:
    """Do something in a thread and wait for it; what is wrong is shown on the page, and None comes back."""
    found, said = await tried(work, *given)
    if said:
        ui.notify(said, type="negative", multi_line=True, close_button="Close", timeout=0)
    return found

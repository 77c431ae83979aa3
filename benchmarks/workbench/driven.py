"""A workbench that is driven in Chromium as somebody at the keyboard would, for the clock and for the long run."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
FILE = "china_export_ban_refined.yaml"
# From the key to a task behind the frame in which the charts were drawn: `chart.js` says when that is.
CLOCK = """
window.clock = { key: 0, drawn: [] };
addEventListener("keydown", (event) => { if (/^[0-9]$/.test(event.key)) clock.key = performance.now(); }, true);
document.addEventListener("wb-drawn", (event) => clock.drawn.push({ ...event.detail, after: performance.now() - clock.key }));
"""


@contextlib.contextmanager
def workbench(chromium: bool = True) -> Iterator[tuple[Any, int]]:
    """The studio with the shipped scenario, in a page; gives the page and the number of the server's process."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        shutil.copy(ROOT / "scenarios" / FILE, folder)
        server = subprocess.Popen(
            [sys.executable, "-m", "supplyrisk.cli", "workbench", folder, "--no-browser"],
            env={**os.environ, "PYTHONPATH": str(ROOT / "sim")},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert server.stdout is not None
            address = server.stdout.readline().strip()
            browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(address)
            page.goto(f"{address.partition('/enter')[0]}/?file={FILE}")
            page.wait_for_function("window.wb && wb.drawn && wb.drawn.settled", timeout=120_000)
            page.evaluate(CLOCK)
            yield page, server.pid
            browser.close()
        finally:
            server.terminate()
            server.wait(30)


def put_caret(page: Any, line: str, behind: str) -> None:
    """Put the caret behind a piece of text, in the first line that holds it."""
    page.evaluate(
        """([line, behind]) => {
            const view = wb.editor.view, text = view.state.doc.toString();
            const at = text.indexOf(line), to = at + line.indexOf(behind) + behind.length;
            view.dispatch({ selection: { anchor: to }, scrollIntoView: true });
            view.focus();
        }""",
        [line, behind],
    )


def digit(page: Any, key: str) -> None:
    """Replace the digit before the caret: one change of the text, still sound."""
    page.keyboard.press("Shift+ArrowLeft")
    page.evaluate("clock.drawn = []")
    page.keyboard.press(key)


def memory_mb(pid: int) -> float:
    """What a process holds, in MB (Linux)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return float(line.split()[1]) / 1000.0
    return float("nan")

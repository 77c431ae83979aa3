"""An hour of edits: does the memory of server and page stay flat, and is every text answered?

python benchmarks/workbench/soak.py [--minutes 60] [--per-second 4]
"""

from __future__ import annotations

import argparse
import time
from typing import Any

from driven import digit, memory_mb, put_caret, workbench

TELL_SECONDS = 60.0
GROWTH_MB = 60.0  # of the server between the first look and the end


def settled(page: Any, pid: int) -> float:
    """What the server holds, in MB, once it has nothing left to do."""
    page.wait_for_timeout(500)
    page.wait_for_function("wb.drawn.settled", timeout=300_000)
    found = []
    for _ in range(8):  # the answer before is given back a little later
        page.wait_for_timeout(500)
        found.append(memory_mb(pid))
    return min(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--per-second", type=float, default=4.0)
    given = parser.parse_args()
    with workbench() as (page, pid):
        put_caret(page, "duration: 12 months # try", "duration: 12")
        begin = told = time.monotonic()
        edits, before = 0, 0.0
        while time.monotonic() - begin < 60.0 * given.minutes:
            digit(page, str(1 + edits % 8))
            edits += 1
            page.wait_for_timeout(1000.0 / given.per_second)
            now = time.monotonic()
            if now - told > min(TELL_SECONDS, 10.0 * given.minutes):
                held = settled(page, pid)  # with all policies, or two moments could not be compared
                told, before = time.monotonic(), before or held
                heap = page.evaluate("performance.memory ? performance.memory.usedJSHeapSize / 1e6 : 0")
                print(f"{now - begin:6.0f} s {edits:6} edits: server {held:.0f} MB, page {heap:.1f} MB", flush=True)
        text = page.evaluate("wb.editor.view.state.doc.toString().match(/duration: 1(\\d) months # try/)[1]")
        grown = settled(page, pid) - before
        print(f"{edits} edits, the server holds {grown:+.0f} MB more than when it was first looked at")
        assert text == str(1 + (edits - 1) % 8), "the last edit is not in the text"
        assert grown < GROWTH_MB, f"the server grew by {grown:.0f} MB"


if __name__ == "__main__":
    main()

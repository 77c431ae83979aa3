"""Measures speed and size, and prints Markdown tables.

    python benchmarks/run.py [--quick] [--write-docs] [PART ...]

Parts: engines, scaling, start, cores, memory, batch, designs, others; all of them if none is named. Three more take a quarter
of an hour: `long` runs 100,000; `portfolio` and `study_memory` are about studies. With --write-docs the tables also take the
place of those in docs/background/speed.md and docs/scale.md. Let the machine do nothing else meanwhile.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "sim"), str(ROOT / "benchmarks")]
PAGES = (ROOT / "docs" / "background" / "speed.md", ROOT / "docs" / "scale.md")
PARTS = {
    "engines": "part_engines:engines",
    "scaling": "part_engines:scaling",
    "start": "part_engines:start",
    "cores": "part_batches:two_cores",
    "memory": "part_batches:memory",
    "batch": "part_batches:batch",
    "long": "part_batches:long",
    "designs": "part_engines:designs",
    "others": "part_others:others",
    "portfolio": "part_studies:portfolio",
    "study_memory": "part_studies:study_memory",
}
LONG = ("long", "portfolio", "study_memory")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="smaller and rougher, in about two minutes")
    parser.add_argument("--write-docs", action="store_true", help="put the tables into the documentation")
    given = parser.parse_args()
    unknown = sorted(set(given.parts) - set(PARTS))
    if unknown:
        parser.error(f"no part is called {', '.join(unknown)}; there are {', '.join(PARTS)}")
    from measuring import Size

    warm()
    for name in given.parts or [name for name in PARTS if name not in LONG]:
        module, _, function = PARTS[name].partition(":")
        began = time.perf_counter()
        measured = stamp()
        found = getattr(__import__(module), function)(Size(given.quick))
        for mark, text in found.items() if isinstance(found, dict) else ((name, found),):
            print(f"\n## {mark}\n\n{text}\n\n{measured}", flush=True)
            if given.write_docs:
                replace(mark, f"{text}\n\n{measured}")
        print(f"({name}: {time.perf_counter() - began:.0f} s)", file=sys.stderr, flush=True)


def warm() -> None:
    """Compile now, so that no part measures it by accident."""
    from measuring import compiled, shipped
    from part_engines import PAIRS, run_once

    given, ready = compiled(shipped(PAIRS[0][0], 1))
    run_once(ready, given.seed, 0, 0)


def stamp() -> str:
    """When and on what it was measured."""
    from measuring import busy, machine

    caution = " Other programs ran meanwhile: times are upper bounds." if busy() else ""
    return f"*Measured {dt.date.today():%d %B %Y}: {machine()}.{caution}*"


def replace(name: str, text: str) -> None:
    """Put new text between the marks `<!-- begin NAME -->` and `<!-- end NAME -->` of a page."""
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    for page in PAGES:
        before, found, rest = page.read_text(encoding="utf-8").partition(begin)
        _, closed, after = rest.partition(end)
        if found and closed:
            page.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")
            return
    raise SystemExit(f"no page has a place for {name}: {begin} ... {end}")


if __name__ == "__main__":
    main()

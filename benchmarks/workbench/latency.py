"""How long it takes from a key to the redrawn charts, in Chromium: first picture and settled main arms.

    python benchmarks/workbench/latency.py [--edits 30] [--pause 1500] [--output latency.json]

Two kinds of edit of `china_export_ban_refined` (ndfeb, four years): the length of the ban (the baseline is kept) and China's
share (both arms run). With a short pause the next key comes while policies of the text before are still computed. The load
of the machine stands beside the figures: other work on the same cores shows in them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from pathlib import Path
from typing import Any

from driven import digit, put_caret, workbench

FEW = 32  # runs of the first picture
WANTED = {"first": (0.35, 0.6), "whole": (1.5, None)}  # seconds: median, 95th percentile
EDITS = {
    "length of the ban": ("duration: 12 months # try", "duration: 12"),
    "share (both arms)": ("ndpr_oxide: {CN: 90 %}", "{CN: 90"),
}


def quantile(values: list[float], level: float) -> float:
    """By linear interpolation between the two nearest."""
    ordered = sorted(values)
    at = level * (len(ordered) - 1)
    low = int(at)
    return ordered[low] + (at - low) * (ordered[min(low + 1, len(ordered) - 1)] - ordered[low])


def measure(page: Any, line: str, behind: str, edits: int, pause_ms: int) -> dict[str, list[float]]:
    """Seconds to the first picture of the new text, and to that of all runs of the main arms."""
    found: dict[str, list[float]] = {"first": [], "whole": []}
    put_caret(page, line, behind)
    for number in range(edits):
        before = page.evaluate("wb.drawn.generation")
        digit(page, str(1 + number % 8))
        page.wait_for_function(f"clock.drawn.some(d => d.generation > {before} && d.runs > {FEW})", timeout=120_000)
        drawn = [d for d in page.evaluate("clock.drawn") if d["generation"] > before]
        found["first"].append(drawn[0]["after"] / 1000.0)
        found["whole"].append(next(d["after"] for d in drawn if d["runs"] > FEW) / 1000.0)
        page.wait_for_timeout(pause_ms)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edits", type=int, default=30)
    parser.add_argument("--pause", type=int, default=250, metavar="MS", help="from the settled arms to the next key")
    parser.add_argument("--output", type=Path)
    given = parser.parse_args()
    report: dict[str, Any] = {"machine": platform.platform(), "cores": os.cpu_count(), "edits": given.edits}
    report |= {"pause_ms": given.pause, "rows": []}
    with workbench() as (page, _):
        for name, (line, behind) in EDITS.items():
            load = os.getloadavg()
            found = measure(page, line, behind, given.edits, given.pause)
            for kind, values in found.items():
                row = {"edit": name, "picture": kind, "median": quantile(values, 0.5), "p95": quantile(values, 0.95)}
                row |= {"load_before": load, "load_after": os.getloadavg()}
                report["rows"].append(row)
                print(
                    f"{name:20} {kind:6} median {row['median']:.3f} s, 95th percentile {row['p95']:.3f} s "
                    f"(load {load[0]:.1f} to {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)",
                    flush=True,
                )
    if given.output:
        given.output.write_text(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()

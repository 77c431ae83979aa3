"""Which rows of a world matter: rank correlation of every draw with the headline outcomes of a shipped scenario.

    python tools/row_effects.py sim/supplyrisk/worlds/ndfeb [more folders] [--runs 200]

Writes `effects.csv` beside the world's tables, one row per number (or group of numbers) that is drawn by itself:

    scenario, runs   what was run
    draw             path of the number; of numbers that share their draw, of the first
    effect           mean over the headline outcomes of r^2 - (1 - r^2) / (n - 2), where r is Spearman's rank correlation with
                     the outcome over n runs: the share of the variance of the outcome's ranks that goes with the draw, less what
                     chance alone gives (so the sum over draws that do nothing is zero; single ones may lie below it)
    outcome, rho     the outcome with which it goes most, and r

The model's own error is left out: it says nothing of rows. Headline outcomes are the report's: peak price, use
missing and given up, output at risk, of the scenario's arm. Shares of variance miss what only shows together with
another draw, and count behaviour that is drawn jointly once per parameter. With 200 runs a single effect is known to
about 0.03 (assumption: normal errors), their sum much better.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "sim"))

# Of the model, not of the world: it would hide what rows do.
OWN_ERROR = ("error_level", "error_weekly", "error_shift")
# A squeeze of the kind each world is about.
SCENARIOS = {
    "antimony": "scenarios/episodes/antimony_licences_2024/scenario.yaml",
    "bismuth": "scenarios/episodes/bismuth_licences_2025/scenario.yaml",
    "cobalt": "scenarios/cobalt_export_stop_and_quotas.yaml",
    "gallium": "scenarios/gallium_licences_2023.yaml",
    "germanium": "scenarios/germanium_export_ban.yaml",
    "graphite": "scenarios/graphite_licences.yaml",
    "magnesium": "scenarios/episodes/magnesium_power_2021/scenario.yaml",
    "ndfeb": "scenarios/china_heavy_ree_licences_2025.yaml",
    "tungsten": "scenarios/kazakhstan_tungsten.yaml",
}
COLUMNS = ("scenario", "runs", "draw", "effect", "outcome", "rho")
OF_A_SCENARIO = ("events", "policies", "outlook")


def corrected(rho: float, n: int) -> float:
    """Share of variance that goes with a draw, without what chance gives: r^2 - (1 - r^2) / (n - 2)."""
    return rho**2 - (1.0 - rho**2) / (n - 2)


def effects(scenario: str, runs: int, found: dict[str, dict[str, tuple[float, int]]]) -> list[tuple[Any, ...]]:
    """Rows of the table, most effect first.

    Parameters
    ----------
    found : dict
        Outcome -> draw -> (rank correlation, number of runs it was measured in).
    """
    draws = {draw for by_draw in found.values() for draw in by_draw}
    rows = []
    for draw in draws:
        size = sum(corrected(*by_draw[draw]) for by_draw in found.values() if draw in by_draw) / len(found)
        outcome = max((name for name in found if draw in found[name]), key=lambda name: abs(found[name][draw][0]))
        rows.append((scenario, runs, draw, f"{size:.5f}", outcome, f"{found[outcome][draw][0]:.3f}"))
    return sorted(rows, key=lambda row: (-float(row[3]), row[2]))


def measured(folder: Path) -> dict[str, dict[str, tuple[float, int]]]:
    """Rank correlations of a run folder's draws of the world with its headline outcomes."""
    from supplyrisk.report.drivers import correlations
    from supplyrisk.report.quantities import headline_quantities
    from supplyrisk.report.run import open_run

    run = open_run(folder)
    found: dict[str, dict[str, tuple[float, int]]] = {}
    for quantity in headline_quantities(run):
        rows = correlations(run, quantity).to_dict("records")
        own = {
            str(row["input"]): (float(row["rho"]), int(row["n"]))
            for row in rows
            if str(row["input"]).split(".")[0] not in OF_A_SCENARIO
        }
        if own:
            found[quantity.title] = own
    return found


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--runs", type=int, default=200)
    given = parser.parse_args(arguments)
    for folder in given.folders:
        scenario = SCENARIOS[folder.name]
        with tempfile.TemporaryDirectory() as temporary:
            out = Path(temporary) / "run"
            call = [
                sys.executable,
                "-m",
                "supplyrisk.cli",
                "run",
                str(ROOT / scenario),
                "--runs",
                str(given.runs),
                "--out",
                str(out),
            ]
            call += ["--engine", "batch", "--workers", "1", "--keep-series", "none", "--no-report", "--quiet"]
            for number in OWN_ERROR:
                call += ["--set", f"baseline.{number}=0"]
            subprocess.run(call, cwd=ROOT, check=True)
            rows = effects(scenario, given.runs, measured(out))
        with (folder / "effects.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([COLUMNS, *rows])
        print(f"{folder}/effects.csv: {len(rows)} draws")


if __name__ == "__main__":
    main(sys.argv[1:])

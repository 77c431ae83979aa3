"""How much revising helps: past episodes forecast on day one and again one, three and six months later.

    python tools/score_revisions.py [--runs 1000]

Each forecast uses what was recorded up to then and is scored by the prices abroad recorded later, with the model's own error as
the other episodes show it. Prints the table of docs/how-to/revise-a-forecast.md. Takes some minutes.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "sim"))

from supplyrisk.backtest.episode import DAY_ONE, read_episode  # noqa: E402
from supplyrisk.backtest.error import RESIDUALS, from_others, read_residuals  # noqa: E402
from supplyrisk.backtest.evaluate import Bench  # noqa: E402
from supplyrisk.backtest.measure import MONTH_DAYS  # noqa: E402
from supplyrisk.backtest.run import shipped_episodes  # noqa: E402
from supplyrisk.backtest.scores import is_headline  # noqa: E402
from supplyrisk.forecast.revise import Revised, Seen, weighed  # noqa: E402
from supplyrisk.forecast.weights import weighted_crps, weighted_quantiles  # noqa: E402

MONTHS = (1, 3, 6)


def carried_on(revised: Revised, one: Seen) -> float:
    """The last seen value of the same price: ln; 0 (normal) if there is none."""
    key = (one.at.product, one.at.place)
    before = [each for each in revised.used if (each.at.product, each.at.place) == key and is_headline(each.at)]
    return before[-1].value if before else 0.0


def row(revised: Revised) -> tuple[int, int, np.ndarray] | None:
    """Observations used, prices ahead, and means over these of error and CRPS: day one, revised, carried on; shares in bands."""
    ahead = [one for one in revised.seen if one.first >= revised.today and is_headline(one.at)]
    if not revised.used or not ahead:
        return None
    found = []
    for one in ahead:
        numbers = []
        for weight in (revised.equal, revised.weights.of_run):
            low, middle, high = weighted_quantiles(one.sample, weight, (0.1, 0.5, 0.9))
            crps = weighted_crps(one.sample, weight, one.value)
            numbers += [abs(middle - one.value), crps, float(low <= one.value <= high)]
        found.append([*numbers, abs(carried_on(revised, one) - one.value)])
    return len(revised.used), len(ahead), np.mean(found, axis=0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    runs = parser.parse_args().runs
    left = read_residuals(RESIDUALS)
    print(
        "| episode | months | used | ahead | error: day one | revised | carried on | CRPS: day one | revised | in 80 % band |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    totals: dict[int, list[np.ndarray]] = {months: [] for months in MONTHS}
    for folder in shipped_episodes():
        episode = read_episode(folder, DAY_ONE)
        bench = Bench(episode)
        measured = bench.run(bench.design(runs, 1, from_others(left, DAY_ONE, episode.name)), 1)
        for months in MONTHS:
            today = bench.model.start + dt.timedelta(days=episode.start_day + round(months * MONTH_DAYS))
            found = row(weighed(episode, bench, measured, today))
            if found is None:
                continue
            used, ahead, x = found
            totals[months].append(x)
            cells = (f"{v:.2f}" for v in (x[0], x[3], x[6], x[1], x[4]))
            print(
                f"| {episode.name} | {months} | {used} | {ahead} | {' | '.join(cells)} | {100 * x[5]:.0f} % |",
                flush=True,
            )
    for months, rows in totals.items():
        x = np.array(rows)
        mean = x.mean(axis=0)
        cells = (f"{v:.2f}" for v in (mean[0], mean[3], mean[6], mean[1], mean[4]))
        print(f"| mean of {len(x)} | {months} | | | {' | '.join(cells)} | {100 * mean[5]:.0f} % |")
        better = [int((x[:, 4] < x[:, k]).sum()) for k in (1, 6)]
        print(
            f"<!-- CRPS better than day one in {better[0]}, than the last value carried on in {better[1]} of {len(x)} -->"
        )


if __name__ == "__main__":
    main()

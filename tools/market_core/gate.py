"""Errors, bands and CRPS over the eight squeezes, as recorded and as known on the day, the model's error from the others.

    python tools/market_core/gate.py 300        # rows; about a minute on one core, 10 s with 30

Ratio = mean |ln(model/seen)| over that of "no change", every event weighted alike; to be at most 0.6. 80 % bands should
hold 70 to 95 % of the points, and at least half in every event.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np
from events import Event, all_events
from parameters import draw

UNKNOWN = {"cover": 0.35, "eps": 0.5}  # sd of ln: what the worlds don't know of covers and elasticities
ERROR_WEEKS = 20.0  # e-fold of the error's memory
ERROR_PRIORS = 0.5, 0.3  # half-normal, of tau and sigma
DAY_ONE_FLOORS = 0.35, 0.5  # of tau and sigma, set so that every event holds half of its points
GATE_WEEKS = (4, 13, 26, 52)
JUMP, RETURN_WEEKS = 3.0, 26.0  # of the naive forecasts
WHOLE = ("80 %", "50 %", "n")  # columns of counts
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
Residuals = dict[str, list[tuple[np.ndarray, np.ndarray]]]  # by group: (weeks, ln seen - ln median) by event


def scales(rows: int, seed: int) -> dict[str, np.ndarray]:
    """Rows of factors on covers and elasticities."""
    g = np.random.default_rng(1000 + seed)
    return {name: np.exp(sd * g.standard_normal(rows)) for name, sd in UNKNOWN.items()}


def noise(event: Event, rows: int, tau: float, sigma: float, others: int, seed: int) -> np.ndarray:
    """The model's own error: b once a run, tau t_(E-1) sqrt(1 + 1/E) from E other events, and an AR(1) of sd sigma by cell."""
    g = np.random.default_rng(2000 + seed)
    shape = (event.world.number_of_products, event.world.number_of_zones, rows)
    level = tau * g.standard_t(max(others - 1, 2), rows) * np.sqrt(1 + 1 / others)
    kept = np.exp(-1 / ERROR_WEEKS)
    wandering = sigma * g.standard_normal(shape)
    out = np.zeros((event.length, *shape))
    for t in range(event.length):
        out[t] = level + wandering
        wandering = kept * wandering + sigma * np.sqrt(1 - kept**2) * g.standard_normal(shape)
    return out


def fit(residuals: Residuals) -> tuple[float, float]:
    """Posterior means of tau and sigma on a grid, from residuals by event."""
    found = []
    for tau in np.arange(0.05, 1.51, 0.05):
        for sigma in np.arange(0.05, 1.01, 0.05):
            likelihood = -0.5 * (tau / ERROR_PRIORS[0]) ** 2 - 0.5 * (sigma / ERROR_PRIORS[1]) ** 2
            for parts in residuals.values():
                weeks = np.concatenate([a for a, _ in parts])
                r = np.concatenate([b for _, b in parts])
                which = np.concatenate([np.full(len(a), i) for i, (a, _) in enumerate(parts)])
                near = np.exp(-abs(np.subtract.outer(weeks, weeks)) / ERROR_WEEKS) * (which[:, None] == which)
                variance = tau**2 + sigma**2 * near + 1e-4 * np.eye(len(weeks))
                likelihood += -0.5 * (r @ np.linalg.solve(variance, r) + np.linalg.slogdet(variance)[1])
            found.append((likelihood, tau, sigma))
    grid = np.array(found)
    weight = np.exp(grid[:, 0] - grid[:, 0].max())
    tau, sigma = weight @ grid[:, 1:] / weight.sum()
    return float(tau), float(sigma)


def crps(draws: np.ndarray, seen: float) -> float:
    """Continuous ranked probability score of draws against one value."""
    x, n = np.sort(draws), len(draws)
    return abs(x - seen).mean() - (2 * np.arange(1, n + 1) - n - 1) @ x / n**2


def gate_points(weeks: np.ndarray) -> list[int]:
    """Points nearest to weeks 4, 13, 26, 52, within a factor of 1.6, each once."""
    chosen: list[int] = []
    for week in GATE_WEEKS:
        apart = [(abs(np.log(w / week)), i) for i, w in enumerate(weeks) if i not in chosen]
        near = [pair for pair in apart if pair[0] <= np.log(1.6)]
        if near:
            chosen.append(min(near)[1])
    return sorted(chosen)


@dataclass
class Score:
    """One event's points: quantiles of ln price, errors, whether the bands hold them, CRPS of the model and naive forecasts."""

    event: Event
    quantiles: np.ndarray
    error: np.ndarray
    no_change: np.ndarray
    in80: np.ndarray
    in50: np.ndarray
    crps: np.ndarray
    naive: list[np.ndarray]
    gate: list[int]


def median_residuals(events: list[Event], rows: int, day_one: bool) -> Residuals:
    """ln seen less the median of ln price without error, by group."""
    out: Residuals = {}
    for event in events:
        record = event.simulate(rows, day_one, seed=5, numbers=draw(rows, 3), scale=scales(rows, 1))
        left = np.log(event.seen) - np.median(np.log(event.read(record)), 1)
        out.setdefault(event.group, []).append((event.weeks, left))
    return out


def left_out_errors(residuals: Residuals, day_one: bool) -> dict[str, tuple[float, float]]:
    """tau and sigma for every group from all others."""
    out = {}
    for group in residuals:
        tau, sigma = fit({name: parts for name, parts in residuals.items() if name != group})
        floors = DAY_ONE_FLOORS if day_one else (0.0, 0.0)
        out[group] = max(tau, floors[0]), max(sigma, floors[1])
    return out


def score(event: Event, rows: int, day_one: bool, number: int, error: tuple[float, float], others: int) -> Score:
    """Run an event with its error and compare it with what was seen."""
    record = event.simulate(
        rows,
        day_one,
        seed=7 + number,
        numbers=draw(rows, 3 + number),
        scale=scales(rows, number),
        error=noise(event, rows, *error, others, number),
    )
    x, seen = np.log(event.read(record)), np.log(event.seen)
    q = np.quantile(x, QUANTILES, axis=1)
    falling = np.array([np.log(JUMP) * max(0, 1 - week / RETURN_WEEKS) for week in event.weeks])
    naive = [np.zeros(len(seen)), falling, np.full(len(seen), np.log(JUMP))]
    return Score(
        event,
        q,
        error=abs(q[2] - seen),
        no_change=abs(seen),
        in80=(q[0] <= seen) & (seen <= q[4]),
        in50=(q[1] <= seen) & (seen <= q[3]),
        crps=np.array([crps(x[i], seen[i]) for i in range(len(seen))]),
        naive=[abs(forecast - seen) for forecast in naive],
        gate=gate_points(event.weeks),
    )


def sums(scores: list[Score]) -> list[float]:
    """A group's row: errors and no-change at all points and at the gate's, points held, count, CRPS and the naive ones."""
    join = np.concatenate
    error, no_change = join([s.error for s in scores]), join([s.no_change for s in scores])
    gate_error, gate_no = join([s.error[s.gate] for s in scores]), join([s.no_change[s.gate] for s in scores])
    in80, in50 = join([s.in80 for s in scores]), join([s.in50 for s in scores])
    naive = [float(join([s.naive[i] for s in scores]).mean()) for i in range(3)]
    means = [error.mean(), no_change.mean(), gate_error.mean(), gate_no.mean()]
    return [*means, in80.sum(), in50.sum(), len(in80), join([s.crps for s in scores]).mean(), *naive]


def summary(rows: list[list[float]]) -> dict[str, float]:
    """What the gate asks, over all groups."""
    a = np.array(rows)
    return {
        "all_points": a[:, 0].mean() / a[:, 1].mean(),
        "gate": a[:, 2].mean() / a[:, 3].mean(),
        "in80": a[:, 4].sum() / a[:, 6].sum(),
        "in80_events": (a[:, 4] / a[:, 6]).mean(),
        "least": (a[:, 4] / a[:, 6]).min(),
        "in50": a[:, 5].sum() / a[:, 6].sum(),
        "crps_better": int((a[:, 7] < a[:, 8:].min(1)).sum()),
        "crps_better_than_no_change": int((a[:, 7] < a[:, 8]).sum()),
        "groups": len(a),
    }


def show(by_group: dict[str, list[Score]]) -> None:
    """Print a table of groups and their points."""
    heads = ("err", "no", "err4", "no4", "80 %", "50 %", "n", "CRPS", "no ch", "ret26", "elast")
    widths = (5, 5, 5, 5, 6, 6, 5, 6, 6, 6, 6)
    print(f"{'event':<16} " + " ".join(f"{head:>{width}}" for head, width in zip(heads, widths)))
    for group, scores in by_group.items():
        values = zip(sums(scores), widths, heads)
        texts = [f"{v:>{width}.{0 if head in WHOLE else 2}f}" for v, width, head in values]
        print(f"{group:<16} " + " ".join(texts))
        for s in scores:
            points = zip(s.event.weeks, *np.exp(s.quantiles[[2, 0, 4]]), s.event.seen, s.in80)
            texts = [f"{w:.0f}: {m:.2f} [{a:.2f}, {b:.2f}] {y:.2f}{'' if ok else ' !'}" for w, m, a, b, y, ok in points]
            print(f"     {s.event.name:<14} " + "  ".join(texts))


def main(rows: int = 300, say: bool = True) -> dict[bool, dict[str, float]]:
    """Run the gate; summaries by whether only the day was known."""
    events = all_events()
    groups = list(dict.fromkeys(event.group for event in events))
    out = {}
    for day_one in (False, True):
        residuals = median_residuals(events, rows, day_one)
        errors = left_out_errors(residuals, day_one)
        by_group: dict[str, list[Score]] = {}
        for number, event in enumerate(events):
            found = score(event, rows, day_one, number, errors[event.group], len(groups) - 1)
            by_group.setdefault(event.group, []).append(found)
        out[day_one] = s = summary([sums(scores) for scores in by_group.values()])
        if not say:
            continue
        print(f"\n=== {'AS KNOWN ON THE DAY' if day_one else 'AS RECORDED'} ({rows} rows)")
        bias = {
            group: round(float(np.concatenate([b for _, b in parts]).mean()), 2) for group, parts in residuals.items()
        }
        tau, sigma = fit(residuals)
        print("bias by event", bias, f"all: tau {tau:.2f} sigma {sigma:.2f}")
        print("tau, sigma from the others", {group: (round(a, 2), round(b, 2)) for group, (a, b) in errors.items()})
        show(by_group)
        print(
            f"ratio of mean errors: all points {s['all_points']:.2f}, weeks 4/13/26/52 {s['gate']:.2f}; 80 % band holds "
            f"{100 * s['in80']:.0f} % of points (mean of events {100 * s['in80_events']:.0f} %, least event "
            f"{100 * s['least']:.0f} %), 50 % band {100 * s['in50']:.0f} %; CRPS better than all three naive in "
            f"{s['crps_better']} of {s['groups']}; than no change in {s['crps_better_than_no_change']}"
        )
    return out


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="?", type=int, default=300)
    main(parser.parse_args().rows)

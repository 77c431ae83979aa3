"""Which drawn numbers go with an outcome, and what these numbers are called."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .once import once_per_run
from .quantities import Quantity
from .run import Run
from .words import small

if TYPE_CHECKING:
    import pandas as pd

    from ..spec.resolved import SampledColumn


@once_per_run
def correlations(run: Run, q: Quantity) -> pd.DataFrame:
    """Spearman's rank correlation of each uncertain number with an outcome of the main arm.

    Returns
    -------
    DataFrame
        input, rho, low, high (90 % interval by Fisher's transformation), n.
    """
    import numpy as np
    import pandas as pd

    outcome = run.outcomes(q.metric, [run.main_arm], product=q.product, place=q.place, end_use=q.end_use)
    merged = outcome[["run", "value"]].merge(run.runs, on="run").dropna(subset=["value"])
    n = len(merged)
    y = merged["value"].rank().to_numpy()
    rows = []
    for name in _inputs(run):
        if name not in merged:
            continue
        x = merged[name].rank().to_numpy()
        if n <= 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
            continue
        rho = float(np.clip(np.corrcoef(x, y)[0, 1], -1.0, 1.0))
        z, half = np.arctanh(rho * 0.9999999), 1.645 * 1.03 / np.sqrt(n - 3)
        low, high = float(np.tanh(z - half)), float(np.tanh(z + half))
        rows.append((name, rho, min(low, rho), max(high, rho), n))
    return pd.DataFrame(rows, columns=["input", "rho", "low", "high", "n"])


def _inputs(run: Run) -> list[str]:
    """One name per family of numbers that move together: the first of the family."""
    return [members[0].name for members in families(run)]


@once_per_run
def families(run: Run) -> list[list[SampledColumn]]:
    """Uncertain numbers that share their quantile."""
    seen: dict[str, list[SampledColumn]] = {}
    for column in run.sampled:
        if column.kind != "fixed":
            seen.setdefault(column.group or column.name, []).append(column)
    return list(seen.values())


@once_per_run
def parameter_words(run: Run) -> dict[str, str]:
    """What each parameter is called in words, as the run folder's `sources.csv` says."""
    return {row["parameter"]: row["what"] for row in run.sources if row.get("what")}


_UNIT_TAIL = re.compile(r"_(t_per_year|t_per_t|usd_per_t|usd_per_kg|per_year|per_week|weeks|days|index)$")


def input_label(run: Run, name: str) -> str:
    """ "users' stocks, high-temperature magnets" for `cover_weeks.ht_magnet`; a group says how many it moves."""
    head, *rest = name.split(".")
    if head in ("events", "policies", "outlook") and rest:
        parts = [r.replace("_", " ") for r in rest if r != "events"]
        return f"{parts[0]}: {', '.join(parts[1:])}" if len(parts) > 1 else parts[0]
    words = parameter_words(run).get(head) or _UNIT_TAIL.sub("", head).replace("_", " ")
    family = next((f for f in families(run) if any(c.name == name for c in f)), [])
    if len(family) > 1:
        group = family[0].group
        extra = [w for w in group.split("_") if w and w.lower() not in head.split("_")]
        which = " ".join(run.label(w) if w in (*run.countries, *run.zones) else w for w in extra)
        return f"{words}{', ' + which if which else ''} ({len(family)} numbers)"
    parts = [
        small(run.label(p)) if p in run.names and p not in run.countries else run.label(p) for p in rest if p != "all"
    ]
    return ", ".join([words, *parts])

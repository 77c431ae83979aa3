"""Run folders whose numbers are written down one by one: for tests of words and tables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.report_runs import handmade_outcomes, resolved_scenario, write_run_folder

Values = dict[tuple[str, str, str, str, str, str], np.ndarray]

HT, OXIDE = "ht_magnet", "dytb_oxide"
PLACES = {"exCN": 1.0, "CN": 0.0, "world": 0.5, "JP": 1.5, "DE": 0.8, "REU": 0.6, "EU": 0.7}
MISSING, GIVEN_UP = "shortage_unserved_weeks", "shortage_priced_out_weeks"


def handmade(
    folder: Path,
    n: int,
    change: Values | None = None,
    policies: tuple[str, ...] = (),
    report: dict[str, Any] | None = None,
    question: str = "What if?",
) -> Path:
    """`n` runs whose numbers are known: the peak is 2 + i/n times, outside China 1 to 5 weeks of use go missing."""
    i = np.arange(n) / max(n - 1, 1)
    values: Values = {
        ("scenario", "price_spot_peak_index", OXIDE, "exCN", "all", "index"): 2.0 + 2.0 * i,
        ("scenario", "price_spot_peak_index", OXIDE, "CN", "all", "index"): np.full(n, 1.01),
        ("scenario-baseline", "price_spot_peak_index", OXIDE, "exCN", "all", "index"): 1.0 + 2.0 * i,
        ("scenario", "price_paid_peak_index", OXIDE, "exCN", "all", "index"): 1.0 + 0.2 * i,
        ("scenario", "price_spot_peak_week", OXIDE, "exCN", "all", "week"): np.full(n, 22.0),
        ("scenario", "price_spot_recovery_week", OXIDE, "exCN", "all", "week"): 40.0 + 10 * i,
        ("scenario-baseline", "shortage_percent", HT, "exCN", "all", "%"): 1.0 + 10.0 * i,
    }
    for place, part in PLACES.items():
        at = (HT, place, "all")
        values["scenario", MISSING, *at, "weeks"] = part * (1.0 + 4.0 * i)
        values["scenario", GIVEN_UP, *at, "weeks"] = part * (0.5 + i)
        values["scenario", "shortage_percent", *at, "%"] = part * (1.0 + 10.0 * i)
        values["scenario", "weeks_short", *at, "weeks"] = part * (10.0 + 20.0 * i)
        values["scenario", "first_week_short", *at, "week"] = np.full(n, 20.0 if part else np.nan)
        for rank, policy in enumerate(policies):
            relief = part * (-3.1 + 2.0 * rank) * (0.9 + 0.2 * i)
            values[f"policy:{policy}-scenario", MISSING, *at, "weeks"] = relief
            values[f"policy:{policy}-scenario", GIVEN_UP, *at, "weeks"] = 0.1 * relief
            values[f"policy:{policy}", MISSING, *at, "weeks"] = part * (1.0 + 4.0 * i) + relief
    for place in ("world", "JP", "EU"):
        values["scenario-baseline", "output_at_risk_usd", "all", place, "all", "USD"] = 1e9 * (1 + 0.84 * i)
    values |= change or {}
    arms = ("baseline", "scenario", *(f"policy:{p}" for p in policies))
    runs: dict[str, Any] = {"run": np.arange(n), "status": ["ok"] * n, "message": [""] * n}
    scenario = resolved_scenario(730, arms, n, 1, 1.0)
    scenario["world"]["groups"] = {"EU": ["DE", "REU"]}
    scenario["report"] = report or {}
    scenario["question"] = question
    runs |= {s["name"]: np.linspace(0, 1, n) for s in scenario["sampled"]}
    write_run_folder(folder, scenario, pd.DataFrame(runs), handmade_outcomes(values))
    with_peaks(folder, values)
    manifest = json.loads((folder / "manifest.json").read_text()) | {"question": question}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def never_short(n: int, missing: float = 0.0) -> Values:
    """Nobody physically short, anywhere."""
    found: Values = {}
    for place in PLACES:
        found["scenario", MISSING, HT, place, "all", "weeks"] = np.full(n, missing)
        found["scenario", "weeks_short", HT, place, "all", "weeks"] = np.zeros(n)
        found["scenario", "first_week_short", HT, place, "all", "week"] = np.full(n, np.nan)
    return found


def titled(folder: Path, **titles: str) -> Path:
    """Give policies the titles a scenario file would."""
    manifest = json.loads((folder / "manifest.json").read_text())
    for arm in manifest["resolved"]["arms"]:
        arm["title"] = titles.get(arm["name"].removeprefix("policy:"), "")
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def with_peaks(folder: Path, values: Values) -> None:
    """Series of spot prices whose every quantile is normal but in the week of the peak, where it is that of the peaks."""
    week = round(float(np.median(values["scenario", "price_spot_peak_week", OXIDE, "exCN", "all", "week"])))
    dates = pd.date_range("2025-01-01", periods=104, freq="7D")
    rows = []
    for (arm, metric, product, zone, use, unit), x in values.items():
        if metric != "price_spot_peak_index" or arm.endswith("-baseline"):
            continue
        for q in (0.10, 0.25, 0.5, 0.75, 0.90):
            top = float(np.quantile(x, q))
            key = (arm, "price_spot_index", product, zone, use)
            rows += [(*key, d, q, None, top if i == week - 1 else 1.0, unit) for i, d in enumerate(dates)]
    write_series(folder, rows)


def with_prices(folder: Path, level: float) -> Path:
    """Series of spot prices for a hand-made run: Dy/Tb oxide in China goes to `level` and stays there."""
    dates = pd.date_range("2025-01-01", periods=20, freq="7D")
    rows = []
    for arm, end in (("baseline", 1.0), ("scenario", level)):
        for q, shift in ((0.10, -0.05), (0.5, 0.0), (0.90, 0.05)):
            for i, date in enumerate(dates):
                value = 1.0 if i < 10 or arm == "baseline" else end + shift
                key = (arm, "price_spot_index", "dytb_oxide", "CN", "all")
                rows.append((*key, date, q, None, value, "index"))
    write_series(folder, rows)
    return folder


def write_series(folder: Path, rows: list[tuple[Any, ...]]) -> None:
    """Put a table of series with these rows into a run folder."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from supplyrisk.results.tables import schema

    names = [field.name for field in schema("series")]
    table = pd.DataFrame(rows, columns=names).astype({"run": "Int32"})
    pq.write_table(
        pa.Table.from_pandas(table, schema=schema("series"), preserve_index=False), folder / "series.parquet"
    )

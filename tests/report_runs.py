"""Run folders as a finished batch leaves them, made from formulas: for tests of figures and report.

The shapes are those of spring 2025: exports fall to a quarter and come back in four months, the price
outside China trebles while China's own stays flat, users outside run dry after five to nine weeks.
Every knob a test needs is a keyword: number of runs, failures, strength (0 = nothing happens).
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.report_ensemble import Ensemble
from tests.report_world import (
    COUNTRIES,
    END_USES,
    EVENT_DAY,
    PRICES,
    PRODUCTS,
    QUANTILES,
    SERIES,
    START,
    UNITS,
    USE_T,
    USERS,
)


def resolved_scenario(days: int, arms: Sequence[str], runs: int, seed: int, strength: float) -> dict[str, Any]:
    """The scenario as the manifest stores it: what `supplyrisk.spec.resolved.Scenario` holds, as plain data."""
    select = {
        "products": ["dytb_oxide", "ht_magnet"],
        "origins": ["CN"],
        "destinations": [c for c in COUNTRIES if c != "CN"],
        "end_uses": [],
        "entity_share": 1.0,
        "include_domestic": False,
    }
    events: list[dict[str, Any]] = [
        {
            "name": "licences",
            "type": "licence_regime",
            "sentence": "From 4 April 2025 China licenses exports of Dy/Tb oxide and high-temperature magnets.",
            "announced_day": EVENT_DAY,
            "start_day": EVENT_DAY,
            "duration_days": "inf",
            "probability": 1.0,
            "trigger": None,
            "effects": [{"op": "licence", "select": select, "schedule": [], "params": {}, "texts": {}}],
        },
        {
            "name": "general_licences",
            "type": "general_licence",
            "sentence": "From 1 December 2025 general licences cover a share of the trade.",
            "announced_day": 334,
            "start_day": 334,
            "duration_days": "inf",
            "probability": 1.0,
            "trigger": None,
            "effects": [{"op": "general_licence", "select": select, "schedule": [], "params": {}, "texts": {}}],
        },
    ]
    if strength == 0:
        events = []
    members = {"baseline": [], "scenario": list(range(len(events)))}
    for name in arms:
        if name.startswith("policy:"):
            if events:
                events.append(
                    events[0]
                    | {
                        "name": name[7:],
                        "type": "stockpile",
                        "sentence": f"Policy {name[7:]}: users hold more.",
                        "start_day": 0,
                        "announced_day": 0,
                        "effects": [{"op": "stockpile", "select": select | {"origins": []}, "schedule": []}],
                    }
                )
            members[name] = [*members["scenario"], *([len(events) - 1] if events else [])]
    return {
        "name": "china_heavy_ree_licences_2025",
        "title": "China licenses heavy rare earths and magnets",
        "question": "China licenses heavy rare earths and magnets: who goes short, when, at what price?",
        "world": {
            "name": "ndfeb",
            "title": "Rare-earth permanent magnets",
            "base_year": 2024,
            "countries": list(COUNTRIES),
            "country_names": {k: v[0] for k, v in COUNTRIES.items()},
            "zones": ["CN", "exCN"],
            "zone_of": {c: "CN" if c == "CN" else "exCN" for c in COUNTRIES},
            "products": PRODUCTS,
            "end_uses": [{"id": k, "name": v[0]} for k, v in END_USES.items()],
            "values": {},
        },
        "start": START.isoformat(),
        "days": days,
        "outlook": {"demand_growth_per_year": {}},
        "events": events,
        "arms": [{"name": a, "events": members.get(a, [])} for a in arms],
        "sampled": [
            {
                "name": "cover_weeks.ht_magnet",
                "group": "cover",
                "kind": "uniform",
                "args": [8, 20],
                "central": 14.0,
            },
            {
                "name": "elasticity_short",
                "group": "elasticity",
                "kind": "pert",
                "args": [0.05, 0.12, 0.3],
                "central": 0.12,
            },
            {
                "name": "first_belief_weeks.dytb_oxide",
                "group": "belief",
                "kind": "uniform",
                "args": [13, 52],
                "central": 26.0,
            },
        ],
        "rank_correlations": [],
        "runs": runs,
        "seed": seed,
        "sampler": "lhs",
        "tracked_origin": "",
    }


def _quantile_rows(ensemble: Ensemble, keep_runs: bool) -> pd.DataFrame:
    columns: dict[str, list[Any]] = {name: [] for name in SERIES}
    for arm, variable, product, place, end_use, unit, values, dates in ensemble.rows:
        if variable in USERS and end_use in END_USES and place != "world":
            continue  # single users are not kept as series
        n = len(dates)
        unit = UNITS.get(variable, unit)
        blocks = [(np.quantile(values, QUANTILES, axis=0), np.repeat(QUANTILES, n), np.full(n * len(QUANTILES), -1))]
        if keep_runs:
            count = values.shape[0]
            blocks.append((values, np.full(n * count, np.nan), np.repeat(np.arange(count), n)))
        for block, quantile, run in blocks:
            size = block.size
            names = (arm, variable, product, place, end_use or "all")
            for name, text in zip(SERIES, names, strict=False):
                columns[name].append(np.full(size, text, dtype=object))
            columns["date"].append(np.tile(np.asarray(dates, dtype="datetime64[ms]"), len(block)))
            columns["quantile"].append(quantile)
            columns["run"].append(run)
            columns["value"].append(block.reshape(-1))
            columns["unit"].append(np.full(size, unit, dtype=object))
    table = pd.DataFrame({name: np.concatenate(parts) for name, parts in columns.items()})
    table["run"] = table["run"].astype("Int32").mask(table["run"] < 0)
    return table


def _levels(product: str, place: str, end_use: str) -> list[tuple[str, str, str]]:
    """The sums over users that a batch reports for one user: country, zone, world, end use everywhere."""
    zone = [] if place == "CN" else [(product, "exCN", "all")]
    return [(product, place, "all"), *zone, (product, "world", "all"), (product, "world", end_use)]


def _add_sums(ensemble: Ensemble) -> None:
    sums: dict[tuple[str, ...], Any] = {}
    origins: dict[tuple[str, ...], Any] = {}
    dates: Any = None
    months: Any = None
    for arm, variable, product, place, end_use, _, values, when in list(ensemble.rows):
        if variable in ("wanted_t", "shortage_unserved_t", "shortage_priced_out_t"):
            dates = when
            for level in _levels(product, place, end_use):
                key = (arm, variable, *level)
                sums[key] = sums[key] + values if key in sums else values
        if variable == "export_t":
            months = when
            key = (arm, product, place.split(">")[0])
            origins[key] = origins[key] + values if key in origins else values
    for (arm, product, origin), values in origins.items():
        ensemble.rows.append((arm, "export_t", product, origin, "", "t", values, months))
    for (arm, variable, product, place, end_use), values in sums.items():
        ensemble.rows.append((arm, variable, product, place, end_use, "t", values, dates))
    known = {row[:5]: row[6] for row in ensemble.rows}
    for (arm, variable, product, place, end_use), values in known.items():
        if variable == "shortage_unserved_t":
            other = known[arm, "shortage_priced_out_t", product, place, end_use]
            ensemble.rows.append((arm, "shortage_t", product, place, end_use, "t", values + other, dates))


def _add_percent(ensemble: Ensemble) -> None:
    """Physically missing per cent by country and end use and month, all products together."""
    weeks = pd.Timestamp(START) + pd.to_timedelta(ensemble.weeks, "D")
    number = np.asarray([(w.year - START.year) * 12 + w.month - 1 for w in weeks])
    sums: dict[tuple[str, str, str], list[Any]] = {}
    for arm, variable, _, place, end_use, _, values, _ in ensemble.rows:
        if variable in ("wanted_t", "shortage_unserved_t") and place in COUNTRIES and end_use in END_USES:
            pair = sums.setdefault((arm, place, end_use), [0.0, 0.0])
            pair[variable == "wanted_t"] = pair[variable == "wanted_t"] + values
    for (arm, place, end_use), (missing, wanted) in sums.items():
        table = np.zeros((ensemble.runs, len(ensemble.months)))
        for m in range(len(ensemble.months)):
            table[:, m] = 100 * missing[:, number == m].sum(axis=1) / wanted[:, number == m].sum(axis=1)
        ensemble.add(arm, "shortage_unserved_percent", table, "%", "", place, end_use, monthly=True)


def _first(flags: np.ndarray) -> np.ndarray:
    return np.where(flags.any(axis=1), flags.argmax(axis=1) + 1.0, np.nan)


def _after_last(flags: np.ndarray) -> np.ndarray:
    return flags.shape[1] + 2.0 - _first(flags[:, ::-1])


def _outcomes_of(ensemble: Ensemble, arm: str) -> dict[tuple[str, str, str, str, str], np.ndarray]:
    """Per run, the metrics a real batch reports (those the report reads), keyed metric ... unit."""
    found: dict[tuple[str, str, str, str, str], np.ndarray] = {}
    risk: dict[tuple[str, str, str], Any] = {}
    series = {row[1:5]: row[6] for row in ensemble.rows if row[0] == arm}
    for (variable, product, place, end_use), x in series.items():
        use = end_use or "all"
        if variable in ("price_spot_index", "price_paid_index"):
            name = variable.removesuffix("_index")
            found[variable, product, place, use, "index"] = x.mean(axis=1)
            found[f"{name}_peak_index", product, place, use, "index"] = x.max(axis=1)
            for level, word in ((1.5, "1_5x"), (2.0, "2x"), (3.0, "3x")):
                found[f"{name}_above_{word}_weeks", product, place, use, "weeks"] = (x > level).sum(axis=1) * 1.0
            peak = np.where(x.max(axis=1) > 1 + 1e-9, x.argmax(axis=1) + 1.0, np.nan)
            found[f"{name}_peak_week", product, place, use, "week"] = peak
            found[f"{name}_recovery_week", product, place, use, "week"] = _after_last(x > 1.1)
            usd = PRICES[product]
            found[f"{name}_peak_usd_per_kg", product, place, use, "USD/kg"] = usd * x.max(axis=1)
        if variable == "shortage_unserved_t":
            wanted = series["wanted_t", product, place, end_use]
            lost = series["shortage_t", product, place, end_use]
            priced = series["shortage_priced_out_t", product, place, end_use]
            short = x > 0.01 * wanted
            found["shortage_t", product, place, use, "t"] = lost.sum(axis=1)
            found["shortage_unserved_t", product, place, use, "t"] = x.sum(axis=1)
            found["shortage_priced_out_t", product, place, use, "t"] = priced.sum(axis=1)
            found["first_week_short", product, place, use, "week"] = _first(short)
            if use == "all" or place == "world":
                found["shortage_percent", product, place, use, "%"] = 100 * lost.sum(axis=1) / wanted.sum(axis=1)
                found["shortage_unserved_percent", product, place, use, "%"] = 100 * x.sum(axis=1) / wanted.sum(axis=1)
                weekly = wanted.mean(axis=1)
                found["shortage_unserved_weeks", product, place, use, "weeks"] = x.sum(axis=1) / weekly
                found["shortage_priced_out_weeks", product, place, use, "weeks"] = priced.sum(axis=1) / weekly
                found["weeks_short", product, place, use, "weeks"] = short.sum(axis=1) * 1.0
                found["short_recovery_week", product, place, use, "week"] = _after_last(short)
            else:
                value = 2.0e5 * lost.sum(axis=1)
                for at in (
                    ("all", place, use),
                    ("all", place, "all"),
                    ("all", "world", use),
                    (product, "world", "all"),
                    ("all", "world", "all"),
                ):
                    risk[at] = risk.get(at, 0.0) + value
                spend = 0.1 * value
                found["extra_spend_usd", product, place, "all", "USD"] = spend
        if variable == "stock_cover_weeks":
            found["cover_minimum_weeks", product, place, use, "weeks"] = x.min(axis=1)
        if variable == "production_t":
            found["production_t", product, place, use, "t"] = x.sum(axis=1)
        if variable == "export_t":
            found["export_t", product, place, use, "t"] = x.sum(axis=1)
        if variable == "licence_backlog_t":
            found["licence_backlog_peak_t", product, place, use, "t"] = x.max(axis=1)
        if variable == "licence_wait_days":
            found["licence_wait_peak_days", product, place, use, "days"] = x.max(axis=1)
    for at, value in risk.items():
        found["output_at_risk_usd", *at, "USD"] = value
    for product in USE_T:
        earliest = [v for (m, p, _, u, _), v in found.items() if (m, p, u) == ("first_week_short", product, "all")]
        first = np.min(np.where(np.isnan(earliest), np.inf, earliest), axis=0)
        found["first_stoppage_week", product, "exCN", "all", "week"] = np.where(np.isinf(first), np.nan, first)
        found["first_stoppage_week", product, "world", "all", "week"] = np.where(np.isinf(first), np.nan, first)
    return found


def _outcome_rows(ensemble: Ensemble) -> pd.DataFrame:
    levels = {arm: _outcomes_of(ensemble, arm) for arm in ensemble.arms}
    names = ("arm", "metric", "product", "place", "end_use", "unit")
    keys: list[tuple[str, ...]] = []
    values: list[np.ndarray] = []
    for arm, found in levels.items():
        base = "baseline" if arm == "scenario" else "scenario"
        for key, x in found.items():
            keys.append((arm, *key))
            values.append(x)
            if arm != "baseline" and key in levels.get(base, {}):
                keys.append((f"{arm}-{base}", *key))
                values.append(x - levels[base][key])
    table = pd.DataFrame({n: np.repeat([k[i] for k in keys], ensemble.runs) for i, n in enumerate(names)})
    table["run"] = np.tile(np.arange(ensemble.runs), len(keys))
    table["value"] = np.concatenate(values)
    return table[["run", "arm", "metric", "product", "place", "end_use", "value", "unit"]]


def _summary(outcomes: pd.DataFrame) -> pd.DataFrame:
    keys = ["arm", "metric", "product", "place", "end_use", "unit"]
    quantiles = {"p10": 0.10, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p90": 0.90}
    runs = outcomes["run"].nunique()
    names = outcomes.iloc[::runs][keys].reset_index(drop=True) if runs else outcomes[keys]
    x = outcomes["value"].to_numpy(dtype=float).reshape(len(names), max(runs, 1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # metrics that exist in no run
        n = (~np.isnan(x)).sum(axis=1)
        sd = np.nanstd(x, axis=1, ddof=1) if runs > 1 else np.full(len(names), np.nan)
        stats = {"n": n, "mean": np.nanmean(x, axis=1), "sd": sd}
        stats |= (
            {k: np.nanquantile(x, q, axis=1) for k, q in quantiles.items()}
            if len(names)
            else {k: [] for k in quantiles}
        )
    return names.assign(**stats, standard_error=sd / np.sqrt(np.maximum(n, 1)))


def make_run_folder(
    folder: Path,
    runs: int = 60,
    failed: int = 0,
    days: int = 730,
    seed: int = 1,
    strength: float = 1.0,
    arms: Sequence[str] = ("baseline", "scenario", "policy:stockpile_60_days", "policy:general_licences"),
    whole_world: bool = False,
    keep_runs: bool = False,
) -> Path:
    """Write `manifest.json` and the tables of a finished batch into `folder`.

    Parameters
    ----------
    runs, failed : int
        Runs asked for, and how many of them failed (the last ones).
    strength : float
        1: spring 2025; 0: the scenario has no events and nothing happens.
    whole_world : bool
        All countries and end uses; False: five and four of them, much faster.
    keep_runs : bool
        Keep every run's series beside the quantiles.
    """
    from supplyrisk.results.tables import schema

    scenario = resolved_scenario(days, arms, runs, seed, strength)
    done = runs - failed
    table = pd.DataFrame({"run": np.arange(runs), "status": ["ok"] * done + ["failed"] * failed})
    table["message"] = ["" if s == "ok" else "stock became negative on day 200" for s in table["status"]]
    if done:
        ensemble = Ensemble(done, days, seed, strength, arms, whole_world)
        ensemble.fill()
        _add_sums(ensemble)
        _add_percent(ensemble)
        series, outcomes = _quantile_rows(ensemble, keep_runs), _outcome_rows(ensemble)
        draws = (ensemble.cover, ensemble.elasticity, ensemble.belief)
    else:
        series = pd.DataFrame(columns=[f.name for f in schema("series")])
        outcomes = pd.DataFrame(columns=[f.name for f in schema("outcomes")])
        draws = (np.zeros(0),) * 3
    names = tuple(s["name"] for s in scenario["sampled"])
    for name, x in zip(names, draws, strict=True):
        table[name] = np.concatenate([x, np.full(failed, 1.0)])
    write_run_folder(folder, scenario, table, outcomes, series)
    return folder


def handmade_outcomes(values: dict[tuple[str, str, str, str, str, str], np.ndarray]) -> pd.DataFrame:
    """Outcomes written down by a test: (arm, metric, product, place, end use, unit) -> one value per run."""
    names = ("arm", "metric", "product", "place", "end_use", "unit")
    parts = []
    for key, x in values.items():
        parts.append(pd.DataFrame({"run": np.arange(len(x)), **dict(zip(names, key, strict=True)), "value": x}))
    return pd.concat(parts, ignore_index=True)[["run", "arm", "metric", "product", "place", "end_use", "value", "unit"]]


def write_run_folder(
    folder: Path,
    scenario: dict[str, Any],
    runs: pd.DataFrame,
    outcomes: pd.DataFrame,
    series: pd.DataFrame | None = None,
) -> Path:
    """Write tables and manifest in the declared format."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from supplyrisk.results.tables import schema

    folder.mkdir(parents=True, exist_ok=True)
    if series is None:
        series = pd.DataFrame(columns=[f.name for f in schema("series")])
    names = tuple(s["name"] for s in scenario["sampled"])
    arms = [a["name"] for a in scenario["arms"]]
    done = int((runs["status"] == "ok").sum())
    for stem, frame, extra in (("runs", runs, names), ("outcomes", outcomes, ()), ("series", series, ())):
        pq.write_table(
            pa.Table.from_pandas(frame, schema=schema(stem, extra), preserve_index=False), folder / f"{stem}.parquet"
        )
    _summary(outcomes).to_csv(folder / "summary.csv", index=False)
    manifest = {
        "format": 1,
        "status": "finished",
        "title": scenario["title"],
        "question": scenario["question"],
        "created": "2026-01-15T09:00:00Z",
        "finished": "2026-01-15T09:02:10Z",
        "command": ["supplyrisk", "run", "scenarios/china_heavy_ree_licences_2025.yaml", "--runs", str(len(runs))],
        "versions": {"supplyrisk": "0.1.0", "python": "3.11.9", "numpy": "2.4.6"},
        "hashes": {"world": "a" * 64, "scenario": "b" * 64, "model": "c" * 64},
        "engine": "reference",
        "seed": scenario["seed"],
        "runs": len(runs),
        "sampler": "lhs",
        "arms": arms,
        "differences": [f"{a}-{'baseline' if a == 'scenario' else 'scenario'}" for a in arms if a != "baseline"],
        "keep_series": "quantiles",
        "series_step_weeks": 1,
        "series_error": 0.0,
        "timings": {"wall_s": 130.0},
        "counts": {"finished": done, "failed": len(runs) - done, "missing": 0},
        "results_hash": "d" * 64,
        "resolved": scenario,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder

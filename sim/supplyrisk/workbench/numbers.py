"""The summary of a run as the page shows it: metrics, arms and places by name, as the report calls them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..measures.aggregate import ALL
from ..studies.words import arm_said, outcome_said

if TYPE_CHECKING:
    import pandas as pd

    from ..report.run import Run

FIRST = "price_spot_peak_index"  # the metric that is shown at first
NAMED = {  # in the report's words, where those of studies are others or are said of two metrics
    "price_spot_peak_index": "highest week of the quoted price",
    "price_paid_peak_index": "highest week of the average price paid",
    "price_spot_peak_usd_per_kg": "highest week of the quoted price, USD/kg",
    "price_paid_peak_usd_per_kg": "highest week of the average price paid, USD/kg",
    "price_spot_peak_week": "which week the quoted price is highest",
    "price_paid_peak_week": "which week the average price paid is highest",
    "price_spot_recovery_week": "week from which the quoted price stays within 10 % of normal",
    "price_paid_recovery_week": "week from which the average price paid stays within 10 % of normal",
    "price_spot_usd_per_kg": "mean quoted price, USD/kg",
    "price_paid_usd_per_kg": "mean price paid, USD/kg",
    "price_spot_above_1_5x_weeks": "weeks with the quoted price above 1.5 times normal",
    "price_spot_above_2x_weeks": "weeks with the quoted price above twice normal",
    "price_spot_above_3x_weeks": "weeks with the quoted price above three times normal",
    "price_paid_above_1_5x_weeks": "weeks with the price paid above 1.5 times normal",
    "price_paid_above_2x_weeks": "weeks with the price paid above twice normal",
    "price_paid_above_3x_weeks": "weeks with the price paid above three times normal",
    "short_recovery_week": "week after the last one with a shortage",
    "export_rent_earned_usd": "what exporters with licences or quotas earn by the rules on exports",
    "shortage_priced_out_t": "tonnes given up because of the price",
}
UNITS = {"index": "times normal", "usd": "USD", "usd_per_kg": "USD/kg", "week": "week no.", "1": ""}
PEAK_IS = (
    "“Highest week” takes every run's own highest week, whenever it comes, and then the median over the runs. “Peak of the "
    "median” in the report is the top of the median line: one week for all runs. It is mostly the lower of the two, as "
    "runs do not peak in the same week."
)


def metric_names(metrics: list[str]) -> dict[str, str]:
    """Metric -> what it is called; no two alike."""
    found: dict[str, str] = {}
    for metric in metrics:
        said = NAMED.get(metric) or outcome_said(metric)
        said = said[:1].upper() + said[1:]
        found[metric] = f"{said} ({metric})" if said in found.values() else said
    return found


def note_on(metric: str) -> str:
    """What has to be known of a metric to read it beside the report."""
    return PEAK_IS if metric in NAMED and "_peak_" in metric and not metric.endswith("_week") else ""


def named(run: Run) -> pd.DataFrame:
    """The summary of a run with the names of arms, products, places, end uses and units; metrics keep their keys."""
    table = run.summary.copy()
    words = {name: table[name].astype(str) for name in ("arm", "product", "place", "end_use", "unit", "metric")}
    priced = words["metric"].str.startswith("price_")
    table["arm"] = words["arm"].map({arm: arm_name(run, arm) for arm in words["arm"].unique()})
    table["place"] = words["place"].map({each: place_name(run, each) for each in words["place"].unique()})
    zones = {zone: run.price_label(zone) for zone in run.zones}
    table["place"] = words["place"].map(zones).where(priced & words["place"].isin(zones), table["place"])
    for name, every in (("product", "all products"), ("end_use", "all end uses")):
        labels = {key: every if key in (ALL, "") else run.label(key) for key in words[name].unique()}
        table[name] = words[name].map(labels)
    table["unit"] = words["unit"].map(lambda unit: UNITS.get(unit, unit))
    without = (words["arm"] == "baseline").to_numpy()
    return table.iloc[[*np.flatnonzero(~without), *np.flatnonzero(without)]]  # what is asked for stands first


def arm_name(run: Run, arm: str) -> str:
    """An arm, or the difference of two, by name."""
    for base in run.arms:
        one = arm.removesuffix(f"-{base}")
        if one != arm and one in run.arms and (one, base) != ("scenario", "baseline"):
            return f"{arm_said(one)} minus {arm_said(base)}"
    return arm_said(arm)


def place_name(run: Run, place: str) -> str:
    """A country, group, zone or a lane between two of them by name."""
    one, lane, other = place.partition(">")
    if lane:
        return f"{run.label(one)} to {run.label(other)}"
    return "world" if place == "" else run.label(place)

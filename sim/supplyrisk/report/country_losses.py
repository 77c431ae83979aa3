"""What each country loses: all final products together, run by run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..results.quantiles import quantiles
from .once import once_per_run
from .run import Run

if TYPE_CHECKING:
    import pandas as pd


@once_per_run
def country_losses(run: Run) -> pd.DataFrame:
    """Per country: quantiles over runs of all final products' lost use, in weeks of normal use."""
    import pandas as pd

    columns = ["place", "p10", "p50", "p90"]
    data = run.outcomes(
        "shortage_t", [run.main_arm], product=list(run.final_products), place=list(run.countries), end_use=""
    )
    if data.empty:
        return pd.DataFrame(columns=columns)
    wide = data.groupby(["place", "run"], observed=True)["value"].sum().unstack("run")
    rows = []
    for place in [c for c in run.countries if c in wide.index]:
        use = 0.0
        for product in run.final_products:
            fan = run.fan(
                "wanted_t",
                "baseline" if "baseline" in run.arms else run.main_arm,
                product=product,
                place=place,
                end_use="",
            )
            use += float(fan.at(0.5).mean()) if fan is not None and len(fan.values) else 0.0
        if use > 0:
            found = quantiles(wide.loc[place].to_numpy(dtype=float), (0.10, 0.5, 0.90)) / use
            rows.append((place, *(float(q) for q in found)))
    return pd.DataFrame(rows, columns=columns)

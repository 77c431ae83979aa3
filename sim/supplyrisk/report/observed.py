"""What was recorded in reality, as it was read with the scenario, matched to what is simulated.

`variable`, `product` and `place` say outright what an observation is to be compared with; else the name of its
series does: `china_magnet_exports_total`, `china_magnet_exports_to:Germany`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from .run import Run

MONTH = re.compile(r"\d{4}-\d{2}$")
NAMED = re.compile(r"(?P<origin>[a-z ]+?)_(?P<product>[a-z0-9_]+?)_exports_(?P<to>total|to:.+)$", re.IGNORECASE)


def read_observed(run: Run) -> pd.DataFrame | None:
    """All observations the scenario named, as they were read when it was run, or None if there are none."""
    import pandas as pd

    rows = run.options.recorded
    return pd.DataFrame([asdict(row) for row in rows]) if rows else None


def monthly_exports(run: Run) -> pd.DataFrame:
    """Observed monthly exports in tonnes: origin, products (tuple), place ("" = all), date, value, source, confidence.

    Periods longer than a month and series the world has no counterpart for are left out.
    """
    import pandas as pd

    columns = ["origin", "products", "place", "date", "value", "source", "confidence", "series"]
    table = run.observed
    rows = []
    if table is not None:
        for row in table.to_dict("records"):
            target = _target(run, row)
            if target is None or not MONTH.match(str(row["period"])):
                continue
            rows.append(
                (
                    *target,
                    pd.Timestamp(f"{row['period']}-01"),
                    float(row["value"]),
                    row.get("source", ""),
                    row.get("confidence", ""),
                    row["series"],
                )
            )
    return pd.DataFrame(rows, columns=columns)


def _target(run: Run, row: dict[Any, Any]) -> tuple[str, tuple[str, ...], str] | None:
    """Which exports a row is about: origin, products, destination ("" = all abroad)."""
    if row.get("variable") == "export_t" and ">" in str(row.get("place")):
        origin, _, destination = str(row["place"]).partition(">")
        products = tuple(p for p in re.split(r"[ +,;]+", str(row["product"])) if p)
        return origin, products, destination
    match = NAMED.match(str(row["series"]))
    if match is None:
        return None
    origin = _country(run, match["origin"])
    products = _products(run, match["product"])
    to = match["to"]
    destination = "" if to == "total" else _country(run, to[3:])
    if not origin or not products or (to != "total" and not destination):
        return None
    return origin, products, destination


def _country(run: Run, text: str) -> str:
    wanted = text.strip().replace("_", " ").lower()
    for code in run.countries:
        if wanted in (code.lower(), run.names.get(code, "").lower()):
            return code
    return ""


def _products(run: Run, text: str) -> tuple[str, ...]:
    """Products whose id has the observed word in it ("magnet": both grades of magnets)."""
    word = text.lower().rstrip("s")
    return tuple(p for p in run.products if word == p or word in p.split("_") or p.endswith("_" + word))


def sources(rows: Iterable[str], most: int = 3) -> str:
    """A short list of sources for a caption."""
    names = list(dict.fromkeys(str(r).split(" via ")[0].strip() for r in rows if str(r).strip() not in ("", "derived")))
    shown = "; ".join(names[:most])
    return shown + (f" and {len(names) - most} more" if len(names) > most else "")

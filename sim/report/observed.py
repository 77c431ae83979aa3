"""What was recorded in reality, read from the scenario's CSV files and matched to what is simulated.

Columns: series, period, value, unit, source, confidence (further ones are ignored, except the optional
`variable`, `products` and `place`, which say outright what a row is to be compared with; else the name
of the series is read: `china_magnet_exports_total`, `china_magnet_exports_to:Germany`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from .run import Run

FOLDER = "observed"  # in the run folder: the report keeps a copy, so that the folder can travel
COLUMNS = ("series", "period", "value", "unit", "source", "confidence")
TONNES = {"t": 1.0, "kg": 1e-3, "kt": 1e3, "t/month": 1.0}
MONTH = re.compile(r"\d{4}-\d{2}$")
NAMED = re.compile(r"(?P<origin>[a-z ]+?)_(?P<product>[a-z0-9_]+?)_exports_(?P<to>total|to:.+)$", re.IGNORECASE)


def find_files(run: Run) -> list[Path]:
    """The observed files of a run: a copy in its folder first, else where the scenario points."""
    options = run.options.get("observed") or ()
    names = [options] if isinstance(options, str) else [str(name) for name in options]
    found = []
    for name in names:
        places = [run.path / FOLDER / Path(name).name, run.path / Path(name).name, Path(name)]
        hit = next((p for p in places if p.is_file()), None)
        if hit is not None:
            found.append(hit)
    return found


def keep_copies(run: Run) -> None:
    """Copy the observed files into the run folder."""
    import shutil

    for file in find_files(run):
        target = run.path / FOLDER / file.name
        if not target.exists():
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(file, target)


def read_observed(run: Run) -> pd.DataFrame | None:
    """All observed rows of a run with the columns of `COLUMNS`, or None if there are none."""
    import pandas as pd

    parts = []
    for file in find_files(run):
        table = pd.read_csv(file, dtype=str, keep_default_na=False, comment="#")
        if {"series", "period", "value"} <= set(table.columns):
            parts.append(table)
    if not parts:
        return None
    table = pd.concat(parts, ignore_index=True)
    table["number"] = pd.to_numeric(table["value"], errors="coerce")
    return table[table["number"].notna()]


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
            factor = TONNES.get(str(row.get("unit", "t")))
            if target is None or factor is None or not MONTH.match(str(row["period"])):
                continue
            rows.append(
                (
                    *target,
                    pd.Timestamp(f"{row['period']}-01"),
                    factor * float(row["number"]),
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
        products = tuple(p for p in re.split(r"[ +,;]+", str(row.get("products") or row.get("product") or "")) if p)
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

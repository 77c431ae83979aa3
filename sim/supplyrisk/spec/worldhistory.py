"""How output moved before and up to a world's base year: `history.csv` beside its tables.

The rows are what statistics published, by product and country; no run reads them. They let a reader judge whether the
shares a world starts from are those of an ordinary year.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..bounded import MAX_TABLE_BYTES
from ..errors import Position, Problem, Problems, SupplyriskError, did_you_mean
from ..language.names import Names
from ..language.text import decode
from ..sums import add_up
from .apply import output_shares
from .facts import CONFIDENCES
from .worldfile import LoadedWorld

FILE = "history.csv"
COLUMNS = ("year", "product", "country", "value", "unit", "source", "confidence")
UNIT = "t/yr"
FAR = 0.05  # difference of shares that is worth a remark
LEAST = 0.005  # countries with a smaller share in every year are summed as others


@dataclass(frozen=True)
class Output:
    """What a country made in a year, tonnes in the product's basis."""

    year: int
    product: str
    country: str
    tonnes: float
    source: str
    confidence: str


def read_history(folder: Path, shown: str, names: Names) -> tuple[Output, ...]:
    """Rows of a world's history; none if it has no such file.

    Raises
    ------
    Problems
        All faults of the file at once.
    """
    path = folder / FILE
    if not path.is_file():
        return ()
    problems: list[Problem] = []
    rows = csv.reader(io.StringIO(decode(path, f"{shown}/{FILE}", MAX_TABLE_BYTES), newline=""))
    header = tuple(next(rows, ()))
    if header != COLUMNS:
        raise Problems([Problem(Position(f"{shown}/{FILE}", 1, 1), "", f"the columns must be {','.join(COLUMNS)}")])
    found: dict[tuple[int, str, str], Output] = {}
    for fields in rows:
        at = Position(f"{shown}/{FILE}", rows.line_num, 1)
        fault = _fault(fields, names)
        if fault:
            problems.append(Problem(at, "", fault))
            continue
        year, product, country, value, _, source, confidence = fields
        output = Output(int(year), product, country, float(value), source, confidence)
        if found.setdefault((output.year, product, country), output) is not output:
            problems.append(Problem(at, "", f"{product} in {country} in {year} is given twice"))
    if problems:
        raise Problems(problems)
    return tuple(found.values())


def _fault(fields: Sequence[str], names: Names) -> str:
    """What is wrong with a row; nothing if it is fine."""
    if len(fields) != len(COLUMNS):
        return f"has {len(fields)} fields, the header has {len(COLUMNS)}"
    year, product, country, value, unit, source, confidence = fields
    if not re.fullmatch(r"\d{4}", year):
        return f"year must be a year like 2024 (got {year or 'nothing'})"
    if product not in names.products:
        return f"unknown product (got {product}){did_you_mean(product, names.products)}"
    if country not in names.countries:
        return f"unknown country (got {country}){did_you_mean(country, names.countries)}"
    if unit != UNIT:
        return f"unit must be {UNIT} (got {unit or 'nothing'})"
    try:
        tonnes = float(value)
    except ValueError:
        tonnes = math.nan
    if not 0.0 <= tonnes < math.inf:
        return f"value must be a number from 0 (got {value or 'nothing'})"
    if not source or confidence not in CONFIDENCES:
        return f"needs a source, and a confidence of {', '.join(CONFIDENCES)} (got {confidence or 'nothing'})"
    return ""


def totals(rows: Sequence[Output], product: str) -> dict[int, float]:
    """World output by year, tonnes."""
    years = sorted({row.year for row in rows if row.product == product})
    return {year: add_up(r.tonnes for r in rows if (r.product, r.year) == (product, year)) for year in years}


def history_table(loaded: LoadedWorld) -> str:
    """Shares of output by year beside those the world starts from."""
    rows = read_history(loaded.folder, loaded.names.world, loaded.names)
    if not rows:
        raise SupplyriskError(f"the world {loaded.names.world} has no {FILE}")
    title = f"{loaded.world.title}: shares of output as published, and as the world has them ({loaded.world.base_year})"
    return "\n".join([title, "", *history_lines(loaded, rows)])


def history_lines(loaded: LoadedWorld, rows: Sequence[Output]) -> Iterator[str]:
    """One table per product that has statistics, and what has none."""
    values = {fact.key: fact.value for fact in loaded.facts}
    silent = [product.name for product in loaded.world.products if not totals(rows, product.id)]
    for product in loaded.world.products:
        made = totals(rows, product.id)
        if not made:
            continue
        yield f"{product.name} ({product.mass_basis}):"
        own = {key[2]: value for key, value in values.items() if key[:2] == ("output_t_per_year", product.id)}
        shares = {year: _shares(rows, product.id, year) for year in made}
        yield from _table(loaded, shares, output_shares(values, product.id), made, add_up(own.values()))
        yield from _sources(rows, product.id)
        last = shares[max(shares)]
        mine = output_shares(values, product.id)
        far = sorted(code for code in {*mine, *last} if abs(mine.get(code, 0.0) - last.get(code, 0.0)) > FAR)
        if far:
            listed = ", ".join(far)
            yield f"  The world differs from {max(shares)} by more than {FAR * 100:.0f} points in {listed}: its rows (--sources) say why."
        yield ""
    if silent:
        yield f"No statistics by country are published for {', '.join(silent)}."


def _shares(rows: Sequence[Output], product: str, year: int) -> dict[str, float]:
    made = {row.country: row.tonnes for row in rows if (row.product, row.year) == (product, year)}
    total = add_up(made.values())
    return {country: tonnes / total for country, tonnes in made.items()} if total > 0.0 else {}


def _table(
    loaded: LoadedWorld,
    shares: Mapping[int, Mapping[str, float]],
    own: Mapping[str, float],
    made: Mapping[int, float],
    total: float,
) -> Iterator[str]:
    """Countries down, years across, the world's own shares last."""
    columns = [*shares.values(), own]
    names = loaded.names.countries
    largest = {code: max(column.get(code, 0.0) for column in columns) for code in names}
    shown = sorted((code for code in names if largest[code] >= LEAST), key=lambda code: -columns[-2].get(code, 0.0))
    side = max(len(f"{code} {names[code]}") for code in (*shown, "ROW") if code in names)
    side = max(side, len("world, t a year"))
    yield "  " + " " * side + "".join(f"{year:>10}" for year in shares) + "  this world"
    for code in shown:
        cells = [f"{column[code] * 100:.1f} %" if code in column else "-" for column in columns]
        yield (
            "  "
            + f"{code} {names[code]}".ljust(side)
            + "".join(f"{cell:>10}" for cell in cells[:-1])
            + f"{cells[-1]:>12}"
        )
    numbers = "".join(f"{tonnes:>10,.0f}" for tonnes in made.values())
    yield "  " + "world, t a year".ljust(side) + numbers + f"{total:>12,.0f}"


def _sources(rows: Sequence[Output], product: str) -> Iterator[str]:
    """Each source with the years it gives."""
    years: dict[str, set[int]] = {}
    for row in rows:
        if row.product == product:
            years.setdefault(row.source, set()).add(row.year)
    for source, given in sorted(years.items(), key=lambda item: (min(item[1]), item[0])):
        span = str(min(given)) if len(given) == 1 else f"{min(given)}-{max(given)}"
        yield f"  {span}: {source}"

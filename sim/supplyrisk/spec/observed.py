"""Series recorded in reality: their vocabulary, and the one reader of the files that hold them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ..errors import Position, Problem, did_you_mean
from ..language.names import Names
from ..language.problems import find, place
from ..language.table import Row, parse_number, parse_period, rows
from ..language.text import Node, path_text
from .outlooks import TODAY
from .resolve import Resolution
from .resolved import Recorded

COLUMNS = ("series", "period", "value", "unit", "source", "confidence")
OPTIONAL = ("note", "variable", "product", "products", "place", "reference")
HISTORY_FILE = "recorded.csv"  # beside a world's `today.yaml`
CONFIDENCES = ("high", "medium", "low", "assumption")

SUMMED = ("wanted_t", "shortage_unserved_t", "shortage_priced_out_t", "production_t", "leakage_t", "stockpile_t")
OFFICE = ("licence_backlog_t", "licence_granted_t", "licence_refused_t")
SINGLE = (
    "price_spot_index",
    "price_paid_index",
    "price_contract_index",
    "price_fob_index",
    "stock_cover_weeks",
    "licence_wait_days",
)
DERIVED = ("price_spot_usd_per_kg", "price_paid_usd_per_kg", "shortage_t", "used_t", "unserved_share", "shortage_share")
MONTHLY = ("export_t", "legal_export_t", "quota_used_share", "replaced_share")
VARIABLES = (*SUMMED, *OFFICE, *SINGLE, *DERIVED, *MONTHLY)
BY_SHIPMENT = ("export_t", "legal_export_t")  # recorded as goods cross a border
FLOWS = (*SUMMED[:-1], "licence_granted_t", "licence_refused_t", "shortage_t", "used_t", "export_t", "legal_export_t")

# unit -> factor to the unit of comparison: t, index, share, USD/kg, CNY/kg, weeks, days
UNITS = {"t": 1.0, "kg": 1e-3, "kt": 1e3, "g": 1e-6, "%": 0.01, "CNY/t": 1e-3, "USD/t": 1e-3, "USD/lb": 1 / 0.45359237}
TONNES = ("t", "kg", "kt", "g")
MONEY = ("USD/kg", "USD/t", "USD/lb", "CNY/kg", "CNY/t")
DOLLARS = ("USD/kg", "USD/t", "USD/lb")
SHARES = ("share", "%", "ratio")
Fault = Callable[[str, str], None]  # column, what is wrong with it
EXPORTS = re.compile(r"(?P<origin>[a-z ]+?)_(?P<product>[a-z0-9_]+?)_exports_(?P<to>total|to:.+)$", re.IGNORECASE)


def units_of(variable: str) -> tuple[str, ...]:
    """Units in which a variable may have been recorded."""
    if variable.endswith("_t"):
        return TONNES
    if variable.endswith("_index"):
        return ("index", *MONEY)
    if variable.endswith("_usd_per_kg"):
        return DOLLARS
    if variable.endswith("_share"):
        return SHARES
    return (variable.rpartition("_")[2],)  # weeks, days


def read_observed(path: Path, shown: str, names: Names | None, problems: list[Problem]) -> list[tuple[Recorded, Row]]:
    """All observations of a file and where they stand; faults are added to `problems`.

    Parameters
    ----------
    names : Names, optional
        Of the world they are compared with; without them products and places are not checked.
    """
    found: list[tuple[Recorded, Row]] = []
    lines: dict[tuple[str, ...], int] = {}
    heads: dict[tuple[str, bool], Row] = {}
    for row in rows(path, shown, COLUMNS, OPTIONAL, problems):
        before = len(problems)
        one = _observation(row, names, problems)
        _one_of_its_series(row, lines, heads, problems)
        if one is not None and len(problems) == before:
            found.append((one, row))
    return found


def _observation(row: Row, names: Names | None, problems: list[Problem]) -> Recorded | None:
    fields = row.fields

    def fault(column: str, message: str) -> None:
        problems.append(Problem(row.at(column), column, message))

    for column, what in (("series", "needs the name of its series"), ("source", "needs a source")):
        if not fields[column]:
            fault(column, f"every observation {what}")
    if fields["confidence"] not in CONFIDENCES:
        fault("confidence", f"got {fields['confidence'] or 'nothing'}{did_you_mean(fields['confidence'], CONFIDENCES)}")
    if fields.get("product") and fields.get("products"):
        fault("products", "product and products are the same column; keep one")
    variable, product = fields.get("variable", ""), fields.get("product") or fields.get("products") or ""
    product = " ".join(part for part in re.split(r"[+,;\s]+", product) if part)
    if variable:
        _compared(row, variable, product, names, fault_at=fault)
    elif EXPORTS.match(fields["series"]) and fields["unit"] not in TONNES and not fields["unit"].startswith("%"):
        # A change in per cent is kept as a record: it is no amount that could be drawn.
        fault("unit", f"exports are in {', '.join(TONNES)} (got {fields['unit'] or 'nothing'})")
    span, value = _span(row, fault_at=fault), _number(row, "value", fault_at=fault)
    if variable and value is not None and value < 0:
        fault("value", f"must not be below 0 (got {fields['value']})")
    reference = _number(row, "reference", fault_at=fault) if fields.get("reference") else 0.0
    if reference is not None and fields.get("reference") and not reference > 0:
        fault("reference", "must be above 0: it is the normal level of the series in its own unit")
    if span is None or value is None or reference is None:
        return None
    factor = UNITS.get(fields["unit"], 1.0)
    place = fields.get("place", "")
    return Recorded(
        fields["series"], variable, product, place, fields["period"], *span, value * factor, reference * factor,
        fields["unit"], fields["source"], fields["confidence"],
    )  # fmt: skip


def _span(row: Row, fault_at: Fault) -> tuple[dt.date, dt.date] | None:
    try:
        return parse_period(row.fields["period"])
    except ValueError as error:
        fault_at("period", str(error))
        return None


def _number(row: Row, column: str, fault_at: Fault) -> float | None:
    try:
        return parse_number(row.fields[column])
    except ValueError as error:
        fault_at(column, str(error))
        return None


def _compared(row: Row, variable: str, product: str, names: Names | None, fault_at: Fault) -> None:
    """What a row is compared with must exist, in a unit that can be compared."""
    if variable not in VARIABLES:
        fault_at("variable", f"got {variable}{did_you_mean(variable, VARIABLES, 0)}")
        return
    unit, units = row.fields["unit"], units_of(variable)
    if unit not in units:
        fault_at("unit", f"{variable} is in {', '.join(units)} (got {unit or 'nothing'}){did_you_mean(unit, units, 0)}")
    elif unit in MONEY and variable.endswith("_index") and not row.fields.get("reference"):
        column = "reference" if "reference" in row.fields else "unit"
        fault_at(column, f"a price in {unit} needs its normal level in column reference, to be compared with an index")
    if names is None:
        return
    column = "products" if row.fields.get("products") else "product"
    for name in product.split():
        if name not in names.known_products():
            fault_at(column, f"no product or stage is called {name}{did_you_mean(name, names.known_products())}")
    place = row.fields.get("place", "")
    if variable in MONTHLY and ">" not in place:
        fault_at("place", f"exports go from somewhere: write CN> or CN>US (got {place or 'nothing'})")
        return
    for name in re.split(r"[+>/\s]+", place):
        if name and name not in names.known_places():
            fault_at("place", f"no place is called {name}{did_you_mean(name, names.known_places())}")


def _one_of_its_series(
    row: Row, lines: dict[tuple[str, ...], int], heads: dict[tuple[str, bool], Row], problems: list[Problem]
) -> None:
    """The rows of a series are of one kind, and no period comes twice."""
    name, compared = row.fields["series"], bool(row.fields.get("variable"))
    head = heads.setdefault((name, compared), row)
    if compared:
        for key in ("variable", "product", "products", "place", "reference", "unit"):
            if row.fields.get(key, "") != head.fields.get(key, ""):
                what = f"differs from the first row of series {name} (line {head.line})"
                problems.append(Problem(row.at(key), key, what))
        first = lines.setdefault((name, row.fields["period"]), row.line)
        if first != row.line:
            what = f"{row.fields['period']} is given twice for series {name} (first in line {first})"
            problems.append(Problem(row.at("period"), "period", what))


# --- a scenario's files ---------------------------------------------------------------------------


def recorded(
    paths: Sequence[str], folder: Path, names: Names | None, start: dt.date, last: dt.date
) -> tuple[tuple[Recorded, ...], list[Problem], list[Problem]]:
    """Observations of the files a scenario names: what was read, what is wrong, what is worth a remark."""
    found: list[tuple[Recorded, Row]] = []
    problems: list[Problem] = []
    for path in paths:
        rows = read_observed(folder / path, str(folder / path), names, problems)
        # Changes in per cent are a record for the reader of the file, no amounts for a figure.
        found += [(one, row) for one, row in rows if one.variable or not row.fields["unit"].startswith("%")]
    seen: dict[str, tuple[Row, bool, bool]] = {}
    for one, row in found:
        first, inside, drawn = seen.get(one.series, (row, False, False))
        inside = inside or (one.first >= start and one.after <= last + dt.timedelta(days=1))
        drawn = drawn or one.variable == "export_t" or (not one.variable and bool(EXPORTS.match(one.series)))
        seen[one.series] = (first, inside, drawn)
    notes = []
    for name, (row, inside, drawn) in seen.items():
        if not drawn:
            notes.append(_note(row, f"{name} is drawn nowhere: figures show recorded exports (variable export_t)"))
        elif not inside:
            notes.append(_note(row, f"{name} is drawn nowhere: no period lies between {start} and {last}"))
    return tuple(one for one, _ in found), problems, notes


def _note(row: Row, message: str) -> Problem:
    return Problem(Position(row.file, row.line, row.columns["series"]), "series", message)


def with_recorded(resolution: Resolution, seen: tuple[Recorded, ...]) -> Resolution:
    """The resolved scenario with what was recorded."""
    scenario = resolution.scenario
    return replace(resolution, scenario=replace(scenario, report=replace(scenario.report, recorded=seen)))


def with_history(resolution: Resolution, problems: list[Problem]) -> Resolution:
    """The resolved scenario with what was recorded up to today in its world, if it is laid on `today`."""
    path = resolution.world.folder / HISTORY_FILE
    outlook = resolution.scenario.outlook
    if outlook.base != TODAY or not path.is_file():
        return resolution
    seen = tuple(one for one, _ in read_observed(path, str(path), resolution.world.names, problems))
    return replace(resolution, scenario=replace(resolution.scenario, outlook=replace(outlook, recorded=seen)))


def at_mention(root: Node, problems: Iterable[Problem]) -> Iterator[Problem]:
    """What is wrong with a file as a whole is told where the scenario names it."""
    at = ("report", "observed")
    node = find(root, at)
    items = node.value if node is not None and isinstance(node.value, tuple) else (node,)
    for problem in problems:
        if problem.position.line:
            yield problem
            continue
        file, (what, hint, near) = problem.position.file, problem.message.partition(";")
        here = [item for item in items if item and isinstance(item.value, str) and file.endswith(item.value)]
        got = f" (got {here[0].value}, looked for at {file})" if here else f" ({file})"
        position = here[0].position if here else place(root, at)
        yield Problem(position, path_text(at), f"{what}{got}{hint}{near}")

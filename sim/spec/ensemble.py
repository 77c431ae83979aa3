"""Joint sets of behavioural parameters that past episodes leave plausible.

A table whose columns are paths (`elasticity_short`, `fear_weeks.ht_magnet`) and whose rows are equally
likely. All of its columns share one group, so that a run draws one row and the parameters keep the
correlations the episodes gave them.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from ..bounded import MAX_TABLE_BYTES
from ..errors import Position, Problem, Problems, did_you_mean
from ..language.names import Names
from ..language.numbers import Num, Sampled
from ..language.text import decode
from ..units import UnitError, parse_registry
from .cells import bounds, full_key, known_in
from .parameters import PARAMETER_BY_NAME
from .resolved import Key, SampledColumn

GROUP = "behaviour"


def apply_ensemble(path: Path, names: Names, values: dict[Key, Num], columns: dict[str, SampledColumn]) -> None:
    """Put the ensemble's columns in place of the world's own rows for the same cells.

    Columns of other worlds are passed over. A row of the world that names more (a by-product's
    `margin_exponent`, the armed forces' elasticity) has a physical reason and stays.
    """
    rows = [row for row in csv.reader(io.StringIO(decode(path, str(path), MAX_TABLE_BYTES))) if any(row)]
    if len(rows) < 2:
        raise Problems([Problem(Position(str(path), 1, 1), "", "holds no parameter sets")])
    for number, written in enumerate(rows[0]):
        key = _key(path, names, written.strip())
        if key is None:
            continue
        numbers = tuple(_number(path, key, line, row, number) for line, row in enumerate(rows[1:], start=2))
        column = f"{GROUP}.{written.strip()}"
        middle = sorted(numbers)[len(numbers) // 2]
        columns[column] = SampledColumn(column, GROUP, "table", numbers, middle, *bounds(key))
        values[key] = Sampled(column)


def _key(path: Path, names: Names, written: str) -> Key | None:
    parts = written.split(".")
    parameter = PARAMETER_BY_NAME.get(parts[0])
    if parameter is None or len(parts) - 1 > len(parameter.dims) or parameter.creates:
        hint = did_you_mean(parts[0], PARAMETER_BY_NAME, 0)
        raise Problems([Problem(Position(str(path), 1, 1), written, f"is no behavioural parameter{hint}")])
    cell = tuple("" if part == "all" else part for part in parts[1:])
    if any(name and name not in known_in(names, dim) for name, dim in zip(cell, parameter.dims, strict=False)):
        return None  # of another world
    return full_key(parameter, cell)


def _number(path: Path, key: Key, line: int, row: list[str], number: int) -> float:
    try:
        return parse_registry(row[number], PARAMETER_BY_NAME[key[0]].unit)
    except (UnitError, IndexError) as error:
        raise Problems([Problem(Position(str(path), line, 1), key[0], str(error) or "has no value")]) from None

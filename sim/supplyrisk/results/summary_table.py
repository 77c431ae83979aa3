"""`summary.csv`, read and looked up quickly: two hundred policies have three quarters of a million rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import SupplyriskError
from .damaged import reading

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("arm", "metric", "product", "place", "end_use", "n", "unit")
NAMES = ("arm", "metric", "product", "place", "end_use", "unit")
NUMBERS = ("mean", "sd", "p10", "p25", "p50", "p75", "p90", "standard_error")


def read_summary(file: Path) -> pd.DataFrame:
    """The table with its names as categories; numbers that do not exist are NaN."""
    import pyarrow as pa
    from pyarrow import csv

    with reading(file), file.open(encoding="utf-8") as stream:
        header = stream.readline().strip().split(",")
    if not set(NUMBERS) <= set(header):
        absent = ", ".join(name for name in NUMBERS if name not in header)
        raise SupplyriskError(f"{file} was written by another version and holds no {absent}: run the batch again")
    types = {name: pa.dictionary(pa.int32(), pa.string()) for name in NAMES} | dict.fromkeys(NUMBERS, pa.float64())
    options = csv.ConvertOptions(column_types=types, null_values=[""], strings_can_be_null=False)
    with reading(file):
        found: pd.DataFrame = csv.read_csv(file, convert_options=options).unify_dictionaries().to_pandas()
    for name in set(NAMES) & set(found):
        found[name] = found[name].cat.reorder_categories(sorted(found[name].cat.categories))
    return found


class RowsByName:
    """Rows of a table found by the names in some of its columns; of rows with the same names the first.

    Parameters
    ----------
    table : DataFrame
        Its text columns are categories.
    names : sequence of str
        Columns that name a row.
    """

    def __init__(self, table: pd.DataFrame, names: Sequence[str]) -> None:
        keys = list(zip(*(table[name].astype(object).to_list() for name in names)))
        self._places = dict(zip(reversed(keys), range(len(keys) - 1, -1, -1)))
        self._columns = {str(name): table[name] for name in table}

    def get(self, names: tuple[str, ...]) -> dict[str, Any] | None:
        """The row, or None if there is none."""
        place = self._places.get(names)
        return None if place is None else {name: column.iat[place] for name, column in self._columns.items()}

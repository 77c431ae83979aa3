"""The tables of every study: one row per cell, arm, outcome and statistic, and the hash of all results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..measures.reporter import Outcome
from ..results.joining import Digest
from ..results.store import Store, atomic_path
from .found import STATISTICS, Found, Placed, Stats

if TYPE_CHECKING:
    import pyarrow as pa

FIXED = (
    ("arm", "arm, or paired difference of two arms run by run"),
    ("outcome", "metric, as in the reference of metrics"),
    ("product", "product id, or all"),
    ("place", "country code, group, zone or world"),
    ("end_use", "end use id, or all"),
    ("unit", "unit of value, lo and hi (of share_above_zero: share)"),
    ("statistic", "median, mean, or share_above_zero (share of runs in which the outcome is above zero)"),
    ("value", "the statistic over runs"),
    ("lo", "10 % quantile beside the median; lower end of the 95 % interval of mean and share"),
    ("hi", "90 % quantile beside the median; upper end of the 95 % interval of mean and share"),
    ("n", "runs that have the outcome"),
)


ROWS_AT_ONCE = 50_000


def key_names(found: Found) -> tuple[list[str], list[str]]:
    """Names of the keys of all cells, and of those that are numbers, in the order in which they come."""
    texts: dict[str, None] = {}
    numbers: dict[str, None] = {}
    for placed in found.placed:
        texts.update(dict.fromkeys(placed.cell.keys))
        numbers.update(dict.fromkeys(placed.cell.numbers))
    return list(texts), list(numbers)


def write_cells(found: Found, store: Store) -> tuple[int, str]:
    """Write `cells.parquet` and `cells.csv`, one cell at a time; returns the rows and the hash of all outcomes.

    The hash is over keys, names and outcomes of every run: of what was computed, not of how it was stored.
    """
    import pyarrow.parquet as pq

    texts, numbers = key_names(found)
    schema = _schema(texts, numbers)
    whole = Digest("study", texts, numbers)
    rows = 0
    with (
        atomic_path(store.path / "cells.parquet") as path,
        atomic_path(store.path / "cells.csv") as csv_path,
        pq.ParquetWriter(path, schema, compression="zstd") as out,
        csv_path.open("wb") as text,
    ):
        text.write((",".join(_quoted(name) for name in schema.names) + "\n").encode())
        waiting: list[pa.Table] = []
        for (number, placed, arm, names, values), (*_, stats) in zip(found.rows(), found.stats(), strict=True):
            whole.text(*[placed.cell.keys.get(key, "") for key in texts], placed.world.name, arm)
            whole.text(*["|".join(name) for name in names])
            whole.numbers(values)
            waiting.append(_table(schema, texts, numbers, (number, placed, arm), names, stats))
            rows += len(waiting[-1])
            if sum(map(len, waiting)) > ROWS_AT_ONCE:
                _flush(waiting, out, text)
        _flush(waiting, out, text)
    return rows, whole.hex()


def _flush(waiting: list[pa.Table], out: Any, text: Any) -> None:
    """Write what was collected: many small pieces would take four times the room."""
    import pyarrow as pa

    from ..results.finish import append_csv

    if waiting:
        table = pa.concat_tables(waiting).unify_dictionaries().combine_chunks()
        out.write_table(table)
        append_csv(table, text)
        waiting.clear()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if set(name) & set(',"') else name


def _schema(texts: Sequence[str], numbers: Sequence[str]) -> pa.Schema:
    import pyarrow as pa

    word = pa.dictionary(pa.int32(), pa.string())
    meanings = dict(FIXED)

    def field(name: str, kind: Any, meaning: str) -> pa.Field:
        return pa.field(name, kind, metadata={"meaning": meaning})

    fields = [field("cell", pa.int32(), "number of the cell, from 0")]
    fields += [field(name, word, "key of the cell") for name in texts]
    fields += [field(name, pa.float64(), "key of the cell as a number") for name in numbers]
    fields.append(field("world", word, "world in which the cell was run"))
    for name in ("arm", "outcome", "product", "place", "end_use", "unit", "statistic"):
        fields.append(field(name, word, meanings[name]))
    fields += [field(name, pa.float64(), meanings[name]) for name in ("value", "lo", "hi")]
    return pa.schema([*fields, field("n", pa.int32(), meanings["n"])])


def _table(
    schema: pa.Schema,
    texts: Sequence[str],
    numbers: Sequence[str],
    whose: tuple[int, Placed, str],
    names: Sequence[Outcome],
    stats: Stats,
) -> pa.Table:
    """Rows of one arm of a cell: statistic by statistic."""
    import pyarrow as pa

    from ..results.arrow import array, nullable
    from ..results.chunks import named

    number, placed, arm = whose
    count = len(names) * len(STATISTICS)

    def same(text: str) -> Any:
        return named([text], np.zeros(count, dtype=np.int32))

    def each(attribute: str) -> Any:
        return named([getattr(name, attribute) for name in names], times=len(STATISTICS))

    columns: list[Any] = [array(np.full(count, number, dtype=np.int32))]
    columns += [same(placed.cell.keys.get(key, "")) for key in texts]
    columns += [nullable(np.full(count, placed.cell.numbers.get(key, np.nan))) for key in numbers]
    columns += [same(placed.world.name), same(arm)]
    columns += [each("metric"), each("product"), each("place"), each("end_use")]
    units = [[name.unit for name in names], [name.unit for name in names], ["share"] * len(names)]
    columns.append(named([unit for some in units for unit in some]))
    columns.append(named(list(STATISTICS), np.repeat(np.arange(len(STATISTICS), dtype=np.int32), len(names))))
    columns += [nullable(part.reshape(-1)) for part in (stats.value, stats.low, stats.high)]
    columns.append(array(np.tile(stats.n.astype(np.int32), len(STATISTICS))))
    return pa.table(columns, schema=schema)

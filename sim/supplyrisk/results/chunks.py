"""A finished stretch of runs: from arrays to the files of a chunk, and back.

The chunk of a batch of at most `fans.EXACT_RUNS` runs keeps every series of every run; that of a larger
one keeps counts (see `sketch`). With `--keep-series all` values are kept whatever the size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..measures.aggregate import Floats
from ..measures.reporter import Outcome, Reporter
from . import sketch
from .arrow import array, nullable, numbers, words
from .collect import Kept
from .fans import Fans
from .tables import schema

if TYPE_CHECKING:
    import pyarrow as pa

KEEP = ("all", "quantiles", "none")
OK, FAILED = "ok", "failed"
BLOCK_CELLS = 4096  # cells that are stored and joined together
TABLE_ROWS = 500_000  # of outcomes that are made into a table at once
VALUE_CELLS = 16_000_000  # numbers of one block of series over all runs that may be in memory at once


@dataclass(frozen=True, eq=False)
class Layout:
    """Everything about the tables that is known before the first run."""

    arms: tuple[str, ...]
    differences: tuple[tuple[str, int, int], ...]  # name, minuend arm, subtrahend arm
    outcomes: tuple[Outcome, ...]
    sampled: tuple[str, ...]
    keep: str
    runs: int
    reporter: Reporter
    fans: Fans
    blocks: tuple[tuple[int, int], ...]  # ranges of series stored together

    @property
    def columns(self) -> tuple[str, ...]:
        """Arms and paired differences, as in outcomes and summary."""
        return (*self.arms, *(name for name, _, _ in self.differences))

    @property
    def values_kept(self) -> bool:
        return self.keep == "all" or (self.keep == "quantiles" and self.fans.exact)

    @property
    def sketched(self) -> bool:
        return self.keep != "none" and not self.fans.exact


def paired(arms: Sequence[str]) -> tuple[tuple[str, int, int], ...]:
    """The differences that are reported: scenario to baseline, each policy to the scenario."""
    rank = {name: i for i, name in enumerate(arms)}
    found = []
    if "scenario" in rank and "baseline" in rank:
        found.append(("scenario-baseline", rank["scenario"], rank["baseline"]))
    if "scenario" in rank:
        found += [(f"{name}-scenario", i, rank["scenario"]) for name, i in rank.items() if name.startswith("policy:")]
    return tuple(found)


def layout(model: Any, runs: int, keep: str) -> Layout:
    """Tables of a batch of `runs` runs of a compiled model."""
    reporter = Reporter(model)
    fans = Fans(model, reporter, runs)
    values = keep == "all" or fans.exact
    most = min(BLOCK_CELLS, max(1, VALUE_CELLS // max(runs, 1))) if values else BLOCK_CELLS
    return Layout(
        arms=tuple(model.arm_names),
        differences=paired(tuple(model.arm_names)),
        outcomes=tuple(reporter.outcomes),
        sampled=tuple(column.name for column in model.scenario.sampled),
        keep=keep,
        runs=runs,
        reporter=reporter,
        fans=fans,
        blocks=tuple(fans.split(most)),
    )


@dataclass
class Chunk:
    """Results of runs first .. first + len(status) - 1.

    `outcomes` has one row per finished run: arms and differences, then metrics. `series` holds what was
    kept of each arm, if anything is.
    """

    first: int
    values: Floats
    status: list[str]
    message: list[str]
    outcomes: Floats
    series: list[Kept] = field(default_factory=list)

    @property
    def finished(self) -> NDArray[np.int32]:
        """Numbers of the runs that finished."""
        ok = [i for i, status in enumerate(self.status) if status == OK]
        return np.asarray(ok, dtype=np.int32) + np.int32(self.first)


# --- writing --------------------------------------------------------------------------------------


def files(chunk: Chunk, made: Layout) -> dict[str, bytes]:
    """The files of a chunk."""
    import pyarrow as pa

    found = {
        "runs.parquet": _parquet([runs_table(chunk, made)]),
        "outcomes.parquet": _parquet([_outcomes(chunk.outcomes)]),
    }
    if made.values_kept:
        found["values.parquet"] = _parquet(_values(chunk, made))
    if made.sketched:
        counts, ranges = [], []
        for arm, kept in enumerate(chunk.series):
            for block in made.blocks:
                first, last = made.fans.cells(block)
                entries, packed = sketch.packed(kept.ranks(first, last), kept.varying(first, last))
                counts.append(pa.table([array(packed)], schema=schema("chunk_sketch")))
                least = sketch.least_ranks(entries, packed)
                ranges.append(_range_table(arm, first, kept.low[first:last], kept.high[first:last], least, entries))
        found["sketch.parquet"] = _parquet(counts)
        found["range.parquet"] = _parquet(ranges)
    return found


def _parquet(tables: Iterable[pa.Table]) -> bytes:
    """Parquet file with one row group per table (at least one table)."""
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    waiting = iter(tables)
    table = next(waiting)
    with writer(sink, table.schema) as out:
        while table is not None:
            out.write_table(table, row_group_size=max(len(table), 1))
            table = next(waiting, None)
    return bytes(sink.getvalue().to_pybytes())


def writer(sink: Any, of: pa.Schema) -> Any:
    """Parquet writer as all tables use it: repeated names as dictionaries, numbers split by byte.

    Split by byte, the packed counts of a sketch are written twice as fast as in differences or dictionaries, and
    smaller. Outcomes, of many kinds side by side, gain nothing by it, nor do numbers of runs by a dictionary.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    plain = ("run", "value") if "metric" in of.names or of.names == ["value"] else ()
    rising = [name for name in ("cell",) if name in of.names]  # sorted: differences take few bits
    split = [
        f.name
        for f in of
        if f.name == "packed" or (pa.types.is_floating(f.type) and f.name not in ("quantile", *plain))
    ]
    names = [f.name for f in of if f.name not in (*plain, *rising, *split) and not pa.types.is_list(f.type)]
    return pq.ParquetWriter(
        sink,
        of,
        compression="zstd",
        compression_level=1,
        use_dictionary=names,
        use_byte_stream_split=split,
        column_encoding=dict.fromkeys(rising, "DELTA_BINARY_PACKED"),
        # What readers skip row groups by; in outcomes every row group holds all arms.
        write_statistics=[
            name
            for name in ("run", "arm", "variable")
            if name in of.names and (name, "metric" in of.names) != ("arm", True)
        ],
    )


def runs_table(chunk: Chunk, made: Layout) -> pa.Table:
    """Rows of `runs`."""
    import pyarrow as pa

    of = schema("runs", made.sampled)
    runs = np.arange(chunk.first, chunk.first + len(chunk.status), dtype=np.int32)
    columns = [array(runs), named(chunk.status), words(chunk.message)]
    columns += [array(chunk.values[:, j]) for j in range(len(made.sampled))]
    return pa.table(columns, schema=of)


def named(texts: Sequence[str], codes: NDArray[np.int32] | None = None, times: int = 1) -> pa.DictionaryArray:
    """Dictionary column: row i holds texts[codes[i]], or all of `texts` if no codes are given; so many times over."""
    import pyarrow as pa

    unique = list(dict.fromkeys(texts))
    rank = {text: i for i, text in enumerate(unique)}
    base = np.asarray([rank[text] for text in texts], dtype=np.int32)
    once = base if codes is None else base[codes]
    return pa.DictionaryArray.from_arrays(array(np.tile(once, times)), words(unique))


def outcomes_table(
    made: Layout, runs: NDArray[np.int32], values: Floats, metrics: Sequence[int] | None = None
) -> pa.Table:
    """Rows of `outcomes` for some runs (and metrics): run by run, arm by arm, in the order of the metrics."""
    import pyarrow as pa

    n_arms, n_metrics = len(made.columns), len(made.outcomes if metrics is None else metrics)
    columns = {
        "run": array(np.repeat(runs, n_arms * n_metrics)),
        "value": nullable(values.reshape(-1)),
        **_names(made, len(runs), None if metrics is None else tuple(metrics)),
    }
    of = schema("outcomes")
    return pa.table([columns[f.name] for f in of], schema=of)


@lru_cache(maxsize=4)
def _names(made: Layout, times: int, metrics: tuple[int, ...] | None) -> dict[str, pa.DictionaryArray]:
    """Columns of `outcomes` that are the same for all stretches of so many runs."""
    outcomes = made.outcomes if metrics is None else [made.outcomes[i] for i in metrics]
    n_arms, n_metrics = len(made.columns), len(outcomes)
    each = np.tile(np.arange(n_metrics, dtype=np.int32), n_arms)  # of one run
    found = {"arm": named(made.columns, np.repeat(np.arange(n_arms, dtype=np.int32), n_metrics), times)}
    for name in ("metric", "product", "place", "end_use", "unit"):
        found[name] = named([getattr(outcome, name) for outcome in outcomes], each, times)
    return found


def pieces(made: Layout, runs: NDArray[np.int32], values: Floats) -> Iterator[tuple[NDArray[np.int32], Floats]]:
    """Outcomes of a few runs at a time (at least one piece): as a table each number takes five times its memory."""
    step = max(1, TABLE_ROWS // max(1, len(made.columns) * len(made.outcomes)))
    for first in range(0, max(len(runs), 1), step):
        yield runs[first : first + step], values[first : first + step]


def _values(chunk: Chunk, made: Layout) -> list[pa.Table]:
    import pyarrow as pa

    of = schema("chunk_values")
    runs = chunk.finished
    tables = []
    for arm, kept in enumerate(chunk.series):
        for block in made.blocks:
            series = made.fans.series[block[0] : block[1]]
            flat = [kept.values[:, s.first : s.first + s.dates].reshape(-1) for s in series]
            lengths = np.repeat([s.dates for s in series], len(runs))
            offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
            lists = pa.ListArray.from_arrays(array(offsets), array(np.concatenate(flat)))
            columns = [
                array(np.full(len(lengths), arm, dtype=np.int32)),
                array(np.repeat(np.arange(*block, dtype=np.int32), len(runs))),
                array(np.tile(runs, len(series))),
                lists,
            ]
            tables.append(pa.table(columns, schema=of))
    return tables or [of.empty_table()]


def _outcomes(values: Floats) -> pa.Table:
    """Only the numbers: their names, which take four times as long to write, are the same in every chunk."""
    import pyarrow as pa

    return pa.table([array(values.reshape(-1))], schema=schema("chunk_outcomes"))


def _range_table(
    arm: int,
    first: int,
    low: NDArray[np.float32],
    high: NDArray[np.float32],
    least: NDArray[np.int32],
    entries: NDArray[np.int32],
) -> pa.Table:
    import pyarrow as pa

    cells = np.arange(first, first + len(low), dtype=np.int32)
    columns = [np.full(len(low), arm, dtype=np.int32), cells, low, high, least, entries]
    return pa.table([array(column) for column in columns], schema=schema("chunk_range"))


# --- reading --------------------------------------------------------------------------------------


def _read(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """A Parquet file in one piece (`read_table` hands it out in many, and loads half of Arrow and pandas first)."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        return file.read(columns=columns)


def read_runs(folder: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Rows of `runs` of one chunk."""
    return _read(folder / "runs.parquet", columns)


def finished_runs(runs: pa.Table) -> NDArray[np.int32]:
    """Numbers of the runs that finished, from rows of `runs`."""
    ok = np.asarray(runs["status"].to_pylist()) == OK
    return np.asarray(numbers(runs["run"])[ok], dtype=np.int32)


def read_outcomes(folder: Path, made: Layout) -> Floats:
    """Outcomes of one chunk, shape (finished runs, arms and differences, metrics)."""
    values: Floats = numbers(_read(folder / "outcomes.parquet")["value"])
    return values.reshape(-1, len(made.columns), len(made.outcomes))


def read_values(reader: Any, made: Layout, arm: int, block: int) -> NDArray[np.float32]:
    """Series of one block and arm from an open values file, shape (finished runs, cells of the block)."""
    import pyarrow as pa

    group = arm * len(made.blocks) + block
    table = reader.read_row_group(group, columns=["values"])
    series = made.fans.series[made.blocks[block][0] : made.blocks[block][1]]
    flat = numbers(pa.chunked_array([lists.flatten() for lists in table["values"].chunks], pa.float32()))
    runs = len(table) // len(series)
    parts, at = [], 0
    for each in series:
        parts.append(flat[at : at + runs * each.dates].reshape(runs, each.dates))
        at += runs * each.dates
    return np.concatenate(parts, axis=1)


def read_sketch(reader: Any, made: Layout, arm: int, block: int) -> NDArray[np.int32]:
    """Entries of one block and arm from an open sketch file."""
    return numbers(reader.read_row_group(arm * len(made.blocks) + block)["packed"])


def read_range(reader: Any, made: Layout, arm: int, block: int) -> tuple[NDArray[Any], ...]:
    """Of the cells of one block and arm, from an open range file: lowest, highest, least rank, number of entries."""
    columns = ("low", "high", "least", "entries")
    cells = reader.read_row_group(arm * len(made.blocks) + block, columns=columns)
    return tuple(numbers(cells[name]) for name in columns)


def lost(first: int, values: Floats, made: Layout, message: str) -> Chunk:
    """The chunk of runs that took their worker with them."""
    count = len(values)
    kept = [Kept(made, 0) for _ in made.arms] if made.keep != "none" else []
    nothing = np.zeros((0, len(made.columns), len(made.outcomes)))
    return Chunk(first, values, [FAILED] * count, [message] * count, nothing, kept)

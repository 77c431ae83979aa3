"""The table of series: quantiles over runs date by date, and each run's values if they were kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..measures.aggregate import Floats
from ..measures.loops import Loops
from . import chunks, sketch
from .arrow import array, nullable
from .chunks import Layout
from .joining import Digest, Help, Part, Stop, ahead
from .store import Store, atomic_path
from .tables import QUANTILES, schema

AWAITED = 16  # blocks that workers are asked for at once
PLACES = 1 << 24  # of a table of counts (8 bytes each)


def write_series(
    store: Store, made: Layout, found: Sequence[Part], help: Help | None = None, stop: Stop | None = None
) -> tuple[int, dict[str, str]]:
    """Write the table of series; returns its rows and its hash (none if there are no series)."""
    if made.keep == "none":
        (store.path / "series.parquet").unlink(missing_ok=True)
        return 0, {}
    digest = Digest("series", made.arms, [(s.variable, s.label, s.unit, s.dates) for s in made.fans.series])
    some = [part for part in found if len(part.runs)]
    rows = 0
    with atomic_path(store.path / "series.parquet") as path, chunks.writer(path, schema("series")) as out:
        items = [(arm, block) for arm in range(len(made.arms)) for block in range(len(made.blocks))]
        for (arm, block), (found_quantiles, values) in zip(items, _blocks(made, some, items, help, stop)):
            if stop:
                stop.look()
            digest.numbers(found_quantiles)
            for table in _series_tables(made, arm, block, found_quantiles, values, some):
                out.write_table(table, row_group_size=2_000_000)
                rows += len(table)
            if values is not None and made.keep == "all":
                digest.numbers(values)
    return rows, {"series": digest.hex()}


def _blocks(
    made: Layout, found: Sequence[Part], items: Sequence[tuple[int, int]], help: Help | None, stop: Stop | None = None
) -> Iterator[tuple[Floats, NDArray[np.float32] | None]]:
    """Quantiles of every arm and block of series, and the runs' values if they were kept."""
    paths = [part.path for part in found]
    if help is None or made.values_kept:
        return ahead(lambda item: _block(made, paths, *item), items, stop=stop)

    alone = Lock()

    def by_worker(item: tuple[int, int]) -> tuple[Floats, None]:
        try:
            return help.submit(help.block, paths, *item).result(), None
        except (BrokenExecutor, CancelledError):  # the runs are done: what a worker can't do is done here
            if stop:
                stop.look()
            with alone:  # one by one: the worker may have died for want of memory
                return block_quantiles(made, paths, *item), None

    return ahead(by_worker, items, AWAITED, stop)


def _block(made: Layout, paths: Sequence[Path], arm: int, block: int) -> tuple[Floats, NDArray[np.float32] | None]:
    values = None
    if made.values_kept:
        first, last = made.fans.cells(made.blocks[block])
        each = []
        for path in paths:
            with _opened(path / "values.parquet") as reader:
                each.append(chunks.read_values(reader, made, arm, block))
        values = np.concatenate(each) if each else np.zeros((0, last - first), np.float32)
    if made.sketched:
        return block_quantiles(made, paths, arm, block), values
    assert values is not None
    return sketch.exact(values, QUANTILES), values


def block_quantiles(made: Layout, paths: Sequence[Path], arm: int, block: int, loops: Loops | None = None) -> Floats:
    """Quantiles (cells, levels) of one block of series, from the counts in the chunks at `paths`."""
    first, last = made.fans.cells(made.blocks[block])
    low, high = np.full(last - first, np.inf, np.float32), np.full(last - first, -np.inf, np.float32)
    least = np.full(last - first, sketch.MISSING, np.int32)
    entries = []
    for path in paths:
        with _opened(path / "range.parquet") as reader:
            a, b, c, d = chunks.read_range(reader, made, arm, block)
        low, high, least = np.fmin(low, a), np.fmax(high, b), np.minimum(least, c)
        entries.append(d)
    found = []
    for cells in _fitting(low, high, least):
        counts = sketch.Counts(low[cells], high[cells], least[cells], loops)
        for path, each in zip(paths, entries):
            with _opened(path / "sketch.parquet") as reader:
                numbers = chunks.read_sketch(reader, made, arm, block)
            begin, end = int(each[: cells.start].sum()), int(each[: cells.stop].sum())
            counts.add(each[cells], numbers[begin:end])
        found.append(counts.quantiles(QUANTILES))
    return np.concatenate(found)


def _fitting(low: sketch.Singles, high: sketch.Singles, least: NDArray[np.int32]) -> list[slice]:
    """Stretches of cells whose counts fit into memory: nearly always one."""
    ends = np.cumsum(sketch.sizes(low, high, least))
    cuts = [0]
    while cuts[-1] < len(ends):
        before = int(ends[cuts[-1] - 1]) if cuts[-1] else 0
        cuts.append(max(cuts[-1] + 1, int(np.searchsorted(ends, before + PLACES, side="right"))))
    return [slice(a, b) for a, b in pairwise(cuts)]


def _opened(path: Path) -> Any:
    """A Parquet file of a chunk."""
    import pyarrow.parquet as pq

    found = path.stat()
    return pq.ParquetFile(path, metadata=_metadata(path, (found.st_ino, found.st_size, found.st_mtime_ns)))


@lru_cache(maxsize=64)
def _metadata(path: Path, version: tuple[int, ...]) -> Any:
    """Where the row groups of a file lie, read once for all of them."""
    import pyarrow.parquet as pq

    return pq.read_metadata(path)


def _series_tables(
    made: Layout,
    arm: int,
    block: int,
    found_quantiles: Floats,
    values: NDArray[np.float32] | None,
    found: Sequence[Part],
) -> Iterator[Any]:
    """Rows of `series` of one block: quantiles date by date, then each run's values."""
    fans = made.fans
    numbers = range(*made.blocks[block])
    first, _ = fans.cells(made.blocks[block])
    lengths = np.asarray([fans.series[i].dates for i in numbers])
    cell_series = np.repeat(np.arange(len(lengths)), lengths).astype(np.int32)
    dates = np.concatenate([fans.dates(fans.series[i]) for i in numbers])
    n = len(QUANTILES)
    yield _series_table(
        made,
        arm,
        block,
        np.repeat(cell_series, n),
        np.repeat(dates, n),
        found_quantiles.reshape(-1),
        quantile=np.tile(np.asarray(QUANTILES), len(cell_series)),
    )
    if made.keep != "all" or values is None:
        return
    runs = np.concatenate([part.runs for part in found]) if found else np.zeros(0, np.int32)
    for i in numbers:
        series = fans.series[i]
        cells = slice(series.first - first, series.first - first + series.dates)
        yield _series_table(
            made,
            arm,
            block,
            np.full(len(runs) * series.dates, i - numbers[0], dtype=np.int32),
            np.repeat(fans.dates(series), len(runs)),
            np.ascontiguousarray(values[:, cells].T).reshape(-1).astype(np.float64),
            run=np.tile(runs, series.dates),
        )


def _series_table(
    made: Layout,
    arm: int,
    block: int,
    series: NDArray[np.int32],
    dates: NDArray[np.datetime64],
    values: Floats,
    quantile: Floats | None = None,
    run: NDArray[np.int32] | None = None,
) -> Any:
    import pyarrow as pa

    here = made.fans.series[made.blocks[block][0] : made.blocks[block][1]]
    columns = {
        "arm": chunks.named([made.arms[arm]], np.zeros(len(series), np.int32)),
        "variable": chunks.named([s.variable for s in here], series),
        "product": chunks.named([s.label.product for s in here], series),
        "place": chunks.named([s.label.place for s in here], series),
        "end_use": chunks.named([s.label.end_use for s in here], series),
        "date": array(dates.astype("datetime64[ms]"), pa.timestamp("ms")),
        "quantile": pa.nulls(len(series), pa.float64()) if quantile is None else array(quantile),
        "run": pa.nulls(len(series), pa.int32()) if run is None else array(run),
        "value": nullable(values),
        "unit": chunks.named([s.unit for s in here], series),
    }
    of = schema("series")
    return pa.table([columns[f.name] for f in of], schema=of)

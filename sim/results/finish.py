"""From the chunks of a batch to its tables: joined in the order of runs, in memory that does not grow.

Everything here is a function of the finished runs alone. In what stretches they were computed, by how
many workers, after how many interruptions or in which shards leaves no trace in a table, and
`results_hash` proves it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..model.aggregate import ALL, WORLD, Floats
from . import chunks, sketch
from .chunks import Layout
from .store import Span, Store, atomic_path, write_atomic
from .summary import Turned
from .tables import QUANTILES, header, schema

A = TypeVar("A")
B = TypeVar("B")

ENTRIES = 6_000_000  # of sketches that wait to be added up (10 bytes each)
DIGEST_NUMBERS = 32_768
CSV_ROWS = 1_000_000  # outcomes.csv holds no more: about what a spreadsheet opens
CSV_HEADLINES = (  # what outcomes.csv of a larger batch is restricted to, for zones and the world, all end uses
    "price_spot_index",
    "price_spot_peak_index",
    "price_paid_index",
    "price_paid_peak_index",
    "shortage_t",
    "shortage_unserved_t",
    "shortage_percent",
    "first_stoppage_week",
    "weeks_short",
    "output_at_risk_usd",
    "extra_spend_usd",
)


@dataclass
class Finished:
    """What was written, for the manifest."""

    counts: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)
    outcomes_csv: dict[str, Any] = field(default_factory=dict)

    @property
    def results_hash(self) -> str:
        """SHA-256 over the hashes of the tables."""
        return hashlib.sha256(json.dumps(self.hashes, sort_keys=True).encode()).hexdigest()


class Digest:
    """SHA-256 of a table's content: names and numbers, one NaN, one zero, whatever the file format."""

    def __init__(self, *names: Any) -> None:
        self._sha = hashlib.sha256(json.dumps(names, sort_keys=True).encode())

    def text(self, *texts: str) -> None:
        self._sha.update(json.dumps(texts).encode())

    def numbers(self, values: NDArray[Any]) -> None:
        flat = np.ascontiguousarray(values).reshape(-1)
        for first in range(0, len(flat), DIGEST_NUMBERS):  # as many as stay in the processor's cache
            plain = flat[first : first + DIGEST_NUMBERS].astype(np.float64)
            plain += 0.0
            plain[np.isnan(plain)] = np.nan
            self._sha.update(plain.data)

    def hex(self) -> str:
        return self._sha.hexdigest()


@dataclass(frozen=True)
class Part:
    """One chunk on the disk."""

    span: Span
    path: Path
    runs: NDArray[np.int32]  # that finished


def parts(store: Store, spans: Sequence[Span]) -> list[Part]:
    """The chunks of a batch with the runs that finished in each."""
    found = []
    for span in spans:
        path = store.chunk_path(span)
        found.append(Part(span, path, chunks.finished_runs(chunks.read_runs(path, ["run", "status"]))))
    return found


def finish(store: Store, made: Layout, spans: Sequence[Span]) -> Finished:
    """Write all tables of a run folder from its chunks."""
    done = Finished()
    found = parts(store, spans)
    n_ok = sum(len(part.runs) for part in found)
    total = sum(span.last - span.first for span in spans)
    done.counts = {"finished": n_ok, "failed": total - n_ok}
    _runs(store, made, found, done)
    # Two halves that share nothing; most of their work leaves the interpreter free for each other.
    with (
        ThreadPoolExecutor(1) as beside,
        Turned(store.path, len(made.columns) * len(made.outcomes), n_ok) as turned,
    ):
        series = beside.submit(_series, store, made, found)
        _outcomes(store, made, found, done, turned)
        _summary(store, made, turned, done)
        done.rows["series"], hashed = series.result()
    if hashed:
        done.hashes["series"] = hashed
    return done


# --- runs, outcomes -------------------------------------------------------------------------------


def _runs(store: Store, made: Layout, found: Sequence[Part], done: Finished) -> None:
    # Words and numbers apart, so that where one chunk ends and the next begins leaves no trace.
    digest, words = Digest("runs", made.sampled), Digest("messages")
    rows = 0
    with atomic_path(store.path / "runs.parquet") as path, chunks.writer(path, schema("runs", made.sampled)) as out:
        for part in found:
            table = chunks.read_runs(part.path)
            out.write_table(table)
            rows += len(table)
            for status, message in zip(table["status"].to_pylist(), table["message"].to_pylist()):
                words.text(status, message)
            digest.numbers(np.column_stack([table[name].to_numpy() for name in ("run", *made.sampled)]))
    digest.text(words.hex())
    done.rows["runs"], done.hashes["runs"] = rows, digest.hex()


def _outcomes(store: Store, made: Layout, found: Sequence[Part], done: Finished, turned: Turned) -> None:
    digest = Digest("outcomes", made.columns, made.outcomes)
    n_ok = sum(len(part.runs) for part in found)
    shown, runs_in_csv, rule = csv_rows(made, n_ok)
    listed = rows = 0
    with (
        atomic_path(store.path / "outcomes.parquet") as path,
        atomic_path(store.path / "outcomes.csv") as csv_path,
        chunks.writer(path, schema("outcomes")) as out,
        csv_path.open("wb") as text,
    ):
        text.write((",".join(header("outcomes")) + "\n").encode())
        for runs, values, table in _ahead(lambda piece: _with_table(*piece, made), _pieces(found, made), 1):
            digest.numbers(values)
            turned.add(values.reshape(len(values), turned.rows))
            out.write_table(table)
            rows += len(table)
            take = min(len(runs), runs_in_csv - listed)
            if take > 0:
                few = table
                if len(shown) < len(made.outcomes):
                    few = chunks.outcomes_table(made, runs[:take], values[:take][:, :, shown], shown)
                _csv(few.slice(0, take * len(made.columns) * len(shown)), text)
                listed += take
    done.rows["outcomes"], done.hashes["outcomes"] = rows, digest.hex()
    complete = listed == n_ok and len(shown) == len(made.outcomes)
    done.outcomes_csv = {"runs": listed, "of": n_ok, "complete": complete, "rule": rule}


def _pieces(found: Sequence[Part], made: Layout) -> Iterator[tuple[NDArray[np.int32], Floats]]:
    for part in found:
        yield from chunks.pieces(made, part.runs, chunks.read_outcomes(part.path, made))


def _with_table(runs: NDArray[np.int32], values: Floats, made: Layout) -> tuple[NDArray[np.int32], Floats, Any]:
    return runs, values, chunks.outcomes_table(made, runs, values)


def _ahead(function: Callable[[A], B], items: Iterable[A], ahead: int = 2) -> Iterator[B]:
    """`map` in order, a few items ahead in threads (Arrow's and NumPy's work leaves the interpreter free)."""
    with ThreadPoolExecutor(ahead) as executor:
        waiting: deque[Future[B]] = deque()
        for item in items:
            waiting.append(executor.submit(function, item))
            if len(waiting) > ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def csv_rows(made: Layout, runs: int) -> tuple[list[int], int, str]:
    """Metrics and runs that outcomes.csv holds, and the rule in words."""
    everything = list(range(len(made.outcomes)))
    most = CSV_ROWS // max(1, len(made.columns))
    if runs * len(everything) <= most:
        return everything, runs, "everything"
    places = {*made.reporter.columns.zones, WORLD}
    few = [
        i
        for i, outcome in enumerate(made.outcomes)
        if outcome.metric in CSV_HEADLINES and outcome.place in places and outcome.end_use == ALL
    ]
    rule = "the main metrics by zone and for the world, all end uses together; outcomes.parquet holds everything"
    fitting = most // max(1, len(few))
    if runs > fitting:
        rule += f"; of the first {fitting:,} runs, {CSV_ROWS:,} rows being the most"
    return few, min(runs, fitting), rule


def _summary(store: Store, made: Layout, turned: Turned, done: Finished) -> None:
    statistics = turned.describe()
    digest = Digest("summary", made.columns, made.outcomes)
    digest.numbers(statistics)
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(header("summary"))
    for row, values in enumerate(statistics):
        arm, metric = divmod(row, len(made.outcomes))
        outcome = made.outcomes[metric]
        numbers = ["" if np.isnan(x) else repr(float(x)) for x in values[1:]]
        names = [outcome.metric, outcome.product, outcome.place, outcome.end_use, outcome.unit]
        out.writerow([made.columns[arm], *names, int(values[0]), *numbers])
    write_atomic(store.path / "summary.csv", text.getvalue().encode())
    done.rows["summary"], done.hashes["summary"] = len(statistics), digest.hex()


def write_csv(table: Any, path: Path) -> None:
    """A whole table as CSV."""
    with path.open("wb") as out:
        out.write((",".join(table.column_names) + "\n").encode())
        _csv(table, out)


def _csv(table: Any, out: Any) -> None:
    import pyarrow as pa
    import pyarrow.csv as pa_csv

    columns, quote = [], False
    for name in table.column_names:
        column = table[name]
        if pa.types.is_timestamp(column.type):
            column = column.cast(pa.date32())
        if pa.types.is_dictionary(column.type):
            texts = column.unify_dictionaries().chunk(0).dictionary.to_pylist() if len(column) else []
            quote = quote or any(set(text) & set(',"\r\n') for text in texts)
            column = column.cast(pa.string())
        columns.append(column)
    options = pa_csv.WriteOptions(include_header=False, quoting_style="needed" if quote else "none")
    pa_csv.write_csv(pa.table(columns, names=table.column_names), out, options)


# --- series ---------------------------------------------------------------------------------------


def _series(store: Store, made: Layout, found: Sequence[Part]) -> tuple[int, str]:
    """Write the table of series; returns its rows and its hash ("" if there is none)."""
    if made.keep == "none":
        (store.path / "series.parquet").unlink(missing_ok=True)
        return 0, ""
    digest = Digest("series", made.arms, [(s.variable, s.label, s.unit, s.dates) for s in made.fans.series])
    some = [part for part in found if len(part.runs)]
    rows = 0
    with atomic_path(store.path / "series.parquet") as path, chunks.writer(path, schema("series")) as out:
        items = [(arm, block) for arm in range(len(made.arms)) for block in range(len(made.blocks))]
        for (arm, block), (found_quantiles, values) in zip(
            items, _ahead(lambda item: _block(made, some, *item), items)
        ):
            digest.numbers(found_quantiles)
            for table in _series_tables(made, arm, block, found_quantiles, values, some):
                out.write_table(table, row_group_size=2_000_000)
                rows += len(table)
            if values is not None and made.keep == "all":
                digest.numbers(values)
    return rows, digest.hex()


def _block(made: Layout, found: Sequence[Part], arm: int, block: int) -> tuple[Floats, NDArray[np.float32] | None]:
    """Quantiles (cells, levels) of one block of series, and the runs' values if they were kept."""
    first, last = made.fans.cells(made.blocks[block])
    values = None
    if made.values_kept:
        each = []
        for part in found:
            with _opened(part.path / "values.parquet") as reader:
                each.append(chunks.read_values(reader, made, arm, block))
        values = np.concatenate(each) if each else np.zeros((0, last - first), np.float32)
    if not made.sketched:
        assert values is not None
        return sketch.exact(values, QUANTILES), values
    low, high = np.full(last - first, np.inf, np.float32), np.full(last - first, -np.inf, np.float32)
    counted = sketch.EMPTY
    waiting: list[sketch.Sketch] = []
    for part in found:
        with (
            _opened(part.path / "sketch.parquet") as counts,
            _opened(part.path / "range.parquet") as ranges,
        ):
            each_sketch, a, b = chunks.read_sketch(counts, ranges, made, arm, block)
        waiting.append(each_sketch)
        low, high = np.fmin(low, a), np.fmax(high, b)
        if sum(map(len, waiting)) > ENTRIES:  # merged as they come, so that memory does not grow with their number
            counted, waiting = sketch.merge([counted, *waiting]), []
    counted = sketch.merge([counted, *waiting])
    return sketch.quantiles(counted, first, last, QUANTILES, low, high), values


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
        "date": pa.array(dates, pa.timestamp("ms")),
        "quantile": pa.nulls(len(series), pa.float64()) if quantile is None else pa.array(quantile),
        "run": pa.nulls(len(series), pa.int32()) if run is None else pa.array(run),
        "value": pa.array(values, mask=np.isnan(values)),
        "unit": chunks.named([s.unit for s in here], series),
    }
    of = schema("series")
    return pa.table([columns[f.name] for f in of], schema=of)

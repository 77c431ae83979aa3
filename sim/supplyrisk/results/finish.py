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
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..measures.aggregate import ALL, WORLD, Floats
from . import chunks
from .arrow import numbers
from .chunks import Layout
from .joining import Digest, Help, Part, Stop, ahead, parts
from .series import write_series
from .store import Span, Store, atomic_path, write_atomic
from .summary import Turned
from .tables import header, schema

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


def finish(store: Store, made: Layout, spans: Sequence[Span], help: Help | None = None) -> Finished:
    """Write all tables of a run folder from its chunks."""
    done = Finished()
    found = parts(store, spans)
    n_ok = sum(len(part.runs) for part in found)
    total = sum(span.last - span.first for span in spans)
    done.counts = {"finished": n_ok, "failed": total - n_ok}
    stop = Stop()
    with ThreadPoolExecutor(3) as beside:  # parts that share nothing; most of their work leaves the interpreter free
        try:
            written = {
                "runs": beside.submit(_runs, store, made, found, stop),
                "series": beside.submit(write_series, store, made, found, help, stop),
                "summary": beside.submit(_summary, store, made, found, help, stop),
            }
            done.rows["outcomes"], done.outcomes_csv = _outcomes(store, made, found, stop)
            for name, task in written.items():
                done.rows[name], hashes = task.result()
                done.hashes |= hashes
        except BaseException:  # Ctrl-C, a full disk: the others need not come to their end
            stop.now()
            raise
    return done


# --- runs, outcomes -------------------------------------------------------------------------------


def _runs(store: Store, made: Layout, found: Sequence[Part], stop: Stop) -> tuple[int, dict[str, str]]:
    """Write the table of runs; returns its rows and its hash."""
    # Words and numbers apart, so that where one chunk ends and the next begins leaves no trace.
    digest, words = Digest("runs", made.sampled), Digest("messages")
    rows = 0
    with atomic_path(store.path / "runs.parquet") as path, chunks.writer(path, schema("runs", made.sampled)) as out:
        for part in found:
            stop.look()
            table = chunks.read_runs(part.path)
            out.write_table(table)
            rows += len(table)
            for status, message in zip(table["status"].to_pylist(), table["message"].to_pylist()):
                words.text(status, message)
            digest.numbers(np.column_stack([numbers(table[name]) for name in ("run", *made.sampled)]))
    digest.text(words.hex())
    return rows, {"runs": digest.hex()}


def _outcomes(store: Store, made: Layout, found: Sequence[Part], stop: Stop) -> tuple[int, dict[str, Any]]:
    """Write the table of outcomes; returns its rows and what of it outcomes.csv holds."""
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
        for runs, values, table in (
            piece for pieces in ahead(partial(_tables, made), found, 1, stop) for piece in pieces
        ):
            stop.look()
            out.write_table(table)
            rows += len(table)
            take = min(len(runs), runs_in_csv - listed)
            if take > 0:
                few = table
                if len(shown) < len(made.outcomes):
                    few = chunks.outcomes_table(made, runs[:take], values[:take][:, :, shown], shown)
                append_csv(few.slice(0, take * len(made.columns) * len(shown)), text)
                listed += take
    complete = listed == n_ok and len(shown) == len(made.outcomes)
    return rows, {"runs": listed, "of": n_ok, "complete": complete, "rule": rule}


def _tables(made: Layout, part: Part) -> list[tuple[NDArray[np.int32], Floats, Any]]:
    """Outcomes of a chunk, a few runs at a time: their numbers, and as rows of the table."""
    values = chunks.read_outcomes(part.path, made)
    return [(runs, few, chunks.outcomes_table(made, runs, few)) for runs, few in chunks.pieces(made, part.runs, values)]


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


def _summary(
    store: Store, made: Layout, found: Sequence[Part], help: Help | None, stop: Stop
) -> tuple[int, dict[str, str]]:
    """Write the table of statistics; returns its rows, its hash and that of the outcomes it was made from."""
    whole = Digest("outcomes", made.columns, made.outcomes)
    with Turned(store.path, len(made.columns) * len(made.outcomes), sum(len(part.runs) for part in found)) as turned:
        for part in found:
            stop.look()
            for _, values in chunks.pieces(made, part.runs, chunks.read_outcomes(part.path, made)):
                whole.numbers(values)
                turned.add(values.reshape(len(values), turned.rows))
        statistics = turned.describe(help)
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
    return len(statistics), {"summary": digest.hex(), "outcomes": whole.hex()}


def write_csv(table: Any, path: Path) -> None:
    """A whole table as CSV."""
    with path.open("wb") as out:
        out.write((",".join(table.column_names) + "\n").encode())
        append_csv(table, out)


def append_csv(table: Any, out: Any) -> None:
    """Rows of a table as CSV, without a header, behind what is written."""
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

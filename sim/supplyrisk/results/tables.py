"""Every table of a run folder and every column of it, declared once: type, unit, meaning.

The Parquet schemas, the CSV headers and the reference page of the documentation are made from these
rows, so that a file can't hold a column that is not described here. `MANIFEST` declares the keys of
`manifest.json` in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

QUANTILES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
SUMMARY_QUANTILES = (("p10", 0.10), ("p25", 0.25), ("p50", 0.50), ("p75", 0.75), ("p90", 0.90))


@dataclass(frozen=True)
class Column:
    """One column: `dtype` is text (repeated names), note (free text), int, float, float32 or date."""

    name: str
    dtype: str
    unit: str
    meaning: str
    nullable: bool = False


@dataclass(frozen=True)
class Table:
    """One table: its files, the order of its rows, its columns."""

    name: str
    files: tuple[str, ...]
    meaning: str
    order: str
    columns: tuple[Column, ...]


_RUN = Column("run", "int", "", "number of the run, from 0; the same number is the same draw in every arm")
_ARM = Column(
    "arm",
    "text",
    "",
    "baseline, scenario, policy:<name>; in outcomes and summary also the paired differences "
    "scenario-baseline and policy:<name>-scenario",
)
_PRODUCT = Column("product", "text", "", "product id, or all")
_PLACE = Column(
    "place", "text", "", "country code, group of countries, price zone, world, or a lane as ORIGIN>DESTINATION"
)
_END_USE = Column("end_use", "text", "", "end use id, or all")
_UNIT = Column("unit", "text", "", "unit of the value")

TABLES: tuple[Table, ...] = (
    Table(
        "runs",
        ("runs.parquet",),
        "One row per run: what was drawn for it and whether it finished.",
        "run",
        (
            _RUN,
            Column("status", "text", "", "ok or failed"),
            Column("message", "note", "", "why it failed, or what is to be known of it; mostly empty"),
            Column(
                "<sampled number>", "float", "as in the file", "one column per uncertain number: its value in this run"
            ),
        ),
    ),
    Table(
        "outcomes",
        ("outcomes.parquet", "outcomes.csv"),
        "What each run reports, arm by arm, and the paired differences between arms on the same draws. "
        "Runs that failed have no rows.",
        "run, arm, then the order of the metrics",
        (
            _RUN,
            _ARM,
            Column("metric", "text", "", "name of a metric, see the table of metrics"),
            _PRODUCT,
            _PLACE,
            _END_USE,
            Column("value", "float", "see unit", "the metric; empty where it does not exist in this run", True),
            _UNIT,
        ),
    ),
    Table(
        "series",
        ("series.parquet",),
        "How things move over time: quantiles over runs at each date, and each run's own values if they were kept.",
        "arm, variable, product, place, end use, date, quantile or run",
        (
            _ARM,
            Column("variable", "text", "", "name of a recorded series, see the table of series"),
            _PRODUCT,
            _PLACE,
            _END_USE,
            Column(
                "date",
                "date",
                "",
                "first day of the week, of the four weeks, or of the month the value belongs to; before the horizon: of a lead-in",
            ),
            Column("quantile", "float", "1", "0.05 ... 0.95; empty in rows of one run", True),
            Column("run", "int", "", "number of the run; empty in rows of quantiles", True),
            Column("value", "float", "see unit", "value of the period (mean of the weeks in it)", True),
            _UNIT,
        ),
    ),
    Table(
        "summary",
        ("summary.csv",),
        "Statistics over runs of every row of outcomes.",
        "arm, then the order of the metrics",
        (
            _ARM,
            Column("metric", "text", "", "name of a metric"),
            _PRODUCT,
            _PLACE,
            _END_USE,
            _UNIT,
            Column("n", "int", "runs", "runs in which the metric exists"),
            Column("mean", "float", "see unit", "mean over those runs", True),
            Column("sd", "float", "see unit", "standard deviation over those runs", True),
            *(Column(name, "float", "see unit", f"{round(100 * q)} % quantile", True) for name, q in SUMMARY_QUANTILES),
            Column(
                "standard_error",
                "float",
                "see unit",
                "sd / sqrt(n), the standard error of the mean under independent draws; Latin hypercube and "
                "Sobol designs mostly do better than it says",
                True,
            ),
        ),
    ),
    Table(
        "trace",
        ("trace.parquet", "trace.csv"),
        "Every event of one run, written by --only-run N --trace.",
        "arm, then as they happened: day, class of event, entity, number",
        (
            _RUN,
            _ARM,
            Column("day", "int", "days", "day since the first day of the horizon"),
            Column("date", "date", "", "the same as a date"),
            Column("event", "text", "", "what happened"),
            Column(
                "entity", "text", "", "lane PRODUCT:ORIGIN>DESTINATION or site PRODUCT:COUNTRY; empty for the market"
            ),
            Column("number", "int", "", "number of the shipment, application or batch on that lane or site"),
            Column("product", "text", "", "product id"),
            Column("origin", "text", "", "country code of the seller or of the site"),
            Column("destination", "text", "", "country code of the buyer"),
            Column("amount", "float", "t", "tonnes it is about; 0 where it is not about goods", True),
            Column("unit", "text", "", "unit of the amount"),
        ),
    ),
    Table(
        "chunk_values",
        ("chunks/*/values.parquet",),
        "Working file of a batch of at most 500 runs: each run's series in single precision.",
        "arm, series, run",
        (
            Column("arm", "int", "", "number of the arm"),
            Column("series", "int", "", "number of the series"),
            _RUN,
            Column("values", "float32 list", "see the table of series", "one value per date"),
        ),
    ),
    Table(
        "chunk_outcomes",
        ("chunks/*/outcomes.parquet",),
        "Working file: the numbers of the table of outcomes, without their names.",
        "run, arm (differences too), then the order of the metrics",
        (Column("value", "float", "see unit", "the metric; NaN where it does not exist in this run"),),
    ),
    Table(
        "chunk_sketch",
        ("chunks/*/sketch.parquet",),
        "Working file of a larger batch: how many runs fall into which bucket, date by date.",
        "arm, cell, bucket",
        (
            Column(
                "packed",
                "int",
                "",
                "rank of a number of 8 significant bits, plus 2^16 times the runs of the chunk in that bucket",
            ),
        ),
    ),
    Table(
        "chunk_range",
        ("chunks/*/range.parquet",),
        "Working file of a larger batch: smallest and largest value, date by date.",
        "arm, cell",
        (
            Column("arm", "int", "", "number of the arm"),
            Column("cell", "int", "", "number of the series and date"),
            Column("low", "float32", "see the table of series", "smallest value of the chunk"),
            Column("high", "float32", "see the table of series", "largest value of the chunk"),
            Column("least", "int", "", "bucket of the smallest number that is not zero (where none is below zero)"),
            Column("entries", "int", "", "rows of chunk_sketch that are about this cell"),
        ),
    ),
)
TABLE_BY_NAME = {table.name: table for table in TABLES}


@dataclass(frozen=True)
class Key:
    """One key of `manifest.json`."""

    name: str
    kind: str
    meaning: str


MANIFEST: tuple[Key, ...] = (
    Key("format", "int", "version of the run folder's layout"),
    Key("status", "text", "running, interrupted, finished, or shard finished"),
    Key("title", "text", "title of the scenario"),
    Key("question", "text", "question of the scenario"),
    Key("created", "time", "UTC time at which the folder was made"),
    Key("finished", "time", "UTC time at which the tables were written"),
    Key("command", "list of text", "command line"),
    Key("versions", "object", "supplyrisk, Python, numpy, scipy, pyarrow, numba, platform"),
    Key(
        "hashes",
        "object",
        "SHA-256 of the resolved world, of the resolved scenario and of the source of model and engines",
    ),
    Key("engine", "text", "reference or batch, as used"),
    Key("seed", "int", "seed of every draw"),
    Key("runs", "int", "runs asked for"),
    Key("sampler", "text", "random, lhs or sobol"),
    Key("design_block", "int", "runs over which a Latin hypercube is stratified"),
    Key("shard", "object", "i and n of --shard i/n, and its first and last run; null for a whole batch"),
    Key("arms", "list of text", "arms in order"),
    Key("differences", "list of text", "names of the paired differences"),
    Key("keep_series", "text", "all, quantiles or none"),
    Key("series_step_weeks", "int", "weeks in one date of a weekly series: 1 or 4"),
    Key("series_error", "float", "largest relative error of the quantiles in series; 0 if exact to single precision"),
    Key("precision", "object", "metric, goal and what was reached, with --until-precision"),
    Key(
        "trade",
        "list of objects",
        "by product: what balancing made of the stated outputs and trade shares at the central values of all numbers "
        "(scale of outputs, shares of purchases moved and on new lanes, lanes that are not as stated)",
    ),
    Key("timings", "object", "seconds: simulation (sum over workers), wall clock, writing tables; runs per second"),
    Key("counts", "object", "runs finished, failed, missing; rows of each table"),
    Key("outcomes_csv", "object", "how many runs outcomes.csv holds and why"),
    Key("table_hashes", "object", "SHA-256 of the content of each table"),
    Key(
        "results_hash",
        "text",
        "SHA-256 over the tables alone: the same for any engine, workers, chunks, resume, shards",
    ),
    Key("resolved", "object", "the resolved scenario, world included: enough to resume without any other file"),
)

_ARROW = {"int": "int32", "float": "float64", "float32": "float32", "note": "string"}


def arrow_type(dtype: str) -> pa.DataType:
    """Arrow type of a declared dtype."""
    import pyarrow as pa

    if dtype == "text":
        return pa.dictionary(pa.int32(), pa.string())
    if dtype == "date":
        return pa.timestamp("ms")
    if dtype == "float32 list":
        return pa.list_(pa.float32())
    return getattr(pa, _ARROW[dtype])()


@lru_cache(maxsize=64)
def schema(name: str, sampled: tuple[str, ...] = ()) -> pa.Schema:
    """Arrow schema of a table, with unit and meaning of every column in its metadata.

    Parameters
    ----------
    sampled : tuple of str
        Names of the uncertain numbers, the open-ended columns of `runs`.
    """
    import pyarrow as pa

    fields = []
    for column in TABLE_BY_NAME[name].columns:
        if column.name.startswith("<"):
            fields += [
                pa.field(each, pa.float64(), nullable=False, metadata={"meaning": f"value of {each} in this run"})
                for each in sampled
            ]
            continue
        notes = {"unit": column.unit, "meaning": column.meaning}
        fields.append(pa.field(column.name, arrow_type(column.dtype), nullable=column.nullable, metadata=notes))
    return pa.schema(fields)


def header(name: str) -> list[str]:
    """Column names of a table with no open-ended columns."""
    return [column.name for column in TABLE_BY_NAME[name].columns]


def markdown() -> str:
    """Reference page of every table, column and manifest key, for the documentation."""
    lines: list[str] = []
    for table in TABLES:
        lines += [f"### {table.name}", "", f"`{'`, `'.join(table.files)}`. {table.meaning} Order: {table.order}.", ""]
        lines += ["| column | type | unit | meaning |", "|---|---|---|---|"]
        for column in table.columns:
            meaning = f"{column.meaning} (may be empty)" if column.nullable else column.meaning
            name = column.name.replace("<", "&lt;").replace(">", "&gt;")
            lines.append(f"| `{name}` | {column.dtype} | {column.unit} | {meaning} |".replace("<name>", "&lt;name&gt;"))
        lines.append("")
    lines += ["### manifest.json", "", "| key | type | meaning |", "|---|---|---|"]
    lines += [f"| `{key.name}` | {key.kind} | {key.meaning} |" for key in MANIFEST]
    return "\n".join(lines) + "\n"

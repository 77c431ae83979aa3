"""Tables of runs that are held in memory: the same rows and bits as the files of a run folder would hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..measures.aggregate import Floats
from . import chunks
from .chunks import Chunk, Layout
from .summary import describe
from .tables import header

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


def runs_frame(made: Layout, found: Sequence[Chunk]) -> pd.DataFrame:
    """`runs.parquet`: one row per run with status, message and every number drawn."""
    return _frame([chunks.runs_table(chunk, made) for chunk in found])


def outcomes_frame(made: Layout, found: Sequence[Chunk]) -> pd.DataFrame:
    """`outcomes.parquet`: every metric of every run and arm."""
    some = [piece for chunk in found for piece in chunks.pieces(made, chunk.finished, chunk.outcomes)]
    return _frame([chunks.outcomes_table(made, runs, values) for runs, values in some])


def summary_frame(made: Layout, found: Sequence[Chunk]) -> pd.DataFrame:
    """`summary.csv`: statistics over runs of every row of outcomes."""
    import pandas as pd

    values = np.concatenate([chunk.outcomes for chunk in found])
    statistics = describe(values.reshape(len(values), -1).T)
    names = header("summary")
    labels = [
        (arm, each.metric, each.product, each.place, each.end_use, each.unit)
        for arm in made.columns
        for each in made.outcomes
    ]
    table = pd.DataFrame(labels, columns=names[:6])
    table["n"] = statistics[:, 0].astype(np.int64)
    table[names[7:]] = statistics[:, 1:]
    return table


def by_run(found: Sequence[Chunk], column: int, metric: int) -> tuple[Floats, Floats]:
    """Numbers of the runs that finished, and their values of one metric in one arm (or difference)."""
    runs = np.concatenate([chunk.finished for chunk in found])
    return runs, np.concatenate([chunk.outcomes[:, column, metric] for chunk in found])


def _frame(tables: list[pa.Table]) -> pd.DataFrame:
    import pyarrow as pa

    frame: pd.DataFrame = pa.concat_tables(tables).to_pandas()
    return frame

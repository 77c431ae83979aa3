"""Outcomes of long batches, read without their labels: every run has the same rows, so one run's labels do for all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

LABELS = ["arm", "metric", "product", "place", "end_use", "unit"]


def first_runs(file: Path, keep: Any, most: int) -> pd.DataFrame | None:
    """Rows of the first runs of `outcomes.parquet` for which an expression holds.

    Parameters
    ----------
    file : path
        `outcomes.parquet`, which holds run after run, each with the same rows in the same order.
    keep : pyarrow expression or None
        On the columns of `LABELS`; None keeps every row.
    most : int
        Number of runs.

    Returns
    -------
    DataFrame or None
        `run`, the labels and `value`; None if the file is not laid out that way.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.dataset as ds
    import pyarrow.parquet as pq

    stored = pq.ParquetFile(file)
    if not stored.metadata.num_rows:
        return None
    head = stored.read_row_group(0, columns=["run", *LABELS])
    per_run = int(np.searchsorted(head["run"].to_numpy(), head["run"][0].as_py(), side="right"))
    if stored.metadata.num_rows % per_run:
        return None
    groups, rows = 0, 0
    while groups < stored.num_row_groups and rows < most * per_run:
        rows += stored.metadata.row_group(groups).num_rows
        groups += 1
    count = min(most, rows // per_run)
    table = stored.read_row_groups(list(range(groups)), columns=["run", "value"]).slice(0, count * per_run)
    runs = table["run"].to_numpy().reshape(count, per_run)
    if (runs != runs[:, :1]).any() or (np.diff(runs[:, 0]) <= 0).any():
        return None
    labels = head.slice(0, per_run).append_column("place in run", pa.array(np.arange(per_run)))
    wanted = ds.dataset(labels).to_table(filter=keep)
    places = wanted["place in run"].to_numpy()
    names: pd.DataFrame = wanted.select(LABELS).to_pandas()
    found = names.take(np.tile(np.arange(len(names)), count)).reset_index(drop=True)
    found.insert(0, "run", np.repeat(runs[:, 0], len(names)))
    found["value"] = table["value"].to_numpy().reshape(count, per_run)[:, places].reshape(-1)
    return found

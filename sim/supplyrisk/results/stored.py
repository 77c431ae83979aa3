"""The tables of a run folder, read no further than needed: fans of series, outcomes run by run, the summary.

In here "" stands for "not split by this dimension", which the files write as `all`.
"""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from .arm_series import ALL, Together, together
from .damaged import reading
from .fan import DIMENSIONS, Fan, all_fans
from .long_batches import first_runs
from .quantiles import quantiles
from .summary_table import COLUMNS, RowsByName, read_summary
from .tables import QUANTILES

if TYPE_CHECKING:
    import pandas as pd

    from ..spec.resolved import Scenario

LAST_NAME = "\U0010ffff"  # behind every name
KEPT_ARMS = 12  # whose rows of series stay in memory
SHAPE_RUNS = 2000  # runs that are read one by one; row groups hold runs in order, so that the rest is skipped

Selector = str | Sequence[str] | None


def read_rows(file: Path, where: Mapping[str, str] | None = None, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Rows of a Parquet table of a run folder as they are stored, those with given names in some columns."""
    import pyarrow.dataset as ds

    keep = None
    for column, value in (where or {}).items():
        test = ds.field(column) == value
        keep = test if keep is None else keep & test
    wanted = None if columns is None else list(columns)
    with reading(file):
        found: pd.DataFrame = ds.dataset(file, format="parquet").to_table(columns=wanted, filter=keep).to_pandas()
    return found


class StoredTables(ABC):
    """The tables of a run folder; `RunFolder` has the rest of it."""

    path: Path
    _cache: dict[Any, Any]
    # Metrics that are asked for run by run, with the arms: "arms" (all), "main", or "all" (arms, and the scenario's
    # difference to the baseline). They are read in one pass over the file.
    per_run: ClassVar[Sequence[tuple[str, str]]] = ()

    @cached_property
    @abstractmethod
    def scenario(self) -> Scenario:
        """The resolved scenario."""

    @property
    @abstractmethod
    def arms(self) -> tuple[str, ...]:
        """Arms in the order of the scenario file."""

    @property
    @abstractmethod
    def main_arm(self) -> str:
        """The arm the answer is about."""

    @cached_property
    def runs(self) -> pd.DataFrame:
        """`runs.parquet`: one row per run with status, message and every sampled value."""
        return self._table("runs")

    @cached_property
    def finished(self) -> pd.DataFrame:
        """Rows of `runs` that finished in every arm."""
        table = self.runs
        return table if table.empty else table[table["status"].astype(str) == "ok"]

    @property
    def n_ok(self) -> int:
        """Runs that finished in every arm."""
        return len(self.finished)

    def _table(self, name: str) -> pd.DataFrame:
        import pandas as pd

        file = self.path / f"{name}.parquet"
        if not file.exists():
            return pd.DataFrame()
        with reading(file):
            return pd.read_parquet(file)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """`summary.csv`: one row per arm, metric, product, place and end use."""
        import pandas as pd

        file = self.path / "summary.csv"
        if not file.exists():
            return pd.DataFrame(columns=list(COLUMNS))
        return _clean(read_summary(file))

    def metrics(self) -> set[str]:
        """Names of the metrics that were recorded."""
        return set(self._summary_of)

    def summarised(self, metric: str, arm: str | None = None, **where: Selector) -> pd.DataFrame:
        """Rows of the summary for a metric, an arm (None: all) and dimensions (`product="x"`)."""
        table = self._summary_of.get(metric)
        if table is None:
            return self.summary.iloc[:0]
        if arm is not None:
            table = table[table["arm"] == arm]
        return _where(table, where)

    @cached_property
    def _summary_of(self) -> dict[str, pd.DataFrame]:
        """Rows of the summary by metric."""
        if self.summary.empty:
            return {}
        groups = self.summary.groupby("metric", observed=True, sort=False).indices
        return {str(metric): self.summary.iloc[rows] for metric, rows in groups.items()}

    def summary_row(self, metric: str, arm: str, product: str, place: str, end_use: str) -> dict[str, Any] | None:
        """One row of the summary, None if there is no such row."""
        if metric not in self._summary_of:
            return None
        key = ("rows of", metric)
        if key not in self._cache:
            self._cache[key] = RowsByName(self._summary_of[metric], ("arm", *DIMENSIONS))
        rows: RowsByName = self._cache[key]
        return rows.get((arm, product, place, end_use))

    def outcomes(self, metric: str, arms: Iterable[str] | None = None, **where: Selector) -> pd.DataFrame:
        """Every run's value of a metric, of some arms (None: all), at some places.

        Of batches longer than `SHAPE_RUNS` the first so many: quantiles of all runs are in the summary,
        and the shape of a histogram does not need more.
        """
        wanted = None if arms is None else set(arms)
        table = self._by_run(metric, None if where.get("end_use") else wanted)  # single uses are not kept at hand
        if table.empty:
            return table
        keep = table["arm"].isin(wanted or set(table["arm"]))
        for column, chosen in where.items():
            if chosen is not None:
                keep &= table[column].isin([chosen] if isinstance(chosen, str) else list(chosen))
        return table[keep]

    def _by_run(self, metric: str, arms: set[str] | None) -> pd.DataFrame:
        """Rows of a metric. Those of the report come from one pass over the file, however long the batch."""
        if any(metric == name and (arms is not None and arms <= self._arms_of(rule)) for name, rule in self.per_run):
            if "per run" not in self._cache:
                import pyarrow.dataset as ds

                tests = [
                    (ds.field("metric") == m) & ds.field("arm").isin(sorted(self._arms_of(r))) for m, r in self.per_run
                ]
                either = tests[0]
                for test in tests[1:]:
                    either = either | test
                table = self._outcome_rows((ds.field("end_use") == ALL) & either)
                self._cache["per run"] = {str(m): g for m, g in table.groupby("metric", observed=True, sort=False)}
            found = self._cache["per run"].get(metric)
            return self._outcome_rows(None) if found is None else found
        key = ("outcomes", metric)
        if key not in self._cache:
            import pyarrow.dataset as ds

            self._cache[key] = self._outcome_rows(ds.field("metric") == metric)
        rows: pd.DataFrame = self._cache[key]
        return rows

    def _arms_of(self, rule: str) -> set[str]:
        main = self.main_arm
        return {"arms": set(self.arms), "main": {main}, "all": {*self.arms, f"{main}-baseline"}}[rule]

    def _outcome_rows(self, keep: Any) -> pd.DataFrame:
        """Rows of `outcomes.parquet` for which an expression holds; none without one."""
        import pandas as pd

        if keep is None or not (self.path / "outcomes.parquet").exists():
            return pd.DataFrame(columns=["run", "arm", "metric", *DIMENSIONS, "value", "unit"])
        return _clean(self.stored_outcomes(keep, SHAPE_RUNS))

    def stored_outcomes(self, keep: Any, most: int) -> pd.DataFrame:
        """Rows of `outcomes.parquet` as they are stored, of the first finished runs.

        Parameters
        ----------
        keep : pyarrow expression or None
            On the columns that name a row; None keeps every row.
        most : int
            Number of runs.
        """
        import pyarrow.dataset as ds

        file = self.path / "outcomes.parquet"
        with reading(file):
            found = first_runs(file, keep, most)
        if found is not None:
            return found
        numbers = self.finished["run"].sort_values().to_numpy()[:most]
        if len(numbers) < self.n_ok:
            of_runs = ds.field("run") <= int(numbers[-1])
            keep = of_runs if keep is None else of_runs & keep
        columns = ["run", "arm", "metric", *DIMENSIONS, "value", "unit"]
        with reading(file):
            rows: pd.DataFrame = ds.dataset(file, format="parquet").to_table(columns=columns, filter=keep).to_pandas()
        return rows

    def _quantile_rows(self, arm: str) -> dict[str, pd.DataFrame]:
        """Rows of `series.parquet` that hold quantiles of one arm, by variable: one pass, however many are asked for.

        Of the arms that were read the last few are kept: two hundred policies hold a hundred million rows. The rows of a
        lead-in are kept apart (`lead_fan`): what is reported begins with the horizon.
        """
        import pandas as pd

        kept: dict[str, dict[str, pd.DataFrame]] = self._cache.setdefault("quantile rows", {})
        if arm not in kept:
            table = self._rows_of_arm(arm)
            if self.scenario.lead_weeks:
                early = (table["date"] < pd.Timestamp(self.scenario.start)).to_numpy()
                if arm == self.main_arm:
                    self._cache["lead-in"] = table[early]
                table = table[~early]
            found = {}
            for name, rows in table.groupby("variable", observed=True, sort=False).indices.items():
                found[str(name)] = table.iloc[rows]
            while len(kept) >= KEPT_ARMS:
                kept.pop(next(iter(kept)))
            kept[arm] = found
        return kept[arm]

    def _rows_of_arm(self, arm: str) -> pd.DataFrame:
        import pandas as pd
        import pyarrow.compute as pc

        columns = ["arm", "variable", *DIMENSIONS, "date", "quantile", "value", "unit"]
        if self._series is None:
            return pd.DataFrame(columns=columns)
        stored, _ = self._series
        with reading(self.path / "series.parquet"):
            table = stored.read_row_groups(self._parts_of(arm), columns=columns, use_threads=True)
        keep = pc.and_(pc.equal(table["arm"].cast("string"), arm), table["quantile"].is_valid())
        return _clean(table.filter(keep).to_pandas())

    def series_of(self, arm: str, keep: Callable[[str, str, str, str], bool]) -> list[Together]:
        """Series of an arm for which a function of variable, product, place and end use holds; nothing is kept."""
        if self._series is None:
            return []
        stored, _ = self._series
        return together(stored, self._parts_of(arm), arm, keep)

    def _parts_of(self, arm: str) -> list[int]:
        """Parts of `series.parquet` that may hold rows of an arm."""
        return [i for i, (low, high) in enumerate(self._series[1] if self._series else ()) if low <= arm <= high]

    @cached_property
    def _series(self) -> tuple[Any, list[tuple[str, str]]] | None:
        """`series.parquet`, opened once, and the first and last arm in each of its parts, as its statistics say."""
        import pyarrow.parquet as pq

        file = self.path / "series.parquet"
        if not file.exists():
            return None
        with reading(file):
            stored = pq.ParquetFile(file)
        column = stored.metadata.schema.names.index("arm")
        found = [stored.metadata.row_group(i).column(column).statistics for i in range(stored.metadata.num_row_groups)]
        known = [(part.min, part.max) if part is not None and part.has_min_max else ("", LAST_NAME) for part in found]
        return stored, known

    def _part(self, variable: str, arm: str) -> pd.DataFrame:
        """Quantiles of one variable of one arm."""
        import pandas as pd

        columns = ("arm", "variable", *DIMENSIONS, "date", "quantile", "value", "unit")
        found = self._quantile_rows(arm).get(variable)
        return pd.DataFrame(columns=list(columns)) if found is None else found

    def _runs_of(self, variable: str, arm: str) -> pd.DataFrame:
        """Rows of single runs of one variable of one arm; none unless the batch kept them."""
        import pandas as pd
        import pyarrow.dataset as ds

        key = ("runs of", variable, arm)
        if key not in self._cache:
            file = self.path / "series.parquet"
            if not file.exists() or not self._kept_runs:
                self._cache[key] = pd.DataFrame(columns=[*DIMENSIONS, "date", "run", "value", "unit"])
            else:
                keep = (ds.field("variable") == variable) & (ds.field("arm") == arm) & ds.field("run").is_valid()
                if self.scenario.lead_weeks:
                    keep &= ds.field("date") >= pd.Timestamp(self.scenario.start)
                with reading(file):
                    self._cache[key] = _clean(ds.dataset(file, format="parquet").to_table(filter=keep).to_pandas())
        part: pd.DataFrame = self._cache[key]
        return part

    @cached_property
    def _kept_runs(self) -> bool:
        """Whether the series of single runs were kept, as the file's own statistics say."""
        import pyarrow.parquet as pq

        with reading(self.path / "series.parquet"):
            stored = pq.ParquetFile(self.path / "series.parquet").metadata
        column = stored.schema.names.index("run")
        parts = [stored.row_group(i).column(column).statistics for i in range(stored.num_row_groups)]
        return any(part is None or part.has_min_max for part in parts)

    def has(self, variable: str, arm: str | None = None) -> bool:
        """Whether the variable was stored for the arm."""
        return not self._part(variable, arm or self.main_arm).empty

    def rows(self, variable: str, arm: str, **where: Selector) -> pd.DataFrame:
        """Quantile rows of `series.parquet` of one variable and arm."""
        return _where(self._part(variable, arm), where)

    def fan(self, variable: str, arm: str, **where: Selector) -> Fan | None:
        """Quantiles over runs of one series, or of the sum of several (a list of products, say).

        Exact where every run's series was kept or where the stored rows already are the total; else
        the quantiles of the parts are added up and the fan is marked `added`.
        """
        tests = [
            None
            if where.get(column) is None
            else {where[column]}
            if isinstance(where[column], str)
            else set(where[column] or ())
            for column in DIMENSIONS
        ]
        fans = self.fans(variable, arm)
        keys = [k for k in fans if all(t is None or k[i] in t for i, t in enumerate(tests))]
        if not keys:
            return None
        if len(keys) == 1:
            return fans[keys[0]]
        by_run = _where(self._runs_of(variable, arm), where)
        if len(by_run):
            totals = by_run.groupby(["date", "run"], observed=True)["value"].sum().unstack("run")
            return Fan(
                totals.index.to_numpy(),
                QUANTILES,
                quantiles(totals.to_numpy(dtype=float), QUANTILES),
                fans[keys[0]].unit,
            )
        parts = [fans[k] for k in keys]
        added = reduce(operator.add, (p.values for p in parts))
        return Fan(parts[0].dates, parts[0].levels, added, parts[0].unit, added=True)

    def lead_fan(self, variable: str, product: str, place: str) -> Fan | None:
        """Quantiles over runs of one series before the horizon, where all arms are the same."""
        key = ("lead-in fans", variable)
        if key not in self._cache:
            self._quantile_rows(self.main_arm)
            table = self._cache.get("lead-in")
            self._cache[key] = {} if table is None else all_fans(table[table["variable"] == variable])
        found: Fan | None = self._cache[key].get((product, place, ""))
        return found

    def fans(self, variable: str, arm: str) -> dict[tuple[str, str, str], Fan]:
        """Every stored fan of a variable, by product, place and end use."""
        key = ("fans", variable, arm)
        if key not in self._cache:
            self._cache[key] = all_fans(self._part(variable, arm))
        found: dict[tuple[str, str, str], Fan] = self._cache[key]
        return found


def _where(table: pd.DataFrame, where: dict[str, Selector]) -> pd.DataFrame:
    for column, wanted in where.items():
        if wanted is not None and column in table:
            table = table[table[column].isin([wanted] if isinstance(wanted, str) else list(wanted))]
    return table


def _clean(table: pd.DataFrame) -> pd.DataFrame:
    """Dimension columns as categories, with "" for missing and for "all"; dates as dates."""
    import pandas as pd

    for column in ("arm", "metric", "variable", *DIMENSIONS, "unit"):
        if column in table:
            table[column] = _plain_names(table[column])
    if "date" in table and not pd.api.types.is_datetime64_any_dtype(table["date"]):
        table["date"] = pd.to_datetime(table["date"])
    return table


def _plain_names(values: pd.Series[Any]) -> pd.Series[Any]:
    named = values.astype("category")
    if ALL in named.cat.categories:
        named = named.map({c: "" if c == ALL else c for c in named.cat.categories}).astype("category")
    if named.isna().any():
        if "" not in named.cat.categories:
            named = named.cat.add_categories("")
        named = named.fillna("")
    return named

"""The tables of a run folder, read no further than needed: fans of series, outcomes run by run, the summary."""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from ..results.damaged import reading
from ..results.quantiles import quantiles
from .arm_series import ALL, Together, together
from .long_batches import first_runs
from .summary_table import RowsByName

if TYPE_CHECKING:
    import datetime as dt

    import numpy as np
    import pandas as pd

LEVELS = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
LAST_NAME = "\U0010ffff"  # behind every name
KEPT_ARMS = 12  # whose rows of series stay in memory
FEWEST_RUNS = 30  # below this nothing is said about how likely an outcome is
MANY_RUNS = 200  # from here on quantiles are told without "about"
SHAPE_RUNS = 2000  # runs that are read one by one; row groups hold runs in order, so that the rest is skipped
# What the report reads run by run (rather than from the summary), and for which arms.
PER_RUN = (
    ("price_spot_peak_index", "arms"),
    ("shortage_percent", "arms"),
    ("shortage_unserved_weeks", "arms"),
    ("shortage_priced_out_weeks", "arms"),
    ("weeks_short", "arms"),
    ("output_at_risk_usd", "arms"),
    ("price_spot_recovery_week", "main"),
    ("price_spot_peak_week", "main"),
    ("first_week_short", "main"),
    ("shortage_t", "main"),
    ("extra_spend_usd", "all"),
)
DIMENSIONS = ("product", "place", "end_use")

Selector = str | Sequence[str] | None


P = ParamSpec("P")
R = TypeVar("R")


def once_per_run(find: Callable[P, R]) -> Callable[P, R]:
    """Keep what a function of a run (and of names) found: words, tables and figures ask the same again and again."""

    @wraps(find)
    def kept(*args: P.args, **kwargs: P.kwargs) -> R:
        run: Any = args[0]
        key = (find.__module__, find.__name__, args[1:], tuple(sorted(kwargs.items())))
        if key not in run._cache:
            run._cache[key] = find(*args, **kwargs)
        found: R = run._cache[key]
        return found

    return kept


@dataclass(frozen=True)
class Fan:
    """Quantiles over runs at each date.

    Parameters
    ----------
    dates : array of datetime64
        First day of each week or month.
    levels : tuple of float
        Quantiles, rising.
    values : array (dates, levels)
        In `unit`.
    added : bool
        True if the fan of a total had to be added up from fans of its parts, which is exact only if
        the parts move together; captions say so.
    """

    dates: Any
    levels: tuple[float, ...]
    values: Any
    unit: str
    added: bool = False

    def at(self, level: float) -> np.ndarray:
        """The quantile nearest to `level`, over time."""
        index = min(range(len(self.levels)), key=lambda i: abs(self.levels[i] - level))
        column: np.ndarray = self.values[:, index]
        return column

    def scaled(self, factor: float, unit: str) -> Fan:
        """The same fan in another unit."""
        return Fan(self.dates, self.levels, self.values * factor, unit, self.added)

    def moved(self, step: np.timedelta64) -> Fan:
        """The same fan with its dates shifted (monthly values stand at the middle of their month)."""
        return Fan(self.dates + step, self.levels, self.values, self.unit, self.added)

    def table(self, **names: str) -> pd.DataFrame:
        """Long table: the given name columns, date, quantile, value, unit."""
        import numpy as np
        import pandas as pd

        count = len(self.levels)
        return pd.DataFrame(
            {
                **{key: [text] * (len(self.dates) * count) for key, text in names.items()},
                "date": np.repeat(np.asarray(self.dates, dtype="datetime64[D]").astype(str), count),
                "quantile": np.tile(np.asarray(self.levels), len(self.dates)),
                "value": np.asarray(self.values).reshape(-1),
                "unit": self.unit,
            }
        )


class Tables(ABC):
    """The tables of a run folder."""

    path: Path
    _cache: dict[Any, Any]

    @property
    @abstractmethod
    def arms(self) -> tuple[str, ...]:
        """Arms in the order of the scenario file."""

    @property
    @abstractmethod
    def main_arm(self) -> str:
        """The arm the answer is about."""

    @property
    @abstractmethod
    def lead_weeks(self) -> int:
        """Weeks simulated before the horizon."""

    @property
    @abstractmethod
    def start(self) -> dt.date:
        """First day of the horizon."""

    @cached_property
    def runs(self) -> pd.DataFrame:
        """`runs.parquet`: one row per run with status, message and every sampled value."""
        return self._table("runs")

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

        from .summary_table import COLUMNS, read_summary

        file = self.path / "summary.csv"
        if not file.exists():
            return pd.DataFrame(columns=list(COLUMNS))
        with reading(file):
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
        if any(metric == name and (arms is not None and arms <= self._arms_of(rule)) for name, rule in PER_RUN):
            if "per run" not in self._cache:
                import pyarrow.dataset as ds

                tests = [(ds.field("metric") == m) & ds.field("arm").isin(sorted(self._arms_of(r))) for m, r in PER_RUN]
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
        import pyarrow.dataset as ds

        file = self.path / "outcomes.parquet"
        columns = ["run", "arm", "metric", *DIMENSIONS, "value", "unit"]
        if keep is None or not file.exists():
            return pd.DataFrame(columns=columns)
        with reading(file):
            found = first_runs(file, keep, SHAPE_RUNS)
        if found is not None:
            return _clean(found)
        if len(self.runs) > SHAPE_RUNS:
            keep &= ds.field("run") < SHAPE_RUNS
        with reading(file):
            return _clean(ds.dataset(file, format="parquet").to_table(columns=columns, filter=keep).to_pandas())

    def _quantile_rows(self, arm: str) -> dict[str, pd.DataFrame]:
        """Rows of `series.parquet` that hold quantiles of one arm, by variable: one pass, however many are asked for.

        Of the arms that were read the last few are kept: two hundred policies hold a hundred million rows. The rows of a
        lead-in are kept apart (`lead_fan`): what is reported begins with the horizon.
        """
        import pandas as pd

        kept: dict[str, dict[str, pd.DataFrame]] = self._cache.setdefault("quantile rows", {})
        if arm not in kept:
            table = self._rows_of_arm(arm)
            if self.lead_weeks:
                early = (table["date"] < pd.Timestamp(self.start)).to_numpy()
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
                if self.lead_weeks:
                    keep &= ds.field("date") >= pd.Timestamp(self.start)
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
                totals.index.to_numpy(), LEVELS, quantiles(totals.to_numpy(dtype=float), LEVELS), fans[keys[0]].unit
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
            self._cache[key] = {} if table is None else _all_fans(table[table["variable"] == variable])
        found: Fan | None = self._cache[key].get((product, place, ""))
        return found

    def fans(self, variable: str, arm: str) -> dict[tuple[str, str, str], Fan]:
        """Every stored fan of a variable, by product, place and end use."""
        key = ("fans", variable, arm)
        if key not in self._cache:
            self._cache[key] = _all_fans(self._part(variable, arm))
        found: dict[tuple[str, str, str], Fan] = self._cache[key]
        return found


def _where(table: pd.DataFrame, where: dict[str, Selector]) -> pd.DataFrame:
    for column, wanted in where.items():
        if wanted is not None and column in table:
            table = table[table[column].isin([wanted] if isinstance(wanted, str) else list(wanted))]
    return table


def _all_fans(table: pd.DataFrame) -> dict[tuple[str, str, str], Fan]:
    import numpy as np

    if table.empty:
        return {}
    stored = table[table["quantile"].notna()]
    codes = [stored[name].cat.codes.to_numpy() for name in DIMENSIONS]
    order = np.lexsort((stored["quantile"].to_numpy(dtype=float), stored["date"].to_numpy(), *codes[::-1]))
    stored, codes = stored.iloc[order], [code[order] for code in codes]
    dates, values = stored["date"].to_numpy(), stored["value"].to_numpy(dtype=float)
    levels = tuple(float(q) for q in np.unique(stored["quantile"].to_numpy(dtype=float)))
    new = np.any([np.diff(code, prepend=code[:1]) != 0 for code in codes], axis=0)
    starts = [0, *np.flatnonzero(new).tolist()]
    ends = [*starts[1:], len(values)]
    product, place, end_use, unit = (
        stored[name].iloc[starts].astype(object).map(str).to_list() for name in (*DIMENSIONS, "unit")
    )
    return {
        (product[i], place[i], end_use[i]): Fan(
            dates[first:end][:: len(levels)], levels, values[first:end].reshape(-1, len(levels)), unit[i]
        )
        for _, i, first, end in sorted(zip(order[starts], range(len(starts)), starts, ends))  # as the file has them
    }


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

"""Runs in memory, read like a run folder: the words, tables and quantiles of a live answer are those of the report."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..measures.aggregate import ALL, Floats
from ..report.run import Run
from ..results import sketch
from ..results.chunks import Layout, paired
from ..results.fan import DIMENSIONS, Fan
from ..results.fans import Series
from ..results.summary import describe
from ..results.tables import QUANTILES, header
from ..spec.resolved import Scenario

if TYPE_CHECKING:
    import pandas as pd

Singles = NDArray[np.float32]
# Of the series of a run those that a live answer or an exercise shows; all of them would be 60 MB an arm.
SHOWN = ("price_spot_index", "wanted_t", "shortage_t", "export_t", "licence_backlog_t")


class Kept:
    """Which series are kept of a model, and where they lie in the vector of a run: all end uses together, no single lanes."""

    def __init__(self, made: Layout, variables: Sequence[str] = SHOWN, products: Collection[str] = ()) -> None:
        chosen = [
            s
            for s in made.fans.series
            if s.variable in variables
            and s.label.end_use == ALL
            and ">" not in s.label.place
            and (not products or s.label.product in products)
        ]
        self.series: list[Series] = []
        cells: list[NDArray[np.intp]] = []
        at = 0
        for each in chosen:
            self.series.append(replace(each, first=at))
            cells.append(np.arange(each.first, each.first + each.dates))
            at += each.dates
        self.cells = np.concatenate(cells) if cells else np.zeros(0, np.intp)
        self.names = tuple((s.variable, s.label, s.unit, s.step, s.dates) for s in self.series)


@dataclass(frozen=True)
class ArmRuns:
    """What runs 0 .. len(messages) - 1 gave in one arm.

    Attributes
    ----------
    outcomes : array (runs, metrics)
        NaN in runs that failed.
    values : array (runs, cells)
        The series that are kept; NaN in runs that failed.
    messages : tuple of str
        Why a run failed; "" if it did not.
    """

    outcomes: Floats
    values: Singles
    messages: tuple[str, ...]

    def first(self, runs: int) -> ArmRuns:
        """The first so many runs."""
        return ArmRuns(self.outcomes[:runs], self.values[:runs], self.messages[:runs])

    def and_then(self, more: ArmRuns) -> ArmRuns:
        """These runs and the ones behind them."""
        return ArmRuns(
            np.concatenate([self.outcomes, more.outcomes]),
            np.concatenate([self.values, more.values]),
            self.messages + more.messages,
        )


class LiveRun(Run):
    """Runs of some arms of a scenario in memory.

    Parameters
    ----------
    scenario : Scenario
        As it was compiled, with all arms.
    made : Layout
        Of that model.
    arms : mapping of arm to ArmRuns
        Of equally many runs each, in the order of the scenario. A run that failed in one arm counts in none, as in a
        batch.
    """

    def __init__(self, scenario: Scenario, made: Layout, kept: Kept, arms: Mapping[str, ArmRuns]) -> None:
        told = {"title": scenario.title, "question": scenario.question, "seed": scenario.seed}
        super().__init__(Path(scenario.name), told)
        self._whole, self._made, self._kept = scenario, made, kept
        each = list(arms.values())
        asked = len(each[0].messages)
        failures = [next((arm.messages[i] for arm in each if arm.messages[i]), "") for i in range(asked)]
        self._messages = [("failed" if text else "ok", text) for text in failures]
        self._good = np.flatnonzero([not text for text in failures])
        self._values = {name: arm.values[self._good] for name, arm in arms.items()}
        outcomes = [arm.outcomes[self._good] for arm in each]
        self._differences = paired(tuple(arms))
        outcomes += [outcomes[a] - outcomes[b] for _, a, b in self._differences]
        self._outcomes = np.stack(outcomes, axis=1)
        self._columns = (*arms, *(name for name, _, _ in self._differences))

    @cached_property
    def scenario(self) -> Scenario:
        """The resolved scenario, with the arms that were computed."""
        return replace(self._whole, arms=tuple(arm for arm in self._whole.arms if arm.name in self._values))

    # --- runs -------------------------------------------------------------------------------------

    @property
    def n_ok(self) -> int:
        return len(self._good)

    @property
    def n_failed(self) -> int:
        return len(self._messages) - len(self._good)

    @cached_property
    def messages(self) -> list[tuple[str, str]]:
        return self._messages

    @cached_property
    def runs(self) -> pd.DataFrame:
        """Number, status and message of every run; what was drawn for it is not kept."""
        import pandas as pd

        table = pd.DataFrame(self._messages, columns=["status", "message"])
        table.insert(0, "run", np.arange(len(table), dtype=np.int32))
        return table

    @property
    def numbers(self) -> NDArray[np.intp]:
        """Numbers of the runs that finished."""
        return self._good

    # --- metrics ----------------------------------------------------------------------------------

    @cached_property
    def _rows_of_metric(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for number, outcome in enumerate(self._made.outcomes):
            found.setdefault(outcome.metric, []).append(number)
        return found

    @cached_property
    def _summary_of(self) -> dict[str, pd.DataFrame]:
        return _Lazily(self._rows_of_metric, self._summarise)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """All of it; single metrics are summarised when they are asked for."""
        import pandas as pd

        return pd.concat([self._summary_of[name] for name in self._rows_of_metric], ignore_index=True)

    @cached_property
    def _header(self) -> Sequence[str]:
        return header("summary")

    def _described(self, metric: str) -> NDArray[np.float64]:
        """Statistics of a metric (arms and their differences times rows, columns of the summary from `n` on)."""
        key = ("described", metric)
        if key not in self._cache:
            values = self._outcomes[:, :, self._rows_of_metric[metric]]
            self._cache[key] = describe(values.reshape(len(values), -1).T)
        found: NDArray[np.float64] = self._cache[key]
        return found

    def summary_row(self, metric: str, arm: str, product: str, place: str, end_use: str) -> dict[str, Any] | None:
        """One row of the summary without the table, which takes ten times as long to make."""
        if metric not in self._rows_of_metric or arm not in self._columns:
            return None
        key = ("places of", metric)
        if key not in self._cache:
            named = ((i, self._made.outcomes[row]) for i, row in enumerate(self._rows_of_metric[metric]))
            self._cache[key] = {
                (_plain(o.product), _plain(o.place), _plain(o.end_use)): i for i, o in reversed([*named])
            }
        found = self._cache[key].get((product, place, end_use))
        if found is None:
            return None
        rows = self._rows_of_metric[metric]
        statistics = self._described(metric)[self._columns.index(arm) * len(rows) + found]
        texts = (arm, metric, product, place, end_use, self._made.outcomes[rows[found]].unit)
        return dict(zip(self._header, (*texts, int(statistics[0]), *statistics[1:].tolist()), strict=True))

    def _summarise(self, metric: str) -> pd.DataFrame:
        import pandas as pd

        rows = self._rows_of_metric[metric]
        statistics = self._described(metric)
        names = self._header
        columns: dict[str, Any] = {"arm": _named(np.repeat(self._columns, len(rows)))}
        for name in names[1:6]:
            texts = [_plain(getattr(self._made.outcomes[i], name)) for i in rows]
            columns[name] = _named(texts * len(self._columns))
        columns["n"] = statistics[:, 0].astype(np.int64)
        columns |= dict(zip(names[7:], statistics[:, 1:].T, strict=True))
        return pd.DataFrame(columns)

    def _by_run(self, metric: str, arms: set[str] | None) -> pd.DataFrame:
        import pandas as pd

        rows = self._rows_of_metric.get(metric, [])
        if not rows:
            return self._outcome_rows(None)
        wanted = [i for i, name in enumerate(self._columns) if arms is None or name in arms]
        values = self._outcomes[:, wanted][:, :, rows]
        runs, n_arms, n_rows = values.shape
        columns: dict[str, Any] = {"run": np.repeat(self._good.astype(np.int32), n_arms * n_rows)}
        columns["arm"] = _named(np.tile(np.repeat([self._columns[i] for i in wanted], n_rows), runs))
        for name in ("metric", *DIMENSIONS):
            columns[name] = _named([_plain(getattr(self._made.outcomes[i], name)) for i in rows] * (n_arms * runs))
        columns["value"] = values.reshape(-1)
        columns["unit"] = _named([self._made.outcomes[i].unit for i in rows] * (n_arms * runs))
        return pd.DataFrame(columns)

    # --- series -----------------------------------------------------------------------------------

    def values(self, arm: str, variable: str, product: str, place: str) -> tuple[Any, Singles] | None:
        """Dates of a series, and its value in every finished run, (runs, dates); None if it was not kept."""
        for each in self._kept.series:
            label = each.label
            if (each.variable, _plain(label.product), label.place) == (variable, product, place) and each.step >= 0:
                return self._made.fans.dates(each), self._values[arm][:, each.first : each.first + each.dates]
        return None

    def has(self, variable: str, arm: str | None = None) -> bool:
        return bool(self.fans(variable, arm or self.main_arm))

    def fans(self, variable: str, arm: str) -> dict[tuple[str, str, str], Fan]:
        return self._fans(variable, arm, lead=False)

    def lead_fan(self, variable: str, product: str, place: str) -> Fan | None:
        return self._fans(variable, self.main_arm, lead=True).get((product, place, ""))

    def _fans(self, variable: str, arm: str, lead: bool) -> dict[tuple[str, str, str], Fan]:
        key = ("fans", variable, arm, lead)
        if key not in self._cache:
            series = [s for s in self._kept.series if s.variable == variable and (s.step < 0) == lead]
            found: dict[tuple[str, str, str], Fan] = {}
            if series and arm in self._values:
                cells = np.concatenate([np.arange(s.first, s.first + s.dates) for s in series])
                table = sketch.exact(self._values[arm][:, cells], QUANTILES)
                at = 0
                for s in series:
                    name = (_plain(s.label.product), s.label.place, _plain(s.label.end_use))
                    found[name] = Fan(self._made.fans.dates(s), QUANTILES, table[at : at + s.dates], s.unit)
                    at += s.dates
            self._cache[key] = found
        kept: dict[tuple[str, str, str], Fan] = self._cache[key]
        return kept

    def text(self, name: str) -> str:
        return ""


class _Lazily(dict[str, "pd.DataFrame"]):
    """Tables by metric, each made when it is first asked for."""

    def __init__(self, names: Mapping[str, Any], make: Any) -> None:
        super().__init__()
        self._names, self._make = names, make

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __missing__(self, name: str) -> pd.DataFrame:
        found: pd.DataFrame = self._make(name)
        self[name] = found
        return found

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in self._names else default


def _plain(name: str) -> str:
    return "" if name == ALL else name


def _named(texts: Sequence[str] | NDArray[Any]) -> Any:
    """A column of names as categories."""
    import pandas as pd

    names = sorted(set(texts))
    rank = {name: i for i, name in enumerate(names)}
    return pd.Categorical.from_codes([rank[text] for text in texts], pd.Index(names, dtype=object))

"""Results of a run for programs and notebooks: tables, differences, figures, whatever folder or memory holds them."""

from __future__ import annotations

import html
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import SupplyriskError, did_you_mean
from ..results import pairing
from ..results.damaged import reading
from ..results.difference import Difference, paired, unpaired
from ..results.fan import DIMENSIONS
from ..results.store import Store
from ..results.stored import read_rows
from .given import check_name, check_path
from .sources import InMemory, Label, Source, source_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from ..report.run import Run

ALL, WORLD = "all", "world"
USUAL = (("end_use", ALL), ("place", WORLD), ("product", ALL))  # what is meant where nothing is said
MOST_LISTED = 8


class Results:
    """The results of one scenario in one world. `run` and `open_run` make it.

    Tables have the columns and bits of the files of a run folder. Small batches are held in memory; what needs files
    (`series`, figures, the report) writes them to a temporary folder the first time it is asked for.

    Notes
    -----
    Arms are `baseline` (without the events), `scenario`, and `policy:NAME`; where one arm is asked for, a policy's name
    alone will do. Metrics with their units are listed by `metrics`, and explained in docs/reference/metrics.md.
    """

    def __init__(self, source: Source) -> None:
        self._source = source

    # --- what was run -----------------------------------------------------------------------------

    @property
    def manifest(self) -> Mapping[str, Any]:
        """What was asked for: title, seed, versions, hashes, the resolved scenario (docs/reference/outputs.md)."""
        return self._source.manifest

    @property
    def title(self) -> str:
        """Title of the scenario."""
        return str(self.manifest["title"])

    @property
    def question(self) -> str:
        """Question of the scenario."""
        return str(self.manifest["question"])

    @property
    def arms(self) -> tuple[str, ...]:
        """`baseline`, `scenario`, and `policy:NAME` of each policy."""
        return tuple(self.manifest["arms"])

    @property
    def seed(self) -> int:
        """Seed of every draw."""
        return int(self.manifest["seed"])

    @property
    def folder(self) -> Path | None:
        """The run folder; None for results that are held in memory (`save` makes one)."""
        return self._source.folder

    @cached_property
    def runs(self) -> pd.DataFrame:
        """One row per run: `run`, `status` (`ok` or `failed`), `message`, and every number that was drawn."""
        return self._source.runs()

    @cached_property
    def finished(self) -> int:
        """Runs that finished in every arm."""
        return int((self.runs["status"].astype(str) == "ok").sum())

    # --- numbers ----------------------------------------------------------------------------------

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """Every metric of every run and arm: `run`, `arm`, `metric`, `product`, `place`, `end_use`, `value`, `unit`.

        Beside the arms it holds their differences run by run (`scenario-baseline`, `policy:NAME-scenario`). `value` is
        NaN where a metric does not exist in a run (the first week short of a run without shortage). Runs that failed
        have no rows. For one metric `values` is quicker.
        """
        return self._source.outcomes()

    @cached_property
    def metrics(self) -> pd.DataFrame:
        """What every run reports: `metric`, `product`, `place`, `end_use`, `unit`."""
        import pandas as pd

        return pd.DataFrame(self._labels, columns=["metric", *DIMENSIONS, "unit"])

    def values(
        self,
        metric: str,
        *,
        product: str | None = None,
        place: str | None = None,
        end_use: str | None = None,
        arm: str = "scenario",
    ) -> pd.Series[Any]:
        """One metric of one arm, run by run.

        Parameters
        ----------
        metric : str
            Such as `shortage_percent`.
        product, place, end_use : str, optional
            Which of those that are reported. Left out: all end uses together; the world, where the metric is reported
            for it; the product, if there is only one.
        arm : str
            An arm, the name of a policy, or a difference such as `scenario-baseline`.

        Returns
        -------
        Series
            Indexed by `run`, in the metric's unit; NaN where the metric does not exist in a run.

        Raises
        ------
        SupplyriskError
            If there is no such metric, arm, product, place or end use; the message says what there is.
        """
        import pandas as pd

        arm = self._arm(arm, (*self.arms, *self.manifest["differences"]))
        label = self._label(metric, product, place, end_use)
        runs, found = self._source.values(arm, label)
        return pd.Series(found, index=pd.Index(runs, name="run"), name=metric)

    def summary(self, metric: str | None = None, arm: str | None = None, **where: str) -> pd.DataFrame:
        """Statistics over runs: `n`, `mean`, `sd`, `p10`, `p25`, `p50`, `p75`, `p90`, `standard_error`.

        Parameters
        ----------
        metric, arm : str, optional
            Rows of these alone; of all by default.
        **where
            `product`, `place`, `end_use`: rows of these alone.

        Returns
        -------
        DataFrame
            `arm`, `metric`, `product`, `place`, `end_use`, `unit` and the statistics, in that unit.
        """
        if metric is not None:
            self._known_metric(metric)
        if arm is not None:
            arm = self._arm(arm, (*self.arms, *self.manifest["differences"]))
        return _rows(self._summary, {"metric": metric, "arm": arm, **_dimensions(where)})

    @cached_property
    def _summary(self) -> pd.DataFrame:
        return self._source.summary()

    def series(self, variable: str | None = None, arm: str | None = None, **where: str) -> pd.DataFrame:
        """How things move over time: quantiles over runs, date by date.

        Parameters
        ----------
        variable, arm : str, optional
            Rows of these alone, such as `price_spot_index` of `scenario`; of all by default (millions of rows).
        **where
            `product`, `place`, `end_use`: rows of these alone.

        Returns
        -------
        DataFrame
            `arm`, `variable`, `product`, `place`, `end_use`, `date`, `quantile` (0.05 ... 0.95), `run` (empty, unless
            the batch kept the series of single runs), `value`, `unit`.
        """
        if self.manifest["keep_series"] == "none":
            raise SupplyriskError('this batch kept no series; run it again with keep_series="quantiles"')
        if arm is not None:
            arm = self._arm(arm, self.arms)
        wanted = {"variable": variable, "arm": arm, **_dimensions(where)}
        given = {name: value for name, value in wanted.items() if value is not None}
        for name, value in given.items():
            check_name(name, value)
        found = read_rows(self._source.files() / "series.parquet", given)
        if found.empty:
            self._no_series(given)
        return found

    def _no_series(self, given: Mapping[str, str]) -> None:
        """Says which name is not among those there are, given the names before it."""
        variable = given.get("variable")
        if variable is not None and variable not in self._variables:
            raise SupplyriskError(f"there is no series {variable}{did_you_mean(variable, self._variables)}")
        table = read_rows(
            self._source.files() / "series.parquet", {"variable": variable} if variable is not None else {}
        )
        of = f"series {variable}" if variable is not None else "series"
        for name in (name for name in DIMENSIONS if name in given):
            known = sorted(table[name].astype(str).unique())
            if given[name] not in known:
                hint = did_you_mean(given[name], known)
                raise SupplyriskError(f"there is no {of} for {name.replace('_', ' ')} {given[name]}{hint}")
            table = table[table[name].astype(str) == given[name]]

    @cached_property
    def _variables(self) -> list[str]:
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        file = self._source.files() / "series.parquet"
        with reading(file):
            return sorted(pc.unique(pq.read_table(file, columns=["variable"])[0]).to_pylist())

    def difference(
        self,
        metric: str,
        *,
        product: str | None = None,
        place: str | None = None,
        end_use: str | None = None,
        arm: str = "scenario",
        to: str | None = None,
        other: Results | None = None,
    ) -> Difference:
        """What an arm has more of than another (negative: less), run by run where both met the same draws.

        Parameters
        ----------
        metric, product, place, end_use
            As in `values`.
        arm : str
            The arm that is compared, or the name of a policy.
        to : str, optional
            What with. By default a policy is compared with the scenario, the scenario with the baseline, and with
            `other` the same arm of both.
        other : Results, optional
            Other results, of another scenario or with other overrides. Runs are paired if seed, sampler, and what draws
            have in common are the same; else means are compared, and `why` says why.

        Returns
        -------
        Difference
            Mean with its 95 % confidence interval, and quantiles over runs, in the metric's unit.

        Raises
        ------
        SupplyriskError
            If there is no such metric or arm, or the arm would be compared with itself.
        """
        arm = self._arm(arm, self.arms)
        against = self if other is None else other
        if to is None:
            to = arm if other is not None else "scenario" if arm.startswith("policy:") else "baseline"
        to = against._arm(to, against.arms)
        if against is self and arm == to:
            raise SupplyriskError(f"{arm} can't be compared with itself; say what with: to=")
        label = self._label(metric, product, place, end_use)
        names = dict(zip(DIMENSIONS, label[1:4]))
        one, two = self.values(metric, arm=arm, **names), against.values(metric, arm=to, **names)
        reasons = [] if against is self else self._why_unpaired(against)
        if reasons:
            return unpaired(one.to_numpy(), two.to_numpy(), "; ".join(reasons), label[4])
        both = one.index.intersection(two.index).sort_values()
        return paired(one.loc[both].to_numpy(), two.loc[both].to_numpy(), label[4])

    def _why_unpaired(self, other: Results) -> list[str]:
        draws = [each.runs[each.runs["status"].astype(str) == "ok"] for each in (self, other)]
        return pairing.why_unpaired(self.manifest, other.manifest, (draws[0], draws[1]))

    # --- figures, report --------------------------------------------------------------------------

    @property
    def figures(self) -> dict[str, str]:
        """Names of the figures that can be drawn of these results, and what each shows."""
        from ..report.figures import FIGURES

        return {figure.name: figure.explains for figure in FIGURES if figure.available(self._run)}

    def figure(self, name: str, *, narrow: bool = False) -> Figure:
        """Draw a figure of the report.

        Parameters
        ----------
        name : str
            One of `figures`, such as `price_fan`.
        narrow : bool
            One panel below the other, for a column.

        Returns
        -------
        matplotlib.figure.Figure
            To be shown or saved (`figure.savefig("fan.png")`), or changed before.

        Raises
        ------
        SupplyriskError
            If there is no such figure, or these results hold nothing that it could draw.
        """
        from ..report import style
        from ..report.figures import named

        (figure,) = named([name])
        if not figure.available(self._run):
            raise SupplyriskError(f"these results hold nothing that {name} could draw: {figure.explains}")
        with style.house_style():
            return figure.draw(self._run, style.NARROW if narrow else style.WIDE).figure

    def report(self, *, excel: bool = True) -> Path:
        """Write `report.html`, `report.md`, figures and workbook into the run folder; returns the page.

        Parameters
        ----------
        excel : bool
            Write the workbook too.
        """
        from ..report.build import build_report
        from ..results.lock import locked

        if self.folder is None:
            raise SupplyriskError("these results are held in memory; results.save(folder) first")
        with locked(Store(self.folder)):
            return build_report(self.folder, excel)

    def answer(self) -> str:
        """The answer in words, as the report begins: a headline, sentences below it, and what to be careful about."""
        from ..report.sentences import answer

        said = answer(self._run)
        return "\n".join((*said.cautions, said.headline, *(f"- {text}" for text in said.sentences), *said.notes))

    def save(self, folder: str | Path, *, force: bool = False) -> Results:
        """Write results that are held in memory into a run folder, as the command line would have.

        Parameters
        ----------
        folder : str or Path
            A new or empty folder.
        force : bool
            Replace a run folder that is there.

        Returns
        -------
        Results
            The results in that folder.
        """
        if not isinstance(self._source, InMemory):
            raise SupplyriskError(f"these results are in {self.folder} already")
        self._source.write(check_path("folder", folder, "the path of a run folder"), force)
        return open_run(folder)

    # --- within -----------------------------------------------------------------------------------

    @cached_property
    def _run(self) -> Run:
        from ..report.run import open_run as opened

        return opened(self._source.files())

    @cached_property
    def _labels(self) -> list[Label]:
        return self._source.labels()

    def _arm(self, name: str, known: tuple[str, ...]) -> str:
        for arm in (name, f"policy:{name}"):
            if arm in known:
                return arm
        raise SupplyriskError(f"there is no arm {name}{did_you_mean(name, [a.removeprefix('policy:') for a in known])}")

    def _known_metric(self, metric: str) -> None:
        known = dict.fromkeys(label[0] for label in self._labels)
        if metric not in known:
            raise SupplyriskError(
                f"there is no metric {metric}{did_you_mean(metric, known)}; results.metrics lists all"
            )

    def _label(self, metric: str, product: str | None, place: str | None, end_use: str | None) -> Label:
        """The one row that is meant.

        Raises
        ------
        SupplyriskError
            If there is none, or more than one.
        """
        self._known_metric(metric)
        found = [label for label in self._labels if label[0] == metric]
        given = {"product": product, "place": place, "end_use": end_use}
        for name, usual in USUAL:
            column, wanted = 1 + DIMENSIONS.index(name), given[name]
            known = dict.fromkeys(label[column] for label in found)
            if wanted is not None and wanted not in known:
                what = f"{metric} is not reported for {name.replace('_', ' ')} {wanted}"
                raise SupplyriskError(what + did_you_mean(wanted, known, MOST_LISTED))
            meant = usual if wanted is None else wanted
            if meant in known:
                found = [label for label in found if label[column] == meant]
        if len(found) > 1:
            open_ = [(name, dict.fromkeys(label[i] for label in found)) for i, name in enumerate(DIMENSIONS, start=1)]
            several = [f"{name}= one of {_listed(known)}" for name, known in open_ if len(known) > 1]
            raise SupplyriskError(f"{metric} is reported {len(found)} times; say which: {'; '.join(several)}")
        return found[0]

    def __repr__(self) -> str:
        where = "in memory" if self.folder is None else str(self.folder)
        return f"<results of {self.title!r}: {self.finished:,} runs x {len(self.arms)} arms, {where}>"

    def _repr_html_(self) -> str:
        from ..report.sentences import answer

        counts = f"{self.finished:,} of {len(self.runs):,} runs finished, arms: {', '.join(self.arms)}"
        head = f"<h4>{html.escape(self.title)}</h4><p><em>{html.escape(self.question)}</em></p>"
        if not self.finished:
            return f"{head}<p>{html.escape(counts)}</p>"
        said = answer(self._run)
        points = "".join(f"<li>{html.escape(text)}</li>" for text in said.sentences)
        small = "".join(f"<p>{html.escape(text)}</p>" for text in (*said.cautions, *said.notes, counts))
        return f"{head}<p><strong>{html.escape(said.headline)}</strong></p><ul>{points}</ul><small>{small}</small>"


def open_run(folder: str | Path) -> Results:
    """Open a finished run folder.

    Parameters
    ----------
    folder : str or Path
        What `supplyrisk run` or `run(..., out=folder)` has written.

    Returns
    -------
    Results
        The same as `run` gives.

    Raises
    ------
    SupplyriskError
        If there is no such folder, if its batch has not finished, or if it holds a run folder for each of several
        worlds (the message names them).
    """
    return Results(source_of(check_path("folder", folder, "the path of a run folder")))


def _dimensions(where: Mapping[str, str]) -> Mapping[str, str]:
    for name in where:
        if name not in DIMENSIONS:
            raise SupplyriskError(f"there is no column {name}{did_you_mean(name, DIMENSIONS)}")
    return where


def _rows(table: pd.DataFrame, where: Mapping[str, str | None]) -> pd.DataFrame:
    for column, wanted in where.items():
        if wanted is not None:
            table = table[table[column].astype(str) == wanted]
    return table.reset_index(drop=True)


def _listed(names: Mapping[str, Any]) -> str:
    shown = list(names)[:MOST_LISTED]
    return ", ".join(shown) + (f" and {len(names) - len(shown)} more" if len(names) > len(shown) else "")

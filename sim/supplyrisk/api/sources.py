"""Where results come from: a run folder, or memory. Both give the same tables, bit by bit."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ..errors import SupplyriskError, as_typed
from ..experiment.held import Held
from ..results import frames
from ..results.fan import DIMENSIONS
from ..results.folder import create
from ..results.reader import manifest_of, run_folders
from ..results.stored import read_rows
from ..results.summary_table import read_summary

if TYPE_CHECKING:
    import pandas as pd

Label = tuple[str, str, str, str, str]  # metric, product, place, end use, unit


class Source(Protocol):
    """What results are read from."""

    @property
    def folder(self) -> Path | None:
        """The run folder, if there is one that stays."""

    @property
    def manifest(self) -> Mapping[str, Any]:
        """What was asked for, with which versions."""

    def files(self) -> Path:
        """A folder with the tables."""

    def runs(self) -> pd.DataFrame:
        """`runs.parquet`."""

    def outcomes(self) -> pd.DataFrame:
        """`outcomes.parquet`."""

    def summary(self) -> pd.DataFrame:
        """`summary.csv`."""

    def labels(self) -> list[Label]:
        """What every run reports, in the order of the tables."""

    def values(self, arm: str, label: Label) -> tuple[Any, Any]:
        """Numbers of runs, and their values of one row."""


class InFolder:
    """A finished run folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def folder(self) -> Path | None:
        return self.path

    @cached_property
    def manifest(self) -> Mapping[str, Any]:
        return manifest_of(self.path)

    def files(self) -> Path:
        return self.path

    def runs(self) -> pd.DataFrame:
        return read_rows(self.path / "runs.parquet")

    def outcomes(self) -> pd.DataFrame:
        return read_rows(self.path / "outcomes.parquet")

    @cached_property
    def _summary(self) -> pd.DataFrame:
        return read_summary(self.path / "summary.csv")

    def summary(self) -> pd.DataFrame:
        return self._summary

    def labels(self) -> list[Label]:
        first = self._summary[self._summary["arm"].astype(str) == str(self.manifest["arms"][0])]
        return list(first[["metric", *DIMENSIONS, "unit"]].astype(str).itertuples(index=False, name=None))

    def values(self, arm: str, label: Label) -> tuple[Any, Any]:
        where = dict(zip(("metric", *DIMENSIONS), label), arm=arm)
        table = read_rows(self.path / "outcomes.parquet", where, ["run", "value"])
        return table["run"].to_numpy(), table["value"].to_numpy(dtype=float)


@dataclass(frozen=True)
class Texts:
    """What is kept beside the tables: the scenario as run, and the sources of its numbers."""

    scenario: str = ""
    sources: str = ""


class InMemory:
    """Runs that are held in memory; files are written, to a temporary folder, when they are first needed."""

    folder: Path | None = None

    def __init__(self, held: Held, texts: Texts) -> None:
        self.held = held
        self.texts = texts
        self._made = held.ready.layout

    @property
    def manifest(self) -> Mapping[str, Any]:
        return self.held.manifest

    def write(self, folder: Path, force: bool = False) -> None:
        """Make a run folder of it."""
        self.held.write(partial(create, folder, force), self.texts.scenario, self.texts.sources)

    @cached_property
    def _files(self) -> Path:
        above = Path(tempfile.mkdtemp(prefix="supplyrisk-"))
        weakref.finalize(self, shutil.rmtree, above, ignore_errors=True)
        self.write(above / str(self.manifest["resolved"]["name"]))
        return above / str(self.manifest["resolved"]["name"])

    def files(self) -> Path:
        return self._files

    def runs(self) -> pd.DataFrame:
        return frames.runs_frame(self._made, self.held.chunks)

    def outcomes(self) -> pd.DataFrame:
        return frames.outcomes_frame(self._made, self.held.chunks)

    def summary(self) -> pd.DataFrame:
        return frames.summary_frame(self._made, self.held.chunks)

    def labels(self) -> list[Label]:
        return [(o.metric, o.product, o.place, o.end_use, o.unit) for o in self._made.outcomes]

    @cached_property
    def _places(self) -> dict[Label, int]:
        return {label: number for number, label in enumerate(self.labels())}

    def values(self, arm: str, label: Label) -> tuple[Any, Any]:
        return frames.by_run(self.held.chunks, self._made.columns.index(arm), self._places[label])


def source_of(folder: str | Path) -> InFolder:
    """A finished run folder.

    Raises
    ------
    SupplyriskError
        If it is none, is not finished, or holds one for each of several worlds.
    """
    from ..experiment.stages import FINISHED

    path = Path(folder)
    below = run_folders(path)
    if below != [path]:
        raise SupplyriskError(f"{path} holds a run folder for each world: open {' or '.join(map(str, below))}")
    found = InFolder(path)
    manifest = found.manifest
    if manifest["status"] != FINISHED:
        raise SupplyriskError(f"{path} is not finished (it is {manifest['status']}): {as_typed('resume', str(path))}")
    return found

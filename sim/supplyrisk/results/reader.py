"""The one reader of a finished run folder: its scenario, typed, the sources of its numbers, and its tables.

Tables are read no further than needed, whatever the length of a batch, and whether it kept the series of every run or
their quantiles only. In here "" stands for "not split by this dimension", which the files write as `all`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..bounded import path_is_folder
from ..errors import SupplyriskError
from ..spec.frozen import thaw_scenario
from .damaged import reading
from .store import Store, StoreError
from .stored import StoredTables

if TYPE_CHECKING:
    from ..spec.resolved import SampledColumn, Scenario


class NotARunFolder(SupplyriskError):
    """The folder can't be read as results; the message says why, in one sentence."""


def manifest_of(folder: Path) -> dict[str, Any]:
    """The manifest of a run folder, or of a folder that holds one per world.

    Raises
    ------
    NotARunFolder
        If there is none, or its batch was ended before it began.
    """
    if not path_is_folder(folder):
        raise NotARunFolder(f"{folder} is not a folder")
    try:
        manifest = Store(folder).manifest()
    except StoreError as error:
        raise NotARunFolder(str(error)) from error
    if "study" in manifest:
        raise NotARunFolder(f"{folder} holds a study, not a run: its tables are cells.parquet and study.xlsx")
    if not {"resolved", "worlds"} & set(manifest):
        raise NotARunFolder(f"{folder} holds no runs yet: its batch was ended before it began")
    return manifest


def run_folders(folder: Path) -> list[Path]:
    """The folder itself, or, where it holds a run folder for each of several worlds, those that are there.

    Raises
    ------
    NotARunFolder
        If it is neither, or none of the worlds was begun.
    """
    manifest = manifest_of(folder)
    if "resolved" in manifest:
        return [folder]
    names = [str(name) for name in manifest["worlds"]]
    found = [folder / name for name in names if (folder / name / "manifest.json").exists()]
    if not found:
        raise NotARunFolder(f"{folder} names the worlds {', '.join(names)}, but holds no run of any of them")
    return found


@dataclass
class RunFolder(StoredTables):
    """One finished (or interrupted) run folder.

    Parameters
    ----------
    path : Path
        The folder.
    manifest : mapping
        Its manifest (see `manifest_of`).
    """

    path: Path
    manifest: Mapping[str, Any]
    _cache: dict[Any, Any] = field(default_factory=dict, repr=False)

    # --- what was run -----------------------------------------------------------------------------

    @cached_property
    def scenario(self) -> Scenario:
        """The resolved scenario, as it was run.

        Raises
        ------
        NotARunFolder
            If the folder was written by a version whose scenarios were other ones.
        """
        try:
            return thaw_scenario(self.manifest["resolved"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            why = " ".join(str(error).split())
            raise NotARunFolder(
                f"{self.path}: the scenario in its manifest is not one of this version ({why}); run it again"
            ) from error

    @property
    def arms(self) -> tuple[str, ...]:
        """`baseline`, `scenario` and the policies, in the order of the scenario file."""
        return tuple(arm.name for arm in self.scenario.arms)

    @property
    def main_arm(self) -> str:
        """The arm the answer is about: the scenario, or the baseline if there is nothing else."""
        return "scenario" if "scenario" in self.arms else self.arms[0]

    @property
    def sampled(self) -> tuple[SampledColumn, ...]:
        """The uncertain numbers."""
        return self.scenario.sampled

    @cached_property
    def centrals(self) -> Mapping[str, float]:
        """Central value of every uncertain number, by name."""
        return {column.name: column.central for column in self.sampled}

    @cached_property
    def sources(self) -> tuple[Mapping[str, str], ...]:
        """Rows of `sources.csv`: the numbers of the world that was run. Nothing if the folder holds none."""
        return tuple(csv.DictReader(io.StringIO(self.text("sources.csv"), newline="")))

    # --- runs -------------------------------------------------------------------------------------

    @property
    def n_failed(self) -> int:
        """Runs that did not."""
        return len(self.runs) - self.n_ok

    @cached_property
    def messages(self) -> list[tuple[str, str]]:
        """Status and message of every run, in order; read without the rest of the table."""
        import pyarrow.parquet as pq

        file = self.path / "runs.parquet"
        if not file.is_file():
            return []
        with reading(file), pq.ParquetFile(file) as stored:
            if "message" not in stored.schema_arrow.names:
                return []
            table = stored.read(columns=["status", "message"])
        return list(
            zip(table["status"].to_pylist(), (text or "" for text in table["message"].to_pylist()), strict=True)
        )

    @property
    def failure_messages(self) -> list[str]:
        """Why runs failed, each reason once, five at most."""
        return list(dict.fromkeys(text for status, text in self.messages if status != "ok" and text))[:5]

    def text(self, name: str) -> str:
        """A text that is kept with the results (`scenario.yaml`, `sources.csv`); "" if it is not there."""
        file = self.path / name
        return file.read_text(encoding="utf-8") if file.exists() else ""

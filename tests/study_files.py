"""Small studies on the invented world, for the tests of the studies room."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from supplyrisk.errors import Problems
from supplyrisk.results.folder import create
from supplyrisk.studies.load import LoadedStudy, read_study
from supplyrisk.studies.run import StudyOptions, StudyOutcome, run_study

from .spec_files import GOOD, put

QUICK = StudyOptions(engine="reference", workers=1, page=False)
SHORT = GOOD.replace("years: 3", "years: 1").replace("runs: 100", "runs: 4")
SWEEP = """\
study: sweep
title: How long the ban
scenario: s.yaml
over:
  - path: events.ban.duration
    name: length
    values: [4 weeks, 12 weeks, 20 weeks]
outcomes: [shortage_unserved_weeks, price_paid_peak_index]
runs: 3
"""


def study(folder: Path, text: str, scenario: str = SHORT, sets: Sequence[str] = ()) -> LoadedStudy:
    """A study file beside its scenario, read."""
    put(folder, scenario)
    return read_study(put(folder, text, "study.yaml"), sets)


def faults(folder: Path, text: str, scenario: str = SHORT) -> list[str]:
    """Problems of a study, with the folder left out."""
    try:
        study(folder, text, scenario)
    except Problems as error:
        return [str(problem).replace(f"{folder}/", "") for problem in error.problems]
    return []


def run(loaded: LoadedStudy, out: Path, options: StudyOptions = QUICK, **given: Any) -> StudyOutcome:
    """Run a study into a new folder."""
    return run_study(loaded, lambda: create(out), options, **given)

"""Quotes are before duties: a report says what is paid with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from supplyrisk.experiment.batch import Options, run_batch
from supplyrisk.report.duty_words import price_with_duties
from supplyrisk.report.run import Run, open_run
from supplyrisk.report.sentences import answer
from supplyrisk.results.folder import create
from supplyrisk.spec.load import text_scenario

TEXT = """
title: A tax on exports
world: bismuth
horizon: {{start: 2026-01-01, years: 0.4}}
outlook: calm
baseline: {{error_level: 0, error_weekly: 0, error_shift: 0}}
monte_carlo: {{runs: 2}}
events:
  - {{type: {event}, origins: CN, products: bismuth_metal, start: 2026-02-01}}
"""


def run_of(folder: Path, event: str) -> Run:
    scenario = text_scenario(TEXT.format(event=event), Path("tax.yaml")).scenarios[0]
    run_batch(scenario, lambda: create(folder), Options(engine="reference", workers=1))
    return open_run(folder)


def test_what_is_paid_under_a_tax_is_told(tmp_path: Path) -> None:
    """A tax of 100 %: what comes from China costs twice the price there."""
    run = run_of(tmp_path / "tax", "export_tax, rate: 100 %")
    paid = run.outcomes("price_paid_peak_index", ["scenario"], product="bismuth_metal", place="exCN")["value"].median()
    told = price_with_duties(run)
    assert told in answer(run).notes
    assert told.startswith("Quoted prices are before duties. With them bismuth metal outside China costs ")
    assert float(told.split(" costs ")[1].split(" times")[0]) == pytest.approx(paid, abs=0.06)
    assert paid > 1.5


def test_nothing_is_said_without_a_duty(tmp_path: Path) -> None:
    assert price_with_duties(run_of(tmp_path / "ban", "export_ban, share: 30 %")) == ""

"""The register of forecasts: read strictly, recorded once, graded by known rules."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from supplyrisk.cli import main
from supplyrisk.errors import Problems
from supplyrisk.forecast.register import LEVELS, crps_of_quantiles, read_register, record_missing
from supplyrisk.forecast.scoreboard import scoreboard
from supplyrisk.shipped import scenarios_folder

SCENARIO = """
title: China stops exports of gallium for a year
world: gallium
horizon: {start: 2026-01-01, years: 2}
outlook: calm
events:
  - {name: ban, type: export_ban, origins: CN, start: 2026-04-01, duration: 1 year, share: {uniform: [20 %, 100 %]}}
monte_carlo: {runs: 50, seed: 3, sampler: lhs}
"""
QUESTIONS = """id,made,scenario,question,variable,product,place,period,over,above,holds_if,settled_by
dear,2026-01-01,ban.yaml,Price abroad in June over January,price_spot_index,crude_gallium,exCN,2026-06,2026-01,2,,an agency
late,2026-01-01,ban.yaml,Price abroad in December,price_spot_index,crude_gallium,exCN,2026-12,,,no truce,an agency
"""


@pytest.fixture
def register(tmp_path: Path) -> Path:
    (tmp_path / "ban.yaml").write_text(SCENARIO)
    (tmp_path / "questions.csv").write_text(QUESTIONS)
    return tmp_path


def test_crps_of_a_uniform_distribution() -> None:
    """U(0, 1) seen at 0.5: the integral of (F - 1(x > 0.5))² is 2 x 0.5³/3 = 1/12; seen at 1: 1/3."""
    assert crps_of_quantiles(LEVELS, 0.5) == pytest.approx(1.0 / 12.0, abs=0.006)
    assert crps_of_quantiles(LEVELS, 1.0) == pytest.approx(1.0 / 3.0, abs=0.02)
    assert crps_of_quantiles([2.0] * len(LEVELS), 2.5) == pytest.approx(0.5)  # of a single number the distance


def test_a_record_is_made_once_and_never_changed(register: Path) -> None:
    made = record_missing(register, 50, dt.date(2026, 1, 1))
    assert [one.id for one in made] == ["dear", "late"]
    first = (register / "records.csv").read_text()
    assert record_missing(register, 60, dt.date(2026, 2, 2)) == []
    assert (register / "records.csv").read_text() == first
    again = (register / "questions.csv").read_text() + QUESTIONS.splitlines()[2].replace("late", "later") + "\n"
    (register / "questions.csv").write_text(again)
    record_missing(register, 50, dt.date(2026, 2, 2))
    assert (register / "records.csv").read_text().startswith(first)
    one, _, three = (grade.record for grade in read_register(register))
    assert one is not None
    assert three is not None
    assert list(one.quantiles) == sorted(one.quantiles)
    below = float(np.interp(2.0, one.quantiles, LEVELS, left=0.0, right=1.0))
    assert one.p_above == pytest.approx(1.0 - below, abs=0.1)
    assert three.quantiles == made[1].quantiles  # the same question of the same scenario
    assert three.p_above is None


def test_grades(register: Path) -> None:
    record_missing(register, 50, dt.date(2026, 1, 1))
    text = scoreboard(read_register(register))
    assert "**2 forecasts are open, none has been graded yet.**" in text
    dear = read_register(register)[0].record
    assert dear is not None
    assert dear.p_above is not None
    middle = dear.quantiles[9]
    (register / "observations.csv").write_text(
        f"id,value,seen,source\ndear,{middle},2026-07-03,an agency\nlate,99,2027-01-04,x\n"
    )
    first, second = read_register(register)
    assert first.in_80 is True
    assert second.in_80 is False
    assert first.brier == pytest.approx((dear.p_above - float(middle > 2.0)) ** 2)
    assert math.isnan(second.brier)
    text = scoreboard([first, second])
    assert "**2 of 2 graded: 1 inside the 80 % band (8 in 10 should be); mean Brier score" in text
    assert "| 99 | **miss**, CRPS " in text
    assert "Holds if: no truce." in text


def test_exports_in_tonnes_swing_by_shipments(register: Path) -> None:
    """The same runs: with shipments of 20 t the band of two months' exports of gallium is wider, and its mean the same."""
    (register / "even.yaml").write_text(SCENARIO + "baseline: {shipment_t: 0 t}\n")
    (register / "lots.yaml").write_text(SCENARIO + "baseline: {shipment_t: 20 t}\n")
    head = QUESTIONS.splitlines()[0]
    rows = [
        f"{name},2026-01-01,{name}.yaml,Exports a month,export_t,crude_gallium,CN>,2026-02..2026-03,,,,customs"
        for name in ("even", "lots")
    ]
    (register / "questions.csv").write_text("\n".join([head, *rows]) + "\n")
    even, lots = record_missing(register, 50, dt.date(2026, 1, 1))
    low, high = LEVELS.index(0.1), LEVELS.index(0.9)
    assert lots.quantiles[high] - lots.quantiles[low] > 3.0 * (even.quantiles[high] - even.quantiles[low])
    assert np.mean(lots.quantiles) == pytest.approx(np.mean(even.quantiles), rel=0.25)
    assert "| February 2026 to March 2026 |" in scoreboard(read_register(register))


def test_all_faults_at_once(register: Path) -> None:
    rows = QUESTIONS.replace("2026-06,2026-01,2", "2025-06,2026-01,two").replace(
        "ban.yaml,Price abroad in D", "bun.yaml,Price abroad in D"
    )
    (register / "questions.csv").write_text(rows)
    (register / "observations.csv").write_text("id,value,seen,source\ndeer,1.0,2026-07,\n")
    with pytest.raises(Problems) as found:
        read_register(register)
    text = str(found.value)
    assert "questions.csv:2:" in text
    assert "must be a number (got two)" in text
    assert "observations.csv:2:" in text
    assert "must be a day like 2026-11-26 (got 2026-07)" in text
    assert "source: must not be empty" in text
    (register / "questions.csv").write_text(rows.replace("two", "2").replace("2025-06", "2026-06"))
    (register / "observations.csv").write_text("id,value,seen,source\ndeer,1.0,2026-07-01,x\n")
    with pytest.raises(Problems, match=r"no question deer; did you mean dear") as found:
        read_register(register)
    assert "no such file (got bun.yaml)" in str(found.value)


def test_what_the_world_does_not_have_records_nothing(register: Path) -> None:
    (register / "questions.csv").write_text(QUESTIONS.replace("exCN,2026-12", "exCX,2030-12"))
    with pytest.raises(Problems, match="no place is called exCX") as found:
        record_missing(register, 50, dt.date(2026, 1, 1))
    assert "lies outside the horizon of ban.yaml" in str(found.value)
    assert not (register / "records.csv").exists()


# --- what is shipped --------------------------------------------------------------------------------
def test_every_shipped_forecast_is_recorded_and_the_page_is_up_to_date() -> None:
    folder = scenarios_folder() / "forecasts"
    grades = read_register(folder)
    assert len(grades) >= 20
    assert all(one.record is not None and one.record.runs >= 1000 for one in grades)
    page = Path(__file__).parents[1] / "docs" / "forecasts.md"
    assert page.read_text(encoding="utf-8") == scoreboard(grades)


def test_the_command_shows_and_writes_the_scoreboard(tmp_path: Path) -> None:
    shown = CliRunner().invoke(main, ["grade"])
    assert shown.output.startswith("# Forecasts on record")
    written = CliRunner().invoke(main, ["grade", "--page", str(tmp_path / "page.md")])
    assert written.exit_code == 0
    assert (tmp_path / "page.md").read_text() + "\n" == shown.output
    assert CliRunner().invoke(main, ["grade", str(tmp_path)]).exit_code == 2

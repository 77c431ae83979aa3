"""The answer says what the ensemble says: on ensembles written down number by number."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.report.run import open_run
from sim.report.sentences import answer
from sim.report.timeline import timeline
from tests.report_runs import handmade_outcomes, make_run_folder, resolved_scenario, write_run_folder

Values = dict[tuple[str, str, str, str, str, str], np.ndarray]


def handmade(folder: Path, n: int, change: Values | None = None, policies: tuple[str, ...] = ()) -> Path:
    """`n` runs whose numbers are known: the peak is 2 + i/n times, the shortage 1 to 11 %, 10 to 30 weeks."""
    i = np.arange(n) / max(n - 1, 1)
    ht, oxide = "ht_magnet", "dytb_oxide"
    values: Values = {
        ("scenario", "price_spot_peak_index", oxide, "exCN", "all", "index"): 2.0 + 2.0 * i,
        ("scenario", "price_spot_peak_index", oxide, "CN", "all", "index"): np.full(n, 1.01),
        ("scenario-baseline", "price_spot_peak_index", oxide, "exCN", "all", "index"): 1.0 + 2.0 * i,
        ("scenario", "price_paid_peak_index", oxide, "exCN", "all", "index"): 1.0 + 0.2 * i,
        ("scenario", "price_spot_peak_week", oxide, "exCN", "all", "week"): np.full(n, 22.0),
        ("scenario", "price_spot_recovery_week", oxide, "exCN", "all", "week"): 40.0 + 10 * i,
        ("scenario", "shortage_percent", ht, "exCN", "all", "%"): 1.0 + 10.0 * i,
        ("scenario", "shortage_percent", ht, "world", "all", "%"): 0.5 + 5.0 * i,
        ("scenario", "shortage_percent", ht, "world", "ev_traction", "%"): 2.0 + 5.0 * i,
        ("scenario", "shortage_percent", ht, "world", "wind", "%"): 1.0 + 1.0 * i,
        ("scenario", "shortage_percent", ht, "JP", "all", "%"): 2.0 + 10.0 * i,
        ("scenario", "shortage_percent", ht, "DE", "all", "%"): 1.0 + 8.0 * i,
        ("scenario-baseline", "shortage_percent", ht, "exCN", "all", "%"): 1.0 + 10.0 * i,
        ("scenario", "weeks_short", ht, "exCN", "all", "weeks"): 10.0 + 20.0 * i,
        ("scenario", "first_week_short", ht, "DE", "all", "week"): np.full(n, 20.0),
        ("scenario", "first_week_short", ht, "JP", "all", "week"): np.where(i < 0.25, 18.0, 25.0),
        ("scenario-baseline", "output_at_risk_usd", "all", "world", "all", "USD"): 1e9 * (1 + 0.84 * i),
        ("scenario-baseline", "output_at_risk_usd", "all", "JP", "all", "USD"): 0.8e9 * (1 + 0.84 * i),
    }
    for rank, policy in enumerate(policies):
        key = (f"policy:{policy}-scenario", "shortage_percent", ht, "exCN", "all", "%")
        values[key] = (-3.1 + 2.0 * rank) * (0.5 + i)
    values |= change or {}
    arms = ("baseline", "scenario", *(f"policy:{p}" for p in policies))
    runs: dict[str, Any] = {"run": np.arange(n), "status": ["ok"] * n, "message": [""] * n}
    scenario = resolved_scenario(730, arms, n, 1, 1.0)
    runs |= {s["name"]: np.linspace(0, 1, n) for s in scenario["sampled"]}
    return write_run_folder(folder, scenario, pd.DataFrame(runs), handmade_outcomes(values))


def said(folder: Path) -> str:
    return " ".join(answer(open_run(folder)).sentences)


def test_price_sentence_gives_median_interval_and_month(tmp_path: Path) -> None:
    first = answer(open_run(handmade(tmp_path, 201))).sentences[0]
    assert first.startswith("In half of the runs the spot price of Dy/Tb oxide outside China peaks at 3.0 times")
    assert "(90 % of runs: 2.1 to 3.9 times)" in first
    assert "around May 2025" in first  # week 22 begins on 28 May
    assert "spot in China does not rise noticeably" in first


def test_shortage_sentence_gives_weeks_loss_first_place_and_one_run_in_ten(tmp_path: Path) -> None:
    second = answer(open_run(handmade(tmp_path, 201))).sentences[1]
    assert "for 20 weeks or more (90 % of runs: 11 to 29 weeks)" in second
    assert "first in Germany (75 % of the runs" in second
    assert "6.0 % of the whole period's use is lost (90 % of runs: 1.5 to 10.5 %)" in second
    assert "in one run in ten it lasts 28 weeks or more, and in one run in ten the loss is 10 % or more" in second


def test_hardest_hit_and_money(tmp_path: Path) -> None:
    sentences = answer(open_run(handmade(tmp_path, 201))).sentences
    assert "Hardest hit is Japan, which loses 7.0 % of the high-temperature magnets" in sentences[2]
    assert "electric-vehicle traction with 4.5 %" in sentences[2]
    assert "output worth USD 1.4 billion (90 % of runs: USD 1.0 to 1.8 billion) at risk" in sentences[3]
    assert "most of it in Japan (USD 1.1 billion)" in sentences[3]


def test_recovery_is_the_fifth_sentence_without_policies(tmp_path: Path) -> None:
    sentences = answer(open_run(handmade(tmp_path, 201))).sentences
    assert len(sentences) == 5
    assert "is back within 10 % of normal by November 2025; in one run in ten not before December 2025" in sentences[4]


def test_recovery_beyond_the_horizon(tmp_path: Path) -> None:
    key = ("scenario", "price_spot_recovery_week", "dytb_oxide", "exCN", "all", "week")
    text = said(handmade(tmp_path, 201, {key: np.full(201, 105.0)}))
    assert "is not back within 10 % of normal before the end of the period (December 2026)" in text


def test_policies_are_ranked_by_what_they_avert(tmp_path: Path) -> None:
    last = answer(open_run(handmade(tmp_path, 201, policies=("stockpile", "fast_licences", "nothing")))).sentences[4]
    assert last.startswith("Of the three policies tried, stockpile lowers the loss of high-temperature magnets outside")
    assert "by 3.1 percentage points from 6 % (90 % of runs: 1.7 to 4.5 points less)" in last
    assert "fast licences by 1.1" in last
    assert "nothing makes it larger" in last


def test_a_policy_that_helps_in_some_runs_and_harms_in_others_is_told_so(tmp_path: Path) -> None:
    n = 201
    key = ("policy:maybe-scenario", "shortage_percent", "ht_magnet", "exCN", "all", "%")
    text = said(handmade(tmp_path, n, {key: np.linspace(-1.0, 1.1, n)}, policies=("stockpile", "maybe")))
    assert "the effect of maybe goes either way" in text
    assert "maybe makes it larger" not in text


def test_a_price_still_rising_at_the_end_is_told_so(tmp_path: Path) -> None:
    key = ("scenario", "price_spot_peak_week", "dytb_oxide", "exCN", "all", "week")
    weeks = np.where(np.arange(201) % 2 == 0, 104.0, 60.0)
    first = answer(open_run(handmade(tmp_path, 201, {key: weeks}))).sentences[0]
    assert "in 50 % of the runs, still rising when the period ends" in first


def test_fewer_runs_are_told_with_less_certainty(tmp_path: Path) -> None:
    many, some = said(handmade(tmp_path / "a", 201)), said(handmade(tmp_path / "b", 60))
    assert "In half of the runs" in many
    assert "roughly" not in many
    assert "In about half of the runs" in some
    assert "in roughly one run in ten" in some


@pytest.mark.parametrize("n", [1, 3, 29])
def test_too_few_runs_say_so_and_speak_of_no_probability(tmp_path: Path, n: int) -> None:
    found = answer(open_run(handmade(tmp_path, n)))
    assert found.kind == "few"
    assert "this batch is too small" in found.cautions[0]
    text = " ".join(found.sentences)
    assert "one run in ten" not in text
    assert "90 %" not in text
    assert "half of the runs" not in text


def test_nobody_is_short_in_any_run(tmp_path: Path) -> None:
    zero = np.zeros(201)
    changed: Values = {("scenario", "weeks_short", "ht_magnet", "exCN", "all", "weeks"): zero}
    assert "In none of 201 runs" in said(handmade(tmp_path, 201, changed))


def test_a_shortage_in_a_minority_of_runs_is_not_told_as_the_median(tmp_path: Path) -> None:
    weeks = np.where(np.arange(200) < 40, 8.0, 0.0)
    changed: Values = {("scenario", "weeks_short", "ht_magnet", "exCN", "all", "weeks"): weeks}
    text = answer(open_run(handmade(tmp_path, 200, changed))).sentences[1]
    assert text.startswith("In 20 % of the runs more than 1 %")


def test_nothing_happens(tmp_path: Path) -> None:
    found = answer(open_run(make_run_folder(tmp_path, runs=40, strength=0.0, days=200, arms=("baseline", "scenario"))))
    assert found.kind == "nothing"
    assert "There are no events, and nothing happens" in found.sentences[0]
    assert len(found.sentences) == 1


def test_events_without_effect(tmp_path: Path) -> None:
    n = 50
    flat: Values = {
        ("scenario", "price_spot_peak_index", "dytb_oxide", "exCN", "all", "index"): np.full(n, 1.001),
        ("scenario-baseline", "price_spot_peak_index", "dytb_oxide", "exCN", "all", "index"): np.full(n, 0.001),
        ("scenario-baseline", "shortage_percent", "ht_magnet", "exCN", "all", "%"): np.full(n, 0.001),
    }
    found = answer(open_run(handmade(tmp_path, n, flat)))
    assert found.kind == "nothing"
    assert "Nothing happens that users of the material would notice" in found.sentences[0]
    assert "in 95 % of the runs" in found.sentences[0]


def test_all_runs_failed(tmp_path: Path) -> None:
    found = answer(open_run(make_run_folder(tmp_path, runs=5, failed=5)))
    assert found.kind == "failed"
    assert found.sentences == (
        "All 5 runs failed, so there is no answer. The first message was: stock became negative on day 200.",
    )


def test_some_runs_failed(tmp_path: Path) -> None:
    found = answer(open_run(make_run_folder(tmp_path, runs=40, failed=4, days=400, arms=("baseline", "scenario"))))
    assert any(c.startswith("4 of 40 runs failed and are left out") for c in found.cautions)
    assert len(found.sentences) == 5


def test_every_sentence_ends_once_and_has_no_wall_of_decimals(tmp_path: Path) -> None:
    for n in (1, 40, 201):
        for text in answer(open_run(handmade(tmp_path / str(n), n, policies=("a", "b")))).sentences:
            assert text.endswith(".")
            assert ".." not in text
            assert "  " not in text
            assert not re.search(r"\d\.\d{3}", text)
            assert "nan" not in text


def test_timeline_is_in_order_and_holds_events_and_findings(tmp_path: Path) -> None:
    moments = timeline(open_run(make_run_folder(tmp_path, runs=40, days=600)))
    assert [m.date for m in moments] == sorted(m.date for m in moments)
    kinds = {m.kind for m in moments}
    assert kinds == {"event", "policy", "finding"}
    text = " | ".join(m.text for m in moments)
    for part in ("has doubled", "at their lowest", "First country", "at its worst", "queue for licences", "any more"):
        assert part in text

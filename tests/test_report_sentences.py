"""The answer says what the ensemble says: on ensembles written down number by number."""

from __future__ import annotations

import json
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
    assert "In none of 201 runs is" in said(handmade(tmp_path, 201, changed))


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


# --- edges: what an analyst would stumble over -------------------------------------------------------


POLICY = ("shortage_percent", "ht_magnet", "exCN", "all", "%")


def titled(folder: Path, **titles: str) -> Path:
    """Give policies the titles a scenario file would."""
    manifest = json.loads((folder / "manifest.json").read_text())
    for arm in manifest["resolved"]["arms"]:
        arm["title"] = titles.get(arm["name"].removeprefix("policy:"), "")
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def test_policies_are_called_by_their_titles_and_else_by_their_names(tmp_path: Path) -> None:
    folder = handmade(tmp_path, 201, policies=("stockpile", "fast_licences"))
    last = answer(open_run(titled(folder, stockpile="60 days in store, in Japan"))).sentences[4]
    assert last.startswith("Of the two policies tried, “60 days in store, in Japan” lowers the loss")
    assert "; fast licences by 1.1" in last
    assert "stockpile" not in last


def test_policies_of_little_effect_are_told_together(tmp_path: Path) -> None:
    n = 201
    changed: Values = {(f"policy:{p}-scenario", *POLICY): np.linspace(-0.02, 0.01, n) for p in ("b", "c")}
    text = said(handmade(tmp_path, n, changed, policies=("stockpile", "b", "c")))
    assert text.endswith("; b and c change it little.")
    changed = {(f"policy:{p}-scenario", *POLICY): np.linspace(-0.03, 0.02, n) for p in ("b", "c", "d")}
    text = said(handmade(tmp_path / "none", n, changed, policies=("b", "c", "d")))
    assert text.endswith(
        "None of the three policies tried noticeably lowers the loss of high-temperature magnets outside China in "
        "half of the runs."
    )


@pytest.mark.parametrize(
    ("worse", "end"), [(("b",), "; b makes it larger."), (("b", "c"), "; c and b make it larger.")]
)
def test_policies_that_only_harm(tmp_path: Path, worse: tuple[str, ...], end: str) -> None:
    n = 201
    changed: Values = {("policy:a-scenario", *POLICY): np.zeros(n)}
    changed |= {(f"policy:{p}-scenario", *POLICY): np.linspace(1.0, 2.0 - 0.1 * i, n) for i, p in enumerate(worse)}
    text = said(handmade(tmp_path, n, changed, policies=("a", *worse)))
    assert "policies tried noticeably lowers" in text
    assert text.endswith(end)


def test_the_only_policy(tmp_path: Path) -> None:
    text = answer(open_run(handmade(tmp_path, 201, policies=("stockpile",)))).sentences[4]
    assert text.startswith(
        "The only policy tried, stockpile, lowers the loss of high-temperature magnets outside China, by"
    )
    key = ("policy:stockpile-scenario", *POLICY)
    text = said(handmade(tmp_path / "idle", 201, {key: np.zeros(201)}, policies=("stockpile",)))
    assert "The only policy tried does not noticeably lower the loss" in text


def test_a_relief_that_may_be_harm_says_so(tmp_path: Path) -> None:
    key = ("policy:stockpile-scenario", *POLICY)
    text = said(handmade(tmp_path, 201, {key: np.linspace(-4.0, 1.0, 201)}, policies=("stockpile",)))
    assert "by 1.5 percentage points from 6 % (90 % of runs: from 0.75 points more to 3.8 points less)" in text


def test_the_price_of_what_users_buy_is_told_where_the_headline_is_a_material(tmp_path: Path) -> None:
    n = 201
    key = ("scenario", "price_spot_peak_index", "ht_magnet", "exCN", "all", "index")
    first = answer(open_run(handmade(tmp_path, n, {key: np.linspace(1.2, 1.6, n)}))).sentences[0]
    assert first.endswith(
        "spot high-temperature magnets outside China at 1.4 times normal (90 % of runs: 1.2 to 1.6 times)."
    )
    first = answer(open_run(handmade(tmp_path / "flat", n, {key: np.full(n, 1.01)}))).sentences[0]
    assert first.endswith("no spot price of what users buy rises by more than 1 %.")


def test_nowhere_short_is_said_of_all_zones_only_if_it_is_so(tmp_path: Path) -> None:
    n = 201
    zero = np.zeros(n)
    none: Values = {("scenario", "weeks_short", "ht_magnet", "exCN", "all", "weeks"): zero}
    assert "wanted anywhere physically missing in any week" in said(handmade(tmp_path / "a", n, none))
    some = none | {("scenario", "weeks_short", "ht_magnet", "CN", "all", "weeks"): zero + 3}
    text = said(handmade(tmp_path / "b", n, some))
    assert "wanted outside China physically missing in any week" in text
    one = said(handmade(tmp_path / "c", 1, {key: x[:1] for key, x in none.items()}))
    assert (
        "In the only run no more than 1 % of the high-temperature magnets wanted anywhere is physically missing" in one
    )


def test_one_week_is_not_one_weeks(tmp_path: Path) -> None:
    key = ("scenario", "weeks_short", "ht_magnet", "exCN", "all", "weeks")
    text = answer(open_run(handmade(tmp_path, 201, {key: np.ones(201)}))).sentences[1]
    assert "physically missing for 1 week or more," in text
    assert "it lasts 1 week or more" in text


@pytest.mark.parametrize(
    ("n", "rate"), [(20, "In 4 of 20 runs"), (60, "In 12 of 60 runs"), (200, "In 20 % of the runs")]
)
def test_a_rate_is_as_fine_as_the_number_of_runs_allows(tmp_path: Path, n: int, rate: str) -> None:
    key = ("scenario", "weeks_short", "ht_magnet", "exCN", "all", "weeks")
    weeks = np.where(np.arange(n) < n // 5, 8.0, 0.0)
    assert answer(open_run(handmade(tmp_path, n, {key: weeks}))).sentences[1].startswith(rate)


def test_a_single_run_is_told_as_it_is(tmp_path: Path) -> None:
    text = said(handmade(tmp_path, 1))
    assert (
        "In the only run the spot price of Dy/Tb oxide outside China peaks at 2 times its normal level, around" in text
    )
    assert "physically missing for 10 weeks, first in" in text
    assert "or more" not in text


def test_two_runs_have_no_middle_one(tmp_path: Path) -> None:
    assert answer(open_run(handmade(tmp_path, 2))).sentences[0].startswith("In the middle of the 2 runs")


def test_an_unfinished_batch_says_how_much_of_it_is_told(tmp_path: Path) -> None:
    folder = handmade(tmp_path, 40)
    manifest = json.loads((folder / "manifest.json").read_text()) | {"status": "interrupted", "runs": 200}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert answer(open_run(folder)).cautions == (
        "The batch was not finished (interrupted): 40 of 200 runs are in this report.",
    )


@pytest.mark.parametrize(
    ("runs", "start"), [(0, "No run has finished"), (1, "The only run failed, so there is no answer")]
)
def test_none_and_one_failed_run(tmp_path: Path, runs: int, start: str) -> None:
    folder = make_run_folder(tmp_path, runs=1, failed=1)
    if not runs:
        (folder / "runs.parquet").unlink()
    found = answer(open_run(folder))
    assert found.kind == "failed"
    assert len(found.sentences) == 1
    assert found.sentences[0].startswith(start)
    assert not found.sentences[0].endswith("..")


def with_prices(folder: Path, level: float) -> Path:
    """Series of spot prices for a hand-made run: Dy/Tb oxide in China goes to `level` and stays there."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from sim.results.tables import schema

    dates = pd.date_range("2025-01-01", periods=20, freq="7D")
    rows = []
    for arm, end in (("baseline", 1.0), ("scenario", level)):
        for q, shift in ((0.05, -0.05), (0.5, 0.0), (0.95, 0.05)):
            for i, date in enumerate(dates):
                value = 1.0 if i < 10 or arm == "baseline" else end + shift
                key = (arm, "price_spot_index", "dytb_oxide", "CN", "all")
                rows.append((*key, date, q, None, value, "index"))
    names = [field.name for field in schema("series")]
    table = pd.DataFrame(rows, columns=names).astype({"run": "Int32"})
    pq.write_table(
        pa.Table.from_pandas(table, schema=schema("series"), preserve_index=False), folder / "series.parquet"
    )
    return folder


def test_a_fall_that_producers_notice_is_told_beside_the_rise(tmp_path: Path) -> None:
    deep = answer(open_run(with_prices(handmade(tmp_path / "deep", 201), 0.7))).sentences[0]
    assert deep.endswith(
        "spot Dy/Tb oxide in China is down to 0.70 times normal (90 % of runs: 0.65 to 0.75 times) in March 2025."
    )
    mild = answer(open_run(with_prices(handmade(tmp_path / "mild", 201), 0.9))).sentences[0]
    assert "down to" not in mild


def test_only_a_fall(tmp_path: Path) -> None:
    n = 201
    flat: Values = {
        ("scenario", "price_spot_peak_index", "dytb_oxide", "exCN", "all", "index"): np.full(n, 1.0),
        ("scenario", "price_spot_peak_index", "dytb_oxide", "CN", "all", "index"): np.full(n, 1.0),
        ("scenario-baseline", "price_spot_peak_index", "dytb_oxide", "exCN", "all", "index"): np.zeros(n),
    }
    found = answer(open_run(with_prices(handmade(tmp_path, n, flat), 0.7)))
    assert found.kind == "answer"
    assert found.sentences[0].startswith(
        "In half of the runs no spot price rises above its normal level; spot Dy/Tb oxide in China"
    )


# --- timeline ----------------------------------------------------------------------------------------


def test_what_happens_in_few_runs_is_not_told_as_if_it_did_in_all(tmp_path: Path) -> None:
    n = 200
    weeks = np.where(np.arange(n) < 10, 30.0, np.nan)
    key = ("scenario", "first_stoppage_week", "ht_magnet", "exCN", "all", "week")
    texts = [m.text for m in timeline(open_run(handmade(tmp_path, n, {key: weeks})))]
    assert any(t.startswith("In 5 % of runs: first country outside China physically short") for t in texts)
    weeks = np.where(np.arange(n) < 150, 30.0, np.nan)
    texts = [m.text for m in timeline(open_run(handmade(tmp_path / "b", n, {key: weeks})))]
    assert any(t.endswith("(in the 75 % of runs in which it happens)") for t in texts)


def test_what_does_not_end_within_the_period_is_told_as_a_sentence(tmp_path: Path) -> None:
    n = 201
    changed: Values = {
        ("scenario", "price_spot_recovery_week", "dytb_oxide", "exCN", "all", "week"): np.full(n, 106.0),
        ("scenario", "short_recovery_week", "ht_magnet", "exCN", "all", "week"): np.linspace(80.0, 140.0, n),
    }
    found = {m.text: m.when for m in timeline(open_run(handmade(tmp_path, n, changed)))}
    spot = "Spot Dy/Tb oxide outside China is not back within 10 % of normal when the period ends"
    assert found[spot] == "end, 31 Dec 2026"
    still = [t for t in found if t.startswith("Somebody outside China is still short of high-temperature magnets when")]
    assert len(still) == 1
    assert "90 % of runs: " in still[0]
    assert "at the earliest" in still[0]


def test_a_policy_stands_in_the_timeline_once_and_by_its_title(tmp_path: Path) -> None:
    folder = titled(make_run_folder(tmp_path, runs=31, days=300), stockpile_60_days="Sixty days in store")
    found = [m for m in timeline(open_run(folder)) if m.kind == "policy"]
    assert sum("Sixty days in store" in m.text for m in found) == 1


def test_a_small_rise_is_told_in_per_cent(tmp_path: Path) -> None:
    n = 201
    changed: Values = {
        ("scenario", "price_spot_peak_index", "dytb_oxide", "exCN", "all", "index"): np.linspace(1.02, 1.12, n),
        ("scenario-baseline", "price_spot_peak_index", "dytb_oxide", "exCN", "all", "index"): np.linspace(
            0.02, 0.12, n
        ),
    }
    first = answer(open_run(handmade(tmp_path, n, changed))).sentences[0]
    assert "peaks 7.0 % above normal (90 % of runs: 2.5 to 11.5 %) or more" in first
    assert "1.1 times" not in first


def test_the_headline_is_what_events_touch_unless_that_hardly_moves(tmp_path: Path) -> None:
    n = 201
    concentrate = ("scenario", "price_spot_peak_index", "heavy_concentrate", "exCN", "all", "index")
    first = answer(open_run(handmade(tmp_path / "a", n, {concentrate: np.full(n, 4.5)}))).sentences[0]
    assert first.startswith("In half of the runs the spot price of Dy/Tb oxide outside China peaks at 3.0 times")
    assert "; the highest peak of all is that of heavy concentrate outside China, at 4.5 times normal" in first
    first = answer(open_run(handmade(tmp_path / "b", n, {concentrate: np.full(n, 45.0)}))).sentences[0]
    assert first.startswith("In half of the runs the spot price of heavy concentrate outside China peaks at 45 times")

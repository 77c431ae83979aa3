"""The answer says what the ensemble says: on ensembles written down number by number."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from supplyrisk.report import style
from supplyrisk.report.answer_tables import policies as policy_table
from supplyrisk.report.answer_tables import policies_by_place
from supplyrisk.report.figures import FIGURE_BY_NAME
from supplyrisk.report.ladders import ladders
from supplyrisk.report.policy_rank import ranking
from supplyrisk.report.run import Run, open_run
from supplyrisk.report.sentences import answer

from tests.report_handmade import (
    GIVEN_UP,
    HT,
    MISSING,
    OXIDE,
    PLACES,
    Values,
    handmade,
    never_short,
    titled,
    with_prices,
)


def words(text: str) -> int:
    return len(text.split())


def holds_the_rules(run: Run) -> None:
    """What is true of every answer, whatever it says."""
    found = answer(run)
    assert words(found.headline) <= 30
    assert not re.search(r"[()\[\]{}]", found.headline)
    assert found.headline.endswith(".")
    assert len(found.sentences) <= 5
    for text in found.sentences:
        assert words(text) <= 35, text
        assert text.endswith(".")
        assert ".." not in text
        assert "  " not in text
        assert "nan" not in text
        assert not re.search(r"\d\.\d{3}", text)
        if found.kind in ("answer", "few") and run.n_ok > 1:
            assert len(re.findall(r"\((80 % band|most of these few runs): ", text)) == 1, text
    for text in (found.headline, *found.sentences):
        assert not ("physically" in text and "give up" in text and "not physically" not in text and "while" not in text)


# --- rules that hold for any answer ------------------------------------------------------------------

QUESTIONS = (
    "Who goes short?",
    "How much output is at risk in Japan?",
    "Does the EU notice, and what does it cost?",
    "How far do prices rise outside China?",
    "",
)
REPORTS: tuple[dict[str, Any], ...] = (
    {},
    {"places": ["EU"]},
    {"places": ["JP", "EU"]},
    {"places": ["CN"]},
    {"places": ["world"]},
)


@pytest.mark.parametrize("seed", range(40))
def test_every_answer_keeps_to_its_length_and_has_its_intervals(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.choice([1, 2, 12, 40, 201]))
    names = ("stockpile", "fast_licences", "a_name_of_a_policy_that_is_very_long_indeed")[: int(rng.integers(0, 4))]
    change: Values = {}
    for place in PLACES:
        scale = float(rng.choice([0.0, 0.01, 0.5, 30.0]))
        missing = scale * rng.uniform(0.0, 2.0, n)
        change["scenario", MISSING, HT, place, "all", "weeks"] = missing
        change["scenario", GIVEN_UP, HT, place, "all", "weeks"] = rng.choice([0.0, 5.0]) * rng.uniform(0.0, 2.0, n)
        change["scenario", "first_week_short", HT, place, "all", "week"] = np.where(
            rng.uniform(size=n) < rng.choice([0.02, 0.3, 0.7, 1.0]), rng.integers(2, 90, n), np.nan
        )
        for name in names:
            relief = rng.normal(float(rng.choice([-1.0, 0.0, 1.0])), 0.5, n)
            change[f"policy:{name}-scenario", MISSING, HT, place, "all", "weeks"] = relief
    level = float(rng.choice([1.0, 1.05, 1.5, 9.0]))
    change["scenario", "price_spot_peak_index", OXIDE, "exCN", "all", "index"] = level + 0.3 * rng.uniform(size=n)
    if seed % 3 == 0:
        for metric, unit in (("first_week_short", "week"), ("weeks_short", "weeks"), ("short_percent", "%")):
            change["scenario", f"maker_{metric}", HT, "JP", "all", unit] = rng.integers(1, 40, n) * 1.0
    report = REPORTS[seed % len(REPORTS)]
    folder = handmade(tmp_path, n, change, names, report, QUESTIONS[seed // 8])
    if seed % 2:
        title = "Sixty days of everything (in public hands) in Japan, Korea, the United States and the whole of the Union [sic]"
        titled(folder, **dict.fromkeys(names, title))
    run = open_run(folder)
    holds_the_rules(run)
    asked = run.asked_places
    if asked and answer(run).kind != "nothing":
        said = " ".join((answer(run).headline, *answer(run).sentences))
        assert run.where(run.main_places[0]) in said or len(run.main_places) > 1


# --- who, when, how much ------------------------------------------------------------------------------


def test_the_headline_says_who_when_how_much_and_what_helps_most(tmp_path: Path) -> None:
    run = open_run(handmade(tmp_path, 201, policies=("stockpile", "fast_licences")))
    assert answer(run).headline == (
        "Users outside China lack 3 weeks of normal use of high-temperature magnets from May 2025; “stockpile” helps most."
    )


def test_the_sentences_of_a_shortage(tmp_path: Path) -> None:
    sentences = answer(open_run(handmade(tmp_path, 201))).sentences
    assert sentences[0] == (
        "Users outside China physically lack 3 weeks of normal use of high-temperature magnets (80 % band: 1 to 5 weeks), "
        "first around May 2025, over 20 weeks in all."
    )
    assert (
        sentences[1]
        == "Besides, because of the price, they give up 1.0 weeks of normal use (80 % band: 0.6 to 1.4 weeks)."
    )
    assert sentences[2].startswith("Hardest hit is Japan, which physically lacks 4")
    assert sentences[3].startswith(
        "The quoted price of Dy/Tb oxide outside China peaks at 3.0 times its normal level (80 %"
    )
    assert sentences[3].endswith("around May 2025.")
    assert sentences[4].startswith(
        "The lost use puts output worth USD 1.4 billion at risk worldwide (80 % band: USD 1.1"
    )


@pytest.mark.parametrize(
    ("report", "question", "named"),
    [
        ({"places": ["EU"]}, "", "in the EU"),
        ({"places": ["JP"]}, "", "in Japan"),
        ({}, "Is the EU short?", "in the EU"),
        ({}, "What stops Japanese lines?", "in Japan"),
        ({"places": ["EU", "JP"]}, "What about Japan?", "in Japan"),
        ({}, "When do users outside China notice?", "outside China"),
    ],
)
def test_the_answer_is_about_the_place_asked_about(tmp_path: Path, report: Any, question: str, named: str) -> None:
    found = answer(open_run(handmade(tmp_path, 201, report=report, question=question)))
    assert f"Users {named} lack" in found.headline
    assert found.sentences[0].startswith(f"Users {named} physically lack")


def test_other_places_asked_about_have_a_sentence_of_their_own(tmp_path: Path) -> None:
    found = answer(open_run(handmade(tmp_path, 201, report={"places": ["EU", "JP"]})))
    starts = [text.split(" physically")[0] for text in found.sentences]
    assert "Users in Japan" in starts
    assert "Users in the EU" in starts


def test_the_seller_of_what_is_held_back_is_not_the_place_asked_about(tmp_path: Path) -> None:
    run = open_run(handmade(tmp_path, 40, question="What if China stops exports?"))
    assert run.asked_places == ()


def test_a_question_for_output_is_answered_with_output(tmp_path: Path) -> None:
    run = open_run(handmade(tmp_path, 201, question="How much output is at risk in Japan?"))
    assert answer(run).headline.startswith("Output worth USD 1.4 billion is at risk: users in Japan lack 4")


def test_missing_and_given_up_are_told_apart(tmp_path: Path) -> None:
    n = 201
    found = answer(open_run(handmade(tmp_path, n, never_short(n))))
    assert "not physically short" in found.headline
    assert "give up 1 week of normal use because of the price" in found.headline
    assert "while next to nothing is physically missing" in found.sentences[0]


def test_a_shortage_in_a_minority_of_runs_is_told_as_such(tmp_path: Path) -> None:
    n = 200
    hit = np.arange(n) < 40
    change: Values = {}
    for place in PLACES:
        change["scenario", MISSING, HT, place, "all", "weeks"] = np.where(hit, 3.0, 0.0)
        change["scenario", "first_week_short", HT, place, "all", "week"] = np.where(hit, 30.0, np.nan)
    found = answer(open_run(handmade(tmp_path, n, change)))
    assert "run short of high-temperature magnets in 20 % of runs, then from July 2025" in found.headline
    assert "only in 20 % of the runs" in found.sentences[0]


@pytest.mark.parametrize("often", [0.6, 1.0])
def test_a_shortage_in_most_runs_is_probable(tmp_path: Path, often: float) -> None:
    n = 200
    key = ("scenario", "first_week_short", HT, "exCN", "all", "week")
    weeks = np.where(np.arange(n) < often * n, 30.0, np.nan)
    assert ("probably lack" in answer(open_run(handmade(tmp_path, n, {key: weeks}))).headline) == (often < 0.9)


def test_makers_that_lack_inputs_are_told(tmp_path: Path) -> None:
    n = 201
    change: Values = {
        ("scenario", "maker_first_week_short", HT, "JP", "all", "week"): np.full(n, 30.0),
        ("scenario", "maker_weeks_short", HT, "JP", "all", "weeks"): np.linspace(4.0, 12.0, n),
        ("scenario", "maker_short_percent", HT, "JP", "all", "%"): np.linspace(10.0, 30.0, n),
        ("scenario", "maker_first_week_short", HT, "DE", "all", "week"): np.where(np.arange(n) < 20, 30.0, np.nan),
        ("scenario", "maker_weeks_short", HT, "DE", "all", "weeks"): np.where(np.arange(n) < 20, 9.0, 0.0),
        ("scenario", "maker_short_percent", HT, "DE", "all", "%"): np.where(np.arange(n) < 20, 9.0, 0.0),
    }
    text = " ".join(answer(open_run(handmade(tmp_path, n, change))).sentences)
    assert (
        "Makers of high-temperature magnets in Japan, lacking inputs, lose 20 % of the output their orders call for "
        "(80 % band: 12 to 28 %), first around July 2025." in text
    )
    assert "Germany" not in text


@pytest.mark.parametrize(("weeks", "told"), [(20.0, True), (1.0, False)])
def test_the_larger_part_of_the_loss_is_not_left_out(tmp_path: Path, weeks: float, told: bool) -> None:
    n = 201
    change: Values = {
        ("scenario", "maker_first_week_short", HT, "JP", "all", "week"): np.full(n, 30.0),
        ("scenario", "maker_weeks_short", HT, "JP", "all", "weeks"): np.linspace(4.0, 12.0, n),
        ("scenario", "maker_short_percent", HT, "JP", "all", "%"): np.linspace(10.0, 30.0, n),
        ("scenario", GIVEN_UP, HT, "JP", "all", "weeks"): np.full(n, weeks),
    }
    found = answer(
        open_run(handmade(tmp_path, n, change, question="What output do users outside China and in Japan lose?"))
    )
    assert any(text.startswith("Makers") for text in found.sentences) != told  # one of five has to give way
    assert any(text.startswith("Besides, because of the price") for text in found.sentences) == told


# --- few runs, single runs ----------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 3, 29])
def test_too_few_runs_say_so_and_speak_of_no_probability(tmp_path: Path, n: int) -> None:
    found = answer(open_run(handmade(tmp_path, n)))
    assert found.kind == "few"
    assert "this batch is too small" in found.cautions[0]
    text = " ".join((found.headline, *found.sentences))
    assert "80 % band" not in text
    assert "probably" not in text
    assert ("these few runs" in text) == (n > 1)


def test_a_folder_of_an_older_version_says_what_it_cannot_tell(tmp_path: Path) -> None:
    folder = handmade(tmp_path, 40)
    rows = pd.read_csv(folder / "summary.csv", keep_default_na=False)
    rows[~rows["metric"].isin([MISSING, GIVEN_UP])].to_csv(folder / "summary.csv", index=False)
    found = answer(open_run(folder))
    assert any("older version" in text for text in found.cautions)
    assert "next to nothing" not in found.headline


# --- policies -----------------------------------------------------------------------------------------


def test_policies_are_ranked_by_what_they_avert_of_the_loss_told(tmp_path: Path) -> None:
    run = open_run(handmade(tmp_path, 201, policies=("stockpile", "fast_licences", "nothing")))
    found = ranking(run)
    assert [each.policy for each in found.order] == ["stockpile", "fast_licences", "nothing"]
    assert found.best is found.order[0]
    assert found.tied == ()
    assert [each.policy for each in found.harmful] == ["nothing"]
    last = answer(run).sentences[-1]
    assert last == "Of the policies, “stockpile” helps most, averting 3 weeks of missing use (80 % band: the same)."
    table = policy_table(run)
    assert [row[2].text for row in table.rows] == ["best", "averts less", "makes it worse"]
    assert table.rows[0][1].text == "3 weeks"
    assert "weeks of normal use of high-temperature magnets physically missing outside China" in table.note


def test_overlapping_intervals_are_not_distinguished(tmp_path: Path) -> None:
    n = 201
    change: Values = {
        (f"policy:{name}-scenario", MISSING, HT, "exCN", "all", "weeks"): np.linspace(low, high, n)
        for name, low, high in (("a", -2.0, -1.0), ("b", -1.8, -0.8), ("c", -0.5, -0.3))
    }
    run = open_run(handmade(tmp_path, n, change, ("a", "b", "c")))
    assert answer(run).headline.endswith("“a” helps most, not distinguishable from another.")
    assert answer(run).sentences[-1].endswith("; “b” is not distinguishable from it.")
    assert [row[2].text for row in policy_table(run).rows] == ["best", "not distinguishable", "averts less"]


def test_relief_that_may_be_nothing_is_no_relief(tmp_path: Path) -> None:
    n = 201
    key = ("policy:maybe-scenario", MISSING, HT, "exCN", "all", "weeks")
    run = open_run(handmade(tmp_path, n, {key: np.linspace(-4.0, 1.0, n)}, ("maybe",)))
    assert answer(run).headline.endswith("; no policy tried plainly helps.")
    assert answer(run).sentences[-1].startswith("The only policy tried does not plainly help: “maybe” averts 1.5 weeks")
    worse = {key: np.linspace(0.5, 1.5, n)}
    run = open_run(handmade(tmp_path / "worse", n, worse, ("maybe",)))
    assert "with “maybe” there is 1.0 weeks more of missing use" in answer(run).sentences[-1]


def test_policies_are_called_by_titles_that_fit(tmp_path: Path) -> None:
    folder = handmade(tmp_path, 201, policies=("stockpile", "fast_licences"))
    run = open_run(titled(folder, stockpile="60 days in store, in Japan"))
    assert "“60 days in store, in Japan” helps most" in answer(run).headline
    long = " ".join(["sixty days in store"] * 8)
    run = open_run(titled(folder, stockpile=long))
    assert "“stockpile” helps most" in answer(run).headline
    assert "“stockpile” helps most" in answer(run).sentences[-1]


def test_sizes_of_one_measure_are_a_ladder(tmp_path: Path) -> None:
    names = ("d30", "d60", "d90")
    folder = handmade(tmp_path, 201, policies=names)
    manifest = json.loads((folder / "manifest.json").read_text())
    scenario = manifest["resolved"].get("scenario", manifest["resolved"])
    for raw in scenario["events"]:
        if raw["name"] in names:
            raw["effects"][0]["schedule"] = [{"day": 0.0, "level": float(raw["name"][1:])}]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    run = open_run(folder)
    (ladder,) = ladders(run)
    assert ladder.policies == names
    assert ladder.sizes == (30.0, 60.0, 90.0)
    assert answer(run).sentences[-1].startswith("Of 3 sizes of one measure, “d30” averts most: 3 weeks of missing use")
    assert "not distinguishable" not in answer(run).sentences[-1]
    holds_the_rules(run)


def test_a_ladder_has_the_unit_of_the_file_and_says_from_where_on_it_is_flat(tmp_path: Path) -> None:
    n, names = 201, ("d180", "d30", "d60")
    i = np.arange(n) / (n - 1)
    change: Values = {}
    for name, relief in (("d30", 1.0), ("d60", 2.4), ("d180", 2.5)):
        for place, part in PLACES.items():
            key = (f"policy:{name}-scenario", MISSING, HT, place, "all", "weeks")
            change[key] = -part * relief * (0.8 + 0.4 * i)
    folder = handmade(tmp_path, n, change, policies=names)
    manifest = json.loads((folder / "manifest.json").read_text())
    scenario = manifest["resolved"].get("scenario", manifest["resolved"])
    for raw in scenario["events"]:
        if raw["name"] in names:
            days = int(raw["name"][1:])
            raw["effects"][0]["schedule"] = [{"day": 0.0, "level": days / 7}]
            raw["sentence"] = f"From 2 May 2026 on, they hold {days:,} days of use, sold above 1.5 times the price."
    (folder / "manifest.json").write_text(json.dumps(manifest))
    run = open_run(folder)
    (ladder,) = ladders(run)
    assert (ladder.policies, ladder.sizes, ladder.unit) == (("d30", "d60", "d180"), (30.0, 60.0, 180.0), "days")
    assert answer(run).headline.endswith("“d180” helps most, but from 60 days on sizes are not distinguishable.")
    assert answer(run).sentences[-1].endswith("; from 60 days on sizes are not distinguishable.")
    holds_the_rules(run)
    assert not FIGURE_BY_NAME["policies_compared"].available(run)
    figure = FIGURE_BY_NAME["policy_ladder"]
    assert figure.available(run)
    for layout in (style.WIDE, style.NARROW):
        with style.house_style():
            table = figure.draw(run, layout).table
    middle = table[table["quantile"] == 0.5].set_index("arm")["value"]
    assert list(middle.index) == ["scenario", "policy:d30", "policy:d60", "policy:d180"]
    assert list(table["size_unit"].unique()) == ["days"]
    assert middle["scenario"] == pytest.approx(3.0)


def test_a_group_that_the_analyst_named_is_told_as_one(tmp_path: Path) -> None:
    folder = handmade(tmp_path, 201, report={"places": ["allies"]})
    manifest = json.loads((folder / "manifest.json").read_text())
    scenario = manifest["resolved"].get("scenario", manifest["resolved"])
    scenario["world"]["groups"] = {"allies": ["DE", "JP"], "EU": ["DE", "REU"]}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    run = open_run(folder)
    assert run.where("allies") == "in the group allies"
    assert run.where("EU") == "in the EU"
    assert run.where("JP") == "in Japan"


def test_a_policy_that_the_question_names_is_told_beside_the_best(tmp_path: Path) -> None:
    names = ("reserve", "joint_purchasing", "thrifting")  # averting 3.1, 1.1 and less than no weeks
    question = "Does joint purchasing help?"
    run = open_run(handmade(tmp_path, 201, policies=names, question=question))
    assert run.policies_in_question == ("joint_purchasing",)
    assert answer(run).headline.endswith("; “joint purchasing” averts 1.1 weeks, “reserve” helps most.")
    text = answer(run).sentences[-1]
    assert text.startswith("“joint purchasing” averts 1.1 weeks of missing use (80 % band: ")
    assert text.endswith("; “reserve” helps most.")
    holds_the_rules(run)
    run = open_run(handmade(tmp_path / "worse", 201, policies=names, question="Would thrifting help?"))
    assert "“thrifting” does not plainly help, “reserve” helps most." in answer(run).headline
    assert answer(run).sentences[-1].startswith("“thrifting” does not plainly help: it adds 0.9 weeks to missing use")
    holds_the_rules(run)
    run = open_run(handmade(tmp_path / "best", 201, policies=names, question="Would a reserve help?"))
    assert answer(run).headline.endswith("“reserve” helps most.")
    assert run.policies_in_question == ("reserve",)


def test_a_possessive_names_a_place_if_the_report_looks_at_it(tmp_path: Path) -> None:
    question = "What does Japan's new demand do to the EU?"
    assert open_run(handmade(tmp_path, 31, question=question)).main_places == ("EU",)
    report = {"places": ["JP", "EU"]}
    assert open_run(handmade(tmp_path / "both", 31, report=report, question=question)).main_places == ("JP", "EU")


def test_policies_are_told_for_the_places_that_act_in_them(tmp_path: Path) -> None:
    folder = handmade(tmp_path, 201, policies=("stockpile",))
    manifest = json.loads((folder / "manifest.json").read_text())
    scenario = manifest["resolved"].get("scenario", manifest["resolved"])
    for raw in scenario["events"]:
        if raw["name"] == "stockpile":
            raw["effects"][0]["select"] = raw["effects"][0]["select"] | {
                "origins": [],
                "destinations": ["JP", "DE", "REU"],
            }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    rows = policies_by_place(open_run(folder)).rows
    assert [(row[0].text, row[1].text) for row in rows] == [("stockpile", "Japan"), ("stockpile", "EU")]
    assert rows[0][2].text == "−5 weeks"
    assert rows[1][2].text == "−2.2 weeks"


# --- prices -------------------------------------------------------------------------------------------


def test_a_price_still_rising_at_the_end_is_told_so(tmp_path: Path) -> None:
    key = ("scenario", "price_spot_peak_week", OXIDE, "exCN", "all", "week")
    weeks = np.where(np.arange(201) % 2 == 0, 104.0, 60.0)
    text = " ".join(answer(open_run(handmade(tmp_path, 201, {key: weeks}))).sentences)
    assert "in many runs still rising when the period ends" in text


def test_recovery_is_told_without_policies(tmp_path: Path) -> None:
    n = 201
    text = " ".join(answer(open_run(handmade(tmp_path, n, never_short(n)))).sentences)
    assert "is back within 10 % of normal by November 2025 (80 % band: October 2025 to December 2025)" in text


def test_a_price_that_does_not_come_back_says_in_how_many_runs(tmp_path: Path) -> None:
    n = 201
    weeks = np.where(np.arange(n) < 40, 60.0 + np.arange(n) / 10, 105.0)
    back = {("scenario", "price_spot_recovery_week", OXIDE, "exCN", "all", "week"): weeks}
    run = open_run(handmade(tmp_path, n, never_short(n) | back))
    text = " ".join(answer(run).sentences)
    assert "not back within 10 % of normal by December 2026 in 80 % of runs (80 % band: back in" in text
    holds_the_rules(run)
    back = {("scenario", "price_spot_recovery_week", OXIDE, "exCN", "all", "week"): np.full(n, 105.0)}
    run = open_run(handmade(tmp_path / "never", n, never_short(n) | back))
    assert "in 100 % of runs (80 % band: never)" in " ".join(answer(run).sentences)


def test_only_a_fall(tmp_path: Path) -> None:
    n = 201
    flat: Values = never_short(n) | {
        ("scenario", "price_spot_peak_index", OXIDE, "exCN", "all", "index"): np.full(n, 1.0),
        ("scenario", "price_spot_peak_index", OXIDE, "CN", "all", "index"): np.full(n, 1.0),
        ("scenario-baseline", "price_spot_peak_index", OXIDE, "exCN", "all", "index"): np.zeros(n),
        ("scenario-baseline", "shortage_percent", HT, "exCN", "all", "%"): np.zeros(n),
    }
    flat |= {("scenario", GIVEN_UP, HT, place, "all", "weeks"): np.zeros(n) for place in PLACES}
    found = answer(open_run(with_prices(handmade(tmp_path, n, flat), 0.7)))
    assert found.kind == "answer"
    assert found.headline.endswith("the home price of Dy/Tb oxide in China falls to 0.70 times normal.")
    fall = "The home price of Dy/Tb oxide in China falls to 0.70 times its normal level (80 % band: 0.65 to 0.75 times)"
    assert any(text.startswith(fall) for text in found.sentences)


# --- places and uses without users ------------------------------------------------------------------


def test_a_place_without_users_is_said_to_have_none(tmp_path: Path) -> None:
    of_others = answer(open_run(handmade(tmp_path / "none", 201)))
    found = answer(open_run(handmade(tmp_path / "kr", 201, report={"places": ["KR"]})))
    assert found.headline == of_others.headline
    said = "Nobody in South Korea uses any of these products at the end of the chain. The answer is about users "
    assert [text for text in found.cautions if text.startswith(said)], found.cautions
    both = answer(open_run(handmade(tmp_path / "both", 201, report={"places": ["KR", "JP"]})))
    assert both.headline.startswith("Users in Japan lack")
    assert "Nobody in South Korea uses any of these products at the end of the chain." in both.cautions


def test_a_use_that_is_not_told_is_named(tmp_path: Path) -> None:
    found = answer(open_run(handmade(tmp_path, 201, report={"places": ["JP"], "end_uses": ["wind"]})))
    assert found.headline.startswith("Users in Japan lack")
    assert "No shares are told for wind turbines in Japan: the answer is about all users there." in found.cautions

"""Bands hold 80 % of the runs and say what they hold; prices have names; a gap between two of them has a reason."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from supplyrisk.errors import SupplyriskError
from supplyrisk.report import style
from supplyrisk.report.bands import band, holds, own_error
from supplyrisk.report.build import build_report
from supplyrisk.report.compare import compare
from supplyrisk.report.figures import chosen
from supplyrisk.report.gaps import price_name, reason_code, why_prices_differ
from supplyrisk.report.run import Run, open_run
from supplyrisk.report.sentences import answer
from supplyrisk.results.fan import Fan
from supplyrisk.results.tables import QUANTILES as LEVELS

from tests.report_handmade import HT, OXIDE, handmade
from tests.report_runs import make_run_folder

FULL = "80 % band (drawn inputs, chance, and the model's own error as measured on 8 past squeezes)"
WITHOUT = "80 % band (drawn inputs and chance, without the model's own error)"


def change(folder: Path, **scenario: object) -> Path:
    """Put other values into the stored scenario."""
    file = folder / "manifest.json"
    manifest = json.loads(file.read_text())
    for key, value in scenario.items():
        at = manifest["resolved"] if key != "values" else manifest["resolved"]["world"]
        at[key] = value
    file.write_text(json.dumps(manifest))
    return folder


ERROR = [[["error_level", HT], {"column": "cover_weeks.ht_magnet", "scale": 1.0, "offset": 0.0, "times": []}]]


@pytest.mark.parametrize(
    ("values", "there"),
    [
        ([], False),
        ([[["error_level", OXIDE], 0.0], [["error_weekly", OXIDE], 0.0]], False),
        ([[["error_level", OXIDE], 0.0], [["error_weekly", OXIDE], 0.54]], True),
        ([[["error_level", ""], 0.3]], True),
        (ERROR, True),
        ([[["cover_weeks", OXIDE], 4.0]], False),
    ],
)
def test_a_band_says_whether_it_holds_the_models_own_error(tmp_path: Path, values: object, there: bool) -> None:
    run = open_run(change(handmade(tmp_path, 40), values=values))
    assert own_error(run) is there
    assert band(run) == (FULL if there else WITHOUT)


def test_a_band_without_drawn_inputs_says_so(tmp_path: Path) -> None:
    run = open_run(change(handmade(tmp_path, 40), values=ERROR, sampled=[]))
    assert holds(run) == "chance and the model's own error as measured on 8 past squeezes"
    run = open_run(change(handmade(tmp_path, 40), sampled=[]))
    assert holds(run) == "chance, without the model's own error"


def test_the_answer_says_once_what_brackets_are(tmp_path: Path) -> None:
    notes = answer(open_run(change(handmade(tmp_path / "many", 40), values=ERROR))).notes
    assert notes == (
        f"In brackets: {FULL}, 10th to 90th percentile of the runs. The error is inside each run: exports, shortages "
        "and money inherit it.",
    )
    (few,) = answer(open_run(handmade(tmp_path / "few", 5))).notes
    assert few.startswith("In brackets: 10 % to 90 % quantile of only 5 runs")
    assert answer(open_run(handmade(tmp_path / "one", 1))).notes == ()


def test_printed_bands_are_the_tenth_and_the_ninetieth_percentile(tmp_path: Path) -> None:
    """Of 2 + 2 i / n the 80 % band is 2.2 to 3.8; 90 % of the runs would be 2.1 to 3.9."""
    run = open_run(handmade(tmp_path, 201))
    (price,) = (text for text in answer(run).sentences if "price" in text and "peaks" in text)
    assert "3.0 times its normal level (80 % band: 2.2 to 3.8 times)" in price


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_run_folder(tmp_path_factory.mktemp("bands") / "run", runs=40, arms=("baseline", "scenario"))
    return build_report(change(folder, values=ERROR))


def test_every_part_of_the_page_says_what_its_bands_hold(page: Path) -> None:
    told = (page.parent / "report.md").read_text()
    assert "90 % of runs" not in told
    assert "95 %" not in told
    assert FULL in told.partition("## Figures")[0]
    tables = told.partition("## Tables")[2]
    assert tables.count(FULL) >= 3


def test_every_figure_with_bands_says_what_they_hold(page: Path) -> None:
    run, told = open_run(page.parent), {}
    with style.house_style():
        for figure in chosen(run):
            texts = figure.draw(run, style.WIDE).figure.texts
            told[figure.name] = " ".join(" ".join(text.get_text() for text in texts).split())
    silent = {name for name, text in told.items() if FULL not in text.replace("\N{NO-BREAK SPACE}", " ")}
    assert silent <= {"who_short_when", "sensitivity", "flows"}, silent  # medians, correlations
    assert {"price_fan", "shortage_fan", "exports_by_month", "licence_office"} <= set(told)


def test_figures_draw_the_band_they_name(page: Path) -> None:
    table = pd.read_csv(page.parent / "figures" / "price_fan.csv")
    weekly = table[table["date"].notna() & (table["arm"] == "scenario")]
    assert sorted(weekly["quantile"].unique()) == [0.1, 0.25, 0.5, 0.75, 0.9]


def test_compared_runs_with_and_without_the_error_are_told_apart(tmp_path: Path) -> None:
    one = change(handmade(tmp_path / "one", 40), values=ERROR, report={"title": "With it"})
    other = change(handmade(tmp_path / "other", 40), report={"title": "Without it"})
    told = compare([one, other], tmp_path / "out").read_text()
    assert "With it, drawn inputs, chance, and the model" in told
    assert "Without it, drawn inputs and chance, without the model" in told


def test_a_summary_of_other_quantiles_is_named(tmp_path: Path) -> None:
    folder = handmade(tmp_path, 40)
    file = folder / "summary.csv"
    file.write_text(file.read_text().replace("p10", "p5").replace("p90", "p95"))
    with pytest.raises(SupplyriskError, match="written by another version and holds no p10, p90: run the batch again"):
        answer(open_run(folder))


# --- prices and their gaps ----------------------------------------------------------------------------


def with_gap(
    folder: Path, codes: Mapping[str, int], high: float = 3.1, months: Sequence[int] = (8,), japan: float = 0.0
) -> Run:
    """Prices outside China are `high` in some months, with codes of reasons by zone (none: the column is absent)."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from supplyrisk.results.tables import schema

    dates = pd.to_datetime([f"2025-{month:02}-04" for month in range(1, 13)])
    price = np.asarray([high if date.month in months else 1.0 for date in dates])
    lines = {("price_spot_index", "exCN"): price, ("price_spot_index", "CN"): np.ones(12)}
    if japan:
        lines["price_spot_index", "JP"] = np.asarray([japan if date.month in months else 1.0 for date in dates])
    for zone, code in codes.items():
        lines["price_gap_reason", zone] = np.asarray([float(code) if d.month in months else 0.0 for d in dates])
    rows = []
    for (variable, zone), values in lines.items():
        for level in LEVELS:
            names = {"arm": "scenario", "variable": variable, "product": OXIDE, "place": zone, "end_use": "all"}
            unit = "index" if variable != "price_gap_reason" else "code"
            rows.append(pd.DataFrame(names | {"date": dates, "quantile": level, "value": values, "unit": unit}))
    table = pd.concat(rows).assign(run=pd.NA).astype({"run": "Int32", "date": "datetime64[ms]"})
    made = schema("series")
    pq.write_table(
        pa.Table.from_pandas(table[made.names], schema=made, preserve_index=False), folder / "series.parquet"
    )
    run = open_run(folder)
    if japan:
        run.__dict__["zones"] = (*run.zones, "JP")  # as if Japan had a price of its own
    return run


@pytest.mark.parametrize(
    ("japan", "said"),
    [
        (2.0, " binds; Japan lies between at 2 times the lower."),
        (3.0, " binds: those it holds back bid for what gets through."),  # hardly less than the highest
        (1.05, " binds: those it holds back bid for what gets through."),
    ],
)
def test_a_third_price_is_told_where_it_is_one_of_its_own(tmp_path: Path, japan: float, said: str) -> None:
    told = why_prices_differ(with_gap(handmade(tmp_path, 40), {"exCN": 1, "CN": 0}, japan=japan))
    assert told.startswith("Prices of Dy/Tb oxide differ between the rest of the world and China")
    assert told.endswith(said)


@pytest.mark.parametrize(
    ("codes", "why"),
    [
        (
            {"exCN": 1, "CN": 0},
            "because the licence regime “licences” binds: those it holds back bid for what gets through.",
        ),
        (
            {"exCN": 2, "CN": 0},
            "because the trade links between them are full: no more is carried, whatever the price.",
        ),
        ({"exCN": 3, "CN": 0}, "because buyers rush before a rule starts: they take ahead what the links carry."),
        ({"exCN": 0, "CN": 4}, "because the home price is held up: goods are held there against reopening."),
        ({"exCN": 5, "CN": 5}, "because nothing is traded between them: each zone has only its own supply."),
    ],
)
def test_a_gap_between_prices_is_told_with_its_reason(tmp_path: Path, codes: dict[str, int], why: str) -> None:
    told = why_prices_differ(with_gap(handmade(tmp_path, 40), codes))
    head = "Prices of Dy/Tb oxide differ between the rest of the world and China"
    assert told == f"{head}, most in August 2025 (3.1 times), {why}"
    assert told in answer(open_run(tmp_path)).notes


def test_no_reason_is_made_up(tmp_path: Path) -> None:
    assert why_prices_differ(with_gap(handmade(tmp_path, 40), {})) == ""  # folders without the column
    assert why_prices_differ(with_gap(handmade(tmp_path, 40), {"exCN": 0, "CN": 0})) == ""  # one price
    assert why_prices_differ(with_gap(handmade(tmp_path, 40), {"exCN": 1, "CN": 0}, high=1.05)) == ""  # no gap
    assert why_prices_differ(open_run(handmade(tmp_path, 40))) == ""  # no series at all


def test_a_rule_not_in_force_is_not_named(tmp_path: Path) -> None:
    told = why_prices_differ(with_gap(handmade(tmp_path, 40), {"exCN": 1, "CN": 0}, months=(2,)))
    assert "because a rule in force binds: " in told  # licences start in April


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ([0, 0, 0, 1, 1, 1, 1], 1),  # 0 holds 37.5 % of the runs
        ([0, 0, 1, 1, 4, 4, 4], 1),
        ([2, 2, 2, 2, 2, 2, 5], 2),
        ([0.25, 0.5, 1.0, 1.5, 2.5, 3.0, 3.5], 1),
        ([float("nan")] * 7, 0),
    ],
)
def test_the_most_frequent_code_counts(values: list[float], code: int) -> None:
    dates = np.asarray(["2025-01-04", "2025-01-11"], dtype="datetime64[D]")
    fan = Fan(dates, LEVELS, np.asarray([[7.0] * 7, values]), "code")
    assert reason_code(fan, np.datetime64("2025-01-13")) == code


def test_the_controlling_countrys_price_is_the_home_price(tmp_path: Path) -> None:
    run = open_run(handmade(tmp_path, 40))
    assert price_name(run, "CN") == "home price"
    assert price_name(run, "exCN") == "quoted price"
    calm = {"events": [], "arms": [{"name": "scenario", "events": []}]}
    run = open_run(change(handmade(tmp_path / "calm", 40), **calm))
    assert price_name(run, "CN") == "quoted price"
    today = {
        "outlook": {
            "demand_growth_per_year": {},
            "base": "today",
            "as_of": "2025-01-01",
            "events": run_events(tmp_path),
        }
    }
    run = open_run(change(handmade(tmp_path / "today", 40), **calm, **today))
    assert price_name(run, "CN") == "home price"


def run_events(folder: Path) -> object:
    """The rules of the scenario in a folder, as they are stored."""
    return json.loads((folder / "manifest.json").read_text())["resolved"]["events"]


def test_bands_name_as_many_squeezes_as_the_error_is_drawn_from() -> None:
    """The report may not import the model; what it prints must be what is drawn, and as many as are shipped."""
    from supplyrisk.model import prices
    from supplyrisk.report import bands

    shipped = [folder for folder in (Path(__file__).parents[1] / "scenarios" / "episodes").iterdir() if folder.is_dir()]
    assert bands.EPISODES == prices.EPISODES == len(shipped)

"""The page stands alone, says what the ensemble says, and exists even if nothing went well."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from supplyrisk.cli import main
from supplyrisk.errors import SupplyriskError
from supplyrisk.report.build import build_report
from supplyrisk.report.compare import cases_of, compare, difference, pairing
from supplyrisk.report.quantities import headline_quantities
from supplyrisk.report.run import NotARunFolder, open_run
from supplyrisk.report.sentences import answer
from supplyrisk.report.tables import distribution, key_numbers
from supplyrisk.report.words import plain_changes, plain_uncertainty, short_name, small
from supplyrisk.spec.resolved import SampledColumn

from tests.report_runs import make_run_folder

ARMS = ("baseline", "scenario", "policy:stockpile_60_days")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = make_run_folder(tmp_path_factory.mktemp("build") / "run", runs=36, days=400, arms=ARMS)
    build_report(path)
    return path


def only(path: Path, *figures: str) -> Path:
    """Ask for a few figures: most of a report's time goes into drawing."""
    manifest = json.loads((path / "manifest.json").read_text())
    manifest["resolved"]["report"] = {"figures": list(figures)}
    (path / "manifest.json").write_text(json.dumps(manifest))
    return path


class Page(HTMLParser):
    """Ids, references, loads and text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.refs: list[str] = []
        self.loads: list[str] = []
        self.tags: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            elif name in ("href", "xlink:href"):
                self.refs.append(value or "")
            elif name in ("src", "srcset", "data", "poster", "action", "background"):
                self.loads.append(value or "")


def test_the_page_loads_nothing(folder: Path) -> None:
    html = (folder / "report.html").read_text(encoding="utf-8")
    page = Page(html)
    assert page.loads == []
    assert all(ref.startswith("#") for ref in page.refs)
    assert page.tags.isdisjoint({"script", "link", "img", "iframe", "object", "embed", "base"})
    assert not re.search(r"@import|url\((?!#|data:font/woff;base64,)", html)
    addresses = set(re.findall(r"https?://[^\s\"'<>)]+", html))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


def test_ids_are_unique_and_every_reference_has_its_target(folder: Path) -> None:
    page = Page((folder / "report.html").read_text(encoding="utf-8"))
    assert len(page.ids) == len(set(page.ids))
    html = (folder / "report.html").read_text(encoding="utf-8")
    used = {r[1:] for r in page.refs} | set(re.findall(r"url\(#([^)]+)\)", html))
    assert used <= set(page.ids)


def test_text_and_figures_agree(folder: Path) -> None:
    html = (folder / "report.html").read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    run = open_run(folder)
    for text in answer(run).sentences:
        assert text.replace("'", "&#39;") in html
    table = pd.read_csv(folder / "figures" / "price_fan.csv")
    row = table[
        (table["variable"] == "price_spot_peak_index") & (table["product"] == "dytb_oxide") & (table["place"] == "exCN")
    ]
    peak = run.summarised("price_spot_peak_index", "scenario", product="dytb_oxide", place="exCN")
    assert row[row["quantile"] == 0.5]["value"].iloc[0] == pytest.approx(float(peak["p50"].iloc[0]))
    cell = key_numbers(run).rows[0][2]
    assert f"peaks at {cell.text.removesuffix('×')} times" in html


def test_every_figure_has_its_three_files_and_a_caption(folder: Path) -> None:
    html = (folder / "report.html").read_text(encoding="utf-8")
    names = re.findall(r'<figure id="([^"]+)"', html)
    assert len(names) >= 6
    for name in names:
        for ending in ("svg", "png", "csv"):
            assert (folder / "figures" / f"{name}.{ending}").stat().st_size > 100
    assert html.count("<figcaption>") == len(names)


def test_a_second_report_is_the_same_to_the_byte(folder: Path, tmp_path: Path) -> None:
    copy, again = tmp_path / "run", tmp_path / "again" / "run"
    shutil.copytree(folder, copy)
    shutil.copytree(folder, again)
    build_report(only(copy, "price_fan"), excel=False)
    build_report(only(again, "price_fan"), excel=False)
    for name in ("report.html", "report.md", "iamc.csv", "figures/price_fan.svg", "figures/price_fan.png"):
        assert (copy / name).read_bytes() == (again / name).read_bytes()


def test_markdown_has_the_answer_and_whole_tables(folder: Path) -> None:
    text = (folder / "report.md").read_text(encoding="utf-8")
    assert answer(open_run(folder)).sentences[0] in text
    for block in re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE):
        assert len({line.count("|") for line in block.splitlines()}) == 1
        assert len(block.splitlines()) >= 3


def test_iamc_columns_and_yearly_values(folder: Path) -> None:
    table = pd.read_csv(folder / "iamc.csv")
    assert list(table.columns[:5]) == ["Model", "Scenario", "Region", "Variable", "Unit"]
    assert list(table.columns[5:]) == ["2025", "2026"]
    run = open_run(folder)
    row = table[
        (table["Variable"] == "Price|Dy/Tb oxide|Spot|Weekly Median")
        & (table["Region"] == "Outside China")
        & table["Scenario"].str.endswith(" scenario")
    ]
    fan = run.fan("price_spot_index", "scenario", product="dytb_oxide", place="exCN")
    assert fan is not None
    first = np.asarray(fan.dates).astype("datetime64[Y]") == np.datetime64("2025")
    assert row["2025"].iloc[0] == pytest.approx(fan.at(0.5)[first].mean(), rel=1e-2)


def test_text_from_files_is_escaped(tmp_path: Path) -> None:
    path = only(make_run_folder(tmp_path / "run", runs=3, days=100, arms=("baseline", "scenario")), "price_fan")
    manifest = json.loads((path / "manifest.json").read_text())
    manifest["title"] = "<script>alert(1)</script> & more"
    manifest["resolved"]["events"][0]["sentence"] = 'From <b>today</b> "nothing" leaves.'
    (path / "manifest.json").write_text(json.dumps(manifest))
    html = build_report(path, excel=False).read_text(encoding="utf-8")
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "&lt;b&gt;today" in html


def test_a_small_batch_says_so_on_the_page(tmp_path: Path) -> None:
    path = make_run_folder(tmp_path, runs=3, days=300, arms=("baseline", "scenario"))
    html = build_report(path, excel=False).read_text(encoding="utf-8")
    assert "this batch is too small" in html
    assert "one run in ten" not in html
    assert 'id="sensitivity"' not in html


def test_a_batch_in_which_all_runs_failed_still_has_a_page(tmp_path: Path) -> None:
    html = build_report(make_run_folder(tmp_path, runs=4, failed=4, days=300), excel=False).read_text(encoding="utf-8")
    assert "All 4 runs failed" in html
    assert "<figure" not in html
    assert "0 finished, 4 failed, of 4" in html


def test_quiet_scenario_has_a_page(tmp_path: Path) -> None:
    path = make_run_folder(tmp_path, runs=32, strength=0.0, days=200, arms=("baseline", "scenario"))
    html = build_report(path, excel=False).read_text(encoding="utf-8")
    assert "nothing happens" in html
    assert "There are no events." in html


def test_several_worlds_share_one_page(tmp_path: Path) -> None:
    for name in ("ndfeb", "gallium"):
        path = make_run_folder(tmp_path / name, runs=4, days=200, arms=("baseline", "scenario"))
        only(path, "price_fan", "shortage_fan")
        manifest = json.loads((path / "manifest.json").read_text())
        manifest["resolved"]["world"]["name"] = name
        manifest["resolved"]["world"]["title"] = f"World of {name}"
        (path / "manifest.json").write_text(json.dumps(manifest))
    parent = {"format": 1, "status": "finished", "title": "Two", "question": "Both?", "worlds": ["ndfeb", "gallium"]}
    (tmp_path / "manifest.json").write_text(json.dumps(parent))
    html = build_report(tmp_path, excel=False).read_text(encoding="utf-8")
    page = Page(html)
    assert len(page.ids) == len(set(page.ids))
    assert {"ndfeb-price_fan", "gallium-price_fan"} <= set(page.ids)
    assert html.count("World of gallium") >= 2
    assert (tmp_path / "gallium" / "figures" / "price_fan.png").exists()


def test_not_a_run_folder(tmp_path: Path) -> None:
    with pytest.raises(NotARunFolder, match=r"manifest\.json"):
        open_run(tmp_path)
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(SupplyriskError, match="can't be read"):
        open_run(tmp_path)


# --- compare --------------------------------------------------------------------------------------


def test_same_draws_are_paired_run_by_run(folder: Path, tmp_path: Path) -> None:
    milder = make_run_folder(tmp_path / "milder", runs=30, days=400, strength=0.6, arms=ARMS)
    table = pd.read_parquet(folder / "runs.parquet")
    table.iloc[:30].to_parquet(milder / "runs.parquet")  # the same numbers were drawn
    cases = cases_of([folder, milder])
    pair = pairing(*cases)
    assert pair.kind == "paired"
    assert "30 runs" in pair.words
    q = headline_quantities(cases[0].run)[0]
    found = difference(*cases, q, pair)
    assert found.paired
    a, b = (
        open_run(p)
        .outcomes(q.metric, ["scenario"], product=q.product, place=q.place, end_use="")
        .set_index("run")["value"]
        for p in (folder, milder)
    )
    assert found.p50 == pytest.approx((b - a).dropna().median())
    html = compare([folder, milder], tmp_path / "out").read_text(encoding="utf-8")
    assert "differences are taken run by run" in html
    assert Page(html).loads == []


@pytest.mark.parametrize(("key", "value", "why"), [("seed", 2, "the seeds differ"), ("sampler", "sobol", "samplers")])
def test_other_draws_are_told_plainly(folder: Path, tmp_path: Path, key: str, value: object, why: str) -> None:
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    manifest = json.loads((other / "manifest.json").read_text())
    manifest[key] = value
    (other / "manifest.json").write_text(json.dumps(manifest))
    cases = cases_of([folder, other])
    pair = pairing(*cases)
    assert pair.kind == "unpaired"
    assert why in pair.words
    q = headline_quantities(cases[0].run)[0]
    found = difference(*cases, q, pair)
    assert not found.paired
    assert np.isnan(found.p50)
    assert found.low < found.mean < found.high


def test_other_numbers_drawn_are_not_paired(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    table = pd.read_parquet(other / "runs.parquet")
    table["elasticity_short"] *= 1.01
    table.to_parquet(other / "runs.parquet")
    assert "1 of 3 drawn numbers differ" in pairing(*cases_of([folder, other])).words


def test_arms_of_one_run(folder: Path, tmp_path: Path) -> None:
    cases = cases_of([folder], ["scenario", "stockpile_60_days"])
    assert [c.arm for c in cases] == ["scenario", "policy:stockpile_60_days"]
    assert pairing(*cases).kind == "same"
    with pytest.raises(SupplyriskError, match="no arm stockpile_60_day"):
        cases_of([folder], ["stockpile_60_day"])
    html = compare([folder], tmp_path / "arms").read_text(encoding="utf-8")
    assert "arms of one batch" in html
    assert (tmp_path / "arms" / "compare.csv").exists()


def test_compared_policies_are_called_by_title_and_hedged(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "titled"
    shutil.copytree(folder, copy)
    manifest = json.loads((copy / "manifest.json").read_text())
    for arm in manifest["resolved"]["arms"]:
        arm["title"] = "Sixty days in store" if arm["name"].startswith("policy:") else ""
    (copy / "manifest.json").write_text(json.dumps(manifest))
    html = compare([copy], tmp_path / "out").read_text(encoding="utf-8")
    assert "“Sixty days in store”, against the scenario, lowers" in html
    assert "<b>stockpile 60 days</b>: Sixty days in store" in html
    cases = cases_of([copy])
    q = headline_quantities(cases[0].run)[1]
    table = pd.read_parquet(copy / "outcomes.parquet")
    here = (table["arm"] == "policy:stockpile_60_days") & (table["metric"] == q.metric)
    table.loc[here, "value"] = table.loc[here, "value"] + np.where(table.loc[here, "run"] % 2 == 0, 40.0, -40.0)
    table.to_parquet(copy / "outcomes.parquet")
    assert "in either direction" in compare([copy], tmp_path / "again").read_text(encoding="utf-8")


def test_two_runs_of_one_title_are_told_apart(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    first, second = cases_of([folder, other])
    assert first.title == first.label != second.title == second.label
    assert "“" not in second.quoted


# --- commands -------------------------------------------------------------------------------------


def test_plot_draws_one_figure(folder: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["plot", str(folder), "--figure", "price_fan", "--out", str(tmp_path)])
    assert result.exit_code == 0
    assert (tmp_path / "price_fan.svg").read_bytes() == (folder / "figures" / "price_fan.svg").read_bytes()
    assert "price_fan.csv" in result.output


def test_plot_list_explains_every_figure() -> None:
    from supplyrisk.report.figures import FIGURES

    result = CliRunner().invoke(main, ["plot", "--list"])
    assert result.exit_code == 0
    for figure in FIGURES:
        assert figure.name in result.output
        assert figure.explains in result.output


@pytest.mark.parametrize("arguments", [["plot"], ["plot", "nowhere"], ["report", "nowhere"], ["compare", "nowhere"]])
def test_commands_say_what_is_wrong_in_one_line(arguments: list[str]) -> None:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    assert len(result.output.strip().splitlines()) == 1


def test_unknown_figure_is_named_with_what_was_meant(folder: Path) -> None:
    result = CliRunner().invoke(main, ["plot", str(folder), "--figure", "price_fam"])
    assert result.exit_code == 2
    assert "price_fan" in result.output


# --- words ----------------------------------------------------------------------------------------


def test_changes_of_a_world_are_told_as_ranges() -> None:
    text = "a: 8 -> {pert: [10 weeks, 21 weeks, 34 weeks]} weeks\nb: 1 -> {uniform: [0.5, 2]}\nc: 1 -> 2 weeks"
    assert plain_changes(text) == "a: 8 -> 21 weeks (10 weeks to 34 weeks)\nb: 1 -> 0.5 to 2\nc: 1 -> 2 weeks"


def test_names_in_titles_and_in_sentences() -> None:
    assert short_name("high-temperature (Dy/Tb-bearing) NdFeB magnets") == "High-temperature NdFeB magnets"
    assert small("High-temperature NdFeB magnets") == "high-temperature NdFeB magnets"
    assert small("NdPr oxide") == "NdPr oxide"
    assert plain_uncertainty("4 % (uncertain: {pert: [2 %, 4 %, 8 %]}) of it") == "4 % (2 % to 8 %) of it"


@pytest.mark.parametrize(
    ("kind", "args", "text"),
    [
        ("uniform", [8, 20], "uniform, 8 to 20"),
        ("pert", [0.05, 0.12, 0.3], "PERT, 0.05 to 0.3, mode 0.12"),
        ("normal", [10, 1], "normal, 90 % in 8.36 to 11.6"),
        ("discrete", [1, 0.25, 2, 0.75], "one of 1 (25 %), 2 (75 %)"),
    ],
)
def test_distributions_in_words(kind: str, args: list[float], text: str) -> None:
    assert distribution(SampledColumn("x", "", kind, tuple(args), args[0])) == text

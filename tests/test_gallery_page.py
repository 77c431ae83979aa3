"""The gallery page: its numbers are those of the tables, its notes fit the scenarios, its pictures are small."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from supplyrisk import cli
from supplyrisk.errors import SupplyriskError
from supplyrisk.report.rounding import with_interval

from tools.commands import COMMANDS
from tools.gallery import comparisons, exhibit, gallery, number, opened, read_notes, run_scenario

ROOT = Path(__file__).parents[1]
NOTES = ROOT / "docs" / "gallery_notes.yaml"
PAGE = ROOT / "docs" / "scenarios.md"
SHORT = "germanium_export_ban"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run folders of one scenario, three runs."""
    made = tmp_path_factory.mktemp("gallery")
    run_scenario(ROOT / "scenarios" / f"{SHORT}.yaml", 3, made / SHORT)
    return made


def row(folder: Path, where: dict[str, str]) -> pd.Series:
    """The row of summary.csv that a number of the page stands for, read without the report's code."""
    (file,) = folder.glob("*/summary.csv")
    table = pd.read_csv(file, keep_default_na=False, na_values={c: [""] for c in ("p10", "p50", "p90")})
    keep = (table["metric"] == where["metric"]) & (table["arm"] == where["arm"])
    for key in ("product", "place", "end_use"):
        keep &= table[key].isin([where[key]] if where[key] else ["", "all"])
    (found,) = [r for _, r in table[keep].iterrows()]
    return found


def test_numbers_of_the_page_are_those_of_the_tables(folder: Path, tmp_path: Path) -> None:
    said = read_notes(NOTES)
    shown = exhibit(SHORT, said["scenarios"][SHORT], folder / SHORT, tmp_path)
    text = gallery(said, (SHORT,), folder, tmp_path, 3)
    assert len(shown.numbers) == 3
    for found in shown.numbers:
        stands = row(folder / SHORT, dict(found.where))
        unit = "points" if stands["unit"] == "%" and "-" in found.where["arm"] else stands["unit"]
        value, between = with_interval(stands["p50"], stands["p10"], stands["p90"], unit)
        assert (found.value, found.between) == (value, between)
        assert f"| {found.label} | {value} | {between or 'the same'} |" in text


def test_page_has_question_picture_words_and_command(folder: Path, tmp_path: Path) -> None:
    said = read_notes(NOTES)
    text = gallery(said, (SHORT,), folder, tmp_path, 3)
    scenario = (ROOT / "scenarios" / f"{SHORT}.yaml").read_text(encoding="utf-8")
    assert re.findall(r"^question: (.+)$", scenario, re.MULTILINE)[0] in text
    assert f"python run_scenario.py scenarios/{SHORT}.yaml" in text
    assert f"(images/gallery/{SHORT}.png)" in text
    assert (tmp_path / f"{SHORT}.png").stat().st_size < 60_000
    beside = text.partition("## Beside published numbers")[2]
    assert f"(#{SHORT})" in beside
    assert "Open-File Report 2024-1057" in beside
    assert "IMF Working Paper" not in beside  # its scenario was not run


def test_published_numbers_stand_beside_ours_with_source_and_reason(folder: Path) -> None:
    whole = {"title": "x", "scenario": SHORT, "place": "world", "published": "USD 9", "source": "who", "why": "because"}
    lost = {**whole, "metric": "shortage_percent", "product": "germanium"}
    lines = comparisons({"why_different": ["All in all."]}, [whole, lost], folder).splitlines()
    assert lines[2] == "| | here | of which for want of material | published | source | why they differ |"
    for line, metrics in (
        (lines[4], ("output_at_risk_usd", "output_at_risk_unserved_usd")),
        (lines[5], ("shortage_percent",)),
    ):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        assert cells[0] == f"[x](#{SHORT})"
        assert cells[3:] == ["USD 9", "who", "because"]
        product = "germanium" if len(metrics) == 1 else "all"
        for cell, metric in zip(cells[1:], metrics, strict=False):
            where = {
                "metric": metric,
                "arm": "scenario-baseline",
                "product": product,
                "place": "world",
                "end_use": "all",
            }
            stands = row(folder / SHORT, where)
            unit = "points" if stands["unit"] == "%" else stands["unit"]
            value, between = with_interval(stands["p50"], stands["p10"], stands["p90"], unit)
            assert cell == (f"{value} ({between})" if between else value)
    assert lines[5].split("|")[3].strip() == "–"


def test_what_is_published_is_of_scenarios_and_places_that_there_are() -> None:
    from supplyrisk.spec.load import read_scenario

    for case in read_notes(NOTES)["comparisons"]:
        world = read_scenario(ROOT / "scenarios" / f"{case['scenario']}.yaml").scenarios[0].world
        assert case["place"] in (*world.countries, *world.groups, *world.zones, "world"), case["title"]
        assert all(str(case[key]).strip() for key in ("published", "source", "why"))
        assert case.get("product", world.products[0].id) in [product.id for product in world.products]


def test_a_number_that_is_not_there_is_refused(folder: Path) -> None:
    runs = opened(folder / SHORT)
    main_run = next(iter(runs.values()))
    with pytest.raises(SupplyriskError, match="no row for shortage_percent"):
        number(runs, main_run, {"label": "x", "metric": "shortage_percent", "product": "tin", "place": "world"})


def test_a_scenario_without_notes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(cli.COMMANDS, "gallery", COMMANDS["gallery"])
    result = CliRunner().invoke(cli.main, ["gallery", "tin", "--notes", str(NOTES), "--out", str(tmp_path / "x.md")])
    assert result.exit_code == 2
    assert "no notes on tin" in result.output


def test_every_shipped_scenario_has_notes_and_a_place_on_the_page() -> None:
    shipped = {p.stem for p in (ROOT / "scenarios").glob("*.yaml")} - {"template", "baseline"}
    said = read_notes(NOTES)["scenarios"]
    assert set(said) == shipped
    page = PAGE.read_text(encoding="utf-8")
    for name, words in said.items():
        assert f"\n## {name}\n" in page
        assert len(words["numbers"]) == 3
        section = page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        assert " ".join(words["text"].split()) in section
        assert all(f"| {n['label']} | " in section for n in words["numbers"])


def test_pictures_are_there_and_small() -> None:
    named = re.findall(r"\]\((images/gallery/[^)]+)\)", PAGE.read_text(encoding="utf-8"))
    files = sorted((PAGE.parent / "images" / "gallery").iterdir())
    assert sorted(PAGE.parent / n for n in named) == files
    assert max(f.stat().st_size for f in files) <= 60_000
    assert sum(f.stat().st_size for f in files) < 2_000_000

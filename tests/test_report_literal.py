"""What users write is shown as they wrote it, wherever it lands: no mathematics, no markup, no formulas."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from supplyrisk.report import build, style
from supplyrisk.report.build import build_report
from supplyrisk.report.figures import FIGURES
from supplyrisk.report.literal import cell, markdown, write_csv
from supplyrisk.report.run import open_run

from tests.report_runs import make_run_folder
from tests.test_report_build import only

TITLE = r"a floor of $60/kg to $75/kg, stock_{min}^2 \alpha <b>&amp;"
PRODUCT = "$magnets$_{max} <i>"
COUNTRY = "=HYPERLINK(1)"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose names and titles hold every sign that some program reads."""
    arms = ("baseline", "scenario", "policy:stockpile_60_days")
    path = make_run_folder(tmp_path_factory.mktemp("literal") / "run", runs=36, days=400, arms=arms)
    manifest = json.loads((path / "manifest.json").read_text())
    manifest["title"] = manifest["question"] = TITLE
    resolved = manifest["resolved"]
    for product in resolved["world"]["products"]:
        product["name"] = PRODUCT
    names = resolved["world"]["country_names"]
    resolved["world"]["country_names"] = dict.fromkeys(names, COUNTRY)
    for arm in resolved["arms"]:
        if isinstance(arm, dict) and arm["name"].startswith("policy:"):
            arm["title"] = TITLE
    for event in resolved["events"]:
        event["name"] = "_$x$ & y"
        event["sentence"] = f"* {TITLE}"
    (path / "manifest.json").write_text(json.dumps(manifest))
    return path


def texts(svg: bytes) -> list[str]:
    return [item.text or "" for item in ElementTree.fromstring(svg).iter() if item.tag.endswith("}text")]


@pytest.mark.parametrize("figure", FIGURES, ids=lambda f: str(f.name))
def test_figures_draw_names_as_they_are(hostile: Path, figure: Any) -> None:
    run = open_run(hostile)
    assert figure.available(run) or figure.name in ("licence_office", "policy_ladder", "up_to_today")
    if not figure.available(run):
        return
    with style.house_style():
        svg = style.svg_bytes(figure.draw(run, style.WIDE).figure)
    written = " ".join(texts(svg))
    assert written.strip()
    assert b"tspan" not in svg  # how mathematics is set
    for sign in ("\\mathdefault", "α"):
        assert sign not in written
    if "agnets" in written:
        assert "$magnets$" in written.lower()


def test_digits_of_texts_are_left_alone() -> None:
    with style.house_style():
        figure = style.new_figure(style.NARROW, 1.0)
        figure.subplots().set_title("from 1.23456 to 9.87654 kg")
        assert "from 1.23456 to 9.87654 kg" in texts(style.svg_bytes(figure))


def test_letters_the_font_does_not_have_stay_text() -> None:
    with style.house_style():
        figure = style.new_figure(style.NARROW, 1.0)
        figure.subplots().set_title("出口管制")
        assert "出口管制" in texts(style.svg_bytes(figure))
        assert style.png_bytes(figure)


def test_pages_and_tables_show_names_as_they_are(hostile: Path, tmp_path: Path) -> None:
    import shutil

    path = tmp_path / "run"
    shutil.copytree(hostile, path)
    page = build_report(only(path, "price_fan"))
    html = page.read_text(encoding="utf-8")
    assert "<i>" not in html
    assert "&lt;i&gt;" in html
    text = (path / "report.md").read_text(encoding="utf-8")
    without_code = re.sub(r"`[^`\n]*`", "", text)
    assert not re.search(r"(?<!\\)[<$]", without_code)
    for file in (path / "iamc.csv", path / "figures" / "price_fan.csv"):
        with file.open(encoding="utf-8", newline="") as opened:
            found = [value for row in csv.reader(opened) for value in row]
        assert not [v for v in found if v[:1] in ("=", "@", "+", "\t") or (v[:1] == "-" and not _is_number(v))]
    assert any(v.startswith("'=HYPERLINK") for v in pd.read_csv(path / "iamc.csv")["Region"])


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


@given(st.text())
def test_markdown_of_any_text_is_one_line_that_opens_nothing(text: str) -> None:
    shown = markdown(text)
    assert len(shown.splitlines()) <= 1
    assert not re.search(r"(?<!\\)(?:\\\\)*[<|`*$]", shown)
    assert "".join(shown.replace("\\", "").split()) == "".join(text.replace("\\", "").split())


def test_numbers_stay_numbers_and_formulas_become_text(tmp_path: Path) -> None:
    table = pd.DataFrame({"=name": ["-1+2", "@x", "-3.5e-2", "plain"], "value": [-1.5, 0.0, 2.0, float("nan")]})
    write_csv(table, tmp_path / "t.csv", "%.10g")
    rows = list(csv.reader((tmp_path / "t.csv").read_text(encoding="utf-8").splitlines()))
    assert rows == [["'=name", "value"], ["'-1+2", "-1.5"], ["'@x", "0"], ["-3.5e-2", "2"], ["plain", ""]]
    assert cell(-2.5) == -2.5


def test_a_figure_that_fails_costs_that_figure_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = only(
        make_run_folder(tmp_path / "run", runs=3, days=100, arms=("baseline", "scenario")), "price_fan", "shortage_fan"
    )
    render = build.render

    def fails(run: Any, figure: Any, *rest: Any) -> Any:
        if figure.name == "price_fan":
            raise ZeroDivisionError("a <b>reason</b>")
        return render(run, figure, *rest)

    monkeypatch.setattr(build, "render", fails)
    html = build_report(path, excel=False).read_text(encoding="utf-8")
    assert "The figure price_fan is missing, because drawing it failed (ZeroDivisionError: a &lt;b&gt;reason" in html
    assert '<figure id="shortage_fan">' in html
    assert "> The figure price_fan is missing" in (path / "report.md").read_text(encoding="utf-8")

"""A comparison says what differs between the files, pairs what shares its draws, and takes one kind of quantile."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from supplyrisk.cli import main
from supplyrisk.report.compare import Pairing, cases_of, compare, pairing, sentences
from supplyrisk.report.differences import differences
from supplyrisk.report.quantities import Quantity
from supplyrisk.results.difference import paired, unpaired
from supplyrisk.results.quantiles import FAN, quantiles
from supplyrisk.results.summary import describe
from supplyrisk.spec.load import text_scenario

BASE = """
title: One
world: gallium
horizon: {start: 2026-01-01, years: 1}
outlook: calm
monte_carlo: {runs: 4}
baseline:
  cover_weeks: {gallium_wafer: {JP: 9 weeks}}
events:
  - {type: export_ban, name: halt, origins: CN, products: crude_gallium, start: 2026-03-01, duration: 60 days}
policies:
  reserve:
    title: a reserve of metal
    events: [{type: strategic_stockpile, products: gallium_wafer, countries: JP, target: 60 days, start: 2026-01-01}]
"""


def told(one: str, other: str) -> list[str]:
    a, b = (text_scenario(text, "x.yaml").scenarios[0] for text in (one, other))
    return differences(a, b, {"cover_weeks": "users' stocks, in weeks"})


# --- what differs -----------------------------------------------------------------------------------


def test_the_same_file_has_no_differences() -> None:
    assert told(BASE, BASE) == ["Nothing differs in what is simulated."]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "JP: 9 weeks",
            "JP: 12 weeks",
            r"^Users' stocks, in weeks: gallium wafers and epitaxial layers, Japan 9 → 12\.$",
        ),
        ("{runs: 4}", "{runs: 5, seed: 7}", r"^The number of runs: 4 → 5\.$"),
        ("{runs: 4}", "{runs: 5, seed: 7}", r"^The seed: \d+ → 7\.$"),
        ("years: 1", "years: 2", r"^The simulated period: 2026-01-01 to 2026-12-31 → 2026-01-01 to 2027-12-31\.$"),
        ("duration: 60 days", "duration: 90 days", r"^The event “halt” differs\. First: .*60 days.* Second: .*90 days"),
        ("name: halt", "name: stop", r"^Only the second has the event “stop”: From 1 March 2026"),
        ("name: halt", "name: stop", r"^Only the first has the event “halt”: From 1 March 2026"),
        ("  reserve:", "  stock:", r"^Only the first has the policy “a reserve of metal”\.$"),
        ("target: 60 days", "target: 61 days", r"^The event “.*” of the policy “a reserve of metal” differs"),
        ("JP: 9 weeks", "JP: {uniform: [8 weeks, 10 weeks]}", r"^What is uncertain: .*certain → uniform, 8 to 10\.$"),
        (
            "outlook: calm\n",
            "outlook: {base: calm, capacity_growth: 2 %}\n",
            r"^The outlook of every arm differs in capacity growth",
        ),
        ("outlook: calm", "outlook: today", r"^The outlook: calm → today\.$"),
        ("world: gallium", "world: germanium", r"^The world: Gallium"),
    ],
)
def test_each_kind_of_difference_is_told_in_words(old: str, new: str, said: str) -> None:
    other = BASE.replace(old, new)
    assert other != BASE
    if "germanium" in new:
        other = re.sub(r"(?s)baseline:.*?events:", "events:", other).replace("crude_gallium", "refining")
        other = other[: other.index("policies:")]
    lines = told(BASE, other)
    assert any(re.search(said, line) for line in lines), lines
    assert told(other, BASE) != ["Nothing differs in what is simulated."]


def test_two_files_are_compared_without_a_run(tmp_path: Path) -> None:
    for name, text in (("a", BASE), ("b", BASE.replace("9 weeks", "12 weeks"))):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    result = CliRunner().invoke(main, ["compare", str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml")])
    assert result.exit_code == 0, result.output
    assert "Japan 9 → 12" in result.output


# --- pairs ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    path = tmp_path_factory.mktemp("pairs")
    texts = {
        "a": BASE,
        "number": BASE.replace("9 weeks", "12 weeks"),
        "range": BASE.replace("JP: 9 weeks", "JP: {uniform: [8 weeks, 10 weeks]}"),
        "seed": BASE.replace("{runs: 4}", "{runs: 4, seed: 77}"),
    }
    for name, text in texts.items():
        (path / f"{name}.yaml").write_text(text, encoding="utf-8")
        call = ["run", str(path / f"{name}.yaml"), "--out", str(path / name), "--engine", "reference", "--no-report"]
        assert CliRunner().invoke(main, call).exit_code == 0
    shutil.copytree(path / "a", path / "version")
    file = path / "version" / "manifest.json"
    manifest = json.loads(file.read_text(encoding="utf-8"))
    manifest["hashes"]["code"] = "0" * 64
    file.write_text(json.dumps(manifest), encoding="utf-8")
    return {name: path / name for name in (*texts, "version")}


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("number", "paired", "the same draws for 4 runs"),
        ("range", "paired", "1 uncertain number is described otherwise"),
        ("seed", "unpaired", "the seeds differ"),
        ("version", "unpaired", "different versions of the model"),
    ],
)
def test_what_shares_its_draws_is_paired(folders: dict[str, Path], name: str, kind: str, words: str) -> None:
    found = pairing(*cases_of([folders["a"], folders[name]]))
    assert found.kind == kind
    assert words in found.words


def test_the_page_tells_the_difference_of_the_files(folders: dict[str, Path], tmp_path: Path) -> None:
    page = compare([folders["a"], folders["number"]], tmp_path).read_text(encoding="utf-8")
    assert "Users&#39; stocks, in weeks: gallium wafers and epitaxial layers, Japan 9 → 12." in page


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (0.001, "hardly differs"),
        (-0.001, "hardly differs"),
        (0.0, "hardly differs|as it is"),
        (6.0, "6 weeks higher|by 6 weeks"),
        (-6.0, "6 weeks lower|by 6 weeks"),
    ],
)
@pytest.mark.parametrize("by_run", [True, False])
def test_what_reads_as_nothing_is_told_as_no_difference(
    monkeypatch: pytest.MonkeyPatch, change: float, said: str, by_run: bool
) -> None:
    one = np.asarray([40.0, 41.0, 42.0, 43.0])
    gap = paired(one + change, one, "weeks") if by_run else unpaired(one + change, one, "the seeds differ", "weeks")
    monkeypatch.setattr("supplyrisk.report.compare.difference", lambda *_: gap)
    cases: Any = [SimpleNamespace(quoted="“one”"), SimpleNamespace(quoted="“other”")]
    wanted = [Quantity("shortage_unserved_weeks", "x", "JP", "weeks", "Use missing", "use missing")]
    (found,) = sentences(cases, wanted, [Pairing("paired" if by_run else "unpaired", "")])
    assert re.search(said, found), found
    assert not re.search(r"\b0 weeks (lower|higher)|by 0", found), found


# --- one quantile -----------------------------------------------------------------------------------


@given(st.lists(st.one_of(st.floats(-1e6, 1e6), st.just(float("nan"))), min_size=1, max_size=30))
def test_quantiles_are_those_of_the_summary(values: list[float]) -> None:
    found = quantiles(values)
    stored = describe(np.asarray([values], dtype=float))[0, 3:8]
    assert np.array_equal(found, stored, equal_nan=True)
    if not np.isnan(values).all():
        assert np.allclose(found, np.nanquantile(np.asarray(values), FAN), rtol=1e-9, atol=1e-9)


def test_what_never_happens_is_infinite_and_no_error() -> None:
    assert quantiles([1.0, np.inf, np.inf], (0.0, 0.5, 1.0)).tolist() == [1.0, np.inf, np.inf]
    assert np.isnan(quantiles([np.nan, np.nan], (0.5,))).all()


def test_reports_take_no_other_quantiles() -> None:
    root = Path(__file__).parents[1] / "sim" / "supplyrisk"
    files = [*(root / "report").rglob("*.py"), *(root / "results").glob("*.py"), *(root / "commands").glob("*.py")]
    others = re.compile(r"\bnp\.(nan)?(quantile|percentile|median)\(")
    assert not [str(f) for f in files if others.search(f.read_text(encoding="utf-8"))]

"""`backtest`: the page, the last line, and faults of an episode's files."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sim.cli import main
from sim.commands import backtest as command

EPISODES = Path(__file__).parents[1] / "scenarios" / "episodes"


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    out = tmp_path_factory.mktemp("backtest")
    arguments = ["backtest", str(EPISODES / "gallium_licences_2023"), "-n", "10", "--engine", "reference"]
    return CliRunner().invoke(main, [*arguments, "-o", str(out)]), out


def test_the_last_line_and_the_exit_code(done: tuple[Result, Path]) -> None:
    result, out = done
    assert result.exit_code == 0, result.output
    with (out / "targets.csv").open() as file:
        rows = list(csv.DictReader(file))
    hits = sum(row["hit"] == "1" for row in rows)
    assert result.output.strip().splitlines()[-1] == f"{hits} of 6 targets hit"


def test_the_page_shows_every_target_and_stands_alone(done: tuple[Result, Path]) -> None:
    _, out = done
    page, text = (out / "backtest.html").read_text(), (out / "backtest.md").read_text()
    for name in ("zero months", "rush before", "price outside 6 months"):
        assert name in page
        assert name in text
    assert page.count("<svg") == 2  # wide and narrow
    assert "src=" not in page
    assert "<script" not in page
    assert (out / "figures" / "gallium_licences_2023.svg").exists()
    with (out / "scores.csv").open() as file:
        assert all(0 <= int(r["inside_50"]) <= int(r["inside_90"]) <= int(r["points"]) for r in csv.DictReader(file))


def test_faults_are_listed_at_once_with_their_places(tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(EPISODES / "gallium_licences_2023", folder)
    targets = folder / "targets.csv"
    text = targets.read_text().replace("zero_months,2023-08", "zero_moths,2023-08").replace("0.8,2.5", "2.8,2.5")
    targets.write_text(text)
    result = CliRunner().invoke(main, ["backtest", str(folder), "-o", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert "targets.csv:2:" in result.output
    assert "did you mean zero_months" in result.output
    assert "targets.csv:3:" in result.output
    assert "is above high" in result.output
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_no_episode(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["backtest", str(tmp_path)])
    assert result.exit_code == 2
    assert "is no episode: scenario.yaml, observed.csv, targets.csv is missing" in result.output


def test_the_shipped_record_is_in_the_form_reports_quote() -> None:
    if not command.SUMMARY.exists():
        pytest.skip("no record is shipped")
    record = json.loads(command.SUMMARY.read_text())
    fitted = [e for e in record["episodes"] if e["fitted"]]  # the totals leave out what nothing was fitted to
    assert record["hits"] == sum(e["hits"] for e in fitted)
    assert record["targets"] == sum(e["targets"] for e in fitted)
    assert all(e["hits"] + len(e["misses"]) == e["targets"] for e in record["episodes"])

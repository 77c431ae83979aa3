"""`backtest`: the page, the last line, and faults of an episode's files."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from supplyrisk.cli import main
from supplyrisk.commands import backtest as command

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
    assert {row["way"] for row in rows} == {"day one", "recorded"}
    hits = sum(row["hit"] == "1" for row in rows)
    last = [line for line in result.output.strip().splitlines() if "targets hit" in line]
    assert [line.split("(")[1] for line in last] == ["day-one forecast)", "office as recorded)"]
    assert sum(int(line.split()[0]) for line in last) == hits
    assert all("of 8 targets" in line for line in last)


def test_the_page_shows_every_target_and_stands_alone(done: tuple[Result, Path]) -> None:
    _, out = done
    page, text = (out / "backtest.html").read_text(), (out / "backtest.md").read_text()
    for name in ("zero months", "rush before", "price outside 6 months"):
        assert name in page
        assert name in text
    assert page.count("<svg") == 4  # two ways, wide and narrow
    assert "src=" not in page
    assert "<script" not in page
    assert (out / "figures" / "gallium_licences_2023_day_one.svg").exists()
    assert (out / "figures" / "gallium_licences_2023_recorded.svg").exists()
    with (out / "scores.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 40
    assert all(0 <= int(r["inside_50"]) <= int(r["inside_80"]) <= 1 for r in rows)
    assert all(float(r["p10"]) <= float(r["p50"]) <= float(r["p90"]) for r in rows)


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


def test_the_record_of_all_is_not_renewed_from_some(tmp_path: Path) -> None:
    arguments = ["backtest", str(EPISODES / "gallium_licences_2023"), "--update-summary", "-o", str(tmp_path / "out")]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert "name no folder" in result.output
    assert not (tmp_path / "out").exists()


def test_calibrate_repeats_to_the_digit(tmp_path: Path) -> None:
    told = []
    for name in ("a.csv", "b.csv"):
        arguments = ["calibrate", str(EPISODES / "magnesium_power_2021"), "-n", "10", "-o", str(tmp_path / name)]
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 0, result.output
        told.append([line for line in result.output.splitlines() if "error_level" in line])
    assert told[0] == told[1]
    assert len(told[0]) == 4  # two ways, without the one episode and from all
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_the_shipped_record_is_in_the_form_reports_quote() -> None:
    record = json.loads(command.SUMMARY.read_text())
    assert record["hits"] == sum(e["hits"] for e in record["episodes"])
    assert record["targets"] == sum(e["targets"] for e in record["episodes"])
    assert all(e["hits"] + len(e["misses"]) == e["targets"] for e in record["episodes"])
    for way, values in record["ways"].items():
        assert values["hits"] == sum(e["ways"][way]["hits"] for e in record["episodes"])


def test_the_page_says_what_the_record_says() -> None:
    from supplyrisk.backtest.record import fill

    for path in command.PAGES:
        page = path.read_text(encoding="utf-8")
        assert "<!-- record: headline -->" in page
        assert fill(page, json.loads(command.SUMMARY.read_text())) == page


def test_the_worlds_ship_what_the_episodes_left_over() -> None:
    """The rows of the model's own error are those of the day-one forecasts from all episodes."""
    from supplyrisk.backtest.error import from_others, read_residuals
    from supplyrisk.spec.worldfile import shipped_worlds

    error = from_others(read_residuals(), "day one")
    assert error.events == 8
    numbers = {"error_shift": error.shift, "error_level": error.level, "error_weekly": error.weekly}
    wanted = {name: f"{value:.2f}" for name, value in numbers.items()}
    for name in shipped_worlds():
        tables = (EPISODES.parents[1] / "sim" / "supplyrisk" / "worlds" / name).glob("*.csv")
        lines = [line for table in tables for line in table.read_text(encoding="utf-8").splitlines()]
        rows = [row for row in csv.reader(lines) if row and row[0] in wanted]
        assert {row[0]: f"{float(row[6]):.2f}" for row in rows} == wanted, name

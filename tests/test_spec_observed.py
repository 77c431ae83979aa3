"""Recorded series: one strict reader, used when a scenario is checked and when an episode is read."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from supplyrisk.backtest.episode import read_episode
from supplyrisk.cli import main
from supplyrisk.errors import Problems
from supplyrisk.report.observed import monthly_exports
from supplyrisk.report.run import open_run
from supplyrisk.spec.load import read_scenario

TINY = Path(__file__).parent / "worlds" / "tiny"
HEAD = "series,period,value,unit,source,confidence,note,variable,products,place\n"
GOOD = HEAD + "".join(f"out,2025-0{m},{1000 * m},kg,customs,high,,export_t,metal,CN>\n" for m in range(1, 7))
SCENARIO = f"""
title: Recorded beside simulated
world: {TINY}
horizon: {{start: 2025-01-01, years: 1}}
events:
  - {{type: export_ban, name: ban, origins: CN, products: metal, start: 2025-05-01, duration: 3 months}}
monte_carlo: {{runs: 2}}
report: {{observed: seen.csv, figures: [exports_by_month]}}
"""


@pytest.fixture
def scenario(tmp_path):
    (tmp_path / "s.yaml").write_text(SCENARIO)
    return tmp_path / "s.yaml"


def faults(scenario, content):
    (scenario.parent / "seen.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    try:
        return [], read_scenario(scenario)
    except Problems as error:
        return [str(problem) for problem in error.problems], None


def test_what_is_good_is_read(scenario):
    found, loaded = faults(scenario, GOOD)
    assert found == []
    assert loaded.notes == ()
    recorded = loaded.scenarios[0].report.recorded
    assert [one.value for one in recorded] == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    assert (recorded[0].product, recorded[0].place, recorded[0].unit) == ("metal", "CN>", "kg")


DAMAGE = [
    ("1000,kg", '"1,000",kg', "seen.csv:2:13: value: thousands are not separated: write 1000"),
    ("2025-01", "Jan-25", "seen.csv:2:5: period: write 2025-01 (got Jan-25)"),
    ("1000,kg", "1000,lb", "seen.csv:2:18: unit: export_t is in t, kg, kt, g (got lb)"),
    ("1000,kg", "1000,", "seen.csv:2:18: unit: export_t is in t, kg, kt, g (got nothing)"),
    ("1000,kg", "-3,kg", "seen.csv:2:13: value: must not be below 0"),
    ("metal,CN>", "mettal,CN>", "products: no product or stage is called mettal; did you mean metal"),
    ("metal,CN>", "metal,XX>", "place: no place is called XX"),
    ("metal,CN>", "metal,CN", "place: exports go from somewhere: write CN> or CN>US (got CN)"),
    ("export_t", "exports_t", "variable: got exports_t; did you mean export_t"),
    ("high", "hihg", "confidence: got hihg; did you mean high"),
    ("customs", "", "source: every observation needs a source"),
    ("out,2025-02", "out,2025-01", "seen.csv:3:5: period: 2025-01 is given twice for series out (first in line 2)"),
    ("out,2025-01", ",2025-01", "series: every observation needs the name of its series"),
    ("period", "periode", "unknown column periode; did you mean period"),
]


@pytest.mark.parametrize(("old", "new", "message"), DAMAGE)
def test_every_damage_is_told_with_its_place(scenario, old, new, message):
    assert old in GOOD
    found, _ = faults(scenario, GOOD.replace(old, new, 1))
    assert any(message in line for line in found), found
    assert all(line.startswith(str(scenario.parent / "seen.csv") + ":") for line in found)


@pytest.mark.parametrize(("old", "new", "message"), DAMAGE)
def test_an_episode_is_read_by_the_same_reader(tmp_path, old, new, message):
    (tmp_path / "scenario.yaml").write_text(SCENARIO.replace("report:", "#"))
    target = "id,variable,product,place,statistic,from,to,reference_from,reference_to,low,high,unit,basis\n"
    (tmp_path / "targets.csv").write_text(target)
    (tmp_path / "observed.csv").write_text(GOOD)
    assert len(read_episode(tmp_path).series[0].points) == 6
    (tmp_path / "observed.csv").write_text(GOOD.replace(old, new, 1))
    with pytest.raises(Problems) as refused:
        read_episode(tmp_path)
    assert message.replace("seen.csv", "observed.csv") in str(refused.value)


def test_all_faults_are_told_at_once(scenario):
    found, _ = faults(scenario, GOOD.replace(",kg,", ",lb,").replace("2025-0", "2025/0"))
    assert len(found) == 12


@pytest.mark.parametrize("content", [GOOD.replace(",", ";"), GOOD.replace(",", "\t"), GOOD.encode("utf-16")])
def test_another_kind_of_file_is_one_line(scenario, content):
    found, _ = faults(scenario, content)
    assert len(found) == 1


@pytest.mark.parametrize("name", ["/etc/passwd", "/dev/zero", "/dev/null", ".", "nothing.csv", "x" * 300])
def test_what_is_no_table_is_told_and_quick(scenario, name):
    scenario.write_text(SCENARIO.replace("seen.csv", name))
    with pytest.raises(Problems) as refused:
        read_scenario(scenario)
    (problem,) = refused.value.problems
    if name != "/etc/passwd":
        assert str(problem).startswith(f"{scenario}:8:20: report.observed: ")
    assert "root:" not in str(problem)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("out,2031-01,5,t,customs,high,,export_t,metal,CN>", "no period lies between 2025-01-01 and 2025-12-31"),
        ("price,2025-01,1.5,index,customs,high,,price_spot_index,metal,CN", "is drawn nowhere: figures show"),
        ("something,2025-01,5,count,customs,high,,,,", "is drawn nowhere: figures show"),
    ],
)
def test_what_is_not_drawn_is_remarked(scenario, row, message):
    found, loaded = faults(scenario, HEAD + row + "\n")
    assert found == []
    assert message in str(loaded.notes[0])


def test_a_price_in_money_needs_its_normal_level(scenario):
    row = "price,2025-01,150,USD/kg,exchange,high,,price_spot_index,metal,CN"
    found, _ = faults(scenario, HEAD + row + "\n")
    assert "needs its normal level in column reference" in found[0]
    found, loaded = faults(scenario, HEAD.strip() + ",reference\n" + row + ",100\n")
    assert found == []
    (one,) = loaded.scenarios[0].report.recorded
    assert (one.value, one.reference) == (150.0, 100.0)


def test_only_what_was_read_is_in_the_run_folder(scenario, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "seen.csv").write_text("# not for others' eyes\n" + GOOD)
    words = ["run", "s.yaml", "--out", "x", "--engine", "reference", "-w", "1"]
    done = CliRunner().invoke(main, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    (tmp_path / "seen.csv").unlink()
    for file in (tmp_path / "x").rglob("*"):
        assert file.is_dir() or b"others' eyes" not in file.read_bytes()
        assert file.name not in ("seen.csv", "observed")
    recorded = json.loads((tmp_path / "x" / "manifest.json").read_text())["resolved"]["report"]["recorded"]
    assert len(recorded) == 6
    points = monthly_exports(open_run(tmp_path / "x"))
    assert list(points["value"]) == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    again = CliRunner().invoke(main, [*words[:2], "--out", "x", "--force", *words[4:]], catch_exceptions=False)
    assert again.exit_code == 2
    assert (tmp_path / "x" / "report.html").exists()
    repeated = CliRunner().invoke(main, ["run", "x", "--out", "y", *words[4:]], catch_exceptions=False)
    assert repeated.exit_code == 0, repeated.output
    forced = CliRunner().invoke(main, ["run", "y", "--out", "x", "--force", *words[4:]], catch_exceptions=False)
    assert forced.exit_code == 0, forced.output  # all of a report's files are ours


def test_changes_in_per_cent_are_a_record_and_no_amounts(scenario):
    found, loaded = faults(scenario, GOOD + "china_metal_exports_total,2025-03,-35,% y/y,customs,high,,,,\n")
    assert found == []
    assert {one.value for one in loaded.scenarios[0].report.recorded} == {1.0, 2.0, 3.0, 4.0, 5.0, 6.0}


def test_shipped_episodes_are_read_without_a_fault():
    folders = sorted(path.parent for path in (Path(__file__).parents[1] / "scenarios").glob("*/*/targets.csv"))
    assert len(folders) >= 5
    for folder in folders:
        assert read_episode(folder).name == folder.name

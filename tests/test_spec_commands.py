"""The commands of the language: what they print and how they end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from supplyrisk.cli import COMMANDS, main

from .spec_files import GOOD, TINY, put

ROOT = Path(__file__).parents[1]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_check_says_what_is_fine(tmp_path: Path) -> None:
    path = put(tmp_path, GOOD)
    result = run("check", str(path))
    assert (result.exit_code, result.stdout) == (0, f"{path}: fine (world tiny; 1 event, 3 arms)\n")
    assert run("check", "-q", str(path)).output == ""


def test_check_lists_the_problems_of_all_files_and_ends_with_2(tmp_path: Path) -> None:
    first = put(tmp_path, GOOD.replace("origins: CN", "origin: CN").replace("runs: 100", "runs: 0"), "a.yaml")
    good = put(tmp_path, GOOD, "b.yaml")
    last = put(tmp_path, "a: [\n", "c.yaml")
    result = run("check", str(first), str(good), str(last), str(tmp_path / "d.yaml"))
    assert result.exit_code == 2
    assert [line.split(": ")[0] for line in result.stderr.splitlines()] == [
        f"{first}:18:5",
        f"{first}:32:21",
        f"{last}:2:1",
        str(tmp_path / "d.yaml"),
    ]
    assert f"{good}: fine" in result.stdout
    assert set(tmp_path.iterdir()) == {first, good, last}, "nothing is written"


def test_check_prints_notes_and_still_ends_well(tmp_path: Path) -> None:
    path = put(tmp_path, GOOD.replace("duration: 26 weeks", "end: 2029-01-01"))
    result = run("check", str(path))
    assert result.exit_code == 0
    assert result.stderr.startswith(f"{path}:22:10: note: events[0].end: lies after the last day of the horizon")


def test_problems_elsewhere_end_with_2_and_without_a_traceback(tmp_path: Path) -> None:
    for arguments in (("explain", str(tmp_path / "nothing.yaml")), ("world", "ndfebb"), ("world", str(tmp_path))):
        result = run(*arguments)
        assert result.exit_code == 2
        assert "Traceback" not in result.output
        assert len(result.stderr.splitlines()) == 1


def test_explain_tells_the_timeline_in_order(tmp_path: Path) -> None:
    earlier = (
        "  - {type: export_ban, name: early, origins: US, products: metal, start: 2025-02-01, duration: 2 weeks}\n"
    )
    text = run("explain", str(put(tmp_path, GOOD.replace("policies:", earlier + "policies:")))).output
    assert "Horizon: 1 January 2025 to 31 December 2027 (1,095 days, 156 market weeks)." in text
    first = text.index("early: From 1 February 2025 for 2 weeks, the United States stops exports of metal")
    second = text.index("ban: From 4 April 2025 for 26 weeks (announced 15 days before), China stops 90 %")
    assert first < second < text.index("Policy reserve (A reserve), on top of that:")
    assert "China                   86.7 % ->  90.0 %" in text
    assert "United States           13.3 % ->  10.0 %" in text
    assert "cover_weeks.part.JP: 14 -> 12 weeks  [a survey]" in text
    assert "demand of cars grows by 3 % a year." in text
    assert "  elasticity_short: pert, 0.05 to 0.3\n  events.ban.share: uniform, 0.8 to 1\n" in text
    assert "  utilisation: uniform, 0.8 to 0.9  (the world's own)\n" in text
    assert "Arms, all with the same draws: baseline, scenario, policy:reserve." in text
    assert "100 runs each, seed 0, sampler sobol." in text


def test_explain_tells_where_numbers_come_from(tmp_path: Path) -> None:
    put(tmp_path, GOOD, "base.yaml")
    path = put(tmp_path, "extends: base.yaml\nmonte_carlo: {runs: 5}\n")
    text = run("explain", "--origins", "--set", "monte_carlo.seed=7", str(path)).output
    assert f"monte_carlo.runs = 5  ({path}:2:21)" in text
    assert f"monte_carlo.sampler = sobol  ({tmp_path}/base.yaml:32:44)" in text
    assert "monte_carlo.seed = 7  (--set monte_carlo.seed=7:1:8)" in text
    assert "cover_weeks.part.JP: a survey" in text
    assert "cover_weeks.part.JP = 14 weeks: invented for the tests (2024, assumption; " in text


def test_a_scenario_without_events_is_told_as_such() -> None:
    text = run("explain", str(ROOT / "scenarios" / "baseline.yaml")).output
    assert "Nothing happens: the scenario has no events." in text


def test_world_prints_shares_and_sources() -> None:
    text = run("world", str(TINY)).output
    assert "CN China           80.0 %   86.7 %   70.0 %" in text
    assert "refining: metal from 1.25 t ore per t (t of metal)" in text
    sources = run("world", "--sources", str(TINY)).output
    assert "recipe_t_per_t.part.metal = 1.5 t/t (2024, assumption): invented for the tests" in sources
    assert "ndfeb: " in run("world").output


def test_new_world_can_be_used_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "zircon"
    assert run("new-world", str(folder)).exit_code == 0
    assert "zircon ore" in run("world", str(folder)).output
    text = f"title: x\nworld: {folder}\nhorizon: {{start: 2025-01-01, years: 3}}\n"
    text += "events: [{type: export_ban, origins: CN, products: metal, start: 2025-03-01}]\n"
    assert run("check", str(put(tmp_path, text))).exit_code == 0
    again = run("new-world", str(folder))
    assert (again.exit_code, again.stderr) == (2, f"{folder} exists already; choose another name\n")


def test_schema_is_printed_or_written(tmp_path: Path) -> None:
    printed = run("schema").output
    run("schema", "-o", str(tmp_path / "s.json"))
    assert (tmp_path / "s.json").read_text(encoding="utf-8") == printed


def test_a_misspelt_command_is_told() -> None:
    result = run("chek", "x.yaml")
    assert result.exit_code == 2
    assert "no such command: chek; did you mean check" in result.output


def test_every_command_has_its_module_and_help() -> None:
    for name in COMMANDS:
        result = run(name, "--help")
        assert result.exit_code == 0, name
        assert "Usage:" in result.output


SLOW_IMPORTS = {
    "pydantic",
    "ruamel.yaml",
    "numpy",
    "pandas",
    "matplotlib",
    "scipy",
    "numba",
    "pyarrow",
    "simpy",
    "rich",
}


@pytest.mark.parametrize(
    ("arguments", "unwanted"),
    [
        (["--help"], SLOW_IMPORTS),
        (["--version"], SLOW_IMPORTS),
        (["check", "scenarios/baseline.yaml"], SLOW_IMPORTS - {"pydantic", "ruamel.yaml"}),
    ],
    ids=["help", "version", "check"],
)
def test_nothing_heavy_is_imported_before_it_is_needed(arguments: list[str], unwanted: set[str]) -> None:
    program = (
        "import sys; from supplyrisk.cli import main\n"
        f"try: main({arguments!r})\nexcept SystemExit as end: assert not end.code, end.code\n"
        f"print('imported', sorted({unwanted!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.splitlines()[-1] == "imported []"

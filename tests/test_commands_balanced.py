"""What is stated is met, or `check` and `explain` say what is there instead."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from supplyrisk.cli import main

from .spec_files import TINY, put

ROOT = Path(__file__).parents[1]
BARE = "title: t\nworld: {world}\nhorizon: {{start: 2025-01-01, years: 1}}\n"


def command(name: str, path: Path) -> tuple[int, str]:
    result = CliRunner().invoke(main, [name, str(path)])
    assert not result.exception or isinstance(result.exception, SystemExit)
    return result.exit_code, result.output


def scenario(folder: Path, baseline: str = "", world: str = TINY.as_posix()) -> Path:
    return put(folder, BARE.format(world=world) + baseline)


def world_with(folder: Path, file: str, *changes: tuple[str, str]) -> Path:
    """A copy of the invented world with other text in one table."""
    world = folder / "other"
    shutil.copytree(TINY, world)
    text = (world / file).read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    (world / file).write_text(text, encoding="utf-8")
    return world


def test_a_world_that_fits_gets_no_remark(tmp_path: Path) -> None:
    for world in (TINY.as_posix(), "ndfeb", "gallium", "antimony", "tungsten", "germanium", "graphite"):
        path = scenario(tmp_path, world=world)
        assert command("check", path) == (0, f"{path}: fine (world {Path(world).name}; 0 events, 2 arms)\n")


def test_a_trade_share_that_cannot_be_kept_is_told(tmp_path: Path) -> None:
    # The US make 200 of 1,500 t of metal, which JP buys: 90 % of JP's purchases are not there.
    path = scenario(tmp_path, "baseline:\n  trade_share:\n    metal:\n      US: {JP: 90 %}\n")
    code, text = command("check", path)
    assert code == 0
    assert f"{path}:7:12: note: baseline.trade_share.metal.US.JP: JP is to buy 90.0 % of its metal from US" in text
    assert "leaves 44.4 %" in text
    assert "US -> JP 44.4 % of JP's purchases (90.0 % stated)  (stated by this scenario)" in command("explain", path)[1]


def test_a_buyer_and_a_seller_swapped_are_told(tmp_path: Path) -> None:
    # The world has 83 % of what the US buy from JP.
    path = scenario(tmp_path, "baseline: {trade_share: {part: {US: {JP: 80 %}}}}\n")
    text = command("check", path)[1]
    assert "US makes no part" in text or "US sells part but makes none" in text  # that is refused
    path = scenario(tmp_path, "baseline: {trade_share: {ht_magnet: {US: {JP: 58 %}}}}\n", "ndfeb")
    code, text = command("check", path)
    assert code == 0
    assert "JP is to buy 58.0 % of its ht_magnet from US" in text
    assert "the order is product, seller, buyer: did you mean {JP: {US: ...}}" in text


def test_a_share_that_can_be_kept_gets_no_remark(tmp_path: Path) -> None:
    path = scenario(tmp_path, "baseline: {trade_share: {metal: {US: {JP: 44.4 %}}}}\n")
    assert "note" not in command("check", path)[1]


def test_a_table_whose_total_does_not_fit_its_uses_is_told(tmp_path: Path) -> None:
    world = world_with(tmp_path, "production.csv", (",,CN,,,1500,", ",,CN,,,1.500,"))
    code, text = command("check", scenario(tmp_path, world=world.as_posix()))
    assert code == 0
    place = f"{world}/production.csv:2:"
    assert place in text
    assert "output_t_per_year.ore.CN: its outputs sum to 376.5 t/yr, users and makers need 1,875 t/yr" in text
    assert "taken times 4.98" in text
    assert "did you mean 1,500 t/yr in CN" in text


def test_an_output_that_uses_do_not_ask_for_is_told_where_it_is_written(tmp_path: Path) -> None:
    path = scenario(tmp_path, "baseline: {output_t_per_year: {ore: {CN: 1.9 kt/yr}}}\n")
    text = command("check", path)[1]
    assert f"{path}:4:" in text
    assert (
        "outputs sum to 2,275 t/yr, users and makers need 1,875 t/yr: all outputs of ore are taken times 0.824" in text
    )


def test_shares_that_move_trade_are_told_with_the_lanes_that_open(tmp_path: Path) -> None:
    # Of part's makers CN and JP only JP sells to the US for the most part: with CN at 10 %, JP has to sell to CN.
    path = scenario(tmp_path, "baseline: {shares: {part: {CN: 10 %}}}\n")
    code, text = command("check", path)
    assert code == 0
    assert "note: baseline.shares.part: outputs and uses do not fit the stated trade of part" in text
    assert "on new lanes (JP -> CN)" in text
    told = command("explain", path)[1]
    assert "JP -> CN" in told
    assert "nothing stated" in told


def test_a_country_that_nobody_was_to_buy_from_finds_buyers(tmp_path: Path) -> None:
    path = scenario(tmp_path, "baseline: {output_t_per_year: {part: {US: 200}}}\n")
    assert command("check", path)[0] == 0
    assert "US -> US" in command("explain", path)[1]


def test_an_uncertain_trade_share_is_held_against_its_middle(tmp_path: Path) -> None:
    path = scenario(tmp_path, "uncertain:\n  trade_share.metal.US.JP: {uniform: [85 %, 95 %]}\n")
    code, text = command("check", path)
    assert code == 0
    assert f"{path}:5:3: note: uncertain.trade_share.metal.US.JP: JP is to buy 90.0 % of its metal from US" in text


def test_what_nobody_makes_is_an_error(tmp_path: Path) -> None:
    path = scenario(tmp_path, "baseline: {output_t_per_year: {part: {scale: 0}}}\n")
    code, text = command("check", path)
    assert code == 2
    assert "no country makes it" in text


@pytest.mark.parametrize(("mark", "word"), [(";", "semicolons"), ("\t", "tabs")])
def test_a_table_of_another_dialect_gets_one_line(tmp_path: Path, mark: str, word: str) -> None:
    world = world_with(tmp_path, "production.csv", (",", mark))
    code, text = command("check", scenario(tmp_path, world=world.as_posix()))
    assert code == 2
    assert text == (
        f"{world}/production.csv:1:1: the columns are separated by {word}; save the table as CSV with commas, and "
        "decimals with points\n"
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("0,85", "has 17 fields, the header has 16; did you mean 0.85 (decimals take a point)"),
        ('"0,85"', "writes a number with a separator (got '0,85 share'); did you mean 0.85"),
    ],
)
def test_decimal_commas_are_told(tmp_path: Path, written: str, meant: str) -> None:
    world = world_with(tmp_path, "production.csv", ("utilisation,,,,,,0.85,", f"utilisation,,,,,,{written},"))
    code, text = command("check", scenario(tmp_path, world=world.as_posix()))
    assert code == 2
    assert text.startswith(f"{world}/production.csv:8:")
    assert text.endswith(f"{meant}\n")


@pytest.mark.parametrize(
    ("written", "meant"),
    [('"1,500"', "1.500 or 1500"), ('"1.500,5"', "1500.5"), ('"1,500.5"', "1500.5"), ("1 500", "1500")],
)
def test_separators_of_thousands_are_told(tmp_path: Path, written: str, meant: str) -> None:
    world = world_with(tmp_path, "production.csv", (",,CN,,,1500,", f",,CN,,,{written},"))
    code, text = command("check", scenario(tmp_path, world=world.as_posix()))
    assert code == 2
    assert text.startswith(f"{world}/production.csv:2:")
    assert text.endswith(f"did you mean {meant}\n")


def test_check_needs_neither_compiler_nor_tables(tmp_path: Path) -> None:
    path = scenario(tmp_path, "baseline: {shares: {part: {CN: 10 %}}}\n")
    code = f"import sys; from supplyrisk.cli import main; main(['check', {str(path)!r}], standalone_mode=False); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    modules = set(loaded.stdout.split())
    assert "supplyrisk.model.trade" in modules
    assert not modules & {"numba", "pandas", "scipy", "numpy", "pyarrow"}


def test_a_run_that_fails_says_why_on_the_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from supplyrisk.engines import prepare

    monkeypatch.setattr(prepare.math, "isfinite", lambda _: False)
    monkeypatch.setattr(prepare, "unsupplied", lambda *_: ["part to US"])
    path = scenario(tmp_path)
    arguments = ["run", str(path), "--runs", "2", "--out", str(tmp_path / "out"), "--engine", "reference"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 1
    assert (
        "2 runs failed: baseline: nobody sells part to US, which somebody there needs from the start" in result.stderr
    )


def test_a_draw_that_no_lane_carries_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from supplyrisk.model import opened

    monkeypatch.setattr(opened, "MOST_TRIALS", 0)  # lanes of the central numbers only
    path = scenario(tmp_path, "uncertain: {shares.part.CN: {discrete: {70 %: 80 %, 10 %: 20 %}}}\n")
    arguments = [
        "run",
        str(path),
        "--runs",
        "20",
        "--workers",
        "1",
        "--out",
        str(tmp_path / "out"),
        "--engine",
        "reference",
    ]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0
    assert "runs: an output differs from the stated one by about" in result.stderr

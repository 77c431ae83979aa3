"""Which rows matter: the maintainers' measure, and what a world's page makes of it."""

from __future__ import annotations

import csv
import importlib.util
import random
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from supplyrisk.spec.load import read_world
from supplyrisk.spec.worldfile import load_world_folder, shipped_worlds

from tools.reference.effects import effects_section, read_effects
from tools.reference.worlds import world_page

from .spec_files import TINY

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def tool() -> Any:
    spec = importlib.util.spec_from_file_location("row_effects", ROOT / "tools" / "row_effects.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def spearman(x: list[float], y: list[float]) -> float:
    import numpy as np

    ranks = [np.argsort(np.argsort(each)) for each in (x, y)]
    return float(np.corrcoef(*ranks)[0, 1])


def test_draws_that_do_nothing_have_no_effect_on_average(tool: Any) -> None:
    """200 runs of 60 draws by chance: r^2 alone would give them three tenths of the variance."""
    source = random.Random(1)
    runs, draws = 200, 60
    outcome = [source.random() for _ in range(runs)]
    found = [spearman([source.random() for _ in range(runs)], outcome) for _ in range(draws)]
    assert sum(rho**2 for rho in found) > 0.2
    assert abs(sum(tool.corrected(rho, runs) for rho in found)) < 0.12
    assert tool.corrected(1.0, runs) == 1.0


def test_effects_are_means_over_outcomes_largest_first(tool: Any) -> None:
    found = {"price": {"a": (0.9, 200), "b": (0.1, 200)}, "shortage": {"a": (-0.2, 200), "b": (-0.6, 200)}}
    rows = tool.effects("s.yaml", 200, found)
    assert [row[2] for row in rows] == ["a", "b"]
    assert [row[4:] for row in rows] == [("price", "0.900"), ("shortage", "-0.600")]
    assert float(rows[0][3]) == pytest.approx((tool.corrected(0.9, 200) + tool.corrected(-0.2, 200)) / 2, abs=1e-5)


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TINY, tmp_path / "tiny"))


def write(folder: Path, *rows: tuple[str, float]) -> None:
    with (folder / "effects.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("scenario", "runs", "draw", "effect", "outcome", "rho"))
        writer.writerows(("s.yaml", 200, draw, effect, "Peak price", 0.5) for draw, effect in rows)


def test_assumptions_weigh_as_much_as_their_draws_do(world: Path) -> None:
    loaded = load_world_folder(world)
    drawn = sorted(loaded.columns)
    assert len(drawn) >= 2
    write(world, (drawn[0], 0.3), (drawn[1], 0.1), ("gone.from.the.world", 0.5))
    effects = read_effects(loaded)
    assert effects is not None
    assert [effect.draw for effect in effects.draws] == drawn[:2]
    told = " ".join(effects_section(loaded))
    assert "**100 %** is" in told
    assert f"more than 5 % of the variance of an outcome: `{drawn[0]}` (25 % of peak price), `{drawn[1]}`" in told
    assert effects.assumed == 1.0  # every row of the invented world is an assumption
    sourced = [
        replace(f, confidence="high") if (f.group or f.path) == loaded.columns[drawn[0]].group else f
        for f in loaded.facts
    ]
    better = read_effects(replace(loaded, facts=tuple(sourced)))
    assert better is not None
    assert better.assumed == pytest.approx(0.25)


def test_a_world_without_measured_effects_says_what_it_knows(world: Path) -> None:
    told = effects_section(load_world_folder(world))
    assert len(told) == 1
    assert "rows (100 %) are assumptions." in told[0]


@pytest.mark.parametrize("name", shipped_worlds())
def test_every_page_shows_chain_confidence_vintage_and_what_matters(name: str) -> None:
    page = world_page(read_world(name))
    for part in (
        "## The chain",
        "flowchart LR",
        "## How sure the numbers are",
        "Rows by year:",
        "Rows by table and confidence:",
    ):
        assert part in page
    effects = read_effects(read_world(name))
    assert effects is not None, f"{name} has no effects.csv: tools/row_effects.py"
    assert f"runs of `{effects.scenario}`" in page
    assert (ROOT / effects.scenario).is_file()
    top = page.partition("with most effect:")[2].partition("Rows by table")[0]
    assert sum(line.startswith("| `") for line in top.splitlines()) == min(10, len(effects.draws))

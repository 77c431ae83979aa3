"""A good scenario on the invented world, for the tests of the language and spec rooms."""

from __future__ import annotations

from pathlib import Path

from supplyrisk.errors import Problems
from supplyrisk.spec.load import Loaded, read_scenario

HERE = Path(__file__).parent
TINY = HERE / "worlds" / "tiny"

GOOD = f"""\
title: A ban on metal
question: who goes short?
world: {TINY.as_posix()}
horizon: {{start: 2025-01-01, years: 3}}
baseline:
  shares: {{metal: {{CN: 90 %}}}}
  cover_weeks:
    part:
      JP: {{value: 12 weeks, source: a survey}}
outlook:
  demand_growth: {{cars: 3 %/yr}}
uncertain:
  events.ban.share: {{uniform: [80 %, 100 %]}}
  elasticity_short: {{pert: [0.05, 0.12, 0.3]}}
events:
  - type: export_ban
    name: ban
    origins: CN
    products: metal
    announced: 2025-03-20
    start: 2025-04-04
    duration: 26 weeks
policies:
  reserve:
    title: A reserve
    events:
      - type: strategic_stockpile
        countries: JP
        products: metal
        target: 8 weeks
        start: 2025-02-01
monte_carlo: {{runs: 100, seed: 0, sampler: sobol}}
"""


def put(folder: Path, text: str, name: str = "s.yaml") -> Path:
    """Write a scenario file."""
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


def load(folder: Path, text: str = GOOD, sets: tuple[str, ...] = ()) -> Loaded:
    """Read a scenario given as text."""
    return read_scenario(put(folder, text), sets)


def faults(folder: Path, text: str, sets: tuple[str, ...] = ()) -> list[str]:
    """What is said about a scenario, without the folder's name."""
    try:
        load(folder, text, sets)
    except Problems as problems:
        return [str(problem).replace(f"{folder}/", "") for problem in problems.problems]
    return []

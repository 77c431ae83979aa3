"""The scenarios that come with the program: beside the package in a checkout, inside it where it is installed."""

from __future__ import annotations

from pathlib import Path

from .errors import Position, Problem, Problems, did_you_mean

PACKAGE = Path(__file__).parent
STUDIES = "studies"  # folder of the studies, below that of the scenarios
SHIPPED = "shipped"  # where a wheel keeps them


def scenarios_folder() -> Path:
    """Folder of the shipped scenarios, their episodes and the JSON Schema."""
    inside = PACKAGE / SHIPPED / "scenarios"
    return inside if inside.is_dir() else PACKAGE.parents[1] / "scenarios"


def scenario_names() -> list[str]:
    """Names of the shipped scenarios, in order: files of the folder without their ending."""
    return sorted(path.stem for path in scenarios_folder().glob("*.yaml"))


def study_names() -> list[str]:
    """Names of the shipped studies, in order."""
    return sorted(path.stem for path in (scenarios_folder() / STUDIES).glob("*.yaml"))


def shipped_scenario(name: str) -> Path:
    """File of a shipped scenario or study.

    Raises
    ------
    Problems
        If there is none of that name.
    """
    names, studies = scenario_names(), study_names()
    if name in studies:
        return scenarios_folder() / STUDIES / f"{name}.yaml"
    if name not in names:
        hint = did_you_mean(name, [*names, *studies])
        raise Problems([Problem(Position(), "", f"no shipped scenario or study is called {name}{hint}")])
    return scenarios_folder() / f"{name}.yaml"

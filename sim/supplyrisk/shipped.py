"""The scenarios that come with the program: beside the package in a checkout, inside it where it is installed."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from .errors import Position, Problem, Problems, did_you_mean

PACKAGE = Path(__file__).parent
STUDIES = "studies"  # folder of the studies, below that of the scenarios
MOST_NAMED = 4  # scenarios in a message
SHIPPED = "shipped"  # where a wheel keeps them


def scenarios_folder() -> Path:
    """Folder of the shipped scenarios, their episodes and the JSON Schema."""
    inside = PACKAGE / SHIPPED / "scenarios"
    return inside if inside.is_dir() else PACKAGE.parents[1] / "scenarios"


def docs_folder() -> Path:
    """Folder of the pages of the documentation; may be absent where somebody packed the program without them."""
    inside = PACKAGE / SHIPPED / "docs"
    return inside if inside.is_dir() else PACKAGE.parents[1] / "docs"


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
        hint = did_you_mean(name, [*names, *studies]) or _of_a_word(name, [*names, *studies])
        raise Problems([Problem(Position(), "", f"no shipped scenario or study is called {name}{hint}")])
    return scenarios_folder() / f"{name}.yaml"


def _of_a_word(name: str, known: Sequence[str]) -> str:
    """End of a message: names in which a word is nearly what was asked for, as `galium` in `gallium_licences_2023`."""
    words = {word for each in known for word in each.split("_") if len(word) > 3}
    near = get_close_matches(name.lower(), words, n=1, cutoff=0.6)
    found = [each for each in known if near and near[0] in each.split("_")]
    more = f" or {len(found) - MOST_NAMED} others" if len(found) > MOST_NAMED else ""
    return f"; did you mean {' or '.join(found[:MOST_NAMED])}{more}" if found else "; `supplyrisk scenarios` lists them"

"""Scenarios and worlds for programs and notebooks: read, changed by path, told in words."""

from __future__ import annotations

import datetime as dt
import html
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import Problem, SupplyriskError
from ..spec.load import Loaded, read_scenario, read_world, text_scenario
from ..spec.resolved import Scenario
from ..spec.worldfile import LoadedWorld
from .given import check_path

if TYPE_CHECKING:
    import pandas as pd

OVERRIDE = "override"  # how messages call a value that a caller sets
SCENARIO = "the path of a scenario file, a text of more than one line, or what load_scenario gave"
TEXT = "scenario"  # how messages and run folders call a scenario that was given as text


@dataclass(frozen=True, repr=False)
class LoadedScenario:
    """A scenario that was read and found sound. `load_scenario` makes it; `run` takes it.

    Parameters
    ----------
    source : str or Path
        The file, or the text.
    overrides : mapping
        Values set over it, by path.
    loaded : spec.load.Loaded
        Everything that was made of it.
    """

    source: str | Path
    overrides: Mapping[str, Any]
    loaded: Loaded

    @property
    def resolved(self) -> Scenario:
        """What the engines compute: every name expanded, every number in the units of the model.

        Raises
        ------
        SupplyriskError
            If the scenario names several worlds: one of them has to be chosen (`world="gallium"`).
        """
        found = self.loaded.scenarios
        if len(found) > 1:
            names = ", ".join(each.world.name for each in found)
            raise SupplyriskError(
                f'{self.name} names {len(found)} worlds ({names}); choose one, as world="{names.split(", ")[0]}"'
            )
        return found[0]

    @property
    def name(self) -> str:
        """Name of the file without its ending."""
        return self.loaded.path.stem

    @property
    def title(self) -> str:
        """Title, as the file has it."""
        return self.loaded.scenarios[0].title

    @property
    def question(self) -> str:
        """Question the scenario is to answer, as the file has it."""
        return self.loaded.scenarios[0].question

    @property
    def worlds(self) -> tuple[str, ...]:
        """Names of the worlds it is run in."""
        return tuple(each.world.name for each in self.loaded.scenarios)

    @property
    def arms(self) -> tuple[str, ...]:
        """`baseline`, `scenario` and `policy:NAME` of each policy."""
        return tuple(arm.name for arm in self.loaded.scenarios[0].arms)

    @property
    def notes(self) -> tuple[Problem, ...]:
        """What is worth knowing about the file, though not wrong."""
        return self.loaded.notes

    @property
    def text(self) -> str:
        """The scenario as run in YAML, with all it extends and all overrides put in."""
        from .asrun import scenario_text

        return scenario_text(self.loaded, sets_of(self.overrides), OVERRIDE)

    @property
    def uncertain(self) -> pd.DataFrame:
        """The uncertain numbers: name, distribution, its arguments, central value, bounds (units as in the file)."""
        import pandas as pd

        rows = [(c.name, c.kind, c.args, c.central, c.low, c.high) for c in self.resolved.sampled]
        return pd.DataFrame(rows, columns=["name", "distribution", "arguments", "central", "low", "high"])

    def override(self, **overrides: Any) -> LoadedScenario:
        """The same scenario with values set by path; see `load_scenario`."""
        return load_scenario(self, **overrides)

    def explain(self) -> str:
        """What the scenario does, in plain sentences."""
        from ..report.words import plain_changes, plain_uncertainty
        from ..spec.explain import explain

        return plain_changes(plain_uncertainty(explain(self.loaded)))

    def __repr__(self) -> str:
        return f"<scenario {self.name}: {self.title}; worlds: {', '.join(self.worlds)}; arms: {', '.join(self.arms)}>"

    def _repr_html_(self) -> str:
        said = html.escape(self.explain())
        return f"<h4>{html.escape(self.title)}</h4><pre style='white-space: pre-wrap'>{said}</pre>"


def load_scenario(scenario: str | Path | LoadedScenario, /, **overrides: Any) -> LoadedScenario:
    """Read a scenario, check it, and set values over it.

    Parameters
    ----------
    scenario : str, Path or LoadedScenario
        Path of a YAML file; or its text, if it has more than one line; or a scenario read before, whose overrides stay.
        Relative paths in a text (`extends`, worlds, tables) count from the working folder.
    **overrides
        Values by path, as the file would have them: `question="..."`, `**{"events.ban.share": 0.5}`,
        `**{"events.ban.duration": "6 months"}`, `**{"baseline.shares": {"ndpr_oxide": {"CN": "80 %"}}}`. An event goes
        by its `name`, or by its type if it has none. A plain number is in the unit that the reference gives for the key.

    Returns
    -------
    LoadedScenario

    Raises
    ------
    Problems
        Everything that is wrong, all at once, each with file, line and column, or with the override's path, and with
        what was probably meant. The same that `supplyrisk check` would tell.

    Examples
    --------
    >>> from supplyrisk import load_scenario
    >>> text = '''
    ... title: China stops exports of gallium for half a year
    ... world: gallium
    ... horizon: {start: 2026-01-01, years: 2}
    ... events:
    ...   - {name: ban, type: export_ban, origins: CN, start: 2026-03-01, duration: 6 months}
    ... '''
    >>> scenario = load_scenario(text, **{"events.ban.share": 0.5})
    >>> scenario.arms
    ('baseline', 'scenario')
    """
    if isinstance(scenario, LoadedScenario):
        return load_scenario(scenario.source, **{**scenario.overrides, **overrides})
    path = check_path("scenario", scenario, SCENARIO)
    sets = sets_of(overrides)
    if isinstance(scenario, str) and "\n" in scenario:
        return LoadedScenario(scenario, overrides, text_scenario(scenario, TEXT, sets, OVERRIDE))
    return LoadedScenario(path, overrides, read_scenario(path, sets, OVERRIDE))


def load_world(world: str | Path) -> LoadedWorld:
    """Read a world: the baseline of one mineral, with a source for every number.

    Parameters
    ----------
    world : str or Path
        Name of a shipped world (`ndfeb`, `gallium`, ...), or the path of a world's folder.

    Returns
    -------
    LoadedWorld
        `.world` has products, countries, price zones and end uses, `.numbers()` every number with unit, year, source
        and confidence as a table.

    Raises
    ------
    Problems
        Everything that is wrong with the folder, all at once.

    Examples
    --------
    >>> from supplyrisk import load_world
    >>> [product.id for product in load_world("gallium").world.products]
    ['crude_gallium', 'pure_gallium', 'gallium_wafer']
    """
    check_path("world", world, "the name of a shipped world, or the path of a world's folder")
    return read_world(world)


# --- values of Python as values of a file ---------------------------------------------------------


def sets_of(overrides: Mapping[str, Any]) -> list[str]:
    """Overrides as the command line writes them: `path=value`.

    Examples
    --------
    >>> sets_of({"events.ban.share": 0.5, "title": "Half a ban"})
    ['events.ban.share=0.5', 'title="Half a ban"']
    """
    return [f"{path}={_written(path, value)}" for path, value in overrides.items()]


def _written(path: str, value: Any) -> str:
    """A value as YAML on one line."""
    try:
        return "" if value is None else json.dumps(value, ensure_ascii=False, allow_nan=False, default=_plain)
    except (TypeError, ValueError) as error:
        raise SupplyriskError(f"{OVERRIDE} {path}: can't stand in a scenario ({error}; got {value!r})") from None


def _plain(value: Any) -> Any:
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()[:10]
    if isinstance(value, (Path, set, frozenset)):
        return str(value) if isinstance(value, Path) else sorted(value)
    if hasattr(value, "tolist"):  # of NumPy and pandas
        return value.tolist()
    raise TypeError(f"a {type(value).__name__} is neither text, number, date, list nor mapping")

"""Studies of uncertain numbers and of measures from programs and notebooks: drivers, boxes, portfolios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import SupplyriskError, did_you_mean
from .given import check_list, check_mapping
from .scenario import LoadedScenario
from .studies import given_only, run_given, study_of_scenario, told

if TYPE_CHECKING:
    import pandas as pd


def sensitivity(
    scenario: str | Path | LoadedScenario,
    /,
    *,
    outcomes: Sequence[str] | str | None = None,
    products: Sequence[str] | str | None = None,
    places: Sequence[str] | str | None = None,
    arm: str | None = None,
    groups: Mapping[str, Sequence[str] | str] | None = None,
    singles: int | None = None,
    screening_runs: int | None = None,
    block: int | None = None,
    scale: str | None = None,
    runs: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    pool: str = "threads",
    engine: str = "auto",
) -> pd.DataFrame:
    """Which uncertain numbers outcomes hang on, and which to measure next.

    Parameters
    ----------
    scenario : str, Path or LoadedScenario
        A file, a text of more than one line, or what `load_scenario` gave.
    outcomes, products, places : str or sequence of str, optional
        What is told; by default output at risk, the peak of the price paid and weeks missing, for the world.
    arm : str, optional
        `scenario` (the default), `baseline` or the name of a policy.
    groups : mapping, optional
        Name -> numbers that are looked at as one, with `*` for any letters: `{"stocks": ["cover_*"]}`.
    singles : int, optional
        How many numbers are looked at one by one: those that the screening finds to move the outcomes most.
    screening_runs : int, optional
        Runs in which each number is drawn anew in the screening.
    block : int, optional
        Runs over which a number keeps one value, to see how wide the band is while it is known.
    scale : {"value", "rank"}, optional
        Shares of the variance of the outcome itself, or of its rank among runs.
    runs, seed, workers, pool, engine
        As in `run_study`.

    Returns
    -------
    DataFrame
        One row per outcome and input, the one that makes most of the spread first: `outcome`, `product`, `place`, `unit`,
        `input`, first and total index, by what share the 80 % band would be narrower if the input were known, each with
        its 95 % interval, and that in the outcome's unit. Empty if no outcome varies. `attrs["targets"]` has the same
        with the shares that chance and the model's own error make; `attrs["headline"]` says it in words.
    """
    import pandas as pd

    keys: dict[str, Any] = {
        "outcomes": outcomes,
        "products": products,
        "places": places,
        "arms": arm,
        "singles": singles,
    }
    keys |= {"screening_runs": screening_runs, "block": block, "scale": scale, "runs": runs, "seed": seed}
    check_mapping("groups", groups, "names to numbers that are looked at as one")
    if groups is not None:
        keys["groups"] = [{"name": name, "inputs": inputs} for name, inputs in groups.items()]
    found = run_given(study_of_scenario("sensitivity", scenario, keys), workers, pool, engine)
    from ..studies.sensitivities import INDEX_HEADS

    of = ("outcome", "product", "place", "unit")
    targets = found.facts.get("targets", [])
    frames = [
        table.assign(**dict(zip(of, (*target["outcome"][:3], target["outcome"][4]), strict=True)))
        for target, table in zip(targets, found.tables.values(), strict=False)
    ]
    whole = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=[*of, *INDEX_HEADS])
    return told(whole[[*of, *(name for name in whole.columns if name not in of)]], found)


def discovery(
    scenario: str | Path | LoadedScenario,
    /,
    *,
    outcome: str,
    product: str | None = None,
    place: str | None = None,
    end_use: str | None = None,
    above: Any = None,
    below: Any = None,
    worst: float | str | None = None,
    arm: str | None = None,
    boxes: int | None = None,
    runs: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    pool: str = "threads",
    engine: str = "auto",
) -> pd.DataFrame:
    """Under what combination of uncertain numbers, and of events that may happen, an outcome crosses a line.

    Parameters
    ----------
    scenario : str, Path or LoadedScenario
        A file, a text of more than one line, or what `load_scenario` gave.
    outcome, product, place, end_use : str
        Outcome that the line is about.
    above, below, worst
        The line, one of them: a number with its unit (`"8 weeks"`, `"20 billion USD"`), or the share of the runs in which
        the outcome is highest.
    arm : str, optional
        `scenario` (the default), `baseline` or the name of a policy.
    boxes : int, optional
        How many boxes are looked for at most.
    runs, seed, workers, pool, engine
        As in `run_study`.

    Returns
    -------
    DataFrame
        One row per box and input that it restricts: from, to, share of its draws, quasi-p, how often the restriction comes
        back in resamples, and density and coverage of the whole box on runs it was not found on. Empty if nothing stable
        was found. `attrs["share"]` is the share of runs beyond the line, `attrs["boxes"]` the boxes as numbers,
        `attrs["headline"]` says it in words.
    """
    import pandas as pd

    line: dict[str, Any] = {"outcome": outcome, "product": product, "place": place, "end_use": end_use}
    line |= {"above": _text(above), "below": _text(below), "worst": worst}
    keys = {"line": given_only(line), "boxes": boxes, "arms": arm, "runs": runs, "seed": seed}
    keys |= {"outcomes": outcome, "places": place}
    found = run_given(study_of_scenario("discovery", scenario, keys), workers, pool, engine)
    from ..studies.discoveries import BOX_HEADS

    return told(found.tables.get("boxes", pd.DataFrame(columns=list(BOX_HEADS))), found)


def portfolio(
    scenario: str | Path | LoadedScenario,
    measures: Sequence[str | Mapping[str, Any]],
    /,
    *,
    futures: Mapping[str, Mapping[str, Any]] | None = None,
    weights: Mapping[str, float] | None = None,
    loss: Mapping[str, str] | None = None,
    payer: str | None = None,
    budget: Any = None,
    enough: Mapping[str, Any] | None = None,
    runs: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    pool: str = "threads",
    engine: str = "auto",
) -> pd.DataFrame:
    """Every combination of measures in several futures: loss, public cost, regret, and what robust rules choose.

    Parameters
    ----------
    scenario : str, Path or LoadedScenario
        A file, a text of more than one line, or what `load_scenario` gave.
    measures : sequence of str or mapping
        Policies of the scenario: a name, taken or not; or keys as in a study file, such as `{"policy": "reserve", "path":
        "events.strategic_stockpile.target", "values": ["30 days", "90 days"]}` or `{"policy": "thrifting", "budget":
        "1 billion USD"}`.
    futures : mapping, optional
        Name -> values by path: `{"short": {"events.ban.duration": "3 months"}, "as it stands": {}}`. Default: the scenario
        as it stands.
    weights : mapping, optional
        Name of a future -> how much it counts in means. Default: all alike.
    loss : mapping, optional
        `outcome`, `product` and `place` of what is to be lessened. Default: output at risk in the world.
    payer : str, optional
        Whose public money counts. Default: the world's.
    budget : str or float, optional
        Most public money, mean over futures. Without it loss and money are added, a dollar for a dollar.
    enough : mapping, optional
        A criterion that makes a combination good enough in a run.
    runs, seed, workers, pool, engine
        As in `run_study`.

    Returns
    -------
    DataFrame
        One row per combination, the least loss first: the size of each measure, cost, loss, USD averted per USD spent with
        its 95 % interval, the largest regret, and `on the front` (none is both cheaper and better). `attrs["chosen"]` says
        what each rule chooses, `attrs["sure"]` in which share of resamples it does, `attrs["headline"]` says it in words.
    """
    import pandas as pd

    listed = [_measure(n, each) for n, each in enumerate(check_list("measures", measures, "policies"))]
    for what, given, meant in (
        ("futures", futures, "names to values by path"),
        ("weights", weights, "names of futures to numbers"),
        ("loss", loss, "outcome, product and place to names"),
        ("enough", enough, "keys of a criterion to values"),
    ):
        check_mapping(what, given, meant)
    keys: dict[str, Any] = {"measures": listed, "payer": payer, "budget": _text(budget), "runs": runs, "seed": seed}
    keys |= {"loss": dict(loss) if loss is not None else None, "enough": dict(enough) if enough is not None else None}
    for name in set(weights or ()) - set(futures or ()):
        raise SupplyriskError(f"weights: no future is called {name}{did_you_mean(name, futures or ())}")
    if futures is not None:
        keys["futures"] = [_future(name, changed, weights or {}) for name, changed in futures.items()]
    found = run_given(study_of_scenario("portfolio", scenario, keys), workers, pool, engine)
    table = found.tables.get("combinations", pd.DataFrame())
    if len(table):
        table = table.assign(**{"on the front": table.index.isin(found.tables["front"].index)})
    return told(table.reset_index(drop=True), found)


def _measure(number: int, measure: Any) -> dict[str, Any]:
    if isinstance(measure, str):
        return {"policy": measure}
    check_mapping(f"measures[{number}]", measure or 0, "keys of a measure to values, or the name of a policy")
    return dict(measure)


def _future(name: str, changed: Mapping[str, Any], weights: Mapping[str, float]) -> dict[str, Any]:
    check_mapping(f"futures[{name!r}]", changed, "paths to values")
    future: dict[str, Any] = {"name": name}
    if changed:
        future["set"] = dict(changed)
    if name in weights:
        future["weight"] = weights[name]
    return future


def _text(value: Any) -> str | None:
    """A number as the file would have it; Python writes a large one as a float."""
    return None if value is None else value if isinstance(value, str) else f"{value:.15g}"

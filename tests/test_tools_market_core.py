"""The market core kept as research: rest, a closed form, prices that know how much and how long, notice, mass, one event."""

from __future__ import annotations

import csv
import importlib
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

TOOL = Path(__file__).parents[1] / "tools" / "market_core"


def load(name: str) -> Any:
    """A module of the tool; its modules import each other by their bare names, as they do when run from a shell."""
    sys.path.insert(0, str(TOOL))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(TOOL))


core, events, gate, general, laws, parameters, state, targets, world = (
    load(name)
    for name in ("core", "events", "gate", "general", "laws", "parameters", "state", "targets", "world")
)  # fmt: skip
RULED = (1, 2)  # refined, component


def run_rows(rows: list[Any], weeks: int) -> Any:
    chain = world.generic()
    return chain, core.run(chain, weeks, laws.happenings(chain, rows, RULED), rows=len(rows))


def family(name: str) -> list[Any]:
    return [row for row in laws.scenarios() if row.family == name]


@pytest.mark.parametrize("chain", [world.generic, general.four_zones], ids=["generic", "four zones"])
def test_rest_stays(chain: Any) -> None:
    record = core.run(chain(), 40, lambda t: state.Week())
    assert abs(np.log(record.price)).max() < 1e-12
    assert abs(record.use - record.use[0]).max() < 1e-12
    assert record.unserved.max() < 1e-12


def test_a_permanent_loss_costs_what_the_closed_form_says() -> None:
    paid, closed = laws.permanent(0.1, weeks=300)
    assert closed == pytest.approx(0.9 ** (-1 / 0.45))
    assert paid == pytest.approx(closed, rel=0.01)  # the last per cent takes years


@pytest.mark.parametrize("name", ["share", "announced"])
def test_price_of_week_five_rises_with_share_and_announced_length(name: str) -> None:
    rows = family(name)
    assert len(rows) > 7
    _, record = run_rows(rows, laws.REST + 6)
    for k in RULED:
        week5 = record.price[-1, k, 1]
        assert (np.diff(week5) > 0.03).all()
        assert week5[-1] > 2 * week5[0] or name == "announced"


def test_notice_is_never_worse() -> None:
    rows = [row for row in family("notice 1.0") if row.notice in (0, 2, 8, 26)]
    chain, record = run_rows(rows, 120)
    lost = laws.loss(chain, record)
    assert lost[0] > 1.1 * lost[2]
    assert laws.never_falls(-lost, 1e-6)


def test_no_tonne_is_lost_or_made() -> None:
    """With transit, gross trade, two inputs, a rule, a cut of a mine, purchases and releases."""
    rule = state.Rule(3, 0, [1, 2], 0.2, office=True, wait=0)

    def happens(t: int) -> Any:
        return state.Week(
            rules=[rule] if t > 10 else [],
            left={0: 0.7 if 20 < t < 40 else 1.0},
            demand={0: 1.1},
            buy={(2, 0): (0.2, 2.0)} if 30 < t < 50 else {},
            give={(2, 0): (0.1, 1.0)} if t > 60 else {},
        )

    record = core.run(general.four_zones(), 80, happens, parameters.draw(3, 1), 3)
    assert record.mass.max() < 1e-12
    assert record.price[20:, 3, 1].max() > 1.3


def test_numbers_of_one_event_for_a_fixed_seed() -> None:
    event = events.antimony()
    recorded = event.read(event.simulate(1, False))[:, 0]
    assert recorded == pytest.approx([1.11099, 1.58207, 1.78514, 3.04753], rel=1e-4)
    found = gate.score(event, 60, True, 7, (0.35, 0.55), 7)
    assert np.exp(found.quantiles[2]) == pytest.approx([1.07096, 1.28537, 1.39133, 1.68754], rel=1e-4)
    assert list(found.in80) == [True, True, True, True]
    assert found.crps.mean() == pytest.approx(0.195402, rel=1e-4)
    assert found.error[found.gate].mean() < 0.6 * found.no_change[found.gate].mean()


def test_price_points_are_what_their_quotes_say() -> None:
    with (TOOL / "data" / "price_points.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["event"] for row in rows} == {event.name for event in events.all_events()}
    for row in rows:
        assert row["source"], row
        assert row["confidence"] in {"high", "medium", "low"}, row
        pairs = zip(row["value"].split(";"), row["baseline"].split(";"))
        quoted = np.mean([float(value) / float(baseline) for value, baseline in pairs])
        assert float(row["ratio"]) == pytest.approx(quoted, rel=0.02), row


def test_every_target_is_read() -> None:
    rows = events.table("targets.csv")
    of_flake = {row["target"] for row in rows if row["event"] == "graphite flake"}
    event = events.graphite("flake")
    assert set(targets.graphite(targets.Reader(event, event.simulate(1, False)))) == of_flake
    assert {row["event"] for row in rows} == set(targets.READ) == {event.name for event in events.all_events()}


def test_an_unknown_parameter_is_refused() -> None:
    with pytest.raises(ValueError, match="no parameter"):
        parameters.default(fear=3.0)

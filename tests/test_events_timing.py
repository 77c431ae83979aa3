"""When events happen: chance, triggers, retaliation, suspension, announcement."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from .small_worlds import chain, happenings, pair, run, with_values, written

DAILY = 100.0 / 7.0
PRICE = {"variable": "price_spot_index", "product": "metal", "place": "Z", "above": "1.5"}


def ban(start: int | None = 70, **fields: Any) -> Any:
    return written(pair(), "export_ban", start=start, **{"origins": "A", "products": "metal", **fields})


def shipped(*events: Any, years: float = 2.0, **options: Any) -> np.ndarray:
    """Tonnes that left for B in each week, as seen on arrival a week later."""
    came = happenings(run(pair(), *events, years=years, trace=True, **options), "arrival", "metal:A>B")
    return np.array([came.get(day, 0.0) for day in range(7, int(years * 52) * 7, 7)])


def first_without(tonnes: np.ndarray) -> int:
    """First week in which nothing left."""
    return int(np.nonzero(tonnes == 0.0)[0][0])


# --- chance ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("probability", [0.0, 0.3, 1.0])
def test_an_event_happens_as_often_as_it_should(probability: float):
    happened = [
        run(pair(), ban(probability=probability), years=0.5, number=i).exports("metal", "A")[4] == 0.0
        for i in range(100)
    ]
    assert abs(sum(happened) - 100 * probability) <= 3 * np.sqrt(100 * probability * (1 - probability))


# --- triggers -------------------------------------------------------------------------------------
def outage() -> Any:
    return written(pair(), "capacity_outage", start=70, countries="A", share_lost="60 %")


def test_a_trigger_fires_in_the_week_in_which_its_condition_has_held_long_enough():
    """The condition is read before the week's prices are made, so a price counts from the next market on."""
    alone = run(pair(), outage(), years=2.0).price("metal", "Z")
    dear = int(np.nonzero(alone > 1.5)[0][0])
    for weeks in (1, 6):
        waiting = ban(None, trigger={**PRICE, "lasting": f"{weeks} weeks"})
        assert first_without(shipped(outage(), waiting)) == dear + 1 + weeks - 1


def test_a_trigger_whose_condition_is_never_met_never_fires():
    waiting = ban(None, trigger={**PRICE, "above": "500 times"})
    assert shipped(outage(), waiting).tolist() == shipped(outage()).tolist()


def test_a_break_in_the_condition_starts_the_count_again():
    """Ten weeks above the threshold in two parts of six and four weeks are not ten weeks."""
    pulse = [
        written(pair(), "demand_change", name=str(start), start=start, change="200 %", duration="3 weeks")
        for start in (70, 350)
    ]
    price = run(pair(), *pulse, years=2.0).price("metal", "Z")
    above = price > 1.05
    runs = np.diff(np.nonzero(np.diff(np.concatenate(([0], above.view(np.int8), [0]))))[0])[::2]
    longest = int(runs.max())
    assert len(runs) >= 2  # twice above the threshold
    for weeks, fires in ((longest, True), (longest + 1, False)):
        waiting = ban(None, trigger={**PRICE, "above": "1.05", "lasting": f"{weeks} weeks"})
        assert (shipped(*pulse, waiting) == 0.0).any() == fires


def test_a_trigger_on_missing_goods_fires_when_they_are_missing():
    world = with_values(chain(users={("B", "cars"): 50.0, ("C", "cars"): 50.0}), {("elasticity_short", "", ""): 0.0})
    stop = written(world, "export_ban", start=70, origins="A", destinations="B", products="metal")
    answer = written(
        world,
        "demand_change",
        start=None,
        countries="C",
        change="-50 %",
        trigger={"variable": "unserved_share", "product": "metal", "place": "B", "above": "5 %"},
    )
    out = run(world, stop, answer, years=2.0)
    share = out.column("shortage_unserved_t", place="B") / 50.0
    first = int(np.nonzero(share > 0.05)[0][0])
    assert int(np.nonzero(out.column("wanted_t", place="C") < 49.0)[0][0]) == first + 1


def test_retaliation_comes_the_given_days_after_what_it_answers():
    tariff = written(pair(), "tariff", name="us_tariff", start=70, destinations="B", origins="A", rate="1 %")
    for days in (14, 35):
        answer = ban(None, trigger={"after": "us_tariff", "delay": f"{days} days"})
        assert first_without(shipped(tariff, answer)) == (70 + days) // 7


def test_retaliation_is_drawn_evenly_over_its_range():
    tariff = written(pair(), "tariff", name="us_tariff", start=70, destinations="B", origins="A", rate="1 %")
    answer = ban(None, trigger={"after": "us_tariff", "delay": "14-60 days"})
    days = []
    for number in range(40):
        months = run(pair(), tariff, answer, years=0.5, number=number).exports("metal", "A")
        # Everything leaves evenly: the day of the stop follows from the tonnes shipped, buyers being calm.
        days.append(months.sum() / DAILY)
    assert min(days) >= 84 - 1
    assert max(days) <= 130 + 2
    assert np.mean(days) == pytest.approx(70 + 37.0, abs=4 * 46.0 / np.sqrt(12 * 40))
    assert np.std(days) == pytest.approx(46.0 / np.sqrt(12), rel=0.4)


def test_retaliation_does_not_answer_what_does_not_happen():
    tariff = written(
        pair(), "tariff", name="us_tariff", start=70, destinations="B", origins="A", rate="1 %", probability="0 %"
    )
    assert shipped(tariff, ban(None, trigger={"after": "us_tariff"})).min() > 0.0


def test_retaliation_happens_with_its_own_probability():
    tariff = written(pair(), "tariff", name="us_tariff", start=70, destinations="B", origins="A", rate="1 %")
    answer = ban(None, probability="50 %", trigger={"after": "us_tariff"})
    fired = sum(run(pair(), tariff, answer, years=0.5, number=i).exports("metal", "A")[4] == 0.0 for i in range(60))
    assert 18 <= fired <= 42  # within three standard deviations of 30


def test_a_trigger_is_not_looked_at_before_its_day():
    waiting = ban(None, trigger={**PRICE, "not_before": dt.date(2026, 1, 5)})  # day 364
    assert first_without(shipped(outage(), waiting)) == 52


def test_a_chain_of_retaliation_runs_its_course():
    tariff = written(pair(), "tariff", name="one", start=70, destinations="B", origins="A", rate="1 %")
    two = written(
        pair(),
        "tariff",
        start=None,
        name="two",
        destinations="B",
        origins="A",
        rate="1 %",
        trigger={"after": "one", "delay": "21 days"},
    )
    three = ban(None, trigger={"after": "two", "delay": "28 days"}, duration="4 weeks")
    tonnes = shipped(tariff, two, three)
    assert np.nonzero(tonnes == 0.0)[0].tolist() == [17, 18, 19, 20]


# --- suspension -----------------------------------------------------------------------------------
def test_a_suspended_ban_stands_still_and_comes_back():
    truce = written(pair(), "suspension", start=140, duration="10 weeks", events="export_ban")
    tonnes = shipped(ban(), truce, years=1.0)
    nothing = np.nonzero(tonnes == 0.0)[0].tolist()
    assert nothing == [*range(10, 20), *range(30, 51)]


def test_a_suspended_quota_or_licence_lets_goods_go():
    quota = written(
        pair(), "export_quota", name="quota", start=70, origins="A", products="metal", tonnes="20 t", period="1 week"
    )
    truce = written(pair(), "suspension", start=140, duration="10 weeks", events="quota")
    tonnes = shipped(quota, truce, years=1.0)
    assert tonnes[11:20] == pytest.approx(np.full(9, 20.0))
    assert tonnes[20:30].min() > 90.0
    assert tonnes[30:50] == pytest.approx(np.full(20, 20.0))


def test_a_longer_truce_means_a_smaller_shortage():
    missing = []
    for weeks in (0, 4, 12, 26):
        truce = (
            [written(pair(), "suspension", start=140, duration=f"{weeks} weeks", events="export_ban")] if weeks else []
        )
        missing.append(run(pair(), ban(duration="1 year"), *truce, years=3.0).shortage)
    assert (np.diff(missing) < 0.0).all()


# --- announcement ---------------------------------------------------------------------------------
CONTROLS: dict[str, dict[str, Any]] = {
    "export_ban": {},
    "licence_regime": {"capacity": "10 %"},
    "export_quota": {"share_of_normal": "20 %", "period": "1 month"},
    "end_use_refusal": {"end_uses": "cars"},
    "end_user_screening": {"destinations": "B", "listed": "90 %"},  # the lanes of the others can't carry as much
    "transit_denial": {"through": "B", "destinations": "C"},
}


@pytest.mark.parametrize("type_", CONTROLS)
def test_buyers_bring_purchases_forward_when_a_control_is_announced(type_: str):
    """Announced on the day, nothing moves before it; nor does what is announced sooner than a rush can use."""
    world = chain(users={("B", "cars"): 60.0, ("C", "cars"): 40.0}, zones={"X": ("A",), "Y": ("B",), "Z": ("C",)})
    base = {"origins": "A", "products": "metal", **CONTROLS[type_]}
    tonnes = []
    for day in (140, 126, 105):
        out = run(world, written(world, type_, start=140, announced=day, **base), years=1.0, trace=True)
        # What left before the control starts has come by day 146, on whichever lane (some users have their own).
        lanes = [name for name in out.model.lane_names if name.startswith("metal:A>")]
        tonnes.append(sum(t for lane in lanes for d, t in happenings(out, "arrival", lane).items() if d < 147))
    assert tonnes[0] == pytest.approx(100.0 * 20)
    assert tonnes[0] < tonnes[1] <= tonnes[2]

"""What a market keeps of a rule that is over, and what it makes of a rumour, worked out by hand.

A makes 100 t a week, B across a border uses them and has no other seller; nothing leaks.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from supplyrisk.engines import get_engine
from supplyrisk.engines.simpy_engine import ReferenceRun
from supplyrisk.model.compile import compile_scenario

from .small_worlds import START, Outcome, World, chain, run, scenario, written

B0, ATTENTION = 26.0, 104.0  # defaults: weeks for which a new rule is believed to last, and to which buyers look ahead


def world(**values: float) -> World:
    numbers = {"leak_share": 0.0, "first_belief_weeks": B0, "attention_weeks": ATTENTION, **values}
    blank = {"output_cover_weeks": ("", "")}
    values = {(name, *blank.get(name, ("",))): value for name, value in numbers.items()}
    return chain(zones={"ZA": ("A",), "ZB": ("B",)}, values=values)


def ban(made: World, start: int, weeks: float | None = None, **fields: Any) -> Any:
    lasting = {} if weeks is None else {"duration": f"{weeks} weeks"}
    return written(made, "export_ban", start=start, **{"origins": "A", "products": "metal", **lasting, **fields})


def stopped(made: World, days: int, *events: Any) -> ReferenceRun:
    """A run that ends with the market of the week before `days`: its memory is that of this week."""
    one = ReferenceRun(compile_scenario(scenario(made, *events, years=days / 364)), 1, 0, 1, np.empty(0), False)
    one.finish()
    return one


def believed(made: World, day: int, *events: Any) -> list[float]:
    """Weeks for which the rules known on a market day are believed to hold, by name of their events."""
    one = stopped(made, day + 7, *events)
    return [one.F[one.L.effect_weeks + e] for e in range(one.L.n_effects) if one.F[one.L.effect_wait + e] >= 0.0]


def weeks(first: float, age: float = 1.0) -> float:
    """C of a rule in force: 1/(1/(b0 + age) + 1/104)."""
    return 1.0 / (1.0 / (first + age) + 1.0 / ATTENTION)


# --- the length of the last rule --------------------------------------------------------------------
@pytest.mark.parametrize("lasted", [8, 52])
@pytest.mark.parametrize("memory", [0.0, 0.5, 1.0])
def test_the_second_rule_is_believed_to_last_as_the_first_did(lasted: int, memory: float) -> None:
    made = world(memory_of_rules=memory)
    second = 70 + 7 * lasted + 28
    found = believed(made, second, ban(made, 70, lasted, name="first"), ban(made, second, name="second"))
    assert found == [pytest.approx(weeks(B0 + memory * (lasted - B0)))]


def test_one_that_comes_again_remembers_itself_and_the_file_may_tell_of_an_earlier_one() -> None:
    made = world(memory_of_rules=1.0)
    again = ban(made, 70, 10, every="1 year")
    assert believed(made, 70, again) == [pytest.approx(weeks(B0))]
    assert believed(made, 441, again) == [pytest.approx(weeks(10.0, 1.0 + 6.0 / 7.0))]  # it began on day 435, a Tuesday
    assert believed(made, 70, ban(made, 70, last_time="40 weeks")) == [pytest.approx(weeks(40.0))]


def test_a_suspended_rule_is_not_over_and_another_sellers_teaches_nothing() -> None:
    made = world(memory_of_rules=1.0)
    truce = written(made, "suspension", start=140, events="export_ban", duration="20 weeks")
    assert believed(made, 280, ban(made, 70), truce) == [pytest.approx(weeks(B0, 31.0))]
    both = chain(
        makers={"A": 0.5, "C": 0.5},
        users={("B", "cars"): 100.0},
        zones={"ZA": ("A",), "ZB": ("B",), "ZC": ("C",)},
        values={("memory_of_rules", ""): 1.0},
    )
    first = ban(both, 70, 10, name="first")
    assert believed(both, 154, first, ban(both, 154, origins="C", name="second")) == [pytest.approx(weeks(B0))]


def test_every_time_is_counted_by_itself_and_a_ban_of_nothing_is_over() -> None:
    """The third time begins on day 801, a Tuesday; the second lasted ten weeks, not twenty."""
    made = world(memory_of_rules=1.0)
    again = ban(made, 70, 10, every="1 year")
    assert believed(made, 805, again) == [pytest.approx(weeks(10.0, 1.0 + 4.0 / 7.0))]
    stepped = ban(made, 70, name="first", share={"start": "100 %", "10 weeks": "0 %"})
    one = stopped(made, 168, stepped, ban(made, 161, name="second"))
    second = next(
        e for e in range(one.L.n_effects) if one.F[one.L.effect_past + e] > 0.0 and one.F[one.L.effect_held + e] > 0.0
    )
    assert one.F[one.L.effect_past + second] == 10.0


@pytest.mark.parametrize("memory", [0.0, 1.0])
def test_a_rule_that_is_known_to_come_back_is_remembered(memory: float) -> None:
    """Ten weeks in force, then a truce of twenty whose end everybody knows: half-way through it, ten weeks are left."""
    made = world(memory_of_rules=memory)
    truce = written(made, "suspension", start=140, events="export_ban", duration="20 weeks", end_announced="yes")
    coming = np.exp(-10.0 / ATTENTION) * weeks(B0, memory * 10.0)
    assert believed(made, 210, ban(made, 70), truce) == [pytest.approx(coming)]


def test_a_long_first_squeeze_makes_the_second_dearer_a_short_one_cheaper() -> None:
    def second_price(lasted: int, memory: float) -> float:
        made = world(memory_of_rules=memory)
        events = ban(made, 70, lasted, name="first"), ban(made, 1050, 26, name="second")
        return float(run(made, *events, years=3.2).price("metal", "ZB")[152])

    assert second_price(78, 0.0) < second_price(78, 0.5) < second_price(78, 1.0)
    assert second_price(6, 0.0) > second_price(6, 0.5) > second_price(6, 1.0)


# --- stocks ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(("lasted", "share"), [(60, 1.0), (26, 0.6)])
def test_buyers_keep_more_stock_after_a_squeeze(lasted: int, share: float) -> None:
    """All withheld for a year or more: 8 weeks on top; 60 % for half a year: 8 x 0.6 x 26/52.18. A hundredth wears off a week."""
    made = world(remembered_cover_weeks=8.0, stock_memory_weeks=100.0)
    squeeze = ban(made, 70, lasted, share=share)
    over = 70 + 7 * lasted
    most = 8.0 * share * min(lasted * 7 / 365.25, 1.0)
    for waited in (0, 10):
        one = stopped(made, over + 7 + 7 * waited, squeeze)
        assert one.F[one.L.desk_remembered] == pytest.approx(most * 0.99**waited)
    assert stopped(made, over, squeeze).F[one.L.desk_remembered] == 0.0


def test_a_second_like_squeeze_alerts_as_much_as_the_first() -> None:
    made = world(remembered_cover_weeks=8.0, stock_memory_weeks=100.0)
    first, second = ban(made, 70, 26, share=0.6, name="first"), ban(made, 266, 26, share=0.6, name="second")
    one = stopped(made, 266 + 182 + 7, first, second)
    assert one.F[one.L.desk_remembered] == pytest.approx(8.0 * 0.6 * 26 * 7 / 365.25)


def test_the_second_squeeze_meets_thicker_stocks() -> None:
    def second(cover: float) -> Outcome:
        made = world(remembered_cover_weeks=cover, stock_memory_weeks=500.0)
        return run(made, ban(made, 70, 52, name="first"), ban(made, 1050, 20, name="second"), years=4.0)

    outcomes = [second(cover) for cover in (0.0, 6.0, 12.0)]
    lost = [out.column("shortage_unserved_t")[150:190].sum() for out in outcomes]
    assert lost[0] > lost[1] > lost[2]
    peaks = [out.price("metal", "ZB")[150:170].max() for out in outcomes]
    assert peaks[0] > peaks[1] > peaks[2]
    assert all(out.totals["balance_error"] < 1e-12 for out in outcomes)


# --- rumours --------------------------------------------------------------------------------------
DAY = 280  # of the rumoured ban


def rumour(made: World, probability: float, believed: float, **fields: Any) -> Any:
    """A ban for half a year that is rumoured half a year ahead, and announced when it comes, if it comes."""
    said = {"rumoured": START + dt.timedelta(days=98), "rumour_probability": believed, **fields}
    return ban(made, DAY, 26, probability=probability, **said)


def test_a_rumour_counts_by_its_chance_until_it_comes_true_or_proves_false() -> None:
    made = world()
    far = np.exp(-10.0 / ATTENTION) * weeks(B0, 0.0)
    assert believed(made, DAY - 70, rumour(made, 1.0, 0.4)) == [pytest.approx(0.4 * far)]
    assert believed(made, DAY - 70, rumour(made, 0.0, 0.4)) == [pytest.approx(0.4 * far)]
    assert believed(made, 91, rumour(made, 0.0, 0.4)) == []
    assert believed(made, DAY, rumour(made, 1.0, 0.4)) == [pytest.approx(weeks(B0))]
    assert believed(made, DAY, rumour(made, 0.0, 0.4)) == []


def test_where_it_proves_false_nothing_has_happened_but_what_was_bought() -> None:
    made = world(output_cover_weeks=12.0)
    calm = run(made, rumour(made, 0.0, 0.4), arm=0, years=3.0)
    false = run(made, rumour(made, 0.0, 0.4), years=3.0)
    start = DAY // 7
    assert np.abs(false.price("metal", "ZB")[: start - 7] - 1.0).max() == 0.0  # nobody rushes so far ahead
    assert false.price("metal", "ZB")[start - 1] > 1.05
    bought = false.column("firms_stock_t", "metal", "ZB") - calm.column("firms_stock_t", "metal", "ZB")
    assert bought[start] > 20.0
    assert false.price("metal", "ZB")[start + 4 : start + 30].min() < 1.0  # who holds too much buys less
    assert false.price("metal", "ZB")[-1] == pytest.approx(1.0, abs=0.02)
    assert false.unserved == 0.0


def test_the_more_likely_a_rumour_the_dearer_and_the_less_is_lost_if_it_is_true() -> None:
    made = world(output_cover_weeks=12.0)
    chances = (0.1, 0.4, 0.9)
    outcomes = [run(made, rumour(made, 1.0, chance), years=2.0) for chance in chances]
    before = [out.price("metal", "ZB")[DAY // 7 - 1] for out in outcomes]
    assert before == sorted(before)
    assert before[0] < before[-1]
    lost = [out.unserved for out in outcomes]
    assert lost == sorted(lost, reverse=True)


def test_an_unrumoured_event_that_does_not_happen_leaves_no_trace() -> None:
    made = world()
    never = ban(made, DAY, 26, probability=0.0)
    assert run(made, never, years=1.5).weekly.tobytes() == run(made, never, years=1.5, arm=0).weekly.tobytes()


def test_both_engines_agree_on_memory_and_rumours() -> None:
    made = world(memory_of_rules=0.7, remembered_cover_weeks=6.0, output_cover_weeks=12.0)
    events = (
        ban(made, 40, 30, name="first"),
        rumour(made, 0.0, 0.5, name="false"),
        ban(made, 600, 20, name="second", every="1 year"),
    )
    ours, other = (run(made, *events, years=4.0, engine=engine) for engine in (None, get_engine("batch")))
    assert ours.weekly.tobytes() == other.weekly.tobytes()
    assert ours.monthly.tobytes() == other.monthly.tobytes()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"rumour_probability": "40 %"}, "is read only where the event is rumoured"),
        ({"rumoured": "2025-02-01"}, "is a rumour of what is certain"),
        ({"rumoured": "2025-12-01", "probability": "40 %"}, "must be before the day on which it is announced"),
        (
            {"rumoured": "2025-02-01", "probability": "40 %", "every": "1 year", "duration": "9 days"},
            "of its own, once",
        ),
    ],
)
def test_a_rumour_that_makes_no_sense_is_refused(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        ban(world(), 140, **fields)

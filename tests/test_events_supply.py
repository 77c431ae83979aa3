"""Outages, projects, recycling, and who pays for dear plants."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats
from supplyrisk.spec.resolved import Outlook, RandomOutages

from .small_worlds import RIGID, WEEKS_PER_YEAR, Outcome, World, chain, happenings, pair, run, written

START = 70
# 20 t a week.
PLANT = {"product": "metal", "country": "D", "capacity": f"{20 * WEEKS_PER_YEAR:.10f} t/yr", "ramp": "0 days"}


def outage(world: World, share: float = 0.5, **fields: Any) -> Any:
    fields = {"countries": "A", "products": "metal", "share_lost": share, **fields}
    return written(world, "capacity_outage", **{"start": START, **fields})


def with_d() -> World:
    """The pair, and a country D that makes nothing yet."""
    return chain(users={("B", "cars"): 99.0, ("D", "cars"): 1.0}, values=RIGID)


def plant(**fields: Any) -> Any:
    return written(with_d(), "capacity_project", **{"start": START, "name": "plant", **PLANT, **fields})


def made_by_d(*events: Any, years: float = 2.0, **options: Any) -> np.ndarray:
    """Weekly output of D's plant; A has lost half of its capacity, so that all of it is wanted."""
    return run(with_d(), outage(with_d()), *events, years=years, **options).column("production_t", "metal", "D")


# --- outages --------------------------------------------------------------------------------------
@pytest.mark.parametrize("share", [0.3, 0.5, 1.0])
def test_what_is_left_of_capacity_is_made(share: float):
    """125 t a week of capacity, of which 100 are used: a loss binds above a fifth."""
    made = run(pair(RIGID), outage(pair(), share), years=1.0).column("production_t", "metal", "A")
    assert made[:11] == pytest.approx(np.full(11, 100.0))
    assert made[12:40] == pytest.approx(np.full(28, 125.0 * (1.0 - share)))


def test_a_loss_of_spare_capacity_does_nothing():
    out = run(pair(), outage(pair(), 0.19), years=2.0)
    assert np.abs(out.price("metal", "Z") - 1.0).max() < 1e-12


def test_two_losses_compound():
    world = pair(RIGID)
    out = run(world, outage(world, 0.5, name="fire"), outage(world, 0.4, name="flood"), years=1.0)
    assert out.column("production_t")[20] == pytest.approx(125.0 * 0.5 * 0.6)


def test_an_outage_builds_up_and_dies_away_in_straight_lines():
    world = pair(RIGID)
    event = outage(world, 0.8, duration="20 weeks", profile="ramp over 8 weeks, recovery over 10 weeks")
    made = run(world, event, years=1.0).column("production_t", "metal", "A")
    # Recorded a week after the market that started the batch.
    assert made[10 + 4 + 1] == pytest.approx(125.0 * (1 - 0.8 * 4 / 8))
    assert made[10 + 8 + 1] == pytest.approx(125.0 * 0.2)
    assert made[10 + 20 + 1] == pytest.approx(125.0 * 0.2)
    assert made[10 + 25 + 1] == pytest.approx(125.0 * (1 - 0.8 * 5 / 10))
    # Stocks have to be filled again: the plan goes a sixteenth of the way to capacity in every week (`output_up_weeks`)
    # of high prices, also while the mine stands still. They are high from week 14 at the latest, when half is lost.
    slowest, fastest = (125.0 - 25.0 * (15.0 / 16.0) ** weeks for weeks in (40 - 14 + 1, 40 - 10 + 1))
    assert slowest < made[10 + 30 + 1] < fastest


def test_a_larger_loss_means_a_larger_shortage():
    tonnes = [run(pair(), outage(pair(), x, duration="26 weeks"), years=3).shortage for x in (0.3, 0.5, 0.7, 1.0)]
    assert (np.diff(tonnes) > 0.0).all()


def breakdowns(out: Outcome, site: str) -> float:
    """Share of the horizon for which a site stood still."""
    down = sorted(happenings(out, "breakdown", site))
    up = sorted(happenings(out, "repair", site))
    return sum(b - a for a, b in zip(down, up)) / (up[-1] if up else 1)


def test_random_outages_leave_sites_available_mtbf_of_the_time():
    """Ten independent runs of twenty years: the share of time down is mttr / (mtbf + mttr)."""
    outlook = Outlook({}, outages=(RandomOutages(("metal",), ("A",), 120.0, 40.0, 0.2),))
    runs = [run(pair(), outlook=outlook, arm=0, number=i, years=20, trace=True) for i in range(10)]
    down = np.array([breakdowns(out, "metal:A") for out in runs])
    half = stats.t.isf(0.0005, 9) * down.std(ddof=1) / math.sqrt(10)
    assert abs(down.mean() - 40.0 / 160.0) < half < 0.1


def test_random_outages_take_their_share_of_capacity():
    outlook = Outlook({}, outages=(RandomOutages((), (), 100.0, 60.0, 0.6),))
    out = run(pair(RIGID), outlook=outlook, arm=0, years=6, trace=True)
    first, back = (min(happenings(out, kind, "metal:A")) for kind in ("breakdown", "repair"))
    week = first // 7 + 2
    assert 7 * week < back
    assert out.column("production_t", "metal", "A")[week] == pytest.approx(125.0 * 0.4)


def test_outages_elsewhere_or_of_other_products_do_nothing():
    outlook = Outlook(
        {}, outages=(RandomOutages(("other",), (), 50.0, 20.0, 0.9), RandomOutages((), ("B",), 50.0, 20.0, 0.9))
    )
    assert np.abs(run(pair(), outlook=outlook, arm=0).price("metal", "Z") - 1.0).max() < 1e-12


# --- projects -------------------------------------------------------------------------------------
def test_a_project_makes_its_capacity_once_buyers_have_tried_it():
    made = made_by_d(plant())
    assert made[:11].max() == 0.0  # a batch takes a week
    assert (np.diff(made[11:]) >= -1e-9).all()
    assert made[60:] == pytest.approx(np.full(44, 20.0))


def test_a_project_never_makes_more_than_its_ramp_allows():
    made = made_by_d(plant(ramp="80 weeks"))
    line = np.clip((np.arange(104) - 11.0) / 80.0, 0.0, 1.0) * 20.0  # batches take a week
    assert (made <= line + 1e-9).all()
    assert made[70:90] == pytest.approx(line[70:90])
    assert made[-5:] == pytest.approx(np.full(5, 20.0))


def test_a_project_slips_by_the_time_drawn():
    on_time, late = made_by_d(plant()), made_by_d(plant(slippage="17 weeks"))
    assert np.nonzero(late)[0][0] - np.nonzero(on_time)[0][0] == 17
    assert late[-20:] == pytest.approx(np.full(20, 20.0))


def test_projects_succeed_as_often_as_they_should():
    built = [made_by_d(plant(success_probability="60 %"), years=0.5, number=i).max() > 0.0 for i in range(80)]
    assert 34 <= sum(built) <= 61  # within three standard deviations of 48
    assert made_by_d(plant(success_probability="0 %")).max() == 0.0


def test_a_delay_puts_off_what_has_not_started():
    delay = written(with_d(), "project_delay", start=35, project="plant", by="12 weeks")
    late = written(with_d(), "project_delay", start=140, project="plant", by="12 weeks")
    assert np.nonzero(made_by_d(plant(), delay))[0][0] == np.nonzero(made_by_d(plant()))[0][0] + 12
    assert made_by_d(plant(), late).tolist() == made_by_d(plant()).tolist()


def test_a_project_needs_inputs_and_recycling_does_not():
    """C makes all the ore there is, and bans it: only what needs none is made."""
    world = chain(("ore", "metal"), makers={"C": 1.0}, users={("B", "cars"): 100.0}, values=RIGID)
    stop = written(world, "capacity_outage", start=START, countries="C", products="ore", share_lost=1.0)
    fields = {"start": START, **PLANT, "country": "B"}
    for type_, needs, made in (
        ("capacity_project", "yes", 0.0),
        ("capacity_project", "no", 20.0),
        ("recycling", None, 20.0),
    ):
        extra = {} if needs is None else {"needs_input": needs}
        out = run(world, stop, written(world, type_, **fields, **extra), years=2.0)
        assert out.column("production_t", "metal", "B")[-1] == pytest.approx(
            made, rel=0.01, abs=1e-9
        )  # the last lines start


def test_more_new_capacity_means_a_smaller_shortage():
    """Nobody saves at any price, so every tonne recycled and used is one less missing."""
    tonnes, made = [], []
    for rate in (0, 10, 20, 30):
        event = written(with_d(), "recycling", **{"start": START, **PLANT, "capacity": f"{rate * WEEKS_PER_YEAR} t/yr"})
        out = run(with_d(), outage(with_d()), *([event] if rate else []), years=3.0)
        tonnes.append(out.shortage)
        made.append(out.column("production_t", "metal", "D").sum() if rate else 0.0)
    assert (np.diff(tonnes) < 0.0).all()
    for rate in (1, 2):
        assert tonnes[0] - tonnes[rate] == pytest.approx(made[rate], rel=0.1)


# --- who pays -------------------------------------------------------------------------------------
DEAR = {"unit_cost_ratio": 10}
PAID: dict[str, dict[str, Any]] = {
    "price_floor": {"floor": "10"},
    "subsidy": {"amount": "9.5"},  # the price falls a little
    "offtake_contract": {"price": "10"},
}


def calm(*events: Any, years: float = 2.0) -> np.ndarray:
    """Weekly output of a plant of ten times the usual cost, while nothing else happens."""
    return run(with_d(), *events, years=years).column("production_t", "metal", "D")


def support(type_: str, **fields: Any) -> Any:
    return written(with_d(), type_, **{"start": 140, "products": "metal", "countries": "D", **PAID[type_], **fields})


@pytest.mark.parametrize("type_", PAID)
def test_a_plant_of_ten_times_the_cost_starts_when_someone_pays_and_stops_when_nobody_does(type_: str):
    """A sixteenth of what stands still starts in a week (`output_up_weeks`), a sixth of what runs is stopped."""
    assert calm(plant(**DEAR)).max() == 0.0
    made = calm(plant(**DEAR), support(type_, duration="26 weeks"))
    first = 140 // 7 + 1  # a batch takes a week
    started = 20.0 * (1.0 - (15.0 / 16.0) ** np.arange(27))
    assert made[:first].max() == 0.0
    assert made[first - 1 : first + 26] == pytest.approx(started)
    assert made[first + 26 : first + 46] == pytest.approx(started[-1] * (5.0 / 6.0) ** np.arange(1, 21))


def test_support_in_usd_per_kg_is_worth_its_share_of_the_price():
    """The metal costs 10 USD/kg: 100 USD/kg are ten times as much."""
    assert (
        calm(plant(**DEAR), support("price_floor", floor="100 USD/kg")).tolist()
        == calm(plant(**DEAR), support("price_floor", floor="10")).tolist()
    )
    assert calm(plant(**DEAR), support("price_floor", floor="89 USD/kg")).max() == 0.0


def test_dearest_lines_stop_first():
    """None of the capacity runs below 90 % of unit cost, all above it, half in the middle."""
    half = run(
        with_d(), outage(with_d()), plant(unit_cost_ratio=100), support("price_floor", floor="95 times"), years=2.0
    )
    # The price of the metal stays far below 90 in the first half year.
    assert half.price("metal", "Z")[:45].max() < 90.0
    made = half.column("production_t", "metal", "D")
    assert made[21:45] == pytest.approx(10.0 * (1.0 - (15.0 / 16.0) ** np.arange(1, 25)))


def test_more_support_never_lessens_what_is_made():
    made = [calm(plant(**DEAR), support("subsidy", amount=f"{x} times")).sum() for x in (7, 8.2, 8.5, 9, 12)]
    assert made[0] == 0.0
    assert (np.diff(made) >= 0.0).all()
    assert made[-1] > made[1] > 0.0


def test_who_has_contracted_the_output_is_served_first():
    """A makes half of what B and C want; B's contract gives it all it orders, C gets the rest."""
    users = {("B", "cars"): 40.0, ("C", "cars"): 60.0}
    world = chain(users=users, values=RIGID)
    stop = outage(world, 0.6)
    plain = run(world, stop, years=3.0)
    fields = {"products": "metal", "countries": "A", "price": "1", "buyers": "B"}
    first = run(world, stop, written(world, "offtake_contract", start=START, **fields), years=3.0)

    def unserved(out: Outcome, place: str) -> float:
        return float(out.column("shortage_unserved_t", place=place)[-26:].mean())

    assert unserved(plain, "B") == pytest.approx(20.0, rel=0.02)  # both get half
    assert unserved(plain, "C") == pytest.approx(30.0, rel=0.02)
    assert unserved(first, "B") == pytest.approx(0.0, abs=1e-9)
    assert unserved(first, "C") == pytest.approx(50.0, rel=0.02)


def test_a_contracted_project_sells_to_its_buyer():
    world = chain(users={("B", "cars"): 50.0, ("C", "cars"): 49.0, ("D", "cars"): 1.0}, values=RIGID)
    event = written(world, "capacity_project", **{"start": START, **PLANT, "offtake_to": "B"})
    out = run(world, outage(world), event, years=2.0)
    assert out.exports("metal", "D", "C").max() == 0.0
    # From November to 3 January: all it makes but the little that B, who asks of A as well, leaves in its stock.
    assert 0.95 < out.exports("metal", "D", "B")[-3:].sum() / (20.0 * 64 / 7) <= 1.0
    served = {place: -out.column("shortage_unserved_t", place=place)[-26:].mean() for place in "BC"}
    assert served["B"] > served["C"]

"""Rules at home: quotas on what is mined, inspections, export taxes and who earns what a rule on exports makes scarce."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from supplyrisk.measures.reporter import Reporter

from .core_worlds import FIRST, ban, fast, seller_and_buyer
from .small_worlds import RIGID, Outcome, chain, written

USERS = {("A", "cars"): 50.0, ("B", "cars"): 50.0}
ZONES = {"ZA": ("A",), "ZB": ("B",)}
NO_LEAK: dict[tuple[str, ...], Any] = {("leak_share", ""): 0.0}


def world(**numbers: float) -> Any:
    """A mines 100 t a week, of which it and B, each a price zone, use half each."""
    return chain(users=USERS, zones=ZONES, values={**NO_LEAK, **{(name, "", ""): x for name, x in numbers.items()}})


def quota(cut: str, where: Any = None, **fields: Any) -> Any:
    return written(where or world(), "mining_quota", countries="A", products="metal", cut=cut, **fields)


def told(out: Outcome, metric: str, place: str) -> float:
    reporter = Reporter(out.model)
    rows = reporter.rows(out.weekly, out.monthly)
    values = reporter.compute(rows, reporter.money(np.zeros(0)))
    return float(sum(x for x, one in zip(values, reporter.outcomes) if (one.metric, one.place) == (metric, place)))


def test_a_mining_quota_caps_what_is_made_however_much_could_be() -> None:
    """74 t a week of 125 t that could be made; a quota of all that is made at rest takes nothing away."""
    made = fast(world(), quota("26 %"), years=2.0).column("production_t")[FIRST + 4 :]
    assert made == pytest.approx(np.full(len(made), 74.0), rel=1e-9)
    assert fast(world(), quota("0 %"), years=1.0).column("production_t")[:-1] == pytest.approx(np.full(51, 100.0))


def test_a_mining_quota_is_as_dear_at_home_as_abroad_and_a_stricter_one_dearer() -> None:
    """An export stop makes goods cheap at home; a quota on mines raises both prices alike."""
    prices = [fast(world(), quota(cut), years=1.0) for cut in ("5 %", "20 %", "40 %")]
    home = [out.price("metal", "ZA")[FIRST + 12] for out in prices]
    assert 1.0 < home[0] < home[1] < home[2]
    assert home == pytest.approx([out.price("metal", "ZB")[FIRST + 12] for out in prices], rel=1e-9)
    stop = ban("metal", origin="A", to="B")
    alone = fast(world(), stop, years=1.0).price("metal", "ZA")[FIRST + 12]
    both = fast(world(), stop, quota("40 %"), years=1.0).price("metal", "ZA")[FIRST + 12]
    assert alone < 1.0 < both


def test_unrecorded_mines_do_not_keep_to_a_quota_and_inspections_keep_them_out() -> None:
    there = world(unrecorded_share=0.3)
    look = [
        written(there, "mine_inspections", countries="A", products="metal", stopped=share)
        for share in ("50 %", "100 %")
    ]
    made = [
        float(fast(there, quota("40 %", there), *more, years=2.0).column("production_t")[FIRST + 20 :].sum())
        for more in ((), look[:1], look[1:])
    ]
    assert made[0] > made[1] > made[2]
    assert made[2] == pytest.approx(60.0 * len(range(FIRST + 20, 104)), rel=1e-6)


def test_an_export_tax_brings_in_its_rate_of_what_leaves() -> None:
    """B buys 50 t a week of 10 USD/kg at any price: a tax of 20 % brings in 100,000 USD a week; the last week is not yet counted."""
    there = chain(users=USERS, zones=ZONES, values={**NO_LEAK, **RIGID, ("stock_response", ""): 0.0})
    tax = written(there, "export_tax", origins="A", products="metal", rate="20 %")
    out = fast(there, tax, years=1.0)
    weekly = out.column("export_tax_usd", "metal", "A")
    assert weekly[FIRST + 2 :] == pytest.approx(np.full(52 - FIRST - 2, 100_000.0), rel=1e-2)
    assert told(out, "export_tax_revenue_usd", "A") == pytest.approx(float(weekly.sum()), rel=1e-12)
    assert told(out, "export_tax_revenue_usd", "B") == 0.0


def test_what_a_quota_makes_scarce_is_paid_by_buyers_and_earned_by_who_may_sell() -> None:
    """The gap of prices times what left the week before, on 10 USD/kg; exporters keep all of it where nobody says otherwise."""
    there = seller_and_buyer(RIGID)
    half = written(there, "export_quota", origins="A", products="metal", share_of_normal="50 %", allocation="pro_rata")
    out = fast(there, half, years=1.0)
    gap = out.price("metal", "ZB") - out.price("metal", "ZA")
    paid = out.column("export_rent_paid_usd", "metal", "B")
    assert gap[FIRST + 10] > 0.2
    assert (paid >= 0.0).all()
    assert paid[: FIRST + 1].sum() == 0.0
    assert paid.sum() == pytest.approx(1000.0 * 10.0 * 50.0 * float(gap[FIRST:-1].sum()), rel=0.1)
    assert (
        told(out, "export_rent_paid_usd", "B") == told(out, "export_rent_earned_usd", "A") == pytest.approx(paid.sum())
    )

"""Every scalar equation of the model on numbers worked out by hand; each test tells where its numbers come from."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pytest
from supplyrisk.model import economics as eq


def test_every_equation_is_tried_here() -> None:
    named = {name for name, value in vars(eq).items() if callable(value) and value.__module__ == eq.__name__}
    tried = set(re.findall(r"\beq\.(\w+)\(", Path(__file__).read_text(encoding="utf-8")))
    assert named <= tried


# --- powers, bounds, smoothing ------------------------------------------------------------------------
def test_power_is_the_power_and_exact_for_one() -> None:
    """2^0.5 is the root of two. Nothing to any positive power is nothing; to a negative one it has no bound."""
    assert eq.power(2.0, 0.5) == pytest.approx(1.41421356237, rel=1e-11)
    assert eq.power(1.0, 7.3) == eq.power(5.0, 0.0) == 1.0
    assert eq.power(0.0, 2.0) == 0.0
    assert eq.power(0.0, -2.0) == 1e300
    for base, exponent in ((2.0, -0.3), (0.4, 1.7), (1.0, 2.0), (0.0, 1.0), (0.0, -1.0)):
        logarithm = math.log(base) if base > 0.0 else 0.0
        assert eq.power_by_log(base, logarithm, exponent) == pytest.approx(eq.power(base, exponent), rel=1e-15)


def test_clip_and_smooth() -> None:
    """A fourth of the way from 1 to 2 is 1.25."""
    assert [eq.clip(x, -1.0, 2.0) for x in (-3.0, 0.5, 9.0)] == [-1.0, 0.5, 2.0]
    assert eq.smooth(1.0, 2.0, 0.25) == 1.25


# --- beliefs --------------------------------------------------------------------------------------------
def test_weeks_believed_is_the_discounted_time_that_a_rule_with_a_hazard_of_ending_lasts() -> None:
    """C = integral of exp(-r t) exp(-h (t - w)) over t >= w = exp(-r w)/(h + r).

    r = 1/104. A new rule, b0 = 26: 1/(1/26 + 1/104) = 104/5 = 20.8. In force for 52 weeks: 1/(1/78 + 1/104) = 312/7. Known
    13 weeks ahead: 20.8 exp(-1/8). In force for ever: attention alone, 104.
    """
    rate = 1.0 / 104.0
    assert eq.weeks_believed(0.0, 0.0, 26.0, rate) == pytest.approx(20.8, rel=1e-14)
    assert eq.weeks_believed(52.0, 0.0, 26.0, rate) == pytest.approx(312.0 / 7.0, rel=1e-14)
    assert eq.weeks_believed(0.0, 13.0, 26.0, rate) == pytest.approx(20.8 * math.exp(-0.125), rel=1e-14)
    assert eq.weeks_believed(1e9, 0.0, 26.0, rate) == pytest.approx(104.0, rel=1e-6)
    t = np.arange(0.0, 3000.0, 0.01) + 0.005
    assert np.exp(-t * (rate + 1.0 / 26.0)).sum() * 0.01 == pytest.approx(20.8, rel=1e-6)


def test_weeks_announced_is_the_discounted_time_to_an_end() -> None:
    """Integral of exp(-t/104) from w to T: to 104 weeks 104 (1 - 1/e); from 52 on 104 (exp(-1/2) - exp(-1)); no end before its start."""
    rate = 1.0 / 104.0
    assert eq.weeks_announced(104.0, 0.0, rate) == pytest.approx(104.0 * (1.0 - math.exp(-1.0)), rel=1e-14)
    assert eq.weeks_announced(104.0, 52.0, rate) == pytest.approx(104.0 * (math.exp(-0.5) - math.exp(-1.0)), rel=1e-13)
    assert eq.weeks_announced(5.0, 10.0, rate) == 0.0
    lengths = [eq.weeks_announced(weeks, 0.0, rate) for weeks in (8.0, 52.0, 104.0, 520.0)]
    assert lengths == sorted(lengths)


def test_wanted_stock_for_a_loss_starts_at_the_spread_and_ends_at_half_a_years_cover() -> None:
    """N (1 - exp(-wx y/N)): with N = 150, wx = 1.5, y = 100 the exponent is 1: 150 (1 - 1/e) = 94.818. Slope wx at 0, N at the end."""
    assert eq.saturate(100.0, 1.5, 150.0) == pytest.approx(150.0 * (1.0 - math.exp(-1.0)), rel=1e-14)
    assert eq.saturate(1e-6, 1.5, 150.0) == pytest.approx(1.5e-6, rel=1e-6)
    assert eq.saturate(1e9, 1.5, 150.0) == 150.0
    assert eq.saturate(0.0, 1.5, 150.0) == eq.saturate(-4.0, 1.5, 150.0) == eq.saturate(5.0, 1.5, 0.0) == 0.0


def test_slow_starting_costs_what_is_not_made_on_the_way_up() -> None:
    """Of 10 t/week idle exp(-t/16) still are after t weeks, of a time that ends at rate 1/16: integral of exp(-t/8), 80 t.

    Of 6 t/week that must be restarted in 48 weeks as well 6/(1/16 + 1/48) = 72 t.
    """
    up, restart = 1.0 / 16.0, 1.0 / 48.0
    assert eq.believed_loss(0.0, 10.0, 0.0, 16.0, up, restart) == pytest.approx(80.0, rel=1e-14)
    t = np.arange(0.0, 400.0, 0.001) + 0.0005
    lost = 10.0 * np.exp(-t / 16.0 - t / 30.0).sum() * 0.001
    assert eq.believed_loss(0.0, 10.0, 0.0, 30.0, up, restart) == pytest.approx(lost, rel=1e-6)
    assert eq.believed_loss(3.0, 10.0, 6.0, 16.0, up, restart) == pytest.approx(48.0 + 80.0 + 72.0, rel=1e-14)
    assert eq.believed_loss(3.0, 10.0, 0.0, 0.0, up, restart) == 0.0


def test_what_is_made_too_much_later_brings_nothing_back() -> None:
    """20 t/week idle of which 15 are needed: output has caught up after 16 (sqrt(20/5) - 1) = 16 weeks.

    Until then -5 x 16 + 20/(1/16 + 1/16) = 80 t are lost, however much longer it lasts; in 8 weeks -40 + 20/(1/8 + 1/16).
    Where no more is idle than is left over in the end nothing is lost.
    """
    up, restart = 1.0 / 16.0, 1.0 / 48.0
    assert eq.weeks_of_shortage(-5.0, 20.0, 0.0, up, restart) == pytest.approx(16.0, rel=1e-9)
    assert eq.believed_loss(-5.0, 20.0, 0.0, 16.0, up, restart) == pytest.approx(80.0, rel=1e-14)
    assert eq.believed_loss(-5.0, 20.0, 0.0, 100.0, up, restart) == pytest.approx(80.0, rel=1e-12)
    assert eq.believed_loss(-5.0, 20.0, 0.0, 8.0, up, restart) == pytest.approx(320.0 / 3.0 - 40.0, rel=1e-14)
    assert (
        eq.believed_loss(-5.0, 5.0, 0.0, 20.0, up, restart) == eq.believed_loss(-5.0, 0.0, 0.0, 9.0, up, restart) == 0.0
    )


@pytest.mark.parametrize("short", [-9.9, -5.0, -1.0, -0.05, 0.0, 2.0])
@pytest.mark.parametrize("dormant", [0.0, 1.0, 20.0])
def test_a_loss_never_falls_with_its_length_and_ends_at_the_highest_point(short: float, dormant: float) -> None:
    """Against the largest of short t + 10/(1/t + 1/16) + dormant/(1/t + 1/48) over all times up to the length."""
    lengths = (1.0, 4.0, 13.0, 26.0, 52.0, 104.0, 300.0)
    losses = [eq.believed_loss(short, 10.0, dormant, weeks, 1.0 / 16.0, 1.0 / 48.0) for weeks in lengths]
    assert losses == sorted(losses)
    for weeks, loss in zip(lengths, losses, strict=True):
        t = np.linspace(0.0, weeks, 30001)[1:]
        curve = short * t + 10.0 / (1.0 / t + 1.0 / 16.0) + dormant / (1.0 / t + 1.0 / 48.0)
        assert loss == pytest.approx(max(curve.max(), 0.0), rel=1e-4, abs=1e-4)


def test_short_balance_counts_weeks_of_deficit_and_of_surplus_within_bounds() -> None:
    """2 t/week missing for 13 weeks are 26 t, left over for 20 weeks 40 t; at most half and 0.6 of a wanted stock of 100 t."""
    found = [eq.near_balance(gap, 100.0, 13.0, 20.0) for gap in (2.0, 5.0, 0.0, -2.0, -5.0)]
    assert found == [26.0, 50.0, 0.0, -40.0, -60.0]


# --- prices --------------------------------------------------------------------------------------------
def test_price_is_wanted_over_stock_plus_the_rise_of_costs() -> None:
    """120 over 100 is 1.2; with inputs dearer by 0.3 of the price 1.5. Of 5 t only, 15 t are reckoned with: 120/15 = 8."""
    bounds = (0.2, 60.0)
    assert eq.log_ratio(120.0, 100.0, 15.0, 0.0, *bounds) == pytest.approx(math.log(1.2), rel=1e-14)
    assert eq.log_ratio(120.0, 100.0, 15.0, 0.3, *bounds) == pytest.approx(math.log(1.5), rel=1e-14)
    assert eq.log_ratio(120.0, 5.0, 15.0, 0.0, *bounds) == pytest.approx(math.log(8.0), rel=1e-14)
    assert eq.log_ratio(1e9, 5.0, 15.0, 0.0, *bounds) == pytest.approx(math.log(60.0), rel=1e-14)
    assert eq.log_ratio(1.0, 0.0, 0.0, 0.0, *bounds) == pytest.approx(math.log(60.0), rel=1e-14)
    for wanted in (1.0, -50.0):
        assert eq.log_ratio(wanted, 100.0, 15.0, 0.0, *bounds) == pytest.approx(math.log(0.2), rel=1e-14)
    assert eq.log_ratio(100.0 * (1.0 + 1e-12), 100.0, 15.0, 0.0, *bounds) == 0.0  # rounding is rest


def test_a_log_price_goes_a_part_of_its_way_and_no_further_than_06_a_week() -> None:
    assert eq.move_log_price(0.0, 1.0, 0.5) == 0.5
    assert eq.move_log_price(0.1, 2.0, 0.5) == pytest.approx(0.7, rel=1e-15)
    assert eq.move_log_price(1.0, -3.0, 0.5) == pytest.approx(0.4, rel=1e-15)


def test_paid_price_is_contracts_for_what_arrives_and_spot_for_the_rest() -> None:
    """Four tenths arrive at contract prices of 1.25 (0.5 in all), six tenths are bid for at 3: 0.5 + 0.6 x 3 = 2.3."""
    assert eq.paid_price(3.0, 0.5, 0.4) == pytest.approx(2.3, rel=1e-15)


def test_landed_cost_is_price_duties_and_freight_over_the_baselines() -> None:
    """10 USD/kg doubled, a duty of 10 % and 5 % of extra cost, 1 USD/kg freight: (20 x 1.15 + 1)/(10 + 1) = 24/11."""
    assert eq.landed_ratio(2.0, 10.0, 1.0, 0.1, 0.0, 0.05) == pytest.approx(24.0 / 11.0, rel=1e-15)
    assert eq.landed_ratio(1.0, 10.0, 1.0, 0.1, 0.1, 0.0) == 1.0


# --- users ----------------------------------------------------------------------------------------------
def test_use_falls_with_the_price_and_more_so_at_high_prices() -> None:
    """At twice the price 2^-0.15 = 0.90125; with eps2 = 0.02 times exp(-0.02 ln(2)^2) = 0.99044. Cheap goods: 0.5^-0.15."""
    assert eq.used_at_price(2.0, math.log(2.0), 0.15, 0.0) == pytest.approx(0.9012504626, rel=1e-9)
    assert eq.used_at_price(2.0, math.log(2.0), 0.15, 0.02) == pytest.approx(0.9012504626 * 0.9904369, rel=1e-7)
    assert eq.used_at_price(0.5, math.log(0.5), 0.15, 0.02) == pytest.approx(1.1095694721, rel=1e-9)
    assert eq.used_at_price(1.0, 0.0, 0.15, 0.02) == 1.0


def test_users_thrift_step_by_step_up_to_what_the_price_is_worth() -> None:
    """Aim 1 - 0.9 = 0.1; at most 0.002 a week up and 0.0008 down; never below nothing in a cheap market."""
    assert eq.thrift_step(0.0, 0.9, 0.002, 0.0008) == 0.002
    assert eq.thrift_step(0.0995, 0.9, 0.002, 0.0008) == pytest.approx(0.1, rel=1e-15)
    assert eq.thrift_step(0.1, 1.0, 0.002, 0.0008) == pytest.approx(0.0992, rel=1e-15)
    assert eq.thrift_step(0.0005, 1.2, 0.002, 0.0008) == 0.0


def test_an_order_is_use_plus_a_tenth_of_the_gap_between_none_and_the_most() -> None:
    found = [eq.wanted_order(10.0, gap, 0.1, 2.5) for gap in (5.0, 1000.0, -200.0)]
    assert found == [10.5, 25.0, 0.0]


# --- makers and mines -------------------------------------------------------------------------------------
def test_a_project_runs_between_nine_tenths_of_its_cost_and_its_cost() -> None:
    found = [eq.running_share(price, 2.0) for price in (1.7, 1.8, 1.9, 2.0, 9.0)]
    assert found == pytest.approx([0.0, 0.0, 0.5, 1.0, 1.0], abs=1e-12)
    assert eq.running_share(0.1, 0.0) == 1.0


def test_mines_close_in_a_straight_line_between_two_prices() -> None:
    """Halfway between 0.5, where the last closes, and 1, from where all run, half of them run."""
    assert [eq.mines_running(price, 0.5, 1.0) for price in (0.3, 0.5, 0.75, 1.0, 4.0)] == [0.0, 0.0, 0.5, 1.0, 1.0]


def test_of_what_could_come_none_pays_up_to_13_and_all_from_23_on() -> None:
    found = [eq.ladder(price, 1.3, 1.0) for price in (0.7, 1.3, 1.8, 2.3, 9.0)]
    assert found == pytest.approx([0.0, 0.0, 0.5, 1.0, 1.0], abs=1e-12)
    assert eq.ladder(1.4, 1.2, 0.4) == pytest.approx(0.5, rel=1e-12)


def test_a_price_has_lasted_slowly_and_is_gone_at_once() -> None:
    """A fourth of the way from 0 to 0.8 is 0.2, from there a fourth of 0.6 more; the price is down to 0.1 on the day it falls."""
    assert eq.lasting_price(0.0, 0.8, 0.25) == pytest.approx(0.2, rel=1e-14)
    assert eq.lasting_price(0.2, 0.8, 0.25) == pytest.approx(0.35, rel=1e-14)
    assert eq.lasting_price(0.35, 0.1, 0.25) == 0.1


def test_makers_earn_as_far_as_value_added_is_left() -> None:
    """Inputs are 60 % of the price. At a margin of 0.8 half of the 40 % is left; at 0.6 nothing."""
    assert [eq.earning_share(m, 0.4) for m in (0.3, 0.6, 0.8, 1.0, 2.0)] == pytest.approx([0.0, 0.0, 0.5, 1.0, 1.0])


def test_what_does_not_earn_is_laid_up_at_once_and_started_slowly() -> None:
    """0.3 does not earn: laid up. 0.1 again: a fourth of the 0.2 that could run is started. All earns: never below nothing."""
    assert eq.laid_up(0.1, 0.3, 0.25) == 0.3
    assert eq.laid_up(0.3, 0.1, 0.25) == pytest.approx(0.25, rel=1e-14)
    assert eq.laid_up(0.2, -0.5, 0.25) == pytest.approx(0.15, rel=1e-14)

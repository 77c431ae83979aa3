"""The equations of the model, one scalar function each: floats in, floats out.

Both engines call these same functions, as plain Python or compiled, with the exponentials and logarithms of `powers`.
"""

from __future__ import annotations

from ..powers import exp, log

WEEKS_PER_YEAR = 365.25 / 7.0
LONGEST_DEFICIT, LONGEST_SURPLUS = 0.5, 0.6  # bounds of the short balance, of wanted stock
NEWTON_STEPS = 12
AT_REST = 1e-9  # of a logarithm of a price: less is rounding


def power(base: float, exponent: float) -> float:
    """`base ** exponent` for base >= 0, exactly 1 for base 1 (the baseline costs no logarithm)."""
    if base == 1.0 or exponent == 0.0:
        return 1.0
    if base <= 0.0:
        return 0.0 if exponent > 0.0 else 1e300
    return exp(exponent * log(base))


def power_by_log(base: float, logarithm: float, exponent: float) -> float:
    """`power` of a base whose logarithm is at hand: the same number."""
    if base == 1.0 or exponent == 0.0:
        return 1.0
    if base <= 0.0:
        return 0.0 if exponent > 0.0 else 1e300
    return exp(exponent * logarithm)


def clip(x: float, low: float, high: float) -> float:
    """`x`, at least `low` and at most `high`."""
    x = low if x < low else x
    return high if x > high else x


def move_log_price(level: float, target: float, speed: float) -> float:
    """Weekly step of a logarithm of price: l + s (target - l), at most 0.6 either way (quotes jump in days, not at once)."""
    return level + clip(speed * (target - level), -0.6, 0.6)


def used_at_price(paid: float, log_paid: float, elasticity: float, steepening: float) -> float:
    """Share of normal use wanted at a price index P, apart from thrifting: P^-eps exp(-eps2 max(ln P, 0)^2).

    A lasting loss L of the only supply must end where this share times (1 - x) is 1 - L; with eps2 = 0 and
    1 - x = P^-eps_long that is P = (1 - L)^(-1/(eps + eps_long)). eps2 is small (0 to 0.05): a constant elasticity
    fails for large losses, where the last users give up rather than pay 20 times the price.
    """
    if paid == 1.0:
        return 1.0
    exponent = -elasticity * log_paid
    if log_paid > 0.0:
        exponent -= steepening * log_paid * log_paid
    return exp(exponent)


def thrift_step(thrifted: float, used_at_length: float, most_up: float, most_down: float) -> float:
    """Share of demand removed by thrifting and substitution, one week on.

    x moves towards 1 - P^-eps_long (`used_at_length` is that power), at most `most_up` a week up (about 10 % of demand a year in the
    crisis of 2010-12; Sprecher et al. 2017) and `most_down` down (designs once changed return slowly).
    """
    target = 1.0 - used_at_length
    if target < 0.0:
        target = 0.0
    if target > thrifted:
        return target if target - thrifted < most_up else thrifted + most_up
    return target if thrifted - target < most_down else thrifted - most_down


def wanted_order(expected: float, gap: float, rate: float, cap: float) -> float:
    """One holder's order of the week, t: e + gap/tau, between 0 and cap x e.

    `gap` is e cover - stock, `rate` is 1/tau. Sterman's anchoring-and-adjustment rule of stock management; the
    pipeline term is the desk's.
    """
    return clip(expected + gap * rate, 0.0, cap * expected)


def landed_ratio(spot: float, price: float, freight: float, tariff: float, tariff_start: float, extra: float) -> float:
    """Landed cost of a lane relative to the baseline's.

    (P p0 (1 + tariff + extra) + freight) / (p0 (1 + tariff0) + freight), prices in USD/kg.
    """
    return (spot * price * (1.0 + tariff + extra) + freight) / (price * (1.0 + tariff_start) + freight)


def paid_price(spot: float, contract_value: float, contract_part: float) -> float:
    """Average price paid: contract tonnes at contract prices, the rest at spot.

    `contract_part` is the share of what buyers want that arrives under contract, so tonnes that do not
    arrive are bid for at spot and a lasting cut reaches the paid price too. In 2025 under 1 % of
    dysprosium tonnage paid the European spot price (Adamas Intelligence).
    """
    return contract_value + (1.0 - contract_part) * spot


def running_share(price: float, unit_cost: float) -> float:
    """Share of a site's capacity that runs at a price: none below 90 % of unit cost, all above it."""
    if unit_cost <= 0.0:
        return 1.0
    return clip((price / unit_cost - 0.9) * 10.0, 0.0, 1.0)


def smooth(old: float, new: float, rate: float) -> float:
    """First-order exponential smoothing; `rate` is 1 / mean lag in weeks.

    Reckoned once a run: a processor divides five times slower than it multiplies.
    """
    return old + (new - old) * rate


# --- beliefs ----------------------------------------------------------------------------------------
def weeks_believed(age: float, wait: float, first: float, rate: float) -> float:
    """C: discounted weeks for which a rule is believed to hold that has held for `age` weeks.

    C = exp(-r w) / (h + r) with h = 1 / (b0 + age) the hazard of its end (1/week), `rate` = r = 1/Hr the discount of
    attention (1/week), `wait` = w the weeks to its start, `first` = b0: what has lasted will last (Lindy's rule), and
    what is far off counts for less. A discount and no hard horizon: a longer rule always counts for more.
    """
    return exp(-rate * wait) / (1.0 / (first + age) + rate)


def weeks_announced(end: float, wait: float, rate: float) -> float:
    """Discounted weeks from the start in `wait` = w weeks to an announced end in `end` = T weeks.

    (exp(-r w) - exp(-r max(T, w))) / r, the integral of exp(-r t) between them.
    """
    last = end if end > wait else wait
    return (exp(-rate * wait) - exp(-rate * last)) / rate


def saturate(loss: float, spread: float, most: float) -> float:
    """Stock wanted for a believed loss, t: N (1 - exp(-wx y / N)).

    `loss` = y is what is believed to be lost (t, at least 0), `spread` = wx = 1 + cv^2 (stocks are unequal and not
    resold: the mean of 1/cover over firms is (1 + cv^2) / mean), `most` = N what nobody exceeds.
    """
    if loss <= 0.0 or most <= 0.0:
        return 0.0
    return most * (1.0 - exp(-loss * spread / most))


def believed_loss(
    short: float, idle: float, dormant: float, weeks: float, up_rate: float, restart_rate: float
) -> float:
    """What is believed to be lost in C discounted weeks while idle capacity is started, t.

    y(C) = short C + idle/(1/C + 1/up) + dormant/(1/C + 1/restart). `short` is what lacks a week once everything runs (negative:
    it suffices); `idle` what plants that run do not make yet, `dormant` what must be restarted (t/week, without what a cut has
    taken: that starts with the cut's end). Output approaches capacity at `up_rate` = 1/up, and over C weeks the gap that is
    left adds up to idle/(1/C + 1/up). Where capacity suffices in the end, C counts only until output has caught up: what is
    made too much from then on brings nothing back, and a rule that lasts longer can't be believed to cost less.
    """
    if weeks <= 0.0:
        return 0.0
    until = weeks_of_shortage(short, idle, dormant, up_rate, restart_rate) if short < 0.0 else weeks
    until = until if until < weeks else weeks
    if until <= 0.0:
        return 0.0
    loss = short * until + idle / (1.0 / until + up_rate) + dormant / (1.0 / until + restart_rate)
    return loss if loss > 0.0 else 0.0


def weeks_of_shortage(short: float, idle: float, dormant: float, up_rate: float, restart_rate: float) -> float:
    """Weeks until output has caught up where capacity suffices in the end (`short` < 0); 0 where nothing lacks.

    Where y'(C) = short + idle/(1 + C/up)^2 + dormant/(1 + C/restart)^2 is 0. This falls ever more slowly, so Newton's steps
    from C = 0 never overshoot, and a fixed number of them is as good for both engines.
    """
    weeks = 0.0
    for _ in range(NEWTON_STEPS):
        by_idle = 1.0 + weeks * up_rate
        by_dormant = 1.0 + weeks * restart_rate
        lacking = short + idle / (by_idle * by_idle) + dormant / (by_dormant * by_dormant)
        if lacking <= 0.0:
            return weeks
        falling = 2.0 * idle * up_rate / (by_idle * by_idle * by_idle)
        falling += 2.0 * dormant * restart_rate / (by_dormant * by_dormant * by_dormant)
        weeks += lacking / falling
    return weeks


def near_balance(gap: float, wanted: float, deficit_weeks: float, surplus_weeks: float) -> float:
    """Short balance, t: what output under way will lack or leave over: h weeks of a deficit, h_n of a surplus.

    `gap` is need - output + outflow - inflow a week; kept between -0.6 and 0.5 of wanted stock. It lets a chain settle
    without ringing: with output lag tau, gain eta and cover K the damping ratio is (1 + eta h/K) / (2 sqrt(eta tau/K)),
    0.3 without it and 0.97 with h = 13, K = 12.
    """
    if gap > 0.0:
        near = gap * deficit_weeks
        return near if near < LONGEST_DEFICIT * wanted else LONGEST_DEFICIT * wanted
    near = gap * surplus_weeks
    return near if near > -LONGEST_SURPLUS * wanted else -LONGEST_SURPLUS * wanted


def log_ratio(wanted: float, stock: float, least: float, cost: float, floor: float, ceiling: float) -> float:
    """ln of the price at which stocks are held willingly: ln(wanted / stock + cost), the price kept within bounds.

    `wanted` and `stock` in t, the stock counted with at least `least` (working stock can't be sold), `cost` the rise of
    input costs as an index of the product's price. A ratio, exactly 1 at rest: quoted prices of eight squeezes follow
    wanted stock over stock better than a price that clears a market (docs/background/market-core.md).
    """
    held = stock if stock > least else least
    ratio = ceiling
    if held > 0.0:
        claim = wanted if wanted > 0.0 else 0.0
        ratio = clip(claim / held + cost, floor, ceiling)
    level = log(ratio)
    # At rest sums in another order leave a last bit.
    return 0.0 if abs(level) < AT_REST else level


def mines_running(price: float, closing: float, full: float) -> float:
    """Share of mines that run at a price: none below `closing`, all from `full` on, a straight line of cash costs between."""
    if price >= full:
        return 1.0
    if price <= closing:
        return 0.0
    return (price - closing) / (full - closing)


def ladder(price: float, first: float, span: float) -> float:
    """R(P): part of what capacity there is to come that pays at a price index P; none up to `first`, all from `first` + `span` on.

    A straight line, as the cost curve of mines: of what would come between two prices nothing more is known than where the first
    and the last of it pay.
    """
    return clip((price - first) / span, 0.0, 1.0)


def lasting_price(lasting: float, level: float, rate: float) -> float:
    """ln of the price that has lasted, one week on: it falls with the price `level` at once, and rises by `rate` of the gap.

    Nobody builds on a price of last week, and nobody goes on planning on one that is gone.
    """
    return level if level <= lasting else lasting + (level - lasting) * rate


def earning_share(margin: float, value_share: float) -> float:
    """Part of makers' capacity that earns its cost at a lasting margin M: 1 + (M - 1)/v, between 0 and 1.

    All does at rest (M = 1) and none where M has fallen by all of the value added, the share v of the price at rest: nobody goes on
    for long who is paid less than the inputs cost. Between the two plants' costs are taken for evenly spread (assumption).
    """
    if margin >= 1.0 or value_share <= 0.0:
        return 1.0
    return clip(1.0 + (margin - 1.0) / value_share, 0.0, 1.0)


def laid_up(before: float, idle: float, restart_rate: float) -> float:
    """Share of capacity laid up, one week on: at once what does not earn (`idle`), while what earns again takes time to start."""
    idle = idle if idle > 0.0 else 0.0
    return idle if idle >= before else before + (idle - before) * restart_rate

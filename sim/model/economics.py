"""The equations of the model, one scalar function each: floats in, floats out.

Both engines call these same functions, as plain Python or compiled, with the exponentials and logarithms of `powers`.
"""

from __future__ import annotations

from ..powers import exp, log

WEEKS_PER_YEAR = 365.25 / 7.0


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


def storage_price(cover_ratio: float, wanted_ratio: float, beta: float, floor: float, ceiling: float) -> float:
    """Price index at which the market holds its stocks willingly.

    P* = (cover / wanted cover) ** -beta, clipped to [floor, ceiling].

    Parameters
    ----------
    cover_ratio : float
        Weeks of cover relative to the baseline's, >= 0.
    wanted_ratio : float
        Wanted cover relative to the baseline's, > 0; fear and queues raise it.
    beta : float
        Exponent of the supply-of-storage curve.

    Notes
    -----
    A supply-of-storage curve (Working 1949; Sterman 2000, ch. 20) rather than a demand curve: price must
    move while factories still run, because stocks, not flows, are what buyers fight over in the first
    weeks. beta = 1 is the days-of-stock rule P ~ 1/stock (van der Linden 2020). For a lasting loss beta
    does not matter, see `used_at_price`.
    """
    curve = clip(power(cover_ratio / wanted_ratio, -beta), floor, ceiling)
    return ceiling if cover_ratio <= 0.0 else curve


def adjust_price(price: float, target: float, speed: float) -> float:
    """Weekly step of a price towards its target: P <- P (P*/P)^s, a constant share of the log gap."""
    return price * power(target / price, speed)


def used_at_price(paid: float, log_paid: float, elasticity: float) -> float:
    """Share of normal use wanted at a paid-price index, apart from thrifting: P^-eps.

    A lasting loss L of the only supply must end where this share times (1 - x) is 1 - L; with thrifting x
    frozen, P = (1 - L)^(-1/eps).
    """
    return power_by_log(paid, log_paid, -elasticity)


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


def wanted_output(expected: float, stock_gap: float, pipe_gap: float, tau: float, incentive: float) -> float:
    """Output a maker wants to start this week, t.

    (O_e + (O_e c_out - stock)/tau + (O_e t_proc - wip)/tau) margin^eta, never negative; margin^eta is `incentive`. The work in
    process term and tau of 8 weeks or more keep a three-stage chain from ringing for years after a shock
    (Sterman 2000, ch. 17). The money margin, not a ratio of price indices, is the incentive: with indices an
    input can grow dearer than what its user can pay.
    """
    want = expected + (stock_gap + pipe_gap) / tau
    if want <= 0.0:
        return 0.0
    return want * incentive


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


def fear_step(wait: float, target: float, decay: float) -> float:
    """Perceived wait, one week on: it decays towards the queue's mean age."""
    return wait + decay * (target - wait)


def stock_for_trend(rise: float, response: float) -> float:
    """Factor on wanted cover of buyers who expect a rise to go on: (P / P remembered)^response, 1 to 5.

    `rise` is ln(P / P remembered). Extrapolation as in Sterman (2000, ch. 16); it made the peak of 2011, when
    prices inside China rose tenfold too. Only upwards: falling prices bring stocks back to normal, not below it
    (a two-sided response keeps a chain swinging after a passing outage from about 0.3 on).
    """
    if rise <= 0.0 or response <= 0.0:
        return 1.0
    factor = exp(response * rise)
    return factor if factor < 5.0 else 5.0


def smooth(old: float, new: float, rate: float) -> float:
    """First-order exponential smoothing; `rate` is 1 / mean lag in weeks.

    Reckoned once a run: a processor divides five times slower than it multiplies.
    """
    return old + (new - old) * rate

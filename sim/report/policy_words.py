"""The sentence on policies: which lowers the loss most, which little, which the wrong way."""

from __future__ import annotations

from .hedges import NOTICED_SHARE, named, whose
from .pick import Spread, short_products, short_zone, spread
from .rounding import interval, plain, quantity
from .run import Run

LITTLE = 0.02  # part of the loss that a policy has to change to be worth a word


def policies(run: Run) -> str:
    """Policies by the loss of the final product that is lost most, where it is lost most."""
    products = short_products(run)
    if not products:
        return ""
    product = products[0]
    place = short_zone(run, product)
    base = spread(run, "shortage_percent", run.main_arm, product, place)
    found = []
    for policy in run.policies:
        s = spread(run, "shortage_percent", f"policy:{policy}-scenario", product, place)
        if s is not None and s.n:
            found.append((s.p50, policy, s))
    if base is None or not found:
        return ""
    found.sort(key=lambda f: f[0])
    name, where = named(run, product), run.where(place)
    best, policy, s = found[0]
    numbers = ("", "", "two", "three", "four", "five", "six")
    many = numbers[len(found)] if len(found) < len(numbers) else str(len(found))
    little = max(NOTICED_SHARE / 10, LITTLE * base.p50)  # of a loss of 5 %, a tenth of a point is not worth a word
    worse = [p for v, p, other in found if other.p25 > 0 and v > max(NOTICED_SHARE, little)]
    if best > -little or base.p50 <= 0:
        none = "The only policy tried does not noticeably lower"
        if len(found) > 1:
            none = f"None of the {many} policies tried noticeably lowers"
        end = f"; {_listed(run, worse)} {'makes' if len(worse) == 1 else 'make'} it larger" if worse else ""
        return f"{none} the loss of {name} {where} in half of the runs{end}."
    who = "The only policy tried," if len(found) == 1 else f"Of the {many} policies tried,"
    comma, most = (",", "") if len(found) == 1 else ("", " most")
    points = plain(-best)
    text = (
        f"{who} {run.policy_quoted(policy)}{comma} lowers the loss of {name} {where}{most}, "
        f"by {points} percentage point{'' if points == '1' else 's'} from {quantity(base.p50, '%')}{_within(run, s)}"
    )
    return f"{text}{_others(run, found[1:], worse, little)}."


def _within(run: Run, s: Spread) -> str:
    """The interval of a relief, in brackets; one that may be harm says so."""
    if run.n_ok == 1:
        return ""
    if s.p95 <= 0:
        return f" ({whose(run)}: {interval(-s.p95, -s.p5, 'points')} less)"
    return f" ({whose(run)}: from {quantity(s.p95, 'points')} more to {quantity(-s.p5, 'points')} less)"


def _others(run: Run, found: list[tuple[float, str, Spread]], worse: list[str], little: float) -> str:
    """What the other policies do, those of a kind together."""
    rest = [(v, p) for v, p, s in found if s.p75 < 0 and v < -little]
    told = {p for _, p in rest} | set(worse)
    unclear = [p for _, p, s in found if p not in told and _either_way(s, max(NOTICED_SHARE, little))]
    idle = [p for _, p, _ in found if p not in told and p not in unclear]
    text = ""
    if rest:
        text += "; " + " and ".join(f"{run.policy_quoted(p)} by {plain(-v)}" for v, p in rest)
    if worse:
        text += f"; {_listed(run, worse)} {'makes' if len(worse) == 1 else 'make'} it larger"
    if unclear:
        text += f"; the effect of {_listed(run, unclear)} goes either way"
    if idle:
        text += f"; {_listed(run, idle)} {'changes' if len(idle) == 1 else 'change'} it little"
    return text


def _listed(run: Run, policies: list[str]) -> str:
    """ "a", "a and b", "a, b and c", in the words of the scenario file."""
    names = [run.policy_quoted(p) for p in policies]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _either_way(s: Spread, least: float) -> bool:
    """Whether a policy helps in some runs and harms in others, by more than can be ignored."""
    return s.p5 < 0 < s.p95 and s.p95 - s.p5 > least

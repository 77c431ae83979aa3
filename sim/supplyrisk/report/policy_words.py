"""The sentence on policies: which averts most by the one criterion, with its interval, or that none can be told apart."""

from __future__ import annotations

from .case import Case
from .hedges import fitting, whose
from .ladders import equal_from, ladder_of
from .pick import Spread
from .policy_rank import LEAST, Averted, Ranking, asked_about, ranking
from .rounding import with_interval
from .run import Run


def policies(run: Run) -> str:
    """The best policy, what it averts and its interval; a ladder of sizes as its two ends; "" without policies."""
    found = ranking(run)
    if not found.order or (found.base <= 0 and found.unit == "weeks"):
        return ""
    best, asked = found.best, asked_about(run)
    if asked is not None:
        return _asked(run, found, asked)
    if best is None:
        return _none(run, found)
    amount, span = averted(run, best.by)
    what = f"{amount} of {measure_of(found.case)}{span}"
    ladder = ladder_of(run, best.policy)
    names = phrases(run, best.policy)
    if ladder is not None and {a.policy for a in found.order} <= set(ladder.policies):
        head = f"Of {len(ladder.policies)} sizes of one measure"
        ties = _tied(run, found)
        return fitting(*(f"{head}, {name} averts most: {what}{tie}." for tie in ties for name in names))
    if len(found.order) == 1:
        return fitting(*(f"The only policy tried, {name}, averts {what}." for name in names))
    ties = _tied(run, found)
    heads = ("Of the policies, ", "")
    texts = [f"{head}{name} helps most, averting {what}{tie}." for head in heads for tie in ties for name in names]
    return fitting(*texts)


def _asked(run: Run, found: Ranking, asked: Averted) -> str:
    """The policy the question names, and the best beside it."""
    worse = asked.by.p50 <= -LEAST / 2
    by = reversed_(asked.by) if worse else asked.by
    amount, span = averted(run, by)
    plainly = "" if found.plainly_helps(asked) else "does not plainly help: it "
    does = f"adds {amount} to" if worse else f"averts {amount} of"
    best = f"; “{run.policy_name(found.best.policy)}” helps most" if found.best is not None else ""
    texts = [f"{name} {plainly}{does} {measure_of(found.case)}{span}" for name in phrases(run, asked.policy)]
    return fitting(*(f"{text}{more}." for more in (best, "") for text in texts))


def _none(run: Run, found: Ranking) -> str:
    """No policy plainly helps: told by the one that comes nearest."""
    top = found.order[0]
    amount, span = averted(run, top.by)
    what = measure_of(found.case)
    many = "The only policy tried does not plainly help" if len(found.order) == 1 else "No policy plainly helps"
    if top.by.p50 < 0:
        amount, span = averted(run, reversed_(top.by))
        return fitting(
            *(f"{many}: with {name} there is {amount} more of {what}{span}." for name in phrases(run, top.policy))
        )
    return fitting(*(f"{many}: {name} averts {amount} of {what}{span}." for name in phrases(run, top.policy)))


def _tied(run: Run, found: Ranking) -> tuple[str, ...]:
    """Policies not distinguishable from the best, in fewer and fewer words; nothing if there are none."""
    best = found.best
    if best is None or not found.tied:
        return ("",)
    ladder = ladder_of(run, best.policy)
    size = equal_from(ladder, {best.policy, *(a.policy for a in found.tied)}) if ladder is not None else ""
    if ladder is not None and size:
        others = len([a for a in found.tied if a.policy not in ladder.policies])
        too = f", nor from {others} other {'policy' if others == 1 else 'policies'}" if others else ""
        text = f"; from {size} on sizes are not distinguishable"
        return (f"{text}{too}", text)
    if len(found.tied) > 1:
        return (f"; {len(found.tied)} others are not distinguishable from it",)
    name = run.policy_name(found.tied[0].policy)
    return (f"; “{name}” is not distinguishable from it", "; one other is not distinguishable from it")


def reversed_(s: Spread) -> Spread:
    """The same with its sign turned: what is averted as what is added."""
    return Spread(s.n, -s.p90, -s.p75, -s.p50, -s.p25, -s.p10, s.unit)


def measure_of(case: Case) -> str:
    """The measure of a case within a sentence."""
    if case.kind == "price":
        return "the highest week of the price"
    return "missing use" if case.loss == "missing" else "use given up"


def averted(run: Run, s: Spread) -> tuple[str, str]:
    """What is averted and its interval in words."""
    value, between = with_interval(s.p50, s.p10, s.p90, "times" if s.unit == "index" else s.unit)
    return value, f" ({whose(run)}: {between or 'the same'})" if run.n_ok > 1 else ""


def phrases(run: Run, policy: str) -> tuple[str, str]:
    """A policy's title and its short name, in quotation marks."""
    return f"“{run.policy_title(policy)}”", f"“{run.policy_name(policy)}”"

"""Policies by one criterion, the same on the terminal, on the page and in the tables.

The criterion is what a policy averts of the loss the answer is about: weeks of normal use, either physically missing
or given up because of the price, at the place asked about; where only prices move, the peak of the quoted price. It is
the median over runs of the difference between the policy and the scenario on the same draws. A policy whose 80 %
band overlaps that of the best is not distinguishable from it; one whose band holds zero may do nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from .case import Case, the_case, weeks_lost
from .gaps import price_of
from .hedges import named
from .once import once_per_run
from .pick import Spread, headline_price, spread
from .run import Run

LEAST = 0.05  # weeks of normal use (or of the price index) below which a policy changes nothing worth a word
LEAST_PART = 0.02  # the same as a part of the loss


@dataclass(frozen=True)
class Averted:
    """What a policy averts by the criterion: positive is relief."""

    policy: str
    by: Spread


@dataclass(frozen=True)
class Ranking:
    """All policies of a run by the criterion."""

    case: Case
    unit: str  # weeks, or index where the price is the criterion
    base: float  # the loss without a policy
    order: tuple[Averted, ...]  # best first

    @property
    def best(self) -> Averted | None:
        """The policy that averts most, if it plainly averts anything."""
        top = self.order[0] if self.order else None
        return top if top is not None and self.plainly_helps(top) else None

    def plainly_helps(self, each: Averted) -> bool:
        """Whether a policy averts something worth a word in nine runs of ten or more."""
        return each.by.p10 > 0 and each.by.p50 >= self.least

    @property
    def least(self) -> float:
        """What has to be averted to be worth a word."""
        return max(LEAST, LEAST_PART * self.base)

    @property
    def tied(self) -> tuple[Averted, ...]:
        """Policies not distinguishable from the best: their 80 % bands overlap."""
        best = self.best
        return tuple(a for a in self.order[1:] if a.by.p90 >= best.by.p10) if best else ()

    @property
    def harmful(self) -> tuple[Averted, ...]:
        """Policies that plainly make the loss larger."""
        return tuple(a for a in self.order if a.by.p90 < 0 and -a.by.p50 >= self.least)


@once_per_run
def ranking(run: Run) -> Ranking:
    """The policies of the run by the criterion, best first."""
    case = the_case(run)
    found = []
    for policy in run.policies:
        s = loss_of(run, case, f"policy:{policy}-scenario")
        if s is not None and s.n:
            found.append(Averted(policy, Spread(s.n, -s.p90, -s.p75, -s.p50, -s.p25, -s.p10, s.unit)))
    base = loss_of(run, case, run.main_arm)
    level = base.p50 if base is not None else 0.0
    found.sort(key=lambda a: (-a.by.p50, -a.by.p10, a.policy))
    return Ranking(case, "index" if case.kind == "price" else "weeks", level, tuple(found))


def asked_about(run: Run) -> Averted | None:
    """The policy that the question names, unless it is the best, which is told anyway."""
    found = ranking(run)
    named_ = [each for each in found.order if each.policy in run.policies_in_question]
    return named_[0] if named_ and named_[0] is not found.order[0] else None


def loss_of(run: Run, case: Case, arm: str) -> Spread | None:
    """The loss the criterion is about in an arm, or (arm A-B) its difference between two."""
    if case.kind == "price":
        product, zone = headline_price(run)
        return spread(run, "price_spot_peak_index", arm, product, zone)
    return weeks_lost(run, case.loss, arm, case.product, case.place, case.end_use)


def criterion(run: Run) -> str:
    """The criterion in words: what is averted."""
    case = ranking(run).case
    if case.kind == "price":
        product, zone = headline_price(run)
        return f"how much they lower the highest week of the {price_of(run, product, zone)}"
    what = "physically missing" if case.loss == "missing" else "given up because of the price"
    use = f" for {named(run, case.end_use)}" if case.end_use else ""
    return f"how many weeks of normal use of {named(run, case.product)}{use} {what} {run.where(case.place)} they avert"


# --- where a policy acts ---------------------------------------------------------------------------


def acting_places(run: Run, policy: str) -> list[str]:
    """Places that act in a policy or pay for it: those its events name, whole groups by their name.

    An event that names nobody acts everywhere; the place the answer is about then stands for all.
    """
    codes = {c for event in run.policy_events(policy) for c in (*event.destinations, *event.origins)}
    case = the_case(run).place
    if not codes or codes >= set(run.countries):
        return [case]
    found = []
    for name, members in run.groups.items():
        if set(members) <= codes:
            found.append(name)
            codes -= set(members)
    return [*[c for c in run.countries if c in codes], *found]

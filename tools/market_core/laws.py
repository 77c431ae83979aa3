"""What must hold of any chain, one batch of runs: rest, order of shares and lengths, return, mass, a closed form.

python tools/market_core/laws.py            # the generic chain and the closed form; about a minute and a half
python tools/market_core/laws.py --draws 16 # that many chains, all numbers drawn; some minutes
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
from core import run
from parameters import Numbers, default, draw
from state import Record, Rule, Week
from world import World, generic

REST = 20  # weeks before anything happens
AFTER = 280  # weeks run after the last end
BACK_WEEKS, MINE_BACK_WEEKS = 78, 108  # within 10 % of the baseline for good
LATER_MOST, LATER_FROM = 1.5, 13  # highest price from so many weeks after the end
TURNS_MOST = 3  # changes of sign of a deviation of more than 5 %
PERMANENT = (0.05, 0.1, 0.2)
Say = Callable[..., None] | None


@dataclass
class Scenario:
    """One row: what is withheld, cut or bought, and for how long. mine: zone whose mines lose 30 %; -1: none."""

    family: str
    name: str = ""
    share: float = 0.0
    start: float = REST
    weeks: float = 0.0
    ends: bool = False
    notice: float = 0.0
    demand: float = 1.0
    mine: int = -1
    buy: float = 0.0
    give: float = 0.0


def scenarios() -> list[Scenario]:
    """All rows."""
    out = [Scenario("rest")]
    out += [Scenario("share", share=v, weeks=52.0) for v in np.arange(0.1, 1.01, 0.1)]
    out += [Scenario("announced", share=1.0, weeks=float(v), ends=True) for v in (8, 13, 20, 26, 39, 52, 65, 78)]
    for share in (1.0, 0.3):
        lengths = (2, 4, 8, 13, 26, 39, 52, 78, 104)
        out += [Scenario(f"length {share:.1f}", share=share, weeks=float(v)) for v in lengths]
    for share in (1.0, 0.5):
        notices = (0, 1, 2, 4, 8, 13, 26, 39)
        out += [Scenario(f"notice {share:.1f}", share=share, start=60, weeks=26.0, notice=float(v)) for v in notices]
    out += [Scenario("reserve", share=1.0, weeks=52.0, give=float(v)) for v in (0, 2, 4, 8, 13)]
    for share in (1.0, 0.5, 0.3):
        for months in (1, 3, 6, 12, 24):
            out.append(Scenario("pass", f"ban {share:.1f} {months} mo", share, weeks=round(months * 4.348)))
    out += [Scenario("pass", f"demand {factor:.1f}", demand=factor, weeks=52.0) for factor in (0.8, 1.2)]
    out += [Scenario("pass", f"mine -30% z{zone}", mine=zone, weeks=52.0) for zone in (0, 1)]
    out.append(Scenario("pass", "state buys 13 wk", buy=0.5, weeks=26.0))
    return out


def column(rows: list[Scenario], name: str) -> np.ndarray:
    """One number of all rows."""
    return np.array([getattr(row, name) for row in rows])


def happenings(w: World, rows: list[Scenario], ruled: Sequence[int], leak: float | None = 0.0) -> Callable[[int], Week]:
    """What happens by week, in all rows side by side; rules on the products `ruled`, from zone 0 to all others.

    leak: share of normal flow that passes besides; None: the default leak, which grows while it pays.
    """
    s = SimpleNamespace(**{name: column(rows, name) for name in Scenario.__dataclass_fields__})
    end, last, others = s.start + s.weeks, ruled[-1], list(range(1, w.number_of_zones))
    released = s.give * w.need0[last, 1]

    def week(t: int) -> Week:
        announced = (t >= s.start - s.notice) & (t < end) & (s.share > 0)
        now = (t >= s.start) & (t < end)
        what = Week(demand={i: np.where(now, s.demand, 1.0) for i in range(len(w.users))})
        if announced.any():
            wait, ends = np.maximum(s.start - t, 0), np.where(s.ends, end - t, np.nan)
            what.rules = [Rule(k, 0, others, 1 - s.share, announced, leak=leak, wait=wait, ends=ends) for k in ruled]
        for i, site in enumerate(w.sites):
            if site.kind == "mine" and site.z in (0, 1):
                what.left[i] = np.where(now & (s.mine == site.z), 0.7, 1.0)
        buys = now & (s.buy > 0)
        if buys.any():
            what.buy = {(ruled[0], 0): (np.where(buys, s.buy, 0), np.where(buys, s.buy * (end - t), 0))}
        if REST + 4 <= t < REST + 30:
            what.give = {(last, 1): (released / 26, released * (1 - (t - REST - 4) / 26))}
        return what

    return week


def loss(w: World, record: Record, zone: int = 1) -> np.ndarray:
    """Use lost in a zone over the run, weeks of world use."""
    users = [(i, user) for i, user in enumerate(w.users) if user.z == zone]
    return sum((user.use - record.use[:, i]).sum(0) for i, user in users)


def rises(values: np.ndarray) -> bool:
    """Strictly."""
    return bool((np.diff(values) > 0).all())


def never_falls(values: np.ndarray, tolerance: float) -> bool:
    """Up to a relative tolerance."""
    return bool((np.diff(values) >= -tolerance * np.maximum(abs(values[1:]), 1)).all())


@dataclass
class Return:
    """How a passing event passes: weeks until prices are back for good by product, highest later, changes of sign."""

    name: str
    back: list[int]
    later: float
    turns: int
    allowed: list[int]

    @property
    def held(self) -> tuple[bool, bool, bool]:
        """Back in time, not dear later, no ringing."""
        in_time = all(weeks <= most for weeks, most in zip(self.back, self.allowed))
        return in_time, self.later <= LATER_MOST, self.turns <= TURNS_MOST


def returning(w: World, row: Scenario, prices: np.ndarray) -> Return:
    """Read the return from ln prices (week, product, zone) of one row."""
    end = int(row.start + row.weeks)
    after = prices[end : end + AFTER - 10]
    far = abs(after).max(2) > np.log(1.1)
    products = range(w.number_of_products)
    back = [int(np.nonzero(far[:, k])[0].max() + 1) if far[:, k].any() else 0 for k in products]
    turns = 0
    for k in products:
        for z in range(w.number_of_zones):
            off = after[:, k, z]
            off = off[abs(off) > 0.05]
            turns = max(turns, int((np.diff(np.sign(off)) != 0).sum()))
    allowed = [MINE_BACK_WEEKS if row.mine >= 0 and k == 0 else BACK_WEEKS for k in products]
    return Return(row.name, back, float(np.exp(after[LATER_FROM:].max())), turns, allowed)


def laws(
    w: World,
    numbers: Numbers | None = None,
    say: Say = print,
    ruled: Sequence[int] | None = None,
    leak: float | None = 0.0,
) -> tuple[dict[str, bool], list[Return]]:
    """All laws of a chain: by name whether it holds, and the returns that fail."""
    ruled = ruled if ruled is not None else tuple(range(min(1, w.number_of_products - 1), w.number_of_products))
    rows, say = scenarios(), say or (lambda *_: None)
    if numbers is not None:
        numbers = Numbers(**{name: np.full(len(rows), float(value)) for name, value in vars(numbers).items()})
    length = int(max(row.start + row.weeks for row in rows)) + AFTER
    record = run(w, length, happenings(w, rows, ruled, leak), numbers, len(rows))
    family, prices, lost = column(rows, "family"), np.log(record.price), loss(w, record)
    held = {"rest": bool(abs(prices[..., 0]).max() < 1e-9)}
    for k in ruled:
        product, week5 = w.products[k], record.price[REST + 5, k, 1]
        by_share, by_length = week5[family == "share"], week5[family == "announced"]
        held[f"share rises {product}"] = rises(by_share)
        held[f"10% below 1.5 {product}"] = bool(by_share[0] < 1.5)
        held[f"full 1.8 x {product}"] = bool(by_share[-1] >= 1.8 * by_share[0])
        held[f"announced length {product}"] = rises(by_length)
        say("  week 5 by share", product, by_share.round(2), " by announced length", by_length.round(2))
    signs = {
        "share": 1,
        "announced": 1,
        "length 1.0": 1,
        "length 0.3": 1,
        "notice 1.0": -1,
        "notice 0.5": -1,
        "reserve": -1,
    }
    for name, sign in signs.items():
        values = lost[family == name]
        held["loss: " + name] = never_falls(sign * values, 1e-6 if name.startswith("notice") else 1e-9)
        say("  loss by", name, values.round(3))
    returns = [(returning(w, row, prices[..., j]), j) for j, row in enumerate(rows) if row.family == "pass"]
    for r, j in returns:
        highest, lowest = np.exp(prices[..., j].max()), np.exp(prices[:, :, 0, j].min())
        miss = "" if all(r.held) else "  <-- MISS"
        say(
            f"  {r.name:<16} back {r.back} later max {r.later:.2f} signs {r.turns}  highest {highest:.1f}"
            f" lowest home {lowest:.2f} {miss}"
        )
    for i, name in enumerate(("passing: back", "passing: later 1.5", "passing: signs")):
        held[name] = all(r.held[i] for r, _ in returns)
    held["mass"] = bool(record.mass.max() < 1e-9)
    return held, [r for r, _ in returns if not all(r.held)]


def permanent(share: float, weeks: int = 4000) -> tuple[np.ndarray, float]:
    """Price that users of the generic chain pay long after mines lose a share for good, by zone, and the closed form.

    Nobody can produce more, no entry: use must fall by the share, at once by eps and in time by eps_long, so that
    price = (1 - share)^(-1/(eps + eps_long)).
    """
    w = generic(cap=[[1, 1]] * 3, eta=0.0, cash=(0.0, 0.1))
    mines = [i for i, site in enumerate(w.sites) if site.kind == "mine"]
    gone = Week(left=dict.fromkeys(mines, 1 - share), left_age=dict.fromkeys(mines, 1e9))
    record = run(w, weeks, lambda t: gone, default(steepening=0.0, entry=0.0))
    return record.paid[-1, 2, :, 0], (1 - share) ** (-1 / (w.users[0].eps + w.users[0].eps_long))


def drawn_chain(g: np.random.Generator) -> World:
    """A generic chain with all its numbers drawn."""
    u = g.uniform
    home = u(0.4, 0.8)
    component = 1 - (1 - home) * u(0.15, 0.6)
    refined = 1 - (1 - component) * u(0.15, 0.6)
    return generic(
        alpha=(u(0.2, 0.7), u(0.1, 0.5)),
        use=(home, 1 - home),
        home=(u(0.3, 0.95), refined, component),
        cover=((u(5, 12), u(5, 12)), (u(5, 10), u(8, 16)), (u(2, 5), u(2, 5))),
        user_cover=(u(4, 8), u(8, 14)),
        eps=u(0.05, 0.3),
        eta=u(0.1, 0.4),
        cap=[[u(1.08, 1.25)] * 2, [u(1.1, 1.4)] * 2, [u(1.1, 1.4)] * 2],
    )


def drawn(count: int) -> None:
    """The laws of drawn chains under drawn numbers."""
    g, numbers = np.random.default_rng(5), draw(count, 7)
    failed: dict[str, int] = {}
    checks = 0
    for i in range(count):
        held, missed = laws(drawn_chain(g), Numbers(**{name: v[i] for name, v in vars(numbers).items()}), None)
        checks += len(held)
        fails = [name for name, ok in held.items() if not ok]
        print(i, fails or "all hold", [(r.name, r.back, round(r.later, 2), r.turns) for r in missed])
        for name in fails:
            failed[name] = failed.get(name, 0) + 1
    print(f"draws {count}: {sum(failed.values())} failures of {checks}", failed)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=0, help="number of drawn chains, instead of the generic one")
    parser.add_argument("--leak", action="store_true", help="with the default leak round rules instead of none")
    asked = parser.parse_args()
    if asked.draws:
        drawn(asked.draws)
    else:
        for lost_share in PERMANENT:
            paid, closed = permanent(lost_share)
            print(f"  permanent loss {lost_share:.2f}: users pay {paid.round(4)}, closed form {closed:.4f}")
        of_generic, _ = laws(generic(), leak=None if asked.leak else 0.0)
        print([name for name, ok in of_generic.items() if not ok] or "all hold", len(of_generic))

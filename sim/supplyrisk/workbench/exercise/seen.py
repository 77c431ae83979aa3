"""What a team may see: nothing of the run's number, its draws, later weeks or what is announced later is in here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ...events.words import say_date
from ...report.run import Run
from ...results.quantiles import quantiles
from ..liverun import LiveRun
from ..picture import LEVELS, Chart, Line, rounded
from .history import History, Watched
from .news import Told, news
from .play import Play
from .rules import Card, Exercise

UNITS = {"price": "times normal", "shortage": "% of what is wanted", "export": "t a month"}
TITLES = {"price": "Price of {}", "shortage": "Use of {} that is lost", "export": "Exports of {}"}


@dataclass(frozen=True)
class TeamView:
    """Everything a team's page gets, as plain data."""

    title: str
    briefing: str
    steps: int
    today: str
    today_in_words: str
    week: int
    next_weeks: int
    next_in_words: str
    over: bool
    branch: int
    runs_ahead: int
    roles: tuple[dict[str, Any], ...]
    news: tuple[dict[str, str], ...]
    cards: tuple[dict[str, Any], ...]
    played: tuple[dict[str, Any], ...]
    branches: tuple[dict[str, Any], ...]
    turns: tuple[dict[str, Any], ...]
    charts: tuple[Chart, ...]

    def as_payload(self) -> dict[str, Any]:
        """Ready for JSON."""
        return asdict(self)


def team_view(play: Play, history: History) -> TeamView:
    """What the team sees today in the branch that is played."""
    e, branch = play.exercise, play.course.branch
    day = e.day(branch.week)
    later = min(branch.week + e.turn_weeks, e.weeks)
    seen, ahead = history.ahead(play, branch)
    past = history.happened(play, branch)
    return TeamView(
        title=e.spec.exercise,
        briefing=e.spec.briefing,
        steps=play.steps,
        today=day.isoformat(),
        today_in_words=say_date(day),
        week=branch.week,
        next_weeks=later - branch.week,
        next_in_words=say_date(e.day(later)),
        over=branch.week >= e.weeks,
        branch=branch.number,
        runs_ahead=len(ahead[0].values) if ahead else 0,
        roles=tuple(_role(play, role.name) for role in e.spec.roles),
        news=tuple(
            {"date": t.day.isoformat(), "in_words": say_date(t.day), "text": t.text} for t in reversed(news_by(e, day))
        ),
        cards=tuple(_card(play, card.name) for card in e.spec.deck),
        played=tuple(
            {
                "in_words": say_date(e.day(p.week)),
                "card": e.card(p.card).title,
                "name": p.card,
                "now": p.week == branch.week,
            }
            for p in branch.played
        ),
        branches=tuple(
            {
                "number": b.number,
                "in_words": say_date(e.day(b.week)),
                "measures": [e.card(p.card).title for p in b.played],
            }
            for b in play.course.branches.values()
        ),
        turns=tuple({"week": w, "in_words": say_date(e.day(w))} for w in play.turns(branch) if w < branch.week),
        charts=tuple(_charts(past, seen, ahead, day)),
    )


def _role(play: Play, name: str) -> dict[str, Any]:
    role = play.exercise.role(name)
    spent = play.spent(name)
    left = None if role.budget is None else max(0.0, round(role.budget - spent, 9))
    return {"name": name, "title": role.title, "budget": role.budget, "spent": spent, "left": left}


def _card(play: Play, name: str) -> dict[str, Any]:
    card = play.exercise.card(name)
    return {
        "name": name,
        "title": card.title,
        "role": card.role,
        "terms": terms(card),
        "why_not": play.why_not(name),
        "now": play.chosen_now(name),
    }


def news_by(e: Exercise, day: dt.date) -> list[Told]:
    """All that was told by a day, of the events and beside them, the oldest first."""
    told = [*news(e, day), *(Told(each.day, each.text) for each in e.spec.news if each.day <= day)]
    return sorted(told, key=lambda each: each.day)


def terms(card: Card) -> str:
    """What a card costs and when it works, as a sentence."""
    cost = f"{card.cost:g} billion USD" if card.cost else "No cost"
    weeks = round(card.lead_time / 7.0, 1)
    force = f"in force {weeks:g} week{'' if weeks == 1 else 's'} later" if weeks else "in force at once"
    return f"{cost}, {force}{'' if card.once else ', may be chosen each turn'}."


def chart_names(products: Sequence[str]) -> list[str]:
    """Names of all charts that may come."""
    return [f"{kind}-{product}" for product in products for kind in TITLES]


def _charts(run: LiveRun, seen: Sequence[Watched], ahead: Sequence[Watched], day: Any) -> list[Chart]:
    """One chart for every product and kind: lines of what was seen, fans of what may come."""
    groups: dict[tuple[str, str], list[tuple[Watched, Watched]]] = {}
    for one, many in zip(seen, ahead, strict=True):
        groups.setdefault((one.product, one.kind), []).append((one, many))
    found = []
    for (product, kind), pairs in groups.items():
        lines: list[Line] = []
        rows: list[list[str]] = []
        shown: list[Any] = []
        for one, many in pairs:
            past = one.until(day)
            if any(np.array_equal(many.values, other) for other in shown) and kind == "price":
                continue  # a part of a zone that has not parted
            shown.append(many.values)
            label = _place(run, kind, one.place)
            future = quantiles(many.values[:, past:].T, tuple(LEVELS.values())) if past < len(one.dates) else None
            levels: dict[str, list[float | None]] = {name: [None] * past for name in LEVELS}
            if future is not None:
                for column, name in enumerate(LEVELS):
                    levels[name] += [rounded(float(x)) for x in future[:, column]]
            before: list[float | None] = [rounded(float(x)) for x in one.values[0, :past]] + [None] * (
                len(one.dates) - past
            )
            lines.append(Line(f"{one.place}:ahead", f"{label}, expected", "fan", levels))
            lines.append(Line(one.place, label, "seen", {"p50": before}))
            last = before[past - 1] if past else None
            rows.append([label, "" if last is None else f"{last:g}", *_furthest(future)])
        dates = pairs[0][0].dates
        step = float((dates[-1] - dates[0]).astype(int)) / (len(dates) - 1) if len(dates) > 1 else 7.0
        header = ["", f"last seen ({UNITS[kind]})", "highest median ahead", "80 % of the runs then"]
        title = TITLES[kind].format(run.label(product))
        name, table = f"{kind}-{product}", {"header": header, "rows": rows}
        found.append(Chart(name, title, UNITS[kind], str(dates[0]), step, tuple(lines), table, day.isoformat()))
    return found


def _furthest(future: Any) -> list[str]:
    if future is None or not len(future) or np.isnan(future[:, 2]).all():
        return ["", ""]
    top = int(np.nanargmax(future[:, 2]))
    return [
        f"{rounded(float(future[top, 2])):g}",
        f"{rounded(float(future[top, 0])):g} to {rounded(float(future[top, 4])):g}",
    ]


def _place(run: Run, kind: str, place: str) -> str:
    if place == "world":
        return "worldwide"
    return run.price_where(place) if kind == "price" else run.label(place)

"""What an event is given when it lowers itself: names, the calendar, and the register of draws."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from .fields import uncertain_numbers
from .names import Names
from .numbers import Num, Sampled
from .schedule import Schedule
from .uncertain import Uncertain


@dataclass
class LowerContext:
    """Turns what the analyst wrote into model numbers, for one event at a time.

    `enter` is called before an event is lowered; after that `num` knows the path of every uncertain
    number in it. `columns` collects the draws in the order in which they were met.
    """

    names: Names
    start: dt.date
    days: int
    lead_days: int = 0  # simulated before `start`; days count from `start` all the same
    columns: dict[str, Uncertain] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)  # column -> group, if it shares its quantile
    _paths: dict[int, str] = field(default_factory=dict)
    _held: list[Any] = field(default_factory=list)

    def enter(self, event: Any, path: str) -> None:
        """Learn the paths of the uncertain numbers in `event`, which stands at `path` of the file."""
        self._held.append(event)  # keeps the objects alive, so that their ids stay theirs
        for inner, uncertain in uncertain_numbers(event):
            self._paths[id(uncertain)] = f"{path}.{inner}"

    # --- numbers ------------------------------------------------------------------------------
    def num(self, value: float | Uncertain, scale: float = 1.0, path: str = "") -> Num:
        """A model number: the float times `scale`, or the sampled column it is drawn from.

        Parameters
        ----------
        value : float or Uncertain
            A field's value.
        scale : float
            Unit conversion, for example 1/7 from days to weeks.
        path : str
            Name of the column; by default the path of the field in the file.
        """
        if not isinstance(value, Uncertain):
            return float(value) * scale
        column = path or self._paths.get(id(value), "")
        if not column:
            raise KeyError("an uncertain number outside the event that was entered needs a path")
        self.columns.setdefault(column, value)
        return Sampled(column, scale)

    def central(self, value: float | Uncertain) -> float:
        """The single value that stands for a number in sentences and checks."""
        return value.central if isinstance(value, Uncertain) else float(value)

    # --- calendar -----------------------------------------------------------------------------
    def day(self, date: dt.date) -> int:
        """Days since the first day of the horizon."""
        return (date - self.start).days

    def day_num(self, date: dt.date | Uncertain) -> Num:
        """Day since the first day of the horizon, possibly drawn."""
        if isinstance(date, Uncertain):
            return self.num(date) - float(self.start.toordinal())
        return float(self.day(date))

    def date(self, day: float) -> dt.date:
        return self.start + dt.timedelta(days=round(day))

    def offset_days(self, when: dt.date | float | Uncertain, event: Any) -> Num:
        """Days from the event's start to `when` (a date, or already days after the start).

        An event without a date of its own (it waits for a trigger) can't be measured from a date.
        """
        if isinstance(when, Uncertain):
            return self.num(when)
        if not isinstance(when, dt.date):
            return float(when)
        begin = getattr(event, "start", None)
        if begin is None:
            raise ValueError(f"{when} is a date, but the event starts by a trigger: write a time after the start")
        if isinstance(begin, Uncertain):
            return self.num(begin) * -1.0 + float(when.toordinal())
        return float((when - begin).days)

    def points(self, schedule: Schedule[Any], event: Any, scale: float = 1.0) -> tuple[tuple[Num, Num], ...]:
        """(day after the event's start, level) of each step; a step before the start counts from the start."""
        out: list[tuple[Num, Num]] = []
        for when, value in schedule.points:
            offset = self.offset_days(when, event)
            if isinstance(offset, float) and offset <= 0:
                out = [point for point in out if not (isinstance(point[0], float) and point[0] <= 0)]
                offset = 0.0
            out.append((offset, self.num(value, scale)))
        return tuple(out)

    # --- names --------------------------------------------------------------------------------
    def expand(self, countries: Iterable[str]) -> tuple[str, ...]:
        """Single country codes; () stays () and means all."""
        return self.names.expand_countries(countries)

    def products(self, products: Iterable[str]) -> tuple[str, ...]:
        return self.names.expand_products(products)

    def end_uses(self, end_uses: Iterable[str]) -> tuple[str, ...]:
        return self.names.expand_end_uses(end_uses)

    def say_countries(self, written: Iterable[str], everyone: str = "all countries") -> str:
        """Countries as a reader would name them ("China", "EU and Japan")."""
        known = (*self.names.countries, *self.names.groups, *self.names.zones)
        here = _here(written, known)
        return _join([_with_article(self.names.countries.get(name, _spoken(name))) for name in here], everyone)

    def say_products(self, written: Iterable[str], everyone: str = "all products") -> str:
        here = _here(written, (*self.names.products, *self.names.stages))
        return _join([self.names.products.get(name, f"all {_spoken(name)} products") for name in here], everyone)

    def say_end_uses(self, written: Iterable[str], everyone: str = "all end uses") -> str:
        here = _here(written, tuple(self.names.end_uses))
        return _join([self.names.end_uses.get(name, _spoken(name)) for name in here], everyone)

    def say(self, value: float | Uncertain, unit: str = "") -> str:
        """A number as a reader would write it; an uncertain one with what it is drawn from."""
        if isinstance(value, Uncertain):
            middle = _number(value.central, unit)
            if middle.endswith(" days") and value.central >= 14:  # a mean of drawn days is nowhere so exact
                middle = f"{value.central:,.0f} days"
            return f"{middle} (uncertain: {value.text})"
        return _number(value, unit)


def _here(written: Iterable[str], known: Collection[str]) -> list[str]:
    """Names that this world has; of several worlds each has its own. All of them, if it has none."""
    names = list(written)
    return [name for name in names if name in known] or names


def _spoken(name: str) -> str:
    return name.replace("_", " ")


def _with_article(name: str) -> str:
    """ "United States" is spoken of as "the United States", "EU" as "the EU"."""
    takes_one = name.startswith(("United ", "Rest of", "rest of")) or name in ("EU", "Netherlands", "Philippines")
    return f"the {name[0].lower() + name[1:] if name.startswith('Rest') else name}" if takes_one else name


def _join(items: list[str], everyone: str) -> str:
    if not items:
        return everyone
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]


def _number(value: float, unit: str) -> str:
    if unit == "share":
        return f"{value * 100:.4g} %"
    if unit == "days":
        if value == float("inf"):
            return "to the end"
        if value >= 14 and abs(value / 7 - round(value / 7)) < 1e-9:
            return f"{value / 7:.4g} weeks"
        for unit, length in (("year", 365.25), ("month", 365.25 / 12)):
            count = value / length
            if count >= 1 and abs(count - round(count)) < 1e-9:
                return f"{count:.4g} {unit}{'' if round(count) == 1 else 's'}"
        return f"{value:.4g} day{'' if value == 1 else 's'}"
    return f"{value:,.6g} {unit}".strip()

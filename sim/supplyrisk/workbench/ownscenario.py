"""A small scenario of one's own, from six answers: one country stops exporting one product, or all, for a while."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

from pydantic import TypeAdapter, ValidationError

from .. import units
from ..errors import SupplyriskError
from ..events.words import say_date
from ..language.fields import YEARS, parse_date
from ..language.names import ALL
from ..language.quantity import Quantity
from ..spec.apply import output_shares
from ..spec.load import read_world
from .pieces import written

LONGEST_YEARS = 20
AFTER_YEARS = 2  # of the horizon after the stop, in which prices and stocks come back
LEAST_YEARS = 4
BEFORE_DAYS = 90  # of the horizon before the stop
START, DURATION = "2026-07-01", "12 months"  # unless somebody says otherwise
LASTING: TypeAdapter[float] = TypeAdapter(
    Annotated[
        float, Quantity("a duration", units.TIME, "9 months", "days", low=1, high=LONGEST_YEARS * YEARS, certain=True)
    ]
)


@dataclass(frozen=True)
class Choices:
    """What a world offers.

    Attributes
    ----------
    products : dict
        Product: its name, in the order of the chain.
    makers : dict
        Product: the shares of countries in its output, largest first. Under `all`: each country's largest share of any.
    """

    products: dict[str, str]
    countries: dict[str, str]
    makers: dict[str, dict[str, float]]

    @property
    def product(self) -> str:
        """The world's most concentrated product: the one of which a single country makes the largest share."""
        return max(self.products, key=lambda product: max(self.makers[product].values()))

    def maker(self, product: str) -> str:
        """The largest maker of a product."""
        return next(iter(self.makers[product]))


@lru_cache(maxsize=32)
def choices(world: str) -> Choices:
    """What a shipped world offers."""
    loaded = read_world(world)
    values = {fact.key: fact.value for fact in loaded.facts}
    makers = {product.id: output_shares(values, product.id) for product in loaded.world.products}
    makers = {product: shares for product, shares in makers.items() if shares}
    most: dict[str, float] = {}
    for shares in makers.values():
        for country, share in shares.items():
            most[country] = max(share, most.get(country, 0.0))
    ranked = sorted(most.items(), key=lambda item: (-item[1], item[0]))
    names = {product: loaded.names.products[product] for product in makers}
    return Choices(names, dict(loaded.names.countries), {**makers, ALL: dict(ranked)})


class Refused(SupplyriskError):
    """Answers that can't be written.

    Parameters
    ----------
    faults : dict
        Answer (title, country, product, start, duration): what is wrong with it.
    """

    def __init__(self, faults: dict[str, str]) -> None:
        self.faults = faults
        super().__init__("\n".join(f"{key}: {said}" for key, said in faults.items()))


@dataclass(frozen=True)
class Wish:
    """What was answered, as it was typed; where nothing was said, what is most usual.

    Attributes
    ----------
    country, product : str
        Who stops exporting what (`all`: all it makes); by default the world's most concentrated product and its largest
        maker.
    """

    title: str = ""
    world: str = "ndfeb"
    product: str = ""
    country: str = ""
    start: str = START
    duration: str = DURATION

    @property
    def of(self) -> Choices:
        return choices(self.world)

    @property
    def what(self) -> str:
        return self.product or self.of.product

    @property
    def who(self) -> str:
        return self.country or self.of.maker(self.what if self.what != ALL else self.of.product)

    @property
    def goods(self) -> str:
        """What is stopped, in words."""
        return "all products" if self.what == ALL else self.of.products[self.what]

    @property
    def actor(self) -> str:
        """Who stops it, in words."""
        return self.of.countries[self.who]

    def usual_title(self) -> str:
        """What it is called if nobody names it."""
        return f"{self.actor} stops exports of {self.goods}"

    def faults(self) -> dict[str, str]:
        """What is wrong with each answer; empty if it can be written."""
        found = {}
        if self.title.strip() and not any(letter.isalnum() for letter in self.title):
            found["title"] = "must hold a letter or a number: its file is named by it"
        if self.what != ALL and self.what not in self.of.products:
            found["product"] = f"must be a product of {self.world} (got {self.what})"
        elif self.who not in self.of.makers[self.what]:
            makes = self.of.countries.get(self.who, self.who)
            found["country"] = f"{makes} makes no {self.goods} in this world: choose a country that does"
        try:
            parse_date(self.start)
        except units.UnitError as error:
            found["start"] = str(error) if self.start.strip() else "say from which day on, like 2027-03-01"
        try:
            LASTING.validate_python(self.duration.strip())
        except ValidationError as error:
            said = error.errors()[0]["msg"]
            found["duration"] = f"{said}; write it like 9 months" if "9 months" not in said else said
        return found

    def horizon(self) -> tuple[int, int]:
        """First year and number of years: from before the stop to some time after it."""
        start = parse_date(self.start)
        first = (start - dt.timedelta(days=BEFORE_DAYS)).year
        end = start + dt.timedelta(days=LASTING.validate_python(self.duration.strip()))
        after = end.year + end.timetuple().tm_yday / 366 + AFTER_YEARS
        return first, max(LEAST_YEARS, math.ceil(after - first))

    def _sound(self) -> tuple[int, int]:
        """The horizon, once all answers are found sound."""
        if found := self.faults():
            raise Refused(found)
        return self.horizon()

    def says(self) -> str:
        """What will be written, in one sentence.

        Raises
        ------
        Refused
            If an answer can't be written.
        """
        first, years = self._sound()
        goods = f"{self.goods} that it makes" if self.what == ALL else self.goods
        return (
            f"From {say_date(parse_date(self.start))} for {self.duration.strip()}, {self.actor} stops exports of {goods}; "
            f"computed from {first} to {first + years - 1}."
        )

    def text(self) -> str:
        """The scenario.

        Raises
        ------
        Refused
            If an answer can't be written.
        """
        first, years = self._sound()
        return f"""\
# What is asked, what is known and from where, what is assumed: say it here.
title: {written(self.title.strip() or self.usual_title())}
question: How far do prices rise, and who goes short?
world: {self.world}
horizon: {{start: {first}-01-01, years: {years}}}
outlook: calm # the world as its numbers stand: what is seen is what the events do

events:
  - name: export_stop
    type: export_ban
    origins: {self.who} # {self.actor}
    products: {self.what} # {self.goods}
    start: {self.start}
    duration: {self.duration.strip()}

monte_carlo: {{runs: 200, seed: 1}}
"""

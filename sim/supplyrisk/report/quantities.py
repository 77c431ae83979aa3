"""The outcomes that a report is about: where they stand in the tables and how they are called."""

from __future__ import annotations

from dataclasses import dataclass

from .case import METRIC, Case, risk_place, the_case
from .gaps import price_name, price_of
from .once import once_per_run
from .pick import headline_price, spread
from .run import Run
from .words import small


@dataclass(frozen=True)
class Quantity:
    """One outcome shown: where it stands in the tables and how it is called."""

    metric: str
    product: str
    place: str
    unit: str
    title: str
    phrase: str  # the same inside a sentence
    end_use: str = ""


@once_per_run
def headline_quantities(run: Run) -> list[Quantity]:
    """Highest week of the price, use missing, use given up and output at risk of what the answer is about."""
    return quantities_of(run, *headline_price(run), the_case(run), risk_place(run))


def quantities_of(run: Run, product: str, zone: str, case: Case, place: str) -> list[Quantity]:
    """Highest week of a price, use missing and given up in a case, and output at risk in a place; those that are told."""
    found = []
    if product:
        title = f"Highest week of the {price_name(run, zone)} of {small(run.label(product))}, {run.price_where(zone)}"
        phrase = f"the highest week of the {price_of(run, product, zone)}"
        found.append(Quantity("price_spot_peak_index", product, zone, "index", title, phrase))
    if case.product:
        use = f" for {small(run.label(case.end_use))}" if case.end_use else ""
        what = f"{run.label(case.product)}{use}, {run.where(case.place)}"
        users = f"{small(run.label(case.product))}{use} {run.where(case.place)}"
        where = (case.product, case.place)
        title, phrase = f"Physically missing: {what}", f"the missing {users}"
        found.append(Quantity(METRIC["missing"], *where, "weeks", title, phrase, case.end_use))
        title, phrase = f"Given up because of the price: {what}", f"the use of {users} given up because of the price"
        found.append(Quantity(METRIC["given up"], *where, "weeks", title, phrase, case.end_use))
        if case.loss == "given up":
            found[-2:] = found[:-3:-1]  # the measure policies are compared by comes first
    at_ = "world" if place == "world" else run.where(place)
    phrase = f"the output at risk {run.where(place)}"
    found.append(Quantity("output_at_risk_usd", "", place, "USD", f"Output at risk, {at_}", phrase))
    return [q for q in found if spread(run, q.metric, run.main_arm, q.product, q.place, q.end_use) is not None]

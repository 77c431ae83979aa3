"""Outcomes, places and products as sentences and figures name them."""

from __future__ import annotations

import math

from ..measures.aggregate import ALL, WORLD
from ..measures.metrics import METRIC_BY_NAME
from ..measures.reporter import Outcome
from ..report.rounding import quantity, share, with_interval
from ..report.words import short_name, small
from ..spec.resolved import World

# What is said of an outcome in the middle of a sentence; others go by what the reference of metrics says.
SAID = {
    "price_spot_index": "mean quoted price",
    "price_paid_index": "mean price paid",
    "price_spot_peak_index": "peak of the quoted price",
    "price_paid_peak_index": "peak of the price paid",
    "shortage_unserved_weeks": "weeks of use physically missing",
    "shortage_priced_out_weeks": "weeks of use given up because of the price",
    "shortage_unserved_percent": "share of use physically missing",
    "shortage_percent": "share of use lost",
    "shortage_t": "use lost",
    "shortage_unserved_t": "tonnes physically missing",
    "weeks_short": "weeks with a shortage",
    "output_at_risk_usd": "output at risk",
    "output_at_risk_unserved_usd": "output that stops for lack of material",
    "knock_on_loss_usd": "value added that customers down the chain lose",
    "priced_out_surplus_usd": "surplus lost by giving up use",
    "public_cost_usd": "public money for measures",
    "extra_spend_usd": "extra spending of users",
    "maker_short_percent": "output that makers lose for lack of inputs",
    "maker_weeks_short": "weeks in which makers lack inputs",
}


def outcome_said(metric: str) -> str:
    """A metric in a few words."""
    return SAID.get(metric, METRIC_BY_NAME[metric].meaning.split(";")[0] if metric in METRIC_BY_NAME else metric)


def place_said(world: World, place: str) -> str:
    """A place by name, with the article it is spoken with."""
    if place == WORLD:
        return "the world"
    name = world.country_names.get(place)
    if name is None:
        return f"the {place}" if place.isupper() and place in world.groups else place.replace("_", " ")
    return f"the {name}" if name.startswith(("United ", "Netherlands", "Philippines")) else name


def product_said(world: World, product: str) -> str:
    """A product by name; all of them together are not named."""
    if product == ALL:
        return "all products"
    name = next((each.name for each in world.products if each.id == product), product)
    return small(short_name(name))


def whose(world: World, outcome: Outcome) -> str:
    """ "the peak of the price paid for standard magnets in Japan"."""
    of = "" if outcome.product == ALL else f" ({product_said(world, outcome.product)})"
    return f"{outcome_said(outcome.metric)}{of} in {place_said(world, outcome.place)}"


def number_said(value: float, unit: str) -> str:
    """A number with its unit, as a reader would write it."""
    return share(value) if unit == "share" else quantity(value, unit)


def with_band(value: float, low: float, high: float, unit: str) -> str:
    """ "12 weeks (80 % band: 3 to 20 weeks)"."""
    text, band = with_interval(value, low, high, unit)
    return f"{text} (80 % band: {band})" if band else text


def arm_said(arm: str, titles: dict[str, str] | None = None) -> str:
    """An arm as a legend names it."""
    if arm.startswith("policy:") and "-" not in arm:
        name = arm.removeprefix("policy:")
        return (titles or {}).get(arm) or name.replace("_", " ")
    return {"baseline": "without the events", "scenario": "scenario", "scenario-baseline": "effect of the events"}.get(
        arm, arm.replace("policy:", "").replace("_", " ")
    )


def is_number(value: float) -> bool:
    """Whether there is a number to be said."""
    return not math.isnan(value) and not math.isinf(value)

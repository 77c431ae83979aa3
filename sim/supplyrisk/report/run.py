"""A run as the report tells it: names, places, events and what was asked, on top of the one reader of run folders."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ..language.numbers import Num, central
from ..results.reader import NotARunFolder, RunFolder, manifest_of
from .events import Event, read_events
from .words import day, joined, short_name, small

if TYPE_CHECKING:
    import pandas as pd

    from ..spec.resolved import Outlook, ReportOptions, World

__all__ = ["NotARunFolder", "Run", "open_run"]


class Run(RunFolder):
    """One run folder, told in words. `open_run` makes it."""

    per_run = (
        ("price_spot_peak_index", "arms"),
        ("shortage_percent", "arms"),
        ("shortage_unserved_weeks", "arms"),
        ("shortage_priced_out_weeks", "arms"),
        ("weeks_short", "arms"),
        ("output_at_risk_usd", "arms"),
        ("price_spot_recovery_week", "main"),
        ("price_spot_peak_week", "main"),
        ("first_week_short", "main"),
        ("shortage_t", "main"),
        ("extra_spend_usd", "all"),
    )

    # --- names ------------------------------------------------------------------------------------

    @property
    def world(self) -> World:
        """The world as it was run."""
        return self.scenario.world

    @property
    def title(self) -> str:
        return str(self.manifest.get("title") or self.scenario.title or self.path.name)

    @property
    def report_title(self) -> str:
        """The title of the report: the scenario's own wording, if it gives one."""
        return self.options.title or self.title

    @property
    def name(self) -> str:
        return self.scenario.name or self.path.name

    @property
    def question(self) -> str:
        return str(self.manifest.get("question") or self.scenario.question)

    @property
    def seed(self) -> int:
        return int(self.manifest.get("seed", self.scenario.seed))

    @property
    def start(self) -> dt.date:
        """First day of the horizon."""
        return self.scenario.start

    @property
    def days(self) -> int:
        """Days of the horizon."""
        return self.scenario.days

    @property
    def lead_weeks(self) -> int:
        """Weeks simulated before the horizon."""
        return self.scenario.lead_weeks

    @property
    def first_day(self) -> dt.date:
        """First day simulated."""
        return self.scenario.first_day

    @property
    def outlook(self) -> Outlook:
        """What every arm got alike."""
        return self.scenario.outlook

    @property
    def outlook_said(self) -> str:
        """What the scenario was laid on, in words."""
        if self.outlook.base != "today":
            said = "calm: nothing is in force but what the scenario says"
        else:
            as_of = dt.date.fromisoformat(self.outlook.as_of)
            said = f"today: the rules in force and the projects under way on {day(as_of)}, in every arm"
        if self.lead_weeks:
            said += f"; simulated from {day(self.first_day)}, the same in every arm, counted from {day(self.start)}"
        return said

    @property
    def end(self) -> dt.date:
        return self.start + dt.timedelta(days=self.days)

    @property
    def last_day(self) -> dt.date:
        """Last day of the horizon."""
        return self.end - dt.timedelta(days=1)

    @cached_property
    def products(self) -> tuple[str, ...]:
        """Product ids, upstream first."""
        return tuple(product.id for product in self.world.products)

    @cached_property
    def stages(self) -> dict[str, str]:
        return {product.id: product.stage for product in self.world.products}

    @cached_property
    def inputs(self) -> dict[str, tuple[str, ...]]:
        return {product.id: product.inputs for product in self.world.products}

    @cached_property
    def final_products(self) -> tuple[str, ...]:
        """Products that end users buy: those with a shortage reported, or that no other product is made of."""
        table = self.summarised("shortage_percent", place="world", end_use="")
        if len(table):
            bought = set(table["product"].astype(str))
            return tuple(p for p in self.products if p in bought)
        used = {i for inputs in self.inputs.values() for i in inputs}
        return tuple(p for p in self.products if p not in used)

    @cached_property
    def end_uses(self) -> tuple[str, ...]:
        return tuple(use.id for use in self.world.end_uses)

    @property
    def countries(self) -> tuple[str, ...]:
        return self.world.countries

    @cached_property
    def zones(self) -> tuple[str, ...]:
        """Price zones that have countries: the world's own, and those that rules part from them."""
        return tuple(zone for zone in self.world.zones if zone in self.world.zone_of.values())

    @cached_property
    def zone_of(self) -> Mapping[str, str]:
        """The world's own zone of every country, by which quantities are summed."""
        return {country: self.world.whole_zone(country) for country in self.world.countries}

    @property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """Groups of countries that are places of their own: name -> countries."""
        return self.world.groups

    def members(self, place: str) -> tuple[str, ...]:
        """The countries of a country, group, zone or the world."""
        if place in self.groups:
            return self.groups[place]
        zone_of = self.world.zone_of if place in self.world.parted_from else self.zone_of
        return tuple(c for c in self.countries if place in ("world", "", c, zone_of.get(c, "")))

    @cached_property
    def asked_places(self) -> tuple[str, ...]:
        """Places that `report: focus:` names: countries, groups, zones or world; else those that the question names."""
        known = {*self.countries, *self.groups, *self.zones, "world"}
        focus = tuple(p for p in self.options.places if p in known)
        return focus or self._places_in_question

    @cached_property
    def main_places(self) -> tuple[str, ...]:
        """The places the headline is about: of those the report looks at the ones that the question names."""
        served = tuple(p for p in self.asked_places if self.has_users(p))
        both = tuple(p for p in served if p in self._places_in_question)
        return both or served

    def has_users(self, place: str) -> bool:
        """Whether anybody at a place uses any product: shares of what users want are reported for them alone."""
        return place in self._places_with_users

    @cached_property
    def _places_with_users(self) -> frozenset[str]:
        table = self.summarised("shortage_percent", self.main_arm, end_use="")
        return frozenset(table["place"].astype(str)) if len(table) else frozenset()

    @cached_property
    def _places_in_question(self) -> tuple[str, ...]:
        """Buying places that the question names, in its order; where the events' goods come from is not meant."""
        sellers = {c for event in self.scenario_events for c in event.origins}
        at: dict[str, int] = {}
        for place in (*self.countries, *self.groups, *self.zones):
            words = [re.escape(place)] if place in self.groups or place in ("US", "UK", "EU") else []
            if place in self.countries:
                words.append(rf"(?<!outside ){re.escape(self.label(place))}\w*")  # Japan, Japanese
            elif place in self.zones:
                words.append(re.escape(self.zone_label(place)))
            # "India's new demand" is about India only if the report is to look at India.
            after = r"\w-" if place in self.options.places else r"\w'’-"
            hits = [re.search(rf"(?<![\w-]){word}(?![{after}])", self.question) for word in words]
            first = min((hit.start() for hit in hits if hit), default=-1)
            if first >= 0 and not set(self.members(place)) <= sellers:
                at[place] = first
        return tuple(sorted(at, key=lambda place: at[place]))

    @cached_property
    def uses_in_question(self) -> tuple[str, ...]:
        """End uses of which the question names a telling word ("fibre makers or infrared optics")."""
        asked = {word.lower() for word in re.findall(r"[\w-]{5,}", self.question)} - {"other", "general", "users"}
        return tuple(u for u in self.end_uses if asked & set(re.findall(r"[\w-]{5,}", self.label(u).lower())))

    @cached_property
    def policies_in_question(self) -> tuple[str, ...]:
        """Policies of which the question has every word of the name ("does joint purchasing help?")."""
        asked = {word.lower() for word in re.findall(r"[^\W_]+", self.question)}
        return tuple(p for p in self.policies if set(p.lower().split("_")) <= asked)

    @cached_property
    def names(self) -> dict[str, str]:
        """Readable names of products, countries and end uses."""
        named = {product.id: product.name or product.id for product in self.world.products}
        named |= {use.id: use.name or use.id for use in self.world.end_uses}
        named |= self.world.country_names
        return named

    def label(self, key: str) -> str:
        """Readable name of a product, end use, country, zone or arm."""
        if key in self.names and key not in self.zones:
            return short_name(self.names[key])
        if key in self.zones:
            return self.zone_label(key)
        if key.startswith("policy:"):
            return self.policy_name(key)
        return {"baseline": "without the events", "scenario": "scenario"}.get(key, key.replace("_", " "))

    def zone_label(self, zone: str) -> str:
        """ "China", "outside China", "Germany and rest of the EU", or what the world calls it."""
        members = self.members(zone)
        if len(members) == 1 or zone in self.world.parted_from:
            return self._group_of(members) or joined([self.short(code) for code in members])
        others = [self.members(other) for other in self.zones if other != zone and other not in self.world.parted_from]
        if 0 < len(others) < 3 and all(len(alone) == 1 for alone in others):
            return f"outside {joined([self.short(code) for (code,) in others])}"
        return zone.replace("_", " ")

    def price_label(self, zone: str) -> str:
        """What a zone is called where its price is told: "outside China and the US" where the US has a price of its own."""
        parts = [part for part in self.zones if self.world.parted_from.get(part) == zone]
        if not parts:
            return self.label(zone)
        left = [code for code in self.countries if self.world.zone_of[code] == zone]
        if len(left) == 1:
            return self.short(left[0])
        others = [self.with_article(self.label(other)) for other in self.zones if other != zone]
        whole = self.zone_label(zone)
        if whole.startswith("outside ") and sum(len(self.members(other)) for other in self.zones if other != zone) < 4:
            return f"outside {joined(others)}"
        return f"{whole}, the rest"

    def short(self, country: str) -> str:
        """Short name of a country."""
        return short_name(self.names.get(country, country))

    def _group_of(self, members: Sequence[str]) -> str:
        """The group that is made of just these countries, if there is one and they are several."""
        return next((name for name, own in self.groups.items() if len(own) > 1 and set(own) == set(members)), "")

    def where(self, place: str) -> str:
        """A place within a sentence: "in China", "outside China", "in Germany", "worldwide"."""
        if place in ("world", ""):
            return "worldwide"
        return self._in(self.label(place))

    def price_where(self, zone: str) -> str:
        """The same of a zone whose price is told."""
        return self._in(self.price_label(zone))

    def _in(self, name: str) -> str:
        return name if name.startswith("outside ") else f"in {self.with_article(name)}"

    def with_article(self, name: str) -> str:
        """ "the United States", "the rest of the EU", "the EU"; other names as they are."""
        if name.startswith("Rest "):
            return f"the {small(name)}"
        groups = {self.label(group) for group in self.groups}
        if name in groups and not name.isupper():
            return f"the group {name}"  # a name that an analyst gave: "allies"
        article = name in groups or name.startswith(("United ", "Netherlands", "Philippines"))
        return f"the {name}" if article else name

    def arm_label(self, arm: str) -> str:
        """Short name of an arm for axes: "no events", "scenario", the policy's name."""
        if arm == "baseline":
            return "no events"
        return self.policy_name(arm) if arm.startswith("policy:") else arm

    @staticmethod
    def policy_name(policy: str) -> str:
        """Short name of a policy where there is no room for its title: its key in the file."""
        return policy.removeprefix("policy:").replace("_", " ")

    def policy_title(self, policy: str) -> str:
        """What the scenario file calls a policy; its short name if it says nothing."""
        return self._titles.get(policy.removeprefix("policy:")) or self.policy_name(policy)

    def policy_quoted(self, policy: str) -> str:
        """The title within a sentence, in quotation marks, which a short name does without."""
        title = self.policy_title(policy)
        return title if title == self.policy_name(policy) else f"“{title}”"

    @cached_property
    def policy_key(self) -> str:
        """A sentence that says which short name stands for which title; "" if none is needed."""
        pairs = [(self.policy_name(p), self.policy_title(p)) for p in self.policies]
        told = [f"{name}: {title}" for name, title in pairs if name != title]
        return f"{'; '.join(told)}." if told else ""

    @cached_property
    def _titles(self) -> dict[str, str]:
        return {arm.name.removeprefix("policy:"): arm.title for arm in self.scenario.arms}

    # --- arms, runs -------------------------------------------------------------------------------

    @property
    def policies(self) -> tuple[str, ...]:
        return tuple(a.partition(":")[2] for a in self.arms if a.startswith("policy:"))

    @property
    def options(self) -> ReportOptions:
        """What the scenario's `report:` block asks for."""
        return self.scenario.report

    @cached_property
    def observed(self) -> pd.DataFrame | None:
        """Observed series the scenario names, see `observed.py`."""
        from .observed import read_observed

        return read_observed(self)

    @cached_property
    def shown_end(self) -> dt.date:
        """Last day on the time axes: the horizon's, or `report: months:` after its start."""
        months = self.options.months
        if months <= 0:
            return self.end
        year, index = divmod(self.start.year * 12 + self.start.month - 1 + months, 12)
        return min(self.end, dt.date(year, index + 1, min(self.start.day, 28)))

    # --- events -----------------------------------------------------------------------------------

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """The events of the scenario and of its policies, in order of their start."""
        return read_events(self.scenario)

    @property
    def scenario_events(self) -> tuple[Event, ...]:
        """Events of the scenario arm itself."""
        return tuple(e for e in self.events if not e.arms or "scenario" in e.arms)

    def policy_events(self, policy: str) -> tuple[Event, ...]:
        """Events that a policy adds to the scenario's."""
        arm = f"policy:{policy.removeprefix('policy:')}"
        return tuple(e for e in self.events if arm in e.arms and "scenario" not in e.arms)

    def central(self, number: Num) -> float:
        """The central value of a number that may be uncertain."""
        return central(number, self.centrals)


def open_run(path: Path | str) -> Run:
    """Open a run folder.

    Raises
    ------
    NotARunFolder
        If there is no readable `manifest.json`.
    """
    folder = Path(path)
    return Run(folder, manifest_of(folder))

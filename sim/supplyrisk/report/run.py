"""A finished run folder, opened for reading: names, counts, fans and outcomes, whatever was stored.

Everything the figures and the page need comes through here, so that they never care whether a batch
kept every run's weekly series or quantiles only, and never read more than they draw.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..bounded import MAX_MANIFEST_BYTES, path_is_file, path_is_folder, read_bytes
from ..errors import SupplyriskError
from .events import Event, central, read_events
from .stored import Tables
from .words import short_name, small

if TYPE_CHECKING:
    import pandas as pd


class NotARunFolder(SupplyriskError):
    """The folder can't be read as results; the message says why, in one sentence."""


@dataclass
class Run(Tables):
    """One run folder. `open_run` makes it."""

    path: Path
    manifest: Mapping[str, Any]
    _cache: dict[Any, Any] = field(default_factory=dict, repr=False)

    # --- names ------------------------------------------------------------------------------------

    @cached_property
    def scenario(self) -> Mapping[str, Any]:
        """The resolved scenario of the manifest."""
        found = self.manifest.get("resolved") or {}
        return dict(found.get("scenario", found)) if isinstance(found, Mapping) else {}

    @cached_property
    def world(self) -> Mapping[str, Any]:
        found = self.scenario.get("world") or {}
        return found if isinstance(found, Mapping) else {"name": str(found)}

    @property
    def title(self) -> str:
        return str(self.manifest.get("title") or self.scenario.get("title") or self.path.name)

    @property
    def report_title(self) -> str:
        """The title of the report: the scenario's own wording, if it gives one."""
        return str(self.options.get("title") or self.title)

    @property
    def name(self) -> str:
        return str(self.scenario.get("name") or self.path.name)

    @property
    def question(self) -> str:
        return str(self.manifest.get("question") or self.scenario.get("question") or "")

    @property
    def seed(self) -> int:
        return int(self.manifest.get("seed", self.scenario.get("seed", 0)))

    @cached_property
    def start(self) -> dt.date:
        return dt.date.fromisoformat(str(self.scenario["start"])[:10])

    @cached_property
    def days(self) -> int:
        return int(self.scenario["days"])

    @cached_property
    def lead_weeks(self) -> int:
        """Weeks simulated before the horizon."""
        return int(self.scenario.get("lead_weeks") or 0)

    @property
    def first_day(self) -> dt.date:
        """First day simulated."""
        return self.start - dt.timedelta(days=7 * self.lead_weeks)

    @cached_property
    def outlook(self) -> Mapping[str, Any]:
        """What every arm got alike."""
        found = self.scenario.get("outlook") or {}
        return found if isinstance(found, Mapping) else {}

    @property
    def outlook_said(self) -> str:
        """What the scenario was laid on, in words."""
        from .sketch import day

        if self.outlook.get("base") != "today":
            said = "calm: nothing is in force but what the scenario says"
        else:
            as_of = dt.date.fromisoformat(str(self.outlook["as_of"]))
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
        return tuple(str(p["id"]) for p in self.world.get("products", ()))

    @cached_property
    def stages(self) -> dict[str, str]:
        return {str(p["id"]): str(p.get("stage", "")) for p in self.world.get("products", ())}

    @cached_property
    def inputs(self) -> dict[str, tuple[str, ...]]:
        return {str(p["id"]): tuple(p.get("inputs", ())) for p in self.world.get("products", ())}

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
        return tuple(str(u["id"]) for u in self.world.get("end_uses", ()))

    @cached_property
    def countries(self) -> tuple[str, ...]:
        return tuple(str(c) for c in self.world.get("countries", ()))

    @cached_property
    def zones(self) -> tuple[str, ...]:
        return tuple(str(z) for z in self.world.get("zones", ()))

    @cached_property
    def zone_of(self) -> dict[str, str]:
        return {str(k): str(v) for k, v in dict(self.world.get("zone_of", {})).items()}

    @cached_property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """Groups of countries that are places of their own: name -> countries."""
        return {str(k): tuple(map(str, v)) for k, v in dict(self.world.get("groups") or {}).items()}

    def members(self, place: str) -> tuple[str, ...]:
        """The countries of a country, group, zone or the world."""
        if place in self.groups:
            return self.groups[place]
        return tuple(c for c in self.countries if place in ("world", "", c, self.zone_of.get(c, "")))

    @cached_property
    def asked_places(self) -> tuple[str, ...]:
        """Places that `report: focus:` names: countries, groups, zones or world; else those that the question names."""
        known = {*self.countries, *self.groups, *self.zones, "world"}
        focus = tuple(p for p in self.options.get("places") or () if p in known)
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
            after = r"\w-" if place in (self.options.get("places") or ()) else r"\w'’-"
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
        named = {str(p["id"]): str(p.get("name") or p["id"]) for p in self.world.get("products", ())}
        named |= {str(u["id"]): str(u.get("name") or u["id"]) for u in self.world.get("end_uses", ())}
        named |= {str(k): str(v) for k, v in dict(self.world.get("country_names", {})).items()}
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
        """ "China", "rest of the world", or what the world calls it."""
        members = [c for c in self.countries if self.zone_of.get(c) == zone]
        if len(members) == 1:
            return short_name(self.names.get(members[0], members[0]))
        others = [[c for c in self.countries if self.zone_of.get(c) == z] for z in self.zones if z != zone]
        if 0 < len(others) < 3 and all(len(alone) == 1 for alone in others):
            # One dominant country, and perhaps one that controls its exports and so has a zone of its own.
            named = [short_name(self.names.get(code, code)) for (code,) in others]
            return f"outside {' and '.join(named)}"
        return zone.replace("_", " ")

    def where(self, place: str) -> str:
        """A place within a sentence: "in China", "outside China", "in Germany", "worldwide"."""
        if place in ("world", ""):
            return "worldwide"
        name = self.label(place)
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
        arms = [a for a in self.scenario.get("arms", ()) if isinstance(a, Mapping)]
        return {str(a["name"]).removeprefix("policy:"): str(a.get("title") or "") for a in arms}

    # --- arms, runs -------------------------------------------------------------------------------

    @cached_property
    def arms(self) -> tuple[str, ...]:
        """`baseline`, `scenario` and the policies, in the order of the scenario file."""
        listed = [str(a["name"]) if isinstance(a, Mapping) else str(a) for a in self.scenario.get("arms", ())]
        return tuple(listed or self.manifest.get("arms", ()) or ("baseline", "scenario"))

    @property
    def policies(self) -> tuple[str, ...]:
        return tuple(a.partition(":")[2] for a in self.arms if a.startswith("policy:"))

    @property
    def main_arm(self) -> str:
        """The arm the answer is about: the scenario, or the baseline if there is nothing else."""
        return "scenario" if "scenario" in self.arms else self.arms[0]

    @cached_property
    def n_ok(self) -> int:
        """Runs that finished in every arm."""
        table = self.runs
        if table.empty:
            return 0
        return int((table["status"].astype(str) == "ok").sum())

    @cached_property
    def n_failed(self) -> int:
        return len(self.runs) - self.n_ok

    @cached_property
    def failure_messages(self) -> list[str]:
        if self.runs.empty or not {"status", "message"} <= set(self.runs):
            return []
        failed = self.runs[self.runs["status"].astype(str) != "ok"]
        texts = failed["message"].dropna().astype(str)
        return [t for t in dict.fromkeys(texts) if t][:5]

    @cached_property
    def sampled(self) -> tuple[Mapping[str, Any], ...]:
        """Descriptions of the uncertain numbers (name, group, kind, args, central)."""
        return tuple(self.scenario.get("sampled", ()))

    @cached_property
    def options(self) -> Mapping[str, Any]:
        """What the scenario's `report:` block asks for."""
        found = self.scenario.get("report") or {}
        return found if isinstance(found, Mapping) else {}

    @cached_property
    def sources(self) -> tuple[Mapping[str, str], ...]:
        """Rows of `sources.csv`: the numbers of the world that was run. Nothing if the folder holds none."""
        file = self.path / "sources.csv"
        if not file.exists():
            return ()
        with file.open(encoding="utf-8", newline="") as stream:
            return tuple(csv.DictReader(stream))

    @cached_property
    def observed(self) -> pd.DataFrame | None:
        """Observed series the scenario names, see `observed.py`."""
        from .observed import read_observed

        return read_observed(self)

    @cached_property
    def shown_end(self) -> dt.date:
        """Last day on the time axes: the horizon's, or `report: months:` after its start."""
        months = int(self.options.get("months") or 0)
        if months <= 0:
            return self.end
        year, index = divmod(self.start.year * 12 + self.start.month - 1 + months, 12)
        return min(self.end, dt.date(year, index + 1, min(self.start.day, 28)))

    # --- events -----------------------------------------------------------------------------------

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """The events of the scenario and of its policies, in order of their start."""
        return read_events(self.scenario, self.start, self.sampled)

    @property
    def scenario_events(self) -> tuple[Event, ...]:
        """Events of the scenario arm itself."""
        return tuple(e for e in self.events if not e.arms or "scenario" in e.arms)

    def policy_events(self, policy: str) -> tuple[Event, ...]:
        """Events that a policy adds to the scenario's."""
        arm = f"policy:{policy.removeprefix('policy:')}"
        return tuple(e for e in self.events if arm in e.arms and "scenario" not in e.arms)

    def central(self, number: Any) -> float | None:
        """The central value of a number that may be uncertain."""
        return central(number, self.sampled)


def open_run(path: Path | str) -> Run:
    """Open a run folder.

    Raises
    ------
    NotARunFolder
        If there is no readable `manifest.json`.
    """
    folder = Path(path)
    file = folder / "manifest.json"
    if not path_is_folder(folder):
        raise NotARunFolder(f"{folder} is not a folder")
    if not path_is_file(file):
        raise NotARunFolder(f"{folder} holds no manifest.json, so it is not the folder of a run")
    try:
        manifest = json.loads(read_bytes(file, MAX_MANIFEST_BYTES))
    except (OSError, ValueError) as error:
        raise NotARunFolder(f"{file} can't be read ({error})") from error
    if not isinstance(manifest, dict) or not {"resolved", "worlds"} & set(manifest):
        raise NotARunFolder(f"{folder} holds no runs yet: its batch was ended before it began")
    return Run(folder, manifest)

"""Every supplier of every product stops in turn: which stop hurts whom most."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from ...errors import Position, Problem
from ...events.words import say_date
from ...language.fields import (
    CertainDelay,
    CertainShare,
    Countries,
    Day,
    OneOf,
    Products,
    Quantity,
    TextField,
    refuse_shape,
)
from ...language.names import Names
from ...language.text import Node
from ...language.textfield import JsonSchema
from ...language.uncertain import field_error
from ...spec.outlooks import CALM, TODAY
from ...spec.resolve import Resolution
from ...spec.scenario import Years
from ...spec.touch import reach_of
from ...spec.variants import Base, inline_base
from ...spec.worldfile import find_world, shipped_worlds, unknown_world
from ...sums import add_up
from ...units import TIME
from ..answer import Answer
from ..base import Fault, Study
from ..cells import Cell, written

if TYPE_CHECKING:
    from ..found import Found
    from ..load import LoadedStudy

ALL_WORLDS = "all"
REST = "rest_of_world"  # group of what is no single country, and so doesn't stop as one
CONSUMERS = ("EU", "US", "JP", "KR")
SMALLEST_LENGTH = 7.0

Length = Annotated[float, Quantity("a duration", TIME, "12 months", "days", SMALLEST_LENGTH, 3653, certain=True)]


@dataclass(frozen=True)
class Worlds(TextField):
    """Names of worlds, one or a list, or `all` that are shipped."""

    def parse(self, value: Any, names: Names | None = None) -> tuple[str, ...]:
        items = value if isinstance(value, (list, tuple)) else (value,)
        if not items:
            raise field_error("names no world; write all, or a list of worlds")
        for item in items:
            refuse_shape(item, "all, or the name of a world")
        return tuple(str(item) for item in items)

    def json_schema(self) -> JsonSchema:
        one: JsonSchema = {"type": "string"}
        return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}], "examples": [ALL_WORLDS]}


class NMinus1(Study):
    """Which stop hurts whom most: every supplier of every product stops in turn, alone or in pairs."""

    usual_runs: ClassVar[int] = 40
    usual_outcomes: ClassVar[tuple[str, ...]] = (
        "output_at_risk_usd",
        "output_at_risk_unserved_usd",
        "shortage_unserved_weeks",
        "shortage_priced_out_weeks",
        "weeks_short",
        "price_paid_peak_index",
        "extra_spend_usd",
    )

    study: Literal["n_minus_1"]
    """n_minus_1: every supplier of every product stops in turn."""

    worlds: Annotated[tuple[str, ...], Worlds()] = (ALL_WORLDS,)
    """Worlds whose suppliers stop: names, paths of folders, or `all` that are shipped. Default: all."""

    of: Annotated[str, OneOf(("exports", "production"))] = "exports"
    """What stops: `exports` (home users keep theirs) or `production` (nobody gets anything). Default: exports."""

    share: CertainShare = 1.0
    """Share that stops. Default: 100 %."""

    length: Length = TIME["year"]
    """How long it stops. Default: 12 months."""

    notice: CertainDelay = 0.0
    """How long before the stop it becomes known (exports only). Default: none."""

    start: Day = dt.date(2026, 4, 1)
    """First day of the stop. Default: 2026-04-01."""

    horizon_start: Day = dt.date(2026, 1, 1)
    """First day that is simulated. Default: 2026-01-01."""

    years: Annotated[float, Years()] = 2.0
    """Length of the horizon; losses are counted to its end. Default: 2 years."""

    outlook: Annotated[str, OneOf((CALM, TODAY))] = CALM
    """`calm`: nothing else happens; `today`: rules in force and projects under way, in worlds that know them.
    Default: calm."""

    suppliers: Countries = ()
    """Countries that stop. Default: all that make the product."""

    stopped: Products = ()
    """Products that stop, or stages. Default: all."""

    at_least: CertainShare = 0.0
    """Smallest share of the world's output of a product that makes a country a supplier. Default: every maker."""

    pairs: Countries = ()
    """Countries or groups of which any two that make the same product also stop together. Default: none."""

    # --- worlds -----------------------------------------------------------------------------------
    @classmethod
    def bases(cls, path: Path, root: Node) -> tuple[dict[str, Base], list[Problem]]:
        named = root.get("worlds")
        at = named.position if named is not None else root.position
        found: dict[str, Base] = {}
        problems: list[Problem] = []
        for item in _names(named, at):
            folder = find_world(str(item.value), path.parent)
            if folder is None:
                problems.append(Problem(item.position, "worlds", unknown_world(str(item.value))))
            elif folder.name in found:
                problems.append(Problem(item.position, "worlds", f"{item.value} stands there twice"))
            else:
                found[folder.name] = inline_base(path, _calm(root, str(item.value), folder, at))
        return found, problems

    # --- faults -----------------------------------------------------------------------------------
    def faults(self, study: LoadedStudy) -> Iterator[Fault]:
        last = self.horizon_start + dt.timedelta(days=round(365.25 * self.years))
        if not self.horizon_start <= self.start < last:
            yield ("start",), f"must lie in the horizon, {self.horizon_start} to {last} (got {self.start})"
        if not self.share:
            yield ("share",), "stops nothing (got 0 %); write more than 0 %"
        if self.notice and self.of == "production":
            yield ("notice",), "is not read where production stops; write of: exports"
        if self.start - dt.timedelta(days=self.notice) < self.horizon_start:
            yield ("notice",), f"reaches back before the horizon, which starts on {self.horizon_start}"
        if not self.cells(study):
            yield (), "nobody stops: no country makes what suppliers, stopped and at_least leave"

    # --- cells ------------------------------------------------------------------------------------
    def cells(self, study: LoadedStudy) -> Sequence[Cell]:
        found: list[Cell] = []
        for name, loaded in study.resolved.items():
            for resolution in loaded.resolutions:
                for product, codes in self._stops(resolution):
                    found.append(self._cell(study, name, resolution, product, codes))
        return found

    def _stops(self, resolution: Resolution) -> Iterator[tuple[str, tuple[str, ...]]]:
        """(product, who stops): single countries, the largest first, then pairs."""
        names = resolution.world.names
        chosen = names.expand_countries(self.suppliers) if self.suppliers else tuple(names.countries)
        bloc = names.expand_countries(self.pairs) if self.pairs else ()
        products = names.expand_products(self.stopped) if self.stopped else tuple(names.products)
        selling = {(product, seller) for product, seller, buyer in reach_of(resolution).lanes if seller != buyer}
        for product in products:
            shares = makers(resolution, product)
            able = [code for code in shares if self.of == "production" or (product, code) in selling]
            large = [code for code in able if shares[code] >= self.at_least and code not in names.groups.get(REST, ())]
            yield from ((product, (code,)) for code in large if code in chosen)
            yield from ((product, pair) for pair in itertools.combinations([c for c in large if c in bloc], 2))

    def _cell(
        self, study: LoadedStudy, name: str, resolution: Resolution, product: str, codes: tuple[str, ...]
    ) -> Cell:
        names = resolution.world.names
        said = " and ".join(names.countries[code] for code in codes)
        shares = makers(resolution, product)
        event: dict[str, Any] = {"name": "stop", "products": product, "start": self.start.isoformat()}
        event["duration"] = f"{self.length:.10g} days"
        if self.of == "exports":
            announced = self.start - dt.timedelta(days=round(self.notice))
            event |= {"type": "export_ban", "origins": list(codes), "share": f"{100 * self.share:.10g} %"}
            event["announced"] = announced.isoformat()
        else:
            event |= {"type": "capacity_outage", "countries": list(codes), "share_lost": f"{100 * self.share:.10g} %"}
        keys = {
            "stop": f"{said}: {_short(names.products[product])}",
            "supplier": "+".join(codes),
            "stopped": product,
        }
        number = {"share of output (share)": add_up(shares[code] for code in codes)}
        change = ("events", written([event], study.root.position))
        return Cell(keys, study.bases[name], (change,), ("baseline", "scenario"), number)

    def trial(self, study: LoadedStudy) -> Iterable[Cell]:
        """One cell per world and product: what makes sense of one supplier does so of all."""
        seen: set[tuple[int, str]] = set()
        for cell in self.cells(study):
            what = id(cell.base), cell.keys["stopped"]
            if what not in seen:
                seen.add(what)
                yield cell

    def kept_places(self, names: Names) -> tuple[str, ...]:
        known = {*names.countries, *names.groups}
        return tuple(place for place in CONSUMERS if place in known)

    # --- words ------------------------------------------------------------------------------------
    def sentences(self, study: LoadedStudy) -> Iterator[str]:
        cells = self.cells(study)
        alone = sum("+" not in cell.keys["supplier"] for cell in cells)
        what = "exports of one product" if self.of == "exports" else "production of one product"
        yield (
            f"In {len(study.bases)} world{'' if len(study.bases) == 1 else 's'} every supplier stops {100 * self.share:g} % of "
            f"its {what}, from {say_date(self.start)}, for {self.length / 7:.3g} weeks, "
            f"{f'known {self.notice:g} days before' if self.notice else 'without notice'}: {alone} stops of one country"
            + (f" and {len(cells) - alone} of two together." if len(cells) > alone else ".")
        )
        left_out = sorted(
            {
                resolution.world.names.countries[code]
                for loaded in study.resolved.values()
                for resolution in loaded.resolutions
                for code in resolution.world.names.groups.get(REST, ())
                if any(makers(resolution, product).get(code) for product in resolution.world.names.products)
            }
        )
        if left_out:
            yield f"What is no single country never stops as one: {', '.join(left_out)}."
        yield f"Losses are counted against the same runs without the stop, over {self.years:g} years."

    def answer(self, found: Found) -> Answer:
        from ..stops import stops_answer

        return stops_answer(self, found)


def makers(resolution: Resolution, product: str) -> dict[str, float]:
    """Share of the world's output of a product by country, the largest first; central numbers."""
    output = {
        key[2]: value
        for key, value in resolution.after.items()
        if key[0] == "output_t_per_year" and key[1] == product and value > 0
    }
    total = add_up(output.values()) or 1.0
    return {code: value / total for code, value in sorted(output.items(), key=lambda each: (-each[1], each[0]))}


def _names(named: Node | None, at: Position) -> list[Node]:
    """The worlds that are named, `all` written out."""
    items = () if named is None else named.value if isinstance(named.value, tuple) else (named,)
    texts = [item for item in items if isinstance(item.value, str)]
    if named is None or any(item.value == ALL_WORLDS for item in texts):
        return [Node(name, at) for name in shipped_worlds()]
    return texts


def _calm(root: Node, world: str, folder: Path, at: Position) -> Node:
    """A scenario of a world in which nothing happens yet; keys of the study stand where the study has them."""

    def given(key: str, default: str) -> Node:
        node = root.get(key)
        return node if node is not None and isinstance(node.value, str) else Node(default, at)

    named = world if "/" in world else folder.name
    parts: dict[str, Any] = {
        "title": given("title", "stops"),
        "world": Node(named, at),
        "horizon": {"start": given("horizon_start", "2026-01-01"), "years": given("years", "2")},
        "outlook": given("outlook", CALM),
        "monte_carlo": {"seed": given("seed", "1"), "sampler": "lhs"},
    }
    return written(parts, at)


def _short(name: str) -> str:
    from ...report.words import short_name, small

    return small(short_name(name))

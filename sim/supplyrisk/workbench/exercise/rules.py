"""An exercise as its file says: the scenario, who sits at the table, what they may do and what it costs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from ...errors import Problem, Problems, did_you_mean
from ...language.fields import CertainDuration, Day, Flag, Name, Period, Products, Quantity, Strict, Text, Title
from ...language.problems import find, from_validation, place
from ...language.text import Node, parse_text, path_text, read_file
from ...spec.load import Loaded
from ...spec.variants import Base, file_base
from ...units import FACTOR, PLAIN
from .known import UNDATED, dates_of

Money = Annotated[float, Quantity("an amount in billion USD", FACTOR, "0.4", "", 0, 100_000, certain=True)]
Run = Annotated[int, Quantity("the number of a run", PLAIN, "17", "", 0, 99_999, certain=True, whole=True)]
Runs = Annotated[int, Quantity("a number of runs", PLAIN, "1000", "", 100, 5000, certain=True, whole=True)]
NEAREST_PART = 10  # of the ensemble one run in so many carries on
WEEK = dt.timedelta(days=7)
RESERVED = ("start", "announced", "trigger")  # of a card's event: its day is that of the decision and the lead time


class Role(Strict):
    """Somebody at the table."""

    name: Name
    """Name by which cards refer to it."""

    title: Title
    """Who it is."""

    briefing: Text = ""
    """What the hand-out says: situation, interests, what to decide."""

    budget: Money | None = None
    """What its cards may cost together, in billion USD. Default: no limit."""


class Card(Strict):
    """A measure that may be chosen."""

    name: Name
    """Name of the card, unique in the deck."""

    title: Title
    """What it does, in words."""

    role: Name
    """Who may play it."""

    cost: Money = 0.0
    """In billion USD: an assumption of whoever writes the exercise; the model does not compute it."""

    lead_time: CertainDuration = 0.0
    """From the decision until it is in force."""

    once: Flag = True
    """Whether it can be played only once. Default: yes."""

    event: dict[str, Any]
    """What it does: an event of any type, without `start`, which is the day of the decision and the lead time."""


class News(Strict):
    """Something the team is told on a day, beside the events of the scenario."""

    day: Day
    """When it is known."""

    text: Title
    """What."""


class Watch(Strict):
    """What the team sees of the world."""

    products: Products
    """Prices and shortages of these."""

    places: tuple[Name, ...] = ("world",)
    """Shortages at these countries, groups or zones. Default: the world."""


class ExerciseSpec(Strict):
    """A table-top exercise."""

    exercise: Title
    """Its title."""

    scenario: Text
    """The scenario file that is played, as a path from this file. Its own policies are left out."""

    briefing: Text = ""
    """What everybody is told at the beginning."""

    start: Day
    """First day on which the team acts; the turn begins with the market week that follows."""

    turn: Period
    """Length of a turn, whole weeks."""

    history: Run
    """Number of the run of the ensemble that is what happens. The team never learns it."""

    ensemble: Runs = 1000
    """Runs of which the tenth nearest to what was seen make the fan ahead. Default: 1000."""

    watch: Watch
    """What the team sees."""

    roles: Annotated[tuple[Role, ...], Field(min_length=1)]
    """Who sits at the table."""

    deck: Annotated[tuple[Card, ...], Field(min_length=1)]
    """The measures."""

    news: tuple[News, ...] = ()
    """What is told beside the events."""


@dataclass(frozen=True)
class Exercise:
    """An exercise that was found sound."""

    path: Path
    root: Node
    spec: ExerciseSpec
    base: Base  # the scenario without its policies
    loaded: Loaded  # the same, resolved

    @property
    def first_day(self) -> dt.date:
        """First day of the horizon, from which weeks are counted."""
        return self.loaded.scenarios[0].start

    @property
    def weeks(self) -> int:
        """Whole weeks of the horizon."""
        return self.loaded.scenarios[0].days // 7

    @property
    def first_week(self) -> int:
        """Weeks that lie behind the team when it begins."""
        return -(-(self.spec.start - self.first_day).days // 7)

    @property
    def turn_weeks(self) -> int:
        return round(self.spec.turn / 7.0)

    def day(self, week: int) -> dt.date:
        """The day on which so many weeks have passed."""
        return self.first_day + week * WEEK

    def card(self, name: str) -> Card:
        return next(card for card in self.spec.deck if card.name == name)

    def role(self, name: str) -> Role:
        return next(role for role in self.spec.roles if role.name == name)

    def event_node(self, card: str) -> Node:
        """The card's event as it stands in the file."""
        number = [each.name for each in self.spec.deck].index(card)
        found = find(self.root, ("deck", number, "event"))
        assert found is not None
        return found


def read_exercise(path: Path) -> Exercise:
    """Read and check the file of an exercise (see `exercise_of`)."""
    return _checked(path, read_file(path))


def exercise_of(path: Path, text: str) -> Exercise:
    """An exercise given as text, as if it stood in the file `path`.

    Raises
    ------
    Problems
        Everything that is wrong: with the text, the scenario it plays, and the events of its cards.
    """
    return _checked(path, parse_text(text, str(path)))


def _checked(path: Path, root: Node) -> Exercise:
    """All that is wrong at once: a mistake in one part does not hide those of the others."""
    problems: list[Problem] = []
    spec = base = loaded = found = None
    try:
        spec = ExerciseSpec.model_validate(root.plain(), context={"names": None})
    except ValidationError as error:
        problems += from_validation(error, root, ExerciseSpec)
    try:
        base, loaded = _scenario(path, root)
    except Problems as error:
        problems += error.problems
    if base is not None and loaded is not None:
        if spec is not None:
            found = Exercise(path, root, spec, base, loaded)
            problems += [Problem(place(root, at), path_text(at), message) for at, message in _faults(found)]
        problems += _cards(root, base, loaded, found)
    if problems or found is None:
        raise Problems(sorted(dict.fromkeys(problems)))
    return found


def _scenario(path: Path, root: Node) -> tuple[Base | None, Loaded | None]:
    """The scenario that is played, and the same resolved; nothing if the file names none, which is said elsewhere."""
    node = root.get("scenario")
    if node is None or not isinstance(node.value, str) or not node.value.strip():
        return None, None
    try:
        base = without_policies(file_base(path.parent / node.value))
        return base, base.resolved()
    except Problems as error:
        if all(problem.position.line for problem in error.problems):
            raise
        at = place(root, ("scenario",))
        raise Problems([Problem(at, "scenario", f"{node.value}: {p.message}") for p in error.problems]) from None


def without_policies(base: Base) -> Base:
    """The scenario alone: measures come from the deck, and what a report would show is no part of it."""
    left_out = ("policies", "report", "monte_carlo")
    kept = {key: node for key, node in base.root.items() if key not in left_out}
    sampler = base.root.get("monte_carlo")
    if sampler is not None:
        kept["monte_carlo"] = sampler
    root = Node(kept, base.root.position, base.root.key_positions, base.root.size)
    return Base(base.path, root, base.files)


def _faults(e: Exercise) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What is wrong beyond single fields: (path, message)."""
    spec, scenario = e.spec, e.loaded.scenarios[0]
    if scenario.sampler == "sobol":
        yield ("scenario",), "is drawn by sobol, under which a measure with an uncertain number would change all draws"
    if spec.turn % 7:
        yield ("turn",), "a turn has whole weeks, for the market is one of weeks"
    if spec.history >= spec.ensemble:
        yield ("history",), f"there are runs 0 to {spec.ensemble - 1} (got {spec.history})"
    last = e.day(e.weeks)
    if not e.first_day <= spec.start or e.first_week + e.turn_weeks > e.weeks:
        yield ("start",), f"at least one turn from it has to lie between {e.first_day} and {last} (got {spec.start})"
    known = [product.id for product in scenario.world.products]
    for number, product in enumerate(spec.watch.products):
        if product not in known:
            yield ("watch", "products", number), f"no such product (got {product}){did_you_mean(product, known)}"
    places = ["world", *scenario.world.countries, *scenario.world.groups, *scenario.world.zones]
    for number, name in enumerate(spec.watch.places):
        if name not in places:
            yield ("watch", "places", number), f"no such place (got {name}){did_you_mean(name, places)}"
    roles = [role.name for role in spec.roles]
    for number, card in enumerate(spec.deck):
        if card.role not in roles:
            yield ("deck", number, "role"), f"no such role (got {card.role}){did_you_mean(card.role, roles)}"
        for key in RESERVED:
            if key in card.event:
                yield ("deck", number, "event", key), "is the day of the decision and the lead time; leave it out"
    for kind, names in (("roles", roles), ("deck", [card.name for card in spec.deck])):
        for number, name in enumerate(names):
            if name in names[:number]:
                yield (kind, number, "name"), f"{name} stands there twice"
    yield from _undated(e)


def _undated(e: Exercise) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Events of the scenario of which nobody could say on which day they are told."""
    events = e.base.root.get("events")
    for node in events.value if events is not None and isinstance(events.value, tuple) else ():
        name = node.get("name") or node.get("type")
        called = name.value if name is not None else "an event"
        keys = [key for key in UNDATED if node.get(key) is not None]
        keys += [
            key
            for key in ("announced", "rumoured", "start", "end", "duration")
            if node.get(key) is not None and dates_of(node, key) is None
        ]
        if keys:
            yield ("scenario",), f"{called} has {', '.join(keys)}: in an exercise the day of every event is certain"


def _cards(root: Node, base: Base, loaded: Loaded, e: Exercise | None) -> list[Problem]:
    """What is wrong with the events of the cards: each is tried as a measure of the first turn."""
    from .known import measure

    found: list[Problem] = []
    deck = root.get("deck")
    first = loaded.scenarios[0].start
    if e is not None and e.first_day <= e.spec.start <= e.day(e.weeks - 1):
        first = e.day(e.first_week)
    for number, node in enumerate(deck.value if deck is not None and isinstance(deck.value, tuple) else ()):
        event = node.get("event")
        if event is None or not isinstance(event.value, dict):
            continue
        card = e.spec.deck[number] if e is not None else Card.model_construct(name="tried", title="", role="", event={})
        kept = {key: child for key, child in event.items() if key not in RESERVED}
        own = Node(kept, event.position, event.key_positions, event.size)
        try:
            base.resolved([measure("tried", [(card, own, first)])])
        except Problems as error:
            at = f"deck[{number}].event"
            found += [replace(p, path=p.path.replace("policies.tried.events[0]", at)) for p in error.problems]
    return found

"""The course of an exercise: an append-only log, and the branches that follow from it."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ...errors import SupplyriskError
from ...spec.load import Loaded
from ...spec.variants import Change
from ...sums import add_up
from .known import measure
from .rules import Exercise

LOG = "log.jsonl"
MOST_BRANCHES = 30
BEGIN, PLAY, TAKE_BACK, GO, BACK, LOOK = "begin", "play", "take_back", "go", "back", "look"


class NotNow(SupplyriskError):
    """A card that can't be played, or a step that can't be taken; the message says why."""


class Late(NotNow):
    """A step asked for by who has not seen the steps before it."""


@dataclass(frozen=True)
class Played:
    """A card, and the week in which it was chosen."""

    card: str
    week: int


@dataclass(frozen=True)
class Branch:
    """One course of events: `week` weeks have passed in it. It left `parent` after `forked` weeks."""

    number: int
    week: int
    played: tuple[Played, ...] = ()
    parent: int = -1
    forked: int = 0

    @property
    def name(self) -> str:
        """Its name as a policy."""
        return f"branch_{self.number}"


@dataclass
class Course:
    """All branches, and the one that is played."""

    branches: dict[int, Branch] = field(default_factory=dict)
    current: int = 0

    @property
    def branch(self) -> Branch:
        return self.branches[self.current]


class Play:
    """An exercise that is played. What happened is in its log alone: opened again, it goes on where it was.

    Parameters
    ----------
    folder : Path
        Where the log lies.
    """

    def __init__(self, exercise: Exercise, folder: Path) -> None:
        self.exercise, self.folder = exercise, folder
        self._lock = threading.Lock()
        self.course = Course()
        self.steps = 0  # that were taken: entries of the log
        self._turn = 0  # of these, when this turn began
        folder.mkdir(parents=True, exist_ok=True)
        for entry in self._entries():
            self._apply(entry)
        if not self.course.branches:
            self._take({"what": BEGIN, "exercise": exercise.spec.exercise})

    # --- steps ------------------------------------------------------------------------------------

    def play(self, card: str) -> None:
        """Choose a measure today.

        Raises
        ------
        NotNow
            If it is not to be had.
        """
        if reason := self.why_not(card):
            raise NotNow(reason)
        self._take({"what": PLAY, "card": card})

    def take_back(self, card: str) -> None:
        """Take back a measure that was chosen today, as if it had not been; the log keeps both.

        Raises
        ------
        NotNow
            If it was not chosen this turn.
        """
        if not self.chosen_now(card):
            raise NotNow(f"{card} was not chosen this turn, so it can't be taken back")
        self._take({"what": TAKE_BACK, "card": card})

    def go(self) -> None:
        """Play a turn on, or as far as the horizon goes."""
        if self.course.branch.week >= self.exercise.weeks:
            raise NotNow("the exercise has come to its end; go back, or to the debrief")
        self._take({"what": GO})

    def back(self, week: int) -> None:
        """Go back to an earlier turn, which begins another branch; the one that was played stays."""
        branch = self.course.branch
        if week not in self.turns(branch) or week >= branch.week:
            raise NotNow(f"week {week} is no earlier turn of this branch")
        if len(self.course.branches) >= MOST_BRANCHES:
            raise NotNow(f"there are {MOST_BRANCHES} branches already")
        self._take({"what": BACK, "week": week})

    def look(self, number: int) -> None:
        """Take up another branch where it stands."""
        if number not in self.course.branches:
            raise NotNow(f"there is no branch {number}")
        self._take({"what": LOOK, "branch": number})

    def has_seen(self, steps: int, same_turn: bool = False) -> bool:
        """Whether who has seen so many steps knows where the exercise stands, or at least the turn that is played."""
        return self._turn <= steps <= self.steps if same_turn else steps == self.steps

    def turns(self, branch: Branch) -> list[int]:
        """Weeks at which a turn of a branch began, up to today."""
        return list(range(self.exercise.first_week, branch.week + 1, self.exercise.turn_weeks))

    def chosen_now(self, card: str) -> bool:
        """Whether a card was chosen this turn, and may be taken back."""
        return Played(card, self.course.branch.week) in self.course.branch.played

    def why_not(self, card: str) -> str:
        """Why a card can't be played today; "" if it can."""
        cards = {each.name: each for each in self.exercise.spec.deck}
        if card not in cards:
            return f"there is no card {card}"
        chosen, branch = cards[card], self.course.branch
        if branch.week >= self.exercise.weeks:
            return "the exercise has come to its end"
        times = [played for played in branch.played if played.card == card]
        if times and chosen.once:
            return "was chosen already"
        if any(played.week == branch.week for played in times):
            return "was chosen this turn"
        if self.exercise.day(branch.week) + dt.timedelta(days=round(chosen.lead_time)) >= self.exercise.day(
            self.exercise.weeks
        ):
            return "would come into force after the end"
        budget = self.exercise.role(chosen.role).budget
        if budget is not None and self.spent(chosen.role) + chosen.cost > budget + 1e-9:
            return f"costs more than is left ({budget - self.spent(chosen.role):g} billion USD)"
        return ""

    def spent(self, role: str) -> float:
        """What a role's cards have cost in the present branch, in billion USD."""
        cards = [self.exercise.card(played.card) for played in self.course.branch.played]
        return add_up(card.cost for card in cards if card.role == role)

    # --- the log ----------------------------------------------------------------------------------

    def _entries(self) -> Iterator[dict[str, Any]]:
        file = self.folder / LOG
        if not file.is_file():
            return
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                yield dict(json.loads(line))
            except ValueError:
                raise SupplyriskError(f"{file}:{number}: is no entry of a log") from None

    def _take(self, entry: dict[str, Any]) -> None:
        with self._lock:
            told = {"at": dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), **entry}
            with (self.folder / LOG).open("a", encoding="utf-8") as out:
                out.write(json.dumps(told) + "\n")
            self._apply(told)

    def _apply(self, entry: dict[str, Any]) -> None:
        course, what = self.course, entry.get("what")
        self.steps += 1
        if what not in (PLAY, TAKE_BACK):
            self._turn = self.steps
        if what == BEGIN:
            course.branches[0] = Branch(0, self.exercise.first_week)
            return
        branch = course.branch
        if what == PLAY:
            branch = replace(branch, played=(*branch.played, Played(str(entry["card"]), branch.week)))
        elif what == TAKE_BACK:
            undone = Played(str(entry["card"]), branch.week)
            branch = replace(branch, played=tuple(played for played in branch.played if played != undone))
        elif what == GO:
            branch = replace(branch, week=min(branch.week + self.exercise.turn_weeks, self.exercise.weeks))
        elif what == BACK:
            week = int(entry["week"])
            kept = tuple(played for played in branch.played if played.week < week)
            branch = Branch(max(course.branches) + 1, week, kept, branch.number, week)
        elif what == LOOK:
            branch = course.branches[int(entry["branch"])]
        course.branches[branch.number] = branch
        course.current = branch.number

    # --- as scenarios -----------------------------------------------------------------------------

    def policy(self, branch: Branch) -> list[Change]:
        """The measures of a branch as a policy; none if it has none."""
        e = self.exercise
        played = [(e.card(p.card), e.event_node(p.card), e.day(p.week)) for p in branch.played]
        return [measure(branch.name, played)] if played else []

    def whole(self, branches: Sequence[Branch] = ()) -> Loaded:
        """The scenario as it will come, with a policy for every branch in which something was done. Default: of all of them."""
        among = branches or tuple(self.course.branches.values())
        return self.exercise.base.resolved([change for branch in among for change in self.policy(branch)])

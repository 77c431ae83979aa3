"""Several exercises at once: which stay in memory, which files are listed, and what goes on after something failed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from supplyrisk.workbench.exercise import table as tables
from supplyrisk.workbench.exercise.history import History
from supplyrisk.workbench.exercise.play import Late, NotNow, Play
from supplyrisk.workbench.exercise.rules import read_exercise
from supplyrisk.workbench.exercise.shared import Work
from supplyrisk.workbench.exercise.table import Table

from tests.test_workbench_exercise import EXERCISE, SCENARIO


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "outputs" / "bench"  # where a workbench lies is nothing to its lists
    made.mkdir(parents=True)
    (made / "ban.yaml").write_text(SCENARIO)
    (made / "exercise.yaml").write_text(EXERCISE)
    return made


def test_the_exercise_that_is_shown_stays_in_memory(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_OPEN", 2)
    table = Table(folder)
    names = [table.begin("exercise.yaml") for _ in range(2)]
    played, other = (table.session(name) for name in names)
    assert table.session(names[0]) is played  # the last used
    names.append(table.begin("exercise.yaml"))
    assert (played.history.ended, other.history.ended) == (False, True)
    played.listeners.append(lambda: None)
    names += [table.begin("exercise.yaml") for _ in range(3)]
    assert not played.history.ended
    assert table.session(names[0]) is played
    assert len(table._open) == 2
    # Whoever still holds one that was dropped holds the same as whoever asks for it again.
    seen = other.play.steps
    again = table.session(names[1])
    assert (again is other, other.history.ended) == (True, False)
    other.step("go", seen=seen)
    with pytest.raises(Late):
        again.step("go", seen=seen)
    # Where all are shown none is dropped.
    rest = [table.session(name) for name in names]
    for session in rest:
        session.listeners.append(lambda: None)
    last = [table.session(name) for name in names]
    assert [session.history.ended for session in last[:2]] == [False, False]
    table.close()


def test_hidden_files_and_results_are_no_exercises_of_the_folder(folder: Path) -> None:
    for place in (".workbench/drafts", "outputs", ".hidden", "more"):
        (folder / place).mkdir(parents=True, exist_ok=True)
        (folder / place / "g.yaml").write_text(EXERCISE)
    (folder / ".draft.yaml").write_text(EXERCISE)
    table = Table(folder)
    own = [name for name in table.files() if not name.startswith("shipped/")]
    assert own == ["exercise.yaml", "more/g.yaml"]
    table.close()


@pytest.mark.parametrize("wanted", [None, lambda: True])
def test_what_failed_is_tried_again(folder: Path, wanted: Callable[[], bool] | None) -> None:
    """Whoever failed, a page or what thinks ahead: the next who asks gets another try."""
    faults = [OSError("memory is short")]

    def task(number: int) -> int:
        if faults:
            raise faults.pop()
        return 2 * number

    with ThreadPoolExecutor(2) as threads:
        history = History(read_exercise(folder / "exercise.yaml"), threads)
        with pytest.raises(OSError, match="short"):
            history.answers("key", lambda: Work([1], task), wanted)
        assert history.answers("key", lambda: Work([1], task)) == [2]
        assert history.answers("key", lambda: Work([2], task)) == [2]  # what did not fail is kept


class Noted(Executor):
    """Does nothing by itself: notes what was asked."""

    def __init__(self) -> None:
        self.asked: list[Callable[[], None]] = []

    def submit(self, work: Callable[..., Any], /, *_: Any, **__: Any) -> Future[Any]:
        self.asked.append(work)
        return Future()


def test_the_next_turn_is_computed_whatever_is_looked_at_meanwhile(folder: Path) -> None:
    table = Table(folder)
    session = table.session(table.begin("exercise.yaml"))
    session.idle = noted = Noted()
    view = session.view()
    key = ("future", view.week + view.next_weeks, ())
    for look in (session.view, lambda: session.debrief(0)):
        before = list(noted.asked)
        look()
        for work in before:
            work()  # what was begun before rests
        assert session.history.done(key) == 0
        assert len(noted.asked) == len(before) + 1
    noted.asked[-1]()
    assert session.history.done(key) > 0
    table.close()


def test_a_measure_can_be_taken_back_until_its_turn_is_played(folder: Path) -> None:
    play = Play(read_exercise(folder / "exercise.yaml"), folder / "played")
    play.play("saving")
    seen = play.steps
    play.play("reserve")
    play.take_back("reserve")
    assert play.spent("ministry") == 0.0
    assert [played.card for played in play.course.branch.played] == ["saving"]
    assert play.why_not("dear") == ""  # the money is there again
    assert play.has_seen(seen, same_turn=True)
    assert not play.has_seen(seen)
    play.go()
    for card in ("saving", "reserve", "other"):
        with pytest.raises(NotNow, match="not chosen this turn"):
            play.take_back(card)
    again = Play(play.exercise, play.folder)
    assert (again.course, again.steps) == (play.course, play.steps)

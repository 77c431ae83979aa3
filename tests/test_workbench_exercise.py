"""Table-top exercises: one history in all branches, a team that learns nothing before its day, a log that can be replayed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from supplyrisk.errors import Problems, SupplyriskError
from supplyrisk.shipped import scenarios_folder
from supplyrisk.workbench.documents import Documents
from supplyrisk.workbench.exercise.debrief import debrief, runs_done
from supplyrisk.workbench.exercise.history import History, arm_number, nearest, watched
from supplyrisk.workbench.exercise.known import announced, known_by
from supplyrisk.workbench.exercise.play import Late, NotNow, Play
from supplyrisk.workbench.exercise.rules import Exercise, read_exercise
from supplyrisk.workbench.exercise.seen import team_view
from supplyrisk.workbench.exercise.shared import Resting, Work
from supplyrisk.workbench.exercise.table import Table
from supplyrisk.workbench.reading import check_text

from tests.docs_pages import blocks

SCENARIO = """
title: China licenses gallium
world: gallium
horizon: {start: 2026-01-01, years: 2}
outlook: calm
events:
  - {name: first, type: export_ban, origins: CN, products: [crude_gallium], share: {2026-03-01: 50 %, 2026-09-01: 70 %},
     announced: 2026-02-01, start: 2026-03-01, duration: 14 months}
  - {name: secret, type: export_ban, origins: CN, products: [pure_gallium], announced: 2026-10-15, start: 2026-11-01,
     duration: 6 months}
monte_carlo: {runs: 100, seed: 5, sampler: lhs}
"""
EXERCISE = """
exercise: Gallium
scenario: ban.yaml
start: 2026-02-15
turn: 13 weeks
history: 7
ensemble: 100
watch: {products: [crude_gallium], places: [world, JP]}
roles:
  - {name: ministry, title: Ministry in Tokyo, budget: 1}
  - {name: agency, title: Agency in Brussels, briefing: Decide with care.}
deck:
  - name: reserve
    title: A reserve in Japan
    role: ministry
    cost: 0.6
    lead_time: 4 weeks
    event: {type: strategic_stockpile, products: [crude_gallium], countries: [JP], target: 90 days, initial: 0 days,
            release_price_index: 1.5}
  - name: plant
    title: A plant in Germany
    role: agency
    cost: 0.5
    once: no
    event: {type: capacity_project, product: crude_gallium, country: DE, capacity: 20 t/yr, ramp: 3 months,
            slippage: {pert: [0 months, 3 months, 12 months]}, success_probability: 80 %}
  - name: saving
    title: Saving in the EU
    role: agency
    event: {type: thrifting_programme, products: [crude_gallium], countries: [EU], saving: 10 %, reached_after: 6 months}
  - name: dear
    title: Too dear
    role: ministry
    cost: 0.7
    event: {type: price_floor, products: crude_gallium, countries: [CN], floor: "2"}
news:
  - {day: 2026-04-20, text: A maker in Japan stops a line.}
"""


@pytest.fixture
def exercise(tmp_path: Path) -> Exercise:
    (tmp_path / "ban.yaml").write_text(SCENARIO)
    (tmp_path / "exercise.yaml").write_text(EXERCISE)
    return read_exercise(tmp_path / "exercise.yaml")


@pytest.fixture
def history(exercise: Exercise) -> Iterator[History]:
    with ThreadPoolExecutor(2) as threads:
        yield History(exercise, threads)


@pytest.fixture
def play(exercise: Exercise, tmp_path: Path) -> Play:
    return Play(exercise, tmp_path / "played")


def test_the_past_is_the_same_in_all_branches_to_the_bit(exercise: Exercise, history: History, play: Play) -> None:
    play.go()
    forked = play.course.branch.week
    for card in ("reserve", "plant", "saving"):
        play.play(card)
        play.go()
        play.back(forked)
    play.go()
    trial = history.trial("all", play.whole)
    ready, h = trial.ready, exercise.spec.history
    values = ready.design.values(h, h + 1)[0]
    arms = [arm_number(trial, branch) for branch in play.course.branches.values()]
    assert len(set(arms)) == 4
    records = [ready.engine.run(ready.model, arm, h, trial.scenario.seed, values).weekly for arm in arms]
    for record in records[1:]:
        assert record[:forked].tobytes() == records[0][:forked].tobytes()
    assert len({record.tobytes() for record in records}) == 4
    # A world without any measure at all is laid out otherwise, but what the team saw is the same.
    alone = Play(exercise, play.folder.parent / "alone")
    bare = history.trial("bare", alone.whole)
    happened = watched(exercise, bare.one(arm_number(bare, alone.course.branch), h), "scenario", ["CN"])
    for branch, arm in zip(play.course.branches.values(), arms, strict=True):
        run = trial.one(arm, h)
        for one, other in zip(happened, watched(exercise, run, run.arms[0], ["CN"]), strict=True):
            past = one.until(exercise.day(forked))
            assert one.values[:, :past].tobytes() == other.values[:, :past].tobytes(), branch.name


def test_nobody_learns_what_is_announced_later(exercise: Exercise, history: History, play: Play) -> None:
    hidden = ["secret", "Pure", "2026-10-15", "2026-11-01", "70 %", "14 months", "2027-05"]
    for week in (0, 13):
        view = team_view(play, history)
        today = dt.date.fromisoformat(view.today)
        text = json.dumps(view.as_payload(), allow_nan=False)
        assert not [word for word in hidden if word in text], week
        assert "history" not in text
        assert today == exercise.day(exercise.first_week + week)
        for chart in view.charts:
            for line in chart.lines:
                first = dt.date.fromisoformat(chart.start)
                ahead = [
                    first + dt.timedelta(days=i * chart.step_days) >= today for i in range(len(line.levels["p50"]))
                ]
                if line.kind == "seen":
                    assert not [
                        x for x, later in zip(line.levels["p50"], ahead, strict=True) if later and x is not None
                    ]
                else:
                    assert view.runs_ahead == 9  # a tenth of the ensemble without the history
        told = [each["text"] for each in view.news]
        assert any("announced that from 1 March 2026 China stops 50 % of exports of" in each for each in told)
        assert any("maker in Japan" in each for each in told) == (week > 0)
        play.go()
    later = known_by(exercise.base, dt.date(2026, 10, 20))
    assert len(later.root.get("events").value) == 2
    early = known_by(exercise.base, dt.date(2026, 3, 5)).root.get("events").value
    assert [announced(event) for event in early] == [dt.date(2026, 2, 1)]
    assert set(early[0].get("share").value) == {"2026-03-01"}
    assert early[0].get("duration") is None


def test_the_fan_comes_from_the_runs_nearest_to_what_was_seen(exercise: Exercise, history: History, play: Play) -> None:
    play.go()
    day = exercise.day(play.course.branch.week)
    trial, arm = history.known(play, play.course.branch)
    ensemble = trial.run([arm], trial.runs, history.threads, lambda: True)
    runs = watched(exercise, ensemble, "scenario", ["CN"])
    one = [type(w)(w.kind, w.product, w.place, w.dates, w.values[40:41]) for w in runs]
    assert 40 in nearest(one, runs, day, 3)
    assert len(nearest(one, runs, day, 10)) == 10
    seen, ahead = history.ahead(play, play.course.branch)
    # Only the past of all runs is simulated, and the future of the nearest: whole runs of all would say the same to the bit.
    others = [type(w)(w.kind, w.product, w.place, w.dates, np.delete(w.values, 7, axis=0)) for w in runs]
    rows = nearest(seen, others, day, 9)
    assert [w.values.tobytes() for w in ahead] == [w.values[rows].tobytes() for w in others]
    apart = [
        float(np.abs(np.log(w.values[:, 11]) - np.log(s.values[:, 11])).mean())
        for s, w in zip(seen, ahead)
        if w.kind == "price"
    ]
    whole = [
        float(np.abs(np.log(w.values[:, 11]) - np.log(s.values[:, 11])).mean())
        for s, w in zip(seen, runs)
        if w.kind == "price"
    ]
    assert sum(apart) < sum(whole)


def test_cards_cost_and_the_log_goes_on_where_it_was(exercise: Exercise, play: Play) -> None:
    play.play("reserve")
    with pytest.raises(NotNow, match="already"):
        play.play("reserve")
    with pytest.raises(NotNow, match="more than is left"):
        play.play("dear")
    with pytest.raises(NotNow, match="no card"):
        play.play("other")
    play.go()
    play.play("plant")
    play.go()
    play.play("plant")
    play.back(exercise.first_week + 13)
    assert [p.card for p in play.course.branch.played] == ["reserve"]
    with pytest.raises(NotNow):
        play.back(exercise.first_week + 26)
    again = Play(exercise, play.folder)
    assert again.course == play.course
    lines = (play.folder / "log.jsonl").read_text().splitlines()
    assert [json.loads(line)["what"] for line in lines] == ["begin", "play", "go", "play", "go", "play", "back"]
    while play.course.branch.week < exercise.weeks:
        play.go()
    with pytest.raises(NotNow, match="end"):
        play.go()


def test_of_two_clicks_or_two_windows_the_second_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "ban.yaml").write_text(SCENARIO)
    (tmp_path / "exercise.yaml").write_text(EXERCISE)
    table = Table(tmp_path)
    session = table.session(table.begin("exercise.yaml"))
    seen, first = session.play.steps, session.exercise.first_week
    session.step("go", seen=seen)
    for step, given in (("go", None), ("play", "plant"), ("back", first), ("look", 0)):
        with pytest.raises(Late, match="moved the exercise on"):
            session.step(step, given, seen=seen)
    assert session.play.course.branch.week == first + 13
    # Two may choose at once in a turn, but the turn is played by who has seen both.
    seen = session.play.steps
    session.step("play", "plant", seen=seen)
    session.step("play", "saving", seen=seen)
    with pytest.raises(Late):
        session.step("go", seen=seen + 1)
    session.step("go", seen=session.play.steps)
    assert session.play.course.branch.week == first + 26
    table.close()


def test_all_windows_are_told_what_is_computed_and_one_computes_for_all(tmp_path: Path) -> None:
    (tmp_path / "ban.yaml").write_text(SCENARIO)
    (tmp_path / "exercise.yaml").write_text(EXERCISE)
    table = Table(tmp_path)
    session = table.session(table.begin("exercise.yaml"))
    told: list[str] = []
    session.listeners.append(lambda: told.append(session.progress()[0]))
    view = session.view()
    assert "what may come" in told[0]
    assert told[1:] == [""]
    assert session.view() is view
    assert len(told) == 2
    # What comes next if nothing is chosen is ready by the time somebody asks.
    table._idle.shutdown(wait=True)
    done = len(session.history._works)
    session.step("go", seen=view.steps)
    later = session.view()
    assert later.week == view.week + 13
    assert len(session.history._works) == done
    table.close()


def test_work_is_shared_and_rests_when_nobody_wants_it() -> None:
    calls: list[int] = []
    work = Work(range(40), lambda task: calls.append(task) or 2 * task)
    with pytest.raises(Resting):
        work.beside(lambda: len(calls) < 10)
    assert work.progress == (10, 40)
    with ThreadPoolExecutor(2) as threads:
        assert work.result(threads) == [2 * i for i in range(40)]
    assert sorted(calls) == list(range(40))
    broken = Work([0, 1], lambda task: 1 // task)
    with ThreadPoolExecutor(2) as threads, pytest.raises(ZeroDivisionError):
        broken.result(threads)


def test_the_debrief_sets_branches_side_by_side(exercise: Exercise, history: History, play: Play) -> None:
    play.play("reserve")
    play.go()
    play.back(exercise.first_week)
    play.play("saving")
    play.go()
    at_once = debrief(play, history, 0)
    assert (at_once.runs, at_once.ensemble["rows"], runs_done(play, history)) == (0, [], 0)
    found = debrief(play, history)
    assert (found.branches, found.runs, found.of) == (at_once.branches, 100, 100)
    assert runs_done(play, history) == 100
    assert found.measures[0]["measures"] == ["19 February 2026: A reserve in Japan"]
    assert found.measures[0]["cost"] == "0.6 billion USD (Ministry in Tokyo 0.6)"
    assert found.measures[1]["title"] == "Branch 1, which left branch 0 on 19 February 2026, played to 21 May 2026"
    assert len(found.headline) == 3
    assert "in the history that was played" in found.headline[0]
    assert found.headline[1].startswith("Branch 0, for 0.6 billion USD: the world ")
    assert "Over all 100 runs its measures change that by" in found.headline[1]
    assert "weeks in Japan (80 % band: " in found.headline[1]
    assert "Over all" not in at_once.headline[1]
    assert found.branches["header"] == ["", "No measures", "Branch 0", "Branch 1"]
    assert found.ensemble["header"] == ["", "Branch 0", "Branch 1"]
    assert found.run == 7
    assert found.ensemble["rows"]
    names = {line.id for chart in found.charts for line in chart.lines}
    assert {"none", "branch_0", "branch_1"} <= names


FAULTS = {
    "turn: 13 weeks": ("turn: 10 days", "whole weeks"),
    "history: 7": ("history: 100", "runs 0 to 99"),
    "start: 2026-02-15": ("start: 2028-02-15", "at least one turn"),
    "role: ministry\n    cost: 0.6": ("role: ministri\n    cost: 0.6", "did you mean ministry"),
    "products: [crude_gallium], places": ("products: [crude_galium], places", "did you mean crude_gallium"),
    "places: [world, JP]": ("places: [world, JX]", "no such place"),
    "target: 90 days": ("target: 90 moons", "90 moons"),
    "type: strategic_stockpile": ("type: strategic_stockpiles", "strategic_stockpile"),
    "name: plant": ("name: reserve", "twice"),
    "initial: 0 days": ("start: 2026-05-01", "leave it out"),
    "scenario: ban.yaml": ("scenario: bann.yaml", "bann.yaml"),
}


@pytest.mark.parametrize("good", FAULTS)
def test_what_is_wrong_is_said_where_it_stands(good: str, tmp_path: Path) -> None:
    bad, what = FAULTS[good]
    (tmp_path / "ban.yaml").write_text(SCENARIO)
    file = tmp_path / "exercise.yaml"
    text = EXERCISE.replace(good, bad, 1)
    file.write_text(text)
    with pytest.raises(Problems) as found:
        read_exercise(file)
    problem = found.value.problems[0]
    assert what in str(problem)
    assert problem.position.file == str(file)
    line = text.splitlines()[problem.position.line - 1]
    assert bad.splitlines()[0] in line or bad.split(":")[0] in line


@pytest.mark.parametrize("change", ["probability: 50 %", "duration: {uniform: [3 months, 5 months]}"])
def test_the_day_of_every_event_is_certain(change: str, tmp_path: Path) -> None:
    (tmp_path / "ban.yaml").write_text(SCENARIO.replace("duration: 6 months", change))
    (tmp_path / "exercise.yaml").write_text(EXERCISE)
    with pytest.raises(SupplyriskError, match="secret has"):
        read_exercise(tmp_path / "exercise.yaml")


@pytest.mark.parametrize("name", ["heavy_rare_earths_2025", "taiwan_strait"])
def test_the_shipped_exercises_can_be_played_for_three_turns(name: str, tmp_path: Path) -> None:
    shipped = read_exercise(scenarios_folder() / "exercises" / f"{name}.yaml")
    small = replace(shipped, spec=shipped.spec.model_copy(update={"ensemble": 100, "history": 7}))
    play = Play(small, tmp_path / "played")
    with ThreadPoolExecutor(2) as threads:
        history = History(small, threads)
        for card in small.spec.deck[:3]:
            play.play(card.name)
            play.go()
        view = team_view(play, history)
        assert len(view.played) == 3
        assert len(view.news) > 3
        assert all(chart.lines for chart in view.charts)
        # Measures of the branch that is left may part a zone of prices, which the new branch does not know.
        play.back(play.turns(play.course.branch)[0])
        view = team_view(play, history)
    assert view.played == ()
    assert all(chart.lines for chart in view.charts)


def test_going_back_after_talks_that_part_a_zone(tmp_path: Path) -> None:
    """The talks give the EU licences of its own: the history then tells three prices, the branch without them two."""
    shipped = read_exercise(scenarios_folder() / "exercises" / "heavy_rare_earths_2025.yaml")
    small = replace(shipped, spec=shipped.spec.model_copy(update={"ensemble": 100, "history": 7}))
    play = Play(small, tmp_path / "played")
    with ThreadPoolExecutor(2) as threads:
        history = History(small, threads)
        first = play.course.branch.week
        play.play("eu_licences")
        play.go()
        with_talks = team_view(play, history)
        play.back(first)
        view = team_view(play, history)
    assert len(with_talks.charts[0].lines) != len(view.charts[0].lines)
    assert view.played == ()
    assert all(chart.lines for chart in view.charts)


def test_the_table_keeps_what_is_played_in_ordinary_files(tmp_path: Path) -> None:
    (tmp_path / "ban.yaml").write_text(SCENARIO)
    (tmp_path / "exercise.yaml").write_text(EXERCISE)
    table = Table(tmp_path)
    assert table.files()["exercise.yaml"] == "Gallium"
    assert "shipped/taiwan_strait.yaml" in table.files()
    name = table.begin("exercise.yaml")
    told = []
    session = table.session(name)
    session.listeners.append(lambda: told.append(1))
    session.step("play", "reserve")
    session.step("go")
    assert len(told) == 2
    table.close()
    again = Table(tmp_path)
    assert again.sessions() == [name]
    assert again.session(name).play.course == session.play.course
    for wrong in ("outputs/exercises/x/y", "../x", "exercise.yaml"):
        with pytest.raises(SupplyriskError):
            again.session(wrong)
    again.close()


def test_the_exercise_of_the_how_to_is_sound(tmp_path: Path) -> None:
    page = Path(__file__).parents[1] / "docs" / "how-to" / "run-an-exercise.md"
    block = next(block for block in blocks(page) if block.language == "yaml")
    text = block.text.replace("../scenarios", str(scenarios_folder()))
    (tmp_path / "exercise.yaml").write_text(text)
    assert [card.name for card in read_exercise(tmp_path / "exercise.yaml").spec.deck] == ["reserve"]


def test_an_exercise_is_checked_while_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "ban.yaml").write_text(SCENARIO)
    (tmp_path / "exercise.yaml").write_text(EXERCISE)
    documents = Documents(tmp_path)
    assert check_text(documents, "exercise.yaml", EXERCISE).mistakes == ()
    found = check_text(documents, "exercise.yaml", EXERCISE.replace("target: 90 days", "target: 90 moons"))
    assert (found.kind, len(found.mistakes)) == ("exercise", 1)
    assert "90 moons" in found.mistakes[0].said
    assert EXERCISE.splitlines()[found.mistakes[0].line - 1].find("90 days") > 0


def test_a_team_may_begin_before_anything_is_announced(tmp_path: Path) -> None:
    (tmp_path / "ban.yaml").write_text(SCENARIO)
    (tmp_path / "exercise.yaml").write_text(EXERCISE.replace("start: 2026-02-15", "start: 2026-01-10"))
    play = Play(read_exercise(tmp_path / "exercise.yaml"), tmp_path / "played")
    with ThreadPoolExecutor(2) as threads:
        history = History(play.exercise, threads)
        view = team_view(play, history)
        play.play("reserve")
        acted = team_view(play, history)
    assert view.news == acted.news == ()
    assert [chart.name for chart in view.charts] == ["price-crude_gallium", "shortage-crude_gallium"]
    ahead = [line for line in view.charts[0].lines if line.kind == "fan"]
    assert max(x for x in ahead[0].levels["p50"] if x is not None) < 1.2  # nobody expects what is not announced

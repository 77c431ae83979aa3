"""The news of an exercise: sentences with who, what, from when and how much, of what is public by the day."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from supplyrisk.shipped import scenarios_folder
from supplyrisk.workbench.exercise.known import known_by
from supplyrisk.workbench.exercise.rules import read_exercise
from supplyrisk.workbench.exercise.seen import news_by

EVENTS = """
  - {name: ban, type: export_ban, origins: CN, products: [crude_gallium], share: {2026-03-01: 50 %, 2026-09-01: 70 %},
     rumoured: 2026-01-10, rumour_probability: 30 %, announced: 2026-02-01, start: 2026-03-01, end: 2027-05-01}
  - {name: office, type: licence_regime, origins: CN, products: [pure_gallium], start: 2026-04-01,
     capacity: {2026-04-01: {pert: [2 %, 4 %, 8 %]}, 2026-06-01: {pert: [25 %, 33 %, 42 %]}},
     general_licences: {2026-08-01: 10 %}}
  - {name: quota, type: export_quota, origins: CN, products: [pure_gallium], tonnes: {2026-02-01: 30 t, 2026-07-01: 20 t},
     start: 2026-02-01, duration: 12 months, end_announced: yes}
  - {name: slow, type: customs_slowdown, origins: CN, products: [crude_gallium], extra_days: 21 days, start: 2026-01-12,
     end: 2026-03-01}
  - {name: truce, type: suspension, events: ban, start: 2026-11-10, duration: 3 months}
"""
TOLD = {
    "2026-01-10": "An unconfirmed rumour: from about March 2026 China stops 50 % of exports of Crude gallium.",
    "2026-01-12": "Shippers report that from today customs of China hold up every shipment of Crude gallium by 3 weeks.",
    "2026-02-01": "It is announced that from 1 March 2026 China stops 50 % of exports of Crude gallium.",
    "2026-03-01": "As announced on 1 February 2026, from today China stops 50 % of exports of Crude gallium.",
    "2026-04-01": "From today China requires a licence for every export of high-purity gallium, for all destinations. "
    "How many licences will be given, and how fast, is not said.",
    "2026-06-01": "Exporters say that the licence office of China now decides requests for about 33 % (25 % to 42 %) of normal "
    "exports of high-purity gallium, up to now for about 4 %.",
    "2026-08-01": "General licences now cover an estimated 10 % of the trade in high-purity gallium (none up to now).",
    "2026-09-01": "From today China stops 70 % of exports of Crude gallium (50 % up to now).",
    "2026-11-10": "From today the export ban of China on Crude gallium is suspended.",
    "2027-05-01": "China lifts its ban on exports of Crude gallium.",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    from tests.test_workbench_exercise import EXERCISE, SCENARIO

    head, _, rest = SCENARIO.partition("events:\n")
    tail = rest[rest.index("monte_carlo") :]
    (tmp_path / "ban.yaml").write_text(f"{head}events:{EVENTS}{tail}")
    (tmp_path / "exercise.yaml").write_text(EXERCISE)
    return tmp_path


def test_every_moment_of_a_rule_is_a_sentence_with_its_numbers(folder: Path) -> None:
    e = read_exercise(folder / "exercise.yaml")
    told = [(each.day.isoformat(), each.text) for each in news_by(e, dt.date(2027, 12, 1))]
    texts = {day: [text for of, text in told if of == day] for day, _ in told}
    for day, text in TOLD.items():
        assert text.lower() in [each.lower() for each in texts[day]], texts[day]
    quota = [text for _, text in told if "30 t" in text or "20 t" in text]
    assert "until 1 February 2027" in quota[0]
    assert "20 t per year" in quota[1]
    assert "30 t per year" in quota[1]
    # A slowdown that a ban follows on the same day does not make customs quicker.
    assert not any("usual pace" in text for _, text in told)
    assert all(text.endswith((".", ")")) and "{" not in text and "The terms" not in text for _, text in told)


def test_only_what_is_public_by_the_day_is_told(folder: Path) -> None:
    e = read_exercise(folder / "exercise.yaml")
    by_day = {day: " ".join(each.text for each in news_by(e, dt.date.fromisoformat(day))) for day in TOLD}
    assert "announced" not in by_day["2026-01-10"]
    for day, hidden in (
        ("2026-03-01", "70 %"),
        ("2026-04-01", "4 %"),
        ("2026-04-01", "10 %"),
        ("2026-11-10", "2027-02"),
    ):
        assert hidden not in by_day[day], (day, hidden)
    assert "May 2027" not in by_day["2026-11-10"]


def test_the_fan_does_not_know_of_licences_that_come_later(folder: Path) -> None:
    e = read_exercise(folder / "exercise.yaml")
    office = known_by(e.base, dt.date(2026, 5, 1)).root.get("events").value[1]
    assert office.get("name").value == "office"
    assert office.get("general_licences") is None
    assert set(office.get("capacity").value) == {"2026-04-01"}
    later = known_by(e.base, dt.date(2026, 8, 1)).root.get("events").value
    assert set(later[1].get("general_licences").value) == {"2026-08-01"}


@pytest.mark.parametrize("name", ["heavy_rare_earths_2025", "taiwan_strait"])
def test_the_news_of_the_shipped_exercises_read_like_news(name: str) -> None:
    e = read_exercise(scenarios_folder() / "exercises" / f"{name}.yaml")
    told = news_by(e, e.day(e.weeks))
    texts = [each.text for each in told]
    assert len(texts) == len(set(texts))
    for each in told:
        assert each.text[:1].isupper()
        assert each.text.endswith((".", ")")), each.text
        assert not {"_", "{", "uncertain:", "/yr"} & set(each.text.split()), each.text
    assert [each.day for each in told] == sorted(each.day for each in told)

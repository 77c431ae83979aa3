"""The licence office is a queue with officers: against Erlang's formula, and when officers come and go."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any

import numpy as np
import pytest
from scipy import stats
from simpy.events import Event
from supplyrisk.engines.simpy_engine import Clock, File, LicenceOffice
from supplyrisk.streams import STREAM_OUTAGE_GAP, STREAM_REVIEW_DAYS, exponential_quantile, run_key, uniform

REVIEW = 3000.0  # days: so long that whole days make no difference


def erlang_c(officers: int, load: float) -> float:
    """Chance that an application has to wait in M/M/c with `load` busy officers on average."""
    terms = [load**k / math.factorial(k) for k in range(officers)]
    last = load**officers / math.factorial(officers) * officers / (officers - load)
    return last / (sum(terms) + last)


def open_to_all(lane: int, filed: int) -> bool:
    """No file has to wait for anything but an officer."""
    return False


def waits(officers: int, load: float, seed: int, files: int = 1500, warm_up: int = 200) -> np.ndarray:
    """Days that applications wait for an officer; arrivals and reviews are exponential."""
    clock = Clock()
    office = LicenceOffice(clock, open_to_all)
    office.set_officers(officers)
    key = run_key(seed, officers)
    found: list[int] = []

    def drawn(stream: int, number: int, mean: float) -> int:
        return round(exponential_quantile(uniform(key, stream, 1, number), mean))

    def application(number: int, filed: int) -> Generator[Event, Any, None]:
        yield clock.at(filed, (0, number, 0))
        with File(office, 0, filed) as turn:
            yield turn
            found.append(int(clock.now) - filed)
            yield clock.at(int(clock.now) + drawn(STREAM_REVIEW_DAYS, number, REVIEW), (1, number, 0))

    day = 0
    for number in range(files):
        day += drawn(STREAM_OUTAGE_GAP, number, REVIEW / load)
        clock.process(application(number, day))
    clock.run()
    assert len(found) == files
    return np.array(found[warm_up:])


@pytest.mark.parametrize(("officers", "load"), [(1, 0.5), (1, 0.75), (3, 2.0), (8, 6.0)])
def test_mean_wait_is_that_of_erlang(officers: int, load: float):
    """Twelve independent replications; the formula lies in their 99.9 % confidence interval."""
    means = np.array([waits(officers, load, seed).mean() for seed in range(12)])
    expected = erlang_c(officers, load) * REVIEW / (officers - load)
    half = stats.t.isf(0.0005, len(means) - 1) * means.std(ddof=1) / math.sqrt(len(means))
    assert abs(means.mean() - expected) < half
    assert half < 0.7 * expected  # the interval says something


def test_share_that_waits_is_that_of_erlang():
    shares = np.array([(waits(3, 1.5, seed) > 0).mean() for seed in range(12)])
    half = stats.t.isf(0.0005, len(shares) - 1) * shares.std(ddof=1) / math.sqrt(len(shares))
    assert abs(shares.mean() - erlang_c(3, 1.5)) < half < 0.1


def test_more_officers_shorten_the_wait_of_the_same_files():
    totals = [waits(officers, 2.5, seed=1, files=800).sum() for officers in (3, 4, 5, 8)]
    assert totals == sorted(totals, reverse=True)
    assert totals[0] > 2 * totals[1] > 0


class Desk:
    """An office to which everybody comes on the first day, each file taking ten days; opened on days noted."""

    def __init__(self, officers: int, files: int) -> None:
        self.clock = Clock()
        self.office = LicenceOffice(self.clock, open_to_all)
        self.office.set_officers(officers)
        self.opened: dict[int, int] = {}
        for number in range(files):
            self.clock.process(self.file(number))

    def file(self, number: int) -> Generator[Event, Any, None]:
        with File(self.office, 0, 0) as turn:
            yield turn
            self.opened[number] = int(self.clock.now)
            yield self.clock.at(int(self.clock.now) + 10, (1, number, 0))

    def change(self, day: int, officers: int) -> None:
        """From `day` on the office has so many officers."""
        callbacks = self.clock.at(day, (0, 0, 0)).callbacks
        assert callbacks is not None
        callbacks.append(lambda _: self.office.set_officers(officers))


def test_files_are_opened_first_come_first_served():
    desk = Desk(officers=2, files=5)
    desk.clock.run()
    assert desk.opened == {0: 0, 1: 0, 2: 10, 3: 10, 4: 20}


def test_new_officers_open_files_at_once():
    desk = Desk(officers=1, files=6)
    desk.change(5, 4)
    desk.clock.run()
    assert desk.opened == {0: 0, 1: 5, 2: 5, 3: 5, 4: 10, 5: 15}


def test_fewer_officers_finish_what_they_have_and_open_less():
    desk = Desk(officers=3, files=6)
    desk.change(5, 1)
    desk.clock.run()
    assert desk.opened == {0: 0, 1: 0, 2: 0, 3: 10, 4: 20, 5: 30}


def test_without_officers_nothing_is_opened_until_they_come_back():
    desk = Desk(officers=1, files=3)
    desk.change(5, 0)
    desk.change(100, 1)
    desk.clock.run()
    assert desk.opened == {0: 0, 1: 100, 2: 110}

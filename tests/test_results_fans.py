"""Series of codes: a mean of two codes would be a third, so that the first week of a period stands for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from supplyrisk.measures.reporter import Reporter
from supplyrisk.results.fans import EXACT_RUNS, LONG_WEEKS, Fans

from tests import fakes

REASON = "price_gap_reason"


class WithReasons(Reporter):
    """A reporter that places the codes, whether or not it does so by itself."""

    def _place_rows(self, variable: str, labels: Any = None, suffix: str = "") -> None:
        if variable == "stock_cover_weeks" and not self.places.rows(REASON)[0]:
            super()._place_rows(REASON)
        super()._place_rows(variable, labels, suffix)


@pytest.mark.parametrize("weeks", [30, LONG_WEEKS + 3])
@pytest.mark.parametrize("runs", [EXACT_RUNS, EXACT_RUNS + 1])
def test_codes_are_not_averaged(weeks: int, runs: int) -> None:
    model = fakes.FakeModel(fakes.scenario(weeks=weeks))
    known = model.weekly_columns
    zones = [(p, z) for p in fakes.PRODUCTS for z in model.scenario.world.zones]
    model.weekly_columns = (*known, *(fakes.Column(REASON, p, z, "", "code") for p, z in zones))
    reporter = WithReasons(model)
    fans = Fans(model, reporter, runs)
    weekly = np.ones((weeks, len(model.weekly_columns)))
    codes = np.random.default_rng(1).integers(0, 6, (weeks, len(zones)))
    weekly[:, len(known) :] = codes
    monthly = np.ones((len(model.month_starts), len(model.monthly_columns)))
    vector = fans.vector(reporter.rows(weekly, monthly))
    found = [series for series in fans.series if series.variable == REASON]
    assert [(s.label.product, s.label.place) for s in found] == zones
    step = 4 if runs > EXACT_RUNS and weeks > LONG_WEEKS else 1
    for number, series in enumerate(found):
        assert series.step == step
        assert (vector[series.first : series.first + series.dates] == codes[::step, number]).all()


def test_engines_that_give_no_reasons_have_no_such_series() -> None:
    model = fakes.FakeModel(fakes.scenario(weeks=30))
    fans = Fans(model, Reporter(model), 10)
    assert not [series for series in fans.series if series.variable == REASON]

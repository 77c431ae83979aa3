"""A resolved scenario survives its way through the manifest."""

import json
import math
from dataclasses import replace

from supplyrisk.events.numbers import Sampled
from supplyrisk.spec.frozen import digest, freeze, thaw_scenario
from supplyrisk.spec.resolved import RandomOutages, Trigger

from tests import fakes


def through_json(scenario):
    return thaw_scenario(json.loads(json.dumps(freeze(scenario), allow_nan=False)))


def test_there_and_back():
    plain = fakes.scenario()
    event = replace(
        plain.events[0],
        trigger=Trigger("price_spot_index", "magnet", "exCN", 3.0, 4, delay_days_low=Sampled("depth", 2.0, 1.0)),
        start_day=Sampled("length"),
        duration_days=math.inf,
    )
    outages = RandomOutages(("oxide",), (), 900.0, Sampled("length"), 0.5)
    scenario = replace(
        plain,
        events=(event, *plain.events[1:]),
        outlook=replace(plain.outlook, demand_growth_per_year={"cars": Sampled("depth")}, outages=(outages,)),
        rank_correlations=(("depth", "length", -0.5),),
    )
    back = through_json(scenario)
    assert back == scenario
    assert isinstance(back.events[0].start_day, Sampled)
    assert back.world.values == scenario.world.values


def test_digest_sees_a_change_and_no_order():
    frozen = freeze(fakes.scenario())
    assert digest(frozen) == digest(dict(reversed(frozen.items())))
    assert digest(frozen) != digest(freeze(replace(fakes.scenario(), days=1)))

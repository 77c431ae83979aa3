"""The free-on-board price, worked out from the prices at home, abroad and under contract."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from supplyrisk.engines import get_engine

from .small_worlds import Outcome, World, chain, run, written


def world(rent: float, contract: float = 0.4) -> World:
    """A makes 100 t a week; 20 t are used there and 80 t in B, across a border."""
    return chain(
        users={("A", "cars"): 20.0, ("B", "cars"): 80.0},
        zones={"ZA": ("A",), "ZB": ("B",)},
        values={("fob_rent_share", ""): rent, ("contract_share", ""): contract},
    )


def licensed(made: World, engine: Any = None, **fields: Any) -> Outcome:
    rule = written(
        made, "licence_regime", origins="A", products="metal", **{"capacity": "40 %", "review": "1 days", **fields}
    )
    return run(made, rule, years=2.0, engine=engine)


@pytest.mark.parametrize("contract", [0.0, 0.4])
@pytest.mark.parametrize("rent", [0.5, 1.0])
def test_exporters_get_their_part_of_the_gap(rent: float, contract: float) -> None:
    """Of what left in a week: contract tonnes at the contract price, the others at home plus the part of the gap."""
    out = licensed(world(rent, contract))
    home, abroad = (out.price("metal", zone) for zone in ("ZA", "ZB"))
    # Contracts follow the seller's price, a week's worth of them is the same in both zones.
    agreed = out.column("price_contract_index", "metal", "ZB")
    free = home + rent * np.maximum(abroad - home, 0.0)
    expected = contract * agreed + (1.0 - contract) * free
    found = out.column("price_fob_index", "metal", "ZA")
    assert found[1:] == pytest.approx(expected[:-1])
    assert abroad.max() > 1.5
    assert found[0] == 1.0


def test_the_more_exporters_get_the_dearer() -> None:
    means = [licensed(world(rent)).column("price_fob_index", "metal", "ZA").mean() for rent in (0.2, 0.5, 1.0)]
    assert means == sorted(means)
    assert means[0] < means[-1]


def test_it_is_told_only() -> None:
    """No other number moves but what exporters earn of the rent, and without it there is no column."""
    with_it, without = licensed(world(0.7)), licensed(world(0.0))
    assert not any(column.variable == "price_fob_index" for column in without.model.weekly_columns)
    earned = "export_rent_earned_usd"
    assert with_it.column(earned) == pytest.approx(0.7 * without.column(earned))
    same = [
        out.weekly[
            :, [i for i, c in enumerate(out.model.weekly_columns) if c.variable not in ("price_fob_index", earned)]
        ]
        for out in (with_it, without)
    ]
    assert same[0].tobytes() == same[1].tobytes()


def test_where_nothing_leaves_it_is_what_would_be_asked() -> None:
    out = licensed(world(1.0, 0.0), capacity="0 %", grant_rate="100 %")
    abroad = out.price("metal", "ZB")
    assert out.column("price_fob_index", "metal", "ZA")[40:] == pytest.approx(abroad[39:-1])


def test_both_engines_agree() -> None:
    ours, other = (licensed(world(0.7), engine=engine) for engine in (None, get_engine("batch")))
    assert ours.weekly.tobytes() == other.weekly.tobytes()

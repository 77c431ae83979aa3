"""The shipped worlds through the project's own loader."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from supplyrisk.spec.load import read_world
from supplyrisk.spec.worldfile import tables_of

WORLDS = Path(__file__).parent.parent / "sim" / "supplyrisk" / "worlds"
NAMES = sorted(p.parent.name for p in WORLDS.glob("*/world.yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_worlds_load_keeps_every_row(name: str) -> None:
    loaded = read_world(name)
    rows = sum(len(pd.read_csv(path, dtype=str)) for path in tables_of(WORLDS / name))
    assert len(loaded.facts) == rows
    assert "CN" in loaded.world.zones
    assert loaded.names.groups["rest_of_world"] == ("ROW",)
    uncertain = [fact for fact in loaded.facts if fact.uncertain is not None]
    assert len(uncertain) > 50  # every batch has honest spread


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("ndfeb", "CN JP US DE REU KR VN IN TH MY MM AU ROW"),
        ("gallium", "CN JP KR US DE REU KZ AU CA IN"),
        ("antimony", "CN TH MX US"),
        ("tungsten", "CN KZ KR US VN"),
        ("germanium", "CN US CA"),
        ("graphite", "CN US KR JP"),
        ("bismuth", "CN KR JP US DE"),
        ("magnesium", "CN US DE JP IL TR"),
        ("cobalt", "CD ID CN FI JP KR US DE"),
    ],
)
def test_worlds_have_the_countries_that_scenarios_speak_of(name: str, needed: str) -> None:
    assert set(needed.split()) <= set(read_world(name).world.countries)

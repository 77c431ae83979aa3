"""`world NAME --draw`: what is drawn is the world's balance."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from supplyrisk.cli import main
from supplyrisk.commands.world_drawing import OTHERS, baseline_flows, gathered, shares
from supplyrisk.spec.apply import output_shares
from supplyrisk.spec.load import read_world


@pytest.mark.parametrize("name", ["ndfeb", "tungsten"])
def test_blocks_of_makers_are_the_shares_of_output(name: str) -> None:
    loaded = read_world(name)
    values = {fact.key: fact.value for fact in loaded.facts}
    flows = baseline_flows(loaded)
    for product in loaded.world.products:
        drawn = shares(flows, product.id, 1)
        known = {c: s for c, s in output_shares(values, product.id).items() if s > 0}
        assert set(drawn) == set(known)
        for country, share in known.items():
            assert drawn[country] == pytest.approx(share, rel=1e-6)


def test_gathering_small_countries_loses_no_tonne() -> None:
    flows = {("ore", "CN", "CN"): 980.0, ("ore", "US", "CN"): 19.0, ("ore", "US", "US"): 1.0}
    part = gathered(flows, ["ore"])
    assert sum(part.values()) == pytest.approx(1.0)
    assert part["ore", "US", "CN"] == pytest.approx(0.019)  # exactly 2 % is not small
    smaller = gathered({**flows, ("ore", "CN", "CN"): 9800.0}, ["ore"])
    assert set(smaller) == {("ore", "CN", "CN"), ("ore", OTHERS, "CN"), ("ore", OTHERS, OTHERS)}


@pytest.mark.parametrize(("ending", "head"), [("svg", b"<?xml"), ("png", b"\x89PNG")])
def test_a_drawing_is_written(tmp_path: Path, ending: str, head: bytes) -> None:
    file = tmp_path / "deep" / f"gallium.{ending}"
    result = CliRunner().invoke(main, ["world", "gallium", "--draw", str(file)])
    assert result.exit_code == 0, result.output
    assert file.read_bytes().startswith(head)


def test_other_endings_and_no_name_are_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["world", "gallium", "--draw", str(tmp_path / "x.bmp")])
    assert result.exit_code == 2
    assert ".svg or a .png" in result.output
    result = CliRunner().invoke(main, ["world", "--draw", str(tmp_path / "x.svg")])
    assert result.exit_code == 2
    assert "name of a world" in result.output

"""Event types are found, not listed: those of the folder, and those that another package brings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from supplyrisk.events.base import GROUPS, Event
from supplyrisk.events.registry import EVENT_TYPE_BY_NAME, EVENT_TYPES, type_name

ROOT = Path(__file__).parents[1]
TYPES = ROOT / "sim" / "supplyrisk" / "events" / "types"

PORTS = '''
from collections.abc import Iterator
from typing import ClassVar, Literal
from supplyrisk.events.base import Group
from supplyrisk.events.effects import Effect, Select
from supplyrisk.events.example import Example, row
from supplyrisk.events.lanes import LaneEvent
from supplyrisk.language.context import LowerContext


class HarbourFire(LaneEvent):
    """Dockers strike."""

    group: ClassVar[Group] = "trade and routes"

    type: Literal["harbour_fire"]
    """harbour_fire"""

    def what(self, ctx: LowerContext) -> str:
        return f"dockers of {self.sellers(ctx)} strike"

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        yield self.effect(ctx, "close", self.select(ctx), 1.0)

    example: ClassVar[Example] = Example(
        "origins: CN", sentence="Dockers of China strike.", rows=(row("close", Select(origins=("CN",)), 1.0),)
    )
'''
SCENARIO = """
title: a strike
world: ndfeb
horizon: {start: 2026-01-01, years: 1}
outlook: calm
events:
  - {type: harbour_fire, origins: CN, products: ht_magnet, start: 2026-05-01, duration: 4 weeks}
"""


def install(folder: Path, source: str) -> None:
    """A package as pip leaves it: a module, and what says which entry points it has."""
    (folder / "ports.py").write_text(source)
    about = folder / "ports-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: ports\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[supplyrisk.events]\nports = ports\n")


def explain(folder: Path) -> subprocess.CompletedProcess[str]:
    """`explain` of a scenario with a strike, where packages of `folder` are installed."""
    (folder / "strike.yaml").write_text(SCENARIO)
    env = os.environ | {"PYTHONPATH": f"{ROOT / 'sim'}{os.pathsep}{folder}"}
    command = [sys.executable, "-m", "supplyrisk.cli", "explain", "strike.yaml"]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False)


def test_every_file_of_the_folder_holds_types_and_none_is_listed() -> None:
    files = {path.stem for path in TYPES.glob("*.py")} - {"__init__"}
    assert {cls.__module__.rpartition(".")[2] for cls in EVENT_TYPES} == files
    assert len(EVENT_TYPES) == len(EVENT_TYPE_BY_NAME)


def test_the_order_depends_on_groups_and_names_alone() -> None:
    keys = [(GROUPS.index(cls.group), type_name(cls)) for cls in EVENT_TYPES]
    assert keys == sorted(keys)
    assert {cls.group for cls in EVENT_TYPES} == set(GROUPS)


def test_what_types_have_in_common_is_no_type() -> None:
    assert Event not in EVENT_TYPES
    assert all(not cls.__name__.startswith("_") for cls in EVENT_TYPES)


def test_a_package_brings_a_type(tmp_path: Path) -> None:
    assert "unknown" in explain(tmp_path).stderr or "harbour_fire" in explain(tmp_path).stderr
    install(tmp_path, PORTS)
    done = explain(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "From 1 May 2026 for 4 weeks, dockers of China strike." in done.stdout


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import nothing_of_this_name", "package ports (ports = ports) can't be loaded: ModuleNotFoundError"),
        (PORTS.replace('"harbour_fire"', '"tariff"'), "two event types are called tariff: "),
        (PORTS.replace("    example: ", "    other: "), "event type harbour_fire has no example of its own"),
        (
            PORTS.replace('"trade and routes"', '"ports"'),
            "the group of event type harbour_fire must be one of controls",
        ),
    ],
)
def test_a_package_that_brings_no_proper_type_is_named(tmp_path: Path, source: str, said: str) -> None:
    install(tmp_path, source)
    done = explain(tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr

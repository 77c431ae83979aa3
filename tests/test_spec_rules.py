"""Two rules on one trade: what contradicts, what is a rule for a part, what does nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from .spec_files import GOOD, TINY, faults, load

HEAD = f"title: Rules\nworld: {TINY.as_posix()}\nhorizon: {{start: 2025-01-01, years: 4}}\nevents:\n"
BAN = "type: export_ban, products: part, origins: CN"
OFFICE = "type: licence_regime, products: part, origins: CN"


def rules(*events: str) -> str:
    return HEAD + "".join(f"  - {{{event}}}\n" for event in events)


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        # a certain time and a range of it are judged alike
        ("start: 2025-02-01, duration: 26 weeks", "start: 2025-06-01", "both stop part CN -> JP in the same weeks"),
        (
            "start: 2025-02-01, duration: {uniform: [25.9 weeks, 26.1 weeks]}",
            "start: 2025-06-01",
            "both stop part CN -> JP in the same weeks",
        ),
        ("start: 2025-02-01, duration: 26 weeks", "start: 2025-09-01", ""),
        ("start: 2025-02-01, duration: {uniform: [25.9 weeks, 26.1 weeks]}", "start: 2025-09-01", ""),
        (
            "start: {uniform: [2025-08-01, 2025-08-03]}, duration: 26 weeks",
            "start: 2025-02-01, end: 2025-07-01",
            "",
        ),
        (
            "start: {uniform: [2025-06-01, 2025-06-03]}, duration: 26 weeks",
            "start: 2025-02-01, end: 2025-07-01",
            "both stop part",
        ),
        (
            "start: 2025-06-01",
            "start: {pert: [2025-02-01, 2025-03-01, 2025-09-01]}, duration: 26 weeks",
            "both stop part",
        ),
    ],
)
def test_overlaps_of_uncertain_times(tmp_path: Path, first: str, second: str, said: str) -> None:
    found = faults(tmp_path, rules(f"{BAN}, name: one, {first}", f"{BAN}, name: two, {second}"))
    assert len(found) == (1 if said else 0), found
    assert all(said in line for line in found)


START = "start: 2025-02-01"


@pytest.mark.parametrize(
    ("general", "own", "said"),
    [
        (f"{OFFICE}, capacity: 60 %", f"{OFFICE}, destinations: JP, capacity: 20 %", ""),
        (f"{OFFICE}, capacity: 60 %", f"{OFFICE}, capacity: 20 %", "both license part CN -> JP in the same weeks"),
        (
            f"{OFFICE}, capacity: 20 %",
            f"{OFFICE}, destinations: JP, capacity: 60 %",
            "does nothing: of two rules on one",
        ),
        (f"{OFFICE}, capacity: {{start: 20 %, 1 year: 90 %}}", f"{OFFICE}, destinations: JP, capacity: 60 %", ""),
        (f"{OFFICE}, capacity: 60 %", f"{OFFICE}, destinations: JP, officers: 3", ""),
        (f"{BAN}, share: 50 %", f"{BAN}, destinations: JP", ""),
        (f"{BAN}", f"{BAN}, destinations: JP, share: 50 %", "'general' is at least as strict on all of these lanes"),
        (f"{BAN.replace('origins: CN', 'origins: [CN, JP]')}, share: 50 %", f"{BAN}", ""),
    ],
)
def test_a_rule_for_a_part_of_the_lanes(tmp_path: Path, general: str, own: str, said: str) -> None:
    for text in (
        rules(f"{general}, name: general, {START}", f"{own}, name: own, {START}"),
        rules(f"{own}, name: own, {START}", f"{general}, name: general, {START}"),
    ):
        found = faults(tmp_path, text)
        assert len(found) == (1 if said else 0), found
        assert all(said in line or "both license" in line for line in found)


def test_a_policy_may_lay_a_wider_rule_on_a_narrow_one(tmp_path: Path) -> None:
    """In the policy's arm the narrow ban does nothing any more, which is what the policy is about."""
    narrow = f"{BAN}, destinations: JP, name: narrow, share: 50 %, {START}"
    policy = f"policies:\n  answer:\n    events:\n      - {{{BAN}, name: wide, start: 2025-01-15}}\n"
    assert faults(tmp_path, rules(narrow) + policy) == []


def test_the_good_file_has_no_rule_too_many(tmp_path: Path) -> None:
    assert load(tmp_path, GOOD).scenarios


@pytest.mark.parametrize(
    ("regime", "is_refused"),
    [("start: 2025-06-01", True), ("start: 2025-01-15", False), ("start: 2025-01-05, duration: 4 weeks", True)],
)
def test_a_freeze_needs_a_regime_while_it_lasts(tmp_path: Path, regime: str, is_refused: bool) -> None:
    freeze = "type: licence_freeze, products: part, origins: CN, start: 2025-02-10, duration: 8 weeks"
    found = faults(tmp_path, rules(f"{OFFICE}, capacity: 60 %, name: office, {regime}", f"{freeze}, name: halt"))
    assert bool(found) is is_refused, found
    assert all("none of these goods needs a licence while it lasts" in line for line in found)

"""The record of past episodes that README, documentation and reports quote is what the program gives."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import pytest
from supplyrisk.backtest.episode import episodes_in
from supplyrisk.backtest.error import read_residuals
from supplyrisk.backtest.record import record
from supplyrisk.backtest.run import score, shipped_episodes
from supplyrisk.commands import backtest as command

TOLERANCE = 2e-3  # relative: numbers are stored with four digits
RENEW = "Renew with `python run_scenario.py backtest --update-summary` and say in CHANGELOG.md why they moved."


def differences(stored: Any, found: Any, path: str = "") -> Iterator[str]:
    """Where two records differ by more than the rounding of what is stored."""
    if isinstance(stored, dict) and isinstance(found, dict):
        for key in sorted({*stored, *found}):
            yield from differences(stored.get(key), found.get(key), f"{path}.{key}")
    elif isinstance(stored, list) and isinstance(found, list) and len(stored) == len(found):
        for i, (one, other) in enumerate(zip(stored, found)):
            yield from differences(one, other, f"{path}[{i}]")
    elif isinstance(stored, float) or isinstance(found, float):
        numbers = isinstance(stored, int | float) and isinstance(found, int | float)
        if not numbers or not math.isclose(stored, found, rel_tol=TOLERANCE, abs_tol=1e-6):
            yield f"{path}: {stored} -> {found}"
    elif stored != found:
        yield f"{path}: {stored} -> {found}"


@pytest.mark.slow
def test_the_quoted_record_is_reproduced() -> None:
    """All shipped episodes, both ways, with the runs and the seed of the record: hits to the digit, scores to their rounding."""
    stored = json.loads(command.SUMMARY.read_text(encoding="utf-8"))
    left = read_residuals()
    scores = [score(one, stored["runs"], stored["seed"], left=left) for one in episodes_in(shipped_episodes())]
    found = json.loads(json.dumps(record(scores, left, stored["runs"], stored["seed"])))
    lines = list(differences(stored, found))
    assert not lines, "\n".join((*lines[:30], f"{len(lines)} numbers of the record moved. {RENEW}"))


def test_a_number_a_word_and_a_missing_key_are_differences() -> None:
    stored = {"hits": 3, "ratio": 0.5471, "note": "x", "pit": [0.1, None]}
    assert list(differences(stored, {**stored, "ratio": 0.5475})) == []
    for other in ({"hits": 4}, {"ratio": 0.56}, {"ratio": None}, {"note": "y"}, {"pit": [0.1]}, {"pit": [0.2, None]}):
        assert len(list(differences(stored, {**stored, **other}))) == 1
    assert list(differences(stored, {key: stored[key] for key in ("hits", "note", "pit")})) == [
        ".ratio: 0.5471 -> None"
    ]

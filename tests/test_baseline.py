"""Results that move do so with a reason: three shipped scenarios give what is stored in tests/baseline.yaml."""

from __future__ import annotations

import pytest

from .tool_modules import load_tool

tool = load_tool("renew_baseline")


@pytest.mark.parametrize("scenario", tool.SCENARIOS)
def test_results_are_those_stored(scenario: str) -> None:
    lines = list(tool.moved(tool.stored()[scenario], tool.measure(scenario)))
    assert not lines, "\n".join(
        (
            f"results moved in {scenario}:",
            *lines,
            "If they should: say why in CHANGELOG.md and renew with `python tools/renew_baseline.py`.",
        )
    )


def test_what_is_stored_is_what_is_asked_for() -> None:
    for scenario, outcomes in tool.SCENARIOS.items():
        assert list(tool.stored()[scenario]) == [" ".join(one) for one in outcomes]


def test_a_thousandth_a_missing_number_and_a_missing_outcome_are_moves() -> None:
    numbers = {"p10": 1.0, "p50": 2.0, "p90": 3.0}
    before = {"price": numbers}
    assert list(tool.moved(before, {"price": {**numbers, "p50": 2.0 * (1.0 + 1e-8)}})) == []
    assert list(tool.moved(before, {"price": {**numbers, "p50": 2.002}})) == ["price: p50 2.0 -> 2.002"]
    assert list(tool.moved(before, {"price": {**numbers, "p90": None}})) == ["price: p90 3.0 -> None"]
    assert len(list(tool.moved(before, {}))) == 1
    assert len(list(tool.moved({}, before))) == 1


def test_numbers_are_stored_as_they_are_compared(tmp_path, monkeypatch) -> None:
    found = {"one": {"arm metric all world": {"p10": 0.25, "p50": None, "p90": 3.5e10}}}
    monkeypatch.setattr(tool, "BASELINE", tmp_path / "baseline.yaml")
    (tmp_path / "baseline.yaml").write_text(tool.written(found))
    assert tool.stored() == found

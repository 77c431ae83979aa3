"""Events that come again have their days in the timeline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import supplyrisk
from supplyrisk.report.run import open_run
from supplyrisk.report.timeline import timeline

from .study_files import SHORT

SHORT_BAN = {"events.ban.duration": "4 weeks"}
CERTAIN = SHORT.replace("    announced: 2025-03-20\n", "")


def moments(folder: Path, kind: str, **changed: Any) -> list[tuple[str, str]]:
    results = supplyrisk.run(CERTAIN, runs=2, engine="reference", workers=1, **SHORT_BAN, **changed)
    return [(m.when, m.text) for m in timeline(open_run(results.save(folder / "run").folder)) if m.kind == kind]


def test_every_time_has_its_day(tmp_path: Path) -> None:
    found = moments(tmp_path, "event", **{"events.ban.every": "91 days"})
    assert [when for when, _ in found] == ["4 Apr 2025", "4 Jul 2025", "3 Oct 2025"]
    assert "again every 13 weeks" in found[0][1]
    assert found[1][1] == "The export ban “ban” comes again"


def test_many_times_are_told_by_the_first_and_the_last(tmp_path: Path) -> None:
    often = {"events.ban.every": "35 days", "events.ban.probability": "50 %"}
    found = moments(tmp_path, "event", **often)
    assert len(found) == 6
    assert found[-1] == ("5 Dec 2025", "The export ban “ban” may come again, the last of 3 more times")


def test_what_comes_by_chance_has_its_first_day(tmp_path: Path) -> None:
    (found,) = moments(tmp_path, "event", **{"events.ban.chance": "40 %"})
    assert found[0] == "from 4 Apr 2025 on, by chance"


@pytest.mark.parametrize("start", ["2025-04-04", "2025-06-06"])
def test_a_policy_that_comes_again_is_not_called_triggered(tmp_path: Path, start: str) -> None:
    duty = {"type": "tariff", "destinations": "JP", "products": "metal", "rate": "5 %", "start": start}
    duty |= {"duration": "4 weeks", "every": "120 days"}
    found = moments(tmp_path, "policy", policies={"reserve": {"events": [duty]}})
    assert len(found) == (3 if start == "2025-04-04" else 2)
    assert not any("triggered" in when for when, _ in found)

"""The template: it runs as it is, and every line it offers can be used."""

from __future__ import annotations

import re
from pathlib import Path

from supplyrisk.events.registry import EVENT_TYPE_BY_NAME
from supplyrisk.language.text import parse_text
from supplyrisk.spec.load import Loaded, text_scenario
from supplyrisk.spec.scenario import ScenarioSpec

PATH = Path(__file__).parents[1] / "scenarios" / "template.yaml"
OFFERED = re.compile(r"#(?=[a-z_]+:|  )")


def uncommented(text: str) -> str:
    """Every offered line in use."""
    lines = []
    for line in text.splitlines():
        ready = OFFERED.match(line) is not None
        lines.append(line[1:] if ready and not line.startswith("#extends") else line)
    return "\n".join(lines)


def test_it_is_fine_as_it_is() -> None:
    loaded = text_scenario(PATH.read_text(encoding="utf-8"), PATH)
    assert [arm.name for arm in loaded.scenarios[0].arms] == ["baseline", "scenario", "policy:reserve"]
    assert loaded.notes == ()


def everything() -> Loaded:
    # Examples stand beside each other for reading; two of them license or stop the same trade at one time.
    text = uncommented(PATH.read_text(encoding="utf-8"))
    return text_scenario(text, PATH)


def test_every_line_it_offers_can_be_used() -> None:
    loaded = everything()
    used = {item.event.type for item in loaded.resolutions[0].placed}
    unused = set(EVENT_TYPE_BY_NAME) - used
    assert len(unused) <= len(EVENT_TYPE_BY_NAME) // 8, unused  # a rare type may be shown in the reference only


def test_it_shows_every_section() -> None:
    text = uncommented(PATH.read_text(encoding="utf-8")).replace("#extends", "extends")
    shown = {key for key, _ in parse_text(text, "template.yaml").items()}
    assert shown == set(ScenarioSpec.model_fields)

"""The live answer's page draws with names from the files, so that nothing in it may become markup."""

from __future__ import annotations

import re
from pathlib import Path

import supplyrisk

STATIC = Path(supplyrisk.__file__).parent / "workbench" / "static"


def test_what_is_drawn_is_text() -> None:
    script = (STATIC / "chart.js").read_text()
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|new Function|eval\(", script)
    assert 'renderMode: "richText"' in script
    assert "animation: true" not in script

"""Write the stub by which the type checker knows every array of a run's memory.

    python tools/layout_stub.py

To be run after an array or a dimension has been declared, renamed or dropped; a test says when the stub is out of date.
"""

from __future__ import annotations

import sys
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[1] / "sim"
STUB = SOURCES / "supplyrisk" / "model" / "layout_types.pyi"


def main() -> None:
    """Write the file."""
    sys.path.insert(0, str(SOURCES))
    from supplyrisk.model.layout import stub

    STUB.write_text(stub(), encoding="utf-8")
    print(f"{STUB}: written")


if __name__ == "__main__":
    main()

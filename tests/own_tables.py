"""Tables of own numbers on the invented world, for the tests of laying them over it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from supplyrisk.commands.world_export import export_world
from supplyrisk.errors import Problems
from supplyrisk.spec.cells import lookup
from supplyrisk.spec.facts import HEADER
from supplyrisk.spec.load import Loaded, read_scenario, read_world

from .spec_files import TINY, put

HEAD = f"title: x\nworld: {TINY.as_posix()}\nhorizon: {{start: 2025-01-01, years: 3}}\n"
OURS = {"year": "2025", "source": "our survey", "confidence": "medium"}


def row(parameter: str, value: str, unit: str, **given: str) -> dict[str, str]:
    return {"parameter": parameter, "value": value, "unit": unit} | OURS | given


def table(path: Path, *rows: dict[str, str], header: Iterable[str] = HEADER) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(header), restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def load(folder: Path, baseline: str, head: str = HEAD, rest: str = "") -> Loaded:
    return read_scenario(put(folder, f"{head}baseline:\n  {baseline}\n{rest}"))


def said(folder: Path, baseline: str, head: str = HEAD) -> list[str]:
    try:
        load(folder, baseline, head)
    except Problems as problems:
        return [str(problem).replace(f"{folder}/", "") for problem in problems.problems]
    return []


def central(loaded: Loaded, *key: str) -> float:
    value = lookup(loaded.resolutions[0].after, key)
    assert value is not None
    return value


def workbook(folder: Path, change: Callable[[Any], None], name: str = "own.xlsx") -> Path:
    """The tiny world's workbook after somebody worked on it."""
    from openpyxl import load_workbook

    path = folder / name
    export_world(read_world(TINY), path, "tiny")
    book = load_workbook(path)
    change(book)
    book.save(path)
    return path


def find(sheet: Any, *names: str) -> int:
    """Number of the row that names these."""
    for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        if set(names) <= set(cells[:6]):
            return number
    raise LookupError(names)


CELL = "cover_weeks"
JP = {"product": "part", "country": "JP"}

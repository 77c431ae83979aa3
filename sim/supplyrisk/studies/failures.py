"""Runs that failed inside a study: how many in which cell, told and not passed over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from .answer import Answer, Table

if TYPE_CHECKING:
    from .found import Found, Placed

TOLD = 3  # cells named in the warning


@dataclass(frozen=True)
class Failed:
    """Runs of one arm of a cell that broke down."""

    cell: int
    placed: Placed
    arm: str
    runs: int
    of: int


def failures(found: Found) -> Iterator[Failed]:
    """Every arm of a cell in which some run failed; each unit is read once."""
    seen: dict[int, tuple[int, int]] = {}
    for number, placed in enumerate(found.placed):
        for arm, unit in placed.units.items():
            if unit not in seen:
                fine = found.inputs(placed, arm).values[:, 0]
                seen[unit] = int(np.sum(fine == 0.0)), len(fine)
            runs, of = seen[unit]
            if runs:
                yield Failed(number, placed, arm, runs, of)


def failed_of(failed: list[Failed]) -> int:
    """Runs that failed, those that cells share counted once."""
    runs = {each.placed.units[each.arm]: each.runs for each in failed}
    return sum(int(number) for number in runs.values())


def with_failures(answer: Answer, failed: list[Failed]) -> Answer:
    """The answer with a warning and a table, if any run failed."""
    if not failed:
        return answer
    worst = sorted(failed, key=lambda each: (-each.runs / each.of, each.cell))[:TOLD]
    named = "; ".join(f"{_cell(each)} ({each.runs:,} of {each.of:,})" for each in worst)
    more = f" and {len(failed) - len(worst):,} more" if len(failed) > len(worst) else ""
    lost = failed_of(failed)
    text = (
        f"Warning: {lost:,} {'run failed and is' if lost == 1 else 'runs failed and are'} left out of every number: {named}{more}. "
        "What is left may not be like what failed; the table of failed runs has the number per cell."
    )
    return replace(answer, notes=(text, *answer.notes), tables=(*answer.tables, _table(failed)))


def _cell(each: Failed) -> str:
    keys = ", ".join(f"{key} {value}" for key, value in each.placed.cell.keys.items() if value)
    return f"{keys or f'cell {each.cell}'}, {each.arm}"


def _table(failed: list[Failed]) -> Table:
    import pandas as pd

    rows = [(each.cell, _cell(each), each.placed.world.name, each.arm, each.runs, each.of) for each in failed]
    frame = pd.DataFrame(rows, columns=["cell", "what", "world", "arm", "failed runs", "of"])
    return Table("failed runs", "Runs that failed", frame, "Cells that come to the same share their runs.")

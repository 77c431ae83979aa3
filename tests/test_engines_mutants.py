"""The comparison of engines can fail: whatever is changed in one of them is found."""

from __future__ import annotations

import importlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from supplyrisk.engines.compiled.engine import BatchEngine
from supplyrisk.engines.compiled.kernel import run_one
from supplyrisk.engines.simpy_engine import ReferenceEngine
from supplyrisk.model.compile import CompiledModel

from .engines_compared import PLAIN, crowded, difference
from .first_difference import first_difference

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def crowd() -> CompiledModel:
    return crowded()


# File, what stands there, what is put in its place in one of the two engines.
MUTATIONS = (
    ("engines/compiled/kernel.py", "(until - day) / 7.0", "(until - day) / 7.000001"),
    (
        "engines/compiled/kernel.py",
        "leave(L, F, I, entity, amount, day, day + 1, content)",
        "leave(L, F, I, entity, amount, day, day + 2, content)",
    ),
    ("engines/compiled/kernel.py", "filed = extra % 1048576", "filed = extra % 1048577"),
    (
        "engines/compiled/kernel.py",
        "if applications.struck_out(L, F, I, office, lane, filed, lot, day) == 1:",
        "if False:",
    ),
    ("engines/compiled/calendar.py", "carrier) + 6) // 7", "carrier) + 7) // 7"),
    ("engines/compiled/calendar.py", "carrier) % 7 == weekday", "carrier) % 8 == weekday"),
    ("engines/compiled/kernel.py", "or rank < I[first]", "or rank > I[first]"),
    ("engines/compiled/kernel.py", "elif day % 7 == 0", "elif day % 7 == 8"),
    ("engines/simpy_engine.py", "done = today + draws", "done = 1 + today + draws"),
    ("engines/simpy_engine.py", "cut if late > 0.0 else day + 7", "day + 7"),
    ("model/economics.py", "(new - old) * rate", "(new - old) * (rate + 1e-9)"),
    ("model/economics.py", "365.25 / 7.0", "365.24 / 7.0"),
    ("model/production.py", "0.2 * wanted", "0.20000000000000004 * wanted"),
    ("model/market.py", "SEIZURE = 7", "SEIZURE = 12"),
    ("streams.py", "0xD2511F53", "0xD2511F55"),
)


@pytest.fixture
def mutant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A copy of both engines and all they stand on as package `mutant`, with one text replaced."""

    def make(file: str, old: str, new: str) -> None:
        for folder in ("model", "operations", "measures", "engines", "events", "spec", "language"):
            shutil.copytree(
                ROOT / "sim" / "supplyrisk" / folder,
                tmp_path / "mutant" / folder,
                ignore=shutil.ignore_patterns("__py*"),
            )
        for source in (ROOT / "sim" / "supplyrisk").glob("*.py"):
            shutil.copy(source, tmp_path / "mutant")
        text = (tmp_path / "mutant" / file).read_text()
        assert old in text, f"{file} no longer has {old}"
        (tmp_path / "mutant" / file).write_text(text.replace(old, new))

    monkeypatch.syspath_prepend(tmp_path)
    yield make
    for name in [name for name in sys.modules if name.split(".")[0] == "mutant"]:
        del sys.modules[name]


@pytest.mark.parametrize(("file", "old", "new"), MUTATIONS)
def test_one_constant_changed_in_one_engine_is_found(
    mutant: Any, crowd: CompiledModel, file: str, old: str, new: str
) -> None:
    mutant(file, old, new)
    if file == "engines/simpy_engine.py":
        changed = importlib.import_module("mutant.engines.simpy_engine").ReferenceEngine()
        assert difference(crowd, PLAIN, reference=changed) != ""
        return
    # Imported before the loop over runs, so that the copied kernel uses the copied model.
    kernel = importlib.import_module("mutant.engines.compiled.kernel")

    def run_mutant(work: Any, arm_events: Any, key: int, out: Any) -> None:
        floats, ints, results = work.floats.tolist(), work.ints.tolist(), out.tolist()
        kernel.run_one(work.layout, floats, ints, arm_events.tolist(), key, results)
        work.floats[:], work.ints[:], out[:] = floats, ints, results

    assert kernel.run_one is not run_one
    assert difference(crowd, BatchEngine(kernel=run_mutant)) != ""


def test_an_unchanged_copy_is_not_found(mutant: Any, crowd: CompiledModel) -> None:
    mutant("streams.py", "STREAM_REVIEW_DAYS = 3", "STREAM_REVIEW_DAYS = 3")
    changed = importlib.import_module("mutant.engines.simpy_engine").ReferenceEngine()
    same = changed.run(crowd, 1, 0, 1, np.zeros(0), True)
    assert first_difference(crowd, ReferenceEngine().run(crowd, 1, 0, 1, np.zeros(0), True), same) == ""


def test_the_first_difference_is_named(crowd: CompiledModel) -> None:
    one = ReferenceEngine().run(crowd, 1, 0, 1, np.zeros(0), True)
    other = PLAIN.run(crowd, 1, 0, 1, np.zeros(0), True)
    assert one.trace is not None
    assert other.trace is not None
    other.trace.amount_t[5] += 1.0
    assert first_difference(crowd, one, other).startswith(f"event 5: day {one.trace.day[5]}, ")
    other.trace.amount_t[5] = one.trace.amount_t[5]
    other.weekly[3, 1] = -other.weekly[3, 1]
    said = first_difference(crowd, one, other)
    assert said.startswith("weekly row 3, price_spot_index ore ZB")

"""Machine code on the disk is found again by every copy of the sources it was made from."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import numpy as np
from supplyrisk.engines import get_engine
from supplyrisk.engines.compiled.jit import cache_folder
from supplyrisk.model.compile import compile_scenario

from .small_worlds import pair, scenario

ROOT = Path(__file__).parents[1]
RUN = """
import numpy as np
from supplyrisk.engines import get_engine
from supplyrisk.engines.compiled.jit import __file__ as file
from supplyrisk.model.compile import compile_scenario
from tests.small_worlds import pair, scenario
get_engine("batch").run(compile_scenario(scenario(pair(), years=0.1)), 0, 0, 1, np.zeros(0))
print(file)
"""


def test_another_copy_of_the_same_sources_compiles_nothing(tmp_path: Path) -> None:
    get_engine("batch").run(compile_scenario(scenario(pair(), years=0.1)), 0, 0, 1, np.zeros(0))
    folder = cache_folder(metadata.version("numba"))
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*.nbc")}
    assert before
    for name in ("sim", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, copy_function=shutil.copy)  # new dates
    place = {**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), str(tmp_path / "sim")))}
    done = subprocess.run(
        [sys.executable, "-c", RUN], cwd=tmp_path, env=place, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(str(tmp_path))
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.nbc")} == before

"""The layout as the type checker sees it: every declared array, no other, and a misspelt one is found."""

from __future__ import annotations

import shutil
from pathlib import Path

import mypy.api
from supplyrisk.model.arrays import DIMENSIONS
from supplyrisk.model.layout import ALL, CALENDAR, Layout, make_layout, stub

STUB = Path(__file__).parents[1] / "sim" / "supplyrisk" / "model" / "layout_types.pyi"


def test_the_stub_is_current() -> None:
    assert STUB.read_text(encoding="utf-8") == stub(), "write it again with: python tools/layout_stub.py"


def test_it_names_what_is_declared_and_nothing_else() -> None:
    declared = [*(f"n_{name}" for name, _ in DIMENSIONS), *(array.name for array in ALL), *CALENDAR]
    assert list(Layout._fields) == declared
    assert len(set(declared)) == len(declared)


def test_arrays_lie_side_by_side() -> None:
    sizes = {name: number for number, (name, _) in enumerate(DIMENSIONS, 1)}
    layout, n_floats, n_ints = make_layout(sizes)
    ends = {"float": 0, "int": 0}
    for array in ALL:
        assert getattr(layout, array.name) == ends[array.kind]
        ends[array.kind] += 1 if array.dim == "one" else sizes[array.dim]
    assert (n_floats, n_ints) == (ends["float"], ends["int"])


ASKS = """
from .arrays import Floats
from .layout_types import Layout

def stock(L: Layout, F: Floats) -> float:
    return F[L.site_stock] + F[L.site_stok]
"""


def test_the_type_checker_finds_a_misspelt_array(tmp_path: Path) -> None:
    """On the two files that say it alone, which takes a second or two."""
    package = tmp_path / "memory"
    package.mkdir()
    for name in ("arrays.py", "layout_types.pyi"):
        shutil.copy(STUB.parent / name, package)
    (package / "__init__.py").touch()
    (package / "asks.py").write_text(ASKS, encoding="utf-8")
    found, _, status = mypy.api.run([str(package), "--config-file=", f"--cache-dir={tmp_path / 'cache'}"])
    assert status == 1
    assert found.count("error:") == 1
    assert '"Layout" has no attribute "site_stok"' in found

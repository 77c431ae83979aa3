"""What makes a page small and fast changes nothing of what it shows."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from supplyrisk.report import style
from supplyrisk.report.run import open_run
from supplyrisk.report.squeeze import Shared, path, squeeze
from supplyrisk.report.world_tiles import COLUMNS, EU, ROWS, TILES, place_of
from supplyrisk.results import long_batches, stored

from tests.report_runs import make_run_folder

NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)")


def points(d: str) -> list[tuple[float, float]]:
    """Places a path goes through, of either notation."""
    found: list[tuple[float, float]] = []
    x = y = 0.0
    start = (0.0, 0.0)
    for command, text in re.findall(r"([MLmlhvz])([^MLmlhvz]*)", d):
        numbers = [float(n) for n in NUMBER.findall(text)]
        if command == "z":
            x, y = start
        elif command in "hv":
            for n in numbers:
                x, y = (x + n, y) if command == "h" else (x, y + n)
                found.append((x, y))
        else:
            for a, b in zip(numbers[::2], numbers[1::2], strict=True):
                x, y = (a, b) if command in "ML" else (x + a, y + b)
                if command in "Mm":
                    start = (x, y)
                found.append((x, y))
    return found


def distance(point: tuple[float, float], line: list[tuple[float, float]]) -> float:
    """From a point to a polyline."""
    p = np.asarray(point)
    best = np.inf
    for a, b in pairwise(line):
        start, step = np.asarray(a), np.asarray(b) - np.asarray(a)
        size = float(step @ step)
        t = 0.0 if size == 0 else float(np.clip((p - start) @ step / size, 0, 1))
        best = min(best, float(np.linalg.norm(p - start - t * step)))
    return best


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(-500, 500), st.floats(-500, 500)), min_size=2, max_size=60))
def test_a_shorter_path_goes_through_the_same_places(line: list[tuple[float, float]]) -> None:
    d = "M " + " \nL ".join(f"{x:.2f} {y:.2f}" for x, y in line) + " \n"
    short = path(d)
    assert len(short) < len(d)
    found = points(short)
    for x, y in line:  # rounding never adds up: the last point is as near as the first
        assert distance((x, y), found) < 0.09
    assert np.allclose(found[-1], line[-1], atol=0.06)


def test_points_on_a_straight_line_are_left_out_but_turns_are_not() -> None:
    assert path("M 0 0 \nL 1 0 \nL 2 0 \nL 5 0 \nL 5 3 \nz") == "m0 0h5v3z"
    assert path("M 0 0 \nL 4 0 \nL 2 0") == "m0 0h4-2"  # turns back
    assert path("M 0.5 0 \nL 0.25 -1.5") == "m.5 0l-.25-1.5"


def test_a_squeezed_figure_keeps_its_texts_lines_and_colours() -> None:
    with style.house_style():
        figure = style.new_figure(style.NARROW, 2.0)
        ax = figure.subplots()
        ax.plot([0, 1, 2], [0, 1, 0], color="#c2410c")
        ax.fill_between([0, 1, 2], [0, 1, 0], color="#0b4f8a", alpha=0.2)
        ax.set_title("Aa")
        svg = style.svg_bytes(figure)
    shared = Shared()
    small = squeeze(svg, "a title & more", shared)
    assert len(small) < len(svg) / 3
    root = ElementTree.fromstring(small)
    names = {item.get("id") for item in root.iter()} - {None}
    used = {item.get("href", "")[1:] for item in root.iter()} - {""}
    used |= set(re.findall(r"url\(#([^)]+)\)", small))
    assert used <= names
    assert 'aria-label="a title &amp; more"' in small
    assert [t.text for t in root.iter() if t.tag.endswith("text")][-1] == "Aa"
    assert "A" in shared.letters[700]  # panel titles are bold
    assert "0" in shared.letters[400]
    classes = set(re.findall(r'class="([^"]+)"', small))
    assert {f".{c}{{" in shared.css for c in classes} == {True}
    for colour in ("#c2410c", "#0b4f8a"):
        assert colour in shared.css


def test_two_figures_of_a_page_share_letters_and_styles_and_no_ids() -> None:
    with style.house_style():
        figure = style.new_figure(style.NARROW, 2.0)
        figure.subplots().set_title("Aa")
        svg = style.svg_bytes(figure)
    shared = Shared()
    first = squeeze(svg, "one", shared)
    before = {weight: set(letters) for weight, letters in shared.letters.items()}, dict(shared.styles)
    second = squeeze(svg, "two", shared)
    assert (shared.letters, shared.styles) == before
    ids = re.findall(r'\bid="([^"]+)"', first + second)
    assert len(ids) == len(set(ids))
    alone = squeeze(svg, "one", prefix="x-")
    assert set(re.findall(r'href="#([^"]+)"', alone)) <= set(re.findall(r'\bid="([^"]+)"', alone))
    assert "<style>" in alone


# --- long batches -----------------------------------------------------------------------------------


def test_outcomes_of_a_long_batch_are_those_of_its_first_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow.parquet as pq

    folder = make_run_folder(tmp_path, runs=12, days=200, arms=("baseline", "scenario"))
    file = folder / "outcomes.parquet"
    table = pq.read_table(file).to_pandas().sort_values("run", kind="stable")  # run after run, as batches write
    schema = pq.read_schema(file)
    table.to_parquet(file, schema=schema, index=False, row_group_size=len(table) // 4)
    whole = open_run(folder).outcomes("shortage_percent", ["scenario"])
    monkeypatch.setattr(stored, "SHAPE_RUNS", 5)
    calls = []
    read = long_batches.first_runs

    def counted(file: Path, keep: object, most: int) -> pd.DataFrame | None:
        calls.append(most)
        return read(file, keep, most)

    monkeypatch.setattr(stored, "first_runs", counted)
    some = open_run(folder).outcomes("shortage_percent", ["scenario"])
    assert calls == [5]
    assert set(some["run"]) == set(range(5))
    names = ["run", "product", "place", "end_use"]
    expected = whole[whole["run"] < 5].set_index(names)["value"]
    pd.testing.assert_series_equal(
        some.set_index(names)["value"].sort_index(), expected.sort_index(), check_index_type=False
    )


def test_a_table_that_is_not_run_after_run_is_read_the_slow_way(tmp_path: Path) -> None:
    import pyarrow.dataset as ds

    folder = make_run_folder(tmp_path, runs=6, days=100, arms=("baseline", "scenario"))
    assert long_batches.first_runs(folder / "outcomes.parquet", ds.field("metric") == "shortage_t", 3) is None


# --- the map ----------------------------------------------------------------------------------------


def test_every_country_has_a_tile_of_its_own_on_the_map() -> None:
    assert len(set(TILES.values())) == len(TILES)
    assert set(TILES) >= EU
    assert all(0 <= x < COLUMNS and 0 <= y < ROWS for x, y in TILES.values())
    assert len(EU) == 27


def test_countries_of_every_shipped_world_are_on_the_map() -> None:
    folder = Path(stored.__file__).parents[1] / "worlds"
    for file in folder.glob("*/*.csv"):
        table = pd.read_csv(file, comment="#", dtype=str, keep_default_na=False)
        for column in {"country", "partner"} & set(table):
            codes = {c for c in table[column] if re.fullmatch(r"[A-Z]{2}", c)} - {"EU"}
            assert codes <= set(TILES), file


def test_members_of_groups() -> None:
    world = {"CN", "DE", "REU", "ROW"}
    assert [place_of(c, world) for c in ("DE", "FR", "BR", "CN")] == ["DE", "REU", "ROW", "CN"]
    assert place_of("FR", {"CN", "ROW"}) == "ROW"
    assert place_of("FR", {"CN", "EU"}) == "EU"
    assert place_of("US", {"CN"}) == ""


@pytest.mark.parametrize(("weeks", "top"), [((0.2, 0.5, 30.0), 8.0), ((20.0, 30.0, 50.0), 40.0), ((), 8.0)])
def test_the_scale_of_shades_tells_the_countries_apart(weeks: tuple[float, ...], top: float) -> None:
    from supplyrisk.report.figures.exposure_tiles import SHADES, steps_of

    steps = steps_of(pd.DataFrame({"p50": list(weeks)}))
    assert steps[-1] == top
    assert len(steps) == len(SHADES) - 1
    assert list(steps) == sorted(steps)

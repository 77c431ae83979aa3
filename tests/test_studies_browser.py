"""The page of a study in a browser: menus and slider redraw what the tables hold, and nothing leaves the machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from playwright.sync_api import Page, sync_playwright

from .study_files import QUICK, run, study

THREE_AXES = """\
study: sweep
title: How long, how much, how much at home
scenario: s.yaml
over:
  - {path: events.ban.duration, name: length, values: [4 weeks, 20 weeks]}
  - {path: events.ban.share, name: part, values: [50 %, 100 %]}
  - {path: baseline.shares.metal.CN, name: at home, values: [60 %, 90 %]}
arms: [scenario]
places: [JP, US]
outcomes: [price_paid_peak_index, shortage_unserved_weeks]
runs: 3
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    options = type(QUICK)(engine="reference", workers=1, pool="threads")
    return run(study(folder, THREE_AXES), folder / "out", options).store.path


@pytest.fixture(scope="module")
def opened(made: Path) -> Iterator[tuple[Page, list[str], list[str]]]:
    """The page, every address it asked for, and every error it met."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1200, "height": 900})
        asked: list[str] = []
        errors: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.goto((made / "study.html").as_uri())
        page.wait_for_selector("html[data-ready=yes]")
        yield page, asked, errors
        browser.close()


def choose(page: Page, name: str, value: str) -> None:
    page.select_option(f"#m-{name}", value)


def slide(page: Page, label: str, step: int) -> None:
    """Move the slider that says `label` to a step."""
    page.locator("label", has_text=label).locator("input[type=range]").evaluate(
        "(slider, step) => { slider.value = step; slider.dispatchEvent(new Event('input')); }", step
    )


def drawn(page: Page) -> list[list[float]]:
    """Numbers of the map that is on the page."""
    found: list[list[float]] = page.evaluate("document.getElementById('explorer').data[0].z")
    return found


def stands(made: Path, **where: Any) -> list[list[float]]:
    """The same numbers out of the table that lies beside it: rows by share, columns by length."""
    table = pd.read_parquet(made / "cells.parquet").astype({"arm": str, "at home": str})
    keep = table["end_use"] == "all"
    for key, value in {"arm": "scenario", "product": "part", **where}.items():
        keep &= table[key] == value
    found = table[keep].pivot_table(index="part", columns="length", values="value", observed=True)
    return found.loc[["50 %", "100 %"], ["4 weeks", "20 weeks"]].to_numpy().tolist()


def test_menus_and_slider_draw_what_the_table_holds(opened: tuple[Page, list[str], list[str]], made: Path) -> None:
    page, _, errors = opened
    choose(page, "outcome", "price_paid_peak_index")
    seen: dict[tuple[str, str, str], str] = {}
    for place in ("JP", "US"):
        choose(page, "place", place)
        for measure, statistic in (("median", "median"), ("mean", "mean")):
            choose(page, "measure", measure)
            for step, share in enumerate(("60 %", "90 %")):
                slide(page, "At home", step)
                wanted = stands(
                    made, outcome="price_paid_peak_index", place=place, statistic=statistic, **{"at home": share}
                )
                assert drawn(page) == [pytest.approx(row, rel=1e-3) for row in wanted]
                seen[place, measure, share] = str(drawn(page))
    shown = seen["JP", "median", "90 %"]
    others = (("US", "median", "90 %"), ("JP", "mean", "90 %"), ("JP", "median", "60 %"))
    assert all(seen[other] != shown for other in others)  # place, measure and slider each draw something else
    assert page.locator("#explorer svg.main-svg").count() > 0
    assert errors == []


def test_another_outcome_changes_figure_and_words(opened: tuple[Page, list[str], list[str]]) -> None:
    page, _, _ = opened
    choose(page, "outcome", "price_paid_peak_index")
    before, said = drawn(page), page.inner_text("#told")
    choose(page, "outcome", "shortage_unserved_weeks")
    assert drawn(page) != before
    assert page.inner_text("#told") != said


def test_no_request_leaves_the_machine(opened: tuple[Page, list[str], list[str]], made: Path) -> None:
    _, asked, _ = opened
    assert asked[0] == (made / "study.html").as_uri()
    assert [address for address in asked[1:] if not address.startswith(("blob:", "data:"))] == []

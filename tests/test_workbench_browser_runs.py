"""Runs, exercises and help in a browser, as an analyst and a facilitator use them: Debian's Chromium, never skipped."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.test_workbench_browser import ARGS, CHROMIUM, COMPILED_MS
from tests.test_workbench_exercise import EXERCISE, SCENARIO

PATIENCE_MS = 60_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("runs")
    (found / "ban.yaml").write_text(
        SCENARIO.replace("title: China", "title: <i>China</i>").replace("runs: 100", "runs: 4")
    )
    (found / "exercise.yaml").write_text(EXERCISE.replace("Ministry in", "<b>Ministry</b> in"))
    return found


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "supplyrisk.cli", "workbench", str(folder), "--no-browser"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    process.terminate()
    assert "Traceback" not in process.communicate(timeout=60)[1]


@pytest.fixture(scope="module")
def context(address: str) -> Iterator[Any]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        made = browser.new_context(viewport={"width": 1280, "height": 900})
        made.set_default_timeout(PATIENCE_MS)
        wrong: list[str] = []
        made.on("weberror", lambda error: wrong.append(str(error.error)))
        page = made.new_page()
        page.goto(address)
        page.close()
        yield made
        assert wrong == []
        browser.close()


def at(context: Any, address: str, path: str) -> Page:
    page: Page = context.new_page()
    page.goto(address.partition("/enter")[0] + path)
    return page


def fits(page: Page) -> None:
    """Nothing sticks out at the side of a telephone."""
    page.set_viewport_size({"width": 390, "height": 800})
    page.wait_for_function("document.documentElement.scrollWidth <= 390")
    page.set_viewport_size({"width": 1280, "height": 900})


def test_a_batch_is_started_followed_and_opened(context: Any, address: str, folder: Path) -> None:
    page = at(context, address, "/runs")
    for label, wrong, right in (("Runs", "-5", "3"), ("Seed", "1.7", "7")):
        page.get_by_label(label, exact=True).fill(wrong)
        page.get_by_role("button", name="Start", exact=True).click()
        expect(page.get_by_text(f"whole number from {1 if label == 'Runs' else 0} to")).to_be_visible()
        page.get_by_label(label, exact=True).fill(right)
    expect(page.get_by_role("list", name="Queue").get_by_role("listitem")).to_have_count(0)
    page.get_by_role("combobox", name="Scenario or study").fill("ban.yaml")
    page.get_by_role("option", name="ban.yaml").click()
    page.get_by_role("button", name="Start", exact=True).click()
    row = page.get_by_role("list", name="Queue").get_by_role("listitem").first
    expect(row).to_contain_text("finished", timeout=COMPILED_MS)
    fits(page)
    row.get_by_role("button", name="Open").click()
    expect(page.get_by_role("heading", name="<i>China</i> licenses gallium")).to_be_visible()
    expect(page.locator(".ag-row").first).to_be_visible()
    fits(page)
    with page.expect_download() as zipped:
        page.get_by_role("link", name="Everything in one zip").click()
    assert zipped.value.suggested_filename.startswith("outputs_ban_")
    assert zipped.value.suggested_filename.endswith(".zip")
    links = page.locator("a[download]")
    for link in links.all():
        assert link.get_attribute("download") == str(link.get_attribute("href")).rpartition("/")[2]
    with page.expect_download() as figure:
        links.filter(has_text="PNG").first.click()
    assert figure.value.suggested_filename.endswith(".png")
    assert figure.value.suggested_filename != "true.png"
    expect(page.locator(".ag-row").filter(has_text="outside China").first).to_be_visible()
    expect(page.get_by_text("exCN")).to_have_count(0)
    with context.expect_page() as opened:
        page.get_by_role("link", name="Open the report").click()
    report = opened.value
    expect(report.locator("h1").first).to_be_visible()
    assert report.evaluate("origin") == "null"  # of nobody: neither cookie nor server can be reached from it
    assert not list((folder / ".workbench").glob("*.zip"))


def test_an_exercise_of_a_turn_and_a_branch(context: Any, address: str, folder: Path) -> None:
    page = at(context, address, "/exercise")
    expect(page.get_by_role("combobox", name="Exercise")).to_have_value("Gallium (exercise.yaml)")
    page.get_by_role("button", name="Begin").click()
    path = page.get_by_role("link", name="The team's page").get_attribute("href")
    sent: list[str] = []
    team = context.new_page()
    team.on("websocket", lambda socket: socket.on("framereceived", lambda frame: sent.append(str(frame))))
    team.goto(address.partition("/enter")[0] + path)
    expect(team.locator("[data-wb-figure=price-crude_gallium] canvas")).to_be_visible()
    expect(team.get_by_text("<b>Ministry</b> in Tokyo").first).to_be_visible()
    choose = team.get_by_role("listitem").filter(has_text="A reserve in Japan").get_by_role("button", name="Choose")
    choose.click()
    team.get_by_role("button", name="Take back: A reserve in Japan").first.click()
    expect(team.get_by_text("No measure so far.")).to_be_visible()
    choose.click()
    expect(team.get_by_role("button", name="Take back: A reserve in Japan")).to_have_count(2)
    team.get_by_role("button", name="Play 13 weeks on").dblclick()  # two clicks play one turn
    expect(team.get_by_text("A maker in Japan stops a line.")).to_be_visible()
    expect(team.get_by_text("It is 21 May 2026.")).to_be_visible()
    team.get_by_role("button", name="To 19 February 2026").click()
    expect(team.get_by_text("Branch 1, played to 19 February 2026")).to_be_visible()
    fits(team)
    told = " ".join(sent)
    assert told
    assert not [word for word in ("secret", "2026-10-15", "2026-11-01", "history: 7") if word in told]
    with context.expect_page() as opened:
        page.get_by_role("link", name="Debrief").click()
    expect(opened.value.get_by_text("0.6 billion USD (<b>Ministry</b> in Tokyo 0.6)").first).to_be_visible()
    expect(opened.value.get_by_text("Change against no measures: median of 100 runs")).to_be_visible()
    with context.expect_page() as opened:
        page.get_by_role("link", name="<b>Ministry</b> in Tokyo").click()
    expect(opened.value.get_by_role("button", name="Print")).to_be_visible()
    expect(opened.value.get_by_text("Your measures")).to_have_count(1)
    expect(opened.value.get_by_role("cell", name="0.6 billion USD, in force 4 weeks later.")).to_be_visible()
    log = next((folder / "outputs" / "exercises").glob("*/*/log.jsonl")).read_text().splitlines()
    assert [json.loads(line)["what"] for line in log] == ["begin", "play", "take_back", "play", "go", "back"]


def test_what_cannot_be_shown_has_a_way_back(context: Any, address: str) -> None:
    for path in ("team?name=nix", "play?name=nix", "debrief?name=nix", "handout?name=nix"):
        page = at(context, address, f"/exercise/{path}")
        expect(page.get_by_role("alert").get_by_text("nix is no exercise that was begun")).to_be_visible()
        page.get_by_role("alert").get_by_role("link", name="All exercises").click()
        expect(page.get_by_role("button", name="Begin")).to_be_visible()
        page.close()


def test_help_is_read_from_every_page_without_a_mouse(context: Any, address: str) -> None:
    page = at(context, address, "/gallery")
    page.get_by_role("link", name="Help", exact=True).press("Enter")
    page.get_by_role("link", name="Limits").press("Enter")
    expect(page.locator(".wb-manual h1")).to_have_text("Limits")
    page = at(context, address, "/help?page=../../SECURITY")
    expect(page.locator(".wb-start")).to_contain_text("There is no such page")


@pytest.mark.parametrize(("status", "said"), [(403, "was started anew"), (None, "does not answer")])
def test_a_connection_that_stays_lost_says_what_to_do(
    context: Any, address: str, status: int | None, said: str
) -> None:
    page = at(context, address, "/gallery")
    page.route("**/static/favicon.svg", lambda route: route.fulfill(status=status) if status else route.abort())
    page.evaluate("wb.lostAfter = 50; document.getElementById('popup').ariaHidden = 'false'")
    expect(page.locator("#popup")).to_contain_text(said)
    expect(page.locator("#popup")).to_contain_text("address")
    page.evaluate("document.getElementById('popup').ariaHidden = 'true'")
    expect(page.locator("#popup")).not_to_contain_text(said)

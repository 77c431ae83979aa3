"""The workbench in a browser, as an analyst uses it: Debian's Chromium, never skipped.

One server and one browser for all tests. Every request is looked at: one that leaves the machine fails the test.
"""

import re
import subprocess
import sys
import time
from datetime import date

import pytest
from playwright.sync_api import expect, sync_playwright
from supplyrisk.workbench.shelf import copy

CHROMIUM = "/usr/bin/chromium"
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SCENARIO = """\
title: <img src=x onerror="document.title='broken'"> A stop
world: gallium
horizon: {start: 2026-01-01, years: 2}
outlook: calm
events:
  - name: ban
    type: export_ban # keep this comment
    origins: CN
    products: refining
    start: 2026-07-01
    duration: 6 months
policies:
  reserve:
    title: <b>180 days</b> in store
    events: [{type: strategic_stockpile, products: refining, countries: JP, target: 180 days, start: 2026-03-01}]
monte_carlo: {runs: 32, seed: 1}
"""
PATIENCE_MS = 60_000  # on a machine whose cores are all at work; nothing waits so long where it works
COMPILED_MS = 240_000  # the first answer of a machine waits for the engine's machine code
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("analyst")


@pytest.fixture(scope="module")
def address(folder):
    """A workbench on a folder of one's own."""
    command = [sys.executable, "-m", "supplyrisk.cli", "workbench", str(folder), "--no-browser", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    yield process.stdout.readline().strip()
    process.terminate()
    _, said = process.communicate(timeout=30)
    assert "Traceback" not in said, said


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def window(browser, address):
    """A window that the token has let in, and what went wrong in it: nothing may leave the machine, no script may fail."""
    made = browser.new_context(viewport={"width": 1280, "height": 900})
    made.set_default_timeout(PATIENCE_MS)
    ours = address.partition("/enter")[0]
    wrong = []

    def look(request):
        if not request.url.startswith((ours, ours.replace("http", "ws"), "data:", "blob:")):
            wrong.append(f"left the machine: {request.url}")

    made.on("request", look)
    made.on("weberror", lambda error: wrong.append(str(error.error)))
    page = made.new_page()
    page.goto(address)
    page.close()
    yield made, wrong
    made.close()


@pytest.fixture
def context(window):
    made, wrong = window
    yield made
    for page in made.pages:
        page.close()
    assert wrong == []


@pytest.fixture
def studio(context, folder, address, request):
    """A tab on a scenario of the test's own, its editor ready; and where its file lies."""
    name = f"{request.node.originalname}.yaml"
    (folder / name).write_text(SCENARIO)
    return opened(context, address, name), folder / name


def opened(context, address, name):
    page = context.new_page()
    page.goto(f"{address.partition('/enter')[0]}/?file={name}")
    page.wait_for_function("window.wb && wb.editor && wb.editor.places.size > 0")
    page.get_by_role("button", name="Text", exact=True).click()  # the view of the last visit is remembered
    return page


def text(page):
    return page.evaluate("wb.editor.text")


def saved(path, sign):
    """The file once it holds something."""
    until = time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < until:
        if sign in path.read_text():
            return path.read_text()
        time.sleep(0.05)
    raise AssertionError(path.read_text())


def choose(page, what):
    """Select a piece of the text and put the caret there."""
    page.evaluate("what => { const at = wb.editor.text.indexOf(what); wb.editor.show(1, at, at + what.length); }", what)


def test_a_mistake_is_underlined_and_mended(studio):
    page, _ = studio
    expect(page.locator("#wb-mistakes-count")).to_contain_text("no mistakes")
    choose(page, "export_ban")
    page.keyboard.type("export_banx")
    page.keyboard.press("Escape")
    mark = page.locator(".wb-mistake-mark")
    expect(mark).to_have_text("export_banx")
    remark = page.locator("#wb-mistakes button")
    expect(remark).to_contain_text("unknown event type (got export_banx); did you mean export_ban")
    page.keyboard.press("Control+Home")
    remark.click()
    assert (
        page.evaluate(
            "wb.editor.view.state.sliceDoc(wb.editor.view.state.selection.main.from, wb.editor.view.state.selection.main.to)"
        )
        == "export_banx"
    )
    mark.hover()
    expect(page.locator(".wb-hover-mistake")).to_contain_text("did you mean export_ban")
    page.keyboard.press("Control+z")
    expect(page.locator("#wb-mistakes-count")).to_contain_text("no mistakes")
    assert text(page) == SCENARIO
    expect(page.locator("[data-wb=headline]")).not_to_be_empty(timeout=COMPILED_MS)


def test_completion_and_hover_tell_what_may_stand_there(studio):
    page, _ = studio
    choose(page, "    duration: 6 months\n")
    page.keyboard.press("ArrowRight")
    page.keyboard.type("    announ")
    expect(page.locator(".cm-tooltip-autocomplete")).to_contain_text("announced")
    expect(page.locator(".cm-completionInfo")).to_contain_text("becomes known")
    page.wait_for_timeout(120)  # the editor takes no answer that is quicker than a person
    page.keyboard.press("Enter")
    assert "    announced: " in text(page)


def test_form_slider_and_timeline_edit_the_same_text(studio):
    page, path = studio
    bar = page.locator(".wb-bar").first
    expect(bar).to_have_attribute("aria-valuetext", "1 Jul 2026 to 31 Dec 2026")
    bar.focus()
    page.keyboard.press("ArrowRight")
    expect(bar).to_have_attribute("aria-valuetext", "8 Jul 2026 to 7 Jan 2027")
    assert "start: 2026-07-08\n" in text(page)
    page.keyboard.press("+")
    page.wait_for_function("wb.editor.text.includes('duration: 7 months')")
    box = bar.bounding_box()
    page.mouse.move(box["x"] + 10, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 110, box["y"] + 8, steps=6)
    expect(page.locator(".wb-bar-tag")).to_contain_text("from ")
    begins = page.evaluate("wb.editor.text.match(/start: (\\S+)\\n    duration/)[1]")
    day = date.fromisoformat(begins)
    expect(page.locator(".wb-bar-tag")).to_have_text(re.compile(rf"^from {day.day} {day:%b}\w* {day.year}$"))
    page.mouse.up()
    expect(page.locator(".wb-bar-tag")).to_have_count(0)
    page.wait_for_function("!wb.editor.text.includes('2026-07-08')")
    moved = re.search(r"start: (\S+)", text(page).partition("type:")[2])[1]
    assert "2026-08-15" < moved < "2026-12-31"

    page.get_by_role("button", name="Form", exact=True).click()
    number = page.get_by_label("duration of ban", exact=True)
    number.fill("9")
    number.press("Enter")
    page.wait_for_function("wb.editor.text.includes('duration: 9 months')")
    page.get_by_label("Pin duration of ban as a slider").click()
    slider = page.locator("#wb-pins input[type=range]")
    slider.focus()
    slider.press("ArrowRight")
    page.wait_for_function("wb.editor.text.includes('duration: 10 months')")
    assert "pins=" in page.url
    assert "type: export_ban # keep this comment" in text(page)
    assert "duration: 10 months" in saved(path, "10 months")
    for _ in range(12):
        page.get_by_role("button", name="Undo").click()
    assert text(page) == SCENARIO


def test_enter_behind_a_key_indents(studio):
    page, _ = studio
    page.evaluate("wb.editor.restore('title: A\\n')")
    choose(page, "title: A")
    page.keyboard.press("End")
    for word in ("", "baseline:", "shares: # of the output", "crude_gallium: {CN: 90 %}"):
        page.keyboard.type(word)
        page.keyboard.press("Escape")  # no completion takes the Enter
        page.keyboard.press("Enter")
    assert "\nbaseline:\n  shares: # of the output\n    crude_gallium: {CN: 90 %}\n    " in text(page)


def test_markup_is_shown_as_text(studio):
    page, _ = studio
    expect(page.locator(".wb-lane-title").last).to_contain_text("<b>180 days</b>")
    expect(page.locator("#wb-sentences")).to_contain_text("<img src=x")
    page.get_by_role("button", name="Form", exact=True).click()
    expect(page.locator("#wb-form h2").nth(2)).to_contain_text("<b>180 days</b>")
    assert page.locator(".wb-main b, .wb-main img[src=x]").count() == 0
    assert "broken" not in page.title()


def test_two_tabs_do_not_lose_each_others_edits(studio, context, address):
    page, path = studio
    other = opened(context, address, path.name)
    expect(other.locator(".wb-banner")).to_contain_text("another tab")
    choose(page, "6 months")
    page.keyboard.type("8 months")
    other.wait_for_function("wb.editor.text.includes('8 months')")
    other.get_by_role("button", name="Edit here").click()
    expect(page.locator(".wb-banner")).to_contain_text("another tab")
    other.wait_for_function("!wb.editor.element.disable")
    choose(other, "8 months")
    other.keyboard.type("5 months")
    page.wait_for_function("wb.editor.text.includes('5 months')")
    page.keyboard.type("lost")
    assert "lost" not in text(page)
    assert saved(path, "5 months") == SCENARIO.replace("6 months", "5 months")


def test_what_is_typed_while_the_connection_is_lost_arrives(studio, context):
    page, path = studio
    page.evaluate("window.socket.io.engine.close()")
    expect(page.locator("#wb-lost")).to_contain_text("Connection lost")
    choose(page, "6 months")
    page.keyboard.type("11 months")
    assert saved(path, "11 months")
    expect(page.locator("#wb-lost")).to_be_empty()
    assert text(page) == path.read_text()


def test_what_did_not_reach_the_workbench_is_offered_again(studio):
    page, path = studio
    typed = SCENARIO.replace("6 months", "13 months")  # what the browser keeps while nobody listens
    page.evaluate("typed => localStorage.setItem(wb.editor.store, JSON.stringify({text: typed, time: 0}))", typed)
    page.reload()
    page.get_by_role("button", name="Take it").click()
    assert saved(path, "13 months") == typed
    page.wait_for_function("localStorage.getItem(wb.editor.store) === null")


def test_a_file_changed_outside_is_shown_and_not_overwritten(studio):
    page, path = studio
    path.write_text(SCENARIO.replace("6 months", "3 months"))
    page.wait_for_function("wb.editor.text.includes('3 months')")
    assert page.evaluate("wb.editor.left()") is None


def test_a_huge_paste_is_refused(studio):
    page, _ = studio
    for huge in ("'x'.repeat(50e6)", "'ä'.repeat(300e3)"):  # the limit is of the file: letters of two bytes count twice
        page.evaluate(f"wb.editor.restore({huge})")
        expect(page.locator("#wb-message")).to_contain_text("500 kB")
        assert text(page) == SCENARIO
        page.evaluate("document.getElementById('wb-message').textContent = ''")


def test_from_the_gallery_to_an_own_scenario_and_an_own_number(context, address, folder):
    page = context.new_page()
    base = address.partition("/enter")[0]
    page.goto(f"{base}/gallery")
    page.get_by_label("Title of your scenario").fill("What if it stops?")
    page.get_by_label("World of your scenario").select_option("gallium")
    page.get_by_label("Product whose export stops").select_option("all")
    page.get_by_label("First day of the stop").fill("2027-03-01")
    page.get_by_label("How long the stop lasts").fill("nine months")
    expect(page.locator("#wb-own-fault-duration")).to_contain_text("write it like 9 months")
    expect(page.get_by_label("How long the stop lasts")).to_have_value("nine months")
    page.get_by_label("How long the stop lasts").fill("9 months")
    expect(page.locator(".wb-own")).to_contain_text(
        "From 1 March 2027 for 9 months, China stops exports of all products"
    )
    page.get_by_role("button", name="Write it").click()
    page.wait_for_function("window.wb && wb.editor && wb.editor.places.size > 0")
    expect(page.locator("#wb-mistakes-count")).to_contain_text("no mistakes")
    expect(page.locator("[data-wb=headline]")).not_to_be_empty(timeout=COMPILED_MS)
    page.get_by_role("link", name="World").click()
    page.get_by_label("Search the numbers").fill("crude gallium China output")
    row = page.locator(".ag-center-cols-container .ag-row").first
    row.click()
    page.get_by_label("Your number, with its unit").fill("150 t/yr")
    page.get_by_role("button", name="Put into what_if_it_stops.yaml").click()
    expect(page.get_by_text("say where the number comes from")).to_be_visible()
    expect(page.get_by_label("Your number, with its unit")).to_have_value("150 t/yr")  # as it will be written
    page.get_by_label("Its source").fill("our visit")
    page.get_by_role("button", name="Put into what_if_it_stops.yaml").click()
    written = saved(folder / "what_if_it_stops.yaml", "our visit")
    assert "source: our visit" in written
    assert "150 t/yr" in written
    expect(row.locator("[col-id=own]")).to_have_text("150 t/yr")
    expect(row.locator("[col-id=shown]")).not_to_have_text("150 t/yr")


def test_a_study_is_edited_too(context, address, folder):
    name = copy(folder, "how_long_a_ban")
    page = opened(context, address, name)
    expect(page.locator("#wb-mistakes-count")).to_contain_text("no mistakes")
    expect(page.locator("#wb-sentences")).not_to_be_empty()
    choose(page, "study: ")
    page.keyboard.type("studdy: ")
    expect(page.locator("#wb-mistakes-count")).to_contain_text("mistake")
    expect(page.locator(".wb-mistake-mark").first).to_be_visible()


def test_a_narrow_page_does_not_scroll_sideways(studio):
    page, _ = studio
    page.set_viewport_size({"width": 390, "height": 800})
    for view in ("Form", "Text"):
        page.get_by_role("button", name=view, exact=True).click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_without_the_token_there_is_no_page(browser, address):
    window = browser.new_context()
    page = window.new_page()
    assert page.goto(f"{address.partition('/enter')[0]}/").status == 403
    expect(page.locator("body")).to_contain_text("Open the address that it printed")
    window.close()


def drag(page, place, by, steps=12, release=True):
    """Take hold of something by the middle of it and move it by so many pixels."""
    box = place.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, steps + 1):
        page.mouse.move(x + by * step / steps, y)
        page.evaluate("new Promise(requestAnimationFrame)")
    if release:
        page.mouse.up()


COUNT_CHANGES = """() => {
  window.seen = new Set();
  wb.editor.listen(() => window.seen.add(wb.editor.text));
}"""


def test_one_gesture_is_one_step_of_undo(studio):
    page, _ = studio
    page.evaluate(COUNT_CHANGES)
    bar = page.locator(".wb-bar").first
    drag(page, bar, 120)
    assert page.evaluate("seen.size") > 4, "the text follows the pointer"
    moved = text(page)
    page.keyboard.press("Control+z")
    assert text(page) == SCENARIO
    page.keyboard.press("Control+Shift+z")
    assert text(page) == moved
    page.keyboard.press("Control+z")

    drag(page, bar, 150, release=False)
    assert text(page) != SCENARIO
    page.keyboard.press("Escape")
    assert text(page) == SCENARIO
    page.mouse.up()
    assert text(page) == SCENARIO

    page.get_by_role("button", name="Form", exact=True).click()
    page.get_by_label("Pin duration of ban as a slider").click()
    slider = page.locator("#wb-pins input[type=range]")
    drag(page, slider, 100)
    page.wait_for_function("!wb.editor.text.includes('duration: 6 months')")
    drag(page, slider, 30)
    page.get_by_role("button", name="Undo").click()
    assert "duration: 6 months" not in text(page), "two ways of the slider are two steps"
    page.get_by_role("button", name="Undo").click()
    assert text(page) == SCENARIO
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#wb-message")).to_contain_text("nothing left to undo")
    number = page.get_by_label("duration of ban", exact=True)
    number.focus()
    for _ in range(5):  # held down: the browser repeats it
        page.keyboard.down("ArrowUp")
    page.keyboard.up("ArrowUp")
    assert "duration: 6 months" not in text(page)
    page.keyboard.press("Control+z")
    assert text(page) == SCENARIO


def test_what_cannot_be_is_not_put_and_told_why(studio):
    page, _ = studio
    bar = page.locator(".wb-bar").first
    told = page.locator("#wb-message")
    drag(page, bar, -900)
    expect(told).to_contain_text("begins between the first day")
    assert "start: 2026-01-01\n" in text(page)
    drag(page, bar, 1800)
    assert "start: 2027-12-31\n" in text(page)
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    drag(page, bar.locator(".wb-bar-end"), -900)
    expect(told).to_contain_text("a day at least")
    assert "duration: 1 month\n" in text(page)
    page.keyboard.press("Control+z")
    drag(page, bar.locator(".wb-bar-end"), 1800)
    expect(told).to_contain_text("end of the horizon")
    assert "duration: 18 months\n" in text(page)
    page.keyboard.press("Control+z")
    page.get_by_role("button", name="Form", exact=True).click()
    for typed, why in (("-4", "at least"), ("1e9", "at most"), ("90 years", "at most 60 years")):
        number = page.get_by_label("duration of ban", exact=True)
        number.fill(typed)
        number.press("Enter")
        expect(told).to_contain_text(why)
        assert text(page) != SCENARIO
        read = page.evaluate("wb.ask('read', {name: wb.editor.name, text: wb.editor.text})")
        assert read["mistakes"] == [], "the nearest that can be is put"
        page.get_by_role("button", name="Undo").click()
        page.wait_for_function("wb.editor.text.includes('duration: 6 months')")
    date = page.get_by_label("start of ban", exact=True)
    date.fill("2031-01-01")
    date.blur()
    expect(told).to_contain_text("within the horizon")
    assert "start: 2027-12-31\n" in text(page)


def test_what_comes_from_another_file_is_shown_and_becomes_its_own_when_changed(context, address, folder):
    (folder / "below.yaml").write_text(SCENARIO.replace("outlook: calm\n", ""))
    path = folder / "laid.yaml"
    path.write_text("extends: below.yaml # as it was\ntitle: laid on it\n")
    page = opened(context, address, "laid.yaml")
    bar = page.locator(".wb-lane-scenario .wb-bar-inherited")
    expect(bar).to_have_attribute("aria-valuetext", "1 Jul 2026 to 31 Dec 2026, from below.yaml")
    expect(page.locator(".wb-lane-more summary")).to_contain_text("from today of the world gallium")
    drag(page, bar, 80)
    page.wait_for_function("wb.editor.text.includes('- name: ban')")
    expect(page.locator(".wb-lane-scenario .wb-bar")).not_to_have_class(re.compile("inherited"))
    moved = text(page)
    assert "start: 2026-1" in moved
    assert "duration" not in moved
    page.keyboard.press("Control+z")
    expect(bar).to_be_visible()
    page.get_by_role("button", name="Form", exact=True).click()
    runs = page.get_by_label("Runs", exact=True)
    expect(runs).to_have_value("32")
    expect(page.locator(".wb-row", has=runs)).to_contain_text("from below.yaml")
    runs.fill("16")
    runs.press("Enter")
    page.wait_for_function("wb.editor.text.includes('monte_carlo:')")
    page.locator(".wb-event summary", has_text="ban").first.click()
    page.get_by_label("Pin duration of ban as a slider").click()
    slider = page.locator("#wb-pins input[type=range]")
    expect(slider).to_have_value("6")
    assert "duration: 6 months" in text(page)
    expect(page.locator("#wb-mistakes-count")).to_contain_text("no mistakes")
    assert saved(path, "duration: 6 months").startswith("extends: below.yaml # as it was\n")

"""The live answer: the same runs, quantiles and words as a batch of the same file, and what is remembered changes nothing."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from supplyrisk import run as run_batch
from supplyrisk.engines.compiled.engine import BatchEngine
from supplyrisk.engines.compiled.jit import compiled_balance
from supplyrisk.errors import RunFailed
from supplyrisk.model import opened
from supplyrisk.model.compile import compile_scenario
from supplyrisk.model.trade import balance
from supplyrisk.report.answer_tables import losses, policies
from supplyrisk.report.bands import holds
from supplyrisk.report.case import on_today, the_case
from supplyrisk.report.cells import cell_of
from supplyrisk.report.headline import headline
from supplyrisk.report.pick import Spread, headline_price, price_peak
from supplyrisk.report.run import open_run
from supplyrisk.shipped import shipped_scenario
from supplyrisk.workbench import live as live_module
from supplyrisk.workbench import trial
from supplyrisk.workbench.live import LiveAnswer
from supplyrisk.workbench.liverun import LiveRun
from supplyrisk.workbench.picture import Picture, View, draw
from supplyrisk.workbench.tiles import Tile, tiles
from supplyrisk.workbench.trial import Memory, NotWanted, read_trial

TEXT = """
title: China stops exports of gallium
question: Who goes short, and does a reserve help?
world: gallium
horizon: {start: 2026-01-01, years: 2}
outlook: calm
events:
  - {name: ban, type: export_ban, origins: CN, products: [crude_gallium], start: 2026-03-01, duration: 6 months}
policies:
  reserve:
    title: A reserve in Japan
    events:
      - {type: strategic_stockpile, products: [crude_gallium], countries: [JP], target: 90 days, initial: 90 days,
         release_price_index: 1.5}
monte_carlo: {runs: 12, seed: 5, sampler: lhs}
"""
PATH = Path("gallium.yaml")


@pytest.fixture(scope="module")
def threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(2)


def answer(text: str, threads: ThreadPoolExecutor, memory: Memory | None = None, runs: int = 12) -> object:
    made = read_trial(text, PATH, {}, memory or Memory())
    return made.run(made.all_arms, runs, threads, lambda: True)


def test_an_answer_is_the_batch_of_the_same_file(tmp_path: Path, threads: ThreadPoolExecutor) -> None:
    run_batch(TEXT, out=tmp_path / "batch", workers=1)
    batch, live = open_run(tmp_path / "batch"), answer(TEXT, threads)
    assert headline(live) == headline(batch)
    assert (live.n_ok, live.n_failed) == (batch.n_ok, batch.n_failed)
    for table in (losses, policies):
        assert table(live) == table(batch)
        assert table(live).rows
    for variable in ("price_spot_index", "shortage_t", "export_t"):
        for arm in batch.arms:
            theirs = {k: f for k, f in batch.fans(variable, arm).items() if not k[2] and ">" not in k[1]}
            ours = live.fans(variable, arm)
            assert list(ours) == list(theirs)
            assert theirs
            assert all(np.array_equal(ours[k].values, f.values, equal_nan=True) for k, f in theirs.items())
            assert all(np.array_equal(ours[k].dates, f.dates) for k, f in theirs.items())
    columns = ["arm", "metric", "product", "place", "end_use", "n", "mean", "p10", "p50", "p90"]
    ours, theirs = (run.summary[columns].astype(dict.fromkeys(columns[:5], object)) for run in (live, batch))
    keys = columns[:5]
    ours, theirs = (table.sort_values(keys).reset_index(drop=True) for table in (ours, theirs))
    assert ours[keys].equals(theirs[keys])
    for column in columns[5:]:
        assert np.array_equal(ours[column], theirs[column], equal_nan=True), column


def test_a_row_of_the_summary_is_the_same_with_and_without_the_table(threads: ThreadPoolExecutor) -> None:
    live = answer(TEXT, threads)
    names = ("arm", "metric", "product", "place", "end_use")
    for metric in live.metrics():
        table = live.summarised(metric)
        assert len(table)
        for row in table.to_dict("records"):
            found = live.summary_row(row["metric"], *(row[name] for name in names if name != "metric"))
            assert found is not None
            assert found.keys() == row.keys()
            assert all(found[k] == row[k] or (found[k] != found[k] and row[k] != row[k]) for k in row)
    assert live.summary_row("price_peak", "nobody", "", "", "") is None
    assert live.summary_row("nothing", "scenario", "", "", "") is None


def test_tiles_tell_what_the_report_tells(threads: ThreadPoolExecutor) -> None:
    def told(run: LiveRun, before: LiveRun | None = None) -> tuple[Tile, ...]:
        return tiles(run, *headline_price(run), the_case(run), before)

    calm = answer(TEXT.replace("6 months", "1 day"), threads)
    live = answer(TEXT, threads)
    found = {tile.label: tile for tile in told(live, calm)}
    price = found["Quoted price of crude gallium outside China"]
    top = price_peak(live, "scenario", "crude_gallium", "exCN")
    assert price.value == f"{top.spread.p50:.1f}×"
    assert price.unit == "normal"
    assert price.note == "median line, highest in " + f"{top.date:%B %Y}"
    assert price.before == "1×"
    weeks = live.summary_row("shortage_priced_out_weeks", "scenario", the_case(live).product, the_case(live).place, "")
    lost = next(tile for label, tile in found.items() if label.startswith("Given up because of the price"))
    assert float(lost.value.removesuffix(" weeks")) == pytest.approx(weeks["p50"], rel=0.05)
    assert all(tile.before == "" for tile in told(live))


def test_on_todays_rules_tiles_tell_what_the_events_add(threads: ThreadPoolExecutor) -> None:
    live = answer(TEXT.replace("outlook: calm\n", ""), threads)
    assert on_today(live)
    case = the_case(live)
    found = {tile.label: tile for tile in tiles(live, *headline_price(live), case)}
    lost = next(tile for label, tile in found.items() if label.startswith("Given up because of the price"))
    added = live.summary_row("shortage_priced_out_weeks", "scenario-baseline", case.product, case.place, "")
    whole = live.summary_row("shortage_priced_out_weeks", "scenario", case.product, case.place, "")
    assert added is not None
    assert whole is not None
    assert whole["p50"] > added["p50"] + 0.1, "or the test would see no difference"
    assert float(lost.value.split()[0]) == pytest.approx(added["p50"], rel=0.1, abs=0.06)
    assert lost.note == "more than under today's rules"


def test_against_a_pinned_version_the_same_numbers_are_told(threads: ThreadPoolExecutor) -> None:
    base = Picture("x.yaml", 1)
    ban, calm = answer(TEXT, threads), answer(TEXT.replace("6 months", "1 day"), threads)
    pinned = draw(ban, base, View())
    later = draw(calm, base, View(), ban)
    assert (later.place, later.product) == (pinned.place, pinned.product) != (draw(calm, base, View()).place, "")
    assert [tile.label for tile in later.tiles] == [tile.label for tile in pinned.tiles]
    assert [tile.before for tile in later.tiles] == [tile.value for tile in pinned.tiles]
    assert holds(ban) in pinned.trust
    assert "past episode" in pinned.trust


def test_policies_are_told_for_the_place_that_is_looked_at(threads: ThreadPoolExecutor) -> None:
    live = answer(TEXT, threads)
    assert the_case(live).place != "JP"
    seen = draw(live, Picture("x.yaml", 1), View(place="JP"), None, live)
    table = next(each for each in seen.tables if each["name"] == "policies_there")
    assert "in Japan" in table["title"]
    row = live.summary_row("output_at_risk_usd", "policy:reserve-scenario", "", "JP", "")
    assert row is not None
    assert (
        table["rows"][0][3][0]
        == cell_of(Spread(*(row[k] for k in ("n", "p10", "p25", "p50", "p75", "p90", "unit")))).text
    )
    assert any("in Japan" in tile.label for tile in seen.tiles)
    assert all(each["name"] != "policies_there" for each in draw(live, Picture("x.yaml", 1), View(), None, live).tables)


def test_what_is_typed_while_another_world_is_chosen_stays_the_newest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = LiveAnswer(tmp_path)
    monkeypatch.setattr(live, "_answer", lambda asked: None)
    live.submit("x.yaml", "old")
    assert live.wait(60)
    look = live._look
    monkeypatch.setattr(live, "_look", lambda name, change: (live.submit(name, "new"), look(name, change)))
    live.look("x.yaml", world="gallium")
    assert live._asked["x.yaml"].text == "new"
    live.close()


def test_lanes_open_alike_with_machine_code_and_without(monkeypatch: pytest.MonkeyPatch) -> None:
    text = TEXT.replace("\nevents:", "\nbaseline: {shares: {crude_gallium: {CN: 61.3 %}}}\nevents:")
    scenario = read_trial(text, PATH, {}, Memory()).scenario
    found = []
    for function in (balance, compiled_balance()):
        monkeypatch.setattr(opened, "_balance", function)
        monkeypatch.setattr(opened, "_answers", {})
        model = compile_scenario(scenario)
        arena = opened.balance_arena(model.structure, scenario.sampled)
        arena.draw(lambda column: scenario.sampled[column].central)
        function(arena.layout, arena.floats, arena.ints)
        found.append((model.structure.lanes, [number.hex() for number in arena.floats]))
    assert found[0] == found[1]
    assert any(found[0][0])


def test_the_first_runs_are_those_of_the_whole(threads: ThreadPoolExecutor) -> None:
    made = read_trial(TEXT, PATH, {}, Memory())
    few = made.run(made.main_arms, 4, threads, lambda: True)
    whole = made.run(made.main_arms, 12, threads, lambda: True)
    found = [run.values("scenario", "price_spot_index", "crude_gallium", "exCN")[1] for run in (few, whole)]
    assert np.array_equal(found[0], found[1][:4])
    assert len(found[1]) == 12


EDITS = {
    "duration": TEXT.replace("6 months", "9 months"),
    "start": TEXT.replace("2026-03-01", "2026-05-01"),
    "drawn": TEXT.replace("duration: 6 months", "duration: {uniform: [3 months, 9 months]}"),
    "products": TEXT.replace("[crude_gallium], start", "[pure_gallium], start"),
    "policy": TEXT.replace("target: 90 days", "target: 60 days"),
    "world": TEXT.replace("outlook: calm", "outlook: calm\nbaseline: {shares: {crude_gallium: {CN: 90 %}}}"),
    "seed": TEXT.replace("seed: 5", "seed: 6"),
    "horizon": TEXT.replace("years: 2", "years: 1"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_what_is_remembered_of_the_text_before_is_what_would_be_computed(
    edit: str, threads: ThreadPoolExecutor
) -> None:
    memory = Memory()
    answer(TEXT, threads, memory)
    before = [pair[1] for pair in memory.arms]
    warm, cold = answer(EDITS[edit], threads, memory), answer(EDITS[edit], threads)
    assert headline(warm) == headline(cold)
    for metric in cold.metrics():
        assert warm._summary_of[metric].equals(cold._summary_of[metric]), metric
    again = sum(any(arm is old for old in before) for _, arm in memory.arms[-3:])
    wanted = {"duration": 1, "start": 1, "drawn": 1, "products": 0, "policy": 2, "world": 0, "seed": 0, "horizon": 0}
    assert again == wanted[edit]


def test_more_arms_than_are_remembered_are_all_there(threads: ThreadPoolExecutor) -> None:
    found = answer(TEXT, threads, Memory(most=1))
    assert found.arms == ("baseline", "scenario", "policy:reserve")
    assert headline(found) == headline(answer(TEXT, threads))


def test_many_policies_are_left_to_a_batch(live: LiveAnswer) -> None:
    reserve = TEXT[TEXT.index("  reserve:") : TEXT.index("monte_carlo")]
    many = TEXT.replace(reserve, "".join(reserve.replace("reserve:", f"reserve_{n}:", 1) for n in range(9)))
    last = told(live, many)[-1]
    assert last.settled
    assert "9 policies" in last.note
    assert [table["name"] for table in last.tables] == ["losses"]


def test_nobody_waits_for_what_is_not_wanted(threads: ThreadPoolExecutor) -> None:
    made = read_trial(TEXT, PATH, {}, Memory())
    with pytest.raises(NotWanted):
        made.run(made.main_arms, 12, threads, lambda: False)


def test_lanes_are_those_of_the_same_world_and_of_no_other() -> None:
    def lanes(text: str, fresh: bool) -> object:
        if fresh:
            opened._answers.clear()
        return compile_scenario(read_trial(text, PATH, {}, Memory()).scenario).structure.lanes

    texts = [TEXT, EDITS["world"], EDITS["duration"], EDITS["products"]]
    assert [lanes(text, False) for text in (*texts, *texts)][4:] == [lanes(text, True) for text in texts]


# --- the object the pages use -----------------------------------------------------------------------


@pytest.fixture
def live(tmp_path: Path) -> LiveAnswer:
    found = LiveAnswer(tmp_path)
    yield found
    found.close()


def told(live: LiveAnswer, *texts: str) -> list[Picture]:
    """Pictures of texts, each answered before the next."""
    found: list[Picture] = []
    end = live.listen(found.append)
    for text in texts:
        live.submit("a/b.yaml", text)
        assert live.wait(60)
    end()
    return found


def test_a_mistake_leaves_the_last_picture_greyed_and_says_where(live: LiveAnswer) -> None:
    pictures = told(live, TEXT, TEXT.replace("6 months", "6 moons"), TEXT)
    whole, broken, mended = pictures[-3], next(p for p in pictures if p.stale), pictures[-1]
    assert whole.settled
    assert whole.runs == 12
    assert "allium" in whole.headline
    assert broken.charts
    assert broken.headline == whole.headline
    assert broken.mistakes[0].line == 8
    assert "6 moons" in broken.mistakes[0].text
    assert not broken.mistakes[0].file
    assert not mended.stale
    assert not mended.mistakes
    assert mended.generation > broken.generation
    assert [p.generation for p in pictures] == sorted(p.generation for p in pictures)


def test_the_newest_text_wins_and_all_documents_get_their_answer(live: LiveAnswer) -> None:
    found: list[Picture] = []
    live.listen(found.append)
    numbers = [live.submit("b.yaml", TEXT.replace("6 months", f"{n} months")) for n in range(2, 9)]
    other = live.submit("c.yaml", TEXT)
    assert live.wait(120)
    settled = {p.document: p.generation for p in found if p.settled}
    assert settled == {"b.yaml": numbers[-1], "c.yaml": other}
    assert not any(p.generation in numbers[1:-1] and p.settled for p in found)


def test_a_pinned_version_is_drawn_against_the_present_one(live: LiveAnswer) -> None:
    told(live, TEXT)
    live.pin("a/b.yaml")
    picture = told(live, EDITS["duration"])[-1]
    lines = {line.id: line.levels["p50"] for line in picture.charts[0].lines if line.kind != "without"}
    names = [name for name in lines if f"{name}:before" in lines]
    assert any(lines[name] != lines[f"{name}:before"] for name in names)
    assert picture.before
    live.look("a/b.yaml", product="pure_gallium")
    assert live.picture("a/b.yaml").product == "pure_gallium"
    live.unpin("a/b.yaml")
    assert not any(line.kind == "before" for line in live.picture("a/b.yaml").charts[0].lines)


def test_runs_that_fail_are_counted_told_and_left_out(live: LiveAnswer, monkeypatch: pytest.MonkeyPatch) -> None:
    assert live.wait(60)
    real = BatchEngine._run

    def failing(self: BatchEngine, model: object, arm: int, run: int, *rest: object) -> object:
        if (arm, run) in failures:
            raise RunFailed(f"run {run}: no")
        return real(self, model, arm, run, *rest)

    monkeypatch.setattr(BatchEngine, "_run", failing)
    failures = {(1, 3)}
    some = told(live, TEXT)[-1]
    assert (some.runs, some.failed, some.reasons) == (12, 1, ("scenario: run 3: no",))
    failures = {(0, run) for run in range(12)}
    none = told(live, EDITS["seed"])[-1]
    assert (none.failed, none.charts) == (12, ())
    assert "No run" in none.headline


def test_an_engine_that_breaks_down_is_a_mistake_and_the_next_text_is_answered(
    live: LiveAnswer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert live.wait(60)
    with monkeypatch.context() as broken:
        broken.setattr(trial, "simulate", lambda *_, **__: 1 / 0)
        assert "ZeroDivisionError" in told(live, TEXT)[-1].mistakes[0].text
    assert told(live, TEXT)[-1].settled


def test_nothing_outside_the_folder_is_read(live: LiveAnswer, tmp_path: Path) -> None:
    outside = tmp_path.parent / "outside.yaml"
    outside.write_text(TEXT)
    picture = told(live, f"extends: ../../{outside.name}\n")[-1]
    assert picture.stale
    assert "title" not in picture.mistakes[0].text


def test_a_picture_is_small(tmp_path: Path, threads: ThreadPoolExecutor) -> None:
    live = LiveAnswer(tmp_path)
    text = shipped_scenario("china_export_ban_refined").read_text()
    live.submit("x.yaml", text, {"monte_carlo.runs": 8})
    assert live.wait(120)
    live.pin("x.yaml")
    payload = live.picture("x.yaml").as_payload()
    live.close()
    assert len(json.dumps(payload, allow_nan=False)) < 32_000
    assert [chart["name"] for chart in payload["charts"]] == ["prices", "shortage"]
    assert [table["name"] for table in payload["tables"]] == ["losses", "policies"]


def test_who_waits_for_the_compiler_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hold = threading.Event()
    monkeypatch.setattr(live_module, "compiles", lambda: True)
    monkeypatch.setattr(live_module, "draw", lambda *given, real=live_module.draw: (hold.wait(30), real(*given))[1])
    live = LiveAnswer(tmp_path)
    found: list[Picture] = []
    live.listen(found.append)
    live.submit("a.yaml", TEXT)
    assert "being compiled" in found[0].headline
    hold.set()
    assert live.wait(60)
    assert found[-1].settled
    live.close()


def test_of_several_worlds_one_is_shown_and_another_can_be_chosen(live: LiveAnswer) -> None:
    live.submit("two.yaml", TEXT.replace("world: gallium", "world: [germanium, gallium]"))
    assert live.wait()
    first = live.picture("two.yaml")
    assert first is not None
    assert (first.world, first.worlds) == ("germanium", ("germanium", "gallium"))
    live.pin("two.yaml")
    live.look("two.yaml", world="gallium")
    assert live.wait()
    other = live.picture("two.yaml")
    assert other is not None
    assert (other.world, other.before) == ("gallium", "")
    live.submit("one.yaml", TEXT)
    assert live.wait()
    alone = live.picture("one.yaml")
    assert alone is not None
    assert alone.worlds == ()
    assert alone.headline == other.headline
    assert other.generation > first.generation

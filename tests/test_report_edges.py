"""The answer and the timeline where nothing happens, where runs failed, and where little is known."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from supplyrisk.cli import main
from supplyrisk.report.run import Run, open_run
from supplyrisk.report.sentences import answer
from supplyrisk.report.timeline import timeline
from supplyrisk.spec.resolved import World

from tests.report_handmade import Values, handmade, titled
from tests.report_runs import make_run_folder


def test_nothing_happens(tmp_path: Path) -> None:
    found = answer(open_run(make_run_folder(tmp_path, runs=40, strength=0.0, days=200, arms=("baseline", "scenario"))))
    assert found.kind == "nothing"
    assert "There are no events, and nothing happens" in found.sentences[0]
    assert len(found.sentences) == 1


def test_events_without_effect(tmp_path: Path) -> None:
    n = 50
    flat: Values = {
        ("scenario", "price_spot_peak_index", "dytb_oxide", "exCN", "all", "index"): np.full(n, 1.001),
        ("scenario-baseline", "price_spot_peak_index", "dytb_oxide", "exCN", "all", "index"): np.full(n, 0.001),
        ("scenario-baseline", "shortage_percent", "ht_magnet", "exCN", "all", "%"): np.full(n, 0.001),
    }
    found = answer(open_run(handmade(tmp_path, n, flat)))
    assert found.kind == "nothing"
    assert "Nothing happens that users of the material would notice" in found.sentences[0]
    assert "in nine runs of ten" in found.sentences[0]


def test_all_runs_failed(tmp_path: Path) -> None:
    found = answer(open_run(make_run_folder(tmp_path, runs=5, failed=5)))
    assert found.kind == "failed"
    assert found.sentences == (
        "All 5 runs failed, so there is no answer. The first message was: stock became negative on day 200.",
    )


def test_some_runs_failed(tmp_path: Path) -> None:
    found = answer(open_run(make_run_folder(tmp_path, runs=40, failed=4, days=400, arms=("baseline", "scenario"))))
    assert any(c.startswith("4 of 40 runs failed and are left out") for c in found.cautions)
    assert 3 <= len(found.sentences) <= 5


def test_timeline_is_in_order_and_holds_events_and_findings(tmp_path: Path) -> None:
    moments = timeline(open_run(make_run_folder(tmp_path, runs=40, days=600)))
    assert [m.date for m in moments] == sorted(m.date for m in moments)
    kinds = {m.kind for m in moments}
    assert kinds == {"event", "policy", "finding"}
    text = " | ".join(m.text for m in moments)
    for part in ("has doubled", "at their lowest", "First country", "at its worst", "queue for licences", "any more"):
        assert part in text


def test_an_unfinished_batch_says_how_much_of_it_is_told(tmp_path: Path) -> None:
    folder = handmade(tmp_path, 40)
    manifest = json.loads((folder / "manifest.json").read_text()) | {"status": "interrupted", "runs": 200}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert answer(open_run(folder)).cautions == (
        "The batch was not finished (interrupted): 40 of 200 runs are in this report.",
    )


@pytest.mark.parametrize(
    ("runs", "start"), [(0, "No run has finished"), (1, "The only run failed, so there is no answer")]
)
def test_none_and_one_failed_run(tmp_path: Path, runs: int, start: str) -> None:
    folder = make_run_folder(tmp_path, runs=1, failed=1)
    if not runs:
        (folder / "runs.parquet").unlink()
    found = answer(open_run(folder))
    assert found.kind == "failed"
    assert len(found.sentences) == 1
    assert found.sentences[0].startswith(start)
    assert not found.sentences[0].endswith("..")


def test_what_happens_in_few_runs_is_not_told_as_if_it_did_in_all(tmp_path: Path) -> None:
    n = 200
    weeks = np.where(np.arange(n) < 10, 30.0, np.nan)
    key = ("scenario", "first_stoppage_week", "ht_magnet", "exCN", "all", "week")
    texts = [m.text for m in timeline(open_run(handmade(tmp_path, n, {key: weeks})))]
    assert any(t.startswith("In 5 % of runs: first country outside China physically short") for t in texts)
    weeks = np.where(np.arange(n) < 150, 30.0, np.nan)
    texts = [m.text for m in timeline(open_run(handmade(tmp_path / "b", n, {key: weeks})))]
    assert any(t.endswith("(in the 75 % of runs in which it happens)") for t in texts)


def test_what_does_not_end_within_the_period_is_told_as_a_sentence(tmp_path: Path) -> None:
    n = 201
    changed: Values = {
        ("scenario", "price_spot_recovery_week", "dytb_oxide", "exCN", "all", "week"): np.full(n, 106.0),
        ("scenario", "short_recovery_week", "ht_magnet", "exCN", "all", "week"): np.linspace(80.0, 140.0, n),
    }
    found = {m.text: m.when for m in timeline(open_run(handmade(tmp_path, n, changed)))}
    spot = "The quoted price of Dy/Tb oxide outside China is not back within 10 % of normal when the period ends"
    assert found[spot] == "end, 31 Dec 2026"
    still = [t for t in found if t.startswith("Somebody outside China is still short of high-temperature magnets when")]
    assert len(still) == 1
    assert "80 % band: " in still[0]
    assert "at the earliest" in still[0]


def test_a_policy_stands_in_the_timeline_once_and_by_its_title(tmp_path: Path) -> None:
    folder = titled(make_run_folder(tmp_path, runs=31, days=300), stockpile_60_days="Sixty days in store")
    found = [m for m in timeline(open_run(folder)) if m.kind == "policy"]
    assert sum("Sixty days in store" in m.text for m in found) == 1


def test_a_small_rise_is_told_in_per_cent(tmp_path: Path) -> None:
    n = 201
    changed: Values = {
        ("scenario", "price_spot_peak_index", "dytb_oxide", "exCN", "all", "index"): np.linspace(1.02, 1.12, n),
        ("scenario-baseline", "price_spot_peak_index", "dytb_oxide", "exCN", "all", "index"): np.linspace(
            0.02, 0.12, n
        ),
    }
    text = " ".join(answer(open_run(handmade(tmp_path, n, changed))).sentences)
    assert "peaks 7 % above its normal level (80 % band: 3 to 11 %)" in text
    assert "1.1 times" not in text


def test_the_headline_is_what_events_touch_unless_that_hardly_moves(tmp_path: Path) -> None:
    n = 201
    concentrate = ("scenario", "price_spot_peak_index", "heavy_concentrate", "exCN", "all", "index")
    text = " ".join(answer(open_run(handmade(tmp_path / "a", n, {concentrate: np.full(n, 4.5)}))).sentences)
    assert "The quoted price of Dy/Tb oxide outside China peaks at 3.0 times" in text
    text = " ".join(answer(open_run(handmade(tmp_path / "b", n, {concentrate: np.full(n, 45.0)}))).sentences)
    assert "The quoted price of heavy concentrate outside China peaks at 45 times" in text


@pytest.mark.parametrize("table", ["runs.parquet", "outcomes.parquet", "series.parquet", "summary.csv"])
@pytest.mark.parametrize("how", ["cut", "changed"])
def test_a_damaged_table_is_named(tmp_path: Path, table: str, how: str) -> None:
    folder = make_run_folder(tmp_path / "run", runs=6, days=120, arms=("baseline", "scenario"))
    file = folder / table
    whole = file.read_bytes()
    half = len(whole) // 2
    file.write_bytes(
        whole[:half] if how == "cut" and table != "summary.csv" else whole[:4] + b"\xff" * half + whole[half:]
    )
    result = CliRunner().invoke(main, ["report", str(folder)])
    assert result.exit_code == 2, result.exception
    assert f"{file} is damaged and can't be read (" in result.output
    assert "Traceback" not in result.output


def called(zones: dict[str, str], parts: dict[str, str]) -> Run:
    """A report's view of a world of four countries, with price zones and the parts that rules make of them."""
    zone_of = {code: zone for zone, members in zones.items() for code in members.split()}
    names = {"CN": "China", "CD": "Congo", "FI": "Finland", "KR": "Korea"}
    values: Any = {}
    countries, groups = tuple(sorted(names)), {"allies": ("FI", "KR")}
    world = World("w", "", 2024, countries, names, tuple(zones), zone_of, (), (), values, groups, parts)
    run = Run.__new__(Run)
    run.__dict__["scenario"] = SimpleNamespace(world=world)
    return run


@pytest.mark.parametrize(
    ("zones", "parts", "label", "price"),
    [
        ({"CN": "CN", "exCN": "CD FI KR"}, {}, "outside China", "outside China"),
        ({"CN": "CN", "exCN": "FI KR", "CD": "CD"}, {}, "outside China and Congo", "outside China and Congo"),
        ({"CN": "CN", "exCN": "FI", "CD": "CD KR"}, {}, "Finland", "Finland"),
        ({"north": "FI KR", "exCN": "CD CN"}, {}, "exCN", "exCN"),
        # quantities are those of all of the zone, the price that of the rest
        ({"CN": "CN", "exCN": "FI KR", "CD": "CD"}, {"CD": "exCN"}, "outside China", "outside China and Congo"),
        ({"CN": "CN", "exCN": "FI", "CD+KR": "CD KR"}, {"CD+KR": "exCN"}, "outside China", "Finland"),
        (
            {"north": "CN", "exCN": "FI", "CD": "CD", "KR": "KR"},
            {"CD": "exCN", "KR": "exCN"},
            "outside China",
            "Finland",
        ),
        ({"CN+FI": "CN FI", "exCN": "CD KR"}, {"CN+FI": "exCN"}, "exCN", "exCN, the rest"),
    ],
)
def test_a_zone_is_called_by_who_is_not_in_it(
    zones: dict[str, str], parts: dict[str, str], label: str, price: str
) -> None:
    run = called(zones, parts)
    assert run.label("exCN") == label
    assert run.price_label("exCN") == price


def test_a_part_is_called_by_its_countries_or_their_group() -> None:
    run = called({"CN": "CN", "exCN": "CD", "FI+KR": "FI KR"}, {"FI+KR": "exCN"})
    assert run.zones == ("CN", "exCN", "FI+KR")
    assert run.label("FI+KR") == "allies"
    assert run.members("FI+KR") == ("FI", "KR")
    assert run.members("exCN") == ("CD", "FI", "KR")
    run = called({"exCN": "FI KR", "CD+CN": "CD CN"}, {"CD+CN": "exCN"})
    assert run.price_where("CD+CN") == "in Congo and China"

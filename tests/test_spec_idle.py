"""Events that do nothing, and hints for numbers that were meant otherwise, on shipped worlds."""

from __future__ import annotations

from pathlib import Path

import pytest
from supplyrisk.errors import Problems
from supplyrisk.spec.load import text_scenario

HEAD = "title: T\nworld: {}\nhorizon: {{start: 2026-01-01, years: 2}}\noutlook: {{base: calm}}\n"
BAN = "type: export_ban, origins: CN, start: 2026-03-01, duration: 6 months"
PRIMARY = "products: crude_gallium, countries: CN, start: 2026-03-01"
HEAVY = "products: heavy_concentrate, countries: CN, start: 2026-03-01"


def told(*events: str, world: str = "gallium", more: str = "") -> tuple[list[str], list[str]]:
    """Faults and remarks."""
    text = HEAD.format(world) + "events:\n" + "".join(f"  - {{name: e{n}, {each}}}\n" for n, each in enumerate(events))
    try:
        return [], [str(note) for note in text_scenario(text + more, Path(__file__).with_suffix(".yaml")).notes]
    except Problems as error:
        return [str(problem) for problem in error.problems], []


@pytest.mark.parametrize(
    "event",
    [
        f"type: mining_quota, {PRIMARY}, cut: 0 %",
        f"type: capacity_outage, {PRIMARY}, share_lost: 0 %",
        f"{BAN}, share: 0 %",
        "type: demand_change, start: 2026-03-01, change: 0 %",
        "type: tariff, origins: CN, destinations: US, start: 2026-03-01, rate: {2026-03-01: 0 %, 2026-09-01: 0 %}",
        "type: customs_slowdown, origins: CN, start: 2026-03-01, extra_days: 0 days, held: 0 %",
        "type: strategic_stockpile, countries: JP, products: crude_gallium, start: 2026-03-01, target: 0 days",
        "type: state_purchase, country: CN, product: crude_gallium, start: 2026-03-01, per_year: 0 t/yr",
        "type: capacity_project, product: crude_gallium, country: DE, capacity: 0 t/yr, start: 2026-03-01",
        "type: diversified_sourcing, origins: CN, start: 2026-03-01, preference: 1",
    ],
)
def test_an_event_that_changes_nothing_is_remarked_on(event: str) -> None:
    """It stays allowed: a study may well begin at 0."""
    faults, notes = told(event)
    assert not faults
    assert len(notes) == 1
    assert "events[0]: does nothing as it stands: what it changes stays at" in notes[0]


@pytest.mark.parametrize(
    "event",
    [
        f"{BAN}, share: {{2026-03-01: 0 %, 2026-06-01: 20 %}}",
        f"{BAN}, share: {{uniform: [0 %, 20 %]}}",
        "type: strategic_stockpile, countries: JP, products: crude_gallium, start: 2026-03-01, target: 0 days, initial: 9 days",
        "type: licence_regime, origins: CN, start: 2026-03-01, capacity: 0 %",
        "type: export_quota, origins: CN, start: 2026-03-01, share_of_normal: 0 %",
    ],
)
def test_one_that_may_do_something_is_not(event: str) -> None:
    assert told(event) == ([], [])


def test_inspectors_need_something_that_nobody_records() -> None:
    look = f"type: mine_inspections, {PRIMARY}, stopped: 60 %"
    said = "this world has no unrecorded output of crude_gallium in CN (unrecorded_share is 0)"
    assert [said in fault for fault in told(look)[0]] == [True]
    faults, notes = told(f"{look}, share_lost: 10 %")
    assert (faults, [f"stops nothing: {said}" in note for note in notes]) == ([], [True])
    assert told(look, more="baseline: {unrecorded_share: 10 %}\n") == ([], [])
    assert told(f"type: mine_inspections, {HEAVY}, stopped: 60 %", world="ndfeb") == ([], [])


# --- hints ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "more",
    [
        "baseline: {memory_of_rules: {uniform: [20 %, 80 %]}}\n",
        "uncertain: {memory_of_rules: {uniform: [20 %, 80 %]}}\n",
        "uncertain: {baseline.memory_of_rules: {uniform: [20 %, 80 %]}}\n",
    ],
)
def test_memory_may_be_drawn_wherever_it_is_written(more: str) -> None:
    assert told(f"{BAN}, last_time: 1 year", more=more) == ([], [])


def test_a_memory_that_cannot_be_read_is_not_taken_for_none() -> None:
    faults, _ = told(f"{BAN}, last_time: 1 year", more="baseline: {memory_of_rules: {choice: [0 %, 80 %]}}\n")
    assert [("unknown product" in fault, "is not read" in fault) for fault in faults] == [(True, False)]
    assert "memory_of_rules is 0 in this world" in told(f"{BAN}, last_time: 1 year")[0][0]


@pytest.mark.parametrize(
    ("world", "value", "said"),
    [
        ("ndfeb", "80 %", "must name two products, the one that is given up and the one in its place; write it like {"),
        ("ndfeb", "{ht_magnet: 80 %}", "write it like {ht_magnet: {standard_magnet: 20 %}}"),
        ("gallium", "80 %", "but no end use of this world buys two products"),
        ("ndfeb", "{dytb_oxide: {ht_magnet: 80 %}}", "no end use of any country buys both dytb_oxide and ht_magnet"),
    ],
)
def test_a_share_between_all_products_is_told_once(world: str, value: str, said: str) -> None:
    faults, _ = told(BAN, world=world, more=f"baseline: {{substitute_share: {value}}}\n")
    assert [said in fault for fault in faults] == [True]


def test_sums_are_in_usd_and_a_state_is_one_country() -> None:
    reserve = "type: strategic_stockpile, countries: JP, products: crude_gallium, start: 2026-03-01, target: 20 days"
    for sum_ in ("100 EUR", "100 million EUR", "100 €", "3 billion yen"):
        policy = f"policies: {{p: {{yearly_budget: {sum_}, payer: JP, events: [{{{reserve}}}]}}}}\n"
        said = f"is in another currency (got '{sum_}'); sums are in USD: convert it, and write it like 200 million USD"
        assert [said in fault for fault in told(BAN, more=policy)[0]] == [True]
    purchase = "type: state_purchase, country: EU, product: crude_gallium, start: 2026-03-01, per_year: 10 t/yr"
    said = "must be one country, and EU is a group; name one of its members (DE, REU)"
    assert [said in fault for fault in told(purchase)[0]] == [True]

"""Broken scenarios, each with what must be said about it: one slip at a time in a good file."""

from __future__ import annotations

from pathlib import Path

import pytest

from .spec_files import GOOD, TINY, faults, load

TRIGGERED = "  - {type: export_ban, name: us, origins: US, products: metal, trigger: "
AFTER_BAN = "    duration: 26 weeks\n"

# what is changed, into what, what must be said (place and message)
SLIPS = [
    ("title: A ban on metal\n", "", "1:1: has no key title, which is needed"),
    ("title:", "titel:", "1:1: titel: unknown key (got titel); did you mean title"),
    ("title: A", "shares: {}\ntitle: A", "1:1: shares: unknown key (got shares); did you mean baseline.shares"),
    ("title: A", "runs: 9\ntitle: A", "1:1: runs: unknown key (got runs); did you mean monte_carlo.runs"),
    ("title: A ban on metal", "title:", "1:1: title: has no value; write a text"),
    ("question:", "questoin:", "2:1: questoin: unknown key (got questoin); did you mean question"),
    (f"world: {TINY.as_posix()}", "world: ndfebb", "3:8: world: no such world (got ndfebb); did you mean ndfeb"),
    (f"world: {TINY.as_posix()}", "world:", "3:1: world: has no value"),
    ("years: 3", "", "4:10: horizon: needs either end (a date) or years (a number)"),
    ("years: 3", "end: 2024-01-01", "4:35: horizon.end: must be after the start 2025-01-01 (got 2024-01-01)"),
    ("years: 3", "years: 300", "4:37: horizon.years: must be more than 0 and at most 60 years (got 300)"),
    ("years: 3", "years: 3 days", "4:37: horizon.years: must be at least four weeks after the start"),
    ("2025-01-01, years", "2025-13-01, years", "4:18: horizon.start: is not a day of the calendar (got 2025-13-01)"),
    # the baseline
    ("CN: 90 %", "CN: 90", "6:24: baseline.shares.metal.CN: must be between 0 and 1 (got 90); did you mean 90 %"),
    ("CN: 90 %", "CN: 90 %, US: 20 %", "6:34: baseline.shares.metal.US: the shares of metal sum to 110 %"),
    ("CN: 90 %", "CN: 90 %, US: 5 %", "6:34: baseline.shares.metal.US: the shares of metal must sum to 100 %"),
    ("CN: 90 %", "JP: 5 %", "6:24: baseline.shares.metal.JP: makes no metal in this world"),
    ("CN: 90 %", "CHN: 90 %", "6:20: baseline.shares.metal.CHN: unknown country (got CHN); did you mean CN"),
    ("{metal: {", "{metall: {", "6:12: baseline.shares.metall: unknown product (got metall); did you mean metal"),
    ("{metal: {CN: 90 %}}", "{metal: 90 %}", "baseline.shares.metal: must be written product: country: share"),
    ("cover_weeks:", "cover_week:", "7:3: baseline.cover_week: unknown parameter (got cover_week); did you mean cover"),
    ("{value: 12", "{valu: 12", "9:12: baseline.cover_weeks.part.JP.valu: unknown key (got valu); did you mean value"),
    ("12 weeks", "12 parsecs", "9:19: baseline.cover_weeks.part.JP.value: has a wrong unit (got '12 parsecs')"),
    ("12 weeks", "500", "9:19: baseline.cover_weeks.part.JP.value: must be between 0.5 and 104 weeks (got 500)"),
    ("source: a survey", "confidence: sure", "confidence: must be one of high, medium, low, assumption (got sure)"),
    (
        "cover_weeks:\n    part",
        "use_t_per_year:\n    part",
        "baseline.use_t_per_year.part.JP: must say for which end_use",
    ),
    ("JP: {value: 12 weeks, source: a survey}", "JP: {cars: {x: {y: 3}}}", "is nested too deep"),
    # outlook and uncertain
    ("{cars: 3 %/yr}", "{car: 3 %/yr}", "11:19: outlook.demand_growth.car: unknown end use (got car); did you mean"),
    ("{cars: 3 %/yr}", "{cars: 3 kt}", "11:25: outlook.demand_growth.cars: has a wrong unit (got '3 kt')"),
    ("demand_growth: {cars: 3 %/yr}", "season: {cars: [1, 2]}", "outlook.season.cars: needs twelve monthly factors"),
    ("events.ban.share", "events.bann.share", "13:3: uncertain.events.bann.share: no item is named bann; did you mean"),
    ("events.ban.share", "events.ban.shere", "events[0].shere: unknown key (got shere); did you mean share"),
    ("events.ban.share", "events[3].share", "13:3: uncertain.events[3].share: [3] is beyond the end of a list of 1"),
    ("elasticity_short:", "elasticity_shrt:", "14:3: uncertain.elasticity_shrt: no such number (got elasticity_shrt)"),
    ("elasticity_short:", "elasticity_short.metl:", "unknown product (got metl); did you mean metal"),
    ("elasticity_short:", "elasticity_short.metal.cars.JP:", "names too much"),
    ("{pert: [0.05, 0.12, 0.3]}", "0.3", "14:21: uncertain.elasticity_short: must be a distribution"),
    ("[0.05, 0.12, 0.3]", "[0.05, 0.3, 0.12]", "pert needs [lowest, most likely, highest] in that order"),
    ("{pert: [", "{pret: [", "uncertain.elasticity_short: is neither a number nor a distribution"),
    (
        "{uniform: [80 %, 100 %]}",
        "{uniform: [80, 100]}",
        "events[0].share.uniform[0]: must be between 0 and 1 (got 80)",
    ),
    (
        "events.ban.share:",
        "rank_correlations: [[elasticity_short, nothing, 0.5]]\n  events.ban.share:",
        "(got nothing)",
    ),
    (
        "events.ban.share:",
        "rank_correlations: [[elasticity_short, events.ban.share, 2]]\n  events.ban.share:",
        "-1 and 1",
    ),
    # events
    ("type: export_ban", "type: exprt_ban", "16:11: events[0].type: unknown event type (got exprt_ban); did you mean"),
    ("type: export_ban", "tpye: export_ban", "16:5: events[0].tpye: unknown key (got tpye); did you mean type"),
    ("- type: export_ban\n    name", "- name", "16:5: events[0]: has no key type"),
    ("origins: CN", "origin: CN", "18:5: events[0].origin: unknown key (got origin); did you mean origins"),
    ("origins: CN", "origins: [CN, XX]", "18:19: events[0].origins[1]: unknown country (got XX)"),
    (
        "origins: CN",
        "origins: [all, CN]",
        "18:14: events[0].origins: all means every country already; leave out the others",
    ),
    ("start: 2025-04-04", "start: 2025-4000000000-01", "events[0].start: must be a date like 2025-04-04"),
    ("origins: CN", "origins: China", "18:14: events[0].origins: unknown country (got China); did you mean CN"),
    (
        "origins: CN",
        "origins: JP",
        "can't touch anything: this world has no trade in metal from JP to any other country",
    ),
    (
        "products: metal\n    ann",
        "products: [metal, foo]\n    ann",
        "19:23: events[0].products[1]: unknown product (got foo)",
    ),
    ("start: 2025-04-04", "start: 2025-03-04", "20:16: events[0].announced: must not be after the start 2025-03-04"),
    ("start: 2025-04-04", "start: 2052-04-04", "21:12: events[0].start: lies after the last day of the horizon"),
    ("start: 2025-04-04", "start: 2052-04-04", "(got 2052-04-04); did you mean 2025-04-04"),
    (
        "announced: 2025-03-20\n    start: 2025-04-04",
        "start: 2018-04-04",
        "what holds on the first day is part of the baseline, as the world's numbers have it: leave the event out, write start: 2025-01-01",
    ),
    (
        AFTER_BAN,
        AFTER_BAN
        + "  - {type: tariff, origins: CN, destinations: JP, products: metal, rate: 25 %, start: 2018-07-06}\n",
        "write baseline: {tariff: {metal: {CN: {JP: 25 %}}}} and no event",
    ),
    (
        "start: 2025-04-04",
        "start: 04.04.2025",
        "events[0].start: must be a date like 2025-04-04 (got '04.04.2025'); did",
    ),
    ("announced: 2025-03-20", "announced: 2024-03-20", "20:16: events[0].announced: lies before the first day"),
    ("duration: 26 weeks", "duration: -26 weeks", "22:15: events[0].duration: must not be negative (got -26 weeks)"),
    ("duration: 26 weeks", "duration: 26", "22:15: events[0].duration: has no unit (got '26'); write it like 6 weeks"),
    ("duration: 26 weeks", "end: 2025-03-01", "22:10: events[0].end: must be after the start 2025-04-04"),
    ("duration: 26 weeks", "end: 2125-03-01", "22:10: events[0].end: lies after the last day of the horizon"),
    (AFTER_BAN, AFTER_BAN + "    end: 2025-09-09\n", "events[0].duration: says again how long it lasts"),
    (
        AFTER_BAN,
        AFTER_BAN + "    share: 80\n",
        "23:12: events[0].share: must be between 0 and 1 (got 80); did you mean",
    ),
    (
        AFTER_BAN,
        AFTER_BAN + "    share: {2025-04-04: 50 %, 2025-O6-01: 60 %}\n",
        "23:31: events[0].share.2025-O6-01: must be a date like",
    ),
    (AFTER_BAN, AFTER_BAN + "    probability: 1.5\n", "23:18: events[0].probability: must be between 0 and 1"),
    (
        AFTER_BAN,
        AFTER_BAN + "  - {type: export_ban, origins: CN, products: metal, start: 2025-06-01}\n",
        "23:5: events[1]: contradicts 'ban': both stop metal CN -> JP in the same weeks",
    ),
    (
        AFTER_BAN,
        AFTER_BAN + "  - {type: export_ban, name: ban, origins: CN, products: part, start: 2025-06-01}\n",
        "23:30: events[1].name: a second event named 'ban'; names must differ",
    ),
    (
        AFTER_BAN,
        AFTER_BAN + f"{TRIGGERED}{{variable: unserved_share, product: metal, place: JP, above: 5 %}}}}\n",
        "events[1].trigger.place: nobody in JP uses metal, so that no use can go unserved",
    ),
    (
        AFTER_BAN,
        AFTER_BAN + f"{TRIGGERED}{{variable: unserved_share, product: part, place: JP, above: 100 %}}}}\n",
        "events[1].trigger.above: must be below 100 %: no more than all of the use can go unserved",
    ),
    (
        AFTER_BAN,
        AFTER_BAN + f"{TRIGGERED}{{after: ban, not_before: 2050-01-01}}}}\n",
        "events[1].trigger.not_before: lies after the last day of the horizon, 2027-12-31 (got 2050-01-01)",
    ),
    (
        AFTER_BAN,
        AFTER_BAN + "  - {type: enforcement, origins: CN, cut: 50 %, start: 2025-06-01}\n",
        "events[1]: can't touch anything: no transshipment of these goods in this scenario that could be policed",
    ),
    (
        AFTER_BAN,
        AFTER_BAN
        + "  - {type: transshipment, origins: CN, destinations: JP, hubs: [JP, CN], products: metal, cap: 50 %}\n",
        "events[1]: can't touch anything: no hub is left besides the sellers and the buyers",
    ),
    (
        AFTER_BAN,
        AFTER_BAN + "  - {type: joint_purchasing, countries: JP, products: metal}\n",
        "events[1]: can't touch anything: JP alone has nobody to buy with",
    ),
    (
        AFTER_BAN,
        AFTER_BAN
        + "  - {type: licence_regime, origins: US, products: metal, start: 2025-06-01, capacity: 5 %, lot: 0 t}\n",
        "events[1].lot: must be between 0.001 and 10,000,000,000 t (got 0 t)",
    ),
    (
        "monte_carlo:",
        "report: {figures: [price_fans, flows]}\nmonte_carlo:",
        "report.figures[0]: must be one of price_fan, shortage_fan",
    ),
    (
        AFTER_BAN,
        AFTER_BAN + "  - {type: export_ban, origins: US, products: metal, trigger: {after: bann}}\n",
        "events[1].trigger.after: no event of this name in the scenario (got bann); did you mean ban",
    ),
    (
        AFTER_BAN,
        AFTER_BAN + "  - {type: export_ban, name: us, origins: US, products: metal, trigger: {after: us}}\n",
        "refers to itself",
    ),
    (
        AFTER_BAN,
        AFTER_BAN + "  - {type: suspension, events: [bann], start: 2025-06-01}\n",
        "events[1].events[0]: no event of this name in the scenario (got bann)",
    ),
    (
        AFTER_BAN,
        AFTER_BAN + "  - {type: general_licences, origins: US, products: metal, share: 20 %, start: 2025-06-01}\n",
        "events[1]: can't touch anything: none of these goods needs a licence in this scenario",
    ),
    (
        AFTER_BAN,
        AFTER_BAN + "  - {type: capacity_outage, countries: JP, products: ore, share_lost: 50 %, start: 2025-06-01}\n",
        "can't touch anything: this world has no maker of ore in JP",
    ),
    ("events:\n  - type: export_ban", "events:\n    type: export_ban", "events: must be a list (got a mapping"),
    ("name: ban", "name: the.ban", "17:11: events[0].name: must be words of letters, digits, _ and - (got the.ban)"),
    ("name: ban", "name: ''", "17:11: events[0].name: is empty; write a text or leave the key out"),
    # policies, draws, report
    ("  reserve:", "  re,serve:", "24:3: policies.re,serve: must be words of letters, digits, _ and - (got re,serve)"),
    (
        "policies:\n  reserve:",
        "policies:\n  - reserve:",
        "policies: must be a mapping of keys to values (got a list of 1)",
    ),
    (
        "    events:\n      -",
        "    event:\n      -",
        "policies.reserve.event: unknown key (got event); did you mean events",
    ),
    ("target: 8 weeks", "tagret: 8 weeks", "policies.reserve.events[0].tagret: unknown key (got tagret); did you mean"),
    ("countries: JP", "countries: US", "policies.reserve.events[0]: can't touch anything: nobody in US buys metal"),
    ("runs: 100", "runs: 0", "32:21: monte_carlo.runs: must be between 1 and 100,000,000 (got 0)"),
    ("runs: 100", "runs: 10.5", "32:21: monte_carlo.runs: must be a whole number (got 10.5)"),
    ("seed: 0", "seed: -1", "32:32: monte_carlo.seed: must not be negative (got -1)"),
    (
        "sampler: sobol",
        "sampler: sobl",
        "monte_carlo.sampler: must be one of random, lhs, sobol (got sobl); did you mean",
    ),
    ("monte_carlo:", "report: {observed: nothing.csv}\nmonte_carlo:", "report.observed: no such file (got nothing.csv"),
    ("monte_carlo:", "report: {focus: {products: mettal}}\nmonte_carlo:", "did you mean metal"),
    ("monte_carlo: {", "monte_carlo: [", "32:14: not valid YAML: a list [ ... ] is not closed, or a comma is missing"),
]


def test_the_good_file_is_good(tmp_path: Path) -> None:
    assert faults(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "said"), SLIPS, ids=[f"{index}-{slip[1][-40:]!r}" for index, slip in enumerate(SLIPS)]
)
def test_what_is_said(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    if "name: ban" in old:  # nothing else of the file refers to it
        text = text.replace("events.ban.share", "events[0].share")
    found = faults(tmp_path, text)
    assert any(said in line for line in found), found
    assert all(line.startswith("s.yaml:") for line in found)


def test_all_faults_are_listed_at_once_and_each_once(tmp_path: Path) -> None:
    text = GOOD.replace("origins: CN", "origin: CN").replace("start: 2025-04-04", "strat: 2025-04-04")
    text = text.replace("runs: 100", "runs: none").replace("cars: 3 %", "cars: 300")
    found = faults(tmp_path, text)
    assert [line.split(": ")[1] for line in found] == [
        "outlook.demand_growth.cars",
        "events[0].origin",
        "events[0].strat",
        "monte_carlo.runs",
    ]


BAN = "  - {{type: export_ban, name: {0}, origins: {1}, products: {2}, start: {3}}}\n"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        # a bad date does not hide what only the checks see, in this event or in others
        (
            [
                ("start: 2025-04-04", "start: 2025-13-04"),
                (AFTER_BAN, AFTER_BAN + BAN.format("two", "JP", "metal", "2018-01-01")),
            ],
            [
                "events[0].start: is not a day of the calendar",
                "events[1]: can't touch",
                "events[1].start: lies before the first",
            ],
        ),
        (
            [("start: 2025-04-04", "start: 2025-13-04"), ("origins: CN", "origins: JP")],
            ["events[0]: can't touch anything", "events[0].start: is not a day of the calendar"],
        ),
        (
            [
                ("end: 2025-13-04", ""),
                ("duration: 26 weeks", "end: 2025-13-04"),
                ("start: 2025-04-04", "start: 2018-04-04"),
            ],
            ["events[0].start: lies before the first day", "events[0].end: is not a day of the calendar"],
        ),
        # a bad date in the horizon
        (
            [("start: 2025-01-01", "start: 2025-00-01"), ("origins: CN", "origins: JP")],
            ["horizon.start: is not a day of the calendar", "events[0]: can't touch anything"],
        ),
        # a fault elsewhere does not hide a date outside the horizon
        (
            [("runs: 100", "runs: 0"), ("start: 2025-04-04", "start: 2052-04-04")],
            ["events[0].start: lies after the last day", "monte_carlo.runs: must be between"],
        ),
        # an event that can't be read is left out, the others keep their numbers
        (
            [
                ("origins: CN", "origins: XX"),
                (
                    AFTER_BAN,
                    AFTER_BAN
                    + BAN.format("two", "CN", "metal", "2018-01-01")
                    + BAN.format("two", "JP", "part", "2025-06-01"),
                ),
            ],
            [
                "events[0].origins: unknown country",
                "events[1].start: lies before",
                "events[2].name: a second event named 'two'",
            ],
        ),
        # and what refers to it is not called a slip
        (
            [
                ("origins: CN", "origins: XX"),
                (AFTER_BAN, AFTER_BAN + "  - {type: suspension, events: ban, start: 2025-06-01}\n"),
            ],
            ["events[0].origins: unknown country"],
        ),
        # faults of an event beyond its single keys are not hidden by its date
        (
            [
                ("start: 2025-04-04", "start: soon"),
                (AFTER_BAN, AFTER_BAN.replace("26 weeks", "26 weeks\n    profile: recovery over 2")),
            ],
            ["events[0].start: must be a date like", "events[0].profile: has no unit"],
        ),
        (
            [
                (
                    AFTER_BAN,
                    AFTER_BAN
                    + "  - {type: customs_slowdown, origins: CN, products: metal, start: 1 May, "
                    + "extra_days: 5 days, hold: 9 days}\n",
                )
            ],
            ["events[1].start: must be a date like", "events[1].hold: is not read without held"],
        ),
    ],
)
def test_no_fault_hides_another(tmp_path: Path, changes: list[tuple[str, str]], expected: list[str]) -> None:
    text = GOOD.replace("  events.ban.share: {uniform: [80 %, 100 %]}\n", "").replace("    announced: 2025-03-20\n", "")
    for old, new in changes:
        text = text.replace(old, new, 1)
    found = faults(tmp_path, text)
    assert len(found) == len(expected), found
    assert all(any(said in line for line in found) for said in expected), found


def test_a_word_nobody_can_read_is_cut(tmp_path: Path) -> None:
    found = faults(tmp_path, GOOD.replace("origins: CN", "origins: " + "x" * 20_000))
    assert len(found) == 1
    assert len(found[0]) < 400
    found = faults(tmp_path, GOOD.replace("events:\n  - type", "extends: " + "a" * 3000 + "\nevents:\n  - type"))
    assert len(found) == 1
    assert len(found[0]) < 400


def test_a_name_longer_than_the_system_allows(tmp_path: Path) -> None:
    found = faults(tmp_path, GOOD.replace(f"world: {TINY.as_posix()}", "world: " + "a" * 5000))
    assert len(found) == 1
    assert "3:8: world: no such world" in found[0]


@pytest.mark.parametrize("brackets", ["[" * 5000 + "]" * 5000, "[" * 41, "{a: " * 50 + "}" * 50])
def test_what_is_too_deep_is_said_once(tmp_path: Path, brackets: str) -> None:
    found = faults(tmp_path, GOOD.replace("title: A ban on metal", f"title: {brackets}"))
    assert [line.split(": ")[-1] for line in found] == ["is nested deeper than 40 levels"]


@pytest.mark.parametrize("odd", ["{uniform: [1, 0]}", "[export_ban]", "{a: {a: {a: 1}}}", ""])
def test_a_type_that_is_no_word(tmp_path: Path, odd: str) -> None:
    assert len(faults(tmp_path, GOOD.replace("type: export_ban", f"type: {odd}"))) == 1


def test_a_line_is_never_wrapped(tmp_path: Path) -> None:
    found = faults(tmp_path, GOOD.replace("title: A ban on metal", "titel: " + "x" * 500))
    assert len(found) == 1
    assert "\n" not in found[0]


def test_an_unknown_world_does_not_hide_other_faults(tmp_path: Path) -> None:
    text = GOOD.replace(f"world: {TINY.as_posix()}", "world: nowhere").replace("runs: 100", "runs: -5")
    assert [line.split(": ")[1] for line in faults(tmp_path, text)] == ["world", "monte_carlo.runs"]


def test_a_value_hidden_by_a_distribution_is_still_checked(tmp_path: Path) -> None:
    text = GOOD.replace(AFTER_BAN, AFTER_BAN + "    share: 80\n")
    assert len(faults(tmp_path, text)) == 1


def test_empty_sections_count_as_left_out(tmp_path: Path) -> None:
    text = GOOD[: GOOD.index("policies:")] + "policies:\n  # all commented out\nreport:\n"
    assert faults(tmp_path, text) == []


def test_ends_after_the_horizon_are_worth_a_note(tmp_path: Path) -> None:
    loaded = load(tmp_path, GOOD.replace("duration: 26 weeks", "end: 2028-06-01"))
    assert [note.path for note in loaded.notes] == ["events[0].end"]
    assert load(tmp_path, GOOD.replace("duration: 26 weeks", "end: 2028-01-01")).notes == ()


def test_seed_zero_is_a_seed(tmp_path: Path) -> None:
    assert load(tmp_path).scenarios[0].seed == 0


def test_two_policies_may_answer_in_the_same_way(tmp_path: Path) -> None:
    """Policies never run together: their events can't contradict each other."""
    ban = (
        "  {0}:\n    events:\n      - {{type: export_ban, name: x, origins: US, products: metal, start: 2025-06-01}}\n"
    )
    text = GOOD.replace("monte_carlo:", ban.format("first") + ban.format("second") + "monte_carlo:")
    assert faults(tmp_path, text) == []
    names = [event.name for event in load(tmp_path, text).scenarios[0].events]
    assert len(set(names)) == len(names)


def test_a_ratio_of_knock_on_losses_needs_its_source(tmp_path: Path) -> None:
    """No world has one, and a number without a source would look like the model's."""
    text = GOOD.replace("  cover_weeks:", "  knock_on_ratio: {JP: {cars: 0.8}}\n  cover_weeks:")
    (fault,) = faults(tmp_path, text)
    assert "knock_on_ratio needs its source; write {value: ..., source: ...}" in fault
    load(tmp_path, text.replace("cars: 0.8", "cars: {value: 0.8, source: a study}"))


@pytest.mark.parametrize(
    ("again", "said"),
    [
        (
            "every: 5 years",
            "never comes again: the second time would be on 2030-04-04, not before the end of the horizon",
        ),
        (
            "every: 1 year\n    until: 2026-01-01",
            "the second time would be on 2026-04-04, not before until (got 365.25 days)",
        ),
    ],
)
def test_what_would_come_again_after_all_is_over_is_refused(tmp_path: Path, again: str, said: str) -> None:
    (fault,) = faults(tmp_path, GOOD.replace("    duration: 26 weeks\n", f"    duration: 26 weeks\n    {again}\n"))
    assert "events[0].every" in fault
    assert said in fault
    load(tmp_path, GOOD.replace("    duration: 26 weeks\n", "    duration: 26 weeks\n    every: 1 year\n"))


@pytest.mark.parametrize(
    ("deal", "said"),
    [
        ("type: state_purchase, per_year: 9000 kt/yr", "buys 9,000,000 t/yr of metal, of which the world makes "),
        ("type: state_sale, per_year: 1 t/yr", "sells metal from an empty store: give in_store (in t)"),
        ("type: state_sale, per_year: 1 t/yr, in_store: 5 t", ""),
        ("type: state_purchase, per_year: 1 t/yr", ""),
    ],
)
def test_a_state_deals_in_what_there_is(tmp_path: Path, deal: str, said: str) -> None:
    text = GOOD.replace("events:\n", f"events:\n  - {{{deal}, product: metal, country: JP, start: 2025-03-01}}\n", 1)
    found = [line for line in faults(tmp_path, text) if ("metal" in line and "store" in line) or "buys" in line]
    assert len(found) == (1 if said else 0), found
    assert all(said in line for line in found)

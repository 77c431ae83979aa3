"""Edits of form, slider and timeline: they say what was meant, and leave every comment and everything else."""

import pytest
from supplyrisk.language.layers import leaves, numbered
from supplyrisk.language.problems import find
from supplyrisk.language.text import parse_text
from supplyrisk.shipped import scenarios_folder
from supplyrisk.spec.load import laid, text_scenario
from supplyrisk.workbench.edit import add, lay, put, remove, spans
from supplyrisk.workbench.outline import outline
from supplyrisk.workbench.pieces import CannotEdit, written

TEXT = """\
# what is asked
title: A stop   # the title
world: ndfeb
horizon: {start: 2026-01-01, years: 4}

baseline:
  shares:
    ndpr_oxide: {CN: 90 %} # change this one

events:
  - name: oxide_ban   # first
    type: export_ban
    origins: CN
    duration: 12 months # try 6
  # a variant:
  # - name: magnet_ban

  - {type: tariff, origins: [CN, JP], rate: 25 %}

policies:
  reserve:
    title: "180 days: a reserve"
    events:
      - type: strategic_stockpile
        target: 180 days
"""


def plain(text):
    return parse_text(text, "").plain()


def comments(text):
    return [line.partition("#")[2] for line in text.splitlines() if "#" in line]


def after(change, text=TEXT):
    assert text[change.start : change.end] == change.old
    return change.applied(text)


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        (("events", 0, "duration"), "6 months", "    duration: 6 months # try 6"),
        (("baseline", "shares", "ndpr_oxide", "CN"), "95 %", "    ndpr_oxide: {CN: 95 %} # change this one"),
        (("horizon", "start"), "2027-01-01", "horizon: {start: 2027-01-01, years: 4}"),
        (("policies", "reserve", "title"), 'it is: "so"', "    title: 'it is: \"so\"'"),
        (("title",), "a: b", "title: 'a: b'   # the title"),
        (("events", 1, "origins"), ["CN"], "  - {type: tariff, origins: [CN], rate: 25 %}"),
        (("events", 1, "rate"), {"uniform": ["10 %", "25 %"]}, "rate: {uniform: [10 %, 25 %]}}"),
        (("events", 1, "start"), "2026-05-01", "  - {type: tariff, origins: [CN, JP], rate: 25 %, start: 2026-05-01}"),
        (("events", 0, "start"), "2026-05-01", "    start: 2026-05-01"),
        (("baseline", "shares", "ndpr_oxide", "MY"), "6 %", "    ndpr_oxide: {CN: 90 %, MY: 6 %} # change this one"),
        (("baseline", "cover_weeks", "ht_magnet", "JP"), "9 weeks", "  cover_weeks: {ht_magnet: {JP: 9 weeks}}"),
        (("report", "months"), "24", "  months: 24"),
    ],
)
def test_a_value_is_put_in_its_place_and_nothing_else_changes(path, value, line):
    text = after(put(TEXT, path, value))
    assert line in text
    assert comments(text) == comments(TEXT)
    kept = [each for each in TEXT.splitlines() if each in text.splitlines()]
    assert len(kept) >= len(TEXT.splitlines()) - 1


def test_a_section_comes_where_sections_of_its_kind_stand():
    text = after(put(TEXT, ("outlook", "base"), "calm"))
    assert list(plain(text)) == ["title", "world", "horizon", "baseline", "outlook", "events", "policies"]
    assert after(put("title: x\n", ("world",), "ndfeb"), "title: x\n") == "title: x\nworld: ndfeb\n"
    assert after(put("title: x", ("world",), "ndfeb"), "title: x") == "title: x\nworld: ndfeb\n"


def test_a_key_without_a_value_gets_one():
    text = "title:\nworld: ndfeb\n"
    assert after(put(text, ("title",), "x"), text) == "title: x\nworld: ndfeb\n"
    text = "title: x\nbaseline:\nworld: ndfeb\n"
    assert plain(after(put(text, ("baseline", "tariff"), "3 %"), text))["baseline"] == {"tariff": "3 %"}


def test_an_event_is_added_at_the_end_and_taken_away_alone():
    event = {"type": "export_ban", "origins": "CN", "start": "2027-01-01"}
    text = after(add(TEXT, ("events",), event))
    assert plain(text)["events"][:2] == plain(TEXT)["events"]
    assert plain(text)["events"][2] == event
    assert comments(text) == comments(TEXT)
    assert after(remove(text, ("events", 2)), text) == TEXT
    without = after(remove(TEXT, ("events", 0)))
    assert plain(without)["events"] == plain(TEXT)["events"][1:]
    assert "# a variant:" in without
    assert after(remove(TEXT, ("events", 0, "type"))) == TEXT.replace("    type: export_ban\n", "")


@pytest.mark.parametrize("text", ["title: x\n", "title: x\nevents:\n", "title: x\nevents: [] # none\n", "title: x"])
def test_the_first_event_of_a_file(text):
    event = {"type": "export_ban", "origins": "CN"}
    new = after(add(text, ("events",), event), text)
    assert plain(new) == {"title": "x", "events": (event,)}
    assert comments(new) == comments(text)


def test_an_event_of_a_policy_is_added():
    text = after(add(TEXT, ("policies", "reserve", "events"), {"type": "subsidy", "amount": "10 USD/kg"}))
    assert len(plain(text)["policies"]["reserve"]["events"]) == 2


def test_a_policy_is_written_over_several_lines():
    policy = {"title": "store", "events": [{"type": "strategic_stockpile", "target": "60 days"}]}
    lines = "  store:\n    title: store\n    events:\n      - type: strategic_stockpile\n        target: 60 days\n"
    text = "title: x\nevents: []\nmonte_carlo: {runs: 3} # few\n"
    new = after(put(text, ("policies", "store"), policy), text)
    assert new == f"title: x\nevents: []\n\npolicies:\n{lines}\nmonte_carlo: {{runs: 3}} # few\n"
    assert lines in after(put(TEXT, ("policies", "store"), policy))


def test_what_is_in_brackets_is_changed_there():
    text = "title: x # keep\nevents: [{type: a}, {type: b}]\n"
    assert plain(after(remove(text, ("events", 0)), text))["events"] == ({"type": "b"},)
    new = after(add(text, ("events",), {"type": "c"}), text)
    assert [event["type"] for event in plain(new)["events"]] == ["a", "b", "c"]
    assert comments(new) == [" keep"]
    only = after(remove(new, ("events", 1)), new)
    assert after(remove(only, ("events", 1)), only) == "title: x # keep\nevents: [{type: a}]\n"


@pytest.mark.parametrize("text", ["a: [1\n", "- 1\n", "a: 1\na: 2\n", "a: {b\n"])
def test_what_cannot_be_read_is_left_alone(text):
    with pytest.raises(CannotEdit):
        put(text, ("a", "b"), "1")


def test_a_path_through_a_number_is_refused():
    with pytest.raises(CannotEdit):
        put(TEXT, ("title", "x"), "1")
    with pytest.raises(CannotEdit):
        remove(TEXT, ("events", 7))


@pytest.mark.parametrize(
    "value",
    ["a", "90 %", "- x", "a: b", "#", "it's", "~", "[x", "yes", "2026-01-01", "x\ny", "%", "@a", "ä: 𝒳", "-3 %"],
)
def test_every_text_comes_back_as_it_was_meant(value):
    assert plain(f"a: {written(value)}\nb: [{written(value)}]\n") == {
        "a": " ".join(value.split()),
        "b": (" ".join(value.split()),),
    }


@pytest.mark.parametrize("path", sorted(scenarios_folder().glob("*.yaml"))[::2], ids=lambda path: path.stem)
def test_every_single_value_of_every_shipped_scenario_can_be_put_again(path):
    """Splicing a value in where it stands leaves the file as it is, whatever its style."""
    text = path.read_text()
    for at, span in list(spans(text).items())[::50]:
        if span.scalar and not span.block:
            value = plain(text)
            for step in at:
                value = value[step]
            if value is not None:
                assert plain(after(put(text, at, value), text)) == plain(text)


BASE = """\
title: base
world: gallium
horizon: {start: 2026-01-01, years: 2}
outlook: {base: today}
baseline: {cover_weeks: {gallium_wafer: 9 weeks}}
events:
  - name: ban
    type: export_ban
    origins: CN
    products: refining
    start: 2026-07-01
    duration: {uniform: [3 months, 9 months]}
  - {type: tariff, origins: CN, destinations: US, products: refining, rate: 10 %, start: 2026-03-01}
policies:
  reserve: {events: [{type: strategic_stockpile, products: refining, countries: JP, target: 180 days, start: 2026-03-01}]}
monte_carlo: {runs: 64, seed: 3}
"""
LAID = """\
extends: base.yaml # what it starts from
title: laid
events:
  - {name: ban, start: 2026-08-01} # later
  - {type: tariff, name: mine, origins: CN, destinations: JP, products: refining, rate: 5 %, start: 2026-04-01}
"""


def test_what_a_file_takes_over_is_told_from_what_it_says(tmp_path):
    (tmp_path / "base.yaml").write_text(BASE)
    path = tmp_path / "laid.yaml"
    found = outline(LAID, path)
    assert found["worlds"] == ["gallium"]
    assert found["horizon"] == {"start": "2026-01-01", "end": "2027-12-31"}
    head = {tuple(field["path"]): field.get("from") for field in found["head"] if field["kind"] != "missing"}
    assert head[("title",)] is None
    assert head[("world",)] == head[("monte_carlo", "runs")] == "base.yaml"
    assert [(each["path"], each["from"], each["value"]) for each in found["numbers"]] == [
        (["baseline", "cover_weeks", "gallium_wafer"], "base.yaml", 9.0)
    ]
    groups = {group["id"]: group["events"] for group in found["groups"]}
    ban, tariff, mine = groups["scenario"]
    assert (ban["path"], ban["lay"], ban.get("from")) == (["events", 0], ["events", "ban"], None)
    assert ban["bar"]["start"] == "2026-08-01"
    origin = {field["key"]: (field.get("from"), field["path"]) for field in ban["fields"]}
    assert origin["start"] == (None, ["events", 0, "start"])
    assert origin["duration"] == ("base.yaml", ["events", "ban", "duration"])
    assert (tariff["path"], tariff["from"]) == (["events", "tariff"], "base.yaml")
    assert (mine["path"], mine.get("from")) == (["events", 1], None)
    assert {each["from"] for each in groups["outlook"]} == {"today of the world gallium"}
    assert groups["policy:reserve"][0]["from"] == "base.yaml"
    alone = outline(LAID)
    assert [event["path"] for event in alone["groups"][0]["events"]] == [["events", 0], ["events", 1]]
    broken = outline(LAID.replace("base.yaml", "none.yaml"), path)  # `check` says so; the rest is shown
    assert len(broken["groups"][0]["events"]) == 2


@pytest.mark.parametrize(
    ("path", "values"),
    [
        (("events", "ban"), {"duration": "5 months", "announced": "2026-07-15"}),
        (("events", "tariff"), {"rate": "20 %"}),
        (("baseline", "cover_weeks"), {"gallium_wafer": {"uniform": ["5 weeks", "6 weeks"]}}),
        (("monte_carlo",), {"runs": "32"}),
        (("policies", "reserve", "events", "strategic_stockpile"), {"target": "90 days"}),
        (("horizon",), {"start": "2026-02-01"}),
    ],
)
def test_a_value_of_another_file_is_said_by_this_one(tmp_path, path, values):
    """It holds then, all else stays as it was, and the text is changed where it has to be."""
    (tmp_path / "base.yaml").write_text(BASE)
    file = tmp_path / "laid.yaml"
    before = laid(LAID, file)
    change = lay(LAID, path, values)
    text = change.applied(LAID)
    assert LAID[change.start : change.end] == change.old
    assert "extends: base.yaml # what it starts from" in text
    assert "# later" in text
    after = laid(text, file)
    text_scenario(text, file)
    for key, value in values.items():
        wanted = {name: tuple(item) for name, item in value.items()} if isinstance(value, dict) else value
        assert find(after, numbered(after, [*path, key])).plain() == wanted

    def rest(root):
        return {
            where: node.plain() for where, node in leaves(root) if where[: len(path)] != path and where[-1] != "name"
        }

    assert rest(after) == rest(before)


def test_an_outlook_in_its_short_form_takes_a_changed_event():
    text = "title: x\nworld: gallium\noutlook: today\n"
    changed = lay(text, ("outlook", "events", "ban"), {"start": "2026-08-01"}).applied(text)
    assert parse_text(changed, "").get("outlook").plain() == {
        "base": "today",
        "events": ({"name": "ban", "start": "2026-08-01"},),
    }


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("title: x\nextends: base.yaml\n", ("policies", "reserve", "events")),
        ("title: x\npolicies:\n  other: {events: []}\n", ("policies", "reserve", "events")),
        ("title: x\npolicies:\n  reserve: {title: a reserve} # kept\n", ("policies", "reserve", "events")),
        ("title: x\noutlook: calm # kept\n", ("outlook", "events")),
        ("title: x\noutlook: {base: calm}\n", ("outlook", "events")),
    ],
)
def test_an_event_is_added_where_nothing_stands_yet(text, path):
    event = {"type": "tariff", "rate": "10 %"}
    changed = add(text, path, event).applied(text)
    found = plain(changed)
    for step in path:
        found = found[step]
    assert found == (event,)
    assert ("# kept" in changed) == ("# kept" in text)


ODD_TEXTS = (
    "",
    "- a\n",
    "events: x\npolicies: {p: }\n",
    "a: |\n  x\nevents:\n",
    "x: &a {y: 1}\nz: *a\n",
    "? [a]\n: b\n",
)
ODD_PATHS = ([0], ["events"], ["events", 5], ["events", "x", "y"], ["outlook", "events"], ["policies", "p", "events"])
ODD_VALUES = ("", {}, {"": ""}, {"a": {"b": ["c", {"d": "e"}]}}, ["a", ["b"]], "a: b\n- c", "# x")


@pytest.mark.parametrize("act", [put, add, lay, remove])
def test_an_odd_change_is_refused_or_leaves_a_file_that_can_be_read(act):
    done = 0
    for text in ODD_TEXTS:
        for path in ODD_PATHS:
            for value in ODD_VALUES if act is put else (each for each in ODD_VALUES if isinstance(each, dict)):
                try:
                    change = act(text, tuple(path)) if act is remove else act(text, tuple(path), value)
                except CannotEdit:
                    continue
                assert text[change.start : change.end] == change.old
                if change.applied(text) == text:
                    continue
                parse_text(change.applied(text), "")
                done += 1
    assert done

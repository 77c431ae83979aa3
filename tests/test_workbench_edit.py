"""Edits of form, slider and timeline: they say what was meant, and leave every comment and everything else."""

import pytest
from supplyrisk.language.text import parse_text
from supplyrisk.shipped import scenarios_folder
from supplyrisk.workbench.edit import add, put, remove, spans
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

"""Completion and hover: what is proposed where somebody types."""

import pytest
from supplyrisk.workbench.complete import meaning, proposals, where

TEXT = """\
title: x
world: ndfeb
horizon: {start: 2026-01-01, }
baseline:
  cover_weeks:
    ht_magnet:
      J
events:
  - name: ban
    type: export_ban
    ori
    duration: 12
  - {type: tariff, rate: 25 %, ori}
  - type: tar
policies:
  reserve:
    title: A reserve
    events:
      - type: strategic_stockpile
        tar
        products: [ndpr_oxide, ht]
"""


def at(sign, back=0):
    return TEXT.index(sign) + len(sign) - back


def labels(sign, back=0):
    return [option["label"] for option in proposals(TEXT, at(sign, back))["options"]]


@pytest.mark.parametrize(
    ("sign", "path", "key"),
    [
        ("horizon: {start: 2026-01-01, ", ("horizon",), ""),
        ("      J", ("baseline", "cover_weeks", "ht_magnet"), ""),
        ("    ori", ("events",), ""),
        ("duration: 12", ("events",), "duration"),
        ("rate: 25 %, ori", ("events",), ""),
        ("type: tar", ("events",), "type"),
        ("        tar", ("policies", "reserve", "events"), ""),
        ("[ndpr_oxide, ht", ("policies", "reserve", "events"), "products"),
    ],
)
def test_a_place_is_found_in_an_unfinished_text(sign, path, key):
    found = where(TEXT, at(sign))
    assert (found.path, found.key) == (path, key)


def test_the_type_counts_wherever_it_stands():
    assert where(TEXT, at("    ori")).beside["type"] == "export_ban"
    assert where(TEXT, at("rate: 25 %, ori")).beside == {"type": "tariff", "rate": "25 %"}
    assert where(TEXT, at("  - name: ban")).beside["type"] == "export_ban"


def test_what_is_proposed():
    assert "origins" in labels("    ori")
    assert "share" in labels("    ori")
    assert "name" not in labels("    ori")  # it is there
    assert "JP" in labels("      J")
    assert labels("duration: 12")[:3] == ["days", "working days", "weeks"]
    assert "export_ban" in labels("type: tar")
    assert "target" in labels("        tar")
    assert {"ht_magnet", "magnet making"} <= set(labels("[ndpr_oxide, ht"))
    assert "years" in labels("horizon: {start: 2026-01-01, ")
    assert proposals(TEXT, at("    ori"))["back"] == 3
    assert {"events", "policies"} <= {option["label"] for option in proposals("title: x\n", 9)["options"]}


def test_what_a_word_means():
    assert "instead of `end`" in meaning(TEXT, at("duration"))
    assert "stops exports" in meaning(TEXT, at("export_b"))
    assert meaning(TEXT, at("      J", 0)) == ""
    assert meaning(TEXT, at("[ndpr_ox")) == "NdPr oxide"
    assert meaning("# duration: 3\n", 4) == ""

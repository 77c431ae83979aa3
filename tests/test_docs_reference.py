"""The generated reference pages: committed as the code would write them, and complete."""

from __future__ import annotations

import re
from pathlib import Path

from tools.reference.markdown import code, page, table, unquoted
from tools.reference.pages import all_pages

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"


def test_committed_pages_are_current() -> None:
    pages = all_pages()
    stale = [n for n, text in pages.items() if not (REFERENCE / n).exists() or (REFERENCE / n).read_text() != text]
    assert not stale, "write them again with: python run_scenario.py docs"


def test_no_page_is_left_over() -> None:
    assert {p.relative_to(REFERENCE).as_posix() for p in REFERENCE.rglob("*.md")} == set(all_pages())


def test_every_key_has_a_meaning() -> None:
    """A key without a docstring would be an empty cell at the end of a row."""
    for name in ("events.md", "scenario-language.md", "parameters.md", "metrics.md", "outputs.md"):
        for line in all_pages()[name].splitlines():
            assert not re.search(r"\|\s+\|$", line), f"{name}: {line}"


def test_every_command_is_described() -> None:
    from supplyrisk.cli import COMMANDS

    text = all_pages()["cli.md"]
    for name in COMMANDS:
        assert f"\n## {name}\n" in text


def test_columns_that_are_empty_throughout_are_left_out() -> None:
    assert table(("a", "b", "c"), [("1", "", "x|y"), ("2", "", "two\nlines")]) == (
        "| a | c |\n|---|---|\n| 1 | x\\|y |\n| 2 | two lines |"
    )


def test_a_default_with_its_own_column_is_not_repeated() -> None:
    assert unquoted("Share stopped. Default: 100 %.") == "Share stopped."
    assert unquoted("Mean time. Default: 45 days (assumption: weeks. Or so).").startswith("Mean time.")
    assert (code("x"), code("")) == ("`x`", "")
    assert page("T", "a\n", "", "b").splitlines()[0] == "# T"

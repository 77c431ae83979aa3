"""The help: the pages of the documentation as text, taken apart without a word lost."""

import pytest
from supplyrisk.shipped import docs_folder
from supplyrisk.workbench import manual
from supplyrisk.workbench.manual import FIRST, Block, Span, blocks, leads_to, pages

TEXT = """\
# A *page*

<!-- left
out -->
First line,
second with `a * b` and **bold**.

1. One
   goes on
2. Two, see [limits](../limits.md#x)

| Name | What |
|---|---:|
| a\\|b | <img src=x> |

```yaml
# no heading
- no item
```
"""


def test_a_page_is_taken_apart():
    found = blocks(TEXT)
    kinds = ["heading1", "paragraph", "number", "number", "table", "code"]
    assert [part.kind for part in found] == kinds
    assert found[0].spans == (Span("text", "A "), Span("slant", "page"))
    said = Span("text", "First line, second with ")
    assert found[1].spans == (
        said,
        Span("code", "a * b"),
        Span("text", " and "),
        Span("bold", "bold"),
        Span("text", "."),
    )
    assert found[2].spans == (Span("text", "One goes on"),)
    assert found[3].spans[-1] == Span("link", "limits", "../limits.md#x")
    assert found[4].rows[1] == ((Span("text", "a|b"),), (Span("text", "<img src=x>"),))
    assert found[5] == Block("code", text="# no heading\n- no item")


def test_links_lead_to_pages_of_the_help_alone():
    assert leads_to("how-to/sweep", "../limits.md#x") == "limits"
    assert leads_to("glossary", "how-to/sweep.md") == "how-to/sweep"
    for away in (
        "https://example.org/x.md",
        "../README.md",
        "/etc/passwd.md",
        "limits.html",
        "#here",
        "javascript:x.md",
    ):
        assert leads_to("glossary", away) == ""


def test_what_is_asked_first_is_there_and_every_page_can_be_read():
    there = pages()
    assert set(FIRST) <= set(there)
    for path in there.values():
        assert manual.read(path)[0].kind.startswith("heading"), path


def test_without_shipped_pages_there_is_nothing_and_no_error(monkeypatch, tmp_path):
    monkeypatch.setattr(manual, "docs_folder", lambda: tmp_path / "none")
    assert pages() == {}
    assert docs_folder().is_dir()


@pytest.mark.parametrize("text", ["", "```\nnot closed", "| a", "**", "`", "[x](", "<!-- open"])
def test_odd_text_is_shown_as_it_stands(text):
    blocks(text)

"""The pages of the documentation, taken apart so that they can be shown as text: of Markdown, what they use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from ..shipped import docs_folder

FIRST = {  # what is asked first: page, title
    "how-to/use-the-workbench": "How to use the workbench",
    "glossary": "Glossary: what the words mean",
    "limits": "Limits: what it can't tell",
    "how-good-is-it": "How good is it? Held against past crises",
    "faq": "Questions and answers",
    "how-to/read-the-outputs": "How to read the results",
    "reference/scenario-language": "The scenario language",
    "reference/events": "All types of events",
    "sources": "Where the numbers come from",
}
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
HEADING = re.compile(r"(#{1,4}) +(.*)")
ITEM = re.compile(r"( *)([-*]|\d+\.) +(.*)")
RULE = re.compile(r"\|?[\s:|-]+\|?")
FENCE = re.compile(r" *(```+|~~~+|:::+)")
INLINE = re.compile(
    r"(?P<code>`+)(?P<in_code>.+?)(?P=code)|!?\[(?P<label>[^\]]*)\]\((?P<to>[^)\s]*)[^)]*\)"
    r"|\*\*(?P<bold>.+?)\*\*|\*(?P<slant>[^*\s][^*]*)\*"
)


@dataclass(frozen=True)
class Span:
    """A piece of a line: text | code | bold | slant | link (then `to` is where it leads)."""

    kind: str
    text: str
    to: str = ""


@dataclass(frozen=True)
class Block:
    """A part of a page: heading1..4 | paragraph | item | number | code | table (rows of cells, the head first)."""

    kind: str
    spans: tuple[Span, ...] = ()
    text: str = ""
    rows: tuple[tuple[tuple[Span, ...], ...], ...] = ()


def pages() -> dict[str, Path]:
    """All pages that are there, by name: the path below the documentation's folder, without its ending."""
    root = docs_folder()
    return {path.relative_to(root).with_suffix("").as_posix(): path for path in sorted(root.rglob("*.md"))}


@lru_cache(maxsize=8)
def read(path: Path) -> tuple[Block, ...]:
    """A page, taken apart."""
    return blocks(path.read_text(encoding="utf-8"))


def leads_to(page: str, to: str) -> str:
    """Which page a link on a page leads to; empty for what lies elsewhere."""
    target = to.partition("#")[0]
    if not target.endswith(".md") or ":" in target or target.startswith("/"):
        return ""
    parts: list[str] = []
    for part in (PurePosixPath(page).parent / target).with_suffix("").parts:
        if part == ".." and not parts:
            return ""
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def blocks(text: str) -> tuple[Block, ...]:
    """A text, taken apart."""
    lines = COMMENT.sub("", text).split("\n")
    found: list[Block] = []
    held: list[str] = []  # lines of a paragraph or an item
    kind = "paragraph"

    def end() -> None:
        nonlocal kind
        if held:
            found.append(Block(kind, spans(" ".join(held))))
        held.clear()
        kind = "paragraph"

    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        fence, heading, item = FENCE.match(line), HEADING.fullmatch(line), ITEM.fullmatch(line)
        if fence:
            end()
            code = []
            while at < len(lines) and not lines[at].strip().startswith(fence.group(1)):
                code.append(lines[at])
                at += 1
            at += 1
            found.append(Block("code", text="\n".join(code)))
        elif line.startswith("|"):
            end()
            table = [line]
            while at < len(lines) and lines[at].startswith("|"):
                table.append(lines[at])
                at += 1
            found.append(Block("table", rows=tuple(cells(row) for row in table if not RULE.fullmatch(row))))
        elif heading:
            end()
            found.append(Block(f"heading{len(heading.group(1))}", spans(heading.group(2).strip())))
        elif item:
            end()
            kind = "number" if item.group(2)[0].isdigit() else "item"
            held.append(item.group(3))
        elif not line.strip():
            end()
        else:
            held.append(line.strip().removeprefix("> "))
    end()
    return tuple(found)


def cells(row: str) -> tuple[tuple[Span, ...], ...]:
    """The cells of a row."""
    inner = row.strip().removeprefix("|").removesuffix("|")
    return tuple(spans(cell.strip().replace("\\|", "|")) for cell in re.split(r"(?<!\\)\|", inner))


def spans(text: str) -> tuple[Span, ...]:
    """A line, taken apart."""
    found: list[Span] = []
    at = 0
    for match in INLINE.finditer(text):
        if match.start() > at:
            found.append(Span("text", text[at : match.start()]))
        at = match.end()
        if match["in_code"] is not None:
            found.append(Span("code", match["in_code"]))
        elif match["label"] is not None:
            found.append(Span("link", match["label"].replace("`", ""), match["to"]))
        elif match["bold"] is not None:
            found.append(Span("bold", match["bold"].replace("`", "")))
        else:
            found.append(Span("slant", match["slant"].replace("`", "")))
    if at < len(text):
        found.append(Span("text", text[at:]))
    return tuple(found)

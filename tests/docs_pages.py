"""The fenced code blocks of the documentation, and how each kind is tried.

Convention, invisible to the reader of a rendered page:

- ```` ```bash ```` blocks of a page are run in order, in a copy of the project, one shell per block;
- ```` ```bash {runs=4} ```` cuts the number of runs of every scenario run in the block, `{runs=4 report=no}` also leaves
  out the report, which another block of the page or another page shows;
- ```` ```bash {fails=2} ```` has to end with that exit code;
- ```` ```text {output=yes} ````: each of its lines but `...` has to be in what the last bash block printed;
- ```` ```yaml {file=NAME} ````, ```` ```csv {file=NAME} ````, ```` ```python {file=NAME} ```` write the block to that file first;
- other ```` ```yaml ```` blocks are scenarios or parts of one, and must pass `supplyrisk check`;
- ```` ```diff ```` blocks are applied to the copy, so that a page can show a change of the code and go on with it;
- other ```` ```python ```` blocks are run on their own; ```` ```console ````, ```` ```text ```` are only shown;
- a block after `<!-- not run: reason -->` is not run: only for setting up, for the tests themselves,
  and for the few commands that take many minutes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
SHOWN = {"{eval-rst}", "console", "text", "json", "mermaid", "bibtex", "html", "math"}
TRIED = {"bash", "sh", "python", "yaml", "csv", "diff"}
_FENCE = re.compile(r"^(?P<indent> *)(?P<fence>`{3,}|~{3,})(?P<info>[^`]*)$")
_OPTION = re.compile(r"([\w-]+)=([^\s}]+)")
_RUNS = re.compile(
    r"^(?P<call>\s*(?:supplyrisk (?:run|study)|python run_scenario\.py (?:run |study |\S+\.ya?ml))[^\n\\]*?)(?P<rest>\s*)$"
)


@dataclass(frozen=True)
class Block:
    """One fenced block: `line` is that of the opening fence."""

    page: Path
    line: int
    language: str
    text: str
    options: dict[str, str] = field(default_factory=dict)
    not_run: str = ""

    @property
    def where(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def pages() -> list[Path]:
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(page: Path) -> Iterator[Block]:
    lines = page.read_text(encoding="utf-8").splitlines()
    number, reason = 0, ""
    while number < len(lines):
        line = lines[number]
        opening = _FENCE.match(line)
        if not opening:
            marker = re.fullmatch(r"\s*<!-- not run: (.+?) -->\s*", line)
            reason = marker[1] if marker else reason if not line.strip() else ""
            number += 1
            continue
        start, indent = number, len(opening["indent"])
        number += 1
        body = []
        while number < len(lines) and lines[number].strip() != opening["fence"]:
            body.append(lines[number][indent:])
            number += 1
        if number == len(lines):
            raise ValueError(f"{page}:{start + 1}: the block is not closed")
        number += 1
        language, _, rest = opening["info"].strip().partition(" ")
        yield Block(page, start + 1, language, "\n".join(body) + "\n", dict(_OPTION.findall(rest)), reason)
        reason = ""


def cut_short(script: str, options: dict[str, str]) -> str:
    """The script with its scenario runs cut as the options say; commands continued on further lines included."""
    if "runs" not in options:
        return script
    joined = re.sub(r"\s*\\\n\s*", " ", script)
    lines = []
    for line in joined.splitlines():
        match = _RUNS.match(line)
        if match:
            line = re.sub(r" --runs[ =]\d+", "", line).rstrip() + f" --runs {options['runs']}"
            without = " --no-page" if " study " in line else " --no-report"
            line += without if options.get("report") == "no" else ""
        lines.append(line)
    return "\n".join(lines) + "\n"


def apply_diff(diff: str, folder: Path) -> None:
    """Change the files of `folder` as a unified diff says; a hunk is found by its lines, not by its numbers."""
    path = folder
    hunks: list[tuple[Path, list[str]]] = []
    for line in diff.splitlines():
        if line.startswith("+++ "):
            path = folder / line[4:].removeprefix("b/")
        elif line.startswith("@@"):
            hunks.append((path, []))
        elif not line.startswith("--- "):
            hunks[-1][1].append(line or " ")
    for path, lines in hunks:
        old = "".join(f"{line[1:]}\n" for line in lines if line[0] in " -")
        new = "".join(f"{line[1:]}\n" for line in lines if line[0] in " +")
        text = path.read_text(encoding="utf-8")
        if text.count(old) != 1:
            raise ValueError(f"{path}: stands there {text.count(old)} times, not once:\n{old}")
        path.write_text(text.replace(old, new), encoding="utf-8")


def links(page: Path) -> Iterator[tuple[int, str]]:
    """Relative links and pictures of a page, with the line; not within code."""
    inside = False
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        if _FENCE.match(line):
            inside = not inside
        if not inside:
            for target in re.findall(r"\]\(([^)\s]+)", re.sub(r"`[^`]*`", "", line)):
                if not re.match(r"[a-z]+:", target):
                    yield number, target


def anchors(page: Path) -> set[str]:
    """Names that headings of a page get on code hosts."""
    inside, found = False, set()
    for line in page.read_text(encoding="utf-8").splitlines():
        if _FENCE.match(line):
            inside = not inside
        heading = re.match(r"#+ +(.*)", line)
        if heading and not inside:
            text = re.sub(r"[`*]|\[|\]\([^)]*\)", "", heading[1]).strip().lower()
            found.add(re.sub(r"[^\w\- ]", "", text).replace(" ", "-"))
    return found

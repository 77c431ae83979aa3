"""Reads tables (CSV) row by row, strictly: every fault with file, line and column, and what to write instead."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..bounded import MAX_TABLE_BYTES
from ..errors import Position, Problem, Problems, did_you_mean
from .text import FORBIDDEN, decode

FIELD = re.compile(r'\s*"(?P<quoted>(?:[^"]|"")*)"\s*(?=,|$)|(?P<plain>[^,"][^,]*|)(?=,|$)')
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
GAPS = " \u00a0\u2009\u202f'\u2019"  # what stands between thousands, besides commas and points
THOUSANDS = re.compile(rf"[+-]?\d{{1,3}}([,{GAPS}]\d{{3}})+(\.\d+)?|[+-]?\d{{1,3}}(\.\d{{3}}){{2,}}", re.ASCII)
EUROPEAN = re.compile(rf"[+-]?\d{{1,3}}([.{GAPS}]\d{{3}})*,\d+|[+-]?\d+,\d+", re.ASCII)
PERIOD = re.compile(r"(\d{4})(?:-(?:(0[1-9]|1[0-2])(?:-(\d{2}))?|Q([1-4])|H([12])))?", re.ASCII)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
PERIODS = "2025, 2025-Q2, 2025-H1, 2025-04, 2025-04-16, or two of them with .. between"


@dataclass(frozen=True)
class Row:
    """One row of a table: fields by column, and where each begins."""

    fields: dict[str, str]
    file: str
    line: int
    columns: dict[str, int]

    def at(self, column: str) -> Position:
        """Where the field of a column begins; the row, if it has none."""
        return Position(self.file, self.line, self.columns.get(column, 1))


def rows(
    path: Path, shown: str, needed: Sequence[str], optional: Sequence[str], problems: list[Problem]
) -> Iterator[Row]:
    """Rows of a table with exactly the columns it may have; `#` at a line's start makes it a comment.

    Faults are added to `problems`. Where the table as a whole can't be understood there is one, and no row.
    """
    try:
        text = decode(path, shown, MAX_TABLE_BYTES)
    except Problems as error:
        problems += error.problems
        return
    header: list[str] | None = None
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        fields, faults = _fields(line, shown, number)
        if header is None:
            problems += faults
            header = [field for field, _ in fields]
            if faults or not _header_is_right(header, line, Position(shown, number, 1), needed, optional, problems):
                return
            continue
        if not any(field for field, _ in fields) and not faults:
            continue  # an empty row, as spreadsheets leave them
        if not faults and len(fields) != len(header):
            what = f"has {len(fields)} fields, the header {len(header)} (a comma in a text or a number needs quotes)"
            faults = [Problem(Position(shown, number, 1), "", what)]
        problems += faults
        if not faults:
            pairs = list(zip(header, fields, strict=True))
            yield Row({name: field for name, (field, _) in pairs}, shown, number, {name: at for name, (_, at) in pairs})
    if header is None:
        problems.append(Problem(Position(shown, 1, 1), "", f"is empty; its first line must be {','.join(needed)}"))


def _fields(line: str, shown: str, number: int) -> tuple[list[tuple[str, int]], list[Problem]]:
    """Fields of a line with their columns, and what is wrong with the line."""
    odd = FORBIDDEN.search(line)
    if odd:
        return [], [Problem(Position(shown, number, odd.start() + 1), "", "control character; delete it")]
    found, at = [], 0
    while True:
        match = FIELD.match(line, at)
        if match is None:
            return [], [Problem(Position(shown, number, at + 1), "", "a quotation mark is not closed on its line")]
        quoted = match["quoted"]
        text = quoted.replace('""', '"') if quoted is not None else match["plain"]
        begin = match.start() + len(match[0]) - len(match[0].lstrip())
        found.append((text.strip(" \t"), begin + 1))
        at = match.end() + 1
        if at > len(line):
            return found, []


def _header_is_right(
    header: list[str],
    line: str,
    at: Position,
    needed: Sequence[str],
    optional: Sequence[str],
    problems: list[Problem],
) -> bool:
    known, before = (*needed, *optional), len(problems)
    for sign, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if len(line.split(sign)) > len(header):
            meant = "in a spreadsheet, save it as `CSV UTF-8 (comma delimited)`, with decimal points"
            problems.append(Problem(at, "", f"columns are separated by {name}; a comma is wanted: {meant}"))
            return False
    if not set(header) & set(known):
        problems.append(Problem(at, "", f"is no such table; its first line must be {','.join(needed)}"))
        return False
    for name in dict.fromkeys(header):
        if name not in known:
            what = f"unknown column {name[:40]}" if name else "a column without a name"
            problems.append(Problem(at, "", f"{what}{did_you_mean(name[:40], known, 0)}"))
        elif header.count(name) > 1:
            problems.append(Problem(at, "", f"column {name} stands there twice"))
    for name in needed:
        if name not in header:
            problems.append(Problem(at, "", f"column {name} is missing; the columns are {','.join(needed)}"))
    return len(problems) == before


# --- what stands in a field -----------------------------------------------------------------------


def parse_number(text: str) -> float:
    """A number with a decimal point and nothing else.

    Raises
    ------
    ValueError
        With what to write.
    """
    if NUMBER.fullmatch(text):
        value = float(text)
        if math.isfinite(value):
            return value
    bare = re.sub(f"[{GAPS}]", "", text)
    if THOUSANDS.fullmatch(text):
        plain = bare.replace(",", "") if text.count(".") < 2 else bare.replace(".", "")
        raise ValueError(f"thousands are not separated: write {plain} (got {text})")
    if EUROPEAN.fullmatch(text):
        plain = bare.replace(".", "").replace(",", ".")
        raise ValueError(f"a decimal point is wanted: write {plain} (got {text})")
    hint = "" if text else "; leave the row out where nothing was recorded"
    raise ValueError(f"must be a number (got {text[:40] or 'nothing'}){hint}")


def parse_period(text: str) -> tuple[dt.date, dt.date]:
    """First day and the day after the last of `2025`, `2025-04`, `2025-04-16`, `2025-Q2`, `2010-H2`, `A..B`.

    Raises
    ------
    ValueError
        If the text is none of these; with what to write.
    """
    first, dots, last = text.strip().partition("..")
    if dots:
        begin, end = parse_period(first)[0], parse_period(last)[1]
        if end <= begin:
            raise ValueError(f"ends before it begins (got {text})")
        return begin, end
    found = PERIOD.fullmatch(first.strip())
    if found is None or int(found[1]) < 1:
        meant = _meant(first.strip())
        if meant:
            raise ValueError(f"write {meant} (got {text[:40]})")
        raise ValueError(f"must be a period like {PERIODS} (got {text[:40] or 'nothing'})")
    year, month, day, quarter, half = (int(part) if part else 0 for part in found.groups())
    try:
        if day:
            date = dt.date(year, month, day)
            return date, date + dt.timedelta(days=1)
        months, number = (1, month) if month else (3, quarter) if quarter else (6, half) if half else (12, 1)
        return _month(year, months * (number - 1)), _month(year, months * number)
    except (ValueError, OverflowError):
        raise ValueError(f"there is no such day (got {text})") from None


def _month(year: int, months: int) -> dt.date:
    return dt.date(year + months // 12, months % 12 + 1, 1)


def _meant(text: str) -> str:
    """What was probably meant by a month in another form, as spreadsheets write it."""
    found = re.fullmatch(r"([^\W\d]{3,9})\.?[\s./-]*(\d{4}|\d{2})|(\d{4}|\d{2})[\s./-]*([^\W\d]{3,9})\.?", text)
    if found:
        name, year = (found[1], found[2]) if found[1] else (found[4], found[3])
        month = MONTHS.index(name[:3].lower()) + 1 if name[:3].lower() in MONTHS else 0
    else:
        found = re.fullmatch(r"(\d{4})[./ -]?(\d{1,2})", text, re.ASCII)
        if found:
            year, month = found[1], int(found[2])
        else:
            found = re.fullmatch(r"(\d{1,2})[./ -](\d{4})", text, re.ASCII)
            year, month = (found[2], int(found[1])) if found else ("", 0)
    if not 1 <= month <= 12 or year == "0000":
        return ""
    return f"{year if len(year) == 4 else '20' + year}-{month:02d}"

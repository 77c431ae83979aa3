"""Names and sentences made readable: brackets off, capitals where they belong, distributions as ranges."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def day(date: dt.date) -> str:
    """ "4 Apr 2025", in any locale."""
    return f"{date.day} {MONTHS[date.month - 1][:3]} {date.year}"


def full_day(date: dt.date) -> str:
    """ "4 April 2025", in any locale."""
    return f"{date.day} {month(date)}"


def month(date: dt.date) -> str:
    """ "April 2025", in any locale."""
    return f"{MONTHS[date.month - 1]} {date.year}"


def short_name(name: str) -> str:
    """A name without its brackets, beginning with a capital: "High-temperature NdFeB magnets"."""
    text = re.sub(r"\s*\([^)]*\)", "", name).strip() or name
    return text[:1].upper() + text[1:]


def joined(names: Sequence[str]) -> str:
    """ "China", "China and Congo", "China, Congo and the United States"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def small(name: str) -> str:
    """The name inside a sentence: small first letter, unless it is a symbol such as NdPr or a proper name."""
    first = name.split(" ")[0].split("-")[0]
    return name[:1].lower() + name[1:] if first[1:].islower() or len(first) == 1 else name


_DISTRIBUTION = re.compile(r"\(uncertain: \{(?P<kind>\w+): (?P<args>\[[^\]]*\]|\{[^{}]*\})\}\)")
_UNCERTAIN = re.compile(r"\(uncertain: (?:[^()]|\([^()]*\))*\)")


_CHANGE = re.compile(r"-> \{(?:pert|triangular): \[([^,\]]+), ([^,\]]+), ([^,\]]+)\]\}(?: \S+)?(?=$|\s|\()")
_RANGE = re.compile(r"-> \{uniform: \[([^,\]]+), ([^,\]]+)\]\}(?: \S+)?(?=$|\s|\()")


def plain_changes(text: str) -> str:
    """ "8 -> {pert: [10 weeks, 21 weeks, 34 weeks]} weeks" becomes "8 -> 21 weeks (10 weeks to 34 weeks)"."""
    return _RANGE.sub(r"-> \1 to \2", _CHANGE.sub(r"-> \2 (\1 to \3)", text))


def plain_uncertainty(sentence: str) -> str:
    """ "4 % (uncertain: {pert: [2 %, 4 %, 8 %]})" becomes "4 % (2 % to 8 %)"."""

    def between(match: re.Match[str]) -> str:
        ends = [part.rpartition(":")[2].strip() for part in match["args"].strip("[]{}").split(",")]
        return f"({ends[0]} to {ends[-1]})" if match["kind"] != "discrete" and len(ends) > 1 else "(uncertain)"

    return _UNCERTAIN.sub("(uncertain)", _DISTRIBUTION.sub(between, sentence))

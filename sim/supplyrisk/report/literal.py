"""What users wrote, shown as they wrote it: never read as markup, as a formula or as mathematics."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet takes a cell that begins so for a formula
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_MARKUP = re.compile(r"[\\`*\[\]<>|~$]|(?<!\w)_|_(?!\w)|&(?=#?\w+;)|!(?=\[)")
_LINE_START = re.compile(r"^([#>]|[+-](?=\s|$)|[=-]+$|\d+(?=[.)](?:\s|$)))")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would compute a cell instead of showing it.

    Examples
    --------
    >>> [is_formula(t) for t in ("=1+1", "-12.5", "- a dash", "@SUM(A1)", "plain")]
    [True, False, True, True, False]
    """
    return text.startswith(FORMULA) and not _NUMBER.fullmatch(text)


def cell(value: Any) -> Any:
    """A value for a CSV cell: text that a spreadsheet would compute gets an apostrophe before it, all else stays."""
    return f"'{value}" if isinstance(value, str) and is_formula(value) else value


def cells(values: Iterable[Any]) -> list[Any]:
    """`cell` of each value of a row."""
    return [cell(value) for value in values]


def write_csv(table: pd.DataFrame, path: Path, float_format: str) -> None:
    """A table as CSV that a spreadsheet can open without computing any text in it."""
    from pandas.api.types import is_bool_dtype, is_datetime64_any_dtype, is_numeric_dtype

    shown = table.copy()
    for name in shown.columns:
        column = shown[name]
        if not (is_numeric_dtype(column) or is_bool_dtype(column) or is_datetime64_any_dtype(column)):
            shown[name] = cells(column)
    shown.columns = cells(shown.columns)
    shown.to_csv(path, index=False, float_format=float_format, lineterminator="\n")


def markdown(text: Any) -> str:
    r"""Text inside a Markdown page, on one line, with every sign that Markdown or HTML would read escaped.

    Examples
    --------
    >>> print(markdown("stock_{min} of $1 million (cost < $2 million)"))
    stock_{min} of \$1 million (cost \< \$2 million)
    >>> print(markdown("# 1. *a* | b_c & d"))
    \# 1. \*a\* \| b_c & d
    """
    line = " ".join(str(text).split())
    escaped = _MARKUP.sub(lambda m: "\\" + m[0], line)
    return _LINE_START.sub(lambda m: f"{m[1]}\\" if m[1].isdigit() else f"\\{m[1]}", escaped)

"""Quantiles of one arm's series in columns, for whatever goes through all arms: nothing of it is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

ALL = "all"  # how the tables write "not split by this dimension"; in here it is ""
NAMES = ("variable", "product", "place", "end_use")


@dataclass(frozen=True)
class Together:
    """Series of one variable that have the same dates, side by side.

    Parameters
    ----------
    variable : str
        Name of a recorded series.
    names : list of (str, str, str)
        Product, place and end use of each; "" for all.
    places : array of int
        Where each begins among the rows of its arm: sorted by it they stand as in the file.
    dates : array of datetime64 (dates)
        First day of each period.
    levels : array (levels)
        Quantiles, rising.
    values : array (dates, levels, series)
        In the unit of the variable.
    """

    variable: str
    names: list[tuple[str, str, str]]
    places: np.ndarray
    dates: np.ndarray
    levels: np.ndarray
    values: np.ndarray


def together(stored: Any, parts: Sequence[int], arm: str, keep: Callable[[str, str, str, str], bool]) -> list[Together]:
    """Series of one arm.

    Parameters
    ----------
    stored : pyarrow.parquet.ParquetFile
        `series.parquet`.
    parts : sequence of int
        Its row groups that may hold rows of the arm.
    arm : str
        Whose series.
    keep : function of variable, product, place and end use
        Which of them are wanted; "" stands for all.
    """
    import numpy as np
    import pyarrow.compute as pc

    table = stored.read_row_groups(
        list(parts), columns=["arm", *NAMES, "date", "quantile", "value"]
    ).unify_dictionaries()
    wanted = pc.and_(pc.equal(_codes(table["arm"]), _code_of(table["arm"], arm)), table["quantile"].is_valid())
    if not pc.all(wanted, min_count=0).as_py():
        table = table.filter(wanted)
    if not len(table):
        return []
    codes = np.stack([_codes(table[name]).to_numpy() for name in NAMES])
    dates, levels, values = (table[name].to_numpy() for name in ("date", "quantile", "value"))
    starts = _starts(codes)
    if len(np.unique(codes[:, starts], axis=1).T) < len(starts):  # rows of a series stand apart
        order = np.lexsort(codes[::-1])
        codes, dates, levels, values = codes[:, order], dates[order], levels[order], values[order]
        starts = _starts(codes)
    words = [["" if word == ALL else word for word in _words(table[name])] for name in NAMES]
    groups: dict[tuple[str, bytes, bytes], list[tuple[int, int, tuple[str, str, str]]]] = {}
    for first, last in zip(starts.tolist(), [*starts[1:].tolist(), len(values)]):
        variable, product, place, end_use = (said[code] for said, code in zip(words, codes[:, first]))
        if keep(variable, product, place, end_use):
            key = (variable, dates[first:last].tobytes(), levels[first:last].tobytes())
            groups.setdefault(key, []).append((first, last, (product, place, end_use)))
    return [_side_by_side(key[0], found, dates, levels, values) for key, found in groups.items()]


def _side_by_side(
    variable: str,
    found: list[tuple[int, int, tuple[str, str, str]]],
    dates: np.ndarray,
    levels: np.ndarray,
    values: np.ndarray,
) -> Together:
    """Series that have the same dates and levels in the same order."""
    import numpy as np

    first, last, _ = found[0]
    order = np.lexsort((levels[first:last], dates[first:last]))
    rising = np.unique(levels[first:last])
    block = np.stack([values[a:b][order] for a, b, _ in found], axis=-1)
    return Together(
        variable,
        [names for *_, names in found],
        np.asarray([a for a, *_ in found]),
        dates[first:last][order][:: len(rising)],
        rising,
        block.reshape(-1, len(rising), len(found)),
    )


def _starts(codes: np.ndarray) -> np.ndarray:
    """Rows at which another series begins."""
    import numpy as np

    new = (np.diff(codes, axis=1) != 0).any(axis=0)
    return np.append(0, np.flatnonzero(new) + 1)


def _codes(column: Any) -> Any:
    """Numbers of the texts of a column; -1 where there is none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    pieces = [pc.fill_null(piece.indices, -1) for piece in column.chunks]
    return pa.chunked_array(pieces, pa.int32())


def _words(column: Any) -> list[str]:
    """Texts of a column by their numbers; "" for -1."""
    return [*column.chunk(0).dictionary.to_pylist(), ""] if column.num_chunks else [""]


def _code_of(column: Any, text: str) -> int:
    words = _words(column)[:-1]
    return words.index(text) if text in words else -2

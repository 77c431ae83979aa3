"""Loops over a run's record, and over counts of runs, that an engine may bring along as machine code (`Engine.loops`).

`Reporter.rows` and `compute`, `Fans.vector`, `Kept.add` and `Counts.add` do the same with NumPy, to the bit: the same
sums in the same order. NumPy fetches a table that is larger than the processor's cache once for every step; a loop fetches it once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

STEP = 4  # weeks in a mean; tables by row end in zeros up to a multiple of it
LINE = 8  # floats that the processor fetches together
ONE, HALF, UPPER, POSITIVE = np.uint32(1), np.uint32(0x7FFF), np.uint32(16), np.uint32(0x8000)
ZERO, MISSING = 0x8000, 0xFFFF  # ranks, see `sketch`
NOT_PLAIN = np.uint32(0x7F800001)  # a single with at least these bits is negative or not a number


class Loops(NamedTuple):
    """The functions below, compiled."""

    turn: Callable[..., None]
    peaks: Callable[..., None]
    shortages: Callable[..., None]
    means: Callable[..., None]
    take_in: Callable[..., bool]
    add_up: Callable[..., None]


class Turning(NamedTuple):
    """How columns of a record become rows; all are ints without sign.

    Attributes
    ----------
    columns, rows :
        Columns, and the row each becomes.
    more_columns, more_rows :
        Columns that are added to a row which another became.
    totals, member_first, members :
        Row `totals[g]` is the sum of the rows members[member_first[g]] .. members[member_first[g + 1] - 1], in this order.
        They may be totals themselves, of earlier groups.
    """

    columns: Any
    rows: Any
    more_columns: Any
    more_rows: Any
    totals: Any
    member_first: Any
    members: Any


def turning(row_of: Any, sums: Any) -> Turning:
    """How to turn columns into the rows `row_of` (-1: into none), with `sums` as (row, its members)."""
    used = np.flatnonzero(np.asarray(row_of) >= 0).astype(np.uintp)
    rows = np.asarray(row_of)[used].astype(np.uintp)
    first = np.zeros(len(used), dtype=bool)
    first[np.unique(rows, return_index=True)[1]] = True
    members = [np.asarray(group, dtype=np.uintp) for _, group in sums]
    return Turning(
        columns=used[first],
        rows=rows[first],
        more_columns=used[~first],
        more_rows=rows[~first],
        totals=np.asarray([row for row, _ in sums], dtype=np.uintp),
        member_first=np.cumsum([0, *map(len, members)]).astype(np.uintp),
        members=np.concatenate([np.zeros(0, dtype=np.uintp), *members]),
    )


def turn(
    record: Any,
    table: Any,
    columns: Any,
    rows: Any,
    more_columns: Any,
    more_rows: Any,
    totals: Any,
    member_first: Any,
    members: Any,
) -> None:
    """Turn a record (dates, columns) into a table (rows, dates or more), see `Turning`."""
    dates = len(record)
    whole = dates // LINE * LINE
    for start in range(0, whole, LINE):
        for i in range(len(columns)):
            for k in range(LINE):
                table[rows[i], start + k] = record[start + k, columns[i]]
    for date in range(whole, dates):
        for i in range(len(columns)):
            table[rows[i], date] = record[date, columns[i]]
    for i in range(len(more_columns)):
        for date in range(dates):
            table[more_rows[i], date] += record[date, more_columns[i]]
    for group in range(len(totals)):
        total = table[totals[group]]
        row = table[members[member_first[group]]]
        for date in range(dates):
            total[date] = row[date]
        for i in range(member_first[group] + 1, member_first[group + 1]):
            row = table[members[i]]
            for date in range(dates):
                total[date] += row[date]


def peaks(rows: Any, levels: Any, calm: float, peak: Any, week: Any, above: Any, last: Any) -> None:
    """Largest number of every row and when it is first reached; how often and how long rows are above levels.

    Parameters
    ----------
    rows : floats, shape (rows, weeks)
    levels : floats
    calm : float
    peak, week : floats and ints, by row, filled
        At least 0; the week counts from 0.
    above : floats, shape (levels, rows), filled
        Weeks above each level.
    last : floats, by row, filled
        Weeks up to and with the last one above `calm`, 0 if none.
    """
    weeks = rows.shape[1]
    for r in range(len(rows)):
        row = rows[r]
        largest = 0.0
        at = 0
        for w in range(weeks):
            at = w if row[w] > largest else at
            largest = row[w] if row[w] > largest else largest
        peak[r] = largest
        week[r] = at
        for k in range(len(levels)):
            count = 0
            if largest > levels[k]:
                for w in range(weeks):
                    count += 1 if row[w] > levels[k] else 0
            above[k, r] = count
        end = weeks if largest > calm else 0
        while end > 0 and row[end - 1] <= calm:
            end -= 1
        last[r] = end


def shortages(unserved: Any, wanted: Any, total: Any, share: float, first: Any, weeks: Any, recovered: Any) -> None:
    """First week in which more than a share of what is wanted is unserved, how many there are, the week after the last.

    Parameters
    ----------
    unserved, wanted : floats, shape (rows, weeks)
        May end in zeros.
    total : floats, by row
        Sum of `unserved`; where it is zero nothing is filled.
    share : float
    first, weeks, recovered : floats, by row, filled
        Weeks count from 1; without such a week only `weeks` is filled.
    """
    for r in range(len(unserved)):
        if total[r] == 0.0:
            continue
        missing = unserved[r]
        need = wanted[r]
        count = 0
        for w in range(len(missing)):
            count += 1 if missing[w] > share * need[w] else 0
        weeks[r] = count
        if count == 0:
            continue
        w = 0
        while missing[w] <= share * need[w]:
            w += 1
        first[r] = w + 1
        w = len(missing) - 1
        while missing[w] <= share * need[w]:
            w -= 1
        recovered[r] = w + 2


def means(table: Any, first_row: Any, second_row: Any, first_cell: Any, step: Any, weeks: Any, out: Any) -> None:
    """Means over `step` weeks of rows, one series after the other.

    Parameters
    ----------
    table : floats, shape (rows, a multiple of `STEP` above `weeks`)
    first_row, second_row : ints, by series
        Where the second is not -1 the series is the sum of both rows.
    first_cell, step : ints, by series
        Where its dates begin in `out`, and weeks (1 or `STEP`) for each.
    out : singles
    """
    dates = (weeks + STEP - 1) // STEP
    rest = (weeks - 1) % STEP + 1  # weeks of the last date
    for series in range(len(first_row)):
        row = table[first_row[series]]
        if second_row[series] >= 0:
            row = row + table[second_row[series]]
        cells = out[first_cell[series] :]
        if step[series] == 1:
            for week in range(weeks):
                cells[week] = row[week]
            continue
        total = 0.0
        for date in range(dates):
            week = STEP * date
            # no zero has a sign
            total = row[week] + row[week + 1] + row[week + 2] + row[week + 3] + 0.0
            cells[date] = total * 0.25
        cells[dates - 1] = total / rest


def take_in(vector: Any, bits: Any, ranks: Any, low: Any, high: Any) -> bool:
    """Buckets (see `sketch`) of a run's numbers, and the smallest and largest so far; False if one is missing or below zero.

    Parameters
    ----------
    vector, bits : singles and the same memory as 32-bit integers
    ranks : 16-bit integers, filled
    low, high : singles, updated
    """
    largest = bits[0]
    for i in range(len(bits)):
        word = bits[i]
        largest = max(largest, word)
        ranks[i] = ((word + HALF + ((word >> UPPER) & ONE)) >> UPPER) | POSITIVE
    if largest >= NOT_PLAIN:
        return False
    for i in range(len(vector)):
        low[i] = min(low[i], vector[i])
        high[i] = max(high[i], vector[i])
    return True


def add_up(entries: Any, numbers: Any, shift: Any, zero: Any, counts: Any) -> None:
    """Add a chunk's runs to those counted so far by cell and bucket.

    Parameters
    ----------
    entries : ints, by cell
    numbers : 32-bit integers
        The entries of all cells: runs times 2^16, plus the rank of the bucket.
    shift, zero : ints, by cell
        What makes a rank a place in `counts`; the place of zero.
    counts : ints, updated
    """
    at = 0
    for cell in range(len(entries)):
        for _ in range(entries[cell]):
            number = numbers[at]
            at += 1
            rank = number & 0xFFFF
            if rank == ZERO:
                counts[zero[cell]] += number >> 16
            elif rank != MISSING:
                counts[shift[cell] + rank] += number >> 16

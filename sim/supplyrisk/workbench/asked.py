"""What is typed into a field for a whole number: taken, or refused in words beside it."""

from __future__ import annotations

import re

from ..errors import SupplyriskError

MOST_RUNS = 1_000_000  # of a batch that is started here; larger ones are for the command line
MOST_SEED = 2**53
SPACES = str.maketrans("", "", " \u00a0\u202f\u2009")
GROUPS = re.compile(r"\d{1,3}(?:[.,']\d{3})+")


def whole(text: object, what: str, least: int, most: int) -> int | None:
    """The number that was typed; None if nothing was.

    Raises
    ------
    SupplyriskError
        If it is no whole number from `least` to `most`.
    """
    said = str("" if text is None else text).strip()
    plain = said.translate(SPACES).replace("\u2212", "-")
    if not plain:
        return None
    if re.fullmatch(r"[+-]?\d{1,30}", plain) and least <= int(plain) <= most:
        return int(plain)
    meant = f"; did you mean {re.sub('[^0-9]', '', plain)}" if GROUPS.fullmatch(plain) else ""
    shown = said if len(said) <= 30 else f"{said[:30]}…"
    raise SupplyriskError(f"{what} must be a whole number from {least:,} to {most:,} (got {shown}{meant})")


def runs_asked(value: object) -> int | None:
    """Number of runs; None: as the file says."""
    return whole(value, "Runs", 1, MOST_RUNS)


def seed_asked(value: object) -> int | None:
    """Seed of all draws; None: as the file says."""
    return whole(value, "The seed", 0, MOST_SEED)


def fault(value: object, asked: object) -> str | None:
    """What is wrong with a field, as NiceGUI's `validation` wants it."""
    assert callable(asked)
    try:
        asked(value)
    except SupplyriskError as error:
        return str(error)
    return None

"""Numbers as people read them: two or three digits, a unit, an interval, never a wall of decimals."""

from __future__ import annotations

import math

MISSING = "–"


def significant(value: float, digits: int = 2) -> str:
    """`value` with `digits` significant digits, thousands separated, no exponent below a billion.

    Whole parts are never zeroed beyond the digits asked for without need: 1,238 with two digits is
    "1,200", 0.0123 is "0.012", 3.0 is "3.0" only if the second digit was asked for.
    """
    if value is None or math.isnan(value):
        return MISSING
    if math.isinf(value):
        return "without limit" if value > 0 else "without limit downwards"
    if value == 0:
        return "0"
    power = math.floor(math.log10(abs(value)))
    rounded = round(value, digits - 1 - power)
    power = math.floor(math.log10(abs(rounded))) if rounded else power
    decimals = max(0, digits - 1 - power)
    if decimals > 6:
        return f"{rounded:.{digits - 1}e}"
    text = f"{abs(rounded):,.{decimals}f}"
    return ("−" if rounded < 0 else "") + text


def plain(value: float, digits: int = 2) -> str:
    """Like `significant`, without zeros behind the point (2.0 becomes 2)."""
    text = significant(value, digits)
    if "." in text and "e" not in text:
        text = text.rstrip("0").rstrip(".")
    return text


def share(value: float) -> str:
    """A fraction as per cent: "12 %", "0.4 %", "under 0.1 %", "0 %"."""
    if value is None or math.isnan(value):
        return MISSING
    if value == 0:
        return "0 %"
    per_cent = 100.0 * value
    if abs(per_cent) < 0.1:
        return "under 0.1 %" if per_cent > 0 else "above −0.1 %"
    if abs(per_cent) < 10:
        return f"{plain(per_cent, 2 if abs(per_cent) >= 1 else 1)} %"
    return f"{plain(round(per_cent), 4)} %"


def usd(value: float, digits: int = 2) -> str:
    """Dollars in words a reader knows: "USD 1.2 billion", "USD 340 million"."""
    if value is None or math.isnan(value):
        return MISSING
    sign = "−" if value < 0 else ""
    size = abs(value)
    for limit, name in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"), (1e3, "thousand")):
        if size >= 0.9995 * limit:
            return f"{sign}USD {plain(size / limit, digits)} {name}"
    return f"{sign}USD {plain(size, digits)}"


def tonnes(value: float, digits: int = 2) -> str:
    """Tonnes: "1,200 t", "0.4 t"; kilotonnes from 100,000 t on."""
    if value is None or math.isnan(value):
        return MISSING
    if abs(value) >= 1e5:
        return f"{plain(value / 1e3, digits)} kt"
    return f"{plain(value, digits)} t"


def whole(value: float, one: str, many: str) -> str:
    """A count with its noun: "1 week", "7 weeks"; half weeks are rounded to even weeks."""
    if value is None or math.isnan(value):
        return MISSING
    count = round(value)
    return f"{count:,} {one if abs(count) == 1 else many}".replace("-", "−")


def quantity(value: float, unit: str, digits: int = 2) -> str:
    """A number in the words of its unit, for tables and tiles."""
    if value is None or math.isnan(value):
        return MISSING
    if unit in ("USD",):
        return usd(value, digits)
    if unit in ("t",):
        return tonnes(value, digits)
    if unit in ("share",):
        return share(value)
    if unit in ("index", "ratio"):
        return f"{plain(value, digits)} ×"
    if unit in ("weeks", "week"):
        return whole(value, "week", "weeks") if abs(value) >= 9.5 or value == round(value) else f"{plain(value)} weeks"
    if unit == "days":
        return whole(value, "day", "days")
    return f"{plain(value, digits)} {unit}".strip()


def interval(low: float, high: float, unit: str, digits: int = 2) -> str:
    """ "low to high unit", the unit said once."""
    if math.isnan(low) or math.isnan(high):
        return MISSING
    a, b = quantity(low, unit, digits), quantity(high, unit, digits)
    if a == b:
        return a
    for tail in (
        " billion",
        " million",
        " thousand",
        " trillion",
        " %",
        " kt",
        " t",
        " ×",
        " weeks",
        " days",
        f" {unit}",
    ):
        if a.endswith(tail) and b.endswith(tail):
            a = a[: -len(tail)]
            break
    if a.startswith("USD ") and b.startswith("USD ") and not a.endswith(("thousand", "million", "billion", "trillion")):
        b = b[4:]
    return f"{a} to {b}"

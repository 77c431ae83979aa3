"""Numbers as people read them: two or three digits, a unit, an interval, never a wall of decimals."""

from __future__ import annotations

import math
from collections.abc import Sequence

MISSING = "–"
NOTHING = 1e-9  # rounding errors of sums; no unit used here has numbers that small
MOST_DECIMALS = {
    "USD": 0,
    "%": 2,
    "points": 2,
    "share": 2,
    "index": 2,
    "times": 2,
    "weeks": 1,
    "week": 0,
    "days": 0,
    "t": 2,
}


def significant(value: float, digits: int = 2) -> str:
    """`value` with `digits` significant digits, thousands separated, no exponent below a billion.

    Whole parts are never zeroed beyond the digits asked for without need: 1,238 with two digits is
    "1,200", 0.0123 is "0.012", 3.0 is "3.0" only if the second digit was asked for.
    """
    if value is None or math.isnan(value):
        return MISSING
    if math.isinf(value):
        return "without limit" if value > 0 else "without limit downwards"
    if abs(value) < NOTHING:
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
    if abs(value) < NOTHING:
        return "0 %"
    per_cent = 100.0 * value
    if abs(per_cent) < 0.1:
        return "under 0.1 %" if per_cent > 0 else "above −0.1 %"
    if abs(per_cent) < 10:
        return f"{plain(per_cent, 2 if abs(per_cent) >= 1 else 1)} %"
    return f"{plain(round(per_cent), 4)} %"


def whole(value: float, one: str, many: str) -> str:
    """A count with its noun: "1 week", "7 weeks"; half weeks are rounded to even weeks."""
    if value is None or math.isnan(value):
        return MISSING
    count = round(value)
    return f"{count:,} {one if abs(count) == 1 else many}".replace("-", "−")


_WORDS = ((1e12, " trillion"), (1e9, " billion"), (1e6, " million"), (1e3, " thousand"))


def together(
    values: Sequence[float], unit: str, digits: int = 2, main: float | None = None
) -> tuple[list[str], str, str]:
    """Several numbers of one unit rounded alike, to the digits the largest of them deserves.

    `main`, if given, is the number that counts (a median among its interval): it gets its digits as
    long as the others are not more than three times as large.

    Returns
    -------
    texts : list of str
        The numbers, all with the same decimals, without their unit.
    head, tail : str
        What stands before and after them: ("USD ", " billion"), ("", " %").
    """
    finite = [v for v in values if v is not None and math.isfinite(v)]
    size = max((abs(v) for v in finite), default=0.0)
    texts, head, tail = _rounded(values, unit, digits, main, size, size)
    if unit == "USD" and any(len(text.partition(".")[0].lstrip("−")) > 3 for text in texts if text != MISSING):
        # Rounded up to the next word: one billion is no thousand million.
        above = next((limit for limit, _ in reversed(_WORDS) if limit > size), size)
        texts, head, tail = _rounded(values, unit, digits, main, size, above)
    return texts, head, tail


def _rounded(
    values: Sequence[float], unit: str, digits: int, main: float | None, size: float, dressed: float
) -> tuple[list[str], str, str]:
    """`together` with the largest number given, and the size that decides in thousands of what it is told."""
    head, tail, factor = _dress(unit, dressed)
    if main is not None and math.isfinite(main):
        size = max(abs(main), size / 3.0)
    size *= factor
    power = math.floor(math.log10(size)) if size > NOTHING else 0
    decimals = max(0, digits - 1 - power)
    if unit != "USD" or not tail:
        decimals = min(decimals, MOST_DECIMALS.get(unit, 6))
    if unit in ("weeks", "week", "days") and size >= 3:
        decimals = 0
    step = 10.0 ** max(0, power + 1 - digits) if unit not in ("weeks", "week", "days") else 1.0
    texts = []
    for value in values:
        if value is None or math.isnan(value):
            texts.append(MISSING)
            continue
        rounded = round(value * factor / step) * step if step > 1 else round(value * factor, decimals)
        text = f"{abs(rounded):,.{decimals}f}"
        texts.append(("−" if rounded < 0 and float(text.replace(",", "")) else "") + text)
    texts = ["0" if t != MISSING and not t.strip("−0.") else t for t in texts]
    if decimals and all("." not in t or not t.split(".")[1].strip("0") for t in texts):
        texts = [t.split(".")[0] for t in texts]
    return texts, head, tail


def _dress(unit: str, size: float) -> tuple[str, str, float]:
    if unit == "USD":
        word, factor = next(((w, 1.0 / limit) for limit, w in _WORDS if size >= 0.9995 * limit), ("", 1.0))
        return "USD ", word, factor
    if unit == "t" and size >= 1e5:
        return "", " kt", 1e-3
    if unit == "share":
        return "", " %", 100.0
    if unit in ("index", "ratio"):
        return "", "×", 1.0
    if unit in ("weeks", "week"):
        return "", " weeks", 1.0
    return "", f" {unit}" if unit else "", 1.0


def quantity(value: float, unit: str, digits: int = 2) -> str:
    """A number with its unit: "3.1×", "12 %", "USD 1.2 billion", "1 week"."""
    (text,), head, tail = together([value], unit, digits)
    return MISSING if text == MISSING else _joined(text, head, tail)


def interval(low: float, high: float, unit: str, digits: int = 2) -> str:
    """ "low to high unit", the unit said once; one number if both read alike."""
    return with_interval(high, low, high, unit, digits)[1] or quantity(high, unit, digits)


def with_interval(value: float, low: float, high: float, unit: str, digits: int = 2) -> tuple[str, str]:
    """A number and its interval, rounded alike: ("USD 3.4 billion", "USD −0.5 to 9.4 billion").

    The interval is empty if it reads like the number.
    """
    (a, b, c), head, tail = together([value, low, high], unit, digits, main=value)
    if MISSING in (a, b, c):
        return (_joined(a, head, tail) if a != MISSING else MISSING), ""
    return _joined(a, head, tail), "" if a == b == c else f"{head}{b} to {c}{tail}"


def _joined(text: str, head: str, tail: str) -> str:
    if tail in (" weeks", " days", " points") and text.lstrip("−") == "1":
        tail = tail[:-1]
    return f"{head}{text}{tail}"

"""The closed list of units, and how text such as "20 kt/yr" becomes a number.

Everything inside the program is in tonnes, days, tonnes a year, USD per kg and fractions; text is
converted once, here. A unit that is not in the list is an error with a suggestion, never a guess.
"""

from __future__ import annotations

import re

from .errors import did_you_mean

DAYS_PER_YEAR = 365.25

MASS = {"t": 1.0, "kt": 1e3, "Mt": 1e6, "kg": 1e-3, "tonne": 1.0, "tonnes": 1.0, "tons": 1.0}
TIME = {
    "day": 1.0,
    "days": 1.0,
    "d": 1.0,
    "working day": 1.4,
    "working days": 1.4,
    "week": 7.0,
    "weeks": 7.0,
    "wk": 7.0,
    "month": DAYS_PER_YEAR / 12,
    "months": DAYS_PER_YEAR / 12,
    "year": DAYS_PER_YEAR,
    "years": DAYS_PER_YEAR,
    "yr": DAYS_PER_YEAR,
}
_PER = {
    "yr": 1.0,
    "year": 1.0,
    "a": 1.0,
    "month": 12.0,
    "week": DAYS_PER_YEAR / 7,
    "day": DAYS_PER_YEAR,
    "d": DAYS_PER_YEAR,
}
RATE = {f"{mass}/{per}": factor * _PER[per] for mass, factor in MASS.items() for per in _PER}
RATE |= {"tpa": 1.0, "ktpa": 1e3}
PRICE = {"USD/kg": 1.0, "USD/t": 1e-3, "$/kg": 1.0, "$/t": 1e-3}
VALUE = {"USD/t": 1.0, "USD/kg": 1e3, "$/t": 1.0, "$/kg": 1e3}
SHARE = {"": 1.0, "%": 0.01, "percent": 0.01, "share": 1.0}
SHARE_PER_YEAR = {"": 1.0, "%": 0.01, "%/yr": 0.01, "% a year": 0.01, "% per year": 0.01, "1/yr": 1.0, "share/yr": 1.0}
FACTOR = {"": 1.0, "x": 1.0, "times": 1.0, "%": 0.01}
PLAIN = {"": 1.0}

# What sums may be written in by mistake: money is in USD throughout.
OTHER_MONEY = ("EUR", "€", "CNY", "RMB", "YUAN", "JPY", "YEN", "¥", "GBP", "£", "KRW", "CHF", "EURO", "EUROS")

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")

# Minus signs and dashes of word processors.
DASHES = str.maketrans(dict.fromkeys("\u2212\u2013\u2014", "-"))


class UnitError(ValueError):
    """Text that is no quantity of the wanted kind; the message says what is wrong and what was meant."""


def split_quantity(text: str) -> tuple[float, str]:
    """Split "20 kt/yr" into 20.0 and "kt/yr".

    Raises
    ------
    UnitError
        If the text does not start with a plain decimal number.
    """
    stripped = " ".join(text.split())
    match = NUMBER.match(stripped)
    if match is None:
        plain = stripped.translate(DASHES)
        hint = f"; did you mean {plain}" if plain != stripped and NUMBER.match(plain) else ""
        raise UnitError(f"is not a number (got {text!r}){hint}")
    rest = stripped[match.end() :]
    if re.match(r"[,_'][0-9]| [0-9]{3}(?![0-9])", rest):
        raise UnitError(f"writes a number with a separator (got {text!r}); did you mean {_meant(stripped)}")
    value = float(match.group())
    if abs(value) > 1e15:
        raise UnitError(f"is too large a number (got {text!r})")
    return value, rest.strip()


def _meant(text: str) -> str:
    """What a number with separators most likely is: `1.500,5` is 1500.5, `1,500` is 1.500 or 1500."""
    digits = re.match(r"[-+]?[0-9.,_']+( [0-9]{3}(?![0-9]))*([.,][0-9]+)?", text)
    written = re.sub(r"[_' ]", "", digits.group() if digits else text)
    if "." in written and "," in written:
        thousands, decimal = (",", ".") if written.rindex(".") > written.rindex(",") else (".", ",")
        return written.replace(thousands, "").replace(decimal, ".")
    if written.count(",") == 1:
        whole = f" or {written.replace(',', '')}" if re.search(r",[0-9]{3}$", written) else ""
        return written.replace(",", ".") + whole
    return written.replace(",", "")


def convert(text: str, units: dict[str, float], example: str) -> float:
    """Read a quantity in one of `units` (unit -> factor to the base unit).

    Parameters
    ----------
    text : str
        What the file says.
    units : dict
        The accepted units; "" if a plain number is accepted.
    example : str
        A well-formed value, for the message.
    """
    value, unit = split_quantity(text)
    if unit in units:
        # Twelve digits: "45 working days" is 63 days, not 62.99999999999999.
        return value if units[unit] == 1.0 else float(f"{value * units[unit]:.12g}")
    if not unit:
        raise UnitError(f"has no unit (got {text!r}); write it like {example}")
    foreign = [word for word in unit.split() if word.upper() in OTHER_MONEY]
    if foreign and any("USD" in name.split() for name in units):
        raise UnitError(
            f"is in another currency (got {text!r}); sums are in USD: convert it, and write it like {example}"
        )
    lowered = {name.lower(): name for name in units if name}
    if unit.lower() in lowered:
        raise UnitError(f"has an unknown unit (got {text!r}); did you mean {value:g} {lowered[unit.lower()]}")
    if not lowered:
        raise UnitError(f"takes a plain number without unit (got {text!r}); did you mean {value:g}")
    for ending in ("/yr", "/kg"):
        if unit + ending in units:
            raise UnitError(f"has a wrong unit (got {text!r}); did you mean {value:g} {unit}{ending}")
    hint = did_you_mean(unit, lowered.values(), limit=0) or f"; write it like {example}"
    raise UnitError(f"has a wrong unit (got {text!r}){hint}")


# How the numbers of a world are written: registry unit -> (accepted units, example).
REGISTRY_UNITS: dict[str, tuple[dict[str, float], str]] = {
    "t": ({"": 1.0} | MASS, "20 t"),
    "t/yr": ({"": 1.0} | RATE, "20 kt/yr"),
    "t/t": ({"": 1.0, "t/t": 1.0, "kg/kg": 1.0, "kg/t": 1e-3}, "1.4 t/t"),
    "share": (SHARE, "80 %"),
    "ratio": (FACTOR | {"ratio": 1.0}, "0.7"),
    "days": ({"": 1.0} | TIME, "32 days"),
    "weeks": ({"": 1.0} | {unit: days / 7 for unit, days in TIME.items()}, "12 weeks"),
    "USD/kg": ({"": 1.0} | PRICE, "60 USD/kg"),
    "USD/t": ({"": 1.0} | VALUE, "200000 USD/t"),
    "1": (PLAIN | {"1": 1.0}, "0.12"),
    "1/yr": (SHARE_PER_YEAR, "10 %/yr"),
    "1/week": (SHARE | {"1/week": 1.0, "%/week": 0.01}, "0.3"),
    "index": (FACTOR | {"index": 1.0}, "3"),
    "ln": (PLAIN | {"ln": 1.0}, "0.3"),
    "class": (PLAIN | {"class": 1.0}, "5"),
}


def parse_registry(text: str, unit: str) -> float:
    """Read a number of a world's parameter whose registry unit is `unit`; a plain number is in that unit."""
    units, example = REGISTRY_UNITS[unit]
    return convert(text, units, example)

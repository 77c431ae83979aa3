"""The type of the layout: a length for every dimension and a place for every array, by name.

The type checker reads the stub beside this file, which is written from the same declarations and holds every name: so a
misspelt array is found before anything runs.
"""

from __future__ import annotations

from collections import namedtuple

from .arrays import DIMENSIONS, Array
from .arrays_market import MARKET_ARRAYS
from .arrays_rules import RULE_ARRAYS
from .arrays_run import CALENDAR, RECORDS, SCALARS
from .arrays_supply import SUPPLY_ARRAYS
from .arrays_users import USER_ARRAYS
from .arrays_zones import ZONE_ARRAYS

ARRAYS: tuple[Array, ...] = MARKET_ARRAYS + SUPPLY_ARRAYS + USER_ARRAYS + ZONE_ARRAYS + RULE_ARRAYS
ALL: tuple[Array, ...] = ARRAYS + SCALARS + RECORDS
FIELDS = (*(f"n_{name}" for name, _ in DIMENSIONS), *(array.name for array in ALL), *CALENDAR)

Layout = namedtuple("Layout", FIELDS)

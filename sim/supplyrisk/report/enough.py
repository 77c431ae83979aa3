"""How many runs are enough to say what."""

from __future__ import annotations

FEWEST_RUNS = 30  # below this nothing is said about how likely an outcome is
MANY_RUNS = 200  # from here on quantiles are told without "about"

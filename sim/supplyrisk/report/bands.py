"""What a printed band is: 80 % of the runs, and what these runs hold, said in the same words everywhere."""

from __future__ import annotations

from .enough import FEWEST_RUNS
from .run import Run

LOW, HIGH = 0.10, 0.90  # quantiles over runs at its ends
NAME = "80 % band"
# Parameters of the model's own error of price (ln), and the number of past squeezes on which it was measured.
ERRORS = ("error_level", "error_weekly", "error_shift")
EPISODES = 8


def own_error(run: Run) -> bool:
    """Whether the runs hold the model's own error: a number of the world as it was run that is not plainly 0.

    A run whose manifest names no such number was made without it.
    """
    return any(key[0] in ERRORS and number != 0 for key, number in run.world.values.items())


def holds(run: Run) -> str:
    """ "drawn inputs, chance, and the model's own error as measured on 8 past squeezes"."""
    drawn = "drawn inputs" if run.sampled else ""
    if own_error(run):
        error = f"the model's own error as measured on {EPISODES} past squeezes"
        return f"{drawn}, chance, and {error}" if drawn else f"chance and {error}"
    return f"{f'{drawn} and ' if drawn else ''}chance, without the model's own error"


def band(run: Run) -> str:
    """The band with what it holds: "80 % band (drawn inputs, chance, and …)"."""
    return f"{NAME} ({holds(run)})"


def brackets(run: Run) -> str:
    """Said once below the answer: what the numbers in brackets are; "" for a single run."""
    if run.n_ok <= 1:
        return ""
    if run.n_ok < FEWEST_RUNS:
        return f"In brackets: 10 % to 90 % quantile of only {run.n_ok} runs ({holds(run)})."
    told = f"In brackets: {band(run)}, 10th to 90th percentile of the runs."
    if not own_error(run):
        return told
    return f"{told} The error is inside each run: exports, shortages and money inherit it."

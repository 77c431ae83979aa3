"""Each parameter at either end of its prior, the rest central: does anything need fitting?

    python tools/market_core/scan.py            # some ten minutes

Prints the ratio of mean errors to "no change" of all points to week 62, as recorded and as known on the day, and errors by
event.
"""

from __future__ import annotations

import numpy as np
from events import Event, all_events
from parameters import PARAMETERS, default

LAST_WEEK = 62
ROWS = 60  # day-one paths


def ratio(events: list[Event], day_one: bool, **changed: float) -> tuple[dict[str, float], float]:
    """Errors by group, and the ratio of their mean to that of no change."""
    error: dict[str, list[float]] = {}
    no_change: dict[str, list[float]] = {}
    for event in events:
        record = event.simulate(ROWS if day_one else 1, day_one, numbers=default(**changed))
        early = event.weeks <= LAST_WEEK
        median = np.median(event.read(record), 1)
        error.setdefault(event.group, []).append(abs(np.log(median / event.seen))[early].mean())
        no_change.setdefault(event.group, []).append(abs(np.log(event.seen))[early].mean())
    by_group = {group: float(np.mean(values)) for group, values in error.items()}
    return by_group, float(np.mean(list(by_group.values())) / np.mean([np.mean(v) for v in no_change.values()]))


def main() -> None:
    """Print one line for each end of each prior."""
    events = all_events()
    ends = [(name, end) for name, parameter in PARAMETERS.items() for end in (parameter.low, parameter.high)]
    for changed in [{}, *({name: end} for name, end in ends)]:
        recorded, of_recorded = ratio(events, False, **changed)
        day_one, of_day_one = ratio(events, True, **changed)
        errors = {group: (round(recorded[group], 2), round(day_one[group], 2)) for group in recorded}
        print(changed or "central", f"recorded {of_recorded:.3f} day one {of_day_one:.3f}", errors, flush=True)


if __name__ == "__main__":
    main()

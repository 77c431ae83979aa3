"""One market week, phase by phase, and the order of everything that happens on a day."""

from __future__ import annotations

from .arrays import Floats, Ints
from .beliefs import believe, time_effects
from .controls import find_cuts, set_officers, set_rules
from .exports import sum_export_money
from .layout_types import Layout
from .leaks import update_leaks
from .orders import allocate, apply_limits, claim, claim_for_stockpiles, order, split_late
from .parting import part_zones, share_prices
from .prices import move_prices, price_exports, set_paid_prices
from .production import produce, use
from .receive import receive
from .record import record
from .start import start_growth
from .targets import aim_prices
from .triggers import watch_triggers

# Classes of events on one day, in the order they are handled. Ties inside a class go by entity, then by
# the entity's own counter: never by insertion or chance.
SWITCH = 0  # rules change inside a week
REVIEW = 1  # an officer has finished with an application
RELEASE = 2  # a granted lot leaves
CUSTOMS = 3  # goods that customs had set aside leave
READMIT = 4  # a refused buyer may apply again
PIECE = 5  # the rest of a week's shipment leaves under changed rules
ARRIVAL = 6  # a shipment reaches the buyer
SEIZURE = 7  # a leaking shipment is caught
COMPLETION = 8  # a batch is finished
BREAKDOWN = 9  # a site fails at random
REPAIR = 10  # and works again
MARKET = 11  # the market week

EVENT_NAMES = (
    "rules change",
    "review done",
    "licensed goods leave",
    "customs let goods go",
    "buyer may reapply",
    "rest of the week leaves",
    "arrival",
    "seizure",
    "batch finished",
    "breakdown",
    "repair",
    "market",
)


def market_week(L: Layout, F: Floats, I: Ints, key: int, day: int, week: int) -> None:
    """All phases of the market of day `day`. The engine then ships `lane_out` and starts `site_start`."""
    I[L.cuts_ahead] = 0
    if day > 0 and day == I[L.lead_days]:
        start_growth(L, F, I, day)
    if I[L.rules] == 1:
        watch_triggers(L, F, I, key, day)
        set_rules(L, F, I, key, day)
        I[L.cuts_ahead] = find_cuts(L, F, I, day)
        set_officers(L, F, I, week)
    receive(L, F, I)
    if I[L.rules] == 1:
        time_effects(L, F, I, day)
        part_zones(L, F, I, day)
    price_exports(L, F, I)
    if I[L.rules] == 1:
        sum_export_money(L, F, I)
    believe(L, F, I, day)
    aim_prices(L, F, I)
    move_prices(L, F, I, key, week)
    share_prices(L, F, I)
    set_paid_prices(L, F, I)
    if I[L.rules] == 1:
        update_leaks(L, F, I)
    produce(L, F, I, day)
    use(L, F, I, day, week)
    claim(L, F, I, day)
    if I[L.rules] == 1:
        claim_for_stockpiles(L, F, I)
    order(L, F, I)
    if I[L.rules] == 1:
        apply_limits(L, F, I)
    allocate(L, F, I, day)
    if I[L.rules] == 1:
        split_late(L, F, I, day)
    record(L, F, I, week, day)

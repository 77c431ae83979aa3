"""Numbers of the operations in compiled effect rows (names as in `supplyrisk.events.effects.OPS`)."""

from __future__ import annotations

CLOSE = 1
QUOTA = 2
TARIFF = 3
DELAY = 4
HOLD = 5
LICENCE = 6
GENERAL_LICENCE = 7
LEAK = 8
ENFORCEMENT = 9
SOURCING = 10
CAPACITY_LOSS = 11
NEW_CAPACITY = 12
PRICE_FLOOR = 13
SUBSIDY = 14
OFFTAKE = 15
PROJECT_DELAY = 16
DEMAND = 17
NEW_DEMAND = 18
THRIFT = 19
COVER_OBLIGATION = 20
STOCKPILE = 21
JOINT_PURCHASE = 22
SUSPEND = 23

OP_CODES: dict[str, int] = {
    name.lower(): value for name, value in list(globals().items()) if name.isupper() and isinstance(value, int)
}

# Further numbers of a row, in the order effect_a, effect_b, ...
OP_PARAMS: dict[str, tuple[str, ...]] = {
    "quota": ("period_days", "pro_rata", "share_of_normal"),
    "hold": ("hold_days", "hold_days_sd"),
    "licence": (
        "unit_officers",
        "review_days",
        "review_days_spread",
        "processing_days",
        "grant_rate",
        "reapply_weeks",
        "expiry_weeks",
        "lot_t",
        "content_threshold",
        "unknown_pace",
    ),
    "demand": ("lasts",),
    "leak": ("growth_per_week", "extra_days", "extra_cost", "seizure_probability"),
    "enforcement": ("seizure_probability",),
    "price_floor": ("usd_per_kg",),
    "subsidy": ("usd_per_kg",),
    "offtake": ("usd_per_kg",),
    "new_capacity": ("unit_cost_ratio", "needs_input", "success_probability", "slip_days"),
    "stockpile": (
        "initial_weeks",
        "fill_weeks_per_week",
        "release_weeks_per_week",
        "release_unserved",
        "release_price_index",
    ),
}

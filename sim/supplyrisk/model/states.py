"""Names of the codes that say how an event stands and what it waits for."""

from __future__ import annotations

WAITING, DATED, NEVER = 0, 1, 2  # `event_status`
ONCE, EVERY, BY_CHANCE = 0, 1, 2  # `event_repeat`

# `event_trigger`: what is watched, and what `event_trigger_index` counts.
NO_TRIGGER = 0
QUOTED_PRICE = 1  # a cell
PAID_IN_ZONE = 2  # a cell
UNSERVED_SHARE = 3  # a node
AFTER_EVENT = 4  # an event
PAID_IN_COUNTRY = 5  # a node
NOT_FROZEN, FROZEN_BUT_GENERAL, FROZEN = 0, 1, 2  # lane_freeze: single licences alone, or general ones too

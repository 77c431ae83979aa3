"""Random decisions inside a run, each a pure function of run, entity and counter."""

from __future__ import annotations

from ..operations.ops.licence import (
    EXPIRY_WEEKS,
    GRANT_RATE,
    PROCESSING_DAYS,
    REAPPLY_WEEKS,
    REVIEW_DAYS,
    REVIEW_DAYS_SPREAD,
)
from ..operations.rows import param
from ..streams import (
    STREAM_GRANT,
    STREAM_HOLD_DAYS,
    STREAM_OUTAGE_GAP,
    STREAM_OUTAGE_LENGTH,
    STREAM_REVIEW_DAYS,
    STREAM_SEIZURE,
    exponential_quantile,
    lognormal_quantile,
    uniform,
)
from .arrays import Floats, Ints
from .layout_types import Layout


def whole_days(days: float) -> int:
    """Nearest whole number of days, at least one."""
    nearest = int(days + 0.5)
    return nearest if nearest >= 1 else 1


def review_days(L: Layout, F: Floats, I: Ints, key: int, office: int, lane: int, number: int) -> int:
    """Days an officer works on application `number` of a lane.

    Lognormal around the office's mean; exponential where the spread is given as -1.
    """
    e = I[L.office_effect + office]
    u = uniform(key, STREAM_REVIEW_DAYS, I[L.lane_key + lane], number)
    if param(L, F, e, REVIEW_DAYS_SPREAD) < 0.0:
        return whole_days(exponential_quantile(u, param(L, F, e, REVIEW_DAYS)))
    return whole_days(lognormal_quantile(u, param(L, F, e, REVIEW_DAYS), param(L, F, e, REVIEW_DAYS_SPREAD)))


def is_granted(L: Layout, F: Floats, I: Ints, key: int, office: int, lane: int, number: int) -> int:
    """1 if application `number` of a lane is granted. Files left over when the rule ends always are."""
    if F[L.office_level + office] < 0.0:
        return 1
    e = I[L.office_effect + office]
    return 1 if uniform(key, STREAM_GRANT, I[L.lane_key + lane], number) <= param(L, F, e, GRANT_RATE) else 0


def processing_days(L: Layout, F: Floats, I: Ints, office: int) -> int:
    """Calendar days a granted file waits besides the officer's work."""
    return int(param(L, F, I[L.office_effect + office], PROCESSING_DAYS) + 0.5)


def has_expired(L: Layout, F: Floats, I: Ints, office: int, filed: int, day: int) -> int:
    """1 if an application filed on day `filed` lapses before an officer opens it."""
    weeks = param(L, F, I[L.office_effect + office], EXPIRY_WEEKS)
    return 1 if weeks > 0.0 and day - filed > int(7.0 * weeks + 0.5) else 0


def reapply_days(L: Layout, F: Floats, I: Ints, office: int) -> int:
    """Days a refused buyer must wait."""
    return whole_days(7.0 * param(L, F, I[L.office_effect + office], REAPPLY_WEEKS))


def hold_days(L: Layout, F: Floats, I: Ints, key: int, lane: int, number: int) -> int:
    """Days customs keep the `number`th shipment set aside on a lane."""
    u = uniform(key, STREAM_HOLD_DAYS, I[L.lane_key + lane], number)
    return whole_days(lognormal_quantile(u, F[L.lane_hold_days + lane], F[L.lane_hold_cv + lane]))


def is_seized(L: Layout, F: Floats, I: Ints, key: int, lane: int, number: int) -> int:
    """1 if the `number`th leaking shipment of a lane is caught."""
    free = (1.0 - F[L.lane_leak_seizure + lane]) * (1.0 - F[L.lane_enforcement_seizure + lane])
    return 1 if uniform(key, STREAM_SEIZURE, I[L.lane_key + lane], number) > free else 0


def days_to_outage(L: Layout, F: Floats, I: Ints, key: int, site: int, number: int) -> int:
    """Days a site runs before its `number`th random outage (exponential)."""
    u = uniform(key, STREAM_OUTAGE_GAP, I[L.site_key + site], number)
    return whole_days(exponential_quantile(u, F[L.outage_mtbf_days + site]))


def outage_days(L: Layout, F: Floats, I: Ints, key: int, site: int, number: int) -> int:
    """Length of a site's `number`th random outage (exponential)."""
    u = uniform(key, STREAM_OUTAGE_LENGTH, I[L.site_key + site], number)
    return whole_days(exponential_quantile(u, F[L.outage_mttr_days + site]))

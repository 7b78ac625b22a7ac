"""Activity: how long and how often there are records, and how far they can be trusted."""

import numpy as np

from scoring.features.frame import PERIOD_DAYS, WINDOW_DAYS, Frame, Mask, Numbers, added, known

WEEKS = 13
DAYS_PER_WEEK = 7
FULL_EVENTS = 90
FULL_MONTHS = 3
FULL_WEEKS = 9


def features(frame: Frame) -> dict[str, Numbers]:
    """Counts are 0, not NaN, where nothing is seen."""
    active = _active_days(frame)
    weeks = active[:, : WEEKS * DAYS_PER_WEEK].reshape(frame.segments, WEEKS, DAYS_PER_WEEK)
    counts = {
        "events_180d": frame.count(frame.recorded, days=WINDOW_DAYS),
        "history_months": frame.history_days / PERIOD_DAYS,
        "active_days_90d": added(active[:, :90].astype(np.float64)),
        "active_weeks_90d": added(np.any(weeks, axis=2).astype(np.float64)),
    }
    return {
        **counts,
        "longest_gap_180d": _longest_gap(frame, active),
        "confidence": _confidence(counts),
    }


def _active_days(frame: Frame) -> Mask:
    active = np.zeros((frame.segments, WINDOW_DAYS), dtype=np.bool_)
    chosen = frame.recorded & (frame.age_days < WINDOW_DAYS)
    active[frame.segment[chosen], frame.age_days[chosen]] = True
    return active


def _longest_gap(frame: Frame, active: Mask) -> Numbers:
    """The longest run of days without a record since the first; NaN under a month of history."""
    day = np.arange(WINDOW_DAYS)
    latest = np.maximum.accumulate(np.where(active, day, -1), axis=1)
    quiet = np.where(day < frame.history_days[:, None], day - latest, 0)
    return known(quiet.max(axis=1).astype(np.float64), frame.history_days >= PERIOD_DAYS)


def _confidence(counts: dict[str, Numbers]) -> Numbers:
    """The weakest of three: enough events, months and weeks. 1 is a full quarter of records."""
    weakest = np.minimum(
        counts["events_180d"] / FULL_EVENTS, counts["history_months"] / FULL_MONTHS
    )
    return np.minimum(np.minimum(weakest, counts["active_weeks_90d"] / FULL_WEEKS), 1.0)

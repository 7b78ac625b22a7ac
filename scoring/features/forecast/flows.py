"""Net money of each past month, as far back as the records reach. Pure numpy."""

import numpy as np

from borrowers.behaviour.contracts import Direction, EventColumns, Integers
from scoring.features.frame import Numbers, cut

MONTHS = 12


def monthly(columns: EventColumns, segments: int, as_of_seconds: Integers) -> Numbers:
    """What came in less what went out of each 30-day month before the moment, the latest first.

    NaN where no records reach. Own money that only changed its place is neutral and counts for
    nothing; of health nothing is counted. Events at or after the moment are not seen.
    """
    frame = cut(columns, segments, as_of_seconds)
    came = frame.by_period(frame.recorded & frame.moved(Direction.IN), periods=MONTHS)
    went = frame.by_period(frame.recorded & frame.moved(Direction.OUT), periods=MONTHS)
    seen = frame.seen_periods(periods=MONTHS)
    return np.asarray(np.where(seen, came - went, np.nan), dtype=np.float64)

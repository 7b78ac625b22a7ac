"""What comes and goes again and again: salaries, subscriptions, and when they are next due. Pure.

A salary is found by payer, amount and interval, also where no word calls it one; a subscription by
merchant, amount and interval. The fields are those that account aggregators publish.
"""

from borrowers.behaviour.recurrence.finding import recurring
from borrowers.behaviour.recurrence.streams import Frequency, Recurrence, Stream, StreamKind

__all__ = ["Frequency", "Recurrence", "Stream", "StreamKind", "recurring"]

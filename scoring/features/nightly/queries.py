"""Whom a range holds, who is still to be computed, and what was kept of a person."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date

from borrowers.behaviour import queries as behaviour
from borrowers.people import queries as people
from scoring.features.models import FeatureSnapshot

RANGE_IDS = 400


def ranges() -> Iterator[int]:
    """The numbers of the ranges of ids that hold anybody."""
    after_id = 0
    while following := people.ids_after(after_id, limit=1):
        number = following[0] // RANGE_IDS
        yield number
        after_id = (number + 1) * RANGE_IDS - 1


def still_owed(number: int, day: date) -> list[int]:
    """Whose features of the day may be computed and are not kept yet, in one range of ids."""
    first_id = number * RANGE_IDS
    held = people.ids_after(first_id - 1, limit=RANGE_IDS, before=first_id + RANGE_IDS)
    readable = behaviour.readable_borrowers(held)
    kept = FeatureSnapshot.objects.filter(borrower_id__in=readable, day=day)
    done = set(kept.values_list("borrower_id", flat=True))
    return [each for each in readable if each not in done]


def kept(borrower_ids: Collection[int], day: date) -> Mapping[int, Mapping[str, float | None]]:
    """The vectors of a day, of those who have one and may be read now."""
    readable = behaviour.readable_borrowers(borrower_ids)
    rows = FeatureSnapshot.objects.filter(
        borrower_id__in=readable, day=day, features__isnull=False
    ).values_list("borrower_id", "features")
    # PostgreSQL writes a very large float without its point, and JSON then reads an integer.
    return {
        borrower_id: {
            name: None if value is None else float(value)
            for name, value in (features or {}).items()
        }
        for borrower_id, features in rows
    }


def tally(day: date) -> tuple[int, int]:
    """How many were kept for a day, and how many of them failed."""
    rows = FeatureSnapshot.objects.filter(day=day)
    return rows.count(), rows.filter(features__isnull=True).count()

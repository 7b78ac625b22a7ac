"""The one question that may be asked of protected attributes: sums by group, never a person.

Only `scoring.oversight` may ask it; the import contracts and an architecture test hold that.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from borrowers.consent import queries as consents
from borrowers.consent.purposes import FAIRNESS_TEST
from borrowers.protected import traits
from borrowers.protected.contracts import Aggregate, Attribute, Groups, Reckon
from borrowers.protected.models import ProtectedTraits
from borrowers.protected.traits import Traits
from common.crypto import keys
from common.crypto.cells import quarantined
from common.rulebook import queries as rulebook

NOT_KNOWN = -1


class TellsOfFew(RuntimeError):
    """A figure that rests on too few people would come out. A fault of who asks."""


def by_group(
    *, attribute: Attribute, borrower_ids: Sequence[int], on: date, reckon: Reckon
) -> Mapping[str, Aggregate]:
    """What `reckon` makes of the groups of these people, as long as it tells of many.

    Only people who allow the test now are in a group. Raises TellsOfFew.
    """
    smallest = int(rulebook.number("SMALLEST_GROUP_COUNT", on=on))
    known = _traits_of(borrower_ids)
    named = [
        traits.group_of(known[each], attribute, on=on) if each in known else traits.UNKNOWN
        for each in borrower_ids
    ]
    told = dict(reckon(_groups(borrower_ids, named, smallest)))
    for name, each in told.items():
        if each.value is not None and each.cases < smallest:
            raise TellsOfFew(f"{name} rests on {each.cases}")
    return told


def _groups(borrower_ids: Sequence[int], named: Sequence[str], smallest: int) -> Groups:
    """People are counted, not rows: somebody with many decisions is one."""
    of_person = dict(zip(borrower_ids, named, strict=True))
    sizes = Counter(name for name in of_person.values() if name)
    names = tuple(sorted(name for name, size in sizes.items() if size >= smallest))
    place = {name: number for number, name in enumerate(names)}
    codes = np.array([place.get(name, NOT_KNOWN) for name in named], dtype=np.int64)
    return Groups(codes=codes, names=names)


def _traits_of(borrower_ids: Sequence[int]) -> dict[int, Traits]:
    allowed = consents.active_ids(borrower_ids, FAIRNESS_TEST)
    rows = ProtectedTraits.objects.filter(borrower_id__in=allowed)
    keys.preload(rows.values_list("consented_key_id", flat=True))
    with quarantined():
        return {row.borrower_id: Traits(**row.traits) for row in rows if row.traits}

"""Reading links: only between members whose consent stands now, and only as far as is bounded."""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Q, QuerySet

from borrowers.behaviour import queries as behaviour
from borrowers.behaviour.contracts import EventColumns, Source
from borrowers.consent import queries as consents
from borrowers.consent.purposes import SHARED_LINKS
from scoring.graph.contracts import Applications, Drawn, Flags, Marks, Ring, Society, Transfers
from scoring.graph.drawing import drawn
from scoring.graph.hazard import Flows, HazardIndex, could_have_paid, missed_instalments
from scoring.graph.hazard import index as hazard_index
from scoring.graph.models import (
    FraudClaim,
    FraudState,
    LinkedCase,
    MarkKind,
    MemberApplication,
    MemberMark,
    MemberTransfer,
)
from scoring.graph.network import MOST_SHARING
from scoring.graph.rings import RUNS_BEFORE, TOGETHER, circular_fen, rings

# How far a neighbourhood goes: further than any ring is large, and never over a whole town.
MOST_STEPS, MOST_PEOPLE, MOST_ROWS = 12, 120, 4_000
HISTORY = timedelta(days=400)
# A ring's money and applications lie within this of any of its applications.
NEAR = timedelta(seconds=RUNS_BEFORE + TOGETHER)

_TO = """
SELECT DISTINCT CASE WHEN giver_id = ANY(%(inside)s) THEN taker_id ELSE giver_id END
  FROM scoring_membertransfer
 WHERE (giver_id = ANY(%(inside)s) OR taker_id = ANY(%(inside)s))
   AND occurred_at >= %(since)s AND occurred_at < %(until)s
 LIMIT %(most)s
"""
_SHARING = """
SELECT DISTINCT other.borrower_id FROM scoring_membermark AS own
  JOIN scoring_membermark AS other USING (kind, mark)
 WHERE own.borrower_id = ANY(%(inside)s) AND kind <> 0
   AND (SELECT count(*) FROM (SELECT FROM scoring_membermark AS each
         WHERE each.kind = own.kind AND each.mark = own.mark LIMIT %(sharing)s + 1) AS them)
       <= %(sharing)s
 LIMIT %(most)s
"""


def members_among(borrower_ids: Collection[int]) -> list[int]:
    """Who of these allows links to be looked at now."""
    return sorted(consents.active_ids(borrower_ids, SHARED_LINKS)) if borrower_ids else []


def neighbourhood(borrower_id: int, *, at: datetime, with_marks: bool = False) -> list[int]:
    """Members around one member by money of the days around `at`; nobody where they allow none.

    Wider steps stop where there would be too many people: a case is then looked at in part.
    """
    found = members_among([borrower_id])
    edge: list[int] = found
    for _step in range(MOST_STEPS if found else 0):
        reached = set(_around(edge, at - NEAR, at + NEAR, with_marks=with_marks))
        edge = members_among(sorted(reached - set(found)))[: MOST_PEOPLE - len(found)]
        if not edge:
            break
        found = sorted({*found, *edge})
    return found


def _around(
    inside: Collection[int], since: datetime, until: datetime, *, with_marks: bool
) -> Iterator[int]:
    asked: dict[str, Any] = {
        "inside": list(inside),
        "since": since,
        "until": until,
        "most": MOST_ROWS,
        "sharing": MOST_SHARING,
    }
    with connection.cursor() as cursor:
        for statement in (_TO, _SHARING) if with_marks else (_TO,):
            cursor.execute(statement, asked)
            yield from (row[0] for row in cursor.fetchall())


def codes_of_applied(
    borrower_ids: Collection[int], *, since: datetime, until: datetime
) -> dict[int, int]:
    """The name's code of each of these who applied in between."""
    if not borrower_ids:
        return {}
    asked = MemberApplication.objects.filter(
        borrower__in=borrower_ids, applied_at__gte=since, applied_at__lte=until
    )
    named = MemberMark.objects.filter(kind=MarkKind.NAME, borrower__in=asked.values("borrower"))
    return dict(named.order_by("pk").values_list("borrower_id", "mark"))


def society_of(members: Collection[int], *, until: datetime) -> Society:
    """What links these members, as far as it was known just before `until`."""
    inside = list(members)
    money = MemberTransfer.objects.filter(
        giver__in=inside, taker__in=inside, occurred_at__gte=until - HISTORY, occurred_at__lt=until
    ).values_list("giver_id", "taker_id", "occurred_at", "amount_fen")
    marks = (
        MemberMark.objects.filter(borrower__in=inside, seen_at__lt=until)
        .exclude(kind=MarkKind.NAME)
        .values_list("borrower_id", "kind", "mark")
    )
    asked = MemberApplication.objects.filter(
        borrower__in=inside, applied_at__gte=until - HISTORY, applied_at__lte=until
    ).values_list("borrower_id", "applied_at")
    return Society(
        members=_columns([(each,) for each in inside], 1)[0],
        transfers=Transfers(*_columns([(g, t, _seconds(at), fen) for g, t, at, fen in money], 4)),
        marks=Marks(*_columns(list(marks), 3)),
        applications=Applications(*_columns([(who, _seconds(at)) for who, at in asked], 2)),
    )


def _columns(rows: list[tuple[int, ...]], count: int) -> list[Any]:
    return list(np.array(rows, dtype=np.int64).reshape(-1, count).T)


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def instant(seconds: int) -> datetime:
    """The moment of so many seconds."""
    return datetime.fromtimestamp(seconds, tz=UTC)


def ring_around(borrower_id: int, *, at: datetime, until: datetime) -> Ring | None:
    """The ring in which a member stands who applied at `at`, as known before `until`."""
    inside = neighbourhood(borrower_id, at=at)
    if len(inside) < 2:
        return None
    found = rings(society_of(inside, until=until))
    return next((each for each in found if borrower_id in each.members), None)


def confirmed_among(borrower_ids: Collection[int]) -> list[int]:
    """Whose fraud two people of ours confirmed."""
    rows = FraudClaim.objects.filter(borrower__in=borrower_ids, state=FraudState.CONFIRMED)
    return sorted(rows.values_list("borrower_id", flat=True))


def cases() -> QuerySet[LinkedCase]:
    """Every case."""
    return LinkedCase.objects.all()


def around(case: LinkedCase, *, until: datetime) -> Drawn:
    """A case and those around it who allow it now, by numbers of this picture only."""
    inside = neighbourhood(case.borrower_id, at=case.applied_at, with_marks=True)
    return drawn(
        society_of(inside, until=until),
        middle=case.borrower_id,
        applied_at=_seconds(case.applied_at),
        confirmed=confirmed_among(inside),
    )


def hazard_of(case: LinkedCase, *, until: datetime) -> HazardIndex | None:
    """The index of a case's person, from their own records; nothing where they allow no look.

    What a payout went to is not in it: payouts stand above. It prices nothing and refers nobody.
    """
    inside = neighbourhood(case.borrower_id, at=case.applied_at)
    if not inside:
        return None
    society = society_of(inside, until=until)
    came_back = circular_fen(society, case.borrower_id, _seconds(case.applied_at))
    # What the person lets us read, and nothing where they let us read nothing.
    columns = behaviour.columns_of(case.borrower_id)
    everything = np.ones(len(columns), dtype=np.bool_)
    flows = _flows(columns, everything)
    own = _flows(columns, columns.source == Source.OWN_LOANS)
    missed, instalment_fen = missed_instalments(own)
    return hazard_index(
        other_use=0.0,
        could_pay=could_have_paid(flows, missed_at=missed, instalment_fen=instalment_fen),
        round_share=came_back / case.money_fen if case.money_fen > 0 else 0.0,
        in_ring=any(case.borrower_id in ring.members for ring in rings(society)),
    )


def _flows(columns: EventColumns, chosen: Flags) -> Flows:
    return Flows(
        *(
            np.asarray(column[chosen], dtype=np.int64)
            for column in (
                columns.seconds,
                columns.amount_fen,
                columns.direction,
                columns.category,
            )
        )
    )


def open_claim(borrower_id: int) -> FraudClaim | None:
    """The claim about a person that waits, or was confirmed."""
    rows = FraudClaim.objects.filter(borrower_id=borrower_id)
    return rows.exclude(state=FraudState.TURNED_DOWN).order_by("-pk").first()


def claim_of_case(case_id: int) -> FraudClaim | None:
    """The latest claim that was made in a case."""
    return FraudClaim.objects.filter(case_id=case_id).order_by("-pk").first()


def applied_since(since: datetime, *, first_id: int, before_id: int) -> list[MemberApplication]:
    """Applications of a range of people since a moment that stand in no case."""
    rows = MemberApplication.objects.filter(
        Q(applied_at__gte=since, borrower__gte=first_id, borrower__lt=before_id),
        is_linked__isnull=False,
    )
    known = LinkedCase.objects.filter(application_id__in=rows.values("application_id"))
    return list(rows.exclude(application_id__in=known.values("application_id")).order_by("pk"))

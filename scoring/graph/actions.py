"""Noting links between members, looking at an application, clearing a case, confirming fraud."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models.functions import Now

from borrowers.behaviour import queries as behaviour
from borrowers.consent import queries as consents
from borrowers.consent.purposes import SHARED_LINKS
from borrowers.documents import actions as documents
from borrowers.people import queries as people
from borrowers.people.locks import lock
from common.actors import SYSTEM, Actor
from common.audit import actions as audit
from common.crypto.blind_index import truncated
from common.errors import NotFound, Refused
from common.locking import Rank, lock_one
from common.processes import actions as processes
from common.processes.contracts import Claim
from common.texts import gettext_noop
from common.transactions import durable, required
from scoring.graph import queries
from scoring.graph.contracts import LinkKind, Ring
from scoring.graph.models import (
    CaseState,
    FraudClaim,
    FraudState,
    LinkedCase,
    MarkKind,
    MemberApplication,
    MemberMark,
    MemberTransfer,
)

# Who is further away is looked at by night.
COMPANION_STEPS = 3
ROUND, TASK, RANGE_IDS = "LOOK_AT_LINKS", "scoring.tasks.look_at_links_range", 400
EVIDENCE = "FRAUD_EVIDENCE"

_FORGET = """
DELETE FROM scoring_membermark AS link
 WHERE borrower_id BETWEEN %(first)s AND %(last)s AND NOT (borrower_id = ANY(%(members)s));
DELETE FROM scoring_membertransfer
 WHERE (giver_id BETWEEN %(first)s AND %(last)s AND NOT (giver_id = ANY(%(members)s)))
    OR (taker_id BETWEEN %(first)s AND %(last)s AND NOT (taker_id = ANY(%(members)s)));
"""


@required
def note_mark(*, borrower_id: int, kind: LinkKind, value: str, at: datetime) -> bool:
    """Keep that a member was seen with a device, an account or a recommendation, as a keyed code.

    Nothing is kept of who does not allow it; whether something was.
    """
    if kind is LinkKind.TRANSFER or not consents.is_allowed(borrower_id, SHARED_LINKS):
        return False
    code = truncated(f"link.{kind.name.lower()}", value)
    _mark(borrower_id, MarkKind(int(kind)), code, at)
    return True


def _mark(borrower_id: int, kind: MarkKind, code: int, at: datetime) -> None:
    MemberMark.objects.get_or_create(
        borrower_id=borrower_id, kind=kind, mark=code, defaults={"seen_at": at}
    )


@required
def note_application(*, application_id: int, borrower_id: int, device: str, at: datetime) -> bool:
    """Keep that a member applied, and on which device, before anybody looks at it.

    So whose companions have applied by then is found at once and not by night. Nothing is kept of
    who does not allow it; whether something was.
    """
    if not consents.is_allowed(borrower_id, SHARED_LINKS):
        return False
    code = behaviour.name_code(borrower_id)
    if code is not None:
        _mark(borrower_id, MarkKind.NAME, code, at)
    if device:
        note_mark(borrower_id=borrower_id, kind=LinkKind.DEVICE, value=device, at=at)
    MemberApplication.objects.get_or_create(
        application_id=application_id, defaults={"borrower_id": borrower_id, "applied_at": at}
    )
    return True


@required
def refresh(*, borrower_id: int, until: datetime) -> int:
    """Keep the transfers between a member and others of which both tell; how many there are."""
    if not consents.is_allowed(borrower_id, SHARED_LINKS):
        return 0
    code = behaviour.name_code(borrower_id)
    if code is None:
        return 0
    _mark(borrower_id, MarkKind.NAME, code, until)
    return _keep(_transfers(borrower_id, code, until))


def _keep(found: Iterable[MemberTransfer]) -> int:
    """In one order whoever keeps them, so that nobody waits for who waits for them."""
    rows = sorted(
        found, key=lambda row: (row.giver_id, row.taker_id, row.occurred_at, row.amount_fen)
    )
    MemberTransfer.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _transfers(borrower_id: int, code: int, until: datetime) -> list[MemberTransfer]:
    since = until - queries.HISTORY
    codes = behaviour.transfer_parties(borrower_id, since=since, until=until)
    named = MemberMark.objects.filter(kind=MarkKind.NAME, mark__in=codes)
    others = dict(named.exclude(borrower_id=borrower_id).values_list("borrower_id", "mark"))
    members = queries.members_among(others)
    found = behaviour.mutual_transfers(
        borrower_id,
        code=code,
        others={each: others[each] for each in members},
        since=since,
        until=until,
    )
    return [
        MemberTransfer(
            giver_id=borrower_id if each.is_given else each.other_id,
            taker_id=each.other_id if each.is_given else borrower_id,
            occurred_at=each.occurred_at,
            amount_fen=each.amount_fen,
        )
        for each in found
    ]


@required
def examine(*, application_id: int, borrower_id: int, at: datetime) -> bool:
    """Look at one member's application: whether a person should, too. The same again is once.

    The caller holds the application's lock, and asks only where the person allows it.
    """
    kept = MemberApplication.objects.filter(application_id=application_id).first()
    if kept is not None and kept.is_linked is not None:
        return kept.is_linked
    if not consents.is_allowed(borrower_id, SHARED_LINKS):
        return False
    refresh(borrower_id=borrower_id, until=at)
    _refresh_companions(borrower_id, at)
    row = kept or MemberApplication(
        application_id=application_id, borrower_id=borrower_id, applied_at=at
    )
    row.is_linked = False
    row.save()
    ring = queries.ring_around(borrower_id, at=at, until=at)
    if ring is not None:
        MemberApplication.objects.filter(pk=row.pk).update(is_linked=True)
        _open(row, ring, is_late=False)
    return ring is not None


def _refresh_companions(borrower_id: int, at: datetime) -> None:
    """What those tell of each other who applied about now and are a few steps of money away."""
    seen = {borrower_id}
    for _step in range(COMPANION_STEPS):
        near = set(queries.neighbourhood(borrower_id, at=at)) - seen
        codes = queries.codes_of_applied(near, since=at - queries.NEAR, until=at)
        if not codes:
            return
        _keep(each for who, code in codes.items() for each in _transfers(who, code, at))
        seen |= near


def _open(row: MemberApplication, ring: Ring, *, is_late: bool) -> None:
    case, is_new = LinkedCase.objects.get_or_create(
        application_id=row.application_id,
        defaults={
            "borrower_id": row.borrower_id,
            "applied_at": row.applied_at,
            "shape": ring.shape,
            "people": len(ring.members),
            "transfers": ring.transfers,
            "money_fen": ring.money_fen,
            "marks_shared": ring.marks_shared,
            "first_at": queries.instant(ring.first_at),
            "last_at": queries.instant(ring.last_at),
            "is_late": is_late,
        },
    )
    if is_new:
        _note("opened", case, SYSTEM)


@durable
def start_round(*, key: str) -> list[int]:
    """Promise the night's look at all members, range by range; twice is once."""
    started = []
    after_id = 0
    while following := people.ids_after(after_id, limit=1):
        number = following[0] // RANGE_IDS
        started.append(
            processes.start(
                kind=ROUND, subject_id=number, process_key=key, task=TASK, queue="monitoring"
            )
        )
        after_id = (number + 1) * RANGE_IDS - 1
    return started


@durable
def look_at_range(*, number: int, at: datetime, claim: Claim | None) -> int:
    """Forget links of who withdrew, renew the others', and open cases found too late to refer.

    How many cases are new. Raises LeaseLost.
    """
    first, last = number * RANGE_IDS, (number + 1) * RANGE_IDS - 1
    held = people.ids_after(first - 1, limit=RANGE_IDS, before=last + 1)
    members = queries.members_among(held)
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, {"first": first, "last": last, "members": members})
    for each in members:
        refresh(borrower_id=each, until=at)
    opened = 0
    since = at - queries.NEAR - timedelta(days=1)
    for row in queries.applied_since(since, first_id=first, before_id=last + 1):
        ring = queries.ring_around(row.borrower_id, at=row.applied_at, until=at)
        if ring is not None:
            _open(row, ring, is_late=True)
            opened += 1
    if claim is not None:
        processes.finish(claim=claim)
    return opened


class CaseDecided(Refused):
    """Somebody has decided this case already."""

    code = "LINKED_CASE_DECIDED"
    message = gettext_noop("This case has been decided already.")
    advice = gettext_noop("Open it again to see what was decided.")


class NotYourCase(Refused):
    """Only staff decide, nobody their own case, and fraud is confirmed by another person."""

    code = "NOT_YOUR_LINKED_CASE"
    message = gettext_noop("You cannot decide this. Fraud needs two people, neither of them named.")
    advice = gettext_noop("Leave it to a colleague.")
    status = 403


@durable
def clear(*, case_id: int, by: Actor) -> None:
    """Say that there is nothing in a case; the same again is once.

    Raises CaseDecided, NotYourCase, NotFound.
    """
    case = _locked(case_id, by)
    if case.state == CaseState.CLEARED:
        return
    if case.state != CaseState.OPEN:
        raise CaseDecided
    LinkedCase.objects.filter(pk=case.pk).update(
        state=CaseState.CLEARED, cleared_by_id=by.account_id, cleared_at=Now()
    )
    _note("cleared", case, by)


@durable
def propose_fraud(*, case_id: int, evidence: bytes, media_type: str, by: Actor) -> int:
    """Propose that the person of a case committed fraud, on evidence that is kept sealed.

    Raises CaseDecided, NotYourCase, NotFound.
    """
    known = queries.cases().filter(pk=case_id).first()
    if known is None:
        raise NotFound
    # First the person: two cases of one person must not both become a claim.
    lock(known.borrower_id)
    case = _locked(case_id, by)
    if case.state not in {CaseState.OPEN, CaseState.CLEARED}:
        raise CaseDecided
    stored = documents.store(
        borrower_id=case.borrower_id,
        kind=EVIDENCE,
        content=evidence,
        media_type=media_type,
        consented=False,
        by=by,
    )
    claim_id = confirm_fraud(
        borrower_id=case.borrower_id, evidence_document_id=stored.id, case_id=case.pk, by=by
    )
    LinkedCase.objects.filter(pk=case.pk).update(state=CaseState.SUSPECTED)
    _note("suspected", case, by)
    return claim_id


@required
def confirm_fraud(
    *, borrower_id: int, evidence_document_id: int, case_id: int | None, by: Actor
) -> int:
    """The first pair of eyes: claim fraud on evidence. It counts once another person approves.

    Raises NotYourCase, CaseDecided.
    """
    _insist_on_staff(borrower_id, by)
    assert by.account_id is not None
    if queries.open_claim(borrower_id) is not None:
        raise CaseDecided
    claim = FraudClaim.objects.create(
        borrower_id=borrower_id,
        evidence_id=evidence_document_id,
        case_id=case_id,
        author_id=by.account_id,
    )
    return claim.pk


@durable
def approve_fraud(*, claim_id: int, by: Actor) -> None:
    """The second pair of eyes: from now on nearness starts here. The same again is once.

    Raises CaseDecided, NotYourCase, NotFound.
    """
    _decide(claim_id, FraudState.CONFIRMED, CaseState.CONFIRMED, by)


@durable
def turn_down_fraud(*, claim_id: int, by: Actor) -> None:
    """The second pair of eyes sees no fraud: the case is open again. The same again is once.

    Raises CaseDecided, NotYourCase, NotFound.
    """
    _decide(claim_id, FraudState.TURNED_DOWN, CaseState.OPEN, by)


def _decide(claim_id: int, state: FraudState, becomes: CaseState, by: Actor) -> None:
    claim = lock_one(FraudClaim.objects.all(), rank=Rank.APPROVAL, pk=claim_id)
    _insist_on_staff(claim.borrower_id, by)
    if (claim.state, claim.approver_id) == (state, by.account_id):
        return
    if claim.author_id == by.account_id:
        raise NotYourCase
    if claim.state != FraudState.PROPOSED:
        raise CaseDecided
    FraudClaim.objects.filter(pk=claim.pk).update(
        state=state, approver_id=by.account_id, decided_at=Now()
    )
    if claim.case_id is not None:
        LinkedCase.objects.filter(pk=claim.case_id).update(state=becomes)
    person = people.card(claim.borrower_id)
    audit.append(
        action=f"scoring.fraud.{state.lower()}",
        subject=f"borrower:{person.public_id}",
        by=by,
        facts={"claim": claim.pk},
    )


def _locked(case_id: int, by: Actor) -> LinkedCase:
    case = lock_one(LinkedCase.objects.all(), rank=Rank.APPROVAL, pk=case_id)
    _insist_on_staff(case.borrower_id, by)
    return case


def _insist_on_staff(borrower_id: int, by: Actor) -> None:
    if by.kind != "STAFF" or by.account_id in {None, people.card(borrower_id).account_id}:
        raise NotYourCase


def _note(what: str, case: LinkedCase, by: Actor) -> None:
    facts: dict[str, Any] = {"shape": case.shape, "people": case.people}
    audit.append(
        action=f"scoring.linked_case.{what}",
        subject=f"linked_case:{case.public_id}",
        by=by,
        facts=facts,
    )

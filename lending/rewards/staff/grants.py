"""Points that staff give: proposed by one, decided by another, capped, never to oneself."""

from datetime import date

from django.db import connection
from django.db.models import Sum

from borrowers.people import queries as people
from common.actors import Actor
from common.audit import actions as audit
from common.errors import NotFound, Refused
from common.locking import Rank, lock_one
from common.texts import gettext_noop
from common.transactions import durable
from lending.rewards import accounts, earning, queries, rules
from lending.rewards.models import GrantReason, GrantState, PointsGrant
from lending.rewards.staff import eyes

# Grants of one day are added up under one lock, so that two at once cannot pass the cap together.
GRANTS_LOCK_KEY = 4_201_024


class GrantTooLarge(Refused):
    """More than one grant, or one day, may give."""

    code = "POINTS_GRANT_TOO_LARGE"
    message = gettext_noop("A grant gives 1 to %(most)s points; today %(left)s are left for all.")
    advice = gettext_noop("Give fewer, or wait for tomorrow.")
    status = 422


class GrantToOneself(Refused):
    """Staff give nothing to their own account."""

    code = "POINTS_GRANT_TO_ONESELF"
    message = gettext_noop("Nobody gives points to themselves, or decides on their own.")
    advice = gettext_noop("Ask a colleague to look at your case as they look at everybody's.")
    status = 403


@durable
def propose(*, borrower_id: int, points: int, reason: str, on: date, by: Actor) -> PointsGrant:
    """Propose points for a borrower.

    Raises OtherEyesNeeded for who is no staff, GrantToOneself, GrantTooLarge, NotFound.
    """
    author_id = eyes.staff(by)
    _refuse_own(borrower_id, author_id)
    if reason not in GrantReason.values:
        raise NotFound
    terms = _terms(on)
    if not 0 < points <= terms.most_points_per_grant:
        raise GrantTooLarge(most=terms.most_points_per_grant, left=_left(terms, on))
    grant = PointsGrant.objects.create(
        account=accounts.lock(borrower_id),
        points=points,
        reason=reason,
        proposed_on=on,
        author_id=author_id,
    )
    _note("proposed", grant, by)
    return grant


@durable
def approve(*, grant_id: int, on: date, by: Actor) -> PointsGrant:
    """Give what somebody else proposed; the same again is once.

    Raises NotFound, OtherEyesNeeded, AlreadyDecided, GrantToOneself, GrantTooLarge.
    """
    borrower_id = _borrower_of(grant_id)
    account = accounts.lock(borrower_id)
    _lock_the_day()
    grant = _lock(grant_id)
    approver_id = eyes.other_than(grant.author_id, by)
    _refuse_own(borrower_id, approver_id)
    if grant.state != GrantState.PROPOSED:
        _insist_on_same(grant, GrantState.APPROVED, approver_id)
        return grant
    terms = _terms(on)
    if grant.points > (left := _left(terms, on)):
        raise GrantTooLarge(most=terms.most_points_per_grant, left=left)
    grant.state, grant.approver_id, grant.approved_on = GrantState.APPROVED, approver_id, on
    grant.save(update_fields=["state", "approver_id", "approved_on"])
    given = earning.earn(
        borrower_id=account.borrower_id,
        source_kind=rules.GRANT,
        source_id=grant.pk,
        rule=grant.reason,
        points=grant.points,
        on=on,
        pending_days=0,
    )
    if given != grant.points:
        raise GrantTooLarge(most=terms.most_points_per_grant, left=0)
    _note("approved", grant, by)
    return grant


@durable
def turn_down(*, grant_id: int, by: Actor) -> PointsGrant:
    """Leave what somebody else proposed; the same again is once.

    Raises NotFound, OtherEyesNeeded, AlreadyDecided.
    """
    grant = _lock(grant_id)
    approver_id = eyes.other_than(grant.author_id, by)
    if grant.state != GrantState.PROPOSED:
        _insist_on_same(grant, GrantState.TURNED_DOWN, approver_id)
        return grant
    grant.state, grant.approver_id = GrantState.TURNED_DOWN, approver_id
    grant.save(update_fields=["state", "approver_id"])
    _note("turned_down", grant, by)
    return grant


def _borrower_of(grant_id: int) -> int:
    rows = PointsGrant.objects.filter(pk=grant_id)
    borrower_id = rows.values_list("account__borrower_id", flat=True).first()
    if borrower_id is None:
        raise NotFound
    return borrower_id


def _lock(grant_id: int) -> PointsGrant:
    return lock_one(PointsGrant.objects.all(), rank=Rank.APPROVAL, pk=grant_id)


def _refuse_own(borrower_id: int, account_id: int) -> None:
    if people.card(borrower_id).account_id == account_id:
        raise GrantToOneself


def _insist_on_same(grant: PointsGrant, wanted: str, approver_id: int) -> None:
    if (grant.state, grant.approver_id) != (wanted, approver_id):
        raise eyes.AlreadyDecided


def _terms(on: date) -> rules.Terms:
    programme = queries.programme(on)
    if programme is None:
        raise NotFound
    return rules.read(programme.terms)


def _left(terms: rules.Terms, on: date) -> int:
    given = PointsGrant.objects.filter(state=GrantState.APPROVED, approved_on=on)
    return terms.most_granted_points_per_day - (given.aggregate(total=Sum("points"))["total"] or 0)


def _lock_the_day() -> None:
    """Let those who add up a day's figures come one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [GRANTS_LOCK_KEY])


def _note(what: str, grant: PointsGrant, by: Actor) -> None:
    audit.append(
        action=f"lending.grant.{what}",
        subject=f"grant:{grant.public_id}",
        by=by,
        facts={"points": grant.points, "reason": grant.reason},
    )

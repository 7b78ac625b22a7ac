"""Two at once on one line: together they never take more than is free."""

from datetime import timedelta

import pytest
from django.db import transaction

from borrowers.messages.models import Message
from borrowers.tests import cast
from common.actors import SYSTEM
from lending.applications import actions as applications
from lending.applications.models import OfferAlternative
from lending.applications.offers import writing
from lending.lines import actions as lines
from lending.lines import limits, queries
from lending.lines.invariants import breaches
from lending.lines.models import CreditLine, LineMovement
from lending.tests import builders
from lending.tests.builders import NOW
from lending.tests.lining import staff
from tests.machinery.races import at_once, together

pytestmark = pytest.mark.commits


def test_one_approval_of_many_sets_the_limit(lin):
    builders.room(lin.id, limit_fen=500_000)
    line_id = CreditLine.objects.get().pk
    mei, chen, zhao = staff("Mei"), staff("Chen"), staff("Zhao")
    asked = limits.propose(
        line_id=line_id, limit_fen=800_000, reason="INCOME", request_key="k", by=mei
    )

    def decide(told):
        verb, by = told
        return verb(proposal_id=asked.pk, by=by)

    at_once(decide, [(limits.approve, chen), (limits.turn_down, zhao), (limits.approve, zhao)])

    asked.refresh_from_db()
    changed = LineMovement.objects.filter(kind="CHANGED").count()
    limit_fen = CreditLine.objects.get().limit_fen
    assert (asked.state, changed, limit_fen) in [
        ("APPROVED", 1, 800_000),
        ("TURNED_DOWN", 0, 500_000),
    ]


def test_two_acceptances_that_together_pass_the_limit_are_one(lin):
    builders.room(lin.id, limit_fen=500_000)
    wishes = [builders.draft(lin, key=key).pk for key in ("a", "b")]

    def accept(wish):
        with transaction.atomic():
            line = lines.lock_of(borrower_id=lin.id)
            lines.reserve(line=line, application_id=wish, amount_fen=300_000)
        return wish

    outcomes = at_once(accept, wishes)

    assert sum(isinstance(each, lines.LineTooSmall) for each in outcomes) == 1
    standing = queries.standing_of(lin.id)
    assert standing is not None
    assert (standing.used_fen, standing.reserved_fen) == (300_000, 300_000)
    assert LineMovement.objects.filter(kind="RESERVED").count() == 1


def test_five_that_open_a_line_open_one(lin):
    def open_it(_):
        with transaction.atomic():
            return lines.lock_of(borrower_id=lin.id).pk

    assert set(at_once(open_it, range(5))) == {CreditLine.objects.get().pk}


def test_accepting_while_the_limit_is_lowered_gives_one_of_the_two_orders(lin):
    offer = builders.offered(lin)
    line_id = CreditLine.objects.get().pk
    mei, chen = staff("Mei"), staff("Chen")
    asked = limits.propose(
        line_id=line_id,
        limit_fen=100_000,
        reason="RISK",
        request_key="lower",
        by=mei,
    )

    def act(number):
        if number:
            return limits.approve(proposal_id=asked.pk, by=chen)
        return applications.accept(
            application_id=offer.application_id, at=NOW, by=cast.self_of(lin)
        )

    accepted, _ = at_once(act, range(2))

    standing = queries.standing_of(lin.id)
    assert standing is not None
    is_refused = isinstance(accepted, lines.LineTooSmall)
    assert standing.limit_fen == 100_000
    assert standing.reserved_fen == (0 if is_refused else 300_000)


def test_accepting_and_withdrawing_at_once_leave_nothing_half_taken(lin):
    offer = builders.offered(lin)

    def act(number):
        own, by = offer.application_id, cast.self_of(lin)
        if number % 2:
            return applications.withdraw(application_id=own, by=by)
        return applications.accept(application_id=own, at=NOW, by=by)

    at_once(act, range(4))

    offer.application.refresh_from_db()
    standing = queries.standing_of(lin.id)
    assert standing is not None
    wanted = {"ACCEPTED": 300_000, "WITHDRAWN": 0}[offer.application.state]
    assert standing.used_fen == wanted


def test_one_lowering_is_told_once_however_many_approve_it(lin):
    builders.room(lin.id, limit_fen=500_000)
    line_id = CreditLine.objects.get().pk
    asked = limits.propose(
        line_id=line_id, limit_fen=1_000, reason="RISK", request_key="k", by=staff("Mei")
    )
    chen = staff("Chen")

    at_once(lambda by: limits.approve(proposal_id=asked.pk, by=by), [chen] * 4)

    told = Message.objects.get(template="LINE_LOWERED")
    assert told.facts == {"before_fen": 500_000, "limit_fen": 1_000}


def chosen() -> list[int]:
    rows = OfferAlternative.objects.filter(accepted_at__isnull=False)
    return list(rows.values_list("number", flat=True))


@pytest.fixture
def offer(open_platform):
    """An offer with its three choices, and the amount that is held for it."""
    found = builders.offered(builders.person("Lin"))
    with transaction.atomic():
        writing.write_choices(offer=found, product=found.application.product)
    return found


def test_two_choices_of_one_offer_accepted_at_once_are_one(offer):
    borrower = offer.application.borrower_id

    def accept(number):
        return applications.accept(
            application_id=offer.application_id, at=NOW, by=SYSTEM, alternative=number
        ).state

    outcomes = at_once(accept, [1, 2, 3])

    assert [each for each in outcomes if each == "ACCEPTED"] == ["ACCEPTED"]
    (number,) = chosen()
    picked = OfferAlternative.objects.get(offer=offer, number=number)
    standing = queries.standing_of(borrower)
    assert standing is not None
    assert standing.reserved_fen == picked.amount_fen
    assert [*breaches()] == []


@pytest.mark.parametrize("late_seconds", [0, 1])
def test_accepting_in_the_moment_of_expiry_holds_what_it_should(offer, late_seconds):
    at = offer.expires_at
    early = at - timedelta(seconds=1 - late_seconds)
    applied = offer.application_id
    outcomes = together(
        lambda: applications.accept(application_id=applied, at=early, by=SYSTEM, alternative=3),
        lambda: applications.expire(application_id=applied, at=at, by=SYSTEM),
    )

    offer.application.refresh_from_db()
    standing = queries.standing_of(offer.application.borrower_id)
    reserved_fen = 0 if standing is None else standing.reserved_fen
    is_taken = offer.application.state == "ACCEPTED"
    assert offer.application.state in {"ACCEPTED", "EXPIRED"}, outcomes
    assert not (late_seconds and is_taken), "an offer that is over is not taken"
    assert (reserved_fen, chosen()) == ((180_000, [3]) if is_taken else (0, []))
    assert [*breaches()] == []

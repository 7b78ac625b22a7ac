"""Links in the database: both must allow it, a case goes to a person, fraud needs four eyes."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from borrowers.consent.purposes import SHARED_LINKS
from borrowers.people import queries as people
from borrowers.tests import cast
from common.audit.models import AuditEntry
from common.errors import NotFound
from scoring.graph import actions, queries
from scoring.graph.contracts import LinkKind, Shape
from scoring.graph.models import (
    CaseState,
    FraudClaim,
    FraudState,
    LinkedCase,
    MemberApplication,
    MemberMark,
    MemberTransfer,
)
from scoring.graph.rings import rings
from scoring.tests.builders import NOW
from scoring.tests.members import DAY, NAMES, Circle, applied, ring, staff
from tests.machinery.races import together

LATER = NOW + timedelta(minutes=1)


def trail(action):
    return AuditEntry.objects.filter(action=f"scoring.{action}").count()


@pytest.mark.django_db
class TestRefresh:
    def test_keeps_a_transfer_of_which_both_tell_once(self):
        circle = ring()

        circle.renew(*NAMES[:4])
        circle.renew(*NAMES[:4])

        assert MemberTransfer.objects.count() == 3
        taker = circle.cards["Lin"].id
        assert set(MemberTransfer.objects.values_list("taker", flat=True)) == {taker}

    def test_of_who_does_not_allow_it_nothing_is_kept(self):
        circle = ring(without="Wei")

        circle.renew(*NAMES[:4])

        wei = circle.cards["Wei"].id
        assert not MemberMark.objects.filter(borrower=wei).exists()
        assert not MemberTransfer.objects.filter(giver=wei).exists()
        assert MemberTransfer.objects.count() == 2

    def test_what_only_one_tells_is_no_link(self):
        circle = Circle()
        for name in ("Lin", "Wei"):
            circle.add(name)
        circle.sends("Wei", "Lin", 3_000, NOW - DAY)
        circle.bills["Lin"].clear()
        circle.share_bills()

        assert circle.renew("Lin", "Wei") == 0
        assert not MemberTransfer.objects.exists()

    def test_without_consumption_records_there_is_nothing_to_read(self):
        circle = ring()
        cast.withdraw(circle.cards["Lin"])

        circle.renew(*NAMES[:4])

        assert not MemberTransfer.objects.exists()


@pytest.mark.django_db
class TestMarks:
    def test_are_kept_as_codes_of_who_allows_it(self):
        circle = Circle()
        lin, wei = circle.add("Lin"), circle.add("Wei", agrees=False)

        with transaction.atomic():
            kept = [
                actions.note_mark(
                    borrower_id=each.id, kind=LinkKind.DEVICE, value="telephone-7", at=NOW
                )
                for each in (lin, lin, wei)
            ]

        assert kept == [True, True, False]
        mark = MemberMark.objects.get()
        assert mark.borrower_id == lin.id
        assert mark.mark > 10_000

    def test_a_transfer_is_no_mark(self):
        lin = Circle().add("Lin")

        with transaction.atomic():
            assert not actions.note_mark(
                borrower_id=lin.id, kind=LinkKind.TRANSFER, value="x", at=NOW
            )

        assert not MemberMark.objects.exists()


@pytest.mark.django_db
class TestExamine:
    def test_brings_those_before_a_person_whose_ring_can_be_seen_by_then(self):
        circle = ring()

        assert applied(circle, "Lin", "Wei", "Chen", "Zhao") == [False, False, True, True]

        case = LinkedCase.objects.latest("pk")
        assert (case.shape, case.people, case.transfers) == (Shape.FAN_IN, 4, 3)
        assert case.state == CaseState.OPEN
        assert trail("linked_case.opened") == 2

    def test_the_same_application_twice_is_once(self):
        circle = ring()
        applied(circle, "Lin", "Wei", "Chen")

        assert circle.applies("Chen") is True

        assert MemberApplication.objects.count() == 3
        assert LinkedCase.objects.count() == 1

    def test_who_does_not_allow_it_is_not_looked_at(self):
        circle = ring(without="Chen")

        assert applied(circle, "Lin", "Wei", "Chen") == [False, False, False]

        assert MemberApplication.objects.count() == 2
        assert not LinkedCase.objects.exists()

    def test_a_consent_taken_back_takes_the_links_with_it(self):
        circle = ring()
        cast.withdraw(circle.cards["Lin"], SHARED_LINKS)

        assert applied(circle, "Wei", "Chen", "Zhao") == [False, False, False]

    def test_a_family_that_helps_each_other_for_months_is_left_in_peace(self):
        circle = Circle()
        for name in NAMES[:3]:
            circle.add(name)
        for back in range(4):
            for name in NAMES[1:3]:
                circle.sends(name, "Lin", 600 + back, NOW - (40 + 30 * back) * DAY)
        for name in NAMES[1:3]:
            circle.sends(name, "Lin", 9_000, NOW - 2 * DAY)
            with transaction.atomic():
                card = circle.cards[name]
                actions.note_mark(
                    borrower_id=card.id, kind=LinkKind.DEVICE, value="at home", at=NOW - DAY
                )
        circle.share_bills()

        assert applied(circle, *NAMES[:3]) == [False, False, False]


@pytest.mark.django_db
class TestNight:
    def look(self, *, at=LATER):
        numbers = {each.id // actions.RANGE_IDS for each in self.circle.cards.values()}
        return sum(
            actions.look_at_range(number=number, at=at, claim=None) for number in sorted(numbers)
        )

    def test_finds_those_who_applied_before_the_others(self):
        self.circle = ring()
        applied(self.circle, "Lin", "Wei", "Chen", "Zhao")

        assert self.look() == 2

        assert LinkedCase.objects.count() == 4
        assert LinkedCase.objects.filter(is_late=True).count() == 2
        assert self.look() == 0

    def test_sees_around_each_the_ring_that_a_look_at_everybody_sees(self):
        self.circle = ring()
        applied(self.circle, "Lin", "Wei", "Chen", "Zhao")
        everybody = [each.id for each in self.circle.cards.values()]

        (whole,) = rings(queries.society_of(everybody, until=LATER))

        for card in self.circle.cards.values():
            row = MemberApplication.objects.get(borrower=card.id)
            assert queries.ring_around(card.id, at=row.applied_at, until=LATER) == whole

    def test_forgets_the_links_of_who_withdrew(self):
        self.circle = ring()
        applied(self.circle, "Lin", "Wei")
        cast.withdraw(self.circle.cards["Lin"], SHARED_LINKS)

        self.look()

        lin = self.circle.cards["Lin"].id
        assert not MemberMark.objects.filter(borrower=lin).exists()
        assert not MemberTransfer.objects.filter(taker=lin).exists()
        assert not LinkedCase.objects.exists()


@pytest.mark.django_db
class TestCases:
    @pytest.fixture
    def case(self):
        applied(ring(), "Lin", "Wei", "Chen")
        return LinkedCase.objects.get()

    def propose(self, case, by):
        return actions.propose_fraud(
            case_id=case.pk, evidence=b"what was seen", media_type="text/plain", by=by
        )

    def test_one_person_may_clear_one(self, case):
        mei = staff(1)

        actions.clear(case_id=case.pk, by=mei)
        actions.clear(case_id=case.pk, by=mei)

        case.refresh_from_db()
        assert case.state == CaseState.CLEARED
        assert trail("linked_case.cleared") == 1

    def test_fraud_is_confirmed_by_a_second_person_only(self, case):
        mei, ann = staff(1), staff(2)
        claim = self.propose(case, mei)

        with pytest.raises(actions.NotYourCase):
            actions.approve_fraud(claim_id=claim, by=mei)
        assert not queries.confirmed_among([case.borrower_id])

        actions.approve_fraud(claim_id=claim, by=ann)
        actions.approve_fraud(claim_id=claim, by=ann)

        case.refresh_from_db()
        assert case.state == CaseState.CONFIRMED
        assert queries.confirmed_among([case.borrower_id]) == [case.borrower_id]
        assert trail("fraud.confirmed") == 1

    def test_the_second_person_may_see_none(self, case):
        claim = self.propose(case, staff(1))

        actions.turn_down_fraud(claim_id=claim, by=staff(2))

        case.refresh_from_db()
        assert case.state == CaseState.OPEN
        assert not queries.confirmed_among([case.borrower_id])

    def test_a_person_of_the_case_decides_nothing_and_nothing_is_written(self, case):
        borrower = cast.self_of(people.card(case.borrower_id))

        with pytest.raises(actions.NotYourCase):
            actions.clear(case_id=case.pk, by=borrower)
        with pytest.raises(actions.NotYourCase):
            self.propose(case, borrower)

        case.refresh_from_db()
        assert case.state == CaseState.OPEN
        assert not FraudClaim.objects.exists()

    def test_what_was_suspected_is_not_cleared_in_passing(self, case):
        self.propose(case, staff(1))

        with pytest.raises(actions.CaseDecided):
            actions.clear(case_id=case.pk, by=staff(2))
        with pytest.raises(actions.CaseDecided):
            self.propose(case, staff(3))
        assert FraudClaim.objects.count() == 1

    def test_a_case_that_is_not_there_is_not_found(self):
        mei = staff(1)

        with pytest.raises(NotFound):
            actions.clear(case_id=999, by=mei)
        with pytest.raises(NotFound):
            actions.approve_fraud(claim_id=999, by=mei)

    @pytest.mark.parametrize(
        "attack",
        [
            "UPDATE scoring_fraudclaim SET author_id = NULL",
            "UPDATE scoring_fraudclaim SET proposed_at = now() - interval '1 day'",
            "DELETE FROM scoring_fraudclaim",
            (
                "INSERT INTO scoring_fraudclaim (borrower_id, evidence_id, author_id, approver_id,"
                " state, decided_at) SELECT borrower_id, evidence_id, author_id, account.id,"
                " 'TURNED_DOWN', now() FROM scoring_fraudclaim, borrowers_account AS account"
                " WHERE account.id <> author_id LIMIT 1"
            ),
        ],
    )
    def test_the_database_keeps_a_claim_as_it_was_made(self, case, attack):
        claim = self.propose(case, staff(1))

        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(attack)

        assert [each.pk for each in FraudClaim.objects.all()] == [claim]

    def test_the_database_itself_knows_that_two_are_needed(self, case):
        mei = staff(1)
        claim = self.propose(case, mei)

        with pytest.raises(IntegrityError), transaction.atomic():
            FraudClaim.objects.filter(pk=claim).update(
                state=FraudState.CONFIRMED, approver=mei.account_id, decided_at=NOW
            )


@pytest.mark.commits
class TestAtOnce:
    def test_two_who_apply_at_once_are_both_kept(self):
        circle = ring()

        together(*(partial(circle.applies, name) for name in NAMES[:4]))

        assert MemberApplication.objects.count() == 4
        # Who is not on paper yet cannot be seen by the others; the night sees them all.
        circle.renew(*NAMES[:4])
        assert MemberTransfer.objects.count() == 3

    def test_of_an_approval_and_a_refusal_at_once_one_stands(self):
        applied(ring(), "Lin", "Wei", "Chen")
        case = LinkedCase.objects.get()
        claim = actions.propose_fraud(
            case_id=case.pk, evidence=b"seen", media_type="text/plain", by=staff(1)
        )

        answers = together(
            partial(actions.approve_fraud, claim_id=claim, by=staff(2)),
            partial(actions.turn_down_fraud, claim_id=claim, by=staff(3)),
        )

        assert [type(each) for each in answers if each] == [actions.CaseDecided]
        case.refresh_from_db()
        confirmed = queries.confirmed_among([case.borrower_id])
        assert (case.state == CaseState.CONFIRMED) == bool(confirmed)

    def test_proposing_twice_at_once_is_one_claim(self):
        applied(ring(), "Lin", "Wei", "Chen")
        case = LinkedCase.objects.get()
        propose = partial(
            actions.propose_fraud, case_id=case.pk, evidence=b"seen", media_type="text/plain"
        )

        answers = together(*(partial(propose, by=staff(number)) for number in (1, 2, 3)))

        assert sorted(type(each).__name__ for each in answers) == [
            "CaseDecided",
            "CaseDecided",
            "int",
        ]
        assert FraudClaim.objects.count() == 1

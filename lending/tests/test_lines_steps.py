"""A line gives what is free and takes back what was given: by hand, step by step."""

from contextlib import contextmanager

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from borrowers.tests import cast
from common.actors import SYSTEM
from lending.applications import actions as applications
from lending.channels.models import Transfer
from lending.disbursements import actions as disbursements
from lending.lines import actions as lines
from lending.lines import queries
from lending.lines.contracts import Taken
from lending.lines.models import CreditLine, LineMovement
from lending.loans import actions as loans
from lending.loans.models import Loan
from lending.tests import builders
from lending.tests.builders import NOW, TODAY
from lending.tests.lining import line_of, totals

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]


@contextmanager
def unchanged(card):
    before, steps = totals(card), LineMovement.objects.count()
    yield
    assert (totals(card), LineMovement.objects.count()) == (before, steps)


def on_line(card, verb, **values):
    with transaction.atomic():
        verb(line=lines.lock_of(borrower_id=card.id), **values)


@pytest.fixture
def two(lin):
    """Two wishes of one person on a line of 5,000."""
    builders.room(lin.id, limit_fen=500_000)
    return [builders.draft(lin, key=key).pk for key in ("a", "b")]


class TestTheWayOfALoan:
    def test_holds_reserves_draws_and_frees_by_what_is_paid_back(self, lin):
        offer = builders.offered(lin)
        builders.room(lin.id, limit_fen=500_000)
        builders.confirmed(offer, lin)
        assert totals(lin) == (500_000, 0, 300_000, 0)

        loan = loans.sign(
            application_id=offer.application_id,
            at=builders.NOW,
            on=TODAY,
            language="en",
            by=cast.self_of(lin),
        )
        assert totals(lin) == (500_000, 0, 300_000, 0)
        transfer = Transfer.objects.get()
        disbursements.book(
            transfer_id=transfer.pk, answer=builders.said(transfer), on=TODAY, claim=None
        )
        assert totals(lin) == (500_000, 300_000, 0, 0)

        loan.refresh_from_db()
        builders.pay_off(loan)
        assert totals(lin) == (500_000, 0, 0, 0)
        assert line_of(lin).free_fen == 500_000

    def test_is_written_down_with_the_exposure_after_each_step(self, lin):
        builders.paid_out(lin)

        steps = LineMovement.objects.order_by("pk").values_list("kind", "exposure_fen")
        assert list(steps) == [("DECIDED", 0), ("RESERVED", 300_000), ("DRAWN", 300_000)]

    def test_gives_back_when_the_borrower_withdraws(self, lin):
        offer = builders.offered(lin)
        applications.accept(application_id=offer.application_id, at=NOW, by=cast.self_of(lin))

        applications.withdraw(application_id=offer.application_id, by=cast.self_of(lin))
        applications.withdraw(application_id=offer.application_id, by=cast.self_of(lin))

        assert totals(lin)[1:] == (0, 0, 0)
        assert LineMovement.objects.filter(kind="RELEASED").count() == 1

    def test_gives_back_when_the_offer_expires(self, lin):
        offer = builders.offered(lin)
        on_line(lin, lines.hold, application_id=offer.application_id, amount_fen=300_000)

        ended = applications.expire(
            application_id=offer.application_id, at=offer.expires_at, by=SYSTEM
        )

        assert ended
        assert totals(lin)[1:] == (0, 0, 0)

    def test_accepting_twice_reserves_once(self, lin):
        offer = builders.offered(lin)

        for _ in range(2):
            applications.accept(application_id=offer.application_id, at=NOW, by=cast.self_of(lin))

        assert totals(lin)[2] == 300_000

    def test_other_terms_after_accepting_are_held_again(self, lin):
        offer = builders.offered(lin)
        applications.accept(application_id=offer.application_id, at=NOW, by=cast.self_of(lin))

        applications.change_offer(
            application_id=offer.application_id,
            amount_fen=100_000,
            term_months=3,
            at=NOW,
            by=cast.self_of(lin),
        )

        assert totals(lin)[1:] == (0, 0, 100_000)


class TestAPayoutThatFails:
    @pytest.fixture
    def failed(self, lin):
        loan = builders.signed(lin)
        transfer = Transfer.objects.get()
        self.tell(transfer)
        return loan

    def tell(self, transfer, outcome="FAILED"):
        disbursements.book(
            transfer_id=transfer.pk, answer=builders.said(transfer, outcome), on=TODAY, claim=None
        )

    def test_frees_what_was_on_its_way(self, lin, failed):
        assert totals(lin)[1:] == (0, 0, 0)

    def test_is_reserved_anew_for_the_next_try_and_old_news_frees_nothing(self, lin, failed):
        first = Transfer.objects.get()

        second = disbursements.try_again(loan_id=failed.pk, on=TODAY, by=SYSTEM)
        self.tell(first)
        assert totals(lin)[1:] == (0, 300_000, 0)

        self.tell(second, "SUCCEEDED")
        assert totals(lin)[1:] == (300_000, 0, 0)

    def test_is_not_tried_again_where_the_room_is_gone(self, lin, failed):
        builders.room(lin.id, limit_fen=100_000)

        with unchanged(lin), pytest.raises(lines.LineTooSmall):
            disbursements.try_again(loan_id=failed.pk, on=TODAY, by=SYSTEM)

        assert Transfer.objects.count() == 1


class TestTheLimit:
    def test_is_never_passed_by_two_wishes_together(self, lin, two):
        on_line(lin, lines.reserve, application_id=two[0], amount_fen=300_000)

        with unchanged(lin), pytest.raises(lines.LineTooSmall) as refused:
            on_line(lin, lines.reserve, application_id=two[1], amount_fen=200_001)

        assert refused.value.context == {"free": "2,000.00"}
        on_line(lin, lines.reserve, application_id=two[1], amount_fen=200_000)
        assert line_of(lin).free_fen == 0

    def test_counts_what_the_wish_itself_holds_as_room(self, lin, two):
        on_line(lin, lines.hold, application_id=two[0], amount_fen=400_000)
        on_line(lin, lines.reserve, application_id=two[0], amount_fen=500_000)

        assert totals(lin) == (500_000, 0, 500_000, 0)

    def test_may_fall_below_what_is_owed_and_loans_stay_lawful(self, lin):
        loan = builders.paid_out(lin)

        builders.room(lin.id, limit_fen=100_000)

        assert totals(lin) == (100_000, 300_000, 0, 0)
        assert line_of(lin).free_fen == 0
        builders.pay(loan, 50_000, on=TODAY, key="after")
        assert Loan.objects.get().state == "ACTIVE"

    def test_lowered_between_offer_and_acceptance_refuses_the_acceptance(self, lin):
        offer = builders.offered(lin)
        builders.room(lin.id, limit_fen=200_000)

        with unchanged(lin), pytest.raises(lines.LineTooSmall):
            applications.accept(application_id=offer.application_id, at=NOW, by=cast.self_of(lin))

        offer.refresh_from_db()
        assert (offer.accepted_at, offer.application.state) == (None, "OFFERED")

    def test_is_not_raised_by_paying_back(self, lin):
        loan = builders.paid_out(lin)
        before = line_of(lin).limit_fen

        builders.pay_off(loan)

        assert line_of(lin).limit_fen == before


class TestReleasing:
    def test_what_was_never_taken_is_no_step(self, lin, two):
        with unchanged(lin):
            on_line(lin, lines.release, application_id=two[0])

    def test_leaves_the_other_wish_alone(self, lin, two):
        for each in two:
            on_line(lin, lines.reserve, application_id=each, amount_fen=200_000)

        on_line(lin, lines.release, application_id=two[0])

        assert totals(lin) == (500_000, 0, 200_000, 0)
        line = CreditLine.objects.get()
        assert queries.taken(line.pk, two[1]) == Taken(
            held_fen=0, reserved_fen=200_000, steps=1, drawn_fen=0
        )


INSERT = """
INSERT INTO lending_linemovement
    (line_id, kind, subject, application_id, held_change_fen, reserved_change_fen)
VALUES (%s, %s, %s, %s, %s, %s)
"""


class TestTheDatabase:
    """What the code would have to forget, PostgreSQL does not."""

    def step(self, line, kind, subject, application_id, *, held=0, reserved=0):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(INSERT, [line.pk, kind, subject, application_id, held, reserved])

    @pytest.fixture
    def line(self, lin, two):
        return CreditLine.objects.get(borrower_id=lin.id)

    @pytest.mark.parametrize("change", [{"held": 500_001}, {"reserved": 500_001}])
    def test_refuses_a_step_past_the_limit(self, lin, two, line, change):
        with unchanged(lin), pytest.raises(IntegrityError, match="holds 500001 of 500000"):
            self.step(line, "HELD", "application:1:0", two[0], **change)

    def test_counts_what_loans_owe(self, lin):
        builders.paid_out(lin)
        builders.room(lin.id, limit_fen=400_000)
        line, wish = CreditLine.objects.get(), builders.draft(lin, key="second")

        with unchanged(lin), pytest.raises(IntegrityError, match="holds 400001 of 400000"):
            self.step(line, "RESERVED", "x", wish.pk, reserved=100_001)

    def test_refuses_to_give_back_more_than_was_taken(self, lin, two, line):
        self.step(line, "RESERVED", "a", two[0], reserved=100_000)

        with unchanged(lin), pytest.raises(IntegrityError, match="gives back more"):
            self.step(line, "RELEASED", "b", two[1], reserved=-100_000)

    def test_refuses_the_same_step_twice(self, lin, two, line):
        self.step(line, "RESERVED", "a", two[0], reserved=100_000)

        with unchanged(lin), pytest.raises(IntegrityError, match="line_movement_is_once"):
            self.step(line, "RESERVED", "a", two[0], reserved=100_000)

    def test_refuses_to_take_for_nobody(self, lin, two, line):
        with (
            unchanged(lin),
            pytest.raises(IntegrityError, match="line_movement_takes_for_an_application"),
        ):
            self.step(line, "HELD", "a", None, held=1)

    def test_refuses_a_second_line_for_one_person(self, lin, two):
        with pytest.raises(IntegrityError, match="borrower"), transaction.atomic():
            CreditLine.objects.create(borrower_id=lin.id)

    @pytest.mark.parametrize(
        "change",
        [
            {"limit_fen": 900_000},
            {"held_fen": 1},
            {"reserved_fen": 1},
            {"state": "FROZEN"},
        ],
    )
    def test_refuses_to_move_a_total_without_a_step(self, lin, two, line, change):
        with (
            unchanged(lin),
            pytest.raises(IntegrityError, match="moves by its steps only"),
            transaction.atomic(),
        ):
            CreditLine.objects.filter(pk=line.pk).update(**change)

    def test_refuses_a_line_that_opens_with_something(self, db):
        wei = builders.person("Wei")

        with pytest.raises(IntegrityError, match="opens empty"), transaction.atomic():
            CreditLine.objects.create(borrower_id=wei.id, limit_fen=1)

    @pytest.mark.parametrize("table", [CreditLine, LineMovement])
    def test_keeps_every_line_and_step(self, lin, two, table):
        refused = r"only grows|refuse|kept|append|permission denied"
        with unchanged(lin), pytest.raises(DatabaseError, match=refused), transaction.atomic():
            table.objects.all()._raw_delete("default")

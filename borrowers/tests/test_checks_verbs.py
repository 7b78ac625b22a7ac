"""What people say of lines and staff of rows: each refusal, twice as once, and no debt hidden."""

import itertools
from datetime import timedelta

import pytest
from django.db import DatabaseError
from hypothesis import given, settings
from hypothesis import strategies as st

from borrowers.behaviour import actions, queries
from borrowers.behaviour.contracts import (
    Category,
    Direction,
    EventKey,
    MarkKind,
    MarkState,
    Method,
    Platform,
    RowState,
    Source,
)
from borrowers.behaviour.models import EventMark, EventRow, EventTextRow, QuarantinedRow
from borrowers.checks import lines, quarantine
from borrowers.checks import queries as checks
from borrowers.checks.contracts import RightReading
from borrowers.checks.models import LabelProposal
from borrowers.checks.refusals import AlreadyDecided, OwnLoanLine
from borrowers.connectors.contracts import Quarantined
from borrowers.people import queries as people
from borrowers.people.actions import open_account
from borrowers.tests import cast
from borrowers.tests.test_behaviour_imports import lin_who_allows, stored_rows, upload
from common.actors import Actor
from common.audit.models import AuditEntry
from common.errors import NotFound

pytestmark = pytest.mark.django_db

PHONES = (f"+86136{number:08d}" for number in itertools.count())
LATER = cast.FIRST_DAY + timedelta(days=40)
SAY = (lines.exclude, lines.dispute, lines.call_duplicate)
WAGE = {"direction": Direction.IN, "category": Category.INCOME_SALARY}
DEBTS = (Category.CREDIT_REPAYMENT, Category.CREDIT_DRAWDOWN)


@pytest.fixture
def mei() -> Actor:
    return Actor(kind="STAFF", account_id=cast.officer().pk)


@pytest.fixture
def lin():
    lin = lin_who_allows()
    upload(lin, [cast.event(1), cast.event(2, **WAGE)])
    return lin


@pytest.fixture
def own_loan(lin) -> EventKey:
    """The line of a loan with us."""
    at = cast.FIRST_DAY - timedelta(days=9)
    actions.record_own(
        borrower_id=lin.id, contract_id=1, occurred_at=at, amount_fen=5,
        category=Category.CREDIT_REPAYMENT, ext_text="loan:1:1",
    )  # fmt: skip
    return queries.match_columns_of(lin.id).key(0)


def key_at(card, row) -> EventKey:
    return queries.match_columns_of(card.id).key(row)


def actions_of(what) -> int:
    return AuditEntry.objects.filter(action=f"borrowers.{what}").count()


def amounts(card) -> list[int]:
    return sorted(queries.columns_of(card.id).amount_fen.tolist())


@pytest.mark.parametrize("say", SAY, ids=lambda each: each.__name__)
class TestSaying:
    def test_twice_is_once_and_written_once_in_the_trail(self, lin, say):
        key, by = key_at(lin, 0), cast.self_of(lin)

        first = say(borrower_id=lin.id, event=key, by=by)
        again = say(borrower_id=lin.id, event=key, by=by)

        assert first == again
        assert (EventMark.objects.count(), actions_of("line_marked")) == (1, 1)

    def test_of_our_own_loan_is_refused_and_writes_nothing(self, lin, own_loan, say):
        before = amounts(lin)

        with pytest.raises(OwnLoanLine):
            say(borrower_id=lin.id, event=own_loan, by=cast.self_of(lin))

        assert not EventMark.objects.exists()
        assert actions_of("line_marked") == 0
        assert amounts(lin) == before

    @pytest.mark.parametrize("aside", [EventKey(0, 0), EventKey(1, 2**62), EventKey(-1, -1)])
    def test_of_no_line_is_not_found(self, lin, say, aside):
        with pytest.raises(NotFound):
            say(borrower_id=lin.id, event=aside, by=cast.self_of(lin))

        assert not EventMark.objects.exists()

    def test_of_somebody_elses_line_is_not_found(self, lin, say):
        zhao = cast.borrower("Zhao")

        with pytest.raises(NotFound):
            say(borrower_id=zhao.id, event=key_at(lin, 0), by=cast.self_of(zhao))

        assert not EventMark.objects.exists()
        assert checks.marks(zhao.id) == ()

    def test_of_nobody_is_not_found(self, lin, say):
        with pytest.raises(NotFound):
            say(borrower_id=10**9, event=key_at(lin, 0), by=cast.self_of(lin))

    @pytest.mark.parametrize("is_granted", [True, False])
    def test_after_a_decision_changes_nothing_of_it(self, lin, mei, say, is_granted):
        key, by = key_at(lin, 0), cast.self_of(lin)
        mark = say(borrower_id=lin.id, event=key, by=by)
        lines.decide(public_id=mark, is_granted=is_granted, by=mei, at=LATER)

        assert say(borrower_id=lin.id, event=key, by=by) == mark

        (told,) = checks.marks(lin.id)
        assert told.state is (MarkState.GRANTED if is_granted else MarkState.REFUSED)
        assert told.decided_at == LATER


class TestSayingSeveralThings:
    def test_of_one_line_are_several_marks_decided_one_by_one(self, lin, mei):
        key, by = key_at(lin, 0), cast.self_of(lin)
        said = [say(borrower_id=lin.id, event=key, by=by) for say in SAY]

        lines.decide(public_id=said[1], is_granted=True, by=mei, at=LATER)

        states = {each.kind: each.state for each in checks.marks(lin.id)}
        assert states == {
            MarkKind.EXCLUDED: MarkState.ASKED,
            MarkKind.DISPUTED: MarkState.GRANTED,
            MarkKind.DUPLICATE: MarkState.ASKED,
        }
        assert amounts(lin) == [1_001, 1_002]

    def test_goes_with_the_consent_and_leaves_the_trail(self, lin):
        lines.exclude(borrower_id=lin.id, event=key_at(lin, 1), by=cast.self_of(lin))

        cast.withdraw(lin)

        assert amounts(lin) == []
        assert not queries.has_contradicted(lin.id)
        assert actions_of("line_marked") == 1


class TestNoDebtIsHidden:
    @settings(max_examples=15)
    @given(data=st.data())
    def test_by_anything_that_the_person_says_alone(self, data):
        """Wallet and bank tell of the same money; whatever is marked, spending and debt stay."""
        somebody = people.borrower_of(open_account(phone=next(PHONES), language="en").pk)
        assert somebody is not None
        cast.allow(somebody)
        kinds = st.tuples(st.sampled_from(Direction), st.sampled_from(Category), st.booleans())
        told = data.draw(st.lists(kinds, min_size=1, max_size=6))
        self.give(somebody, told)
        columns = queries.match_columns_of(somebody.id)
        before = sums(somebody)

        for row in data.draw(st.sets(st.integers(0, len(columns) - 1))):
            say = data.draw(st.sampled_from(SAY))
            say(borrower_id=somebody.id, event=columns.key(row), by=cast.self_of(somebody))

        after = sums(somebody)
        assert (after["spent"], after["owed"]) == (before["spent"], before["owed"])
        assert after["earned"] <= before["earned"]

    def give(self, card, told):
        wallet = [
            cast.event(at, direction=direction, category=category, tail="1111", channel="DEBIT")
            for at, (direction, category, _) in enumerate(told)
        ]
        bank = [
            cast.event(
                at, direction=direction, category=category, tail="1111", source=Source.CMB,
                via=Platform.WECHAT, native_id="", event_key=bytes([7, at]) + bytes(30),
            )
            for at, (direction, category, is_told_twice) in enumerate(told) if is_told_twice
        ]  # fmt: skip
        upload(card, wallet, b"the wallet")
        if bank:
            upload(card, bank, b"the bank", source=Source.CMB)

    def test_by_another_kind_for_the_line_of_a_loan(self, lin, own_loan):
        with pytest.raises(OwnLoanLine):
            lines.propose_label(
                borrower_id=lin.id, event=own_loan, category=Category.DINING, by=cast.self_of(lin)
            )

        assert not LabelProposal.objects.exists()

    def test_by_another_kind_before_it_is_reviewed(self, mei):
        lin = lin_who_allows()
        upload(lin, [cast.event(1, category=Category.CREDIT_REPAYMENT)])

        label = lines.propose_label(
            borrower_id=lin.id, event=key_at(lin, 0), category=Category.DINING, by=cast.self_of(lin)
        )
        assert sums(lin)["owed"] == 1_001

        lines.review_label(public_id=label, is_accepted=False, by=mei, at=LATER)
        assert sums(lin)["owed"] == 1_001


def sums(card) -> dict[str, int]:
    columns = queries.columns_of(card.id)
    is_debt = (columns.category == DEBTS[0]) | (columns.category == DEBTS[1])
    is_in, is_out = columns.direction == Direction.IN, columns.direction == Direction.OUT
    is_refund = columns.category == Category.REFUND
    return {
        "spent": int(columns.amount_fen[is_out].sum()),
        "owed": int(columns.amount_fen[is_debt].sum()),
        "earned": int(columns.amount_fen[is_in & ~is_debt & ~is_refund].sum()),
    }


class TestRowsByHand:
    READ = RightReading(
        occurred_at=cast.FIRST_DAY,
        amount_fen=4_200,
        direction=Direction.OUT,
        category=Category.DINING,
    )
    UNREAD = tuple(
        Quarantined(row_number=90 + at, reason="AMOUNT_UNREADABLE", words=f"noodles | ¥ {at}")
        for at in range(3)
    )

    @pytest.fixture
    def rows(self):
        lin = lin_who_allows()
        upload(lin, [cast.event(1)], quarantined=self.UNREAD, rows_read=5)
        return lin, list(QuarantinedRow.objects.order_by("row_number"))

    def resolve(self, row, by, **read):
        reading = RightReading(**{**{n: getattr(self.READ, n) for n in READING}, **read})
        quarantine.resolve(
            public_id=row.public_id, reading=reading, because="FILE_COMPARED", by=by, at=LATER
        )

    def test_that_read_alike_are_still_several_payments(self, rows, mei):
        lin, unread = rows

        for row in unread:
            self.resolve(row, mei)

        assert amounts(lin) == [1_001, 4_200, 4_200, 4_200]
        (bill,) = queries.batches(lin.id)
        assert (bill.imported, bill.quarantined) == (4, 0)

    def test_keep_the_words_of_the_row_sealed_and_say_who_read_it(self, rows, mei):
        lin, unread = rows

        self.resolve(unread[1], mei)

        seen = queries.page(lin.id, before=None, limit=9)
        assert "noodles | ¥ 1" in [each.memo for each in seen]
        kept = EventTextRow.objects.filter(borrower_id=lin.id)
        assert {row.key_id for row in kept} == {lin.consented_key_id}
        assert EventRow.objects.filter(method=Method.PERSON, confidence_percent=100).count() == 1

    def test_of_a_refund_are_money_that_came_back_and_no_income(self, rows, mei):
        lin, unread = rows

        self.resolve(
            unread[0], mei, category=Category.REFUND, direction=Direction.NEUTRAL, amount_fen=300
        )

        told = queries.summary(lin.id, LATER.date())
        assert (told.refunds, told.refunds_fen, told.other_income_fen) == (1, 300, 0)

    def test_decided_either_way_are_decided(self, rows, mei):
        _, unread = rows
        quarantine.dismiss(public_id=unread[0].public_id, because="NO_PAYMENT", by=mei, at=LATER)
        self.resolve(unread[1], mei)

        for row in unread[:2]:
            with pytest.raises(AlreadyDecided):
                self.resolve(row, mei)
            with pytest.raises(AlreadyDecided):
                quarantine.dismiss(public_id=row.public_id, because="NO_PAYMENT", by=mei, at=LATER)

        states = [each.state for each in checks.unread_rows(unread[0].batch_id)]
        assert states == [RowState.DISMISSED, RowState.RESOLVED, RowState.OPEN]
        assert stored_rows() == 2
        assert actions_of("quarantine.resolved") == actions_of("quarantine.dismissed") == 1

    def test_of_a_bill_given_again_under_a_new_consent_wait_anew(self, rows, mei):
        lin, _ = rows
        cast.withdraw(lin)
        cast.allow(lin)
        upload(lin, [cast.event(1)], quarantined=self.UNREAD, rows_read=5)

        newest = QuarantinedRow.objects.order_by("-pk")[0]
        self.resolve(newest, mei)

        assert amounts(lin) == [1_001, 4_200]
        assert QuarantinedRow.objects.filter(state=RowState.OPEN).count() == 5

    def test_of_less_than_nothing_are_refused_and_stay_open(self, rows, mei):
        _, unread = rows

        with pytest.raises(DatabaseError):
            self.resolve(unread[0], mei, amount_fen=-1)

        unread[0].refresh_from_db()
        assert unread[0].state == RowState.OPEN
        assert stored_rows() == 1


READING = ("occurred_at", "amount_fen", "direction", "category")

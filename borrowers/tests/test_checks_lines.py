"""Lines that people leave out, dispute or correct: never to look better without a person."""

import itertools
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
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
    Source,
)
from borrowers.behaviour.models import EventMark, EventRow
from borrowers.behaviour.tables.events import Stored
from borrowers.checks import lines
from borrowers.checks import queries as checks
from borrowers.checks.models import LabelProposal, LabelState
from borrowers.checks.refusals import AlreadyDecided, OwnLoanLine, SameCategory
from borrowers.people import queries as people
from borrowers.people.actions import open_account
from borrowers.tests import cast
from borrowers.tests.test_behaviour_imports import lin_who_allows, upload
from common.actors import Actor
from common.errors import NotFound

pytestmark = pytest.mark.django_db

PHONES = (f"+861380000{number:04d}" for number in itertools.count())
LATER = cast.FIRST_DAY + timedelta(days=40)
WAGE = {"direction": Direction.IN, "category": Category.INCOME_SALARY}


def mei() -> Actor:
    return Actor(kind="STAFF", account_id=cast.officer().pk)


def lin_with(**changes):
    lin = lin_who_allows()
    upload(lin, [cast.event(1, **changes), cast.event(2)])
    return lin, queries.match_columns_of(lin.id).key(0)


def amounts(card) -> list[int]:
    return sorted(queries.columns_of(card.id).amount_fen.tolist())


def exclude(lin, key) -> str:
    return lines.exclude(borrower_id=lin.id, event=key, by=cast.self_of(lin))


class TestExclude:
    def test_of_income_works_at_once_and_calls_a_person(self):
        lin, wage = lin_with(**WAGE)

        exclude(lin, wage)

        assert amounts(lin) == [1_002]
        assert queries.has_contradicted(lin.id)

    def test_of_income_is_settled_by_a_person(self):
        lin, wage = lin_with(**WAGE)

        lines.decide(public_id=exclude(lin, wage), is_granted=True, by=mei(), at=LATER)

        assert amounts(lin) == [1_002]
        assert not queries.has_contradicted(lin.id)

    def test_of_income_that_a_person_refuses_counts_it_again(self):
        lin, wage = lin_with(**WAGE)

        lines.decide(public_id=exclude(lin, wage), is_granted=False, by=mei(), at=LATER)

        assert amounts(lin) == [1_001, 1_002]
        assert not queries.has_contradicted(lin.id)

    @pytest.mark.parametrize(
        "line",
        [
            {},
            {"category": Category.CREDIT_REPAYMENT},
            {"category": Category.CREDIT_DRAWDOWN, "direction": Direction.IN},
            {"category": Category.REFUND, "direction": Direction.IN, "merchant": "elsewhere"},
            {"category": Category.GAMBLING_RISK},
            {"direction": Direction.NEUTRAL, "category": Category.CREDIT_REPAYMENT},
        ],
    )
    def test_of_spending_or_debt_waits_for_a_person(self, line):
        lin, key = lin_with(**line)

        mark = exclude(lin, key)
        assert amounts(lin) == [1_001, 1_002]

        lines.decide(public_id=mark, is_granted=True, by=mei(), at=LATER)
        assert amounts(lin) == [1_002]

    @given(direction=st.sampled_from(Direction), category=st.sampled_from(Category))
    def test_at_once_can_only_make_a_person_look_poorer(self, direction, category):
        line = Stored(category, direction, Source.WECHAT)

        if lines.works_at_once(line):
            assert direction is Direction.IN
            assert category in {
                Category.INCOME_SALARY,
                Category.INCOME_OTHER,
                Category.TRANSFER_SOCIAL,
            }

    @settings(max_examples=15)
    @given(data=st.data())
    def test_by_the_person_alone_never_lowers_spending_or_debt_nor_lifts_income(self, data):
        somebody = people.borrower_of(open_account(phone=next(PHONES), language="en").pk)
        assert somebody is not None
        cast.allow(somebody)
        kinds = st.tuples(st.sampled_from(Direction), st.sampled_from(Category))
        told = data.draw(st.lists(kinds, min_size=1, max_size=8))
        upload(
            somebody,
            [
                cast.event(at, direction=direction, category=category)
                for at, (direction, category) in enumerate(told)
            ],
        )
        columns = queries.match_columns_of(somebody.id)
        before = sums(somebody)

        for row in data.draw(st.sets(st.integers(0, len(columns) - 1))):
            exclude(somebody, columns.key(row))

        after = sums(somebody)
        assert after["spent"] == before["spent"]
        assert after["owed"] == before["owed"]
        assert after["earned"] <= before["earned"]

    def test_asked_twice_is_one_mark(self):
        lin, key = lin_with()

        assert exclude(lin, key) == exclude(lin, key)
        assert EventMark.objects.count() == 1

    def test_of_a_loan_with_us_is_refused(self):
        lin = cast.borrower("Lin")
        actions.record_own(
            borrower_id=lin.id, contract_id=1, occurred_at=cast.FIRST_DAY, amount_fen=5,
            category=Category.CREDIT_REPAYMENT, ext_text="loan:1:1",
        )  # fmt: skip
        key = queries.match_columns_of(lin.id).key(0)

        with pytest.raises(OwnLoanLine):
            exclude(lin, key)

        assert not EventMark.objects.exists()

    def test_of_somebody_elses_line_is_not_found_and_writes_nothing(self):
        _, key = lin_with()
        zhao = cast.borrower("Zhao")

        with pytest.raises(NotFound):
            exclude(zhao, key)

        assert not EventMark.objects.exists()


def sums(card) -> dict[str, int]:
    columns = queries.columns_of(card.id)
    debts = [Category.CREDIT_REPAYMENT, Category.CREDIT_DRAWDOWN]
    is_debt = (columns.category == debts[0]) | (columns.category == debts[1])
    is_in, is_out = columns.direction == Direction.IN, columns.direction == Direction.OUT
    is_refund = columns.category == Category.REFUND
    return {
        "spent": int(columns.amount_fen[is_out].sum()),
        "owed": int(columns.amount_fen[is_debt].sum()),
        "earned": int(columns.amount_fen[is_in & ~is_debt & ~is_refund].sum()),
    }


class TestDispute:
    def test_counts_the_line_until_a_person_decides_and_after(self):
        lin, key = lin_with()

        mark = lines.dispute(borrower_id=lin.id, event=key, by=cast.self_of(lin))

        (told,) = checks.marks(lin.id)
        assert (told.kind, told.state, told.event) == (MarkKind.DISPUTED, MarkState.ASKED, key)
        assert amounts(lin) == [1_001, 1_002]
        lines.decide(public_id=mark, is_granted=True, by=mei(), at=LATER)
        assert amounts(lin) == [1_001, 1_002]

    def test_of_a_duplicate_is_counted_until_it_is_granted(self):
        lin, key = lin_with()

        mark = lines.call_duplicate(borrower_id=lin.id, event=key, by=cast.self_of(lin))
        assert amounts(lin) == [1_001, 1_002]

        lines.decide(public_id=mark, is_granted=True, by=mei(), at=LATER)
        assert amounts(lin) == [1_002]


class TestDecide:
    def test_is_final(self):
        lin, key = lin_with()
        mark = exclude(lin, key)
        by = mei()
        lines.decide(public_id=mark, is_granted=False, by=by, at=LATER)

        with pytest.raises(AlreadyDecided):
            lines.decide(public_id=mark, is_granted=True, by=by, at=LATER)

        assert amounts(lin) == [1_001, 1_002]

    def test_of_nothing_is_not_found(self):
        with pytest.raises(NotFound):
            lines.decide(public_id="nothing", is_granted=True, by=mei(), at=LATER)

    @pytest.mark.parametrize(
        "attack",
        [
            "UPDATE borrowers_eventmark SET state = 2, decided_at = now()",
            "UPDATE borrowers_eventmark SET is_at_once = NOT is_at_once",
            "UPDATE borrowers_eventmark SET kind = 3",
        ],
    )
    def test_cannot_be_undone_or_turned_in_the_table(self, attack):
        lin, key = lin_with()
        lines.decide(public_id=exclude(lin, key), is_granted=False, by=mei(), at=LATER)
        before = EventMark.objects.values().get()

        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attack)

        assert EventMark.objects.values().get() == before


class TestLabels:
    def propose(self, lin, key, category=Category.EDUCATION) -> str:
        return lines.propose_label(
            borrower_id=lin.id, event=key, category=category, by=cast.self_of(lin)
        )

    def test_change_nothing_until_they_are_reviewed(self):
        lin, key = lin_with()

        self.propose(lin, key)

        assert queries.columns_of(lin.id).category.tolist() == [Category.DINING] * 2
        assert checks.reviewed_labels() == ()

    def test_that_are_accepted_are_learnt_from_and_stand_on_the_payment(self):
        lin, key = lin_with()

        lines.review_label(public_id=self.propose(lin, key), is_accepted=True, by=mei(), at=LATER)

        (label,) = checks.reviewed_labels()
        assert (label.borrower_id, label.event) == (lin.id, key)
        assert label.category is Category.EDUCATION
        assert Category.EDUCATION in queries.columns_of(lin.id).category.tolist()
        assert EventRow.objects.filter(method=Method.PERSON).count() == 1

    def test_that_are_rejected_teach_nothing(self):
        lin, key = lin_with()

        lines.review_label(public_id=self.propose(lin, key), is_accepted=False, by=mei(), at=LATER)

        assert checks.reviewed_labels() == ()
        assert queries.columns_of(lin.id).category.tolist() == [Category.DINING] * 2

    def test_of_people_who_withdrew_are_not_learnt_from(self):
        lin, key = lin_with()
        lines.review_label(public_id=self.propose(lin, key), is_accepted=True, by=mei(), at=LATER)

        cast.withdraw(lin)

        assert checks.reviewed_labels() == ()

    def test_are_reviewed_once(self):
        lin, key = lin_with()
        label, by = self.propose(lin, key), mei()
        lines.review_label(public_id=label, is_accepted=False, by=by, at=LATER)

        with pytest.raises(AlreadyDecided):
            lines.review_label(public_id=label, is_accepted=True, by=by, at=LATER)

        assert LabelProposal.objects.get().state == LabelState.REJECTED

    def test_of_the_same_category_are_refused(self):
        lin, key = lin_with()

        with pytest.raises(SameCategory):
            self.propose(lin, key, Category.DINING)

        assert not LabelProposal.objects.exists()

    def test_wait_once_for_a_payment(self):
        lin, key = lin_with()

        assert self.propose(lin, key) == self.propose(lin, key)
        with pytest.raises(AlreadyDecided):
            self.propose(lin, key, Category.TRAVEL)

        assert LabelProposal.objects.count() == 1

    @pytest.mark.parametrize("attack", ["DELETE FROM", "TRUNCATE"])
    def test_stay_in_the_table(self, attack):
        self.propose(*lin_with())

        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"{attack} borrowers_labelproposal")

        assert LabelProposal.objects.count() == 1


def test_a_key_is_a_time_and_a_short_key():
    assert EventKey(1, 2) == (1, 2)

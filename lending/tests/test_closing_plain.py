"""One statement for a range of loans is the fold of each of them, ledger included."""

from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, InternalError, ProgrammingError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lending.calc.fold import fold
from lending.closing import plain, ranges, steps
from lending.closing.models import ClosingRange, LoanSnapshot
from lending.ledger import queries as ledger
from lending.ledger.models import LedgerEntry, LedgerPosting
from lending.loans.models import Loan
from lending.servicing.models import LoanCourse
from lending.tests import builders, closing_loans
from lending.tests.calc_loans import opening, stories, terms_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
many = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@contextmanager
def undone():
    """A block of which nothing stays."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def lins():
    """Signed and not yet paid out: each example makes of it what it needs."""
    builders.open_books()
    return builders.signed(builders.person("Lin"))


@pytest.fixture
def folded(monkeypatch):
    """How many loans were folded by closing."""
    seen: list[tuple[int, date]] = []
    fold_them = steps._fold

    def counting(claimed):
        found = fold_them(claimed)
        seen.extend((number, claimed.day) for number in found.loans)
        return found

    monkeypatch.setattr(steps, "_fold", counting)
    return seen


def became(loan, story):
    through = max(story.through, story.terms.disbursed_on)
    log = closing_loans.possible(story.log)
    fold(story.terms, log, through)
    return closing_loans.become(loan, story.terms, log, through), through


class TestSqlIsTheFold:
    @many
    @given(story=stories(), days=st.integers(1, 12))
    def test_for_any_loan_over_any_days(self, lins, story, days):
        with undone():
            loan, through = became(lins, story)
            for step in range(1, days + 1):
                closing_loans.close_day(through + step * DAY)

            assert closing_loans.agrees_with_its_log(loan)
            closing_loans.books_are_balanced()
            fresh = Loan.objects.get(pk=loan.pk)
            assert fresh.state != "ACTIVE" or fresh.carried_through == through + days * DAY

    @many
    @given(story=stories(most=3), days=st.integers(1, 8))
    def test_and_so_are_the_pictures_of_every_day(self, lins, story, days):
        with undone():
            loan, through = became(lins, story)
            if loan.state != "ACTIVE":
                return
            for step in range(1, days + 1):
                day = through + step * DAY
                if Loan.objects.get(pk=loan.pk).state != "ACTIVE":
                    break
                closing_loans.close_day(day)
                kept, wanted = closing_loans.picture_of(loan, day)
                assert kept == wanted

    @many
    @given(story=stories(most=3), days=st.integers(1, 8))
    def test_with_and_without_a_course(self, lins, story, days):
        """Folded every day or carried in SQL: the same rows, the same sums in the books."""
        found = []
        for is_plain in (True, False):
            with undone():
                loan, through = became(lins, story)
                for step in range(1, days + 1):
                    if not is_plain:
                        LoanCourse.objects.all().delete()
                    closing_loans.close_day(through + step * DAY)
                row = Loan.objects.filter(pk=loan.pk).values().get()
                instalments = list(loan.instalments.order_by("number").values())
                for each in instalments:
                    del each["id"]
                found.append((row, instalments, ledger.loan_balances_fen(loan.pk)))

        assert found[0] == found[1]

    def test_for_amounts_at_the_edge_of_64_bits(self, lins):
        """100 million yuan, late for nine years: fen-days times rate is past a bigint."""
        terms = terms_of(
            principal_fen=10_000_000_000,
            annual_rate_ppm=240_000,
            penalty_rate_ppm=360_000,
            disbursed_on=date(2027, 1, 31),
        )
        with undone():
            loan = closing_loans.become(lins, terms, [opening(terms)], date(2037, 1, 31))

            closing_loans.close_day(date(2037, 2, 1))

            assert closing_loans.agrees_with_its_log(loan)


class TestOnlyLoansWithAnEvent:
    def test_are_folded(self, lins, folded):
        terms = terms_of(disbursed_on=date(2027, 1, 31))
        with undone():
            loan = closing_loans.become(lins, terms, [opening(terms)], terms.disbursed_on)
            day = terms.disbursed_on
            while day < date(2027, 3, 10):
                day += DAY
                closing_loans.close_day(day)

            assert folded == [
                (loan.pk, date(2027, 3, 1)),  # the second instalment begins, the first is unpaid
                (loan.pk, date(2027, 3, 4)),  # grace is over
            ]
            assert closing_loans.agrees_with_its_log(loan)

    def test_are_folded_when_their_course_is_gone(self, lins, folded):
        terms = terms_of(disbursed_on=date(2027, 1, 31))
        with undone():
            loan = closing_loans.become(lins, terms, [opening(terms)], terms.disbursed_on)
            LoanCourse.objects.all().delete()

            closing_loans.close_day(terms.disbursed_on + DAY)

            assert folded == [(loan.pk, terms.disbursed_on + DAY)]
            assert LoanCourse.objects.get().loan_id == loan.pk


class TestOneEntryForARangeAndKind:
    def test_holds_every_loan_and_is_balanced(self):
        builders.open_books()
        people = [builders.person(name) for name in ("Lin", "Wei", "Chen")]
        loans = [builders.signed(each, key=f"{number}") for number, each in enumerate(people)]
        terms = terms_of(disbursed_on=date(2027, 1, 31))
        for loan in loans:
            closing_loans.become(loan, terms, [opening(terms)], date(2027, 3, 10))
        before = LedgerEntry.objects.count()

        closing_loans.close_day(date(2027, 3, 11))

        assert LedgerEntry.objects.count() == before + 2
        for kind, accounts in (("ACCRUAL", {"1132", "6011"}), ("PENALTY", {"1133", "6012"})):
            postings = LedgerPosting.objects.filter(entry__kind=kind)
            assert postings.count() == 2 * len(loans)
            assert {each.account_id for each in postings} == accounts
            assert {each.loan_id for each in postings} == {each.pk for each in loans}
        closing_loans.books_are_balanced()

    def test_is_not_written_where_nothing_was_earned(self):
        builders.open_books()

        closing_loans.close_day(builders.TODAY)

        assert not LedgerEntry.objects.exists()
        assert ClosingRange.objects.get().closed_at is not None


class TestPictures:
    def test_of_a_day_are_one_for_each_running_loan(self):
        loans = [builders.paid_out(builders.person(name), key=name) for name in ("Lin", "Wei")]
        builders.pay_off(loans[1], key="off")

        closing_loans.close_day(builders.TODAY)

        kept = LoanSnapshot.objects.filter(on_date=builders.TODAY)
        assert {each.loan_id: each.state for each in kept} == {
            loans[0].pk: "ACTIVE",
            loans[1].pk: "SETTLED",
        }

    def test_of_a_loan_that_was_paid_back_before_are_not_taken(self):
        loan = builders.paid_out(builders.person("Lin"))
        builders.pay_off(loan)

        closing_loans.close_day(builders.TODAY + DAY)

        assert not LoanSnapshot.objects.exists()

    @pytest.mark.parametrize(
        "act",
        [
            "UPDATE lending_loansnapshot SET principal_fen = 0",
            "DELETE FROM lending_loansnapshot",
            "TRUNCATE lending_loansnapshot",
        ],
    )
    def test_are_never_changed(self, act):
        builders.paid_out(builders.person("Lin"))
        closing_loans.close_day(builders.TODAY)

        with (
            pytest.raises((InternalError, IntegrityError, ProgrammingError)),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(act)

        assert LoanSnapshot.objects.get().principal_fen == 300_000

    def test_are_one_for_a_loan_and_day(self):
        builders.paid_out(builders.person("Lin"))
        closing_loans.close_day(builders.TODAY)
        kept = LoanSnapshot.objects.get()

        with pytest.raises(IntegrityError), transaction.atomic():
            LoanSnapshot.objects.bulk_create([kept])


class TestRanges:
    def test_leave_no_number_out(self, monkeypatch):
        for name in ("Lin", "Wei", "Chen"):
            builders.paid_out(builders.person(name), key=name)
        monkeypatch.setattr(ranges, "RANGE_LOANS", 2)

        found = ranges.spans(builders.TODAY, is_first=True)

        assert found[0].first == 0
        assert found[-1].last == ranges.LAST_LOAN_ID
        assert [each.first for each in found[1:]] == [each.last + 1 for each in found[:-1]]
        assert len(found) == 2

    def test_of_a_second_sweep_post_nothing_that_the_first_has_posted(self, monkeypatch):
        """A loan that came late is folded; the loans beside it are not posted again."""
        loan = builders.paid_out(builders.person("Lin"))
        late = builders.paid_out(builders.person("Wei"), key="late")
        Loan.objects.filter(pk=late.pk).update(state="PENDING_DISBURSEMENT")
        closing_loans.close_day(builders.TODAY + DAY)
        Loan.objects.filter(pk=late.pk).update(state="ACTIVE")

        closing_loans.close_day(builders.TODAY + DAY)

        sweeps = ClosingRange.objects.order_by("pk").values_list("sweep", "loans", "folded")
        assert list(sweeps) == [(1, 1, 0), (2, 1, 1)]
        assert closing_loans.agrees_with_its_log(loan)
        assert closing_loans.agrees_with_its_log(late)

    def test_are_planned_once(self):
        builders.paid_out(builders.person("Lin"))

        assert ranges.plan(day=builders.TODAY) == 1
        assert ranges.plan(day=builders.TODAY) == 0
        assert ClosingRange.objects.count() == 1


def test_a_statement_that_fails_as_a_whole_leaves_every_loan_to_the_fold(monkeypatch, folded):
    loan = builders.paid_out(builders.person("Lin"))
    monkeypatch.setattr(plain, "CARRY", "SELECT 1 / 0")

    closing_loans.close_day(builders.TODAY + DAY)

    assert folded == [(loan.pk, builders.TODAY + DAY)]
    assert closing_loans.agrees_with_its_log(loan)


class TestTheWayThePlannerGoes:
    def test_is_by_sets_for_the_one_statement_only(self, lins):
        """Also where a loan spoils the statement: what follows it is planned as ever."""
        loan, through = became_plain(lins)
        for spoil in (
            "",
            "INSERT INTO lending_loansnapshot VALUES (%s, %s, 0, 0, 0, 0, 'M0', 'X', 0, 0)",
        ):
            with undone(), connection.cursor() as cursor:
                if spoil:
                    cursor.execute(spoil, [through + DAY, loan.pk])
                closing_loans.close_day(through + DAY)
                cursor.execute("SHOW enable_nestloop")
                assert cursor.fetchone() == ("on",)
                assert closing_loans.agrees_with_its_log(loan)


def became_plain(loan):
    """A loan that runs, with nothing due for weeks."""
    terms = terms_of(disbursed_on=builders.TODAY, months=3)
    return closing_loans.become(loan, terms, [opening(terms)], builders.TODAY), builders.TODAY

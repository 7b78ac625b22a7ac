"""A broken loan stays behind by name, the others close, and it is caught up once repaired."""

from datetime import timedelta

import pytest
from django.db import OperationalError

from common.actors import Actor
from common.audit.models import AuditEntry
from common.business_date import queries as business_dates
from common.errors import NotFound
from lending.closing import actions as closing
from lending.closing import pictures, quarantine, steps
from lending.closing.models import ClosingRange, LoanSnapshot, QuarantinedLoan
from lending.ledger import invariants as books
from lending.ledger.models import LedgerEntry
from lending.loans.models import Loan
from lending.servicing import actions as servicing
from lending.servicing import invariants
from lending.servicing.models import LoanCourse
from lending.tests import builders
from lending.tests.builders import TODAY
from tests.machinery.unchanged import nothing_written

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MEI = Actor(kind="STAFF", account_id=None)


@pytest.fixture
def lins():
    builders.open_books()
    return builders.paid_out(builders.person("Lin"))


@pytest.fixture
def weis():
    builders.open_books()
    return builders.paid_out(builders.person("Wei"), key="weis")


@pytest.fixture
def broken(weis, monkeypatch):
    """Wei's loan cannot be folded until `broken` is emptied."""
    found = {weis.pk}
    step = servicing._step

    def breaking(loan, state, **known):
        if loan.pk in found:
            raise ValueError("the log contradicts itself")
        return step(loan, state, **known)

    monkeypatch.setattr(servicing, "_step", breaking)
    LoanCourse.objects.filter(loan_id=weis.pk).delete()
    return found


def fresh(loan):
    return Loan.objects.get(pk=loan.pk)


def is_sound():
    return not [*invariants.breaches(), *books.breaches()]


class TestABrokenLoan:
    def test_is_left_behind_by_name_while_the_others_close(self, lins, weis, broken):
        closing.close_through(to=TODAY + 3 * DAY)

        left = QuarantinedLoan.objects.get()
        assert (left.loan_id, left.day, left.code) == (weis.pk, TODAY + DAY, "ValueError")
        assert business_dates.today() == TODAY + 3 * DAY
        assert fresh(lins).carried_through == TODAY + 2 * DAY
        assert fresh(weis).carried_through == TODAY
        assert is_sound()

    def test_is_counted_in_its_range_and_in_the_audit_trail(self, lins, weis, broken):
        closing.close_through(to=TODAY + 2 * DAY)

        row = ClosingRange.objects.get(day=TODAY + DAY)
        assert (row.loans, row.quarantined) == (1, 1)
        said = AuditEntry.objects.filter(action="lending.day.closed").latest("pk")
        assert said.facts["left_behind"] == 1

    def test_earns_nothing_in_the_books_while_it_waits(self, weis, broken):
        entries = LedgerEntry.objects.count()

        closing.close_through(to=TODAY + 3 * DAY)

        assert LedgerEntry.objects.count() == entries
        assert not LoanSnapshot.objects.filter(on_date__gt=TODAY).exists()

    def test_is_tried_again_with_every_day_and_the_attempts_are_counted(self, weis, broken):
        closing.close_through(to=TODAY + 4 * DAY)

        assert QuarantinedLoan.objects.get().attempts == 3
        assert QuarantinedLoan.objects.get().day == TODAY + DAY

    def test_of_a_lost_connection_is_nobodys_fault(self, lins, monkeypatch):
        """The range is given up as a whole and closed by whoever comes next."""

        def lost(**_):
            raise OperationalError

        closing.close_through(to=TODAY + DAY)
        LoanCourse.objects.all().delete()
        monkeypatch.setattr(servicing, "bring_forward_together", lost)
        with pytest.raises(OperationalError):
            closing.close_through(to=TODAY + 2 * DAY)

        assert not QuarantinedLoan.objects.exists()
        assert business_dates.today() == TODAY + DAY


class TestARepairedLoan:
    def test_is_caught_up_day_by_day_by_the_next_closing(self, lins, weis, broken):
        closing.close_through(to=TODAY + 4 * DAY)
        broken.clear()

        closing.close_through(to=TODAY + 5 * DAY)

        assert QuarantinedLoan.objects.get().released_at is not None
        assert fresh(weis).carried_through == TODAY + 4 * DAY
        days = LedgerEntry.objects.filter(entry_key__endswith=f":loan:{weis.pk}")
        assert [each.business_date for each in days.order_by("pk")] == [
            TODAY + DAY,
            TODAY + 2 * DAY,
            TODAY + 3 * DAY,
        ]
        assert is_sound()

    def test_has_a_picture_of_every_day_in_the_end(self, lins, weis, broken):
        closing.close_through(to=TODAY + 4 * DAY)
        broken.clear()
        closing.close_through(to=TODAY + 5 * DAY)

        taken = LoanSnapshot.objects.order_by("on_date")
        days = [TODAY + number * DAY for number in range(5)]
        for loan in (lins, weis):
            assert [each.on_date for each in taken.filter(loan_id=loan.pk)] == days

    def test_stands_as_if_it_had_never_been_left_behind(self, lins, weis, broken):
        """Lin and Wei borrowed the same on the same day."""
        closing.close_through(to=TODAY + 6 * DAY)
        broken.clear()
        closing.close_through(to=TODAY + 7 * DAY)

        for name in ("interest_accrued_fen", "principal_outstanding_fen", "carried_through"):
            assert getattr(fresh(lins), name) == getattr(fresh(weis), name)

    def test_is_caught_up_by_a_payment_too(self, weis, broken):
        closing.close_through(to=TODAY + 4 * DAY)
        broken.clear()

        builders.pay(weis, 10_000, on=TODAY + 4 * DAY, key="early")

        assert fresh(weis).carried_through == TODAY + 4 * DAY
        caught_up = LedgerEntry.objects.filter(entry_key__endswith=f":loan:{weis.pk}")
        assert caught_up.count() == 3
        closing.close_through(to=TODAY + 6 * DAY)
        assert QuarantinedLoan.objects.get().released_at is not None
        assert LoanSnapshot.objects.filter(loan_id=weis.pk).count() == 6
        assert is_sound()


class TestTryingAgain:
    def test_catches_up_and_is_written_down(self, weis, broken):
        closing.close_through(to=TODAY + 3 * DAY)
        broken.clear()
        row = QuarantinedLoan.objects.get()

        assert quarantine.retry(quarantined_id=row.pk, through=TODAY + 2 * DAY, by=MEI) == ""

        assert fresh(weis).carried_through == TODAY + 2 * DAY
        assert AuditEntry.objects.filter(action="lending.loan.closing_retried").count() == 1
        assert quarantine.count() == 0

    def test_of_what_is_still_broken_says_why_and_counts(self, weis, broken):
        closing.close_through(to=TODAY + 2 * DAY)
        row = QuarantinedLoan.objects.get()

        said = quarantine.retry(quarantined_id=row.pk, through=TODAY + DAY, by=MEI)

        assert said == "ValueError"
        assert QuarantinedLoan.objects.get().attempts == row.attempts + 1
        assert fresh(weis).carried_through == TODAY

    def test_of_what_is_not_left_behind_is_refused(self, weis):
        with pytest.raises(NotFound), nothing_written():
            quarantine.retry(quarantined_id=1, through=TODAY, by=MEI)


class TestReasons:
    def test_are_codes_or_names_and_never_messages(self):
        assert quarantine.reason(ValueError("Lin owes 3")) == "ValueError"
        assert quarantine.reason(NotFound()) == NotFound.code

    def test_every_fault_is_caught_but_no_lost_connection(self):
        assert ValueError in quarantine.FAULTS
        assert not issubclass(KeyboardInterrupt, quarantine.FAULTS)


class TestSteps:
    def test_a_day_that_cannot_be_finished_does_not_turn_in_circles(self, lins, monkeypatch):
        monkeypatch.setattr(steps, "_fold", lambda _: steps.Folded())
        monkeypatch.setattr(steps, "_carry_plainly", lambda _: 0)
        closing.close_through(to=TODAY + DAY)

        with pytest.raises(closing.ClosingStuck):
            closing.close_through(to=TODAY + 2 * DAY)

        assert business_dates.today() == TODAY + DAY

    def test_helping_on_another_day_than_the_open_one_does_nothing(self, lins):
        with nothing_written():
            assert closing.help_close(day=TODAY + DAY) == 0

    def test_pictures_of_the_days_of_a_settled_loan_end_with_the_day_it_settled(self, lins):
        builders.pay_off(lins)

        with nothing_written():
            pictures.fill(fresh(lins), first=TODAY + DAY, last=TODAY + 3 * DAY)

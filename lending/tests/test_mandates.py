"""Leave to debit: given by a clear yes to a text that is kept, taken back with one word."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from borrowers.contact.models import Contact
from borrowers.messages.models import Message
from borrowers.tests import cast
from common.audit.models import AuditEntry
from common.errors import NotFound
from lending.channels.models import Transfer
from lending.loans.models import Loan
from lending.mandates import actions, queries, wording
from lending.mandates.models import DirectDebit, Mandate
from lending.tests import builders, debiting
from lending.tests.builders import TODAY
from lending.tests.debiting import DUE, LAST

pytestmark = pytest.mark.django_db


class TestGiving:
    def test_keeps_what_was_read_and_its_hash(self, loan, lin):
        mandate = debiting.given(loan, lin)

        kept = wording.Text(language="en", sentences=tuple(mandate.text["sentences"]))
        assert kept.sha256 == mandate.text_sha256
        assert mandate.account == loan.payer_account
        assert any("2,000.00" in sentence for sentence in kept.sentences)
        assert not any(loan.payer_account in sentence for sentence in kept.sentences)
        assert AuditEntry.objects.filter(action="lending.mandate.given").count() == 1
        assert Message.objects.get(template="MANDATE_GIVEN").facts["most_fen"] == 200_000

    def test_twice_under_one_key_is_one(self, loan, lin):
        first = debiting.given(loan, lin)

        assert debiting.given(loan, lin).pk == first.pk
        assert Message.objects.filter(template="MANDATE_GIVEN").count() == 1

    def test_a_second_one_beside_the_first_is_refused(self, loan, lin):
        debiting.given(loan, lin)

        with pytest.raises(actions.MandateGiven):
            debiting.given(loan, lin, key="another")

        assert Mandate.objects.count() == 1

    def test_a_text_that_nobody_read_is_refused(self, loan, lin):
        with pytest.raises(actions.MandateTextChanged):
            actions.give(
                loan_id=loan.pk,
                most_fen=999_999,
                ends_on=LAST,
                pay_day=None,
                text_sha256="0" * 64,
                language="en",
                channel="API",
                request_key="leave",
                on=TODAY,
                by=cast.self_of(lin),
            )

        assert not Mandate.objects.exists()

    @pytest.mark.parametrize(
        "wrong",
        [
            {"most_fen": 0},
            {"most_fen": -1},
            {"ends_on": TODAY - timedelta(days=1)},
            {"ends_on": date(2099, 1, 1)},
            {"pay_day": 0},
            {"pay_day": 32},
        ],
    )
    def test_what_makes_no_sense_is_refused(self, loan, lin, wrong):
        with pytest.raises(actions.MandateOutOfRange):
            debiting.given(loan, lin, **wrong)

        assert not Mandate.objects.exists()

    def test_a_loan_under_which_nothing_falls_due_takes_none(self, lin):
        unpaid = builders.signed(lin)

        with pytest.raises(actions.LoanTakesNoDebit):
            debiting.given(unpaid, lin)

        assert not Mandate.objects.exists()

    def test_is_no_condition_a_loan_without_one_is_the_same_loan(self, loan):
        debiting.opened(DUE)

        assert not DirectDebit.objects.exists()
        assert Message.objects.filter(template="INSTALMENT_DUE_SOON").count() == 1


class TestTakingBack:
    def test_stops_what_was_announced_and_says_so(self, loan, lin):
        debiting.given(loan, lin)
        debit = debiting.announced(loan)

        mandate = actions.withdraw(loan_id=loan.pk, by=cast.self_of(lin))

        debit.refresh_from_db()
        assert (debit.state, debit.stop_code, debit.next_on) == ("STOPPED", "WITHDRAWN", None)
        assert queries.live(loan.pk) is None
        assert mandate.end_code == "WITHDRAWN"
        assert Message.objects.filter(template="MANDATE_ENDED").count() == 1
        assert Contact.objects.filter(contact_key=f"mandate_ended:{mandate.pk}").exists()

    def test_twice_is_once(self, loan, lin):
        debiting.given(loan, lin)
        first = actions.withdraw(loan_id=loan.pk, by=cast.self_of(lin))

        again = actions.withdraw(loan_id=loan.pk, by=cast.self_of(lin))

        assert again.pk == first.pk
        assert AuditEntry.objects.filter(action="lending.mandate.ended").count() == 1

    def test_of_nothing_is_not_found(self, loan, lin):
        with pytest.raises(NotFound):
            actions.withdraw(loan_id=loan.pk, by=cast.self_of(lin))

    def test_calls_off_a_try_that_the_bank_has_not_heard_of(self, loan, lin):
        debiting.given(loan, lin)
        debit = debiting.announced(loan)
        transfer = debiting.tried(debit)
        assert transfer is not None

        actions.withdraw(loan_id=loan.pk, by=cast.self_of(lin))

        transfer.refresh_from_db()
        assert (transfer.state, transfer.failure_code) == ("FAILED", "WITHDRAWN")

    def test_leaves_a_try_to_the_bank_that_it_may_have_heard_of(self, loan, lin):
        debiting.given(loan, lin)
        debit = debiting.announced(loan)
        transfer = debiting.tried(debit)
        Transfer.objects.filter(pk=transfer.pk).update(state="SENT")

        actions.withdraw(loan_id=loan.pk, by=cast.self_of(lin))
        debiting.answered(transfer)

        debit.refresh_from_db()
        assert debit.state == "COLLECTED"
        assert Loan.objects.get().interest_paid_fen > 0

    def test_can_be_given_again_afterwards(self, loan, lin):
        debiting.given(loan, lin)
        actions.withdraw(loan_id=loan.pk, by=cast.self_of(lin))

        assert debiting.given(loan, lin, key="again").ended_at is None


class TestTheTable:
    """The database itself keeps what was allowed."""

    @pytest.mark.parametrize("column", ["most_fen", "ends_on", "text_sha256", "account"])
    def test_never_changes_what_was_allowed(self, loan, lin, column):
        mandate = debiting.given(loan, lin)
        value = {"most_fen": 1, "ends_on": TODAY}.get(column, "x")

        with pytest.raises(DatabaseError), transaction.atomic():
            Mandate.objects.filter(pk=mandate.pk).update(**{column: value})

    def test_is_never_emptied(self, loan, lin):
        debiting.given(loan, lin)

        with pytest.raises(DatabaseError), transaction.atomic():
            Mandate.objects.all().delete()

    def test_takes_one_debit_for_a_due_date(self, loan, lin):
        mandate = debiting.given(loan, lin)
        debit = debiting.announced(loan)

        with pytest.raises(IntegrityError), transaction.atomic():
            DirectDebit.objects.create(
                mandate=mandate,
                loan=loan,
                due_on=debit.due_on,
                announced_on=TODAY,
                announced_fen=1,
                next_on=TODAY,
            )

"""A mandate belongs to a channel: what it allows is collected there, whatever settings say."""

import pytest
from django.db import DatabaseError, transaction

from common.actors import SYSTEM
from lending import tasks
from lending.channels.models import Transfer
from lending.mandates import actions as mandates
from lending.mandates import collecting, queries
from lending.mandates.models import Mandate
from lending.mandates.wording import text_of
from lending.tests import builders, debiting
from lending.tests.debiting import DUE, noon
from tests.machinery.unchanged import nothing_written

pytestmark = pytest.mark.django_db


def tried(loan):
    debit = debiting.announced(loan)
    assert collecting.attempt(debit_id=debit.pk, on=DUE, at=noon(DUE))
    return Transfer.objects.get(purpose="DEBIT")


def test_is_given_for_the_bank_where_nothing_else_is_said(loan, lin):
    assert debiting.given(loan, lin).bank == "SANDBOX"


def test_sends_its_debits_there_whatever_settings_say(loan, lin, settings):
    settings.COLLECT_THROUGH = {"*": "WECHAT_PAY"}
    debiting.given(loan, lin)
    debit = tried(loan)

    assert tasks._channel_for(debit) == "SANDBOX"


def test_of_another_channel_sends_them_to_that_one(loan, lin):
    """A row as it will stand once a gateway can debit."""
    Mandate.objects.create(
        borrower=loan.borrower, loan=loan, account=loan.payer_account, most_fen=200_000,
        starts_on=builders.TODAY, ends_on=debiting.LAST, text={}, text_sha256="0" * 64,
        language="en", channel="WEB", bank="ALIPAY", request_key="leave",
    )  # fmt: skip
    debit = tried(loan)

    assert queries.bank_of(transfer_id=debit.pk) == "ALIPAY"
    assert tasks._channel_for(debit) == "ALIPAY"


@pytest.mark.parametrize("bank", ["WECHAT_PAY", "ALIPAY", "NOBODY", ""])
def test_through_whom_waits_for_a_hand_is_refused(loan, lin, bank):
    with nothing_written(), pytest.raises(mandates.BankCannotDebit):
        given(loan, lin, bank=bank)


def test_keeps_its_channel(loan, lin):
    debiting.given(loan, lin)

    with pytest.raises(DatabaseError), transaction.atomic():
        Mandate.objects.update(bank="ALIPAY")

    assert Mandate.objects.get().bank == "SANDBOX"


def given(loan, lin, *, bank):
    wish = mandates.wish_for(
        loan=loan, most_fen=200_000, on=builders.TODAY, ends_on=debiting.LAST, pay_day=None
    )
    return mandates.give(
        loan_id=loan.pk, most_fen=wish.most_fen, ends_on=wish.ends_on, pay_day=None,
        text_sha256=text_of(wish, language="en").sha256, language="en", channel="WEB",
        request_key="leave", on=builders.TODAY, by=SYSTEM, bank=bank,
    )  # fmt: skip

"""Signed by the gateway, and yet not what we know: kept, parked for a person, nothing moved."""

import pytest
from django.db import transaction

from lending.channels import actions
from lending.channels.gateways.orders import order_no
from lending.channels.models import ChannelEvent, Transfer
from lending.tests import builders
from lending.tests.gateway_senders import (
    books,
    parked,
    switched_on,
    tell_alipay,
    tell_wechat,
    transfer_through,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _platform(settings):
    with switched_on(settings):
        yield


@pytest.mark.parametrize(
    ("channel", "tell"), [("WECHAT_PAY", tell_wechat), ("ALIPAY", tell_alipay)], ids=["w", "a"]
)
class TestWhatContradictsUs:
    """Signed by the gateway, and yet not what we know: kept, parked, and nothing is moved."""

    def told(self, channel, tell, *, state="SENT", **changes):
        transfer = transfer_through(channel)
        Transfer.objects.filter(pk=transfer.pk).update(state=state)
        before = books()

        assert tell(transfer, **changes) == 200

        assert ChannelEvent.objects.count() == 1
        assert books() == before
        return parked()

    def test_an_order_that_is_not_ours(self, channel, tell):
        assert self.told(channel, tell, out_trade_no=order_no("nobody's")) == ["UNKNOWN_ORDER"]

    def test_another_amount(self, channel, tell):
        amount = {"total": 1, "currency": "CNY"}
        assert self.told(channel, tell, amount=amount) == ["AMOUNT_DIFFERS"]

    def test_another_currency(self, channel, tell):
        assert self.told(channel, tell, currency="USD") == ["CURRENCY_DIFFERS"]

    def test_a_success_after_the_order_was_closed(self, channel, tell):
        assert self.told(channel, tell, state="FAILED") == ["PAID_AFTER_FAILURE"]

    def test_a_closing_after_the_money_had_arrived(self, channel, tell):
        found = self.told(channel, tell, state="SUCCEEDED", trade_state="CLOSED")
        assert found == ["FAILED_AFTER_PAYMENT"]

    def test_a_refund_before_anybody_paid(self, channel, tell):
        assert self.told(channel, tell, refund=True) == ["REFUND_NOT_ASKED"]

    def test_an_order_of_another_channel(self, channel, tell):
        other = {"WECHAT_PAY": "ALIPAY", "ALIPAY": "WECHAT_PAY"}[channel]
        assert self.told(other, tell) == ["OTHER_CHANNEL"]

    def test_a_success_that_came_before_we_closed_the_order(self, channel, tell):
        transfer = transfer_through(channel)
        tell(transfer)
        assert parked() == []

        with transaction.atomic():
            actions.settle(transfer_id=transfer.pk, answer=builders.said(transfer, "FAILED"))

        assert parked() == ["PAID_AFTER_FAILURE"]

"""Transfers as intents that were committed before the bank was asked, and what the bank told us."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common.crypto.fields import SealedCharField, sealed_check


class ChannelCode(models.TextChoices):
    """Through whom money moves."""

    SANDBOX = "SANDBOX", _("Sandbox bank")
    WECHAT_PAY = "WECHAT_PAY", _("WeChat Pay")
    ALIPAY = "ALIPAY", _("Alipay")


class TransferPurpose(models.TextChoices):
    """Why money moves."""

    DISBURSEMENT = "DISBURSEMENT", _("Payout")
    REPAYMENT = "REPAYMENT", _("Repayment")
    PAYOFF = "PAYOFF", _("Early settlement")
    PREPAYMENT = "PREPAYMENT", _("Early payment")
    WITHDRAWAL = "WITHDRAWAL", _("Paid back on withdrawal")
    REFUND = "REFUND", _("Paid back to the borrower")
    RETURN = "RETURN", _("Returned by the merchant")
    DEBIT = "DEBIT", _("Automatic debit")
    SEND_BACK = "SEND_BACK", _("Sent back: it was not ours")


# Money that the borrower pays, and money that we pay; a merchant's return is neither.
FROM_BORROWERS = (
    TransferPurpose.REPAYMENT,
    TransferPurpose.PAYOFF,
    TransferPurpose.PREPAYMENT,
    TransferPurpose.WITHDRAWAL,
    TransferPurpose.DEBIT,
)
PAID_OUT = (TransferPurpose.DISBURSEMENT, TransferPurpose.REFUND, TransferPurpose.SEND_BACK)


class TransferState(models.TextChoices):
    """Where the money is, as far as we know."""

    INTENT = "INTENT", _("To be sent")
    SENT = "SENT", _("On its way")
    SUCCEEDED = "SUCCEEDED", _("Arrived")
    FAILED = "FAILED", _("Failed")


class Transfer(models.Model):
    """One movement of money. Its number is made from its subject, so that asking again is safe."""

    out_trade_no = models.CharField(_("Our number"), max_length=64, unique=True)
    purpose = models.CharField(_("Purpose"), max_length=12, choices=TransferPurpose.choices)
    # None where the money is a stranger's, who has no loan.
    loan_id = models.BigIntegerField(null=True, db_index=True)
    request_key = models.CharField(max_length=64)
    account = models.CharField(_("Account"), max_length=64)
    amount_fen = models.BigIntegerField()
    # Chosen when the order is first sent, and never again: an open question goes to whom we asked.
    channel = models.CharField(
        _("Channel"), max_length=20, choices=ChannelCode.choices, default=ChannelCode.SANDBOX
    )
    # The number by which a gateway knows it; the sandbox bank takes ours.
    order_no = models.CharField(_("Order at the gateway"), max_length=64, default="", blank=True)
    # Where the borrower pays an order that is waiting for them.
    pay_link = models.CharField(max_length=512, default="", blank=True)
    # What the loan's log shall say beyond the amount, once the money has moved.
    terms = models.JSONField(default=dict)
    state = models.CharField(
        _("State"), max_length=10, choices=TransferState.choices, default=TransferState.INTENT
    )
    bank_reference = models.CharField(_("The bank's number"), max_length=64, default="", blank=True)
    failure_code = models.CharField(_("Why it failed"), max_length=40, default="", blank=True)
    intended_at = models.DateTimeField(_("Begun"), db_default=Now())
    # The business date on which the borrower paid, however late the bank tells us.
    intended_on = models.DateField(_("Business date"))
    settled_at = models.DateTimeField(_("Settled"), null=True)
    # Set in the transaction that books the money; a settled transfer that is not booked is owed.
    booked_at = models.DateTimeField(_("Booked"), null=True)

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_fen__gt=0), name="transfer_amount_is_positive"
            ),
            models.UniqueConstraint(
                fields=["loan_id"],
                condition=models.Q(purpose="DISBURSEMENT") & ~models.Q(state="FAILED"),
                name="transfer_pays_a_loan_out_once",
            ),
            models.UniqueConstraint(
                fields=["loan_id", "purpose", "request_key"],
                nulls_distinct=False,
                name="transfer_is_requested_once",
            ),
            models.CheckConstraint(
                condition=models.Q(loan_id__isnull=False) | models.Q(purpose="SEND_BACK"),
                name="transfer_without_a_loan_goes_back",
            ),
            models.UniqueConstraint(
                fields=["order_no"],
                condition=~models.Q(order_no=""),
                name="transfer_order_is_one_transfer",
            ),
            models.CheckConstraint(
                condition=models.Q(booked_at=None) | models.Q(state="SUCCEEDED"),
                name="transfer_is_booked_only_when_it_succeeded",
            ),
        ]

    def __str__(self) -> str:
        return self.out_trade_no


class ChannelEvent(models.Model):
    """One webhook, stored before anything is done about it; the same event twice is one row."""

    channel = models.CharField(_("Bank"), max_length=20)
    event_key = models.CharField(_("Notice"), max_length=64)
    out_trade_no = models.CharField(_("Our number"), max_length=64, db_index=True)
    state = models.CharField(_("State"), max_length=12)
    amount_fen = models.BigIntegerField()
    bank_reference = models.CharField(_("The bank's number"), max_length=64, default="", blank=True)
    received_at = models.DateTimeField(_("Received"), db_default=Now())

    class Meta:
        verbose_name = _("bank notice")
        verbose_name_plural = _("bank notices")
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "event_key"], name="channel_event_is_stored_once"
            ),
        ]

    def __str__(self) -> str:
        return self.event_key


class ParkedReason(models.TextChoices):
    """Why a notice of a bank cannot be what it says, although the bank has signed it."""

    UNKNOWN_ORDER = "UNKNOWN_ORDER", _("We have no such order")
    OTHER_CHANNEL = "OTHER_CHANNEL", _("The order went to another channel")
    AMOUNT_DIFFERS = "AMOUNT_DIFFERS", _("Another amount")
    CURRENCY_DIFFERS = "CURRENCY_DIFFERS", _("Another currency")
    PAID_AFTER_FAILURE = "PAID_AFTER_FAILURE", _("Paid after it had failed here")
    FAILED_AFTER_PAYMENT = "FAILED_AFTER_PAYMENT", _("Failed after it had arrived here")
    REFUND_NOT_ASKED = "REFUND_NOT_ASKED", _("A refund that nobody asked for")
    PAYEE_DIFFERS = "PAYEE_DIFFERS", _("Not from the school or shop that was paid")
    ABOVE_FINANCED = "ABOVE_FINANCED", _("More than was lent and has not come back")
    RETURNED_ALREADY = "RETURNED_ALREADY", _("All of it has come back before")
    LOAN_NOT_OPEN = "LOAN_NOT_OPEN", _("The loan is not running")
    NOT_AT_THE_BANK = "NOT_AT_THE_BANK", _("The bank knows of no such money")
    WORKED_OFF = "WORKED_OFF", _("Worked off with the bank's statement")


class ParkedOutcome(models.TextChoices):
    """What a person found out."""

    NOT_OURS = "NOT_OURS", _("Not our money")
    MATCHED = "MATCHED", _("The books are right")
    GIVEN_BACK = "GIVEN_BACK", _("Given back at the gateway")
    ASSIGNED = "ASSIGNED", _("Booked on a loan")
    CORRECTED = "CORRECTED", _("Corrected by an approved change")


class ParkedNotice(models.Model):
    """A notice that contradicts what we know: it moved nothing, and waits for a person."""

    event = models.OneToOneField(ChannelEvent, on_delete=models.PROTECT, related_name="parked")
    reason = models.CharField(_("Why it waits"), max_length=24, choices=ParkedReason.choices)
    parked_at = models.DateTimeField(_("Waiting since"), db_default=Now())
    outcome = models.CharField(
        _("Found"), max_length=12, choices=ParkedOutcome.choices, default="", blank=True
    )
    resolved_at = models.DateTimeField(_("Resolved"), null=True)

    class Meta:
        verbose_name = _("parked notice")
        verbose_name_plural = _("parked notices")
        permissions = [("resolve_parkednotice", "Can say what became of a parked notice")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome="", resolved_at=None)
                | ~models.Q(outcome="") & models.Q(resolved_at__isnull=False),
                name="parked_notice_is_resolved_with_an_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event.out_trade_no} {self.get_reason_display()}"


class ChannelPayee(models.Model):
    """By which name a gateway knows one of our accounts, for money that goes out."""

    channel = models.CharField(_("Channel"), max_length=20, choices=ChannelCode.choices)
    account = models.CharField(_("Account"), max_length=64)
    identity = SealedCharField(max_length=128, context="channel.payee_identity", key_field=None)
    name = SealedCharField(max_length=64, context="channel.payee_name", key_field=None)

    class Meta:
        verbose_name = _("payee at a gateway")
        verbose_name_plural = _("payees at gateways")
        constraints = [
            sealed_check("identity", None),
            sealed_check("name", None),
            models.UniqueConstraint(
                fields=["channel", "account"], name="channel_payee_is_known_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.account}"

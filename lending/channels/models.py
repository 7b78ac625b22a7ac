"""Transfers as intents that were committed before the bank was asked, and what the bank told us."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class TransferPurpose(models.TextChoices):
    """Why money moves."""

    DISBURSEMENT = "DISBURSEMENT", _("Payout")
    REPAYMENT = "REPAYMENT", _("Repayment")
    PAYOFF = "PAYOFF", _("Early settlement")
    PREPAYMENT = "PREPAYMENT", _("Early payment")
    WITHDRAWAL = "WITHDRAWAL", _("Paid back on withdrawal")
    REFUND = "REFUND", _("Paid back to the borrower")
    RETURN = "RETURN", _("Returned by the merchant")


# Money that the borrower pays, and money that we pay; a merchant's return is neither.
FROM_BORROWERS = (
    TransferPurpose.REPAYMENT,
    TransferPurpose.PAYOFF,
    TransferPurpose.PREPAYMENT,
    TransferPurpose.WITHDRAWAL,
)
PAID_OUT = (TransferPurpose.DISBURSEMENT, TransferPurpose.REFUND)


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
    loan_id = models.BigIntegerField(db_index=True)
    request_key = models.CharField(max_length=64)
    account = models.CharField(_("Account"), max_length=64)
    amount_fen = models.BigIntegerField()
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
                fields=["loan_id", "purpose", "request_key"], name="transfer_is_requested_once"
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

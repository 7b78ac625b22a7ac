"""What a borrower allowed, one row for each due date that is collected by it, and every try."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common import public_ids
from lending.channels.models import ChannelCode
from lending.loans.models import Loan


class MandateEnd(models.TextChoices):
    """Why a mandate is over."""

    WITHDRAWN = "WITHDRAWN", _("Withdrawn")
    ACCOUNT_CLOSED = "ACCOUNT_CLOSED", _("The account is closed")
    REVOKED_AT_BANK = "REVOKED_AT_BANK", _("Withdrawn at the bank")
    RAN_OUT = "RAN_OUT", _("Its last day is over")
    LOAN_OVER = "LOAN_OVER", _("The loan is over")


class Mandate(models.Model):
    """A borrower's leave to collect a loan's dues from one account; never a condition of a loan.

    What was shown is kept as it stood, and by hash. Only the two columns of its end ever change.
    """

    public_id = models.CharField(_("Number"), max_length=22, unique=True, default=public_ids.new)
    borrower = models.ForeignKey(
        "borrowers.Borrower", verbose_name=_("Borrower"), on_delete=models.PROTECT, related_name="+"
    )
    loan = models.ForeignKey(
        Loan, verbose_name=_("Loan"), on_delete=models.PROTECT, related_name="mandates"
    )
    account = models.CharField(max_length=64)
    most_fen = models.BigIntegerField()
    starts_on = models.DateField(_("From"))
    ends_on = models.DateField(_("Until"))
    # The day of the month on which money usually comes in, when the borrower said so.
    pay_day = models.PositiveSmallIntegerField(_("Day of pay"), null=True, blank=True)
    text = models.JSONField()
    text_sha256 = models.CharField(max_length=64)
    language = models.CharField(max_length=10)
    channel = models.CharField(max_length=10)
    # Through whom it is collected, whatever settings say later.
    bank = models.CharField(
        _("Channel"), max_length=20, choices=ChannelCode.choices, default=ChannelCode.SANDBOX
    )
    request_key = models.CharField(max_length=64)
    given_at = models.DateTimeField(_("Given"), db_default=Now())
    ended_at = models.DateTimeField(_("Ended"), null=True)
    end_code = models.CharField(
        _("Why it ended"), max_length=20, choices=MandateEnd.choices, default="", blank=True
    )

    class Meta:
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")
        constraints = [
            models.UniqueConstraint(
                fields=["loan"],
                condition=models.Q(ended_at=None),
                name="mandate_is_one_at_a_time",
            ),
            models.UniqueConstraint(fields=["loan", "request_key"], name="mandate_is_given_once"),
            models.CheckConstraint(
                condition=models.Q(most_fen__gt=0), name="mandate_maximum_is_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(starts_on__lte=models.F("ends_on")), name="mandate_has_days"
            ),
            models.CheckConstraint(
                condition=models.Q(pay_day=None) | models.Q(pay_day__gte=1, pay_day__lte=31),
                name="mandate_pay_day_is_a_day",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None, end_code="")
                | models.Q(ended_at__isnull=False, end_code__in=MandateEnd.values),
                name="mandate_end_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class DebitState(models.TextChoices):
    """WAITING → ASKED → COLLECTED, or WAITING again; NOT_NEEDED and STOPPED end it as well."""

    WAITING = "WAITING", _("Announced")
    ASKED = "ASKED", _("On its way")
    COLLECTED = "COLLECTED", _("Collected")
    NOT_NEEDED = "NOT_NEEDED", _("Paid otherwise")
    STOPPED = "STOPPED", _("Given up")


class DirectDebit(models.Model):
    """What falls due on one day and is collected by mandate: one row, whatever is tried for it."""

    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="debits")
    loan = models.ForeignKey(
        Loan, verbose_name=_("Loan"), on_delete=models.PROTECT, related_name="debits"
    )
    due_on = models.DateField(_("Due on"))
    announced_on = models.DateField(_("Announced on"))
    announced_fen = models.BigIntegerField()
    state = models.CharField(
        _("State"), max_length=10, choices=DebitState.choices, default=DebitState.WAITING
    )
    tries = models.PositiveSmallIntegerField(_("Tries"), default=0)
    # When it is tried, or tried again; nothing once it is over.
    next_on = models.DateField(_("Next try"), null=True)
    stop_code = models.CharField(_("Why it was given up"), max_length=40, default="", blank=True)
    ended_at = models.DateTimeField(_("Ended"), null=True)

    class Meta:
        verbose_name = _("automatic debit")
        verbose_name_plural = _("automatic debits")
        constraints = [
            models.UniqueConstraint(
                fields=["loan", "due_on"], name="direct_debit_is_once_for_a_due_date"
            ),
            models.UniqueConstraint(
                fields=["loan"],
                condition=models.Q(state="ASKED"),
                name="direct_debit_is_asked_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["WAITING", "ASKED"], ended_at=None)
                | models.Q(
                    state__in=["COLLECTED", "NOT_NEEDED", "STOPPED"], ended_at__isnull=False
                ),
                name="direct_debit_ends_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="WAITING") | models.Q(next_on__isnull=False),
                name="direct_debit_waits_for_a_day",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_on", "id"],
                condition=models.Q(state="WAITING"),
                name="direct_debit_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loan.public_id} {self.due_on.isoformat()}"


class DebitTry(models.Model):
    """One try: one transfer under one number. Only grows."""

    debit = models.ForeignKey(DirectDebit, on_delete=models.PROTECT, related_name="history")
    loan_id = models.BigIntegerField()
    number = models.PositiveSmallIntegerField(_("Try"))
    on = models.DateField(_("Day"))
    # The how-manieth of the loan's tries on the day; the rulebook says how many there may be.
    of_day = models.PositiveSmallIntegerField()
    amount_fen = models.BigIntegerField()
    transfer = models.OneToOneField(
        "lending.Transfer", on_delete=models.PROTECT, related_name="debit_try"
    )

    class Meta:
        verbose_name = _("try of a debit")
        verbose_name_plural = _("tries of debits")
        constraints = [
            models.UniqueConstraint(fields=["debit", "number"], name="debit_try_number_is_once"),
            models.UniqueConstraint(
                fields=["loan_id", "on", "of_day"], name="debit_try_of_day_is_once"
            ),
            models.CheckConstraint(
                condition=models.Q(amount_fen__gt=0), name="debit_try_amount_is_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.debit_id} try {self.number}"


class DebitRound(models.Model):
    """A business date whose debits were all looked at once, in the hours for it. Only grows.

    A day with debits is not closed before it has one: nobody is late because we did not ask.
    """

    day = models.DateField(_("Day"), unique=True)
    looked_at = models.PositiveIntegerField(_("Debits"))
    ended_at = models.DateTimeField(_("Ended"), db_default=Now())

    class Meta:
        verbose_name = _("round of debits")
        verbose_name_plural = _("rounds of debits")

    def __str__(self) -> str:
        return self.day.isoformat()

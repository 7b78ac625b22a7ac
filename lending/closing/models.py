"""What closing promises and keeps: ranges of a day, loans left behind, and a picture per loan."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lending.loans.models import Loan


class ClosingRange(models.Model):
    """A day's loans from one number to another: one transaction of one worker.

    Whoever holds the row's lock works on it; who dies lets go of it. Marked as closed in the
    transaction that carried its loans.
    """

    day = models.DateField(_("Day"))
    sweep = models.PositiveSmallIntegerField(_("Sweep"))
    first_loan_id = models.BigIntegerField(_("First loan"))
    last_loan_id = models.BigIntegerField(_("Last loan"))
    loans = models.PositiveIntegerField(_("Loans"), default=0)
    folded = models.PositiveIntegerField(_("Loans with an event"), default=0)
    quarantined = models.PositiveIntegerField(_("Loans left behind"), default=0)
    planned_at = models.DateTimeField(_("Planned"), db_default=Now())
    closed_at = models.DateTimeField(_("Closed"), null=True)

    class Meta:
        verbose_name = _("closing range")
        verbose_name_plural = _("closing ranges")
        permissions = [("retry_quarantinedloan", "Can close a loan that was left behind")]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "sweep", "first_loan_id"], name="closing_range_is_planned_once"
            ),
            models.CheckConstraint(
                condition=models.Q(first_loan_id__lte=models.F("last_loan_id")),
                name="closing_range_goes_upwards",
            ),
        ]
        indexes = [
            models.Index(
                fields=["day", "id"],
                condition=models.Q(closed_at=None),
                name="closing_range_to_do",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day.isoformat()} {self.first_loan_id}–{self.last_loan_id}"


class QuarantinedLoan(models.Model):
    """A loan that could not be closed: the others close without it, and a person must look."""

    loan = models.ForeignKey(
        Loan, verbose_name=_("Loan"), on_delete=models.PROTECT, related_name="+"
    )
    day = models.DateField(_("Left behind on"))
    code = models.CharField(_("Reason"), max_length=80)
    attempts = models.PositiveIntegerField(_("Attempts"), default=1)
    left_at = models.DateTimeField(_("Last tried"), db_default=Now())
    released_at = models.DateTimeField(_("Caught up"), null=True)

    class Meta:
        verbose_name = _("loan left behind")
        verbose_name_plural = _("loans left behind")
        constraints = [
            models.UniqueConstraint(
                fields=["loan"],
                condition=models.Q(released_at=None),
                name="quarantined_loan_is_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loan.public_id} {self.code}"


class LoanSnapshot(models.Model):
    """A loan as its day was closed. Only grows; one for each loan and day.

    What is booked on a day after the loan's range was closed shows in the next day's.
    """

    pk = models.CompositePrimaryKey("on_date", "loan_id")
    on_date = models.DateField()
    loan_id = models.BigIntegerField()
    principal_fen = models.BigIntegerField()
    interest_fen = models.BigIntegerField()
    penalty_fen = models.BigIntegerField()
    days_past_due = models.IntegerField()
    bucket = models.CharField(max_length=2)
    state = models.CharField(max_length=20)
    # What closing itself has posted for the loan and day; a payment posts its own part.
    interest_accrued_fen = models.BigIntegerField(default=0)
    penalty_accrued_fen = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("loan snapshot")
        verbose_name_plural = _("loan snapshots")

    def __str__(self) -> str:
        return f"{self.loan_id} on {self.on_date.isoformat()}"

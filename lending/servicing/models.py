"""What the fold has said of a loan's coming days, and what staff wish to change of a loan.

Of a wish, one person asks and another one decides.
"""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lending.loans.models import Loan


class LoanCourse(models.Model):
    """`servicing.course.Course` of one loan, written with its columns whenever it is folded.

    A cache like them: without a row, or past its last day, the loan is folded.
    """

    loan = models.OneToOneField(
        Loan, primary_key=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    since = models.DateField()
    through = models.DateField()
    starts_on = models.DateField()
    length_days = models.PositiveIntegerField()
    interest_fen = models.BigIntegerField()
    least_fen = models.BigIntegerField()
    most_fen = models.BigIntegerField()
    interest_else_fen = models.BigIntegerField()
    penalty_else_fen = models.BigIntegerField()
    penalty_rate_ppm = models.BigIntegerField()
    # [[number, overdue principal in fen, fen-days, penalty of before in fen], ...]
    late = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(length_days__gt=0, through__gt=models.F("since")),
                name="loan_course_has_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id} through {self.through.isoformat()}"


class ChangeState(models.TextChoices):
    """Where a wish stands."""

    PROPOSED = "PROPOSED", _("Waits for another person")
    APPROVED = "APPROVED", _("Approved")
    TURNED_DOWN = "TURNED_DOWN", _("Turned down")


class LoanChange(models.Model):
    """One thing that staff wish to happen to a loan. Once approved, the loan's log has it."""

    loan = models.ForeignKey(
        "lending.Loan", verbose_name=_("Loan"), on_delete=models.PROTECT, related_name="changes"
    )
    request_key = models.CharField(max_length=64)
    kind = models.CharField(_("What"), max_length=24)
    value_date = models.DateField(_("For the day"))
    amount_fen = models.BigIntegerField(default=0)
    reverses_sequence = models.PositiveIntegerField(null=True)
    terms = models.JSONField(default=dict)
    reason = models.CharField(_("Why"), max_length=30)
    state = models.CharField(
        _("State"), max_length=12, choices=ChangeState.choices, default=ChangeState.PROPOSED
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField(_("Asked for"), db_default=Now())
    decided_at = models.DateTimeField(_("Decided"), null=True)

    class Meta:
        verbose_name = _("change of a loan")
        verbose_name_plural = _("changes of loans")
        constraints = [
            models.UniqueConstraint(fields=["loan", "request_key"], name="loan_change_is_once"),
            models.CheckConstraint(
                condition=models.Q(approver__isnull=True) | ~models.Q(approver=models.F("author")),
                name="loan_change_approver_is_not_the_author",
            ),
            models.CheckConstraint(
                condition=models.Q(state="PROPOSED", approver=None, decided_at=None)
                | models.Q(
                    state__in=["APPROVED", "TURNED_DOWN"],
                    approver__isnull=False,
                    decided_at__isnull=False,
                ),
                name="loan_change_decided_has_an_approver",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} of {self.loan_id}"

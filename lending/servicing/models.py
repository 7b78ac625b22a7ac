"""What the fold has said of a loan's coming days, and what staff wish to change of a loan.

Of a wish, one person asks and another one decides.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.approvals.models import Proposal, four_eyes
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


class LoanChange(Proposal):
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

    class Meta:
        verbose_name = _("change of a loan")
        verbose_name_plural = _("changes of loans")
        constraints = [
            models.UniqueConstraint(fields=["loan", "request_key"], name="loan_change_is_once"),
            *four_eyes(
                not_the_author="loan_change_approver_is_not_the_author",
                decided="loan_change_decided_has_an_approver",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} of {self.loan_id}"

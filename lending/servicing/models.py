"""What the fold has said of a loan's coming days, and what staff wish to change of a loan.

Of a wish, one person asks and another one decides.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from common import public_ids
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


class RequestState(models.TextChoices):
    """Where a borrower's request stands."""

    ASKED = "ASKED", _("Asked for")
    TAKEN_UP = "TAKEN_UP", _("Taken up")
    DECLINED = "DECLINED", _("Declined")
    TAKEN_BACK = "TAKEN_BACK", _("Taken back")
    ARRIVED = "ARRIVED", _("The money came")


class LoanRequest(models.Model):
    """What a borrower asks us to change. Staff take it up as a change, which takes two of them."""

    public_id = models.CharField(max_length=22, unique=True, default=public_ids.new)
    loan = models.ForeignKey(
        "lending.Loan", verbose_name=_("Loan"), on_delete=models.PROTECT, related_name="requests"
    )
    request_key = models.CharField(max_length=64)
    kind = models.CharField(_("What"), max_length=24)
    amount_fen = models.BigIntegerField(default=0)
    terms = models.JSONField(default=dict)
    state = models.CharField(
        _("State"), max_length=10, choices=RequestState.choices, default=RequestState.ASKED
    )
    change = models.OneToOneField(
        LoanChange, null=True, on_delete=models.PROTECT, related_name="request"
    )
    asked_on = models.DateField(_("Asked for"))
    answered_at = models.DateTimeField(_("Answered"), null=True)

    class Meta:
        verbose_name = _("borrower's request")
        verbose_name_plural = _("borrowers' requests")
        constraints = [
            models.UniqueConstraint(fields=["loan", "request_key"], name="loan_request_is_once"),
            models.UniqueConstraint(
                fields=["loan"],
                condition=models.Q(state="ASKED"),
                name="loan_request_waits_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(state="ASKED", answered_at=None)
                | (~models.Q(state="ASKED") & models.Q(answered_at__isnull=False)),
                name="loan_request_is_asked_or_answered",
            ),
            models.CheckConstraint(
                condition=models.Q(state="TAKEN_UP", change__isnull=False)
                | (~models.Q(state="TAKEN_UP") & models.Q(change=None)),
                name="loan_request_taken_up_is_a_change",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

"""What the fold has said of a loan's coming days, for closing to follow in SQL."""

from django.db import models

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

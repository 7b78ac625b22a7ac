"""One row, one date; a trigger refuses to turn it back (DESIGN §3, reliability R11)."""

from django.db import models


class BusinessDate(models.Model):
    """The day that the books are open for."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    open_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="business_date_is_one_row"),
        ]

    def __str__(self) -> str:
        return self.open_on.isoformat()

"""How a loan ended, as of the moment at which it was asked for."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class LabelCause(models.TextChoices):
    """Why a loan went bad, as far as anybody found out."""

    NONE = "NONE", _("It was paid back")
    UNABLE = "UNABLE", _("The money was not there")
    UNWILLING = "UNWILLING", _("The money was there and was not handed over")
    FRAUD = "FRAUD", _("Fraud that was confirmed")
    UNKNOWN = "UNKNOWN", _("Not known")


class TrainingLabel(models.Model):
    """One outcome: known from `matured_on` on, and not to be learned from before.

    `source` names the rule that found it, such as OWN_LOANS.
    """

    borrower = models.ForeignKey("borrowers.Borrower", on_delete=models.PROTECT, related_name="+")
    as_of = models.DateTimeField()
    horizon_days = models.PositiveSmallIntegerField()
    is_bad = models.BooleanField()
    cause = models.CharField(max_length=10, choices=LabelCause.choices)
    source = models.CharField(max_length=20)
    matured_on = models.DateField(db_index=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["borrower", "as_of", "horizon_days", "source"],
                name="training_label_is_said_once",
            ),
            models.CheckConstraint(
                condition=models.Q(is_bad=False, cause="NONE")
                | models.Q(is_bad=True, cause__in=["UNABLE", "UNWILLING", "FRAUD", "UNKNOWN"]),
                name="training_label_cause_fits_outcome",
            ),
            models.CheckConstraint(
                condition=models.Q(horizon_days__gt=0), name="training_label_horizon_is_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"label {self.pk} of {self.borrower_id}"

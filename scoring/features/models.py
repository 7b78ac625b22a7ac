"""Feature vectors as they were when something was decided."""

from django.db import models
from django.db.models.functions import Now


class FeatureVector(models.Model):
    """The indicators of one borrower as of one instant; the commitment outlives an erasure."""

    borrower = models.ForeignKey("borrowers.Borrower", on_delete=models.PROTECT, related_name="+")
    as_of = models.DateTimeField()
    kernel_version = models.CharField(max_length=20)
    features = models.JSONField()
    commitment = models.CharField(max_length=64)
    computed_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"vector {self.pk}"

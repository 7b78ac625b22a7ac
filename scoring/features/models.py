"""Feature vectors as they were when something was decided."""

from django.db import models
from django.db.models.functions import Now


class FeatureVector(models.Model):
    """The indicators of one borrower as of one instant; the commitment outlives an erasure.

    The commitment binds the indicators by their hash and hides them behind the salt: both are
    emptied together, and then nobody can guess what the hash stood for.
    """

    borrower = models.ForeignKey("borrowers.Borrower", on_delete=models.PROTECT, related_name="+")
    as_of = models.DateTimeField()
    kernel_version = models.CharField(max_length=20)
    features = models.JSONField(null=True)
    salt = models.CharField(max_length=32, blank=True)
    commitment = models.CharField(max_length=64)
    computed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(features__isnull=True, salt="")
                | models.Q(features__isnull=False) & ~models.Q(salt=""),
                name="feature_vector_is_whole_or_erased",
            ),
        ]

    def __str__(self) -> str:
        return f"vector {self.pk}"


class FeatureSnapshot(models.Model):
    """A person's indicators as of the first instant of one day, from the nightly run.

    Whole or not there: where one indicator failed, the row says which and why, and holds none.
    """

    borrower = models.ForeignKey("borrowers.Borrower", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    as_of = models.DateTimeField()
    kernel_version = models.CharField(max_length=20)
    features = models.JSONField(null=True)
    failed_feature = models.CharField(max_length=80, blank=True, default="")
    failure = models.CharField(max_length=80, blank=True, default="")
    computed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["borrower", "day"], name="snapshot_is_one_a_day"),
            models.CheckConstraint(
                condition=models.Q(features__isnull=False, failure="", failed_feature="")
                | models.Q(features__isnull=True) & ~models.Q(failure=""),
                name="snapshot_is_whole_or_failed",
            ),
        ]
        indexes = [models.Index(fields=["day"], name="snapshot_of_day")]

    def __str__(self) -> str:
        return f"snapshot {self.pk}"

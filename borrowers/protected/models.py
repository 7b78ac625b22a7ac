"""Protected attributes in a table of their own: one sealed cell a person, under one consent."""

from django.db import models
from django.db.models.functions import Now

from common.crypto.fields import SealedJSONField, sealed_check


class ProtectedTraits(models.Model):
    """What one person is, for the fairness test. No page shows it and no rule reads it."""

    borrower = models.OneToOneField(
        "borrowers.Borrower", on_delete=models.PROTECT, related_name="+"
    )
    consent = models.ForeignKey("borrowers.Consent", on_delete=models.PROTECT, related_name="+")
    consented_key_id = models.BigIntegerField()
    traits = SealedJSONField(context="borrower.protected_traits", key_field="consented_key_id")
    origin = models.CharField(max_length=10)
    kept_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            sealed_check("traits", "consented_key_id"),
            models.CheckConstraint(
                condition=models.Q(origin__in=["DECLARED", "ID_NUMBER"]),
                name="protected_traits_have_an_origin",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

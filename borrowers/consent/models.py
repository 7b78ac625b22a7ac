"""Consents and withdrawals. Both tables only grow (PIPL art. 14-15; evidence)."""

from django.db import models
from django.db.models.functions import Now


class Consent(models.Model):
    """One purpose allowed, separately, under one version of its notice."""

    borrower = models.ForeignKey("borrowers.Borrower", on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=30)
    notice_version = models.CharField(max_length=20)
    text_sha256 = models.CharField(max_length=64)
    language = models.CharField(max_length=10)
    channel = models.CharField(max_length=10)
    granted_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["borrower", "purpose"], name="consent_of_borrower")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"


class ConsentWithdrawal(models.Model):
    """The end of one consent; what was done before stays valid."""

    consent = models.OneToOneField(Consent, on_delete=models.PROTECT, related_name="withdrawal")
    channel = models.CharField(max_length=10)
    withdrawn_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"withdrawal of {self.consent_id}"

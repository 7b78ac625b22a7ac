"""Consents and withdrawals. Both tables only grow (PIPL art. 14-15; evidence)."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Consent(models.Model):
    """One purpose allowed, separately, under one version of its notice."""

    borrower = models.ForeignKey(
        "borrowers.Borrower", verbose_name=_("Borrower"), on_delete=models.PROTECT, related_name="+"
    )
    purpose = models.CharField(_("Purpose"), max_length=30)
    notice_version = models.CharField(_("Notice"), max_length=20)
    text_sha256 = models.CharField(_("Hash of the notice"), max_length=64)
    language = models.CharField(_("Language"), max_length=10)
    channel = models.CharField(_("Way in"), max_length=10)
    granted_at = models.DateTimeField(_("Given"), db_default=Now())

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        indexes = [models.Index(fields=["borrower", "purpose"], name="consent_of_borrower")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"


class ConsentWithdrawal(models.Model):
    """The end of one consent; what was done before stays valid."""

    consent = models.OneToOneField(
        Consent, verbose_name=_("Consent"), on_delete=models.PROTECT, related_name="withdrawal"
    )
    channel = models.CharField(_("Way in"), max_length=10)
    withdrawn_at = models.DateTimeField(_("Taken back"), db_default=Now())

    class Meta:
        verbose_name = _("consent taken back")
        verbose_name_plural = _("consents taken back")

    def __str__(self) -> str:
        return f"withdrawal of {self.consent_id}"

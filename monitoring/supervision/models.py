"""Runs of the house's own checks. Added, never changed."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class CheckRun(models.Model):
    """One walk over everything that must always hold, and what did not."""

    began_at = models.DateTimeField(_("Began"))
    ended_at = models.DateTimeField(_("Ended"), db_default=Now())
    checks = models.PositiveIntegerField(_("Checks"))
    breaches = models.PositiveIntegerField(_("Breaches"))
    # The first of them, each with the check that found it: ids and codes, nobody's details.
    sentences = models.JSONField(default=list)
    is_bank_heard = models.BooleanField(_("Compared with the bank"))

    class Meta:
        verbose_name = _("check of the house")
        verbose_name_plural = _("checks of the house")

    def __str__(self) -> str:
        return f"check {self.pk}"

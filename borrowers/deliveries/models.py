"""Deliveries of partners, and which of their events we know."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common import public_ids


class Delivery(models.Model):
    """One signed batch, with a letter for what became of each event (contracts.Outcome)."""

    public_id = models.CharField(_("Number"), max_length=22, unique=True, default=public_ids.new)
    partner = models.ForeignKey(
        "borrowers.Partner", verbose_name=_("Partner"), on_delete=models.PROTECT, related_name="+"
    )
    outcomes = models.TextField(_("What became of each event"))
    received_at = models.DateTimeField(_("Received"), db_default=Now())

    class Meta:
        verbose_name = _("delivery of a partner")
        verbose_name_plural = _("deliveries of partners")

    def __str__(self) -> str:
        return self.public_id


class DeliveredEvent(models.Model):
    """An event that was taken, by the hashes of its id and of what it said.

    The same id with the same content is the same event; with another content it is a conflict.
    """

    consent = models.ForeignKey(
        "borrowers.Consent", verbose_name=_("Consent"), on_delete=models.PROTECT, related_name="+"
    )
    event_code = models.CharField(max_length=32)
    content_code = models.CharField(max_length=32)

    class Meta:
        verbose_name = _("event of a partner")
        verbose_name_plural = _("events of partners")
        constraints = [
            models.UniqueConstraint(
                fields=["consent", "event_code"], name="partner_event_is_taken_once"
            ),
        ]

    def __str__(self) -> str:
        return self.event_code

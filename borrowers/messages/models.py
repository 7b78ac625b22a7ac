"""Messages by template and facts; outgoing texts are sealed: they hold a phone and a code."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common.crypto.fields import SealedJSONField, sealed_check


class Message(models.Model):
    """A note in the borrower's own inbox: a template code and facts without personal data."""

    borrower = models.ForeignKey(
        "borrowers.Borrower", verbose_name=_("Borrower"), on_delete=models.PROTECT, related_name="+"
    )
    template = models.CharField(_("Template"), max_length=40)
    facts = models.JSONField(default=dict)
    message_key = models.CharField(max_length=80, unique=True)
    sent_at = models.DateTimeField(_("Sent out"), db_default=Now())
    read_at = models.DateTimeField(_("Read by the person"), null=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [models.Index(fields=["borrower", "-sent_at"], name="message_of_borrower")]

    def __str__(self) -> str:
        return f"{self.template} {self.pk}"


class OutgoingText(models.Model):
    """A text message on its way to the carrier; in a demonstration the outbox page shows it.

    It belongs to nobody yet (the number may be unknown to us), so the platform's key seals it and
    the row lives for a day at most.
    """

    words = SealedJSONField(context="outgoing.words", key_field=None)
    sent_at = models.DateTimeField(_("Sent out"), db_default=Now())

    class Meta:
        verbose_name = _("text message")
        verbose_name_plural = _("text messages")
        constraints = [sealed_check("words", None)]

    def __str__(self) -> str:
        return f"text {self.pk}"

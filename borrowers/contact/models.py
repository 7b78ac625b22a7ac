"""Where a person stands with us, and every contact that was wanted: waiting, made, or dropped."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common.crypto.fields import SealedJSONField, sealed_check


class ContactStanding(models.Model):
    """One row a person, and the lock behind which contacts are counted.

    The counts are those of `day`; a later day begins at nothing, an earlier one is never counted.
    """

    borrower = models.OneToOneField(
        "borrowers.Borrower", primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    day = models.DateField()
    calls = models.PositiveSmallIntegerField(default=0)
    texts = models.PositiveSmallIntegerField(default=0)
    stop_code = models.CharField(max_length=20, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.borrower_id} on {self.day.isoformat()}"


class Contact(models.Model):
    """One contact, once for its key. What was said, or is to be said, is sealed."""

    borrower = models.ForeignKey(
        "borrowers.Borrower", verbose_name=_("Borrower"), on_delete=models.PROTECT, related_name="+"
    )
    channel = models.CharField(_("Channel"), max_length=4)
    purpose = models.CharField(_("Purpose"), max_length=20)
    state = models.CharField(_("State"), max_length=7, default="WAITING")
    contact_key = models.CharField(max_length=80, unique=True)
    content = SealedJSONField(context="contact.content", key_field=None)
    wanted_at = models.DateTimeField(_("Wanted"), db_default=Now())
    ended_at = models.DateTimeField(_("Ended"), null=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [
            sealed_check("content", None),
            models.CheckConstraint(
                condition=models.Q(state__in=["WAITING", "MADE", "DROPPED"]),
                name="contact_state_is_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(state="WAITING"), name="contact_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.state} {self.pk}"

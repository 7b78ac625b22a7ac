"""Uploads: a file that a person gave, from the moment it is sealed until it is read or refused."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common import public_ids


class UploadState(models.TextChoices):
    """Where an upload stands. READ and REFUSED are final."""

    READING = "READING", _("Being read")
    READ = "READ", _("Read")
    REFUSED = "REFUSED", _("Refused")


class Upload(models.Model):
    """One file that was given. A refused one leaves its code here, and no file."""

    public_id = models.CharField(_("Number"), max_length=22, unique=True, default=public_ids.new)
    borrower = models.ForeignKey(
        "borrowers.Borrower", verbose_name=_("Borrower"), on_delete=models.PROTECT, related_name="+"
    )
    document = models.ForeignKey(
        "borrowers.SealedFile",
        verbose_name=_("File"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    batch = models.ForeignKey(
        "borrowers.ImportBatch",
        verbose_name=_("Bill"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    state = models.CharField(
        _("State"), max_length=8, choices=UploadState.choices, default=UploadState.READING
    )
    refusal = models.CharField(_("Refusal"), max_length=40, default="", blank=True)
    # Numbers and column names that the sentence of the refusal asks for.
    refusal_facts = models.JSONField(_("Facts of the refusal"), default=dict, blank=True)
    received_at = models.DateTimeField(_("Received"), db_default=Now())
    ended_at = models.DateTimeField(_("Ended"), null=True)

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        constraints = [
            models.UniqueConstraint(
                fields=["borrower"],
                condition=models.Q(state="READING"),
                name="one_upload_of_a_person_is_read_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(state="READING", batch=None, refusal="", document__isnull=False)
                | models.Q(state="READ", batch__isnull=False, refusal="")
                | models.Q(state="REFUSED", batch=None, document=None) & ~models.Q(refusal=""),
                name="upload_has_one_end",
            ),
        ]
        indexes = [models.Index(fields=["borrower", "-received_at"], name="upload_of_borrower")]

    def __str__(self) -> str:
        return self.public_id

"""One row a sealed file; the bytes lie in the documents store, sealed with the person's key."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common import public_ids


class DocumentKind(models.TextChoices):
    """What a file is."""

    BILL = "BILL"
    ENROLMENT_EVIDENCE = "ENROLMENT_EVIDENCE"
    CONTRACT = "CONTRACT"
    CERTIFICATE = "CERTIFICATE"
    REVIEW_NOTE = "REVIEW_NOTE"


class SealedFile(models.Model):
    """A file that can be read only with the key of the person it belongs to."""

    public_id = models.CharField(_("Number"), max_length=22, unique=True, default=public_ids.new)
    borrower = models.ForeignKey(
        "borrowers.Borrower", verbose_name=_("Borrower"), on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(_("Kind"), max_length=20, choices=DocumentKind.choices)
    key_id = models.BigIntegerField()
    media_type = models.CharField(_("File type"), max_length=80)
    size_bytes = models.PositiveIntegerField(_("Size"))
    # Keyed, not plain: the hash of a short file could be guessed.
    content_blind = models.CharField(max_length=40)
    store_name = models.CharField(max_length=80, unique=True)
    stored_at = models.DateTimeField(_("Stored"), db_default=Now())

    class Meta:
        verbose_name = _("sealed file")
        verbose_name_plural = _("sealed files")
        constraints = [
            models.UniqueConstraint(
                fields=["borrower", "kind", "key_id", "content_blind"],
                name="sealed_file_is_kept_once",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

"""One row a sealed file of a loan. Only grows: a file that was given out is found for ever."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class PaperKind(models.TextChoices):
    """What a sealed file says."""

    CONTRACT = "CONTRACT", _("Loan contract")
    SETTLEMENT = "SETTLEMENT", _("Certificate of settlement")
    STATEMENT = "STATEMENT", _("Statement")


class SealedPaper(models.Model):
    """A file as it was sealed: its hash stands with the loan, its bytes lie in the documents.

    `paper_key` tells papers of one kind apart: a loan that was opened again and settled again has
    two certificates, and every statement that says something else is another one.
    """

    loan = models.ForeignKey(
        "lending.Loan", verbose_name=_("Loan"), on_delete=models.PROTECT, related_name="papers"
    )
    kind = models.CharField(_("Kind"), max_length=12, choices=PaperKind.choices)
    paper_key = models.CharField(max_length=32)
    document = models.ForeignKey("borrowers.SealedFile", on_delete=models.PROTECT, related_name="+")
    content_sha256 = models.CharField(_("Hash"), max_length=64, unique=True)
    # The certificate of the seal, by hash.
    seal_sha256 = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(_("Sealed"), db_default=Now())

    class Meta:
        verbose_name = _("sealed paper")
        verbose_name_plural = _("sealed papers")
        permissions = [("open_sealedpaper", "Can open a sealed paper")]
        constraints = [
            models.UniqueConstraint(
                fields=["loan", "kind", "paper_key"], name="sealed_paper_is_made_once"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=PaperKind.values), name="sealed_paper_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.content_sha256[:12]}"

"""Corrected labels of payments, on their way to the set that models learn from."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common import public_ids


class LabelState(models.IntegerChoices):
    """What a person of ours said of a proposed label."""

    PROPOSED = 1, _("Proposed")
    ACCEPTED = 2, _("Accepted")
    REJECTED = 3, _("Rejected")


class LabelProposal(models.Model):
    """Somebody says that a payment belongs to another category; it is reviewed once.

    The event is named by its natural key, and its words stay sealed where they are: the training
    set reads them only while they may be read.
    """

    public_id = models.CharField(_("Number"), max_length=22, unique=True, default=public_ids.new)
    borrower = models.ForeignKey(
        "borrowers.Borrower", verbose_name=_("Borrower"), on_delete=models.PROTECT, related_name="+"
    )
    occurred_at = models.DateTimeField(_("Time"))
    ext = models.BigIntegerField()
    was = models.PositiveSmallIntegerField(_("Category"))
    category = models.PositiveSmallIntegerField(_("Right category"))
    proposed_by = models.ForeignKey(
        "borrowers.Account",
        verbose_name=_("Proposed by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
    )
    proposed_at = models.DateTimeField(_("Proposed"), db_default=Now())
    state = models.PositiveSmallIntegerField(
        _("State"), choices=LabelState.choices, default=LabelState.PROPOSED
    )
    decided_by = models.ForeignKey(
        "borrowers.Account",
        verbose_name=_("Reviewed by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
    )
    decided_at = models.DateTimeField(_("Reviewed"), null=True)

    class Meta:
        verbose_name = _("corrected category")
        verbose_name_plural = _("corrected categories")
        constraints = [
            models.UniqueConstraint(
                fields=["borrower", "occurred_at", "ext"],
                condition=models.Q(state=LabelState.PROPOSED),
                name="label_waits_once_for_an_event",
            ),
            models.CheckConstraint(
                condition=models.Q(state=LabelState.PROPOSED, decided_at=None, decided_by=None)
                | models.Q(
                    state__in=[LabelState.ACCEPTED, LabelState.REJECTED],
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                ),
                name="label_is_reviewed_or_not",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

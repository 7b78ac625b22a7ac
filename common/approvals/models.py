"""The columns and laws of a wish that takes two people; rooms put them into tables of their own."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class ProposalState(models.TextChoices):
    """Where a wish stands."""

    PROPOSED = "PROPOSED", _("Waits for another person")
    APPROVED = "APPROVED", _("Approved")
    TURNED_DOWN = "TURNED_DOWN", _("Turned down")


class FourEyes(models.Model):
    """Who asked, who decided, and when."""

    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField(_("Asked for"), db_default=Now())
    decided_at = models.DateTimeField(_("Decided"), null=True)

    class Meta:
        abstract = True


class Proposal(FourEyes):
    """A wish that another person approves or turns down."""

    state = models.CharField(
        _("State"), max_length=12, choices=ProposalState.choices, default=ProposalState.PROPOSED
    )

    class Meta:
        abstract = True


def four_eyes(
    *, not_the_author: str, decided: str, approved: str = "APPROVED"
) -> list[models.CheckConstraint]:
    """The two laws of every such table, under the names that it gives them."""
    return [
        models.CheckConstraint(
            condition=models.Q(approver__isnull=True) | ~models.Q(approver=models.F("author")),
            name=not_the_author,
        ),
        models.CheckConstraint(
            condition=models.Q(state="PROPOSED", approver=None, decided_at=None)
            | models.Q(
                state__in=[approved, "TURNED_DOWN"],
                approver__isnull=False,
                decided_at__isnull=False,
            ),
            name=decided,
        ),
    ]

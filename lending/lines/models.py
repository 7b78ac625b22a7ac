"""One line for each borrower, and every step that took of it or gave back. Steps only grow.

What has been paid out is never copied here: it is the principal that the loans say. PostgreSQL
keeps the totals by the steps and refuses whatever passes the limit (migration `credit_lines`).
"""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common.approvals.models import Proposal, four_eyes


class LineState(models.TextChoices):
    """ACTIVE ⇄ FROZEN → CLOSED. Only an active line gives; what was given stays given."""

    ACTIVE = "ACTIVE", _("In use")
    FROZEN = "FROZEN", _("Frozen")
    CLOSED = "CLOSED", _("Closed")


class CreditLine(models.Model):
    """How much one borrower may owe at once, by the last decision. Totals move by steps only."""

    borrower = models.OneToOneField(
        "borrowers.Borrower", verbose_name=_("Borrower"), on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(
        _("State"), max_length=6, choices=LineState.choices, db_default=LineState.ACTIVE
    )
    limit_fen = models.BigIntegerField(db_default=0)
    # Offers that stand, not accepted yet.
    held_fen = models.BigIntegerField(db_default=0)
    # Accepted or signed, not paid out yet.
    reserved_fen = models.BigIntegerField(db_default=0)
    tier = models.CharField(_("Tier"), max_length=4, db_default="")
    # The price band: what the decision said, and how low discounts may take it.
    annual_rate_ppm = models.PositiveIntegerField(db_default=0)
    floor_rate_ppm = models.PositiveIntegerField(db_default=0)
    review_on = models.DateField(_("To be reviewed"), null=True)
    opened_at = models.DateTimeField(_("Opened"), db_default=Now())

    class Meta:
        verbose_name = _("credit line")
        verbose_name_plural = _("credit lines")
        permissions = [
            ("freeze_creditline", "Can freeze a credit line and lift it again"),
            ("propose_creditline", "Can propose another limit by hand"),
            ("approve_creditline", "Can approve another limit of a colleague"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(limit_fen__gte=0, held_fen__gte=0, reserved_fen__gte=0),
                name="credit_line_is_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=LineState.values), name="credit_line_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(floor_rate_ppm__lte=models.F("annual_rate_ppm")),
                name="credit_line_rates_are_a_band",
            ),
        ]

    def __str__(self) -> str:
        return f"line {self.pk}"


class MovementKind(models.TextChoices):
    """What happened to a line."""

    DECIDED = "DECIDED", _("Limit by a decision")
    CHANGED = "CHANGED", _("Limit by hand")
    HELD = "HELD", _("Held for an offer")
    RESERVED = "RESERVED", _("Reserved by accepting")
    DRAWN = "DRAWN", _("Paid out")
    RELEASED = "RELEASED", _("Given back")
    FROZEN = "FROZEN", _("Frozen")
    UNFROZEN = "UNFROZEN", _("In use again")
    CLOSED = "CLOSED", _("Closed")


class LineMovement(models.Model):
    """One step of a line, once per subject. Only grows; `limit` and `exposure` are those after."""

    line = models.ForeignKey(CreditLine, on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(_("What"), max_length=8, choices=MovementKind.choices)
    subject = models.CharField(_("Of what"), max_length=40)
    application = models.ForeignKey(
        "lending.LoanApplication",
        verbose_name=_("Application"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    limit_change_fen = models.BigIntegerField(db_default=0)
    held_change_fen = models.BigIntegerField(db_default=0)
    reserved_change_fen = models.BigIntegerField(db_default=0)
    limit_fen = models.BigIntegerField(db_default=0)
    exposure_fen = models.BigIntegerField(db_default=0)
    recorded_at = models.DateTimeField(_("Recorded"), db_default=Now())

    class Meta:
        verbose_name = _("movement of a line")
        verbose_name_plural = _("movements of lines")
        constraints = [
            models.UniqueConstraint(
                fields=["line", "kind", "subject"], name="line_movement_is_once"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=MovementKind.values), name="line_movement_kind_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(held_change_fen=0, reserved_change_fen=0)
                | models.Q(application__isnull=False),
                name="line_movement_takes_for_an_application",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} of line {self.line_id}"


class LineProposal(Proposal):
    """Another limit by hand: its author, and the other person who decided."""

    line = models.ForeignKey(CreditLine, on_delete=models.PROTECT, related_name="proposals")
    request_key = models.CharField(max_length=64)
    limit_fen = models.BigIntegerField()
    reason = models.CharField(_("Why"), max_length=30)

    class Meta:
        verbose_name = _("proposal of a limit")
        verbose_name_plural = _("proposals of limits")
        constraints = [
            models.UniqueConstraint(fields=["line", "request_key"], name="line_proposal_is_once"),
            models.CheckConstraint(
                condition=models.Q(limit_fen__gte=0), name="line_proposal_is_not_negative"
            ),
            *four_eyes(
                not_the_author="line_approver_is_not_the_author",
                decided="line_proposal_decided_has_an_approver",
            ),
        ]

    def __str__(self) -> str:
        return f"proposal {self.pk} of line {self.line_id}"

"""Alerts. One per loan, rule and window; staff close them with a reason, or the system does."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common import public_ids


class AlertState(models.TextChoices):
    """Where an alert stands."""

    OPEN = "OPEN", _("Waiting")
    ASSIGNED = "ASSIGNED", _("Taken")
    CLOSED = "CLOSED", _("Closed")


class Alert(models.Model):
    """Something about a loan that a person should look at, with the figures behind it.

    `value` stood against `baseline` over `count` observations; units are the rule's own.
    """

    public_id = models.CharField(max_length=22, unique=True, default=public_ids.new)
    # A number, not a key: loans keep their tables to themselves.
    loan_id = models.BigIntegerField(db_index=True)
    borrower = models.ForeignKey("borrowers.Borrower", on_delete=models.PROTECT, related_name="+")
    rule = models.CharField(_("Finding"), max_length=30)
    rule_version = models.PositiveSmallIntegerField()
    window_key = models.CharField(max_length=30)
    severity = models.PositiveSmallIntegerField(_("Severity"))
    value = models.BigIntegerField()
    baseline = models.BigIntegerField()
    count = models.PositiveIntegerField()
    evidence = models.JSONField()
    found_on = models.DateField(_("Found on"))
    state = models.CharField(max_length=8, choices=AlertState.choices, default=AlertState.OPEN)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("Taken by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    close_reason = models.CharField(max_length=30, default="", blank=True)
    note = models.ForeignKey(
        "borrowers.SealedFile", null=True, on_delete=models.PROTECT, related_name="+"
    )
    raised_at = models.DateTimeField(_("Raised"), db_default=Now())
    assigned_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(_("Closed"), null=True)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints = [
            models.UniqueConstraint(
                fields=["loan_id", "rule", "window_key"], name="alert_is_raised_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=AlertState.values), name="alert_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state="OPEN")
                | models.Q(assignee__isnull=False, assigned_at__isnull=False)
                | models.Q(state="CLOSED", close_reason="PAID_UP", assignee=None),
                name="alert_taken_has_an_assignee",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="CLOSED")
                | (models.Q(closed_at__isnull=False) & ~models.Q(close_reason="")),
                name="alert_closed_has_a_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-severity", "raised_at"],
                condition=models.Q(state__in=["OPEN", "ASSIGNED"]),
                name="alert_queue",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

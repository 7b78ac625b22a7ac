"""Points for repaying on time. Balance = entries = lots, never below zero (invariant 11)."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common import public_ids


class PointsAccount(models.Model):
    """A borrower's points. The balance moves only together with an entry."""

    borrower = models.OneToOneField(
        "borrowers.Borrower", on_delete=models.PROTECT, related_name="+"
    )
    balance = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("points account")
        verbose_name_plural = _("points accounts")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(balance__gte=0), name="points_balance_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"points of {self.borrower_id}"


class PointsLot(models.Model):
    """Points earned at once, by one source under one rule, spent oldest first."""

    account = models.ForeignKey(PointsAccount, on_delete=models.PROTECT, related_name="lots")
    source_kind = models.CharField(max_length=20)
    source_id = models.BigIntegerField()
    rule = models.CharField(max_length=30)
    points = models.PositiveIntegerField()
    remaining = models.PositiveIntegerField()
    earned_on = models.DateField()
    expires_on = models.DateField()

    class Meta:
        verbose_name = _("lot of points")
        verbose_name_plural = _("lots of points")
        constraints = [
            models.UniqueConstraint(
                fields=["source_kind", "source_id", "rule"], name="points_are_earned_once"
            ),
            models.CheckConstraint(
                condition=models.Q(remaining__lte=models.F("points")),
                name="points_lot_is_not_overfull",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.points} points by {self.rule}"


class PointsEntry(models.Model):
    """One movement of points. Only grows."""

    account = models.ForeignKey(
        PointsAccount, verbose_name=_("Account"), on_delete=models.PROTECT, related_name="entries"
    )
    lot = models.ForeignKey(PointsLot, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("Kind"), max_length=10)
    points = models.IntegerField(_("Points"))
    entry_key = models.CharField(_("Key"), max_length=80, unique=True)
    entered_at = models.DateTimeField(_("Entered"), db_default=Now())

    class Meta:
        verbose_name = _("movement of points")
        verbose_name_plural = _("movements of points")

    def __str__(self) -> str:
        return f"{self.kind} {self.points}"


class EntitlementState(models.TextChoices):
    """What has become of a bought advantage."""

    ISSUED = "ISSUED", _("To be used")
    RESERVED = "RESERVED", _("Held")
    CONSUMED = "CONSUMED", _("Used")
    EXPIRED = "EXPIRED", _("Expired")


class Entitlement(models.Model):
    """A lower rate on the next loan, bought with points; serves one loan."""

    public_id = models.CharField(_("Number"), max_length=22, unique=True, default=public_ids.new)
    borrower = models.ForeignKey(
        "borrowers.Borrower", verbose_name=_("Borrower"), on_delete=models.PROTECT, related_name="+"
    )
    benefit = models.CharField(_("Benefit"), max_length=20)
    discount_ppm = models.PositiveIntegerField()
    cost_points = models.PositiveIntegerField(_("Cost in points"))
    request_key = models.CharField(max_length=64)
    state = models.CharField(
        _("State"), max_length=10, choices=EntitlementState.choices, default=EntitlementState.ISSUED
    )
    application_id = models.BigIntegerField(null=True)
    loan_id = models.BigIntegerField(null=True)
    issued_at = models.DateTimeField(_("Bought"), db_default=Now())
    expires_on = models.DateField(_("Good until"))

    class Meta:
        verbose_name = _("discount")
        verbose_name_plural = _("discounts")
        constraints = [
            models.UniqueConstraint(
                fields=["borrower", "request_key"], name="entitlement_is_issued_once"
            ),
            models.UniqueConstraint(
                fields=["application_id"],
                condition=models.Q(state__in=["RESERVED", "CONSUMED"]),
                name="entitlement_serves_one_application",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="CONSUMED") | models.Q(loan_id__isnull=False),
                name="entitlement_consumed_names_its_loan",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

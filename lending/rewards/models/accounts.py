"""Points: account, lots, movements, grants. Balance = entries = lots (invariant 11)."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common import public_ids
from lending.rewards.models.programmes import RewardProgramme


class PointsAccount(models.Model):
    """A borrower's points. The three figures move only together with an entry.

    `balance` counts what is pending too; `owed` are points that were used and then lost their
    ground, because the payment that had earned them was taken back.
    """

    borrower = models.OneToOneField(
        "borrowers.Borrower", on_delete=models.PROTECT, related_name="+"
    )
    balance = models.IntegerField(_("Points"), default=0)
    pending = models.IntegerField(_("Pending"), default=0)
    owed = models.IntegerField(_("Owed"), default=0)
    overdue_since = models.DateField(_("Behind since"), null=True)

    class Meta:
        verbose_name = _("points account")
        verbose_name_plural = _("points accounts")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(balance__gte=0), name="points_balance_is_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(pending__gte=0, pending__lte=models.F("balance")),
                name="points_pending_are_part_of_the_balance",
            ),
            models.CheckConstraint(
                condition=models.Q(owed__gte=0), name="points_owed_are_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"points of {self.borrower_id}"


class PointsLot(models.Model):
    """Points earned at once, by one source under one rule, spent oldest first.

    What it is worth in the books, when it can be used and until when are fixed when it is earned.
    """

    account = models.ForeignKey(PointsAccount, on_delete=models.PROTECT, related_name="lots")
    programme = models.ForeignKey(RewardProgramme, on_delete=models.PROTECT, related_name="+")
    source_kind = models.CharField(max_length=20)
    source_id = models.BigIntegerField()
    rule = models.CharField(max_length=30)
    loan_id = models.BigIntegerField(null=True)
    points = models.PositiveIntegerField()
    remaining = models.PositiveIntegerField()
    value_fen = models.BigIntegerField()
    returned_fen = models.BigIntegerField(default=0)
    earned_on = models.DateField()
    available_on = models.DateField()
    released_on = models.DateField(null=True)
    told_on = models.DateField(null=True)
    expires_on = models.DateField()
    reversed_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("lot of points")
        verbose_name_plural = _("lots of points")
        constraints = [
            models.UniqueConstraint(
                fields=["source_kind", "source_id", "rule"],
                condition=models.Q(reversed_on=None),
                name="points_are_earned_once",
            ),
            models.CheckConstraint(
                condition=models.Q(points__gt=0, remaining__lte=models.F("points")),
                name="points_lot_is_not_overfull",
            ),
            models.CheckConstraint(
                condition=models.Q(reversed_on=None) | models.Q(remaining=0),
                name="points_lot_reversed_is_empty",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    value_fen__gte=0, returned_fen__gte=0, returned_fen__lte=models.F("value_fen")
                ),
                name="points_lot_returns_no_more_than_it_cost",
            ),
        ]
        indexes = [
            models.Index(
                fields=["available_on"],
                condition=models.Q(released_on=None, reversed_on=None),
                name="points_lot_pending",
            ),
            models.Index(
                fields=["expires_on"], condition=models.Q(remaining__gt=0), name="points_lot_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.points} points by {self.rule}"


class PointsEntry(models.Model):
    """One movement of points: what it changed in each of the account's figures. Only grows."""

    account = models.ForeignKey(
        PointsAccount, verbose_name=_("Account"), on_delete=models.PROTECT, related_name="entries"
    )
    lot = models.ForeignKey(PointsLot, on_delete=models.PROTECT, related_name="+")
    entitlement_id = models.BigIntegerField(null=True)
    kind = models.CharField(_("Kind"), max_length=10)
    points = models.IntegerField(_("Points"))
    pending = models.IntegerField(_("Pending"), default=0)
    owed = models.IntegerField(_("Owed"), default=0)
    entry_key = models.CharField(_("Key"), max_length=80, unique=True)
    entered_at = models.DateTimeField(_("Entered"), db_default=Now())

    class Meta:
        verbose_name = _("movement of points")
        verbose_name_plural = _("movements of points")
        indexes = [models.Index(fields=["entitlement_id"], name="points_entry_entitlement")]

    def __str__(self) -> str:
        return f"{self.kind} {self.points}"


class RewardsDay(models.Model):
    """A day whose pending, ending and tiers have been seen to; once for each day. Only grows."""

    day = models.DateField(_("Day"), unique=True)
    released = models.IntegerField(_("Released lots"))
    ended = models.IntegerField(_("Ended lots"))
    told = models.IntegerField(_("Notices"))
    tiers = models.IntegerField(_("Tiers changed"))

    class Meta:
        verbose_name = _("day of rewards")
        verbose_name_plural = _("days of rewards")

    def __str__(self) -> str:
        return self.day.isoformat()


class GrantState(models.TextChoices):
    """Where a grant stands."""

    PROPOSED = "PROPOSED", _("Waits for another person")
    APPROVED = "APPROVED", _("Approved")
    TURNED_DOWN = "TURNED_DOWN", _("Turned down")


class GrantReason(models.TextChoices):
    """Why staff give points; there is no free text about a person."""

    OUR_MISTAKE = "OUR_MISTAKE", _("Our mistake")
    BANK_DELAY = "BANK_DELAY", _("The bank was late, not the borrower")
    COMPLAINT = "COMPLAINT", _("A complaint was right")


class PointsGrant(models.Model):
    """Points that staff want to give: who proposed, and the other person who decided."""

    public_id = models.CharField(_("Number"), max_length=22, unique=True, default=public_ids.new)
    account = models.ForeignKey(
        PointsAccount, verbose_name=_("Account"), on_delete=models.PROTECT, related_name="grants"
    )
    points = models.PositiveIntegerField(_("Points"))
    reason = models.CharField(_("Reason"), max_length=20, choices=GrantReason.choices)
    state = models.CharField(
        _("State"), max_length=12, choices=GrantState.choices, default=GrantState.PROPOSED
    )
    proposed_on = models.DateField(_("Proposed on"))
    approved_on = models.DateField(_("Approved on"), null=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("Proposed by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("Decided by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = _("grant of points")
        verbose_name_plural = _("grants of points")
        permissions = [
            ("propose_pointsgrant", "Can propose points for a borrower"),
            ("approve_pointsgrant", "Can decide on points that somebody else proposed"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(points__gt=0), name="points_grant_gives_something"
            ),
            models.CheckConstraint(
                condition=models.Q(approver=None) | ~models.Q(approver=models.F("author")),
                name="points_grant_takes_four_eyes",
            ),
            models.CheckConstraint(
                condition=models.Q(state="PROPOSED", approver=None)
                | models.Q(state__in=["APPROVED", "TURNED_DOWN"], approver__isnull=False),
                name="points_grant_decided_has_an_approver",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

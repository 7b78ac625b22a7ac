"""Reward programmes by version, the record of punctuality, and tiers."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class ProgrammeState(models.TextChoices):
    """What has become of a version."""

    DRAFT = "DRAFT", _("Draft")
    ACTIVE = "ACTIVE", _("In force")
    ENDED = "ENDED", _("Ended")


class RewardProgramme(models.Model):
    """One version of the rules of rewards, and the money it may cost.

    PostgreSQL refuses a change of anything but its state and cost once it is no draft any more.
    """

    version = models.CharField(_("Version"), max_length=40, unique=True)
    state = models.CharField(
        _("State"), max_length=8, choices=ProgrammeState.choices, default=ProgrammeState.DRAFT
    )
    from_date = models.DateField(_("From"), null=True)
    budget_fen = models.BigIntegerField(_("Budget"))
    cost_fen = models.BigIntegerField(_("Cost so far"), default=0)
    terms = models.JSONField(_("Terms"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("Written by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("Approved by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    written_at = models.DateTimeField(_("Written"), db_default=Now())

    class Meta:
        verbose_name = _("reward programme")
        verbose_name_plural = _("reward programmes")
        permissions = [
            ("propose_rewardprogramme", "Can write a reward programme"),
            ("approve_rewardprogramme", "Can put a reward programme of somebody else in force"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=models.Q(state="ACTIVE"), name="reward_programme_is_one"
            ),
            models.CheckConstraint(
                condition=models.Q(cost_fen__gte=0, cost_fen__lte=models.F("budget_fen")),
                name="reward_programme_stays_in_its_budget",
            ),
            models.CheckConstraint(
                condition=models.Q(approver=None) | ~models.Q(approver=models.F("author")),
                name="reward_programme_takes_four_eyes",
            ),
            models.CheckConstraint(
                condition=models.Q(state="DRAFT") | models.Q(from_date__isnull=False),
                name="reward_programme_in_force_has_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.version


class InstalmentOutcome(models.Model):
    """One instalment and whether it came in time, written down here by those who book payments."""

    borrower = models.ForeignKey("borrowers.Borrower", on_delete=models.PROTECT, related_name="+")
    loan_id = models.BigIntegerField(db_index=True)
    instalment_id = models.BigIntegerField(unique=True)
    due_on = models.DateField()
    paid_on = models.DateField()
    is_on_time = models.BooleanField()
    reversed_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("instalment in the record")
        verbose_name_plural = _("instalments in the record")
        indexes = [models.Index(fields=["borrower", "due_on"], name="instalment_outcome_due")]

    def __str__(self) -> str:
        return f"instalment {self.instalment_id}"


class TierMembership(models.Model):
    """The days on which a borrower stood in a tier; `to_date` is the first day after."""

    borrower = models.ForeignKey(
        "borrowers.Borrower", verbose_name=_("Borrower"), on_delete=models.PROTECT, related_name="+"
    )
    tier = models.CharField(_("Tier"), max_length=10)
    from_date = models.DateField(_("From"))
    to_date = models.DateField(_("Until"), null=True)
    count = models.PositiveIntegerField(_("Instalments in the record"))
    on_time = models.PositiveIntegerField(_("Of them on time"))

    class Meta:
        verbose_name = _("membership of a tier")
        verbose_name_plural = _("memberships of tiers")
        constraints = [
            models.UniqueConstraint(
                fields=["borrower"], condition=models.Q(to_date=None), name="tier_is_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=models.Q(to_date=None) | models.Q(to_date__gte=models.F("from_date")),
                name="tier_days_are_a_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tier} of {self.borrower_id}"

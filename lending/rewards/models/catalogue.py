"""What points buy: the catalogue, what was bought, who hands it over, and what partners get."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common import public_ids
from lending.rewards.models.programmes import RewardProgramme


class RewardPartner(models.Model):
    """A shop that hands over coupons and gifts, and is paid for them once a month."""

    code = models.CharField(_("Code"), max_length=20, unique=True)
    name_zh = models.CharField(_("Name in Chinese"), max_length=60)
    name_en = models.CharField(_("Name in English"), max_length=60)
    is_open = models.BooleanField(_("Open"), default=True)
    tried_on = models.DateField(null=True)
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("partner of rewards")
        verbose_name_plural = _("partners of rewards")

    def __str__(self) -> str:
        return self.code

    def name_in(self, language: str) -> str:
        """The name for readers of a language."""
        return self.name_en if language.startswith("en") else self.name_zh


class BenefitKind(models.TextChoices):
    """What can be bought. There is no cash, no principal and no higher limit among it."""

    RATE_DISCOUNT = "RATE_DISCOUNT", _("Lower rate")
    FEE_WAIVER = "FEE_WAIVER", _("Late fee waived")
    COUPON = "COUPON", _("Coupon")
    GIFT = "GIFT", _("Gift")


class Benefit(models.Model):
    """One thing in the catalogue; what was bought keeps the terms of its day."""

    code = models.CharField(_("Code"), max_length=20, unique=True)
    kind = models.CharField(_("Kind"), max_length=14, choices=BenefitKind.choices)
    name_zh = models.CharField(_("Name in Chinese"), max_length=60)
    name_en = models.CharField(_("Name in English"), max_length=60)
    cost_points = models.PositiveIntegerField(_("Cost in points"))
    discount_ppm = models.PositiveIntegerField(default=0)
    value_fen = models.BigIntegerField(default=0)
    price_fen = models.BigIntegerField(default=0)
    partner = models.ForeignKey(
        RewardPartner,
        verbose_name=_("Partner"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # Nothing means without limit.
    stock = models.PositiveIntegerField(_("In stock"), null=True, blank=True)
    is_open = models.BooleanField(_("Open"), default=True)

    class Meta:
        verbose_name = _("thing in the catalogue")
        verbose_name_plural = _("catalogue")
        permissions = [("stock_benefit", "Can set the stock of a thing and open or close it")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["RATE_DISCOUNT", "FEE_WAIVER", "COUPON", "GIFT"]),
                name="benefit_is_never_cash_or_principal",
            ),
            models.CheckConstraint(
                condition=models.Q(cost_points__gt=0), name="benefit_costs_points"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="RATE_DISCOUNT", discount_ppm__gt=0, partner=None)
                | models.Q(kind="FEE_WAIVER", discount_ppm=0, value_fen__gt=0, partner=None)
                | models.Q(
                    kind__in=["COUPON", "GIFT"],
                    discount_ppm=0,
                    price_fen__gte=0,
                    partner__isnull=False,
                ),
                name="benefit_fits_its_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def name_in(self, language: str) -> str:
        """The name for readers of a language."""
        return self.name_en if language.startswith("en") else self.name_zh


class EntitlementState(models.TextChoices):
    """What has become of a bought advantage."""

    ISSUED = "ISSUED", _("To be used")
    RESERVED = "RESERVED", _("Held")
    CONSUMED = "CONSUMED", _("Used")
    EXPIRED = "EXPIRED", _("Expired")
    REFUNDED = "REFUNDED", _("Given back")


class Entitlement(models.Model):
    """Something bought with points, on the terms of that day; a lower rate serves one loan."""

    public_id = models.CharField(_("Number"), max_length=22, unique=True, default=public_ids.new)
    borrower = models.ForeignKey(
        "borrowers.Borrower", verbose_name=_("Borrower"), on_delete=models.PROTECT, related_name="+"
    )
    benefit = models.CharField(_("Benefit"), max_length=20)
    kind = models.CharField(
        _("Kind"), max_length=14, choices=BenefitKind.choices, default=BenefitKind.RATE_DISCOUNT
    )
    programme = models.ForeignKey(
        RewardProgramme, null=True, on_delete=models.PROTECT, related_name="+"
    )
    discount_ppm = models.PositiveIntegerField()
    value_fen = models.BigIntegerField(default=0)
    price_fen = models.BigIntegerField(default=0)
    extra_fen = models.BigIntegerField(default=0)
    cost_points = models.PositiveIntegerField(_("Cost in points"))
    request_key = models.CharField(max_length=64)
    state = models.CharField(
        _("State"), max_length=10, choices=EntitlementState.choices, default=EntitlementState.ISSUED
    )
    application_id = models.BigIntegerField(null=True)
    loan_id = models.BigIntegerField(null=True)
    issued_at = models.DateTimeField(_("Bought"), db_default=Now())
    issued_on = models.DateField(null=True)
    expires_on = models.DateField(_("Good until"))

    class Meta:
        verbose_name = _("bought advantage")
        verbose_name_plural = _("bought advantages")
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
                condition=~models.Q(state="CONSUMED")
                | models.Q(loan_id__isnull=False)
                | models.Q(kind__in=["COUPON", "GIFT"]),
                name="entitlement_consumed_names_its_loan",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class StatementState(models.TextChoices):
    """Where a partner's monthly statement stands."""

    PREPARED = "PREPARED", _("Waits for another person")
    APPROVED = "APPROVED", _("Approved")


class PartnerStatement(models.Model):
    """What one partner handed over in one month, and what it gets for that."""

    partner = models.ForeignKey(
        RewardPartner, verbose_name=_("Partner"), on_delete=models.PROTECT, related_name="+"
    )
    month = models.DateField(_("Month"))
    count = models.PositiveIntegerField(_("Handed over"))
    amount_fen = models.BigIntegerField()
    state = models.CharField(
        _("State"), max_length=8, choices=StatementState.choices, default=StatementState.PREPARED
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("Prepared by"),
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

    class Meta:
        verbose_name = _("partner's statement")
        verbose_name_plural = _("partners' statements")
        permissions = [
            ("prepare_partnerstatement", "Can prepare a partner's statement"),
            ("approve_partnerstatement", "Can approve a statement that somebody else prepared"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "month"], name="partner_statement_is_one_a_month"
            ),
            models.CheckConstraint(
                condition=models.Q(state="PREPARED", approver=None)
                | models.Q(state="APPROVED", approver__isnull=False),
                name="partner_statement_approved_has_an_approver",
            ),
            models.CheckConstraint(
                condition=models.Q(approver=None) | ~models.Q(approver=models.F("author")),
                name="partner_statement_takes_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner} {self.month:%Y-%m}"


class FulfilmentState(models.TextChoices):
    """How far a coupon or a gift has come."""

    ORDERED = "ORDERED", _("Ordered")
    READY = "READY", _("Ready at the partner's")
    DELIVERED = "DELIVERED", _("Handed over")
    FAILED = "FAILED", _("Could not be handed over")
    CANCELLED = "CANCELLED", _("Given back")


class Fulfilment(models.Model):
    """The handing over of one coupon or gift against a code that is kept only as a hash."""

    entitlement = models.OneToOneField(Entitlement, on_delete=models.PROTECT, related_name="+")
    partner = models.ForeignKey(
        RewardPartner, verbose_name=_("Partner"), on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(
        _("State"), max_length=9, choices=FulfilmentState.choices, default=FulfilmentState.ORDERED
    )
    # NULL, not empty: nobody has asked for a code yet, and a unique index counts empty texts.
    code_sha256 = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001 (unique)
    delivered_on = models.DateField(_("Handed over on"), null=True)
    statement = models.ForeignKey(
        PartnerStatement, null=True, on_delete=models.PROTECT, related_name="fulfilments"
    )

    class Meta:
        verbose_name = _("handing over")
        verbose_name_plural = _("handing over")
        permissions = [("fulfil_fulfilment", "Can say what became of a coupon or gift")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="DELIVERED", delivered_on__isnull=False)
                | (~models.Q(state="DELIVERED") & models.Q(delivered_on=None, statement=None)),
                name="fulfilment_delivered_has_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"handing over {self.entitlement_id}"

"""Products by version, and merchants. A published version is followed, never changed.

PostgreSQL keeps both laws itself (migration `product_versions`): the terms of a version stand once
it was published, and a merchant's account stands for ever.
"""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common.approvals.models import Proposal, four_eyes
from common.crypto.fields import SealedJSONField, sealed_check
from lending.calc.methods.manner import Manner


class Scene(models.TextChoices):
    """What the money is for."""

    CONSUMPTION = "CONSUMPTION", _("Daily life")
    EDUCATION = "EDUCATION", _("A course or a school")
    TRAVEL = "TRAVEL", _("A journey")
    MEDICAL = "MEDICAL", _("Medical care")
    RENOVATION = "RENOVATION", _("Home improvement")
    RENTAL = "RENTAL", _("Rent")
    DIGITAL = "DIGITAL", _("Phones and devices")


class Rhythm(models.TextChoices):
    """How often is repaid."""

    MONTHLY = "MONTHLY", _("Every month")
    QUARTERLY = "QUARTERLY", _("Every three months")
    YEARLY = "YEARLY", _("Once a year")


# The months of a period.
STEPS = {Rhythm.MONTHLY: 1, Rhythm.QUARTERLY: 3, Rhythm.YEARLY: 12}


class RepaymentMethod(models.TextChoices):
    """How principal is given back, of those that a product may use."""

    EQUAL_INSTALMENT = "EQUAL_INSTALMENT", _("Equal instalments")
    EQUAL_PRINCIPAL = "EQUAL_PRINCIPAL", _("Equal parts of principal")
    INTEREST_ONLY = "INTEREST_ONLY", _("Interest first, principal at the end")
    BULLET = "BULLET", _("Everything at the end")


class ProductState(models.TextChoices):
    """Where a version stands in its life. Each code has at most one in force."""

    DRAFT = "DRAFT", _("Draft")
    PUBLISHED = "PUBLISHED", _("In force")
    RETIRED = "RETIRED", _("Retired")


class Merchant(models.Model):
    """A school or shop that is paid directly. One person enters it, another approves it.

    The platform's own have no author. Its account is never changed: a new account is a new
    merchant, so that nobody alone can turn payouts elsewhere.
    """

    code = models.CharField(_("Code"), max_length=20, unique=True)
    name_zh = models.CharField(_("Name in Chinese"), max_length=60)
    name_en = models.CharField(_("Name in English"), max_length=60)
    scene = models.CharField(_("Scene"), max_length=12, choices=Scene.choices)
    account = models.CharField(_("Account"), max_length=64)
    is_open = models.BooleanField(_("Open"), default=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("school or shop")
        verbose_name_plural = _("schools and shops")
        permissions = [
            ("propose_merchant", "Can enter a school or shop"),
            ("approve_merchant", "Can approve a school or shop that somebody else entered"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(author=None)
                | models.Q(is_open=False)
                | models.Q(approver__isnull=False),
                name="merchant_open_was_approved",
            ),
            models.CheckConstraint(
                condition=models.Q(approver=None) | ~models.Q(approver=models.F("author")),
                name="merchant_approver_is_not_the_author",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def name_in(self, language: str) -> str:
        """The name for readers of a language."""
        return self.name_en if language.startswith("en") else self.name_zh


class LoanProduct(models.Model):
    """One version of a product: amounts, terms, price range, who is paid, what must be shown."""

    code = models.CharField(_("Code"), max_length=20)
    version = models.PositiveSmallIntegerField(_("Version"), default=1)
    state = models.CharField(
        _("State"), max_length=9, choices=ProductState.choices, default=ProductState.DRAFT
    )
    name_zh = models.CharField(_("Name in Chinese"), max_length=60)
    name_en = models.CharField(_("Name in English"), max_length=60)
    scene = models.CharField(_("Scene"), max_length=12, choices=Scene.choices)
    licence = models.CharField(_("Licence"), max_length=20, default="CONSUMER_FINANCE")
    minimum_fen = models.BigIntegerField()
    maximum_fen = models.BigIntegerField()
    terms_months = models.JSONField(_("Months to choose from"))
    rhythm = models.CharField(
        _("Rhythm"), max_length=12, choices=Rhythm.choices, default=Rhythm.MONTHLY
    )
    method = models.CharField(
        _("Method"),
        max_length=16,
        choices=RepaymentMethod.choices,
        default=RepaymentMethod.EQUAL_INSTALMENT,
        db_default=RepaymentMethod.EQUAL_INSTALMENT,
    )
    floor_rate_ppm = models.PositiveIntegerField()
    # Published before there was a highest rate: the dearest rate that keeps 24 % on every path.
    highest_rate_ppm = models.PositiveIntegerField(default=210_000)
    penalty_multiple_ppm = models.PositiveIntegerField(default=1_500_000)
    grace_days = models.PositiveSmallIntegerField(_("Days of grace"), default=3)
    # From the payout on; versions from before there was one promised none.
    cooling_off_days = models.PositiveSmallIntegerField(
        _("Days to give it back"), default=0, db_default=0
    )
    pays_merchant = models.BooleanField(_("Pays the school or shop"), default=False)
    needs_evidence = models.BooleanField(_("Asks for proof"), default=False)
    needs_order = models.BooleanField(_("Asks for the order or contract"), default=False)
    is_open = models.BooleanField(_("Open"), default=True)
    # Who wrote it; the platform's own have nobody.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField(_("Opened"), db_default=Now())

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        permissions = [
            ("propose_loanproduct", "Can write a product and propose it"),
            ("approve_loanproduct", "Can approve a product of somebody else"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "version"], name="loan_product_version_is_once"
            ),
            models.UniqueConstraint(
                fields=["code"],
                condition=models.Q(state="PUBLISHED"),
                name="loan_product_has_one_published",
            ),
            models.CheckConstraint(
                condition=models.Q(highest_rate_ppm__gte=models.F("floor_rate_ppm")),
                name="loan_product_rates_are_a_range",
            ),
            models.CheckConstraint(
                condition=models.Q(minimum_fen__gt=0, maximum_fen__gte=models.F("minimum_fen")),
                name="loan_product_amounts_are_a_range",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def name_in(self, language: str) -> str:
        """The name for readers of a language."""
        return self.name_en if language.startswith("en") else self.name_zh

    @property
    def manner(self) -> Manner:
        """How its loans are repaid."""
        return Manner(method=self.method, step_months=STEPS[Rhythm(self.rhythm)])


class ProductProposal(Proposal):
    """One wish to put a version in force: its author, and the other person who decided."""

    product = models.ForeignKey(LoanProduct, on_delete=models.PROTECT, related_name="proposals")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product"],
                condition=models.Q(state="PROPOSED"),
                name="product_proposal_is_open_once",
            ),
            *four_eyes(
                not_the_author="product_approver_is_not_the_author",
                decided="product_proposal_decided_has_an_approver",
            ),
        ]

    def __str__(self) -> str:
        return f"proposal {self.pk} of {self.product_id}"


class SceneEvidence(models.Model):
    """What the money of one application is for: the order or contract, as it was told.

    The number is sealed and only its code is compared: an invoice of a clinic tells of health.
    `is_live` from the sending of the application until it ends without a loan.
    """

    application = models.OneToOneField(
        "lending.LoanApplication", on_delete=models.PROTECT, related_name="scene_evidence"
    )
    # Who issued the number: a merchant's code, or the register of leases.
    issuer = models.CharField(max_length=20)
    key_id = models.BigIntegerField()
    number_blind = models.CharField(max_length=40)
    facts = SealedJSONField(context="scene.facts", key_field="key_id")
    total_fen = models.BigIntegerField()
    is_live = models.BooleanField(default=False)
    told_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("order or contract")
        verbose_name_plural = _("orders and contracts")
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "number_blind"],
                condition=models.Q(is_live=True),
                name="order_is_financed_once",
            ),
            models.CheckConstraint(
                condition=models.Q(total_fen__gt=0), name="order_total_is_positive"
            ),
            sealed_check("facts", "key_id"),
        ]

    def __str__(self) -> str:
        return f"evidence of {self.application_id}"

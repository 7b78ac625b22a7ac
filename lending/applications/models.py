"""Applications, offers and the cost that was shown. States as in DESIGN §4."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common import public_ids


class ApplicationState(models.TextChoices):
    """DRAFT → SUBMITTED → DECIDING → OFFERED | REFERRED | DECLINED; OFFERED → ACCEPTED → SIGNED."""

    DRAFT = "DRAFT", _("Draft")
    SUBMITTED = "SUBMITTED", _("Sent")
    DECIDING = "DECIDING", _("Being decided")
    OFFERED = "OFFERED", _("Offered")
    REFERRED = "REFERRED", _("With a person")
    DECLINED = "DECLINED", _("Declined")
    ACCEPTED = "ACCEPTED", _("Accepted")
    SIGNED = "SIGNED", _("Signed")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")
    EXPIRED = "EXPIRED", _("Expired")


OPEN_STATES = ("DRAFT", "SUBMITTED", "DECIDING", "OFFERED", "REFERRED", "ACCEPTED")


class LoanApplication(models.Model):
    """What a borrower asks for."""

    public_id = models.CharField(_("Number"), max_length=22, unique=True, default=public_ids.new)
    borrower = models.ForeignKey(
        "borrowers.Borrower", verbose_name=_("Borrower"), on_delete=models.PROTECT, related_name="+"
    )
    product = models.ForeignKey(
        "lending.LoanProduct", verbose_name=_("Product"), on_delete=models.PROTECT, related_name="+"
    )
    merchant = models.ForeignKey(
        "lending.Merchant",
        verbose_name=_("School or shop"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    amount_fen = models.BigIntegerField(_("Asked for, in fen"))
    term_months = models.PositiveSmallIntegerField(_("Months"))
    evidence = models.ForeignKey(
        "borrowers.SealedFile",
        verbose_name=_("Proof"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    evidence_checked_at = models.DateTimeField(_("Proof checked"), null=True)
    entitlement = models.ForeignKey(
        "lending.Entitlement",
        verbose_name=_("Discount"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    request_key = models.CharField(max_length=64)
    state = models.CharField(
        _("State"), max_length=10, choices=ApplicationState.choices, default=ApplicationState.DRAFT
    )
    assessment_id = models.BigIntegerField(null=True)
    review_wanted = models.BooleanField(_("Asked for a person"), default=False)
    drafted_at = models.DateTimeField(_("Begun"), db_default=Now())
    # When a page of the draft was kept last: what nobody goes on with ends after a while.
    saved_at = models.DateTimeField(_("Kept"), db_default=Now())
    submitted_at = models.DateTimeField(_("Sent"), null=True)
    decided_at = models.DateTimeField(_("Decided"), null=True)

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        permissions = [("decide_loanapplication", "Can decide a referred application")]
        constraints = [
            models.UniqueConstraint(
                fields=["borrower", "request_key"], name="application_is_drafted_once"
            ),
            models.UniqueConstraint(
                fields=["borrower"],
                condition=models.Q(
                    state__in=["SUBMITTED", "DECIDING", "OFFERED", "REFERRED", "ACCEPTED"]
                ),
                name="application_is_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(amount_fen__gt=0, term_months__gt=0),
                name="application_amount_is_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=ApplicationState.values),
                name="application_state_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class Offer(models.Model):
    """What we would lend, at what price. The cost in it is what the contract will say."""

    public_id = models.CharField(_("Number"), max_length=22, unique=True, default=public_ids.new)
    application = models.OneToOneField(
        LoanApplication,
        verbose_name=_("Application"),
        on_delete=models.PROTECT,
        related_name="offer",
    )
    tier = models.CharField(_("Tier"), max_length=4)
    limit_fen = models.BigIntegerField()
    longest_term_months = models.PositiveSmallIntegerField()
    amount_fen = models.BigIntegerField()
    term_months = models.PositiveSmallIntegerField(_("Months"))
    base_rate_ppm = models.PositiveIntegerField()
    discount_ppm = models.PositiveIntegerField(default=0)
    annual_rate_ppm = models.PositiveIntegerField()
    penalty_rate_ppm = models.PositiveIntegerField()
    grace_days = models.PositiveSmallIntegerField()
    offered_at = models.DateTimeField(_("Offered"), db_default=Now())
    expires_at = models.DateTimeField(_("Good until"))
    accepted_at = models.DateTimeField(_("Accepted"), null=True)

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_fen__gt=0, amount_fen__lte=models.F("limit_fen")),
                name="offer_amount_is_within_its_limit",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    base_rate_ppm=models.F("annual_rate_ppm") + models.F("discount_ppm")
                ),
                name="offer_rate_is_base_less_discount",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class AlternativeKind(models.TextChoices):
    """What one of the choices is good for."""

    ASKED = "ASKED", _("As you asked")
    LONGER = "LONGER", _("Longer, with smaller instalments")
    SMALLER = "SMALLER", _("Less, at a lower cost")


class OfferAlternative(models.Model):
    """One of two or three choices of an offer: an amount and a term, at the offer's price."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="alternatives")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=AlternativeKind.choices)
    amount_fen = models.BigIntegerField()
    term_months = models.PositiveSmallIntegerField(_("Months"))
    accepted_at = models.DateTimeField(_("Accepted"), null=True)

    class Meta:
        verbose_name = _("alternative of an offer")
        verbose_name_plural = _("alternatives of offers")
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "number"], name="offer_alternative_number_is_once"
            ),
            models.UniqueConstraint(
                fields=["offer", "amount_fen", "term_months"],
                name="offer_alternatives_differ",
            ),
            models.UniqueConstraint(
                fields=["offer"],
                condition=models.Q(accepted_at__isnull=False),
                name="offer_alternative_is_accepted_once",
            ),
            models.CheckConstraint(
                condition=models.Q(amount_fen__gt=0, term_months__gt=0, number__range=(1, 3)),
                name="offer_alternative_is_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=AlternativeKind.values),
                name="offer_alternative_kind_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of offer {self.offer_id}"


class CostDisclosure(models.Model):
    """The cost table as it was shown, by hash, and when it was opened and confirmed. Only grows.

    综合融资成本明示表 (rule in force since 2026-08-01): shown with a reading time, confirmed before
    the contract. `step` SHOWN opens the reading time, CONFIRMED ends it.
    """

    offer = models.ForeignKey(
        Offer, verbose_name=_("Offer"), on_delete=models.PROTECT, related_name="disclosures"
    )
    step = models.CharField(_("Step"), max_length=10)
    content = models.JSONField(_("Content"))
    content_sha256 = models.CharField(_("Hash"), max_length=64)
    minimum_seconds = models.PositiveSmallIntegerField(_("Seconds to read"))
    language = models.CharField(_("Language"), max_length=10)
    channel = models.CharField(_("Way in"), max_length=10)
    recorded_at = models.DateTimeField(_("Recorded"), db_default=Now())

    class Meta:
        verbose_name = _("cost disclosure")
        verbose_name_plural = _("cost disclosures")
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "step", "content_sha256"], name="cost_disclosure_step_is_once"
            ),
            models.CheckConstraint(
                condition=models.Q(step__in=["SHOWN", "CONFIRMED"]),
                name="cost_disclosure_step_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.content_sha256[:12]

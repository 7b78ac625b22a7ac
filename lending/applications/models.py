"""Applications, offers and the cost that was shown. States as in DESIGN §4."""

from django.db import models
from django.db.models.functions import Now

from common import public_ids


class ApplicationState(models.TextChoices):
    """DRAFT → SUBMITTED → DECIDING → OFFERED | REFERRED | DECLINED; OFFERED → ACCEPTED → SIGNED."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    DECIDING = "DECIDING"
    OFFERED = "OFFERED"
    REFERRED = "REFERRED"
    DECLINED = "DECLINED"
    ACCEPTED = "ACCEPTED"
    SIGNED = "SIGNED"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"


OPEN_STATES = ("DRAFT", "SUBMITTED", "DECIDING", "OFFERED", "REFERRED", "ACCEPTED")


class LoanApplication(models.Model):
    """What a borrower asks for."""

    public_id = models.CharField(max_length=22, unique=True, default=public_ids.new)
    borrower = models.ForeignKey("borrowers.Borrower", on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey("lending.LoanProduct", on_delete=models.PROTECT, related_name="+")
    merchant = models.ForeignKey(
        "lending.Merchant", null=True, on_delete=models.PROTECT, related_name="+"
    )
    amount_fen = models.BigIntegerField()
    term_months = models.PositiveSmallIntegerField()
    evidence = models.ForeignKey(
        "borrowers.SealedFile", null=True, on_delete=models.PROTECT, related_name="+"
    )
    entitlement = models.ForeignKey(
        "lending.Entitlement", null=True, on_delete=models.PROTECT, related_name="+"
    )
    request_key = models.CharField(max_length=64)
    state = models.CharField(
        max_length=10, choices=ApplicationState.choices, default=ApplicationState.DRAFT
    )
    assessment_id = models.BigIntegerField(null=True)
    review_wanted = models.BooleanField(default=False)
    drafted_at = models.DateTimeField(db_default=Now())
    submitted_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
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

    public_id = models.CharField(max_length=22, unique=True, default=public_ids.new)
    application = models.OneToOneField(
        LoanApplication, on_delete=models.PROTECT, related_name="offer"
    )
    tier = models.CharField(max_length=4)
    limit_fen = models.BigIntegerField()
    longest_term_months = models.PositiveSmallIntegerField()
    amount_fen = models.BigIntegerField()
    term_months = models.PositiveSmallIntegerField()
    base_rate_ppm = models.PositiveIntegerField()
    discount_ppm = models.PositiveIntegerField(default=0)
    annual_rate_ppm = models.PositiveIntegerField()
    penalty_rate_ppm = models.PositiveIntegerField()
    grace_days = models.PositiveSmallIntegerField()
    offered_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)

    class Meta:
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


class CostDisclosure(models.Model):
    """The cost table as it was shown, by hash, and when it was opened and confirmed. Only grows.

    综合融资成本明示表 (rule in force since 2026-08-01): shown with a reading time, confirmed before
    the contract. `step` SHOWN opens the reading time, CONFIRMED ends it.
    """

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="disclosures")
    step = models.CharField(max_length=10)
    content = models.JSONField()
    content_sha256 = models.CharField(max_length=64)
    minimum_seconds = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=10)
    channel = models.CharField(max_length=10)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
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
        return f"{self.step} of offer {self.offer_id}"

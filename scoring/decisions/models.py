"""Assessments and reviews: what was decided, on what, why, and by whom."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common import public_ids


class Outcome(models.TextChoices):
    """What a decision says."""

    OFFERED = "OFFERED", _("Offered")
    REFERRED = "REFERRED", _("Sent to a person")
    DECLINED = "DECLINED", _("Declined")


class Assessment(models.Model):
    """One automated decision, with everything that is needed to repeat it bit for bit."""

    public_id = models.CharField(_("Number"), max_length=22, unique=True, default=public_ids.new)
    # A number, not a key: applications stand above this app and own the other end.
    application_id = models.BigIntegerField(unique=True)
    borrower = models.ForeignKey("borrowers.Borrower", on_delete=models.PROTECT, related_name="+")
    vector = models.ForeignKey("scoring.FeatureVector", on_delete=models.PROTECT, related_name="+")
    model_version = models.ForeignKey(
        "scoring.ModelVersion",
        verbose_name=_("Scorecard"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    policy_version = models.ForeignKey(
        "scoring.PolicyVersion",
        verbose_name=_("Policy"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    # How the application came to its model, where a challenger takes a share.
    split = models.JSONField(null=True)
    request = models.JSONField()
    numbers = models.JSONField()
    outcome = models.CharField(_("Result"), max_length=8, choices=Outcome.choices)
    tier = models.CharField(_("Tier"), max_length=4)
    score = models.SmallIntegerField(_("Score"))
    pd_ppm = models.PositiveIntegerField()
    limit_fen = models.BigIntegerField()
    annual_rate_ppm = models.PositiveIntegerField()
    affordable_instalment_fen = models.BigIntegerField()
    max_term_months = models.PositiveSmallIntegerField(_("Months at most"))
    reasons = models.JSONField()
    policy_trace = models.JSONField()
    decided_at = models.DateTimeField(_("Decided"), db_default=Now())

    class Meta:
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(limit_fen__gte=0, affordable_instalment_fen__gte=0),
                name="assessment_amounts_are_not_negative",
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome="DECLINED") | ~models.Q(reasons=[]),
                name="assessment_decline_has_reasons",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class ModelScore(models.Model):
    """What one living version said of a decided application, or how it failed. Only grows."""

    assessment = models.ForeignKey(
        Assessment, on_delete=models.PROTECT, related_name="model_scores"
    )
    model_version = models.ForeignKey(
        "scoring.ModelVersion", on_delete=models.PROTECT, related_name="+"
    )
    score = models.SmallIntegerField(null=True)
    pd_ppm = models.PositiveIntegerField(null=True)
    failure = models.CharField(max_length=40, blank=True, default="")
    rated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "model_version"], name="model_score_is_given_once"
            ),
            models.CheckConstraint(
                condition=models.Q(failure="", score__isnull=False, pd_ppm__isnull=False)
                | ~models.Q(failure="") & models.Q(score=None, pd_ppm=None),
                name="model_score_is_whole_or_failed",
            ),
            models.CheckConstraint(
                condition=models.Q(pd_ppm=None) | models.Q(pd_ppm__lte=1_000_000),
                name="model_score_is_a_probability",
            ),
        ]
        indexes = [
            models.Index(fields=["model_version", "rated_at"], name="model_score_by_version")
        ]

    def __str__(self) -> str:
        return f"{self.model_version_id} on {self.assessment_id}"


class Review(models.Model):
    """A person's decision over an assessment. Final: a second one needs a new application."""

    assessment = models.OneToOneField(Assessment, on_delete=models.PROTECT, related_name="review")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    reason_code = models.CharField(max_length=40)
    # The words about a person are a sealed file; here stands only its id.
    note = models.ForeignKey(
        "borrowers.SealedFile", null=True, on_delete=models.PROTECT, related_name="+"
    )
    limit_fen = models.BigIntegerField()
    annual_rate_ppm = models.PositiveIntegerField()
    reviewed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome__in=["OFFERED", "DECLINED"]),
                name="review_is_final",
            ),
        ]

    def __str__(self) -> str:
        return f"review of {self.assessment_id}"

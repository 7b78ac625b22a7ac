"""What the watch on models found, day by day, and what somebody has to look at."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common.rates import PPM
from scoring.oversight import contracts


class WatchLevel(models.TextChoices):
    """What a figure asks for."""

    GOOD = contracts.Level.GOOD, _("In order")
    WARN = contracts.Level.WARN, _("Look at it")
    ACT = contracts.Level.ACT, _("Act")
    NOT_ENOUGH = contracts.Level.NOT_ENOUGH, _("Not enough cases")


class WatchReference(models.Model):
    """How those looked on whom a model is measured: counts in bins, and nobody's figures."""

    model_version = models.OneToOneField(
        "scoring.ModelVersion", on_delete=models.PROTECT, related_name="+"
    )
    made_on = models.DateField()
    cases = models.PositiveIntegerField()
    # By name of the feature, the score under its own: where bins begin, and how many were in each.
    bins = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"reference of {self.model_version_id}"


class ModelWatch(models.Model):
    """One figure of one model on one day; where there is none, the row says why."""

    model_version = models.ForeignKey(
        "scoring.ModelVersion",
        verbose_name=_("Scorecard"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    on_date = models.DateField(_("Day"))
    measure = models.CharField(_("Measure"), max_length=30)
    segment = models.CharField(_("Of"), max_length=120, blank=True, default="")
    value_ppm = models.BigIntegerField(_("Figure"), null=True)
    cases = models.PositiveIntegerField(_("Cases"))
    lack = models.CharField(max_length=20, blank=True, default="")
    level = models.CharField(_("Level"), max_length=10, choices=WatchLevel.choices)
    detail = models.JSONField(default=dict)
    measured_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("figure of a model")
        verbose_name_plural = _("watch on models")
        permissions = [
            ("view_drift", "Can look at drift"),
            ("view_calibration", "Can look at calibration"),
            ("view_comparison", "Can look at champion and challenger"),
            ("view_fairness", "Can look at fairness"),
            ("view_sources", "Can look at what sources are worth"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["model_version", "on_date", "measure", "segment"],
                name="model_watch_is_measured_once",
            ),
            models.CheckConstraint(
                condition=models.Q(value_ppm__isnull=False, lack="")
                | models.Q(value_ppm__isnull=True) & ~models.Q(lack=""),
                name="model_watch_has_a_figure_or_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(level__in=["GOOD", "WARN", "ACT", "NOT_ENOUGH"]),
                name="model_watch_level_is_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["model_version", "measure", "on_date"], name="model_watch_over_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.segment} {self.on_date}"

    @property
    def value(self) -> float | None:
        """The figure as a share."""
        return None if self.value_ppm is None else self.value_ppm / PPM


class ModelAlarm(models.Model):
    """A figure that somebody has to look at; one person saying so is enough."""

    watch = models.OneToOneField(ModelWatch, on_delete=models.PROTECT, related_name="alarm")
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    acknowledged_at = models.DateTimeField(_("Seen"), null=True)
    raised_at = models.DateTimeField(_("Raised"), db_default=Now())

    class Meta:
        verbose_name = _("alarm of a model")
        verbose_name_plural = _("alarms of models")
        permissions = [("acknowledge_modelalarm", "Can say that an alarm was seen")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(acknowledged_by=None, acknowledged_at=None)
                | models.Q(acknowledged_by__isnull=False, acknowledged_at__isnull=False),
                name="model_alarm_is_seen_by_somebody_or_nobody",
            ),
        ]

    def __str__(self) -> str:
        return f"alarm {self.pk}"

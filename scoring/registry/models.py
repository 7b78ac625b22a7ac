"""Model versions: plain-JSON artefacts that can be evaluated again years later."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class ModelState(models.TextChoices):
    """Where a version stands in its life."""

    DRAFT = "DRAFT", _("Draft")
    CHAMPION = "CHAMPION", _("In force")
    RETIRED = "RETIRED", _("Retired")


class ModelVersion(models.Model):
    """One scorecard, by the hash of its artefact."""

    version = models.CharField(_("Version"), max_length=40, unique=True)
    kind = models.CharField(_("Kind"), max_length=20)
    artefact = models.JSONField()
    sha256 = models.CharField(_("Hash"), max_length=64, unique=True)
    state = models.CharField(
        _("State"), max_length=10, choices=ModelState.choices, default=ModelState.DRAFT
    )
    registered_at = models.DateTimeField(_("Registered"), db_default=Now())

    class Meta:
        verbose_name = _("scorecard")
        verbose_name_plural = _("scorecards")
        constraints = [
            models.UniqueConstraint(
                fields=["state"],
                condition=models.Q(state="CHAMPION"),
                name="model_version_has_one_champion",
            ),
        ]

    def __str__(self) -> str:
        return self.version

"""Policy versions: decision tables, immutable once published."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class PolicyState(models.TextChoices):
    """Where a version stands in its life."""

    DRAFT = "DRAFT", _("Draft")
    PUBLISHED = "PUBLISHED", _("In force")
    RETIRED = "RETIRED", _("Retired")


class PolicyVersion(models.Model):
    """One set of decision tables, by its hash."""

    version = models.CharField(_("Version"), max_length=40, unique=True)
    content = models.JSONField()
    sha256 = models.CharField(_("Hash"), max_length=64, unique=True)
    state = models.CharField(
        _("State"), max_length=10, choices=PolicyState.choices, default=PolicyState.DRAFT
    )
    registered_at = models.DateTimeField(_("Registered"), db_default=Now())

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        constraints = [
            models.UniqueConstraint(
                fields=["state"],
                condition=models.Q(state="PUBLISHED"),
                name="policy_version_has_one_published",
            ),
        ]

    def __str__(self) -> str:
        return self.version

"""Model versions: plain-JSON artefacts that can be evaluated again years later."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common.approvals.models import Proposal, four_eyes
from scoring.registry.life.split import LARGEST_SHARE_PPM


class ModelState(models.TextChoices):
    """Where a version stands in its life."""

    DRAFT = "DRAFT", _("Draft")
    SHADOW = "SHADOW", _("In the shadow")
    CHALLENGER = "CHALLENGER", _("Challenger")
    CHAMPION = "CHAMPION", _("In force")
    RETIRED = "RETIRED", _("Retired")


class ModelVersion(models.Model):
    """One model, by the hash of its artefact."""

    version = models.CharField(_("Version"), max_length=40, unique=True)
    kind = models.CharField(_("Kind"), max_length=20)
    artefact = models.JSONField()
    sha256 = models.CharField(_("Hash"), max_length=64, unique=True)
    # Of the table that it learned from; empty where nothing was learned.
    data_sha256 = models.CharField(_("Hash of the data"), max_length=64, blank=True, default="")
    state = models.CharField(
        _("State"), max_length=10, choices=ModelState.choices, default=ModelState.DRAFT
    )
    share_ppm = models.PositiveIntegerField(default=0, db_default=0)
    # Who registered it; the platform's own have nobody.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    registered_at = models.DateTimeField(_("Registered"), db_default=Now())

    class Meta:
        verbose_name = _("scorecard")
        verbose_name_plural = _("scorecards")
        permissions = [
            ("propose_modelversion", "Can register a model and propose its next step"),
            ("approve_modelversion", "Can approve a step of a model of somebody else"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["state"],
                condition=models.Q(state="CHAMPION"),
                name="model_version_has_one_champion",
            ),
            models.UniqueConstraint(
                fields=["state"],
                condition=models.Q(share_ppm__gt=0),
                name="model_version_has_one_challenger_in_traffic",
            ),
            models.CheckConstraint(
                condition=models.Q(share_ppm=0)
                | models.Q(state="CHALLENGER", share_ppm__lte=LARGEST_SHARE_PPM),
                name="model_version_share_is_a_challengers",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["DRAFT", "SHADOW", "CHALLENGER", "CHAMPION", "RETIRED"]
                ),
                name="model_version_state_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.version


class ModelProposal(Proposal):
    """One wish to move a version on: its author, and the other person who decided."""

    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="proposals")
    to_state = models.CharField(max_length=10, choices=ModelState.choices)
    share_ppm = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version"],
                condition=models.Q(state="PROPOSED"),
                name="model_proposal_is_open_once",
            ),
            *four_eyes(
                not_the_author="model_approver_is_not_the_author",
                decided="model_proposal_decided_has_an_approver",
            ),
        ]

    def __str__(self) -> str:
        return f"proposal {self.pk} of {self.version_id}"


class ModelStep(models.Model):
    """One step of a version's life: from where to where, when, and by whom. Only grows."""

    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="steps")
    from_state = models.CharField(max_length=10, choices=ModelState.choices)
    to_state = models.CharField(max_length=10, choices=ModelState.choices)
    share_ppm = models.PositiveIntegerField(default=0)
    proposal = models.ForeignKey(
        ModelProposal, null=True, on_delete=models.PROTECT, related_name="+"
    )
    # Nobody: the platform itself.
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    # Taken from force because it was bad: a later rollback does not lead here again.
    is_rolled_back = models.BooleanField(default=False)
    taken_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.version_id}: {self.from_state} to {self.to_state}"

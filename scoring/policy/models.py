"""Policy versions: decision tables, immutable once published."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common.approvals.models import Proposal, four_eyes


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
    # Who wrote it; the platform's own have nobody.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    registered_at = models.DateTimeField(_("Registered"), db_default=Now())

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        permissions = [
            ("propose_policyversion", "Can write a policy and propose it"),
            ("approve_policyversion", "Can approve a policy of somebody else"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["state"],
                condition=models.Q(state="PUBLISHED"),
                name="policy_version_has_one_published",
            ),
        ]

    def __str__(self) -> str:
        return self.version


class PolicyCase(models.Model):
    """A test of a draft: what is put in, and what must come out. Added, never changed."""

    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="cases")
    name = models.CharField(max_length=80)
    inputs = models.JSONField()
    outcome = models.CharField(max_length=8)
    tier = models.CharField(max_length=1)
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "name"], name="policy_case_has_one_name"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["OFFERED", "REFERRED", "DECLINED"]),
                name="policy_case_outcome_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id}:{self.name}"


class PolicyProposal(Proposal):
    """One wish to put a version in force: its author, and the other person who decided."""

    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="proposals")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version"],
                condition=models.Q(state="PROPOSED"),
                name="policy_proposal_is_open_once",
            ),
            *four_eyes(
                not_the_author="policy_approver_is_not_the_author",
                decided="policy_proposal_decided_has_an_approver",
            ),
        ]

    def __str__(self) -> str:
        return f"proposal {self.pk} of {self.version_id}"

"""A wish to pay an account under another name at a gateway: by two people, and not at once."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.approvals.models import Proposal, four_eyes
from common.crypto.fields import SealedCharField, sealed_check
from lending.channels.models import ChannelCode


class PayeeChange(Proposal):
    """One wish. Approved, it counts from `counts_from` on, unless somebody stops it before."""

    channel = models.CharField(_("Channel"), max_length=20, choices=ChannelCode.choices)
    account = models.CharField(_("Account"), max_length=64, db_index=True)
    identity = SealedCharField(max_length=128, context="payee_change.identity", key_field=None)
    name = SealedCharField(max_length=64, context="payee_change.name", key_field=None)
    reason = models.CharField(_("Why"), max_length=30)
    counts_from = models.DateTimeField(_("Counts from"), null=True)
    stopped_at = models.DateTimeField(_("Stopped"), null=True)

    class Meta:
        verbose_name = _("change of a payee")
        verbose_name_plural = _("changes of payees")
        permissions = [
            ("propose_payeechange", "Can ask for another payee at a gateway"),
            ("approve_payeechange", "Can approve another payee at a gateway"),
        ]
        constraints = [
            sealed_check("identity", None),
            sealed_check("name", None),
            models.UniqueConstraint(
                fields=["channel", "account"],
                condition=models.Q(state="PROPOSED"),
                name="payee_change_is_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(counts_from__isnull=False)
                | ~models.Q(state="APPROVED") & models.Q(stopped_at=None),
                name="payee_change_counts_from_some_day",
            ),
            *four_eyes(
                not_the_author="payee_change_approver_is_not_the_author",
                decided="payee_change_decided_has_an_approver",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.account}"

"""What a person wants to become of returned money that matched no loan. Another one decides."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.approvals.models import Proposal, four_eyes
from lending.channels.models import ParkedNotice
from lending.loans.models import Loan


class ReturnProposal(Proposal):
    """One wish to book parked money on a loan; once approved, the bank is asked about it again."""

    parked = models.ForeignKey(ParkedNotice, on_delete=models.PROTECT, related_name="proposals")
    loan = models.ForeignKey(
        Loan, verbose_name=_("Loan"), on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("assignment of returned money")
        verbose_name_plural = _("assignments of returned money")
        permissions = [
            ("propose_returnproposal", "Can propose on which loan returned money is booked"),
            ("approve_returnproposal", "Can approve on which loan returned money is booked"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["parked"],
                condition=models.Q(state="PROPOSED"),
                name="return_proposal_is_open_once",
            ),
            *four_eyes(
                not_the_author="return_approver_is_not_the_author",
                decided="return_proposal_decided_has_an_approver",
            ),
        ]

    def __str__(self) -> str:
        return f"assignment {self.pk} of {self.parked_id}"

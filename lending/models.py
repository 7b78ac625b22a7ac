"""Every table of this app."""

from lending.applications.models import CostDisclosure, LoanApplication, Offer
from lending.channels.models import ChannelEvent, ChannelPayee, ParkedNotice, Transfer
from lending.closing.models import ClosingRange, LoanSnapshot, QuarantinedLoan
from lending.ledger.models import LedgerAccount, LedgerEntry, LedgerPosting
from lending.loans.models import AssetOwnership, Instalment, Loan, LoanContract, LoanTransaction
from lending.products.models import LoanProduct, Merchant, ProductProposal, SceneEvidence
from lending.rewards.models import (
    Benefit,
    Entitlement,
    Fulfilment,
    InstalmentOutcome,
    PartnerStatement,
    PointsAccount,
    PointsEntry,
    PointsGrant,
    PointsLot,
    RewardPartner,
    RewardProgramme,
    RewardsDay,
    TierMembership,
)
from lending.servicing.models import LoanChange, LoanCourse

__all__ = [
    "AssetOwnership", "Benefit", "ChannelEvent", "ChannelPayee", "ClosingRange", "CostDisclosure",
    "Entitlement", "Fulfilment", "Instalment", "InstalmentOutcome", "LedgerAccount",
    "LedgerEntry", "LedgerPosting", "Loan", "LoanApplication", "LoanChange", "LoanContract",
    "LoanCourse", "LoanProduct", "LoanSnapshot", "LoanTransaction", "Merchant", "Offer",
    "ParkedNotice", "PartnerStatement", "PointsAccount", "PointsEntry", "PointsGrant", "PointsLot",
    "ProductProposal", "QuarantinedLoan", "RewardPartner", "RewardProgramme", "RewardsDay",
    "SceneEvidence", "TierMembership", "Transfer",
]  # fmt: skip

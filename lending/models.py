"""Every table of this app."""

from lending.applications.models import CostDisclosure, LoanApplication, Offer
from lending.channels.models import ChannelEvent, Transfer
from lending.closing.models import ClosingRange, LoanSnapshot, QuarantinedLoan
from lending.ledger.models import LedgerAccount, LedgerEntry, LedgerPosting
from lending.loans.models import AssetOwnership, Instalment, Loan, LoanContract, LoanTransaction
from lending.products.models import LoanProduct, Merchant, ProductProposal, SceneEvidence
from lending.rewards.models import Entitlement, PointsAccount, PointsEntry, PointsLot
from lending.servicing.models import LoanChange, LoanCourse

__all__ = [
    "AssetOwnership", "ChannelEvent", "ClosingRange", "CostDisclosure", "Entitlement", "Instalment",
    "LedgerAccount", "LedgerEntry", "LedgerPosting", "Loan", "LoanApplication", "LoanChange",
    "LoanContract",
    "LoanCourse", "LoanProduct", "LoanSnapshot", "LoanTransaction", "Merchant", "Offer",
    "PointsAccount", "PointsEntry", "PointsLot", "ProductProposal", "QuarantinedLoan",
    "SceneEvidence", "Transfer",
]  # fmt: skip

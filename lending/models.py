"""Every table of this app."""

from lending.applications.models import CostDisclosure, LoanApplication, Offer
from lending.channels.models import ChannelEvent, Transfer
from lending.ledger.models import LedgerAccount, LedgerEntry, LedgerPosting
from lending.loans.models import AssetOwnership, Instalment, Loan, LoanContract, LoanTransaction
from lending.products.models import LoanProduct, Merchant
from lending.rewards.models import Entitlement, PointsAccount, PointsEntry, PointsLot

__all__ = [
    "AssetOwnership", "ChannelEvent", "CostDisclosure", "Entitlement", "Instalment",
    "LedgerAccount", "LedgerEntry", "LedgerPosting", "Loan", "LoanApplication", "LoanContract",
    "LoanProduct", "LoanTransaction", "Merchant", "Offer", "PointsAccount", "PointsEntry",
    "PointsLot", "Transfer",
]  # fmt: skip

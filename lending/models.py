"""Every table of this app."""

from lending.applications.models import CostDisclosure, LoanApplication, Offer, OfferAlternative
from lending.channels.models import ChannelEvent, ChannelPayee, ParkedNotice, Transfer
from lending.channels.payees.models import PayeeChange
from lending.closing.models import ClosingRange, LoanSnapshot, QuarantinedLoan
from lending.ledger.models import LedgerAccount, LedgerEntry, LedgerPosting
from lending.lines.models import CreditLine, LineMovement, LineProposal
from lending.loans.models import AssetOwnership, Instalment, Loan, LoanContract, LoanTransaction
from lending.mandates.models import DebitRound, DebitTry, DirectDebit, Mandate
from lending.papers.models import SealedPaper
from lending.products.models import LoanProduct, Merchant, ProductProposal, SceneEvidence
from lending.reconciliation.models import (
    BankLine,
    BankMatch,
    BreakProposal,
    BreakStep,
    ReconciledDay,
    StatementBreak,
)
from lending.returns.models import ReturnProposal
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
from lending.servicing.models import LoanChange, LoanCourse, LoanRequest

__all__ = [
    "AssetOwnership", "BankLine", "BankMatch", "Benefit", "BreakProposal", "BreakStep",
    "ChannelEvent", "ChannelPayee", "ClosingRange", "CostDisclosure", "CreditLine",
    "DebitRound", "DebitTry", "DirectDebit", "Entitlement", "Fulfilment", "Instalment",
    "InstalmentOutcome", "LedgerAccount", "LedgerEntry", "LedgerPosting", "LineMovement",
    "LineProposal", "Loan", "LoanApplication", "LoanChange", "LoanContract", "LoanCourse",
    "LoanProduct", "LoanRequest", "LoanSnapshot", "LoanTransaction", "Mandate", "Merchant", "Offer",
    "OfferAlternative", "ParkedNotice", "PartnerStatement", "PayeeChange", "PointsAccount",
    "PointsEntry", "PointsGrant", "PointsLot", "ProductProposal", "QuarantinedLoan",
    "ReconciledDay", "ReturnProposal", "RewardPartner", "RewardProgramme", "RewardsDay",
    "SceneEvidence", "SealedPaper", "StatementBreak", "TierMembership", "Transfer",
]  # fmt: skip

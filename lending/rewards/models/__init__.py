"""Every table of rewards."""

from lending.rewards.models.accounts import (
    GrantReason,
    GrantState,
    PointsAccount,
    PointsEntry,
    PointsGrant,
    PointsLot,
    RewardsDay,
)
from lending.rewards.models.catalogue import (
    Benefit,
    BenefitKind,
    Entitlement,
    EntitlementState,
    Fulfilment,
    FulfilmentState,
    PartnerStatement,
    RewardPartner,
    StatementState,
)
from lending.rewards.models.programmes import (
    InstalmentOutcome,
    ProgrammeState,
    RewardProgramme,
    TierMembership,
)

__all__ = [
    "Benefit",
    "BenefitKind",
    "Entitlement",
    "EntitlementState",
    "Fulfilment",
    "FulfilmentState",
    "GrantReason",
    "GrantState",
    "InstalmentOutcome",
    "PartnerStatement",
    "PointsAccount",
    "PointsEntry",
    "PointsGrant",
    "PointsLot",
    "ProgrammeState",
    "RewardPartner",
    "RewardProgramme",
    "RewardsDay",
    "StatementState",
    "TierMembership",
]

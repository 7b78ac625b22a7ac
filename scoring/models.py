"""Every table of this app."""

from scoring.decisions.models import Assessment, ModelScore, Review
from scoring.features.models import FeatureSnapshot, FeatureVector
from scoring.graph.models import (
    FraudClaim,
    LinkedCase,
    MemberApplication,
    MemberMark,
    MemberTransfer,
)
from scoring.policy.models import PolicyCase, PolicyProposal, PolicyVersion
from scoring.registry.models import ModelProposal, ModelStep, ModelVersion

__all__ = [
    "Assessment",
    "FeatureSnapshot",
    "FeatureVector",
    "ModelProposal",
    "ModelScore",
    "ModelStep",
    "FraudClaim",
    "LinkedCase",
    "MemberApplication",
    "MemberMark",
    "MemberTransfer",
    "ModelVersion",
    "PolicyCase",
    "PolicyProposal",
    "PolicyVersion",
    "Review",
]

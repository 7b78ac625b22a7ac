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
from scoring.training.labels.models import TrainingLabel

__all__ = [
    "Assessment",
    "FeatureSnapshot",
    "FeatureVector",
    "FraudClaim",
    "LinkedCase",
    "MemberApplication",
    "MemberMark",
    "MemberTransfer",
    "ModelProposal",
    "ModelScore",
    "ModelStep",
    "ModelVersion",
    "PolicyCase",
    "PolicyProposal",
    "PolicyVersion",
    "Review",
    "TrainingLabel",
]

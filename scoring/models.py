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
from scoring.oversight.models import ModelAlarm, ModelWatch, WatchReference
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
    "ModelAlarm",
    "ModelProposal",
    "ModelScore",
    "ModelStep",
    "ModelVersion",
    "ModelWatch",
    "PolicyCase",
    "PolicyProposal",
    "PolicyVersion",
    "Review",
    "TrainingLabel",
    "WatchReference",
]

"""Every table of this app."""

from scoring.decisions.models import Assessment, Review
from scoring.features.models import FeatureSnapshot, FeatureVector
from scoring.policy.models import PolicyCase, PolicyProposal, PolicyVersion
from scoring.registry.models import ModelVersion

__all__ = [
    "Assessment",
    "FeatureSnapshot",
    "FeatureVector",
    "ModelVersion",
    "PolicyCase",
    "PolicyProposal",
    "PolicyVersion",
    "Review",
]

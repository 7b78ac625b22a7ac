"""Spending: how much, how steady, on what, and what is left of the income."""

import numpy as np

from borrowers.behaviour.contracts import Category, Direction
from scoring.features.frame import (
    SPENDING,
    Frame,
    Mask,
    Numbers,
    added,
    known,
    ratio,
    variation,
)

MINIMUM_PURCHASES = 10
MINIMUM_PERIODS = 3
ESSENTIAL = frozenset(
    {
        Category.GROCERIES,
        Category.TRANSPORT,
        Category.UTILITIES_TELECOM,
        Category.HOUSING,
        Category.EDUCATION,
    }
)
SCENES = sorted(SPENDING - {Category.UNKNOWN})


def features(frame: Frame, income_monthly_fen: Numbers) -> dict[str, Numbers]:
    """Net of refunds; NaN where fewer than ten purchases are seen."""
    enough = enough_purchases(frame, days=90)
    monthly = known(np.maximum(added(frame.spending_fen[:, :3]), 0) / frame.months, enough)
    surplus = income_monthly_fen - monthly - _sent_monthly_fen(frame)
    steady = np.maximum(frame.spending_fen, 0)
    changing = variation(steady, frame.seen_periods(), at_least=MINIMUM_PERIODS)
    return {
        "spending_monthly_90d": monthly,
        "spending_variation_180d": known(changing, enough),
        "surplus_monthly_90d": surplus,
        "cover_90d": _cover(surplus, income_monthly_fen),
        "essential_share_90d": _share_of_spending(frame, frame.among(ESSENTIAL), days=90),
        "scene_diversity_180d": _diversity(frame),
    }


def enough_purchases(frame: Frame, *, days: int) -> Mask:
    """Are there purchases enough to speak of habits?"""
    return frame.count(frame.spending, days=days) >= MINIMUM_PURCHASES


def _sent_monthly_fen(frame: Frame) -> Numbers:
    """What goes to people beyond what comes from them.

    Repaying a debt is no spending: the instalments of loans that run are held against the income
    where a limit is set, and those that are paid weigh on nobody.
    """
    social = frame.recorded & (frame.category == Category.TRANSFER_SOCIAL)
    sent = frame.total(social & (frame.direction == Direction.OUT), days=90)
    received = frame.total(social & (frame.direction == Direction.IN), days=90)
    return np.maximum(sent - received, 0) / frame.months


def _cover(surplus_fen: Numbers, income_fen: Numbers) -> Numbers:
    """The share of the income that is left over, from -1 to 1."""
    share = np.clip(ratio(surplus_fen, income_fen), -1.0, 1.0)
    return np.where((income_fen == 0) & ~np.isnan(surplus_fen), -1.0, share)


def _share_of_spending(frame: Frame, chosen: Mask, *, days: int) -> Numbers:
    part = frame.total(frame.spending & chosen, days=days)
    whole = frame.total(frame.spending, days=days)
    return ratio(part, whole, where=enough_purchases(frame, days=days))


def _diversity(frame: Frame) -> Numbers:
    """Entropy of the spending over the scenes: 0 for one scene, 1 for all alike."""
    sums = frame.by_scene(frame.spending, days=180)[:, SCENES]
    enough = enough_purchases(frame, days=180)
    shares = ratio(sums, np.broadcast_to(added(sums)[:, None], sums.shape))
    parts = np.where(shares > 0, -shares * np.log(np.where(shares > 0, shares, 1.0)), 0.0)
    return known(added(parts) / np.log(len(SCENES)), enough & (added(sums) > 0))

"""Checks over points: balance = entries = lots, never below zero (DESIGN §5 invariant 11)."""

from collections.abc import Iterator

from django.db.models import Sum

from lending.rewards.models import PointsAccount


def breaches() -> Iterator[str]:
    """One sentence for every account whose three sums differ."""
    for account in PointsAccount.objects.order_by("pk").iterator():
        entries = account.entries.aggregate(total=Sum("points"))["total"] or 0
        lots = account.lots.aggregate(total=Sum("remaining"))["total"] or 0
        if not account.balance == entries == lots:
            yield f"points account {account.pk}: {account.balance}, {entries}, {lots}"

"""Deciding again what was decided, from nothing but what was kept, and telling every difference."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from django.db.models import Q, QuerySet

from common.errors import NotFound
from scoring.decisions import queries
from scoring.decisions.contracts import Replayed, Verdict
from scoring.decisions.models import Assessment
from scoring.features.queries import VectorErased, VectorIsDamaged
from scoring.policy.table import PolicyIsDamaged
from scoring.registry.artefact import ModelDamaged

AT_ONCE = 500
# What comes of kept JSON that somebody wrote over.
FAULTS = (LookupError, TypeError, ValueError, AttributeError)


def of(*, public_id: str = "", application_id: int | None = None) -> Replayed:
    """One decision replayed, by its own number or its application's. Raises NotFound."""
    is_it = Q(public_id=public_id) if public_id else Q(application_id=application_id)
    row = _whole().filter(is_it).first()
    if row is None:
        raise NotFound
    return replayed(row)


def count() -> int:
    """How many decisions there are to replay."""
    return Assessment.objects.count()


def latest(number: int | None = None) -> Iterator[Replayed]:
    """The latest decisions replayed, the latest first; without a number all of them."""
    left, before = number, None
    while left is None or left > 0:
        size = AT_ONCE if left is None else min(AT_ONCE, left)
        rows = _whole().order_by("-pk")
        found = list((rows if before is None else rows.filter(pk__lt=before))[:size])
        if not found:
            return
        yield from map(replayed, found)
        before = found[-1].pk
        left = None if left is None else left - len(found)


def replayed(row: Assessment) -> Replayed:
    """A kept decision against the one that its vector, model and policy give again."""
    try:
        again = queries.replayed_verdict(row)
        differences = tuple(_differences(queries.verdict_in(row), again))
    except VectorErased:
        return Replayed(row.public_id, "ERASED", (), row.vector.commitment)
    except (VectorIsDamaged, ModelDamaged, PolicyIsDamaged) as damage:
        return Replayed(row.public_id, "DAMAGED", (str(damage),), row.vector.commitment)
    except FAULTS as fault:
        what = f"{type(fault).__name__}: something that was kept has another shape"
        return Replayed(row.public_id, "DAMAGED", (what,), row.vector.commitment)
    outcome: Any = "DIFFERS" if differences else "IDENTICAL"
    return Replayed(row.public_id, outcome, differences, row.vector.commitment)


def _whole() -> QuerySet[Assessment]:
    return queries.kept().select_related("vector")


def _differences(then: Verdict, now: Verdict) -> Iterator[str]:
    for each in fields(Verdict):
        before, after = getattr(then, each.name), getattr(now, each.name)
        if before != after:
            yield f"{each.name}: {before!r} was decided, {after!r} comes out"

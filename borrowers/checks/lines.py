"""Lines that a person leaves out or disputes, and categories that are corrected.

Leaving out what was earned works at once, and a person looks before a case is decided on it.
Leaving out what was spent or owed would make somebody look better: it waits for a person.
"""

from datetime import datetime

from borrowers.behaviour.contracts import (
    Category,
    Direction,
    EventKey,
    MarkKind,
    MarkState,
    Source,
)
from borrowers.behaviour.models import EventMark
from borrowers.behaviour.tables.events import Stored, one, recategorise
from borrowers.behaviour.tables.links import instant
from borrowers.checks.models import LabelProposal, LabelState
from borrowers.checks.refusals import AlreadyDecided, OwnLoanLine, SameCategory
from borrowers.people.locks import lock
from common.actors import Actor
from common.audit import actions as audit
from common.errors import NotFound
from common.transactions import durable

# What a person earns or is given: without it they look poorer, whatever else is true.
_EARNED = frozenset({Category.INCOME_SALARY, Category.INCOME_OTHER, Category.TRANSFER_SOCIAL})


@durable
def exclude(*, borrower_id: int, event: EventKey, by: Actor) -> str:
    """Leave a line out; its public id. Asked again, the first answer stands.

    Raises NotFound for a line that is not the person's, OwnLoanLine.
    """
    return _mark(borrower_id, event, MarkKind.EXCLUDED, by)


@durable
def dispute(*, borrower_id: int, event: EventKey, by: Actor) -> str:
    """Say that a line is wrong. It is counted until a person of ours has looked.

    Raises NotFound, OwnLoanLine.
    """
    return _mark(borrower_id, event, MarkKind.DISPUTED, by)


@durable
def call_duplicate(*, borrower_id: int, event: EventKey, by: Actor) -> str:
    """Say that a line tells again of what another one told. Raises NotFound, OwnLoanLine."""
    return _mark(borrower_id, event, MarkKind.DUPLICATE, by)


@durable
def decide(*, public_id: str, is_granted: bool, by: Actor, at: datetime) -> None:
    """Grant or refuse what a person said of a line. Raises NotFound, AlreadyDecided."""
    found = EventMark.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    lock(found.borrower_id)
    mark = EventMark.objects.get(pk=found.pk)
    if mark.state != MarkState.ASKED:
        raise AlreadyDecided
    state = MarkState.GRANTED if is_granted else MarkState.REFUSED
    mark.state, mark.decided_by_id, mark.decided_at = state, by.account_id, at
    mark.save(update_fields=["state", "decided_by", "decided_at"])
    _note(f"mark_{state.name.lower()}", mark.public_id, by, {"kind": MarkKind(mark.kind).name})


@durable
def propose_label(*, borrower_id: int, event: EventKey, category: Category, by: Actor) -> str:
    """Say which category a payment belongs to; its public id. Nothing changes until the review.

    Raises NotFound, OwnLoanLine, SameCategory.
    """
    lock(borrower_id)
    line = _line(borrower_id, event)
    if line.source is Source.OWN_LOANS:
        raise OwnLoanLine
    if line.category == category:
        raise SameCategory
    waiting = LabelProposal.objects.filter(
        borrower_id=borrower_id,
        occurred_at=instant(event.microseconds),
        ext=event.ext,
        state=LabelState.PROPOSED,
    ).first()
    if waiting is not None and waiting.category == category:
        return waiting.public_id
    if waiting is not None:
        raise AlreadyDecided
    label = LabelProposal.objects.create(
        borrower_id=borrower_id,
        occurred_at=instant(event.microseconds),
        ext=event.ext,
        was=line.category,
        category=category,
        proposed_by_id=by.account_id,
    )
    _note("label_proposed", label.public_id, by, {"category": category.name})
    return label.public_id


@durable
def review_label(*, public_id: str, is_accepted: bool, by: Actor, at: datetime) -> None:
    """Accept a category into the training set and onto its payment, or reject it.

    Raises NotFound, AlreadyDecided.
    """
    found = LabelProposal.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    lock(found.borrower_id)
    label = LabelProposal.objects.get(pk=found.pk)
    if label.state != LabelState.PROPOSED:
        raise AlreadyDecided
    label.state = LabelState.ACCEPTED if is_accepted else LabelState.REJECTED
    label.decided_by_id, label.decided_at = by.account_id, at
    label.save(update_fields=["state", "decided_by", "decided_at"])
    if is_accepted:
        recategorise(label.borrower_id, label.occurred_at, label.ext, Category(label.category))
    state = LabelState(label.state).name.lower()
    _note(f"label_{state}", label.public_id, by, {"category": Category(label.category).name})


def works_at_once(line: Stored) -> bool:
    """Whether leaving the line out can only make the person look poorer."""
    return line.direction is Direction.IN and line.category in _EARNED


def _mark(borrower_id: int, event: EventKey, kind: MarkKind, by: Actor) -> str:
    lock(borrower_id)
    line = _line(borrower_id, event)
    if line.source is Source.OWN_LOANS:
        raise OwnLoanLine
    mark, is_new = EventMark.objects.get_or_create(
        borrower_id=borrower_id,
        occurred_at=instant(event.microseconds),
        ext=event.ext,
        kind=kind,
        defaults={"is_at_once": kind is MarkKind.EXCLUDED and works_at_once(line)},
    )
    if is_new:
        _note("line_marked", mark.public_id, by, {"kind": kind.name})
    return mark.public_id


def _line(borrower_id: int, event: EventKey) -> Stored:
    line = one(borrower_id, instant(event.microseconds), event.ext)
    if line is None:
        raise NotFound
    return line


def _note(what: str, public_id: str, by: Actor, facts: dict[str, str]) -> None:
    audit.append(action=f"borrowers.{what}", subject=f"line:{public_id}", by=by, facts=facts)

"""Recording outcomes: each once, none before it is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

from common.actors import Actor
from common.audit import actions as audit
from common.errors import Refused
from common.texts import gettext_noop
from common.transactions import durable
from scoring.training.labels.models import LabelCause, TrainingLabel

BATCH_ROWS = 1_000


class LabelNotMatured(Refused):
    """An outcome is not known before its horizon has passed."""

    code = "LABEL_NOT_MATURED"
    message = gettext_noop("An outcome is not known before %(matured_on)s.")
    advice = gettext_noop("Record it when its time has passed.")


class LabelContradicts(Refused):
    """The same loan cannot have ended in two ways."""

    code = "LABEL_CONTRADICTS"
    message = gettext_noop("Another outcome stands already for the same loan.")
    advice = gettext_noop("Find out which of the two is right, and leave the other one out.")


@dataclass(frozen=True, slots=True)
class Label:
    """How one loan ended. `cause` is NONE for a good one."""

    borrower_id: int
    as_of: datetime
    horizon_days: int
    is_bad: bool
    cause: str
    source: str
    matured_on: date

    @property
    def key(self) -> tuple[int, datetime, int, str]:
        """Which loan, followed for how long, by which rule."""
        return self.borrower_id, self.as_of, self.horizon_days, self.source


@durable
def record_labels(*, labels: Sequence[Label], today: date, by: Actor) -> int:
    """Keep outcomes; one that stands already is not written again. Returns how many are new.

    All or none. Raises LabelNotMatured, LabelContradicts.
    """
    wanted = _unique(labels)
    for label in wanted.values():
        _insist_matured(label, today)
    standing = _standing(wanted)
    for key, label in standing.items():
        if wanted[key] != label:
            raise LabelContradicts
    fresh = [label for key, label in wanted.items() if key not in standing]
    TrainingLabel.objects.bulk_create(
        [
            TrainingLabel(**{each.name: getattr(label, each.name) for each in fields(Label)})
            for label in fresh
        ],
        batch_size=BATCH_ROWS,
    )
    if fresh:
        bads = sum(label.is_bad for label in fresh)
        facts = {"labels": len(fresh), "bads": bads}
        audit.append(action="scoring.labels.recorded", subject="labels", by=by, facts=facts)
    return len(fresh)


def _unique(labels: Sequence[Label]) -> Mapping[tuple[object, ...], Label]:
    found: dict[tuple[object, ...], Label] = {}
    for label in labels:
        if found.setdefault(label.key, label) != label:
            raise LabelContradicts
    return found


def _insist_matured(label: Label, today: date) -> None:
    assert label.cause in LabelCause.values
    assert label.is_bad == (label.cause != LabelCause.NONE)
    # An outcome is the outcome of the whole horizon: nothing matures earlier than it.
    known_on = max(label.matured_on, label.as_of.date())
    if known_on > today or (label.matured_on - label.as_of.date()).days < label.horizon_days:
        raise LabelNotMatured(matured_on=known_on.isoformat())


def _standing(wanted: Mapping[tuple[object, ...], Label]) -> dict[tuple[object, ...], Label]:
    borrowers = {label.borrower_id for label in wanted.values()}
    names = [each.name for each in fields(Label)]
    rows = TrainingLabel.objects.filter(borrower_id__in=borrowers).values_list(*names)
    found = [Label(*row) for row in rows]
    return {label.key: label for label in found if label.key in wanted}

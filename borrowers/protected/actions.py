"""Keeping protected attributes while they are allowed, and letting go of them when they are not."""

from collections.abc import Collection
from dataclasses import asdict, replace

from borrowers.consent import queries as consents
from borrowers.consent.models import Consent
from borrowers.consent.purposes import FAIRNESS_TEST
from borrowers.people.locks import lock
from borrowers.people.models import Borrower
from borrowers.protected import traits
from borrowers.protected.contracts import Origin
from borrowers.protected.models import ProtectedTraits
from borrowers.protected.traits import FEMALE, MALE, Traits
from common.actors import Actor
from common.audit import actions as audit
from common.crypto import keys
from common.errors import Refused
from common.texts import gettext_noop
from common.transactions import durable

AT_ONCE = 500


class FairnessNotAllowed(Refused):
    """Nothing is kept for the fairness test without a consent to it."""

    code = "FAIRNESS_NOT_ALLOWED"
    message = gettext_noop("You have not agreed to the fairness test.")
    advice = gettext_noop("Agree to it on the page of your consents first.")
    status = 403


class TraitUnknown(Refused):
    """What was declared is no answer to the question."""

    code = "TRAIT_UNKNOWN"
    message = gettext_noop("This is not one of the answers.")
    advice = gettext_noop("Choose one of the answers, or none.")
    status = 422


@durable
def declare(*, borrower_id: int, sex: str, by: Actor) -> None:
    """Keep what somebody says of themselves; it counts before what a number says.

    Raises FairnessNotAllowed, TraitUnknown, NotFound.
    """
    if sex not in {FEMALE, MALE, traits.UNKNOWN}:
        raise TraitUnknown
    borrower = lock(borrower_id)
    consent_id = consents.active_id(borrower_id, FAIRNESS_TEST)
    if consent_id is None:
        raise FairnessNotAllowed
    known = _from_number(borrower) or Traits()
    _keep(borrower, consent_id, replace(known, sex=sex), Origin.DECLARED)
    audit.append(
        action="borrowers.protected.declared",
        subject=f"borrower:{borrower.public_id}",
        by=by,
        facts={"consent": consent_id},
    )


@durable
def derive(*, after_id: int = 0) -> int | None:
    """Keep what the numbers of those say who allow it and have nothing kept.

    Looks at the borrowers behind an id, some at once; returns the last, or nothing at the end.
    """
    asked = Consent.objects.filter(purpose=FAIRNESS_TEST, withdrawal=None)
    kept = ProtectedTraits.objects.values("borrower_id")
    waiting = Borrower.objects.filter(pk__gt=after_id, identified_at__isnull=False)
    waiting = waiting.filter(pk__in=asked.values("borrower_id")).exclude(pk__in=kept)
    rows = list(waiting.order_by("pk")[:AT_ONCE])
    allowed = consents.active_ids([row.pk for row in rows], FAIRNESS_TEST)
    keys.preload(key for row in rows for key in (row.statutory_key_id, row.consented_key_id))
    for row in rows:
        known = _from_number(row) if row.pk in allowed else None
        if known is not None:
            _keep(row, allowed[row.pk], known, Origin.ID_NUMBER)
    return rows[-1].pk if rows else None


@durable
def forget() -> int:
    """Let go of everything whose consent was taken back or speaks of an older notice; how many."""
    kept = list(ProtectedTraits.objects.values_list("borrower_id", flat=True))
    allowed = consents.active_ids(kept, FAIRNESS_TEST)
    return _drop([each for each in kept if each not in allowed])


def _drop(borrower_ids: Collection[int]) -> int:
    gone, _ = ProtectedTraits.objects.filter(borrower_id__in=borrower_ids).delete()
    return gone


def _from_number(borrower: Borrower) -> Traits | None:
    """Nothing of somebody who was not identified, or was erased."""
    return traits.of_number(borrower.id_number) if borrower.id_number else None


def _keep(borrower: Borrower, consent_id: int, known: Traits, origin: Origin) -> None:
    ProtectedTraits.objects.update_or_create(
        borrower=borrower,
        defaults={
            "consent_id": consent_id,
            "consented_key_id": borrower.consented_key_id,
            "traits": asdict(known),
            "origin": origin,
        },
    )

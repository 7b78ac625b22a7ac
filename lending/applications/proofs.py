"""A person looks at the proof of the purpose between the offer and the signature.

The machine offers within seconds; it cannot read a letter. So the offer stands, and what cannot be
done before a person has looked is to sign (docs/decisions/0016).
"""

from datetime import datetime

from borrowers.documents import queries as documents
from borrowers.messages import actions as messages
from common.actors import Actor
from common.audit import actions as audit
from common.errors import Refused
from common.locking import Rank, lock_one
from common.texts import gettext_noop
from common.transactions import durable
from lending.applications.models import ApplicationState, LoanApplication, Offer
from lending.applications.queries import is_proof_awaited
from lending.applications.states import NotPossibleNow, step
from lending.lines import actions as lines

OPEN = {ApplicationState.OFFERED, ApplicationState.ACCEPTED}


class ProofNotChecked(Refused):
    """Nobody has looked at the proof yet."""

    code = "PROOF_NOT_CHECKED"
    message = gettext_noop("A person has yet to look at your proof.")
    advice = gettext_noop("We write to you as soon as it is done; then you can sign.")


class ProofNotOpened(Refused):
    """Who says that a proof fits has not opened its file."""

    code = "PROOF_NOT_OPENED"
    message = gettext_noop("You have not opened the file of this proof.")
    advice = gettext_noop("Open it and compare it with what was told, then say that it fits.")


def insist_on_checked(application: LoanApplication) -> None:
    """Raises ProofNotChecked."""
    if is_proof_awaited(application):
        raise ProofNotChecked


def insist_on_opened(application: LoanApplication, *, by: Actor) -> None:
    """A word on a file that nobody saw is worth nothing: the look is kept, and is asked for.

    Raises ProofNotOpened.
    """
    assert application.evidence_id is not None
    # The same file given again is the same file: a look for an earlier application is none at this.
    since = application.drafted_at
    if not documents.was_opened(document_id=application.evidence_id, by=by, since=since):
        raise ProofNotOpened


@durable
def confirm(*, application_id: int, at: datetime, by: Actor) -> LoanApplication:
    """A person has looked and the proof fits; again changes nothing.

    Raises NotPossibleNow, ProofNotOpened.
    """
    application = _lock(application_id, by)
    if application.evidence_checked_at is not None:
        return application
    if application.state not in OPEN:
        raise NotPossibleNow
    insist_on_opened(application, by=by)
    application.evidence_checked_at = at
    application.save(update_fields=["evidence_checked_at"])
    messages.send(
        borrower_id=application.borrower_id,
        template="PROOF_CHECKED",
        facts={"application": application.public_id},
        message_key=f"PROOF_CHECKED:{application.pk}",
    )
    _note("proof_confirmed", application, by)
    return application


@durable
def doubt(*, application_id: int, at: datetime, by: Actor) -> LoanApplication:
    """The proof does not fit: the offer ends, and the application waits for a person's decision.

    Raises NotPossibleNow.
    """
    line = lines.lock_of_application(application_id=application_id)
    application = _lock(application_id, by)
    if application.state not in OPEN or not is_proof_awaited(application):
        raise NotPossibleNow
    application.state = step(application.state, ApplicationState.REFERRED)
    application.review_wanted = True
    application.save(update_fields=["state", "review_wanted"])
    Offer.objects.filter(application=application, expires_at__gt=at).update(expires_at=at)
    lines.release(line=line, application_id=application.pk)
    _note("proof_doubted", application, by)
    return application


def _lock(application_id: int, by: Actor) -> LoanApplication:
    assert by.kind == "STAFF"
    rows = LoanApplication.objects.select_related("product")
    application = lock_one(rows, rank=Rank.APPLICATION, pk=application_id)
    if application.evidence_id is None:
        raise NotPossibleNow
    return application


def _note(what: str, application: LoanApplication, by: Actor) -> None:
    audit.append(
        action=f"lending.application.{what}",
        subject=f"application:{application.public_id}",
        by=by,
        facts={"document": application.evidence_id},
    )

"""Giving and taking back consent: one purpose at a time, one as easy as the other."""

from collections.abc import Collection

from django.utils import translation

from borrowers.consent import queries
from borrowers.consent.models import Consent, ConsentWithdrawal
from borrowers.consent.purposes import Purpose, text_sha256
from borrowers.people.locks import lock
from borrowers.people.models import Borrower
from common.actors import Actor
from common.audit import actions as audit
from common.errors import Refused
from common.texts import gettext_noop
from common.transactions import durable


class UnknownPurpose(Refused):
    """No such purpose in the catalogue."""

    code = "UNKNOWN_PURPOSE"
    message = gettext_noop("We do not know this purpose.")
    advice = gettext_noop("Choose one of the purposes on the consent page.")
    status = 404


class NoticeOutdated(Refused):
    """The person read a notice that is no longer in force."""

    code = "NOTICE_OUTDATED"
    message = gettext_noop("The text of this consent has changed.")
    advice = gettext_noop("Please read the new text, then decide.")


@durable
def grant(
    *,
    borrower_id: int,
    purpose: str,
    notice_version: str,
    language: str,
    channel: str,
    by: Actor,
    switched_on: Collection[str] = (),
) -> int:
    """Allow one purpose and return the consent's id; allowing it twice is once.

    `switched_on` names the purposes behind switches that this deployment asks for at all.
    Raises UnknownPurpose, NoticeOutdated, NotFound.
    """
    wanted = _known(purpose)
    if wanted.needs_switch and purpose not in switched_on:
        raise UnknownPurpose
    if notice_version != wanted.notice_version:
        raise NoticeOutdated
    borrower = lock(borrower_id)
    if given := queries.active_id(borrower_id, purpose):
        return given
    with translation.override(language):
        read_sha256 = text_sha256(wanted, translation.gettext)
    consent = Consent.objects.create(
        borrower=borrower,
        purpose=purpose,
        notice_version=notice_version,
        text_sha256=read_sha256,
        language=language,
        channel=channel,
    )
    _note("granted", borrower, consent, by)
    return consent.pk


@durable
def withdraw(*, borrower_id: int, purpose: str, channel: str, by: Actor) -> None:
    """Take the consent back: whatever reads next uses nothing of it. Twice is once.

    What was done before stays valid (PIPL art. 15). Raises UnknownPurpose, NotFound.
    """
    _known(purpose)
    borrower = lock(borrower_id)
    given = Consent.objects.filter(borrower=borrower, purpose=purpose, withdrawal=None)
    for consent in given.order_by("pk"):
        ConsentWithdrawal.objects.create(consent=consent, channel=channel)
        _note("withdrawn", borrower, consent, by)


def _known(purpose: str) -> Purpose:
    known = queries.purpose(purpose)
    if known is None:
        raise UnknownPurpose
    return known


def _note(what: str, borrower: Borrower, consent: Consent, by: Actor) -> None:
    audit.append(
        action=f"borrowers.consent.{what}",
        subject=f"borrower:{borrower.public_id}",
        by=by,
        facts={
            "consent": consent.pk,
            "purpose": consent.purpose,
            "notice_version": consent.notice_version,
        },
    )

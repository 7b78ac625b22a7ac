"""Another payee for one of our accounts: one asks, another approves, the owner is told, we wait.

Whoever can point a payout elsewhere takes the money. So two people, and time to say no.
"""

import re
from datetime import datetime, timedelta

from django.db.models.functions import Now

from borrowers.messages import actions as messages
from borrowers.people import queries as people
from common.actors import Actor
from common.approvals import actions as approvals
from common.approvals.models import ProposalState
from common.audit import actions as audit
from common.errors import NotFound, Refused
from common.locking import Rank, lock_one
from common.texts import gettext_noop
from common.transactions import durable
from lending.channels.models import ChannelCode
from lending.channels.payees.models import PayeeChange

# From the approval on; until it is over nothing is paid out to the account through the channel.
COOLING = timedelta(hours=24)
ACCOUNT = re.compile(r"(person|merchant):[A-Za-z0-9_-]{1,55}")
PERSON = "person:"
LONGEST_IDENTITY, LONGEST_NAME = 128, 64


class PayeeNotPossible(Refused):
    """No such account, no such channel, or nothing to pay by."""

    code = "PAYEE_NOT_POSSIBLE"
    message = gettext_noop("This payee is not possible.")
    advice = gettext_noop("Check the account, the channel and the identity at the gateway.")
    status = 422


class PayeeChangeWaits(Refused):
    """One at a time: which of two were meant, nobody could tell."""

    code = "PAYEE_CHANGE_WAITS"
    message = gettext_noop("Another change of this payee waits already.")
    advice = gettext_noop("Decide or stop that one first.")


class PayeeFourEyesNeeded(Refused):
    """Two people say where money goes."""

    code = "PAYEE_FOUR_EYES_NEEDED"
    message = gettext_noop("Somebody else has to decide this.")
    advice = gettext_noop("Ask a colleague who may approve payees.")
    status = 403


class PayeeChangeDecided(Refused):
    """It was decided otherwise, was stopped, or counts already."""

    code = "PAYEE_CHANGE_DECIDED"
    message = gettext_noop("This change of a payee has been decided already.")
    advice = gettext_noop("Look at it. To change the payee again, ask anew.")


@durable
def propose(
    *, channel: str, account: str, identity: str, name: str, reason: str, at: datetime, by: Actor
) -> PayeeChange:
    """Ask for another payee of an account. Nothing is paid differently until it is approved.

    Raises PayeeFourEyesNeeded for anybody but staff, PayeeNotPossible, PayeeChangeWaits.
    """
    if by.kind != "STAFF" or by.account_id is None:
        raise PayeeFourEyesNeeded
    _insist_on_possible(channel, account, identity, name)
    same = PayeeChange.objects.filter(channel=channel, account=account)
    waits = same.filter(state=ProposalState.PROPOSED).exists()
    if waits or same.filter(state=ProposalState.APPROVED, stopped_at=None, counts_from__gt=at):
        raise PayeeChangeWaits
    row = PayeeChange.objects.create(
        channel=channel,
        account=account,
        identity=identity,
        name=name,
        reason=reason,
        author_id=by.account_id,
    )
    _note("proposed", row, by)
    return row


@durable
def approve(*, change_id: int, at: datetime, by: Actor) -> PayeeChange:
    """Let it count after the cooling time, and tell the owner now; the same again is once.

    Raises NotFound, PayeeFourEyesNeeded, PayeeChangeDecided.
    """
    if (row := _decidable(change_id, ProposalState.APPROVED, by)) is not None:
        PayeeChange.objects.filter(pk=row.pk).update(counts_from=at + COOLING)
        approvals.decide(row=row, state=ProposalState.APPROVED, by=by)
        _note("approved", row, by)
        _tell(row, "PAYEE_CHANGES")
    return PayeeChange.objects.get(pk=change_id)


@durable
def turn_down(*, change_id: int, by: Actor) -> None:
    """Leave it. Raises NotFound, PayeeFourEyesNeeded, PayeeChangeDecided."""
    if (row := _decidable(change_id, ProposalState.TURNED_DOWN, by)) is not None:
        approvals.decide(row=row, state=ProposalState.TURNED_DOWN, by=by)
        _note("turned_down", row, by)


@durable
def stop(*, change_id: int, at: datetime, by: Actor) -> None:
    """Take an approved one back before it counts; whoever has a doubt may, alone.

    Raises NotFound, PayeeChangeDecided.
    """
    row = _locked(change_id)
    is_standing = row.state == ProposalState.APPROVED and row.stopped_at is None
    if not is_standing or row.counts_from is None or row.counts_from <= at:
        raise PayeeChangeDecided
    PayeeChange.objects.filter(pk=row.pk).update(stopped_at=Now())
    _note("stopped", row, by)
    _tell(row, "PAYEE_STAYS")


def _insist_on_possible(channel: str, account: str, identity: str, name: str) -> None:
    is_gateway = channel in ChannelCode.values and channel != ChannelCode.SANDBOX
    is_named = 0 < len(identity.strip()) <= LONGEST_IDENTITY and len(name) <= LONGEST_NAME
    if not (is_gateway and is_named and ACCOUNT.fullmatch(account)):
        raise PayeeNotPossible
    if account.startswith(PERSON) and _owner_id(account) is None:
        raise PayeeNotPossible


def _owner_id(account: str) -> int | None:
    public_id = account.removeprefix(PERSON)
    return people.ids_by_public_id([public_id]).get(public_id)


def _tell(row: PayeeChange, template: str) -> None:
    owner_id = _owner_id(row.account) if row.account.startswith(PERSON) else None
    if owner_id is not None:
        messages.send(
            borrower_id=owner_id,
            template=template,
            facts={},
            message_key=f"{template.lower()}:{row.pk}",
        )


def _locked(change_id: int) -> PayeeChange:
    if not PayeeChange.objects.filter(pk=change_id).exists():
        raise NotFound
    return lock_one(PayeeChange.objects.all(), rank=Rank.APPROVAL, pk=change_id)


def _decidable(change_id: int, wanted: ProposalState, by: Actor) -> PayeeChange | None:
    if not PayeeChange.objects.filter(pk=change_id).exists():
        raise NotFound
    return approvals.decidable(
        rows=PayeeChange.objects.all(),
        proposal_id=change_id,
        by=by,
        wanted=wanted,
        four_eyes_needed=PayeeFourEyesNeeded,
        decided=PayeeChangeDecided,
    )


def _note(what: str, row: PayeeChange, by: Actor) -> None:
    """Whose and where; never by which name."""
    audit.append(
        action=f"lending.payee.{what}",
        subject=f"account:{row.account}",
        by=by,
        facts={"change": row.pk, "channel": row.channel},
    )

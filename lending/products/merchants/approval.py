"""Merchants: one person enters one, another approves it; closing takes one alone."""

from django.db import IntegrityError

from common.actors import Actor
from common.audit import actions as audit
from common.errors import NotFound, Refused
from common.texts import gettext_noop
from common.transactions import durable, required
from lending.products.models import Merchant


class MerchantFourEyesNeeded(Refused):
    """One person alone does not open a merchant to payouts."""

    code = "MERCHANT_FOUR_EYES_NEEDED"
    message = gettext_noop("A school or shop needs two people: one enters it, another approves.")
    advice = gettext_noop("Ask a colleague who may approve schools and shops.")
    status = 403


class MerchantTaken(Refused):
    """Another merchant has the code."""

    code = "MERCHANT_TAKEN"
    message = gettext_noop("There is another school or shop of this code.")
    advice = gettext_noop("Choose another code. A new account is a new school or shop.")


def enter(
    *, code: str, name_zh: str, name_en: str, scene: str, account: str, by: Actor
) -> Merchant:
    """Write a merchant down; it is paid nothing before another person approves.

    Raises MerchantTaken, MerchantFourEyesNeeded.
    """
    try:
        return _enter(code, {"name_zh": name_zh, "name_en": name_en}, scene, account, by)
    except IntegrityError as error:
        raise MerchantTaken from error


@durable
def _enter(code: str, names: dict[str, str], scene: str, account: str, by: Actor) -> Merchant:
    if by.kind != "STAFF" or by.account_id is None:
        raise MerchantFourEyesNeeded
    row = Merchant.objects.create(
        code=code, scene=scene, account=account, is_open=False, author_id=by.account_id, **names
    )
    _note("entered", row, by)
    return row


@durable
def approve(*, merchant_id: int, by: Actor) -> None:
    """Open what somebody else entered; again is once. Raises NotFound, MerchantFourEyesNeeded."""
    row = _locked(merchant_id)
    if by.kind != "STAFF" or by.account_id in {None, row.author_id}:
        raise MerchantFourEyesNeeded
    if row.is_open:
        return
    Merchant.objects.filter(pk=row.pk).update(is_open=True, approver_id=by.account_id)
    _note("approved", row, by)


@durable
def close(*, merchant_id: int, by: Actor) -> None:
    """Pay it nothing more; whoever closes it is then its author, so that another reopens it.

    What was signed is still paid. Raises NotFound.
    """
    row = _locked(merchant_id)
    if row.is_open:
        Merchant.objects.filter(pk=row.pk).update(
            is_open=False, author_id=by.account_id, approver=None
        )
        _note("closed", row, by)


@required
def _locked(merchant_id: int) -> Merchant:
    row = Merchant.objects.select_for_update(no_key=True).filter(pk=merchant_id).first()
    if row is None:
        raise NotFound
    return row


def _note(what: str, row: Merchant, by: Actor) -> None:
    audit.append(action=f"lending.merchant.{what}", subject=f"merchant:{row.code}", by=by, facts={})

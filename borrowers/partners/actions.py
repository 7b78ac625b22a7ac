"""Registering partners, making their keys, and taking both back."""

import base64
import re
import secrets

from django.db.models.functions import Now

from borrowers.partners.contracts import NewKey
from borrowers.partners.models import Partner, PartnerKey
from common import public_ids
from common.actors import Actor
from common.audit import actions as audit
from common.crypto import keys
from common.crypto.models import Scope
from common.errors import NotFound, Refused
from common.texts import gettext_noop
from common.transactions import durable

CODE = re.compile(r"[A-Z][A-Z0-9_]{1,19}", re.ASCII)
SECRET_BYTES = 32
MOST_LIVE_KEYS = 2


class PartnerCodeRefused(Refused):
    """No code, or the code of another partner."""

    code = "PARTNER_CODE_REFUSED"
    message = gettext_noop("This code cannot be used.")
    advice = gettext_noop(
        "Take two to twenty capital letters, digits and underscores, and no code that is in use."
    )


class TooManyKeys(Refused):
    """Two keys are enough to replace one by the other."""

    code = "PARTNER_HAS_TWO_KEYS"
    message = gettext_noop("This partner has two keys already.")
    advice = gettext_noop("Revoke one of them first.")


@durable
def register(*, code: str, name: str, by: Actor) -> int:
    """A new partner, who may send once a key is made. Raises PartnerCodeRefused."""
    is_taken = Partner.objects.filter(code=code).exists()
    if not CODE.fullmatch(code) or not name.strip() or is_taken:
        raise PartnerCodeRefused
    partner = Partner.objects.create(code=code, name=name.strip())
    _note("registered", partner, by)
    return partner.pk


@durable
def close(*, partner_id: int, by: Actor) -> None:
    """Nothing more is taken from the partner. Twice is once. Raises NotFound."""
    partner = _locked(partner_id)
    if Partner.objects.filter(pk=partner_id, is_open=True).update(is_open=False):
        _note("closed", partner, by)


@durable
def make_key(*, partner_id: int, by: Actor) -> NewKey:
    """A new secret, shown this once and never again. Raises NotFound, TooManyKeys."""
    partner = _locked(partner_id)
    live = PartnerKey.objects.filter(partner=partner, revoked_at=None)
    if live.count() >= MOST_LIVE_KEYS:
        raise TooManyKeys
    public_id = public_ids.new()
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    PartnerKey.objects.create(
        public_id=public_id,
        partner=partner,
        key_id=keys.create(subject=f"partner:{partner.public_id}", scope=Scope.STATUTORY),
        secret=secret,
    )
    _note("key_made", partner, by, key=public_id)
    return NewKey(public_id=public_id, secret=secret)


@durable
def revoke_key(*, public_id: str, by: Actor) -> None:
    """What is signed with it is refused from now on. Twice is once. Raises NotFound."""
    row = PartnerKey.objects.filter(public_id=public_id).select_related("partner").first()
    if row is None:
        raise NotFound
    if PartnerKey.objects.filter(pk=row.pk, revoked_at=None).update(revoked_at=Now()):
        _note("key_revoked", row.partner, by, key=public_id)


def _locked(partner_id: int) -> Partner:
    partner = Partner.objects.select_for_update().filter(pk=partner_id).first()
    if partner is None:
        raise NotFound
    return partner


def _note(what: str, partner: Partner, by: Actor, **facts: str) -> None:
    audit.append(
        action=f"borrowers.partner.{what}",
        subject=f"partner:{partner.public_id}",
        by=by,
        facts={"code": partner.code, **facts},
    )

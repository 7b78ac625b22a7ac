"""Who is who, by opaque ids; clear details only where a contract or a reveal asks for them."""

import re
from collections.abc import Collection, Mapping
from datetime import date

from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.db.models import Q

from borrowers.people import id_number, masking, phones
from borrowers.people.contracts import AccessFacts, BorrowerCard, ContractParty, MaskedPerson
from borrowers.people.models import AccessEntry, Account, Borrower
from common import rows as plain_rows
from common.crypto import keys
from common.crypto.blind_index import candidates
from common.crypto.cells import quarantined
from common.errors import NotFound
from common.texts import gettext_noop

# In plain SQL, because every request asks; without the sealed columns, because few callers need a
# personal detail.
_CARD = """
SELECT id, public_id, account_id, identified_at IS NOT NULL, statutory_key_id, consented_key_id
  FROM borrowers_borrower WHERE """
PUBLIC_ID = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)
PHONE_CONTEXT = "account.phone"
ID_NUMBER_CONTEXT = "borrower.id_number"
ADMINISTRATOR, STAFF = gettext_noop("Administrator"), gettext_noop("Staff")
# The groups that we open ourselves, so that their names are translated; others read as written.
GROUPS: Mapping[str | None, str] = {
    "Credit officers": gettext_noop("Credit officer"),
    "Credit analysts": gettext_noop("Credit analyst"),
}


def borrower_of(account_id: int) -> BorrowerCard | None:
    """The borrower behind an account; staff accounts have none."""
    return _card_where("account_id = %s", account_id)


def card(borrower_id: int) -> BorrowerCard:
    """The borrower with this id. Raises NotFound."""
    return _found(_card_where("id = %s", borrower_id))


def ids_after(after_id: int, *, limit: int, before: int | None = None) -> list[int]:
    """Borrowers by their number, from the next one on; `before` bounds it."""
    rows = Borrower.objects.filter(pk__gt=after_id)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])


def by_public_id(public_id: str) -> BorrowerCard:
    """The borrower with this public id. Raises NotFound."""
    return _found(_card_where("public_id = %s", public_id))


def ids_by_public_id(public_ids: Collection[str]) -> dict[str, int]:
    """The borrowers among these public ids; what is no public id is nobody's."""
    plain = [each for each in public_ids if PUBLIC_ID.fullmatch(each)]
    rows = Borrower.objects.filter(public_id__in=plain).values_list("public_id", "pk")
    return dict(rows)


def account_by_phone(phone: str) -> Account | None:
    """The account of a phone number, however it is written; nothing for what is no number."""
    number = phones.normalised(phone)
    if number is None:
        return None
    codes = candidates(PHONE_CONTEXT, number)
    return Account.objects.filter(phone_blind__in=codes).first()


def masked(borrower_id: int) -> MaskedPerson:
    """The covered details of one person. Raises NotFound."""
    people = masked_many([borrower_id])
    if borrower_id not in people:
        raise NotFound
    return people[borrower_id]


def masked_many(borrower_ids: Collection[int]) -> dict[int, MaskedPerson]:
    """The covered details of many, with one read of their keys; a damaged cell shows as empty."""
    rows = Borrower.objects.filter(pk__in=borrower_ids)
    keys.preload(rows.values_list("statutory_key_id", flat=True))
    with quarantined():
        return {row.pk: _masked(row) for row in rows.select_related("account")}


def covered_phones(account_ids: Collection[int]) -> dict[int, str]:
    """The covered numbers of accounts, which is how pages tell members of staff apart."""
    rows = Account.objects.filter(pk__in=account_ids).only("phone", "statutory_key_id")
    keys.preload(rows.values_list("statutory_key_id", flat=True))
    with quarantined():
        return {row.pk: masking.phone(row.phone or "") for row in rows}


def phone_of(borrower_id: int) -> str:
    """The person's number, for the carrier only; nothing where there is none any more."""
    row = Borrower.objects.select_related("account").filter(pk=borrower_id).first()
    return (row.account.phone or "") if row is not None else ""


def language_of(borrower_id: int) -> str:
    """The language that the person chose."""
    row = Borrower.objects.select_related("account").get(pk=borrower_id)
    return str(row.account.language)


def staff_titles(account_ids: Collection[int]) -> dict[int, str]:
    """What each of these members of staff is here, to be translated; their accounts name nobody."""
    rows = Account.objects.filter(pk__in=account_ids, is_staff=True)
    titles = {}
    for pk, is_administrator, group in rows.order_by("-groups__pk").values_list(
        "pk", "is_superuser", "groups__name"
    ):
        titles[pk] = ADMINISTRATOR if is_administrator else GROUPS.get(group, group) or STAFF
    return titles


def staff_who_may(permission: str) -> list[int]:
    """Accounts of staff with a permission (`app.codename`), by themselves or by a group."""
    app, _dot, codename = permission.partition(".")
    right = Permission.objects.filter(content_type__app_label=app, codename=codename)
    may = (
        Q(is_superuser=True)
        | Q(user_permissions__in=right)
        | Q(groups__in=Group.objects.filter(permissions__in=right))
    )
    staff = Account.objects.filter(may, is_staff=True, is_active=True)
    return list(staff.order_by("pk").values_list("pk", flat=True).distinct())


def age_on(borrower_id: int, on: date) -> int | None:
    """Full years on a day; nothing before the person was identified, or after erasure."""
    born_on = plain_rows.value(Borrower, borrower_id, "birth_date")
    if not born_on:
        return None
    return id_number.age_years(born_on=born_on, on=on)


def contract_party(borrower_id: int) -> ContractParty:
    """Name and identity number for a contract. Raises NotFound when they are not known."""
    row = Borrower.objects.filter(pk=borrower_id, identified_at__isnull=False).first()
    if row is None or not row.name or not row.id_number:
        raise NotFound
    return ContractParty(name=row.name, id_number=row.id_number)


def accesses(borrower_id: int) -> list[AccessFacts]:
    """Who looked at the person's clear details and why, newest first; staff stay unnamed."""
    rows = AccessEntry.objects.filter(borrower_id=borrower_id).order_by("-pk")
    return [
        AccessFacts(seen_at=at, fields=tuple(seen), reason_code=reason)
        for at, seen, reason in rows.values_list("seen_at", "fields_seen", "reason_code")
    ]


def _card_where(condition: str, value: int | str) -> BorrowerCard | None:
    with connection.cursor() as cursor:
        cursor.execute(_CARD + condition, [value])
        row = cursor.fetchone()
    return None if row is None else BorrowerCard(*row)


def _found(found: BorrowerCard | None) -> BorrowerCard:
    if found is None:
        raise NotFound
    return found


def _masked(row: Borrower) -> MaskedPerson:
    return MaskedPerson(
        name=masking.name(row.name or ""),
        phone=masking.phone(row.account.phone or ""),
        id_number=masking.id_number(row.id_number or ""),
    )

"""Whether something is allowed. Every reader of personal data asks here when it reads.

A consent counts while it is not withdrawn and its notice is the one in force: after a change of
the notice the person is asked again.
"""

from collections.abc import Collection

from django.db import connection
from django.db.models import Exists, OuterRef

from borrowers.consent.contracts import ConsentFacts
from borrowers.consent.models import Consent
from borrowers.consent.purposes import (
    CONSUMPTION_RECORDS,
    PARTNER_NOTICE,
    PARTNER_PREFIX,
    PURPOSES,
    Purpose,
    notice_of,
    of_partner,
    offered,
)
from borrowers.partners import queries as partners

# In plain SQL, because every decision asks twice.
_ACTIVE = """
SELECT borrower_id, id FROM borrowers_consent AS given
 WHERE borrower_id = ANY(%s) AND purpose = %s AND notice_version = %s
   AND NOT EXISTS (SELECT FROM borrowers_consentwithdrawal WHERE consent_id = given.id)
 ORDER BY id
"""
_READABLE = """
SELECT borrower_id, id, purpose = %(records)s FROM borrowers_consent AS given
 WHERE borrower_id = ANY(%(borrowers)s)
   AND (purpose = %(records)s AND notice_version = %(notice)s
        OR (purpose, notice_version) IN (
               SELECT * FROM unnest(%(also)s::text[], %(notices)s::text[]))
        OR purpose LIKE %(partners)s AND notice_version = %(partner_notice)s)
   AND NOT EXISTS (SELECT FROM borrowers_consentwithdrawal WHERE consent_id = given.id)
 ORDER BY id
"""
_GIVEN = """
SELECT purpose, notice_version, max(id) FROM borrowers_consent AS given
 WHERE borrower_id = %s
   AND NOT EXISTS (SELECT FROM borrowers_consentwithdrawal WHERE consent_id = given.id)
 GROUP BY purpose, notice_version
"""


def purpose(code: str) -> Purpose | None:
    """A purpose by its code, that of a partner too."""
    if code.startswith(PARTNER_PREFIX):
        partner = partners.named(code.removeprefix(PARTNER_PREFIX))
        return of_partner(partner.code, partner.name) if partner else None
    return PURPOSES.get(code)


def catalogue(*, switched_on: Collection[str], given: Collection[str] = ()) -> list[Purpose]:
    """What a person may be asked here, and whatever they gave before it was no longer asked."""
    asked = offered(switched_on=switched_on, given=given)
    by_name = [of_partner(each.code, each.name) for each in partners.open_partners()]
    known = {each.code for each in by_name}
    closed = [
        found
        for code in given
        if code.startswith(PARTNER_PREFIX) and code not in known and (found := purpose(code))
    ]
    return [*asked, *by_name, *closed]


def readable_ids(borrower_ids: Collection[int], *, also: Collection[str] = ()) -> list[int]:
    """The consents whose events may be read for a decision: consumption records, and beside them
    what partners sent by consent and the purposes in `also`. Without the first the others count
    for nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            _READABLE,
            {
                "borrowers": list(borrower_ids),
                "records": CONSUMPTION_RECORDS,
                "notice": PURPOSES[CONSUMPTION_RECORDS].notice_version,
                "also": list(also),
                "notices": [PURPOSES[each].notice_version for each in also],
                "partners": f"{PARTNER_PREFIX}%",
                "partner_notice": PARTNER_NOTICE,
            },
        )
        given = cursor.fetchall()
    sharing = {borrower for borrower, _, is_records in given if is_records}
    return [consent for borrower, consent, _ in given if borrower in sharing]


def active_id(borrower_id: int, purpose: str) -> int | None:
    """The consent that allows the purpose now, if any."""
    return active_ids([borrower_id], purpose).get(borrower_id)


def active_ids(borrower_ids: Collection[int], purpose: str) -> dict[int, int]:
    """For many borrowers at once: who allows the purpose now, and by which consent."""
    notice = notice_of(purpose)
    with connection.cursor() as cursor:
        cursor.execute(_ACTIVE, [list(borrower_ids), purpose, notice])
        return dict(cursor.fetchall())


def allowed(borrower_id: int) -> frozenset[str]:
    """Every purpose that is allowed now, in one question."""
    return frozenset(allowed_by(borrower_id))


def allowed_by(borrower_id: int) -> dict[str, int]:
    """The same, and by which consent."""
    with connection.cursor() as cursor:
        cursor.execute(_GIVEN, [borrower_id])
        given = cursor.fetchall()
    return {purpose: last for purpose, notice, last in given if notice == notice_of(purpose)}


def is_allowed(borrower_id: int, purpose: str) -> bool:
    """Whether the purpose is allowed now."""
    return active_id(borrower_id, purpose) is not None


def given_at(purpose: str, *, borrower: str, instant: str) -> Exists:
    """Whether the purpose was allowed then, for rows with a borrower and an instant of their own.

    Which notice was in force then is not asked: what was given had been asked under it.
    """
    given = Consent.objects.filter(
        borrower_id=OuterRef(borrower), purpose=purpose, granted_at__lte=OuterRef(instant)
    )
    return Exists(given.exclude(withdrawal__withdrawn_at__lte=OuterRef(instant)))


def active(borrower_id: int) -> dict[str, ConsentFacts]:
    """Everything that the borrower allows now, by purpose."""
    return {
        each.purpose: each
        for each in history(borrower_id)
        if each.withdrawn_at is None and each.notice_version == notice_of(each.purpose)
    }


def history(borrower_id: int) -> list[ConsentFacts]:
    """Every consent that was ever given, oldest first."""
    rows = Consent.objects.filter(borrower_id=borrower_id).order_by("pk")
    return [
        ConsentFacts(*row)
        for row in rows.values_list(
            "id",
            "purpose",
            "notice_version",
            "language",
            "channel",
            "granted_at",
            "withdrawal__withdrawn_at",
        )
    ]

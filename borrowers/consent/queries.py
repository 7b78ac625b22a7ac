"""Whether something is allowed. Every reader of personal data asks here when it reads.

A consent counts while it is not withdrawn and its notice is the one in force: after a change of
the notice the person is asked again.
"""

from collections.abc import Collection

from django.db import connection

from borrowers.consent.contracts import ConsentFacts
from borrowers.consent.models import Consent
from borrowers.consent.purposes import PURPOSES

# In plain SQL, because every decision asks twice.
_ACTIVE = """
SELECT borrower_id, id FROM borrowers_consent AS given
 WHERE borrower_id = ANY(%s) AND purpose = %s AND notice_version = %s
   AND NOT EXISTS (SELECT FROM borrowers_consentwithdrawal WHERE consent_id = given.id)
 ORDER BY id
"""
_GIVEN = """
SELECT DISTINCT purpose, notice_version FROM borrowers_consent AS given
 WHERE borrower_id = %s
   AND NOT EXISTS (SELECT FROM borrowers_consentwithdrawal WHERE consent_id = given.id)
"""


def active_id(borrower_id: int, purpose: str) -> int | None:
    """The consent that allows the purpose now, if any."""
    return active_ids([borrower_id], purpose).get(borrower_id)


def active_ids(borrower_ids: Collection[int], purpose: str) -> dict[int, int]:
    """For many borrowers at once: who allows the purpose now, and by which consent."""
    notice = PURPOSES[purpose].notice_version
    with connection.cursor() as cursor:
        cursor.execute(_ACTIVE, [list(borrower_ids), purpose, notice])
        return dict(cursor.fetchall())


def allowed(borrower_id: int) -> frozenset[str]:
    """Every purpose that is allowed now, in one question."""
    with connection.cursor() as cursor:
        cursor.execute(_GIVEN, [borrower_id])
        given = cursor.fetchall()
    return frozenset(
        purpose for purpose, notice in given if notice == PURPOSES[purpose].notice_version
    )


def is_allowed(borrower_id: int, purpose: str) -> bool:
    """Whether the purpose is allowed now."""
    return active_id(borrower_id, purpose) is not None


def active(borrower_id: int) -> dict[str, ConsentFacts]:
    """Everything that the borrower allows now, by purpose."""
    return {
        each.purpose: each
        for each in history(borrower_id)
        if each.withdrawn_at is None
        and each.notice_version == PURPOSES[each.purpose].notice_version
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

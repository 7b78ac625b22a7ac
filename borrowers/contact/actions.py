"""Asking the gate: a contact waits until it may be made, is made once, and never against a stop."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import connection
from django.db.models.functions import Now

from borrowers.contact.hours import Channel, is_quiet, most_a_day
from borrowers.contact.models import Contact, ContactStanding
from common.actors import Actor
from common.audit import actions as audit
from common.crypto.fields import SealedJSONField
from common.errors import Refused
from common.periods import shanghai_date
from common.texts import gettext_noop
from common.transactions import durable, required

AT_ONCE = 200
COUNTED = {Channel.CALL: "calls", Channel.TEXT: "texts"}

# One statement counts and locks: two at once for one person come one after the other. No row is
# the answer where the day is full, stopped, or already past.
_COUNT = """
INSERT INTO borrowers_contactstanding AS standing (borrower_id, day, calls, texts, stop_code)
VALUES (%(borrower)s, %(day)s, %(calls)s, %(texts)s, '')
ON CONFLICT (borrower_id) DO UPDATE
   SET day = EXCLUDED.day,
       calls = EXCLUDED.calls
             + CASE WHEN standing.day = EXCLUDED.day THEN standing.calls ELSE 0 END,
       texts = EXCLUDED.texts
             + CASE WHEN standing.day = EXCLUDED.day THEN standing.texts ELSE 0 END
 WHERE standing.stop_code = '' AND EXCLUDED.day >= standing.day
   AND (standing.day < EXCLUDED.day OR standing.{counted} < %(most)s)
RETURNING 1
"""
_WANT_MANY = """
INSERT INTO borrowers_contact (borrower_id, channel, purpose, state, contact_key, content)
SELECT wanted.borrower, %(channel)s, %(purpose)s, 'WAITING', wanted.key, %(content)s
  FROM unnest(%(borrowers)s::bigint[], %(keys)s::text[]) AS wanted (borrower, key)
ON CONFLICT DO NOTHING
"""
_STOP = """
INSERT INTO borrowers_contactstanding (borrower_id, day, calls, texts, stop_code)
VALUES (%s, %s, 0, 0, %s)
ON CONFLICT (borrower_id) DO UPDATE SET stop_code = EXCLUDED.stop_code
"""


class ContactNotNow(Refused):
    """It is night, the day's calls are used up, or the person has said stop."""

    code = "CONTACT_NOT_NOW"
    message = gettext_noop("This person must not be contacted now.")
    advice = gettext_noop("At night, after three calls a day and after a stop, nobody is called.")


@required
def want(
    *,
    borrower_id: int,
    channel: Channel,
    purpose: str,
    contact_key: str,
    content: Mapping[str, str],
) -> None:
    """Put a contact into the queue, once for its key; it is made when the gate lets it through."""
    want_many(channel=channel, purpose=purpose, wanted={contact_key: borrower_id}, content=content)


@required
def want_many(
    *, channel: Channel, purpose: str, wanted: Mapping[str, int], content: Mapping[str, str]
) -> None:
    """The same words for many people at once, sealed once: by each contact's key, the borrower."""
    column = Contact._meta.get_field("content")
    assert isinstance(column, SealedJSONField)
    with connection.cursor() as cursor:
        cursor.execute(
            _WANT_MANY,
            {
                "channel": channel,
                "purpose": purpose,
                "content": str(column.pre_save(Contact(content=dict(content)), add=True)),
                "keys": list(wanted.keys()),
                "borrowers": list(wanted.values()),
            },
        )


@required
def let_through(*, channel: Channel, at: datetime) -> Sequence[Contact]:
    """Waiting contacts that may be made at this moment, marked as made: the caller makes them.

    At night, none. Where the person has said stop, the contact is dropped. Where the day is full,
    it waits for the next. Rows that another worker holds are left to it.
    """
    if is_quiet(at):
        return []
    full = ContactStanding.objects.filter(
        day=shanghai_date(at), stop_code="", **{f"{COUNTED[channel]}__gte": most_a_day(at)}
    )
    waiting = Contact.objects.filter(state="WAITING", channel=channel)
    waiting = waiting.exclude(borrower_id__in=full.values("borrower_id"))
    rows = list(
        waiting.order_by("borrower_id", "pk").select_for_update(skip_locked=True, of=("self",))[
            :AT_ONCE
        ]
    )
    made = [row for row in rows if _counts(row.borrower_id, channel, at)]
    Contact.objects.filter(pk__in=[row.pk for row in made]).update(state="MADE", ended_at=Now())
    stopped = ContactStanding.objects.exclude(stop_code="").values("borrower_id")
    left = {row.pk for row in rows} - {row.pk for row in made}
    Contact.objects.filter(pk__in=left, borrower_id__in=stopped).update(
        state="DROPPED", ended_at=Now()
    )
    return made


@durable
def call(*, borrower_id: int, purpose: str, call_key: str, at: datetime, by: Actor) -> None:
    """Count a call that is about to be made, once for its key. Raises ContactNotNow."""
    if Contact.objects.filter(contact_key=call_key).exists():
        return
    if is_quiet(at) or not _counts(borrower_id, Channel.CALL, at):
        raise ContactNotNow
    want(
        borrower_id=borrower_id, channel=Channel.CALL, purpose=purpose, contact_key=call_key,
        content={},
    )  # fmt: skip
    Contact.objects.filter(contact_key=call_key).update(state="MADE", ended_at=Now())
    audit.append(
        action="borrowers.contact.called",
        subject=f"borrower:{borrower_id}",
        by=by,
        facts={"purpose": purpose},
    )


@durable
def stop(*, borrower_id: int, code: str, at: datetime, by: Actor) -> None:
    """From now on the person is not contacted: a complaint, a dispute, hardship, or their wish."""
    assert code
    _flag(borrower_id, code, at)
    audit.append(
        action="borrowers.contact.stopped",
        subject=f"borrower:{borrower_id}",
        by=by,
        facts={"code": code},
    )


@durable
def resume(*, borrower_id: int, at: datetime, by: Actor) -> None:
    """The reason to stop is gone."""
    _flag(borrower_id, "", at)
    audit.append(
        action="borrowers.contact.resumed", subject=f"borrower:{borrower_id}", by=by, facts={}
    )


def _flag(borrower_id: int, code: str, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_STOP, [borrower_id, shanghai_date(at), code])


def _counts(borrower_id: int, channel: Channel, at: datetime) -> bool:
    """Count one contact of the day behind the person's row lock; False where it must not be."""
    counted = COUNTED[channel]
    values: dict[str, int | date] = {
        "borrower": borrower_id,
        "day": shanghai_date(at),
        "most": most_a_day(at),
        "calls": int(counted == "calls"),
        "texts": int(counted == "texts"),
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(counted=counted), values)
        return cursor.fetchone() is not None

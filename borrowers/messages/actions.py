"""Writing to borrowers: notes in their inbox, and texts to a phone."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models.functions import Now

from borrowers.contact import actions as contact
from borrowers.contact.hours import Channel
from borrowers.messages.contracts import Note
from borrowers.messages.models import Message, OutgoingText
from borrowers.messages.templates import missing_facts
from borrowers.people import queries as people
from common import rows as plain_rows
from common.texts import gettext_noop
from common.transactions import durable, joined, required

Values = Mapping[str, int | str | date | list[int] | list[str] | list[date]]

# A text may hold a code; nobody needs it tomorrow.
TEXTS_LIVE = timedelta(days=1)
_SEND = """
INSERT INTO borrowers_message (borrower_id, template, facts, message_key)
VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
_NOTES = """
SELECT note.borrower, note.facts, note.key
  FROM unnest(%(borrowers)s::bigint[], %(facts)s::jsonb[], %(keys)s::text[])
       AS note (borrower, facts, key)
"""
_SEND_ROWS = """
INSERT INTO borrowers_message (borrower_id, template, facts, message_key)
SELECT note.borrower, %(template)s, note.facts, note.key
  FROM ({rows}) AS note (borrower, facts, key)
ON CONFLICT DO NOTHING
RETURNING message_key, borrower_id, facts ?& %(needed)s::text[]
"""
# Of these a text tells as well, once the contact gate lets it through. It says nothing of a debt:
# a phone may lie on a table.
TEXTED = {
    "INSTALMENT_DUE_SOON": "REMINDER",
    "DEBIT_ANNOUNCED": "DEBIT",
    "DEBIT_ANNOUNCED_IN_PART": "DEBIT",
    "DEBIT_LEFT_REST": "DEBIT",
    "DEBIT_TRIED_AGAIN": "DEBIT",
    "DEBIT_GIVEN_UP": "DEBIT",
    "MANDATE_ENDED": "DEBIT",
}
WORDS = gettext_noop("You have a new message. Sign in to read it.")


@required
def send(*, borrower_id: int, template: str, facts: Mapping[str, object], message_key: str) -> None:
    """Put a note into the inbox, once for each `message_key`.

    `facts` hold amounts, dates, codes and public ids, never personal details. Raises KeyError for
    an unknown template and ValueError when it lacks a fact.
    """
    plain_rows.send(
        noted(borrower_id=borrower_id, template=template, facts=facts, message_key=message_key)
    )


def noted(
    *, borrower_id: int, template: str, facts: Mapping[str, object], message_key: str
) -> plain_rows.Statement:
    """The same as a statement to be sent. Raises as `send` does."""
    if missing := missing_facts(template, facts):
        raise ValueError(f"{template} needs {', '.join(missing)}")
    return plain_rows.Statement(
        _SEND, [borrower_id, template, json.dumps(dict(facts)), message_key]
    )


@required
def send_many(*, template: str, notes: Sequence[Note]) -> int:
    """Put one kind of note into many inboxes at once, each once for its key; how many are new.

    Raises as `send` does.
    """
    columns: Values = {
        "borrowers": [note.borrower_id for note in notes],
        "facts": [json.dumps(dict(note.facts)) for note in notes],
        "keys": [note.message_key for note in notes],
    }
    return send_rows(template=template, rows=_NOTES, values=columns)


@required
def send_rows(*, template: str, rows: str, values: Values) -> int:
    """The same for very many: `rows` is SQL of our own that selects borrower, facts and key."""
    needed = missing_facts(template, {})
    with connection.cursor() as cursor:
        cursor.execute(
            _SEND_ROWS.format(rows=rows), {**values, "template": template, "needed": needed}
        )
        new = cursor.fetchall()
    if not all(is_whole for _, _, is_whole in new):
        raise ValueError(f"{template} needs {', '.join(needed)}")
    if template in TEXTED and new:
        contact.want_many(
            channel=Channel.TEXT,
            purpose=TEXTED[template],
            wanted={message_key: borrower_id for message_key, borrower_id, _ in new},
            content={"words": WORDS},
        )
    return len(new)


@durable
def text_what_waits(*, at: datetime, worded: Callable[[int, str], str]) -> int:
    """Hand the waiting texts to the carrier as far as the contact gate lets them; how many.

    At night none, after a stop none, and none twice. `worded` puts words into a person's language.
    """
    made = contact.let_through(channel=Channel.TEXT, at=at)
    for each in made:
        phone = people.phone_of(each.borrower_id)
        if phone:
            text_out(phone=phone, words=worded(each.borrower_id, each.content["words"]))
    return len(made)


@joined
def text_out(*, phone: str, words: str) -> None:
    """Hand a text to the carrier.

    A carrier's adapter reads the rows as they come; a demonstration has none, and its outbox page
    shows them instead. Rows of yesterday go.
    """
    OutgoingText.objects.create(words={"phone": phone, "words": words})
    OutgoingText.objects.filter(sent_at__lt=Now() - TEXTS_LIVE).delete()


def mark_read(*, borrower_id: int) -> None:
    """The person has seen their inbox."""
    Message.objects.filter(borrower_id=borrower_id, read_at=None).update(read_at=Now())

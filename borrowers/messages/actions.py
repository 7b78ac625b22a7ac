"""Writing to borrowers: notes in their inbox, and texts to a phone."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.db import connection
from django.db.models.functions import Now

from borrowers.messages.contracts import Note
from borrowers.messages.models import Message, OutgoingText
from borrowers.messages.templates import missing_facts
from common.transactions import joined, required

# A text may hold a code; nobody needs it tomorrow.
TEXTS_LIVE = timedelta(days=1)
_SEND = """
INSERT INTO borrowers_message (borrower_id, template, facts, message_key)
VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
_SEND_MANY = """
INSERT INTO borrowers_message (borrower_id, template, facts, message_key)
SELECT note.borrower, %(template)s, note.facts, note.key
  FROM unnest(%(borrowers)s::bigint[], %(facts)s::jsonb[], %(keys)s::text[])
       AS note (borrower, facts, key)
ON CONFLICT DO NOTHING
"""


@required
def send(*, borrower_id: int, template: str, facts: Mapping[str, object], message_key: str) -> None:
    """Put a note into the inbox, once for each `message_key`.

    `facts` hold amounts, dates, codes and public ids, never personal details. Raises KeyError for
    an unknown template and ValueError when it lacks a fact.
    """
    if missing := missing_facts(template, facts):
        raise ValueError(f"{template} needs {', '.join(missing)}")
    with connection.cursor() as cursor:
        cursor.execute(_SEND, [borrower_id, template, json.dumps(dict(facts)), message_key])


@required
def send_many(*, template: str, notes: Sequence[Note]) -> int:
    """Put one kind of note into many inboxes at once, each once for its key; how many are new.

    Raises as `send` does.
    """
    if not notes:
        return 0
    for note in notes:
        if missing := missing_facts(template, note.facts):
            raise ValueError(f"{template} needs {', '.join(missing)}")
    columns: dict[str, str | list[int] | list[str]] = {
        "template": template,
        "borrowers": [note.borrower_id for note in notes],
        "facts": [json.dumps(dict(note.facts)) for note in notes],
        "keys": [note.message_key for note in notes],
    }
    with connection.cursor() as cursor:
        cursor.execute(_SEND_MANY, columns)
        return int(cursor.rowcount)


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

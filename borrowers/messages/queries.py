"""What was written to whom."""

from borrowers.messages.contracts import MessageView, TextView
from borrowers.messages.models import Message, OutgoingText


def inbox(borrower_id: int, *, limit: int = 100) -> list[MessageView]:
    """The person's notes, newest first."""
    rows = Message.objects.filter(borrower_id=borrower_id).order_by("-sent_at", "-pk")[:limit]
    return [
        MessageView(
            id=row.pk,
            template=row.template,
            facts=row.facts,
            sent_at=row.sent_at,
            read_at=row.read_at,
        )
        for row in rows
    ]


def unread_count(borrower_id: int) -> int:
    """How many notes the person has not seen."""
    return Message.objects.filter(borrower_id=borrower_id, read_at=None).count()


def unread_count_of_account(account_id: int) -> int:
    """The same, asked by the account, in one question."""
    return Message.objects.filter(borrower__account_id=account_id, read_at=None).count()


def outbox(limit: int = 50) -> list[TextView]:
    """The latest outgoing texts, for the demonstration's outbox page only."""
    rows = OutgoingText.objects.order_by("-sent_at", "-pk")[:limit]
    return [
        TextView(phone=row.words["phone"], words=row.words["words"], sent_at=row.sent_at)
        for row in rows
    ]

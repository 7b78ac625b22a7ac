"""Every table of this app."""

from borrowers.behaviour.models import EventMark, EventRow, EventTextRow, ImportBatch
from borrowers.consent.models import Consent, ConsentWithdrawal
from borrowers.documents.models import SealedFile
from borrowers.messages.models import Message, OutgoingText
from borrowers.people.models import AccessEntry, Account, Borrower
from borrowers.uploads.models import Upload

__all__ = [
    "AccessEntry", "Account", "Borrower", "Consent", "ConsentWithdrawal", "EventMark", "EventRow",
    "EventTextRow", "ImportBatch", "Message", "OutgoingText", "SealedFile",
    "Upload",
]  # fmt: skip

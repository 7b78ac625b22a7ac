"""Every table of this app."""

from borrowers.behaviour.models import (
    EventMark,
    EventRow,
    EventTextRow,
    ImportBatch,
    MerchantRule,
    MerchantVersion,
    QuarantinedRow,
)
from borrowers.checks.models import LabelProposal
from borrowers.consent.models import Consent, ConsentWithdrawal
from borrowers.contact.models import Contact, ContactStanding
from borrowers.deliveries.models import DeliveredEvent, Delivery
from borrowers.documents.models import SealedFile
from borrowers.messages.models import Message, OutgoingText
from borrowers.partners.models import Partner, PartnerKey
from borrowers.people.models import AccessEntry, Account, Borrower
from borrowers.protected.models import ProtectedTraits
from borrowers.uploads.models import Upload

__all__ = [
    "AccessEntry", "Account", "Borrower", "Consent", "ConsentWithdrawal", "Contact",
    "ContactStanding", "DeliveredEvent", "Delivery", "EventMark", "EventRow", "EventTextRow",
    "ImportBatch", "LabelProposal", "MerchantRule", "MerchantVersion", "Message", "OutgoingText",
    "Partner", "PartnerKey", "ProtectedTraits", "QuarantinedRow", "SealedFile", "Upload",
]  # fmt: skip

"""Codes of lending's tables in words, for staff. What has no word is shown as it is."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from lending.channels.models import ChannelCode, TransferState

Words = Mapping[str, Promise]

# Of ledger entries, of a loan's transactions, and of movements of points.
KINDS: Words = {
    "DISBURSEMENT": _("Payout"),
    "REPAYMENT": _("Repayment"),
    "PAYOFF": _("Early settlement"),
    "PREPAYMENT": _("Early payment"),
    "RATE_CHANGE": _("Lower rate"),
    "DUE_DATE_CHANGE": _("Other due date"),
    "HOLIDAY": _("Payment holiday"),
    "EXTENSION": _("Extension"),
    "RESTRUCTURE": _("Restructuring"),
    "CHARGE": _("Fee"),
    "WAIVER": _("Waiver"),
    "MERCHANT_REFUND": _("Returned by the merchant"),
    "WITHDRAWAL": _("Paid back on withdrawal"),
    "WRITE_OFF": _("Write-off"),
    "RECOVERY": _("Recovery"),
    "CREDIT_BALANCE_REFUND": _("Paid back to the borrower"),
    "REVERSAL": _("Reversal"),
    "CHARGEBACK": _("Charge-back"),
    "ACCRUAL": _("Interest of the day"),
    "PENALTY": _("Penalty"),
    "POINTS_EARNED": _("Points earned"),
    "POINTS_USED": _("Points used"),
    "POINTS_EXPIRED": _("Points expired"),
    "EARN": _("Earned"),
    "SPEND": _("Used"),
    "EXPIRE": _("Expired"),
    "RELEASE": _("Can be used now"),
    "REFUND": _("Came back"),
    "REVERSE": _("The payment was taken back"),
    "COVER": _("Made up for points owed"),
    "TWICE": _("A lower rate served two loans"),
    "ONCE": _("One of the two loans was given back"),
    "ASSET": _("Asset"),
    "LIABILITY": _("Liability"),
    "INCOME": _("Income account"),
    "EXPENSE": _("Expense"),
}
# The borrower's page says "your"; a colleague reads of somebody else.
DISCOUNTS: Words = {
    "TIER_DISCOUNT": _("Discount for paying on time"),
    "POINTS_DISCOUNT": _("Discount bought with points"),
}
BANKS: Words = {each.value: each.label for each in ChannelCode}
OUTCOMES: Words = {each.value: each.label for each in TransferState}
STEPS: Words = {"SHOWN": _("Shown"), "CONFIRMED": _("Confirmed")}
ACTORS: Words = {"BORROWER": _("The borrower"), "STAFF": _("Staff"), "SYSTEM": _("The platform")}
ACTIONS: Words = {
    "lending.application.drafted": pgettext_lazy("application", "Begun"),
    "lending.application.draft_saved": _("The answers were saved"),
    "lending.application.purpose_told": _("The purpose was told"),
    "lending.application.evidence": _("Proof was added"),
    "lending.application.submitted": _("Sent"),
    "lending.application.offered": _("Offered"),
    "lending.application.referred": _("Sent to a person"),
    "lending.application.declined": _("Declined"),
    "lending.application.review_wanted": _("The borrower asked for a person"),
    "lending.application.proof_confirmed": _("The proof was looked at and fits"),
    "lending.application.proof_doubted": _("The proof was looked at and does not fit"),
    "lending.application.review_dropped": _("The borrower accepted before a person decided"),
    "lending.application.offer_changed": _("The borrower chose another amount or term"),
    "lending.application.accepted": _("Accepted"),
    "lending.application.cost_confirmed": _("The cost was read and confirmed"),
    "lending.application.signed": _("Signed"),
    "lending.application.withdrawn": _("Withdrawn"),
    "lending.application.expired": _("Expired"),
}


def said(words: Words, code: str) -> str:
    """The word for a code."""
    return str(words.get(code, code))


def account_name(name: str) -> str:
    """An account of the chart in the reader's language."""
    return gettext(name) if name else ""

"""What a wish for a loan says, in full, and what would come of it.

Four eyes are worth nothing where the second pair sees less than the first.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.errors import Refused
from common.templatetags.dates import day
from common.templatetags.money import yuan
from common.templatetags.rates import percent
from common.web.refusals import in_words
from lending.admin import words
from lending.calc.contracts import Change
from lending.loans import log
from lending.loans.models import Loan, LoanTransaction
from lending.servicing.asking import effects, requests
from lending.servicing.asking.effects import Effect
from lending.servicing.models import LoanChange

Row = tuple[str, str]
Entries = Mapping[int, LoanTransaction]
REASONS = (
    ("AGREED", _("Agreed with the borrower")),
    ("HARDSHIP", _("Hardship")),
    ("OUR_MISTAKE", _("Our mistake")),
    ("BANK_TOOK_BACK", _("The bank took the money back")),
    ("MERCHANT_RETURNED", _("The merchant takes the purchase back")),
    ("UNRECOVERABLE", _("Nothing more is to be expected")),
    (requests.REASON, _("The borrower asked for it")),
)


def describe(shown: Any, row: LoanChange, *, entries: Entries) -> None:
    """Put on a row of the page what is wished, in words."""
    shown.said = words.said(words.KINDS, row.kind)
    shown.why = dict(REASONS).get(row.reason, row.reason)
    shown.facts = list(_facts(row, entries))


def look_ahead(shown: Any, row: LoanChange, *, on: date) -> None:
    """Put on a row of the page what would come of it, or why it cannot happen any more."""
    try:
        effect = effects.effect_of_change(row, on=on)
    except Refused as refusal:
        shown.not_possible = in_words(refusal)
    else:
        shown.figures = list(_figures(effect))


def entries(loan: Loan) -> Iterator[tuple[int, str]]:
    """Every entry of a loan to choose from, the latest first."""
    for each in loan.transactions.order_by("-sequence"):
        yield each.sequence, _named(each)


def _facts(row: LoanChange, entries: Entries) -> Iterator[Row]:
    yield gettext("For the day"), day(row.value_date)
    if row.amount_fen:
        yield gettext("Amount"), yuan(row.amount_fen)
    if row.reverses_sequence is not None:
        undone = entries.get(row.reverses_sequence)
        yield gettext("Entry"), _named(undone) if undone else str(row.reverses_sequence)
    yield from _terms(log.change_of(row.terms))


def _terms(change: Change) -> Iterator[Row]:
    if change.due_on is not None:
        yield gettext("Next due date"), day(change.due_on)
    if change.periods:
        yield gettext("Periods"), str(change.periods)
    if change.annual_rate_ppm is not None:
        yield gettext("Annual rate"), percent(change.annual_rate_ppm)
    if change.waives_penalty:
        yield gettext("Waive the penalty"), gettext("Yes")
    if change.refunds_interest:
        yield gettext("Give the interest back, too"), gettext("Yes")


def _named(entry: LoanTransaction) -> str:
    parts = [str(entry.sequence), words.said(words.KINDS, entry.kind), day(entry.value_date)]
    if entry.amount_fen:
        parts.append(yuan(entry.amount_fen))
    return " · ".join(parts)


def _figures(effect: Effect) -> Iterator[tuple[str, str, str]]:
    """Each figure now and afterwards; what is nothing both times is left away."""
    before, after = effect.before, effect.after
    yield gettext("Next instalment"), yuan(before.next_fen), yuan(after.next_fen)
    yield gettext("Due on"), _day(before.next_due_on), _day(after.next_due_on)
    yield gettext("Last instalment"), _day(before.last_due_on), _day(after.last_due_on)
    yield gettext("Instalments left"), str(before.instalments_left), str(after.instalments_left)
    yield (
        gettext("Annual rate"), percent(before.annual_rate_ppm), percent(after.annual_rate_ppm),
    )  # fmt: skip
    yield gettext("Still to be paid in all"), yuan(before.total_fen), yuan(after.total_fen)
    yield gettext("Whole cost of the loan"), yuan(before.cost_fen), yuan(after.cost_fen)
    if before.overpaid_fen or after.overpaid_fen:
        yield gettext("Held for the borrower"), yuan(before.overpaid_fen), yuan(after.overpaid_fen)
    if before.loss_fen or after.loss_fen:
        yield gettext("Booked as a loss"), yuan(before.loss_fen), yuan(after.loss_fen)


def _day(found: date | None) -> str:
    return day(found) if found else "–"

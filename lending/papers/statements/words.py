"""The words of a statement: page and paper say the same of the same figure."""

from collections.abc import Iterator
from dataclasses import fields

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from common.money import yuan
from common.templatetags.dates import day
from lending.calc.contracts import TransactionKind
from lending.papers.statements.contracts import Account, Due, Entry, Movements, Owed, Parts

# What happened, in the borrower's words.
KINDS: dict[str, Promise] = {
    "DISBURSEMENT": _("Paid out"),
    "REVERSAL": _("Reversed"),
    "CHARGEBACK": _("The bank took a payment back"),
    "PAYOFF": _("Paid off"),
    "REPAYMENT": _("You paid"),
    "PREPAYMENT": _("You paid early"),
    "RECOVERY": _("You paid"),
    "WITHDRAWAL": _("You gave the loan back"),
    "CHARGE": _("A fee was added"),
    "WAIVER": _("We let you off"),
    "MERCHANT_REFUND": _("The merchant returned"),
    "CREDIT_BALANCE_REFUND": _("We paid back to you"),
    "RATE_CHANGE": _("Your rate was lowered"),
    "DUE_DATE_CHANGE": _("Your due date was changed"),
    "HOLIDAY": _("You got a payment holiday"),
    "EXTENSION": _("You got more time"),
    "RESTRUCTURE": _("A new plan was agreed"),
    "WRITE_OFF": _("Booked as a loss"),
}
# Why we took something back; that a borrower asked needs no telling.
WHY: dict[str, Promise] = {
    "AGREED": _("As agreed with you"),
    "HARDSHIP": _("Hardship"),
    "OUR_MISTAKE": _("Our mistake"),
    "BANK_TOOK_BACK": _("The bank took the money back"),
    "MERCHANT_RETURNED": _("The merchant takes the purchase back"),
}
# What moved a balance, in the order of the page; what lowers it is shown with a minus.
MOVEMENTS: dict[str, tuple[Promise, int]] = {
    "paid_out_fen": (_("Paid out to you or for you"), 1),
    "interest_fen": (pgettext_lazy("statement", "Interest"), 1),
    "fee_fen": (pgettext_lazy("statement", "Fees"), 1),
    "penalty_fen": (pgettext_lazy("statement", "For being late"), 1),
    "paid_back_fen": (_("Paid back to you"), 1),
    "paid_fen": (_("You paid"), -1),
    "merchant_fen": (_("The merchant returned"), -1),
    "waived_fen": (_("We let you off"), -1),
    "given_back_fen": (_("Interest given back"), -1),
}
ALWAYS = frozenset({"interest_fen", "paid_fen"})
OWED: dict[str, tuple[Promise, int]] = {
    "principal_fen": (_("Principal"), 1),
    "interest_fen": (_("Interest up to that day"), 1),
    "fee_fen": (pgettext_lazy("statement", "Fees"), 1),
    "penalty_fen": (pgettext_lazy("statement", "For being late"), 1),
    "loss_fen": (_("Booked as a loss, and still owed"), 1),
    "credit_fen": (_("Yours: paid too much"), -1),
}
PARTS: dict[str, Promise] = {
    "principal_fen": _("Principal"),
    "interest_fen": pgettext_lazy("statement", "Interest"),
    "fee_fen": pgettext_lazy("statement", "Fees"),
    "penalty_fen": pgettext_lazy("statement", "For being late"),
    "loss_fen": _("Booked as a loss"),
    "credit_fen": _("Kept for you"),
}
# What is due, column by column; those in KEPT stand there also when they are zero everywhere.
COLUMNS: dict[str, Promise] = {
    "principal_fen": _("Principal"),
    "interest_fen": pgettext_lazy("statement", "Interest"),
    "fee_fen": pgettext_lazy("statement", "Fees"),
    "penalty_fen": pgettext_lazy("statement", "For being late"),
    "paid_fen": pgettext_lazy("statement", "Paid"),
    "waived_fen": pgettext_lazy("statement", "Waived"),
    "written_off_fen": _("Booked as a loss"),
    "open_fen": _("Still open"),
}
KEPT = frozenset({"principal_fen", "interest_fen", "paid_fen", "open_fen"})

Row = tuple[str, int]


def said(kind: str) -> str:
    """What happened."""
    return str(KINDS.get(kind, kind))


def movements(moved: Movements) -> Iterator[Row]:
    """Each figure that moved the balance with its sign; nothing of what did not happen."""
    for name, (label, sign) in MOVEMENTS.items():
        fen = getattr(moved, name)
        if fen or name in ALWAYS:
            yield str(label), sign * fen


def owed(balance: Owed) -> Iterator[Row]:
    """What a balance is made of."""
    for name, (label, sign) in OWED.items():
        if fen := getattr(balance, name):
            yield str(label), sign * fen


def parts(entry: Entry) -> Iterator[Row]:
    """Where the money of one payment went, and what was forgiven by the way."""
    for part in fields(Parts):
        if fen := getattr(entry.parts, part.name):
            yield str(PARTS[part.name]), fen
    if entry.waived_fen and entry.kind is not TransactionKind.WAIVER:
        yield str(KINDS["WAIVER"]), entry.waived_fen


def note(entry: Entry) -> str:
    """Why an entry counts for nothing; empty where it counts."""
    if entry.undone_on is not None:
        return gettext("Taken back on %(on)s; it counts for nothing.") % {
            "on": day(entry.undone_on)
        }
    if entry.undoes_on is not None:
        return gettext("Takes back what happened on %(on)s.") % {"on": day(entry.undoes_on)}
    return ""


def cost(account: Account) -> Iterator[Row]:
    """What the loan has cost from its first day, item by item and in all."""
    so_far = account.so_far
    for name in ("interest_fen", "fee_fen", "penalty_fen", "waived_fen", "given_back_fen"):
        if fen := getattr(so_far, name):
            label, sign = MOVEMENTS[name]
            yield str(label), sign * fen
    yield gettext("In all"), so_far.cost_fen


def paid_ahead(account: Account) -> str:
    """What of the cost so far would come off again; empty where nothing would."""
    if not account.ahead_fen:
        return ""
    told = gettext(
        "Of the interest, ¥%(ahead)s is paid ahead and not earned yet: it comes off if you pay the "
        "loan off early."
    )
    return told % {"ahead": yuan(account.ahead_fen)}


def due_parts(due: Due) -> Iterator[Row]:
    """What an instalment was made of."""
    for part in ("principal_fen", "interest_fen", "fee_fen", "penalty_fen"):
        if fen := getattr(due, part):
            yield str(COLUMNS[part]), fen


def due_settled(due: Due) -> Iterator[Row]:
    """What became of an instalment."""
    for part in ("paid_fen", "waived_fen", "written_off_fen", "open_fen"):
        if fen := getattr(due, part):
            yield str(COLUMNS[part]), fen


def dues(account: Account) -> tuple[tuple[str, ...], ...]:
    """The instalments of the period as a table; a column of nothing but zeros is left away."""
    rows = account.dues
    columns = [each for each in COLUMNS if each in KEPT or any(getattr(row, each) for row in rows)]
    head = (gettext("No."), gettext("Due on"), *(str(COLUMNS[each]) for each in columns))
    return (
        head,
        *(
            (str(row.number), row.due_on.isoformat(), *(yuan(getattr(row, x)) for x in columns))
            for row in rows
        ),
    )

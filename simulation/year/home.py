"""The loan home, as the phone and the browser show it, against the borrower's own notebook."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils import translation
from django.utils.formats import date_format

from common.money import yuan
from simulation.year.people.notebook import Contract, Notebook, Page, Planned
from simulation.year.people.phone import Phone

ENTRIES_SHOWN = 50


def opened(phone: Phone, loan: str) -> Notebook:
    """A notebook for a loan that has just been paid out: its plan is copied once."""
    found = phone.get(f"loans/{loan}")
    rows, starts_on = [], date.fromisoformat(found["disbursed_on"])
    for row in phone.get(f"loans/{loan}/schedule")["results"]:
        due_on = date.fromisoformat(row["due_on"])
        rows.append(Planned(starts_on, due_on, row["principal_fen"], row["interest_fen"]))
        starts_on = due_on
    return Notebook(Contract(tuple(rows), found["penalty_rate_ppm"], found["grace_days"]))


def differences(phone: Phone, loan: str, notebook: Notebook, today: date) -> Iterator[str]:
    """One sentence for everything that the home shows otherwise than the notebook has it."""
    page = notebook.page(today)
    told = phone.get(f"loans/{loan}")
    yield from (f"loan {loan} on {today}: {each}" for each in _on_the_phone(told, page, notebook))
    shown = phone.page(f"/loans/{loan}/")
    for words in _words(told, page):
        if words not in shown:
            yield f"loan {loan} on {today}: the page does not say {words!r}"


def of_points(phone: Phone) -> Iterator[str]:
    """One sentence for everything about points that does not add up."""
    told = phone.get("rewards")
    entries = told["entries"]
    if len(entries) < ENTRIES_SHOWN:
        for figure, column in (("balance", "points"), ("pending", "pending"), ("owed", "owed")):
            added = sum(each[column] for each in entries)
            if told[figure] != added:
                yield f"points of {phone.number}: {figure} {told[figure]}, added up {added}"
    if told["available"] != told["balance"] - told["pending"]:
        yield f"points of {phone.number}: {told['available']} available of {told['balance']}"
    waiting = sum(each["points"] for each in told["waiting"])
    if waiting != told["pending"]:
        yield f"points of {phone.number}: {waiting} wait for their day, pending {told['pending']}"
    if f"You can use {told['available']} point" not in phone.page("/rewards/"):
        yield f"points of {phone.number}: the page does not show {told['available']}"


def _on_the_phone(told: Any, page: Page, notebook: Notebook) -> Iterator[str]:
    stands = told["standing"]
    next_due = stands["next_due"]
    pairs = {
        "is settled": (told["state"] == "SETTLED", page.is_settled),
        "principal": (told["principal_outstanding_fen"], page.principal_fen),
        "due": (stands["due_fen"], page.due_fen),
        "days past due": (stands["days_past_due"], page.days_past_due),
        "the most": (stands["most_fen"], max(page.most_fen - stands["collecting_fen"], 0)),
        "next": (
            next_due
            and (
                next_due["number"],
                date.fromisoformat(next_due["due_on"]),
                next_due["outstanding_fen"],
            ),
            page.next_due,
        ),
        "payments": (_net_fen(told["transactions"]), sum(each.fen for each in notebook.paid)),
    }
    for what, (said, noted) in pairs.items():
        if said != noted:
            yield f"{what} is told as {said}, noted as {noted}"


def _net_fen(transactions: Any) -> int:
    """What was paid and not taken back."""
    others = {"DISBURSEMENT", "REVERSAL", "CHARGEBACK"}
    return sum(
        each["amount_fen"]
        for each in transactions
        if each["kind"] not in others and not each["is_undone"]
    )


def _words(told: Any, page: Page) -> Iterator[str]:
    """What stands on the page in words."""
    if page.is_settled:
        yield "You owe nothing more on this loan."
        return
    yield yuan(page.principal_fen)
    yield f"{page.paid_count} of "
    if page.due_fen:
        yield yuan(page.due_fen)
    if page.days_past_due:
        yield f"{page.days_past_due} day"
    if page.next_due:
        _number, due_on, fen = page.next_due
        yield yuan(fen)
        with translation.override("en"):
            yield date_format(due_on, "DATE_FORMAT")

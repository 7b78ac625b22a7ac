"""The workbench's figures in words: each card is shown to those who may see the rows behind it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.templatetags.money import yuan
from config.staff import queries, queue, sidebar
from config.staff.queries import DecisionDay
from lending.loans import queries as loans
from monitoring.alerts.words import SEVERITIES
from monitoring.watch.rules import URGENT


@dataclass(frozen=True, slots=True)
class Moment:
    """When the page is asked for: the instant, and the day that the books are open for."""

    now: datetime
    books_on: date


@dataclass(frozen=True, slots=True)
class Card:
    """One figure. `look` is "wait" or "bad" where a person should do something about it."""

    title: str
    figure: str
    note: str
    url: str
    look: str = ""


Drawn = tuple[str, Callable[[Moment], list[Card]]]


def cards(request: HttpRequest, moment: Moment, days: Sequence[DecisionDay]) -> list[Card]:
    """The cards that the person may see: what to act on, what was decided, how the book stands."""
    return [
        *_allowed(TO_ACT_ON, request, moment),
        *(decided_cards(days[-1]) if days else []),
        *_allowed(THE_BOOK, request, moment),
    ]


def _allowed(drawn: Sequence[Drawn], request: HttpRequest, moment: Moment) -> Iterator[Card]:
    for permission, draw in drawn:
        if request.user.has_perm(permission):
            yield from draw(moment)


def waiting_cards(moment: Moment) -> list[Card]:
    """Applications that wait for a person."""
    waiting = queries.waiting()
    note = _("Nobody waits")
    if waiting.oldest_at is not None:
        note = _("The longest: %(age)s") % {"age": queue.age(waiting.oldest_at, moment.now)}
    if waiting.proofs:
        note += " · " + _("proofs to look at: %(count)d") % {"count": waiting.proofs}
    return [
        Card(
            title=_("Applications waiting"),
            figure=str(waiting.count),
            note=note,
            # Where only proofs wait, the list of what is to be decided would be empty.
            url=sidebar.path_of(sidebar.WAITING)
            if waiting.proofs
            else sidebar.link_of(sidebar.WAITING),
            look="wait" if waiting.count else "",
        )
    ]


def alert_cards(_moment: Moment) -> list[Card]:
    """Alerts that are not closed, by how grave they are."""
    found = queries.alerts_by_severity()
    parts = [
        f"{_(SEVERITIES.get(severity, str(severity)))}: {count}"
        for severity, count in found.items()
    ]
    return [
        Card(
            title=_("Alerts open"),
            figure=str(sum(found.values())),
            note=" · ".join(parts) or _("All is quiet"),
            url=sidebar.link_of(sidebar.OPEN_ALERTS),
            look=_alarm(found),
        )
    ]


def _alarm(found: dict[int, int]) -> str:
    if found.get(URGENT):
        return "bad"
    return "wait" if found else ""


def trouble_cards(_moment: Moment) -> list[Card]:
    """Money that neither moves nor stands in the books."""
    found = queries.trouble()
    return [
        Card(
            title=_("Money standing still"),
            figure=str(found.total),
            note=_("Payouts failed: %(failed)d · not booked: %(unbooked)d")
            % {"failed": found.payouts_failed, "unbooked": found.unbooked},
            url=reverse("admin:lending_transfer_changelist"),
            look="bad" if found.total else "",
        )
    ]


def decided_cards(today: DecisionDay) -> list[Card]:
    """What was decided today, and how often it was an offer."""
    note = _("No final decision yet")
    if today.final:
        note = _("%(share)s of the final decisions were offers") % {
            "share": share(today.offered, today.final)
        }
    return [
        Card(
            title=_("Decided today"),
            figure=str(today.total),
            note=note,
            url=reverse("admin:scoring_assessment_changelist"),
        )
    ]


def loan_cards(moment: Moment) -> list[Card]:
    """What is lent, and how much of it is late."""
    book = loans.portfolio(on=moment.books_on)
    all_url = reverse("admin:lending_loan_changelist")
    running_url = f"{all_url}?state__exact=ACTIVE"
    at_risk = {
        "first": share(book.later_than_1_day_fen, book.principal_fen),
        "second": share(book.later_than_30_days_fen, book.principal_fen),
    }
    return [
        Card(
            title=_("Running loans"),
            figure=str(book.active),
            note=_("On average: %(amount)s")
            % {"amount": yuan(book.principal_fen // max(book.active, 1))},
            url=running_url,
        ),
        Card(
            title=_("Principal owed"),
            figure=yuan(book.principal_fen),
            note=_("over all running loans"),
            url=running_url,
        ),
        Card(
            title=_("Loans past due"),
            figure=str(book.past_due),
            note=_("Of the principal, over 1 day late: %(first)s · over 30 days: %(second)s")
            % at_risk,
            url=all_url,
            look="bad" if book.past_due else "",
        ),
    ]


def repaid_cards(moment: Moment) -> list[Card]:
    """What came back today."""
    count, amount_fen = queries.repaid(on=moment.books_on)
    return [
        Card(
            title=_("Repaid today"),
            figure=yuan(amount_fen),
            note=ngettext("%(count)d repayment booked", "%(count)d repayments booked", count)
            % {"count": count},
            url=reverse("admin:lending_ledgerentry_changelist") + "?kind=REPAYMENT",
        )
    ]


def share(part: int, whole: int) -> str:
    """A part of a whole in percent with one place; of nothing there is no part."""
    return f"{Decimal(part * 100) / whole:.1f}%" if whole else "–"


TO_ACT_ON: tuple[Drawn, ...] = (
    ("lending.view_loanapplication", waiting_cards),
    ("monitoring.view_alert", alert_cards),
    ("lending.view_transfer", trouble_cards),
)
THE_BOOK: tuple[Drawn, ...] = (
    ("lending.view_loan", loan_cards),
    ("lending.view_ledgerentry", repaid_cards),
)

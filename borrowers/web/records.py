"""What was read: sums as pictures with a table behind each, single and single bills."""

from collections.abc import Iterable, Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from borrowers.behaviour import queries
from borrowers.behaviour.imports import BatchFacts, StreamSeen, Summary
from borrowers.behaviour.words import CATEGORIES, FINDINGS, FREQUENCIES, doubt_of_kept, source_title
from borrowers.checks.queries import unread_rows
from borrowers.people.contracts import BorrowerCard
from borrowers.web.gate import borrower_page
from common import clock
from common.charts.level import Level
from common.periods import shanghai_date
from common.templatetags.money import yuan
from common.texts import gettext_noop
from common.web.spoken import spoken

MONTHS_SHOWN = 12
UNREAD_SHOWN = 50
NAMELESS = gettext_noop("A payer without a name")


@require_safe
@borrower_page
def summary(request: HttpRequest, card: BorrowerCard) -> HttpResponse:
    """Months, scenes, income, what comes again, what came back."""
    overview = queries.overview(card.id)
    found = queries.summary(card.id, clock.shanghai_today())
    scenes = [
        Level(_(CATEGORIES[each.category]), each.out_fen, yuan(each.out_fen))
        for each in overview.categories
        if each.out_fen > 0
    ]
    context = {
        "overview": overview,
        "months": overview.months[-MONTHS_SHOWN:],
        "scenes": scenes,
        "refunds": _refunds(found),
        "incomes": _incomes(found),
        "subscribed": _levels(found.streams),
        "salaries": _shown(found.streams, {"SALARY", "INCOME"}),
        "subscriptions": _shown(found.streams, {"SUBSCRIPTION"}),
        "found": found,
    }
    return render(request, "borrowers/summary.html", context)


@require_safe
@borrower_page
def bill(request: HttpRequest, card: BorrowerCard, public_id: str) -> HttpResponse:
    """One bill: every row of the file accounted for, against what the file says of itself."""
    facts = queries.batch(public_id, card.id)
    doubt = doubt_of_kept(facts)
    context = {
        "facts": facts,
        "source": spoken(source_title(facts.source)),
        "first_on": shanghai_date(facts.first_at) if facts.first_at else None,
        "last_on": shanghai_date(facts.last_at) if facts.last_at else None,
        "rows": _rows_of(facts),
        "findings": [(_(FINDINGS[each.code]), each.rows) for each in facts.findings],
        "unread": unread_rows(facts.id)[:UNREAD_SHOWN] if facts.is_used else (),
        "doubt": _(doubt.message) % doubt.context if doubt else "",
    }
    return render(request, "borrowers/bill.html", context)


def _refunds(found: Summary) -> list[Level]:
    """What came back in each of the last months in which something did."""
    month_format = pgettext("date format of a month in a table", "F Y")
    return [
        Level(date_format(each.first_day, month_format), each.refunds_fen, yuan(each.refunds_fen))
        for each in found.refund_months[-MONTHS_SHOWN:]
        if each.refunds_fen > 0
    ]


def _incomes(found: Summary) -> list[Level]:
    """Where money came from; nothing of what came back or was borrowed."""
    sizes = ((_("Salary"), found.salary_fen), (_("Other income"), found.other_income_fen))
    return [Level(name, fen, yuan(fen)) for name, fen in sizes if fen > 0]


def _levels(streams: Iterable[StreamSeen]) -> list[Level]:
    """What goes on being paid for, by what one payment costs."""
    return [
        Level(each.party or _(NAMELESS), each.average_fen, yuan(each.average_fen))
        for each in streams
        if each.kind == "SUBSCRIPTION" and each.is_active
    ]


def _shown(streams: Iterable[StreamSeen], kinds: set[str]) -> list[dict[str, object]]:
    return [
        {
            "party": each.party or _(NAMELESS),
            "what": _(CATEGORIES[each.category]),
            "rhythm": _(FREQUENCIES[each.frequency]),
            "average_fen": each.average_fen,
            "times": each.occurrences,
            "last_on": each.last_on,
            "is_active": each.is_active,
        }
        for each in streams
        if each.kind in kinds
    ]


def _rows_of(facts: BatchFacts) -> Sequence[tuple[str, int]]:
    """How the rows of the file add up."""
    counts = (
        (_("Payments kept"), facts.imported),
        (_("Known already"), facts.duplicates),
        (_("Closed or returned, so not counted"), facts.not_counted),
        (_("Rows we could not read"), facts.quarantined),
    )
    return [(name, count) for name, count in counts if count or name == counts[0][0]]

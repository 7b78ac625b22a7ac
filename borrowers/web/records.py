"""What was read: sums as pictures with a table behind each, single bills, and single lines."""

import re
from collections.abc import Iterable, Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from borrowers.behaviour import queries
from borrowers.behaviour.contracts import Direction, EventKey, Source
from borrowers.behaviour.imports import BatchFacts, EventSeen, StreamSeen, Summary
from borrowers.behaviour.words import CATEGORIES, FREQUENCIES, SOURCES, doubt_of_kept
from borrowers.people.contracts import BorrowerCard
from borrowers.web.gate import borrower_page
from common import clock
from common.charts.level import Level
from common.errors import NotFound
from common.periods import shanghai_date
from common.templatetags.money import yuan
from common.texts import gettext_noop

MONTHS_SHOWN = 12
LINES_SHOWN = 25
CURSOR = re.compile(r"(-?\d{1,18})\.(-?\d{1,19})", re.ASCII)
LARGEST_KEY = 2**63
SIGNS = {Direction.IN: "+", Direction.OUT: "−", Direction.NEUTRAL: ""}
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
        "incomes": _incomes(found),
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
        "source": _(SOURCES[facts.source]),
        "first_on": shanghai_date(facts.first_at) if facts.first_at else None,
        "last_on": shanghai_date(facts.last_at) if facts.last_at else None,
        "rows": _rows_of(facts),
        "doubt": _(doubt.message) % doubt.context if doubt else "",
    }
    return render(request, "borrowers/bill.html", context)


@require_safe
@borrower_page
def lines(request: HttpRequest, card: BorrowerCard) -> HttpResponse:
    """The person's own payments, newest first, a page at a time."""
    found = queries.page(card.id, before=_key(request.GET.get("before", "")), limit=LINES_SHOWN + 1)
    shown = found[:LINES_SHOWN]
    following = ""
    if len(found) > LINES_SHOWN:
        key = shown[-1].key
        following = f"{reverse('borrowers:lines')}?before={key.microseconds}.{key.ext}"
    context = {
        "lines": [_line(each) for each in shown],
        "following_url": following,
        "is_first": "before" not in request.GET,
    }
    return render(request, "borrowers/lines.html", context)


def _incomes(found: Summary) -> list[Level]:
    """Where money came from; nothing of what came back or was borrowed."""
    sizes = ((_("Salary"), found.salary_fen), (_("Other income"), found.other_income_fen))
    return [Level(name, fen, yuan(fen)) for name, fen in sizes if fen > 0]


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


def _line(each: EventSeen) -> dict[str, object]:
    return {
        "key": f"{each.key.microseconds}.{each.key.ext}",
        "on": shanghai_date(each.occurred_at),
        "party": each.merchant or each.counterparty,
        "memo": each.memo,
        "source": _(SOURCES[each.source]),
        "what": _(CATEGORIES[each.category]),
        "sign": SIGNS[Direction(each.direction)],
        "amount_fen": each.amount_fen,
        "refunded_fen": each.refunded_fen,
        "is_own": each.source == Source.OWN_LOANS,
        "metrics": each.metrics,
    }


def _key(text: str) -> EventKey | None:
    """Where a page begins; nothing is the newest. Raises NotFound for what is no key."""
    if not text:
        return None
    found = CURSOR.fullmatch(text)
    if found is None:
        raise NotFound
    microseconds, ext = int(found[1]), int(found[2])
    if not -LARGEST_KEY <= ext < LARGEST_KEY:
        raise NotFound
    return EventKey(microseconds, ext)

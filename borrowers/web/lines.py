"""Single lines: a person's own payments, and what they say of them."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from borrowers.behaviour import queries
from borrowers.behaviour.contracts import (
    Category,
    Direction,
    EventKey,
    MarkKind,
    MarkState,
    Source,
)
from borrowers.behaviour.imports import EventSeen
from borrowers.behaviour.words import CATEGORIES, source_title
from borrowers.checks import lines as verbs
from borrowers.checks.contracts import MarkFacts
from borrowers.checks.queries import marks
from borrowers.people.contracts import BorrowerCard
from borrowers.web.forms import LineForm, refuse
from borrowers.web.gate import acting, borrower_page
from common.actors import Actor
from common.errors import NotFound, Refused
from common.periods import shanghai_date
from common.texts import gettext_noop
from common.web.spoken import spoken

LINES_SHOWN = 25
CURSOR = re.compile(r"(-?\d{1,18})\.(-?\d{1,19})", re.ASCII)
LARGEST_EXT = 2**63
# A thousand years and more around 1970: no line lies further away.
FURTHEST_MICROSECONDS = 4 * 10**16
SIGNS = {Direction.IN: "+", Direction.OUT: "−", Direction.NEUTRAL: ""}
Say = Callable[[int, EventKey, Actor], str]
# What each choice of the form asks for.
VERBS: Mapping[str, Say] = {
    "EXCLUDE": lambda who, key, by: verbs.exclude(borrower_id=who, event=key, by=by),
    "DISPUTE": lambda who, key, by: verbs.dispute(borrower_id=who, event=key, by=by),
    "DUPLICATE": lambda who, key, by: verbs.call_duplicate(borrower_id=who, event=key, by=by),
}
SAID: Mapping[MarkKind, str] = {
    MarkKind.EXCLUDED: gettext_noop("You asked us to leave this out"),
    MarkKind.DISPUTED: gettext_noop("You said that this is wrong"),
    MarkKind.DUPLICATE: gettext_noop("You said that this is told twice"),
}
CAME_OF_IT: Mapping[MarkState, str] = {
    MarkState.ASKED: gettext_noop("a person looks at it"),
    MarkState.GRANTED: gettext_noop("a person agreed"),
    MarkState.REFUSED: gettext_noop("a person left it as it is"),
}
AT_ONCE = gettext_noop("it is left out from now on")


@require_safe
@borrower_page
def lines(request: HttpRequest, card: BorrowerCard) -> HttpResponse:
    """The person's own payments, newest first, a page at a time."""
    asked = request.GET.get("before", "")
    before = key_of(asked) if asked else None
    found = queries.page(card.id, before=before, limit=LINES_SHOWN + 1)
    shown = found[:LINES_SHOWN]
    following = ""
    if len(found) > LINES_SHOWN:
        following = f"{reverse('borrowers:lines')}?before={text_of(shown[-1].key)}"
    said = _said(card.id)
    context = {
        "lines": [_shown(each, said.get(each.key, ())) for each in shown],
        "following_url": following,
        "is_first": not asked,
    }
    return render(request, "borrowers/lines.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@borrower_page
def line(request: HttpRequest, card: BorrowerCard, key: str) -> HttpResponse:
    """One payment, and what its person says of it."""
    found = _own(card, key_of(key))
    is_answer = request.method == "POST"
    form = LineForm(request.POST if is_answer else None)
    status = 422 if is_answer else 200
    if is_answer and form.is_valid():
        try:
            _say(card, found.key, form)
        except NotFound:
            raise
        except Refused as refusal:
            refuse(form, refusal)
            status = refusal.status
        else:
            messages.success(request, _("Thank you. You see on this page what comes of it."))
            return redirect("borrowers:line", key)
    said = _said(card.id).get(found.key, ())
    context = {"line": _shown(found, said), "form": form}
    return render(request, "borrowers/line.html", context, status=status)


def key_of(text: str) -> EventKey:
    """The key of a line as an address writes it. Raises NotFound for what is none."""
    found = CURSOR.fullmatch(text)
    if found is None or abs(int(found[1])) > FURTHEST_MICROSECONDS:
        raise NotFound
    if not -LARGEST_EXT <= int(found[2]) < LARGEST_EXT - 1:
        raise NotFound
    return EventKey(int(found[1]), int(found[2]))


def text_of(key: EventKey) -> str:
    """The same the other way round."""
    return f"{key.microseconds}.{key.ext}"


def _own(card: BorrowerCard, key: EventKey) -> EventSeen:
    """The person's own line, while it may be read. Raises NotFound."""
    # The page before the next key holds the key itself, where it is there.
    for each in queries.page(card.id, before=EventKey(key.microseconds, key.ext + 1), limit=1):
        if each.key == key:
            return each
    raise NotFound


def _say(card: BorrowerCard, key: EventKey, form: LineForm) -> None:
    what = form.cleaned_data["what"]
    if what in VERBS:
        VERBS[what](card.id, key, acting(card))
        return
    verbs.propose_label(
        borrower_id=card.id,
        event=key,
        category=Category(int(form.cleaned_data["category"])),
        by=acting(card),
    )


def _said(borrower_id: int) -> Mapping[EventKey, Sequence[MarkFacts]]:
    found: dict[EventKey, list[MarkFacts]] = defaultdict(list)
    for each in marks(borrower_id):
        found[each.event].append(each)
    return found


def _in_words(mark: MarkFacts) -> str:
    """What the person said, and what came of it."""
    is_at_once = mark.is_at_once and mark.state is MarkState.ASKED
    came = AT_ONCE if is_at_once else CAME_OF_IT[mark.state]
    return _("%(said)s: %(came)s.") % {"said": _(SAID[mark.kind]), "came": _(came)}


def _shown(each: EventSeen, said: Sequence[MarkFacts]) -> dict[str, object]:
    return {
        "url": reverse("borrowers:line", args=[text_of(each.key)]),
        "on": shanghai_date(each.occurred_at),
        "party": each.merchant or each.counterparty,
        "memo": each.memo,
        "source": spoken(source_title(each.source)),
        "what": _(CATEGORIES[each.category]),
        "sign": SIGNS[Direction(each.direction)],
        "amount_fen": each.amount_fen,
        "refunded_fen": each.refunded_fen,
        "is_own": each.source == Source.OWN_LOANS,
        "metrics": each.metrics,
        "marks": [_in_words(mark) for mark in said],
    }

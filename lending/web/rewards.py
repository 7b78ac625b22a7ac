"""Points for paying on time: how many, from what, until when, and what they buy."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from common import public_ids
from common.business_date import queries as business_dates
from common.errors import NotFound, Refused
from lending.rewards import actions, fulfilment, queries
from lending.rewards.models import Benefit, Entitlement, PointsEntry
from lending.rewards.queries import PointsView
from lending.web import own
from lending.web.apply import REQUEST_KEY

TIERS: dict[str, Promise] = {"BRONZE": _("Bronze"), "SILVER": _("Silver"), "GOLD": _("Gold")}
NO_TIER = _("None yet")
KINDS: dict[str, Promise] = {
    "SPEND": _("Used"),
    "REFUND": _("Came back"),
    "EXPIRE": _("Their last day was over"),
    "REVERSE": _("The payment was taken back"),
    "COVER": _("Made up for points owed"),
    "TWICE": _("A lower rate served two loans"),
    "ONCE": _("One of the two loans was given back"),
}
EARNED: dict[str, Promise] = {
    "INSTALMENT": _("Paid on time"),
    "STREAK": _("Months on time in a row"),
    "GRANT": _("Given by us"),
    "REFUND": _("Came back"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the history in words."""

    said: Promise | str
    points: int
    owed: int
    on: date | None
    at: datetime
    entry: PointsEntry


class WithinReach(forms.RadioSelect):
    """Choices of which some are shown and cannot be taken yet."""

    def __init__(self, *, beyond: set[str]) -> None:
        super().__init__()
        self.beyond = beyond

    def create_option(self, *given: Any, **more: Any) -> dict[str, Any]:
        """The option, disabled where the points do not suffice."""
        option = super().create_option(*given, **more)
        if option["value"] in self.beyond:
            option["attrs"]["disabled"] = True
        return option


class BenefitForm(forms.Form):
    """What to spend points on."""

    request_key = forms.RegexField(REQUEST_KEY, widget=forms.HiddenInput)

    def __init__(self, *args: Any, points: PointsView, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["benefit"] = forms.ChoiceField(
            label=_("What do you want for your points?"),
            choices=[(each.code, _said(each, points.available)) for each in points.benefits],
            widget=WithinReach(
                beyond={e.code for e in points.benefits if e.cost_points > points.available}
            ),
            error_messages={
                "required": _("Choose one."),
                "invalid_choice": _("There is none of this left. Choose another."),
            },
        )


def _said(each: Benefit, available: int) -> str:
    text = ngettext(
        "%(name)s, for %(cost)d point", "%(name)s, for %(cost)d points", each.cost_points
    )
    said = text % {"name": each.name_in(own.language()), "cost": each.cost_points}
    missing = each.cost_points - available
    if missing <= 0:
        return said
    more = ngettext("%(said)s: %(count)d more point", "%(said)s: %(count)d more points", missing)
    return more % {"said": said, "count": missing}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def rewards(request: HttpRequest) -> HttpResponse:
    """The points and what they buy; buying is one click however often it is clicked."""
    points = queries.points_of(own.borrower(request).id)
    form = BenefitForm(
        request.POST or None, points=points, initial={"request_key": public_ids.new()}
    )
    if request.method == "POST" and form.is_valid() and _buy(request, form):
        return redirect("lending:rewards")
    return _page(request, points, form)


def _page(
    request: HttpRequest, points: PointsView, form: BenefitForm, **more: object
) -> HttpResponse:
    borrower, on = own.borrower(request), business_dates.today()
    terms, tier = queries.terms_in_force(), queries.tier_of(borrower.id, on=on)
    shown = {
        "points": points,
        "terms": terms,
        "rows": list(_rows(points)),
        "form": form,
        "least_points": min((each.cost_points for each in points.benefits), default=None),
        "bought": queries.bought(borrower.id, on=on, language=own.language()),
        "tier": tier,
        "tier_name": TIERS.get(tier.code, NO_TIER) if tier else NO_TIER,
        "next_name": TIERS.get(tier.next.code, "") if tier and tier.next else "",
        **more,
    }
    return render(request, "lending/rewards.html", shown, status=422 if form.errors else 200)


def _rows(points: PointsView) -> Iterator[Row]:
    for dated in queries.dated(points.entries):
        entry = dated.entry
        if entry.kind == "RELEASE":
            continue
        said = KINDS.get(entry.kind, EARNED.get(entry.lot.source_kind, ""))
        yield Row(said, entry.points, entry.owed, dated.on, entry.entered_at, entry)


def _buy(request: HttpRequest, form: BenefitForm) -> bool:
    """Whether it was bought; a refusal stands at the question."""
    try:
        actions.redeem(
            borrower_id=own.borrower(request).id,
            benefit=form.cleaned_data["benefit"],
            request_key=form.cleaned_data["request_key"],
            on=business_dates.today(),
            by=own.actor(request),
        )
    except Refused as refusal:
        form.add_error("benefit", own.in_words(refusal))
        return False
    messages.success(request, _("Done. It stands below, with its last day."))
    return True


@login_required
@require_POST
def give_back(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return something that was not used."""
    row = _own(request, public_id)

    def act() -> None:
        actions.return_bought(
            entitlement_id=row.pk,
            borrower_id=row.borrower_id,
            on=business_dates.today(),
            by=own.actor(request),
        )
        messages.success(request, _("Given back. Your points are yours again."))

    _try(request, act)
    return redirect("lending:rewards")


@login_required
@never_cache
@require_POST
def show_code(request: HttpRequest, public_id: str) -> HttpResponse:
    """A fresh code, shown on this page only; the one before no longer works."""
    row, shown = _own(request, public_id), {}

    def act() -> None:
        shown["code"] = fulfilment.show_code(
            entitlement_id=row.pk,
            borrower_id=row.borrower_id,
            on=business_dates.today(),
            by=own.actor(request),
        )

    _try(request, act)
    if not shown:
        return redirect("lending:rewards")
    points = queries.points_of(row.borrower_id)
    form = BenefitForm(points=points, initial={"request_key": public_ids.new()})
    return _page(request, points, form, code=shown["code"], code_of=row.pk)


def _own(request: HttpRequest, public_id: str) -> Entitlement:
    """The person's own purchase. Raises NotFound."""
    row = queries.entitlement_of(own.borrower(request).id, public_id)
    if row is None:
        raise NotFound
    return row


def _try(request: HttpRequest, act: Callable[[], None]) -> None:
    try:
        act()
    except Refused as refusal:
        messages.error(request, own.in_words(refusal))

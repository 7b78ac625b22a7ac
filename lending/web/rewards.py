"""Points for paying on time: how many, from what, until when, and what they buy."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from common import public_ids
from common.business_date import queries as business_dates
from common.errors import NotFound, Refused
from common.templatetags.rates import percent
from lending.lines import queries as lines
from lending.rewards import actions, fulfilment, queries
from lending.rewards.models import Benefit, BenefitKind, Entitlement, PointsEntry
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

    def __init__(
        self, *args: Any, points: PointsView, adds_ppm: Mapping[str, int], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["benefit"] = forms.ChoiceField(
            label=_("What do you want for your points?"),
            choices=[
                (each.code, _said(each, points.available, adds_ppm.get(each.code)))
                for each in points.benefits
            ],
            widget=WithinReach(
                beyond={e.code for e in points.benefits if e.cost_points > points.available}
            ),
            error_messages={
                "required": _("Choose one."),
                "invalid_choice": _("There is none of this left. Choose another."),
            },
        )


def _adds_ppm(borrower_id: int, points: PointsView) -> dict[str, int]:
    """What each lower rate would take off beyond the tier, as far as is known before an offer.

    The programme has a most, and the rate that was decided last a lowest below it.
    """
    line = lines.standing_of(borrower_id)
    room_ppm = line.annual_rate_ppm - line.floor_rate_ppm if line and line.tier else None

    def off_ppm(bought_ppm: int) -> int:
        total = queries.next_loan_discount(borrower_id, bought_ppm=bought_ppm).total_ppm
        return total if room_ppm is None else min(total, room_ppm)

    rates = [each for each in points.benefits if each.kind == BenefitKind.RATE_DISCOUNT]
    alone_ppm = off_ppm(0) if rates else 0
    return {each.code: off_ppm(each.discount_ppm) - alone_ppm for each in rates}


def _form(borrower_id: int, points: PointsView, given: QueryDict | None = None) -> BenefitForm:
    return BenefitForm(
        given or None,
        points=points,
        adds_ppm=_adds_ppm(borrower_id, points),
        initial={"request_key": public_ids.new()},
    )


def _said(each: Benefit, available: int, adds_ppm: int | None) -> str:
    """Its name and price, what is missing, and before it is bought whether it would serve."""
    said = _priced(each, available)
    if adds_ppm is None or adds_ppm >= each.discount_ppm:
        return said
    if adds_ppm <= 0:
        text = gettext(
            "%(said)s. It would add nothing now: your rate is already as low as it goes."
        )
    else:
        text = gettext("%(said)s. It would take only %(adds)s more off now.")
    return text % {"said": said, "adds": percent(adds_ppm)}


def _priced(each: Benefit, available: int) -> str:
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
    borrower_id = own.borrower(request).id
    points = queries.points_of(borrower_id)
    form = _form(borrower_id, points, request.POST)
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
    form = _form(row.borrower_id, points)
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

"""Points for paying on time: how many, from what, and what they buy."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from common import public_ids
from common.business_date import queries as business_dates
from common.errors import Refused
from common.templatetags.rates import percent
from lending.products import law
from lending.rewards import actions, queries, rules
from lending.rewards.queries import PointsView
from lending.web import own
from lending.web.apply import REQUEST_KEY


class BenefitForm(forms.Form):
    """What to spend points on."""

    request_key = forms.RegexField(REQUEST_KEY, widget=forms.HiddenInput)

    def __init__(self, *args: Any, points: PointsView, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["benefit"] = forms.ChoiceField(
            label=_("What do you want for your points?"),
            choices=[
                (
                    each.code,
                    ngettext(
                        "%(rate)s a year less on your next loan, for %(cost)d point",
                        "%(rate)s a year less on your next loan, for %(cost)d points",
                        each.cost_points,
                    )
                    % {"rate": percent(each.discount_ppm), "cost": each.cost_points},
                )
                for each in points.benefits
            ],
            widget=forms.RadioSelect,
            error_messages={"required": _("Choose one.")},
        )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def rewards(request: HttpRequest) -> HttpResponse:
    """The points and what they buy; buying is one click however often it is clicked."""
    borrower, on = own.borrower(request), business_dates.today()
    points = queries.points_of(borrower.id)
    form = BenefitForm(
        request.POST or None, points=points, initial={"request_key": public_ids.new()}
    )
    if request.method == "POST" and form.is_valid() and _buy(request, form):
        return redirect("lending:rewards")
    return render(
        request,
        "lending/rewards.html",
        {
            "points": points,
            "fen_per_point": rules.FEN_PER_POINT,
            "form": form,
            "least_points": min(each.cost_points for each in points.benefits),
            "usable": queries.usable_entitlements(borrower.id, on=on),
        },
        status=422 if form.errors else 200,
    )


def _buy(request: HttpRequest, form: BenefitForm) -> bool:
    """Whether it was bought; a refusal stands at the question."""
    on = business_dates.today()
    try:
        actions.redeem(
            borrower_id=own.borrower(request).id,
            benefit=form.cleaned_data["benefit"],
            request_key=form.cleaned_data["request_key"],
            point_fen=law.on(on).point_value_fen,
            on=on,
            by=own.actor(request),
        )
    except Refused as refusal:
        form.add_error("benefit", own.in_words(refusal))
        return False
    messages.success(request, _("Done. You can use it when you next apply for a loan."))
    return True

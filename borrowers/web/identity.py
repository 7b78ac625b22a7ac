"""The identity page: a name and a number, checked while the person is still there."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from borrowers.consent import actions as consents
from borrowers.consent.purposes import IDENTITY, PURPOSES
from borrowers.people import actions as people
from borrowers.people import queries
from borrowers.people.contracts import BorrowerCard
from borrowers.web.cards import consent_card
from borrowers.web.forms import IdentityForm, refuse
from borrowers.web.gate import acting, borrower_page
from common import clock
from common.errors import Refused
from common.rulebook.queries import number


@sensitive_post_parameters()
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
@borrower_page
def identity(request: HttpRequest, card: BorrowerCard) -> HttpResponse:
    """Ask once; afterwards show what is known, covered."""
    if card.is_identified and request.method != "POST":
        return render(request, "borrowers/identified.html", {"person": queries.masked(card.id)})
    form = IdentityForm(request.POST or None)
    status = 200
    if request.method == "POST":
        refusal = _identified(card, form)
        if refusal is None and form.is_valid():
            messages.success(request, _("Thank you. We know who you are now."))
            return redirect("lending:start")
        status = refusal.status if refusal else 422
    notice = consent_card(PURPOSES[IDENTITY], None)
    return render(
        request, "borrowers/identity.html", {"form": form, "notice": notice}, status=status
    )


def _identified(card: BorrowerCard, form: IdentityForm) -> Refused | None:
    """Keep what a valid form says, and that its notice was read."""
    if not form.is_valid():
        return None
    today = clock.shanghai_today()
    try:
        people.identify(
            borrower_id=card.id,
            name=form.cleaned_data["name"],
            id_number=form.cleaned_data["id_number"],
            on=today,
            minimum_age=int(number("MINIMUM_AGE_YEARS", on=today)),
            by=acting(card),
        )
    except Refused as refusal:
        refuse(form, refusal, _field_of(refusal))
        return refusal
    consents.grant(
        borrower_id=card.id,
        purpose=IDENTITY,
        notice_version=PURPOSES[IDENTITY].notice_version,
        language=get_language() or "",
        channel="WEB",
        by=acting(card),
    )
    return None


def _field_of(refusal: Refused) -> str | None:
    match refusal:
        case people.NameInvalid():
            return "name"
        case people.IdNumberInvalid() | people.TooYoung() | people.IdNumberTaken():
            return "id_number"
        case _:
            return None

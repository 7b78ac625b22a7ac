"""What somebody says of themselves for the fairness test: asked apart, and never shown."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from borrowers.consent import queries
from borrowers.consent.purposes import FAIRNESS_TEST, PURPOSES
from borrowers.people.contracts import BorrowerCard
from borrowers.protected import actions
from borrowers.web.cards import consent_card
from borrowers.web.gate import acting, borrower_page


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@borrower_page
def fairness(request: HttpRequest, card: BorrowerCard) -> HttpResponse:
    """Ask where the consent stands; what was answered goes in here and comes out nowhere."""
    if request.method == "POST":
        # An answer that is not there is none of the answers: an empty one is "rather not".
        sex = request.POST.get("sex", "MISSING")
        actions.declare(borrower_id=card.id, sex=sex, by=acting(card))
        messages.success(request, _("Thank you. It is kept for the test alone."))
        return redirect("borrowers:privacy")
    given = queries.active(card.id).get(FAIRNESS_TEST)
    context = {
        "is_allowed": given is not None,
        "notice": consent_card(PURPOSES[FAIRNESS_TEST], given),
    }
    return render(request, "borrowers/fairness.html", context)

"""The tasks of the start page, what is done and what comes next; and the language switch.

The page itself is lending's: it leads with a running loan.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from borrowers.behaviour import queries as behaviour
from borrowers.consent import queries as consents
from borrowers.consent.purposes import AUTOMATED_DECISION, CONSUMPTION_RECORDS
from borrowers.people.actions import set_language
from borrowers.people.contracts import BorrowerCard
from borrowers.web.forms import LanguageForm

SHARING = (CONSUMPTION_RECORDS, AUTOMATED_DECISION)


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the start page."""

    title: str
    hint: str
    url: str
    state: str


def upcoming(tasks: Sequence[Task]) -> Task | None:
    """The first task that can be done now."""
    return next((each for each in tasks if each.url and each.state == "TODO"), None)


@require_POST
def switch_language(request: HttpRequest) -> HttpResponse:
    """Remember the language on this device, and in the account of whoever is signed in."""
    form = LanguageForm(request.POST)
    if not form.is_valid():
        return redirect("lending:start")
    language = form.cleaned_data["language"]
    if request.user.is_authenticated:
        set_language(account_id=request.user.pk, language=language)
    translation.activate(language)
    response = HttpResponseRedirect(_safe_next(request, form.cleaned_data["next"]))
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=31_536_000, samesite="Lax")
    return response


def apply_url() -> str:
    """Where an application begins; empty where lending has no pages."""
    try:
        return reverse("lending:apply")
    except NoReverseMatch:
        return ""


def tasks(card: BorrowerCard) -> list[Task]:
    """Four short tasks, and where each stands."""
    given = consents.allowed(card.id)
    chosen = {each.purpose for each in consents.history(card.id)}
    has_records = any(each.is_used for each in behaviour.batches(card.id))
    return [
        Task(
            title=_("Say who you are"),
            hint=_("Your name and identity number"),
            url=reverse("borrowers:identity"),
            state="DONE" if card.is_identified else "TODO",
        ),
        Task(
            title=_("Choose what we may use"),
            hint=_("Each one is your choice, and you can take it back"),
            url=reverse("borrowers:consents"),
            # One page asks for all: who has answered on it has chosen, whatever they left out.
            state="TODO" if chosen.isdisjoint(SHARING) else "DONE",
        ),
        _records_task(
            has_chosen=not chosen.isdisjoint(SHARING),
            is_allowed=CONSUMPTION_RECORDS in given,
            has_records=has_records,
        ),
        Task(
            title=_("Apply for a loan"),
            hint=_("You see every cost before you decide"),
            url=apply_url() if card.is_identified else "",
            state="TODO" if card.is_identified else "LOCKED",
        ),
    ]


def _records_task(*, has_chosen: bool, is_allowed: bool, has_records: bool) -> Task:
    """Who said no is told the way back and is not pressed to take it (PIPL, articles 15 and 16)."""
    is_declined = has_chosen and not is_allowed and not has_records
    state = "DONE" if has_records else "TODO" if is_allowed else "LOCKED"
    hint = _("Wallets, bank accounts and other records; fuller records can mean a better offer")
    declined = _("You chose not to share them. You can change your choice whenever you like.")
    way = "borrowers:consents" if is_declined else "borrowers:sources"
    return Task(
        title=_("Add your bills"),
        hint=declined if is_declined else hint,
        url="" if state == "LOCKED" and not is_declined else reverse(way),
        state="OPTIONAL" if is_declined else state,
    )


def _safe_next(request: HttpRequest, wanted: str) -> str:
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else "/"

"""Registering a model and moving it on: the buttons and forms beside its page."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from borrowers.people import queries as people
from common.actors import Actor
from common.admin.pressed import acting, pressed, telling
from common.charts.bars import Bar, Caption, month_bars
from common.errors import NotFound, Refused
from common.rates import PPM
from common.web.refusals import in_words
from scoring.decisions.lookback.agreement import Agreement, agreement
from scoring.registry import actions, artefact, queries
from scoring.registry.life import states
from scoring.registry.life.split import LARGEST_SHARE_PPM
from scoring.registry.models import ModelState, ModelVersion

MAY_PROPOSE = "scoring.propose_modelversion"
MAY_APPROVE = "scoring.approve_modelversion"
PERCENT = PPM // 100
ASK = {
    "SHADOW": _("Propose for the shadow"),
    "CHALLENGER": _("Propose as challenger"),
    "CHAMPION": _("Propose to decide from now on"),
    "RETIRED": _("Propose to retire"),
}


class UploadForm(forms.Form):
    """The file that training wrote."""

    file = forms.FileField(
        label=_("Model file"), help_text=_("JSON as training wrote it, at most 16 MB.")
    )

    def document(self) -> dict[str, Any]:
        """The file's content. Raises ModelDamaged."""
        given: UploadedFile[Any] = self.cleaned_data["file"]
        return artefact.read(given.read(artefact.LARGEST_BYTES + 1))


class ShareForm(forms.Form):
    """How many of the applicants meet a challenger."""

    share = forms.DecimalField(
        label=_("Share of the applicants, in percent"),
        min_value=0,
        max_value=LARGEST_SHARE_PPM // PERCENT,
        decimal_places=2,
        required=False,
        initial=0,
        help_text=_("0 to 50. With 0 it only looks on."),
    )

    def share_ppm(self) -> int:
        """The share in parts per million."""
        return int((self.cleaned_data["share"] or 0) * PERCENT)


def shown(request: HttpRequest, row: ModelVersion) -> dict[str, Any]:
    """Its life with who and when, what may be pressed, and how it stands to the champion."""
    user = request.user
    waiting = queries.open_proposal(row.pk)
    may_propose = user.has_perm(MAY_PROPOSE) and waiting is None
    was_champion = queries.was_champion(row.pk)
    may_go = [
        state
        for state in states.STATES
        if states.may_be_proposed(row.state, state, was_champion=was_champion)
    ]
    is_strange = waiting is not None and user.pk not in {waiting.author_id, row.author_id}
    return {
        "steps": _steps(row),
        "waiting": waiting,
        "waiting_words": _words_of(waiting.to_state, waiting.share_ppm) if waiting else "",
        "buttons": [(state, ASK[state]) for state in may_go] if may_propose else [],
        "asks_share": "CHALLENGER" in may_go,
        "share_form": ShareForm(initial={"share": f"{row.share_ppm / PERCENT:g}"}),
        "may_lower": user.has_perm(MAY_PROPOSE) and row.share_ppm > 0,
        "may_approve": is_strange and user.has_perm(MAY_APPROVE),
        "waits_for_another": waiting is not None and not is_strange,
        "has_no_right": not user.has_perm(MAY_APPROVE if waiting else MAY_PROPOSE),
        "who_may": _who_may(MAY_APPROVE, {waiting.author_id, row.author_id})
        if waiting
        else _who_may(MAY_PROPOSE, set()),
        "may_roll_back": row.state == ModelState.CHAMPION
        and user.has_perm(MAY_APPROVE)
        and queries.version_before_champion() is not None,
        **_comparison(row),
    }


def _who_may(permission: str, apart_from: set[int | None]) -> list[str]:
    """Titles and covered phones of those who may do what comes next."""
    names = _names(set(people.staff_who_may(permission)) - apart_from)
    return [names[pk] for pk in sorted(names)]


def _names(ids: set[int]) -> dict[int, str]:
    phones, titles = people.covered_phones(ids), people.staff_titles(ids)
    return {pk: f"{gettext(titles.get(pk, people.STAFF))} {phones.get(pk, '')}" for pk in ids}


def _steps(row: ModelVersion) -> list[dict[str, Any]]:
    """What was proposed and what was done, the latest first."""
    steps = list(queries.steps_of(row.pk))
    done = {each.proposal_id for each in steps}
    proposals = [each for each in queries.proposals_of(row.pk) if each.pk not in done]
    ids = {each.account_id for each in steps if each.account_id}
    ids |= {each.proposal.author_id for each in steps if each.proposal}
    ids |= {pk for each in proposals for pk in (each.author_id, each.approver_id) if pk}
    names = _names(ids)
    found = [
        {
            "at": each.taken_at,
            "what": _words_of(each.to_state, each.share_ppm),
            "note": _("Rolled back") if each.is_rolled_back else "",
            "asked": names[each.proposal.author_id] if each.proposal else "",
            "by": names[each.account_id] if each.account_id else _("The platform"),
        }
        for each in steps
    ]
    found += [
        {
            "at": each.decided_at or each.proposed_at,
            "what": _words_of(each.to_state, each.share_ppm),
            "note": each.get_state_display(),
            "asked": names[each.author_id],
            "by": names.get(each.approver_id or 0, ""),
        }
        for each in proposals
    ]
    return sorted(found, key=lambda each: each["at"], reverse=True)


def _words_of(state: str, share_ppm: int) -> str:
    words = str(ModelState(state).label)
    if not share_ppm:
        return words
    share = f"{share_ppm / PERCENT:g}"
    return gettext("%(state)s, %(share)s%% of the applicants") % {"state": words, "share": share}


def _comparison(row: ModelVersion) -> dict[str, Any]:
    """Against the champion; the champion itself stands against nobody."""
    champion = next((each for each in queries.living() if each.state == "CHAMPION"), None)
    if champion is None or champion.id == row.pk or row.state == ModelState.DRAFT:
        return {}
    found = agreement(version_id=row.pk, other_id=champion.id)
    return {
        "agreement": found,
        "champion_version": champion.version,
        "mean_points": f"{found.mean_points:+.1f}",
        "agreement_chart": _chart(found) if found.pairs else "",
    }


def _chart(found: Agreement) -> SafeString:
    title = gettext("Score of this model less the champion's")
    caption = Caption(
        name="agreement",
        title=title,
        description=gettext("Applications by how many points the two stand apart."),
        top_label=str(max(each.count for each in found.bands)),
    )
    return month_bars(
        [Bar(f"{each.middle:+d}" if each.middle else "0", (each.count,)) for each in found.bands],
        caption=caption,
    )


def register(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Keep an uploaded model as a draft, or say what is wrong with the file."""
    if not request.user.has_perm(MAY_PROPOSE):
        raise PermissionDenied
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            kept = actions.register(document=form.document(), by=acting(request))
        except Refused as refusal:
            form.add_error("file", in_words(refusal))
        else:
            messages.success(request, gettext("The model is kept as a draft. It decides nothing."))
            return redirect("admin:scoring_modelversion_change", kept)
    shown_page = {**context, "title": gettext("Register a model"), "form": form}
    return TemplateResponse(request, "admin/scoring/modelversion/register.html", shown_page)


def press(
    request: HttpRequest, row_id: int, permission: str, verb: Callable[[Actor], object], done: str
) -> HttpResponse:
    """Do what was pressed (POST only), and show the model again with what came of it."""
    by = pressed(request, permission)
    with telling(request, done=done):
        verb(by)
    return redirect("admin:scoring_modelversion_change", row_id)


def propose(request: HttpRequest, row_id: int, by: Actor) -> None:
    """Ask for the step whose button was pressed. Raises as the verb does."""
    to_state = request.POST.get("to_state", "")
    share_ppm = _asked_share(request) if to_state == states.CHALLENGER else 0
    actions.propose(version_id=row_id, to_state=to_state, share_ppm=share_ppm, by=by)


def lower(request: HttpRequest, row_id: int, by: Actor) -> None:
    """Let fewer applicants meet it. Raises as the verb does."""
    actions.lower_share(version_id=row_id, share_ppm=_asked_share(request), by=by)


def decide(row_id: int, verb: Callable[..., None], by: Actor) -> None:
    """Approve or turn down what waits. Raises NotFound, and as the verb does."""
    waiting = queries.open_proposal(row_id)
    if waiting is None:
        raise NotFound
    verb(proposal_id=waiting.pk, by=by)


def _asked_share(request: HttpRequest) -> int:
    form = ShareForm(request.POST)
    if not form.is_valid():
        raise actions.ShareNotPossible
    return form.share_ppm()

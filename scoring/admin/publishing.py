"""Writing, testing, proposing and approving a policy: the buttons and forms beside its page."""

import json
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from borrowers.people import queries as people
from common.actors import Actor
from common.admin.pressed import acting, pressed, telling
from common.errors import Refused
from common.money import fen_from_yuan
from common.web.refusals import in_words
from scoring.policy import actions, cases, queries, table
from scoring.policy.contracts import TIERS, Case, Inputs
from scoring.policy.models import PolicyProposal, PolicyState, PolicyVersion
from scoring.policy.words import CODES

MAY_PROPOSE = "scoring.propose_policyversion"
MAY_APPROVE = "scoring.approve_policyversion"
LONGEST_TABLE = 200_000


def _codes(*names: str) -> list[tuple[str, str]]:
    return [(name, gettext(CODES[name])) for name in names]


class DraftForm(forms.Form):
    """A new version: its name and its tables."""

    version = forms.SlugField(
        label=_("Version"), max_length=40, allow_unicode=False, help_text=_("Such as strict-2027-1")
    )
    table = forms.CharField(
        label=_("Tables (JSON of the graph)"),
        max_length=LONGEST_TABLE,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false"}),
    )

    def document(self) -> dict[str, Any]:
        """What is registered, under its own hash."""
        graph = json.loads(self.cleaned_data["table"])
        document = {"version": self.cleaned_data["version"], "table": graph}
        return {**document, "sha256": table.fingerprint(document)}

    def clean(self) -> dict[str, Any]:
        """Refuse what no engine can run."""
        if not self.errors:
            try:
                table.load(self.document())
            except (ValueError, KeyError, TypeError, AttributeError, RuntimeError) as fault:
                text = gettext("These tables cannot be run: %(fault)s") % {"fault": fault}
                self.add_error("table", text)
        return self.cleaned_data


class CaseForm(forms.Form):
    """Values in, and what must come out. An empty figure means "not known"."""

    name = forms.CharField(label=_("Name of the case"), max_length=80)
    has_records = forms.BooleanField(label=_("Records shared"), required=False, initial=True)
    score = forms.IntegerField(label=_("Score"), required=False, min_value=0)
    confidence_percent = forms.FloatField(
        label=_("How complete the records are, in percent"),
        required=False,
        min_value=0,
        max_value=100,
    )
    history_months = forms.FloatField(label=_("Months of records"), required=False, min_value=0)
    income_yuan = forms.DecimalField(
        label=_("Average income a month, in yuan"), required=False, min_value=0, decimal_places=2
    )
    own_instalments = forms.FloatField(
        label=_("Instalments with us that fell due"), required=False, min_value=0
    )
    own_on_time_percent = forms.FloatField(
        label=_("Share of instalments with us paid on time, in percent"),
        required=False,
        min_value=0,
        max_value=100,
    )
    scene = forms.ChoiceField(label=_("Purpose of the loan"))
    amount_yuan = forms.DecimalField(
        label=_("Asked for, in yuan"), min_value=1, decimal_places=2, initial=10_000
    )
    term_months = forms.IntegerField(
        label=_("Months asked for"), min_value=1, max_value=60, initial=12
    )
    outcome = forms.ChoiceField(label=_("Expected result"))
    tier = forms.ChoiceField(label=_("Expected tier"), choices=[(each, each) for each in TIERS])

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._offer("scene", "CONSUMPTION", "EDUCATION")
        self._offer("outcome", "OFFERED", "REFERRED", "DECLINED")

    def _offer(self, name: str, *codes: str) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = _codes(*codes)

    def case(self) -> Case:
        """The case as rooms know it."""
        given = self.cleaned_data
        income = given["income_yuan"]
        return Case(
            name=given["name"],
            inputs=Inputs(
                has_records=given["has_records"],
                score=given["score"],
                pd=None,
                confidence=_share(given["confidence_percent"]),
                history_months=given["history_months"],
                income_monthly_fen=None if income is None else float(fen_from_yuan(income)),
                own_instalments=given["own_instalments"],
                own_on_time_share=_share(given["own_on_time_percent"]),
                scene=given["scene"],
                amount_fen=fen_from_yuan(given["amount_yuan"]),
                term_months=given["term_months"],
            ),
            outcome=given["outcome"],
            tier=given["tier"],
        )


def _share(percent: float | None) -> float | None:
    return None if percent is None else percent / 100


def shown(request: HttpRequest, row: PolicyVersion, form: CaseForm | None = None) -> dict[str, Any]:
    """Test cases with what comes out, who proposed and approved, and what may be pressed."""
    user = request.user
    waiting = queries.open_proposal(row.pk)
    runs = queries.runs_of(row)
    is_draft = row.state == PolicyState.DRAFT
    is_own = is_draft and row.author_id == user.pk and waiting is None
    may_write = user.has_perm(MAY_PROPOSE)
    comes_back = row.state == PolicyState.RETIRED and waiting is None
    return {
        "runs": [(each, CODES[each.case.outcome], CODES[each.outcome]) for each in runs],
        "proposals": _told(row),
        "waiting": waiting,
        "may_add_case": is_own and may_write,
        "may_propose": may_write and (comes_back or (is_own and cases.all_pass(runs))),
        "may_approve": waiting is not None
        and waiting.author_id != user.pk
        and user.has_perm(MAY_APPROVE),
        "waits_for_another": waiting is not None and waiting.author_id == user.pk,
        "may_draft": may_write,
        "case_form": form or CaseForm(),
    }


def _told(row: PolicyVersion) -> list[dict[str, Any]]:
    found = list(queries.proposals_of(row.pk))
    ids = {pk for each in found for pk in (each.author_id, each.approver_id) if pk}
    phones, titles = people.covered_phones(ids), people.staff_titles(ids)
    names = {pk: f"{gettext(titles.get(pk, people.STAFF))} {phones.get(pk, '')}" for pk in ids}
    return [
        {
            "proposal": each,
            "author": names[each.author_id],
            "approver": names.get(each.approver_id or 0, ""),
        }
        for each in found
    ]


def draft(request: HttpRequest, context: dict[str, Any], of: PolicyVersion | None) -> HttpResponse:
    """Write a version, starting from another."""
    if not request.user.has_perm(MAY_PROPOSE):
        raise PermissionDenied
    graph = of.content["table"] if of else {}
    start = {"table": json.dumps(graph, ensure_ascii=False, indent=1)}
    form = DraftForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        by = acting(request)
        try:
            kept = actions.register(document=form.document(), by=by)
        except Refused as refusal:
            form.add_error(None, in_words(refusal))
        else:
            messages.success(request, gettext("The draft is kept. Add its test cases now."))
            return redirect("admin:scoring_policyversion_change", kept)
    shown_page = {**context, "title": gettext("New policy draft"), "form": form}
    return TemplateResponse(request, "admin/scoring/policyversion/draft.html", shown_page)


def press(
    request: HttpRequest, row_id: int, permission: str, verb: Callable[[Actor], object], done: str
) -> HttpResponse:
    """Do what was pressed (POST only), and show the policy again with what came of it."""
    by = pressed(request, permission)
    with telling(request, done=done):
        verb(by)
    return redirect("admin:scoring_policyversion_change", row_id)


def proposal_of(row_id: int) -> PolicyProposal | None:
    """The latest proposal of a version."""
    return queries.proposals_of(row_id).first()

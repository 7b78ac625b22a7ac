"""Writing, comparing and publishing products: what stands beside a product's page for staff."""

from collections.abc import Callable, Iterator
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
from common import clock
from common.actors import Actor
from common.admin.pressed import acting, pressed, telling
from common.approvals.models import ProposalState
from common.charts.level import Level
from common.errors import Refused
from common.money import FEN_PER_YUAN
from common.rates import PPM
from common.templatetags.dates import day
from common.templatetags.money import yuan
from common.web.amounts import FenField
from common.web.refusals import in_words, message
from lending.admin.figures import amount, rate
from lending.products import law, publishing
from lending.products.caps.worst import Worst
from lending.products.models import (
    LoanProduct,
    ProductProposal,
    ProductState,
    RepaymentMethod,
    Rhythm,
    Scene,
)
from lending.products.scenes.judging import LARGEST_WHOLE

MAY_PROPOSE = "lending.propose_loanproduct"
MAY_APPROVE = "lending.approve_loanproduct"
LICENCES = ("CONSUMER_FINANCE", "BANK", "MICRO_LOAN")


class DraftForm(forms.Form):
    """The terms of a version, in yuan and percent."""

    code = forms.SlugField(label=_("Code"), max_length=20)
    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=60)
    name_en = forms.CharField(label=_("Name in English"), max_length=60)
    scene = forms.ChoiceField(label=_("Scene"), choices=Scene.choices)
    licence = forms.ChoiceField(label=_("Licence"), choices=[(each, each) for each in LICENCES])
    minimum_fen = FenField(
        label=_("Smallest amount"), least_fen=1, most_fen=LARGEST_WHOLE, help_text=_("In yuan.")
    )
    maximum_fen = FenField(
        label=_("Largest amount"), least_fen=1, most_fen=LARGEST_WHOLE, help_text=_("In yuan.")
    )
    terms_months = forms.RegexField(
        r"^\s*[1-9]\d{0,2}(\s*,\s*[1-9]\d{0,2})*\s*$",
        label=_("Months to choose from"),
        help_text=_("Such as 3, 6, 12"),
    )
    method = forms.ChoiceField(label=_("How it is repaid"), choices=RepaymentMethod.choices)
    rhythm = forms.ChoiceField(label=_("Rhythm"), choices=Rhythm.choices)
    floor = forms.DecimalField(label=_("Lowest rate, in percent"), min_value=0, max_value=100)
    highest = forms.DecimalField(label=_("Highest rate, in percent"), min_value=0, max_value=100)
    penalty = forms.DecimalField(
        label=_("Late payment costs so many times the rate"), min_value=0, max_value=10
    )
    grace_days = forms.IntegerField(label=_("Days of grace"), min_value=0, max_value=60)
    cooling_off_days = forms.IntegerField(
        label=_("Days to give it back"), min_value=0, max_value=30
    )
    pays_merchant = forms.BooleanField(label=_("Pays the school or shop"), required=False)
    needs_evidence = forms.BooleanField(label=_("Asks for proof"), required=False)
    needs_order = forms.BooleanField(label=_("Asks for the order or contract"), required=False)

    def clean(self) -> dict[str, Any]:
        """Ranges have a beginning before their end."""
        given = self.cleaned_data
        ends = (("minimum_fen", "maximum_fen"), ("floor", "highest"))
        for least, most in ends:
            if least in given and most in given and given[least] > given[most]:
                self.add_error(most, gettext("The range ends before it begins."))
        return given

    def terms(self) -> dict[str, Any]:
        """As the verb takes them."""
        given = self.cleaned_data
        same = ("name_zh", "name_en", "scene", "licence", "minimum_fen", "maximum_fen",
                "method", "rhythm", "grace_days", "cooling_off_days", "pays_merchant",
                "needs_evidence", "needs_order")  # fmt: skip
        return {name: given[name] for name in same} | {
            "terms_months": sorted({int(each) for each in given["terms_months"].split(",")}),
            "floor_rate_ppm": int(given["floor"] * PPM / 100),
            "highest_rate_ppm": int(given["highest"] * PPM / 100),
            "penalty_multiple_ppm": int(given["penalty"] * PPM),
        }


def _start(row: LoanProduct) -> dict[str, Any]:
    same = {name: getattr(row, name) for name in DraftForm.base_fields if hasattr(row, name)}
    return same | {
        "minimum_fen": row.minimum_fen // FEN_PER_YUAN,
        "maximum_fen": row.maximum_fen // FEN_PER_YUAN,
        "terms_months": ", ".join(str(each) for each in row.terms_months),
        "floor": row.floor_rate_ppm / 10_000,
        "highest": row.highest_rate_ppm / 10_000,
        "penalty": row.penalty_multiple_ppm / PPM,
    }


def draft(request: HttpRequest, context: dict[str, Any], of: LoanProduct | None) -> HttpResponse:
    """Write the next version of a product, or a new one, starting from another."""
    if not request.user.has_perm(MAY_PROPOSE) or of is None:
        raise PermissionDenied
    form = DraftForm(request.POST or None, initial=_start(of))
    if request.method == "POST" and form.is_valid():
        by = acting(request)
        try:
            kept = publishing.draft(code=form.cleaned_data["code"], terms=form.terms(), by=by)
        except Refused as refusal:
            form.add_error(None, in_words(refusal))
        else:
            messages.success(request, gettext("The version is written. Look at it, then propose."))
            return redirect("admin:lending_loanproduct_change", kept.pk)
    page = {**context, "title": gettext("New version of a product"), "form": form}
    return TemplateResponse(request, "admin/lending/loanproduct/draft.html", page)


def shown(request: HttpRequest, row: LoanProduct) -> dict[str, Any]:
    """The worst path, the limits, the version before beside this one, and who decided."""
    user, on = request.user, clock.shanghai_today()
    waiting = row.proposals.filter(state=ProposalState.PROPOSED).first()
    worst = law.worst_path(row, on=on)
    is_own = row.state == ProductState.DRAFT and row.author_id == user.pk and waiting is None
    return {
        "worst": worst,
        "payments": _payments(worst),
        "limits": [message(each) for each in law.limits_broken(row, on=on)],
        "compared": list(_compared(row)),
        "proposals": list(_told(row)),
        "may_draft": user.has_perm(MAY_PROPOSE),
        "may_propose": is_own and user.has_perm(MAY_PROPOSE),
        "may_approve": waiting is not None
        and waiting.author_id != user.pk
        and user.has_perm(MAY_APPROVE),
        "may_close": row.is_open and row.state == ProductState.PUBLISHED
        and user.has_perm(MAY_PROPOSE),
        "waits_for_another": waiting is not None and waiting.author_id == user.pk,
    }  # fmt: skip


def _payments(worst: Worst) -> list[Level]:
    """Each payment of the worst path as a bar."""
    return [
        Level(label=day(each.paid_on), size=each.amount_fen, said=yuan(each.amount_fen))
        for each in worst.path.payments
    ]


TITLES = {
    "name_zh": _("Name in Chinese"),
    "name_en": _("Name in English"),
    "scene": _("Scene"),
    "licence": _("Licence"),
    "minimum_fen": _("Smallest amount"),
    "maximum_fen": _("Largest amount"),
    "terms_months": _("Months to choose from"),
    "method": _("How it is repaid"),
    "rhythm": _("Rhythm"),
    "floor_rate_ppm": _("Lowest rate"),
    "highest_rate_ppm": _("Highest rate"),
    "penalty_multiple_ppm": _("Late payment costs so many times the rate"),
    "grace_days": _("Days of grace"),
    "cooling_off_days": _("Days to give it back"),
    "pays_merchant": _("Pays the school or shop"),
    "needs_evidence": _("Asks for proof"),
    "needs_order": _("Asks for the order or contract"),
}


def _compared(row: LoanProduct) -> Iterator[dict[str, Any]]:
    """Every term beside that of the version before."""
    versions = LoanProduct.objects.filter(code=row.code, version__lt=row.version)
    before = versions.order_by("-version").first()
    for name in publishing.TERMS:
        old = _term(before, name) if before else ""
        new = _term(row, name)
        yield {
            "name": TITLES[name],
            "old": old,
            "new": new,
            "is_changed": before is not None and old != new,
        }


def _term(row: LoanProduct, name: str) -> str:
    value = getattr(row, name)
    if name.endswith("_fen"):
        return amount(value)
    if name.endswith("_rate_ppm"):
        return rate(value)
    if name == "penalty_multiple_ppm":
        return f"{value / PPM:g}"
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    display = getattr(row, f"get_{name}_display", None)
    return str(display() if display else value)


def _told(row: LoanProduct) -> Iterator[dict[str, Any]]:
    found = list(row.proposals.order_by("-pk"))
    ids = {pk for each in found for pk in (each.author_id, each.approver_id) if pk}
    phones, titles = people.covered_phones(ids), people.staff_titles(ids)
    names = {pk: f"{gettext(titles.get(pk, people.STAFF))} {phones.get(pk, '')}" for pk in ids}
    for each in found:
        yield {
            "proposal": each,
            "author": names[each.author_id],
            "approver": names.get(each.approver_id or 0, ""),
        }


def press(
    request: HttpRequest, page: str, row_id: int, permission: str, verb: Callable[[Actor], object]
) -> HttpResponse:
    """Do what was pressed (POST only), and show the page again with what came of it."""
    by = pressed(request, permission)
    with telling(request, done=gettext("Done.")):
        verb(by)
    return redirect(page, row_id)


def open_proposal_id(product_id: int) -> int:
    """The proposal that was on the page; the latest where it was decided meanwhile, or none."""
    rows = ProductProposal.objects.filter(product_id=product_id).order_by("-pk")
    return rows.values_list("pk", flat=True).first() or 0

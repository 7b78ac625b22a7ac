"""Rewards for staff: points, purchases, programme, catalogue, grants, handing over, statements."""

import json
from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.actors import Actor
from common.admin.bases import ReadOnlyAdmin
from common.admin.chips import chip
from common.admin.pressed import acting
from common.business_date import queries as business_dates
from common.errors import Refused
from common.web.refusals import in_words
from lending.admin import words
from lending.admin.figures import amount, colleagues, person_link, rate
from lending.admin.reward_forms import CodeForm, GrantForm, ProgrammeForm, StatementForm
from lending.rewards import fulfilment, queries
from lending.rewards.models import (
    Benefit,
    Entitlement,
    Fulfilment,
    PartnerStatement,
    PointsEntry,
    PointsGrant,
    RewardProgramme,
)
from lending.rewards.staff import grants, programmes, statements, stock

LOOKS = {
    "ISSUED": "success",
    "RESERVED": "warning",
    "CONSUMED": "info",
    "PROPOSED": "warning",
    "PREPARED": "warning",
    "APPROVED": "success",
    "ACTIVE": "success",
    "DRAFT": "info",
    "ORDERED": "warning",
    "READY": "warning",
    "DELIVERED": "success",
}


class RewardAdmin(ReadOnlyAdmin):
    """Rows that only verbs change: a form adds one, actions decide on those that are chosen."""

    form_class: ClassVar[type[forms.Form] | None] = None
    may_add = ""
    may_act = ""
    actions_on_top = True

    def has_add_permission(self, request: HttpRequest, *_: Any) -> bool:
        """Who may propose."""
        return bool(self.may_add) and request.user.has_perm(self.may_add)

    def has_act_permission(self, request: HttpRequest) -> bool:
        """Who is offered the actions; what they do asks for the right once more."""
        return bool(self.may_act) and request.user.has_perm(self.may_act)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One form, one verb."""
        if self.form_class is None or not self.has_add_permission(request):
            raise PermissionDenied
        form = self.form_class(request.POST or None, initial=self.starts_with())
        if request.method == "POST" and form.is_valid():
            try:
                form.act(acting(request))  # type: ignore[attr-defined]  # each of ours has it
            except Refused as refusal:
                form.add_error(None, in_words(refusal))
            else:
                messages.success(request, _("Done."))
                return redirect(f"admin:lending_{self.opts.model_name}_changelist")
        shown = {"title": self.opts.verbose_name, "form": form, "opts": self.opts}
        context = self.admin_site.each_context(request) | shown
        return TemplateResponse(request, "admin/lending/reward_form.html", context)

    def starts_with(self) -> dict[str, Any]:
        """What stands in the form before anybody writes."""
        return {}

    @admin.display(description=_("State"), ordering="state")
    def stand(self, row: Any) -> str:
        return chip(row.get_state_display(), code=row.state, looks=LOOKS)

    @admin.display(description=_("Proposed by"), ordering="author")
    def proposer(self, row: Any) -> str:
        return _colleague(row.author_id)

    @admin.display(description=_("Decided by"), ordering="approver")
    def decider(self, row: Any) -> str:
        return _colleague(row.approver_id)


def _colleague(account_id: int | None) -> str:
    """A member of the staff as colleagues know them."""
    if account_id is None:
        return ""
    return colleagues([account_id])[account_id]


def _told(value: object) -> str:
    return "—" if value is None else json.dumps(value)


def _each(
    request: HttpRequest,
    permission: str,
    rows: QuerySet[Any],
    verb: Callable[[Any, Actor], object],
) -> None:
    """The verb on each chosen row; each refusal is said, and the others go on."""
    if not request.user.has_perm(permission):
        raise PermissionDenied
    done = 0
    for row in rows.order_by("pk"):
        try:
            verb(row, acting(request))
        except Refused as refusal:
            messages.error(request, f"{row}: {in_words(refusal)}")
        else:
            done += 1
    if done:
        messages.success(request, _("Done: %(count)s.") % {"count": done})


@admin.register(PointsEntry)
class PointsEntryAdmin(ReadOnlyAdmin):
    """Every movement of points."""

    list_display = ("entry_key", "sort", "points", "pending", "owed", "entered_at")
    list_filter = ("kind",)
    ordering = ("-pk",)
    fields = ("entry_key", "sort", "points", "pending", "owed", "entered_at")

    @admin.display(description=_("Kind"), ordering="kind")
    def sort(self, row: PointsEntry) -> str:
        return words.said(words.KINDS, row.kind)


@admin.register(Entitlement)
class EntitlementAdmin(RewardAdmin):
    """What was bought with points, and the loan that each lower rate serves."""

    list_display = ("public_id", "benefit", "kind", "lower", "cost_points", "stand", "expires_on")
    list_filter = ("state", "kind", "benefit")
    search_fields = ("public_id",)
    ordering = ("-pk",)
    fields = (
        "public_id", "benefit", "kind", "lower", "cost_points", "stand", "issued_at", "expires_on"
    )  # fmt: skip

    @admin.display(description=_("Lower rate by"), ordering="discount_ppm")
    def lower(self, row: Entitlement) -> str:
        return rate(row.discount_ppm)


@admin.register(RewardProgramme)
class RewardProgrammeAdmin(RewardAdmin):
    """Versions of the programme: a draft, put in force by another person, and never changed."""

    form_class = ProgrammeForm
    may_add = "lending.propose_rewardprogramme"
    may_act = "lending.approve_rewardprogramme"
    list_display = ("version", "stand", "from_date", "budget", "cost")
    list_filter = ("state",)
    ordering = ("-pk",)
    fields = ("version", "stand", "from_date", "budget", "cost", "differs", "numbers", "written_at")
    actions = ("put_in_force",)

    def starts_with(self) -> dict[str, Any]:
        """The numbers in force, to be changed one by one."""
        row = queries.programme(business_dates.today())
        return ProgrammeForm.starting_from(row.terms if row else None)

    @admin.display(description=_("Budget"), ordering="budget_fen")
    def budget(self, row: RewardProgramme) -> str:
        return amount(row.budget_fen)

    @admin.display(description=_("Other than what is in force"))
    def differs(self, row: RewardProgramme) -> SafeString | str:
        """What whoever approves it decides on."""
        now = queries.programme(business_dates.today())
        before = {} if now is None else now.terms
        names = sorted({*before, *row.terms})
        changed = [
            (name, _told(before.get(name)), _told(row.terms.get(name)))
            for name in names
            if before.get(name) != row.terms.get(name)
        ]
        rows = format_html_join("", "<li>{}: {} → {}</li>", changed)
        return format_html("<ul>{}</ul>", rows) if changed else gettext("Nothing")

    @admin.display(description=_("Terms"))
    def numbers(self, row: RewardProgramme) -> SafeString:
        return format_html("<pre>{}</pre>", json.dumps(row.terms, indent=1, sort_keys=True))

    @admin.display(description=_("Cost so far"), ordering="cost_fen")
    def cost(self, row: RewardProgramme) -> str:
        return amount(row.cost_fen)

    @admin.action(description=_("Put in force"), permissions=["act"])
    def put_in_force(self, request: HttpRequest, rows: QuerySet[RewardProgramme]) -> None:
        on = business_dates.today()
        _each(
            request,
            self.may_act,
            rows,
            lambda row, by: programmes.put_in_force(version=row.version, on=on, by=by),
        )


@admin.register(Benefit)
class BenefitAdmin(RewardAdmin):
    """The catalogue and its stock."""

    list_display = ("code", "kind", "name_zh", "cost_points", "stock", "partner", "on_offer")
    list_filter = ("kind", "is_open")
    ordering = ("cost_points", "pk")
    fields = ("code", "kind", "name_zh", "name_en", "cost_points", "stock", "partner", "on_offer")
    actions = ("add_ten", "sell_out", "open_or_close")
    may_act = "lending.stock_benefit"

    @admin.display(description=_("Can be bought"), ordering="is_open", boolean=True)
    def on_offer(self, row: Benefit) -> bool:
        return row.is_open

    @admin.action(description=_("Ten more in stock"), permissions=["act"])
    def add_ten(self, request: HttpRequest, rows: QuerySet[Benefit]) -> None:
        self._set(request, rows, lambda row: ((row.stock or 0) + 10, row.is_open))

    @admin.action(description=_("None left in stock"), permissions=["act"])
    def sell_out(self, request: HttpRequest, rows: QuerySet[Benefit]) -> None:
        self._set(request, rows, lambda row: (0, row.is_open))

    @admin.action(description=_("Open or close"), permissions=["act"])
    def open_or_close(self, request: HttpRequest, rows: QuerySet[Benefit]) -> None:
        self._set(request, rows, lambda row: (row.stock, not row.is_open))

    def _set(
        self,
        request: HttpRequest,
        rows: QuerySet[Benefit],
        wanted: Callable[[Benefit], tuple[int | None, bool]],
    ) -> None:
        def act(row: Benefit, by: Actor) -> object:
            count, is_open = wanted(row)
            return stock.set_stock(benefit_id=row.pk, stock=count, is_open=is_open, by=by)

        _each(request, self.may_act, rows, act)


@admin.register(PointsGrant)
class PointsGrantAdmin(RewardAdmin):
    """Points that staff give: proposed by one, decided by another."""

    form_class = GrantForm
    may_add = "lending.propose_pointsgrant"
    may_act = "lending.approve_pointsgrant"
    list_display = (
        "public_id", "person", "points", "reason", "stand", "proposed_on", "proposer", "decider"
    )  # fmt: skip
    list_select_related = ("account",)
    list_filter = ("state", "reason")
    ordering = ("-pk",)
    fields = list_display
    actions = ("approve", "turn_down")

    @admin.display(description=_("Person"))
    def person(self, row: PointsGrant) -> SafeString:
        return person_link(row.account)

    @admin.action(description=_("Approve"), permissions=["act"])
    def approve(self, request: HttpRequest, rows: QuerySet[PointsGrant]) -> None:
        on = business_dates.today()
        _each(
            request,
            self.may_act,
            rows,
            lambda row, by: grants.approve(grant_id=row.pk, on=on, by=by),
        )

    @admin.action(description=_("Turn down"), permissions=["act"])
    def turn_down(self, request: HttpRequest, rows: QuerySet[PointsGrant]) -> None:
        _each(
            request,
            self.may_act,
            rows,
            lambda row, by: grants.turn_down(grant_id=row.pk, by=by),
        )


@admin.register(Fulfilment)
class FulfilmentAdmin(RewardAdmin):
    """Coupons and gifts on their way; a code is checked by adding a handing over."""

    form_class = CodeForm
    may_add = may_act = "lending.fulfil_fulfilment"
    list_display = ("entitlement", "partner", "stand", "delivered_on")
    list_filter = ("state", "partner")
    ordering = ("-pk",)
    fields = ("entitlement", "partner", "stand", "delivered_on")
    actions = ("ready", "failed")

    @admin.action(description=_("Ready at the partner's"), permissions=["act"])
    def ready(self, request: HttpRequest, rows: QuerySet[Fulfilment]) -> None:
        _each(
            request,
            self.may_act,
            rows,
            lambda row, by: fulfilment.mark_ready(fulfilment_id=row.pk, by=by),
        )

    @admin.action(
        description=_("Could not be handed over: give the points back"), permissions=["act"]
    )
    def failed(self, request: HttpRequest, rows: QuerySet[Fulfilment]) -> None:
        on = business_dates.today()
        _each(
            request,
            self.may_act,
            rows,
            lambda row, by: fulfilment.mark_failed(fulfilment_id=row.pk, on=on, by=by),
        )


@admin.register(PartnerStatement)
class PartnerStatementAdmin(RewardAdmin):
    """What partners get for a month: prepared by one, approved by another."""

    form_class = StatementForm
    may_add = "lending.prepare_partnerstatement"
    may_act = "lending.approve_partnerstatement"
    list_display = ("partner", "month", "count", "sum", "stand", "proposer", "decider")
    list_filter = ("state", "partner")
    ordering = ("-month", "pk")
    fields = list_display
    actions = ("approve",)

    @admin.display(description=_("Amount"), ordering="amount_fen")
    def sum(self, row: PartnerStatement) -> str:
        return amount(row.amount_fen)

    @admin.action(description=_("Approve"), permissions=["act"])
    def approve(self, request: HttpRequest, rows: QuerySet[PartnerStatement]) -> None:
        on = business_dates.today()
        _each(
            request,
            self.may_act,
            rows,
            lambda row, by: statements.approve(statement_id=row.pk, on=on, by=by),
        )

"""The merchant table for staff: its lines, its versions, and the file that holds all of it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from borrowers.behaviour.contracts import Category, Place
from borrowers.behaviour.merchants import actions, queries, sheets
from borrowers.behaviour.merchants.naming import LONGEST_NAME, OF_MERCHANTS, Rule, changes, spelled
from borrowers.behaviour.models import MerchantRule, MerchantVersion
from borrowers.behaviour.words import CATEGORIES
from common.admin.bases import ReadOnlyAdmin
from common.admin.pressed import acting
from common.errors import Refused
from common.web.refusals import in_words

MAY_MANAGE = "borrowers.manage_merchants"
FAULTS_SHOWN = 200
PLACES = {
    Place.UNKNOWN: _("Not known"),
    Place.ONLINE: _("On line"),
    Place.OFFLINE: _("Over a counter"),
    Place.AUTO_DEBIT: _("Takes itself"),
}


class RuleForm(forms.Form):
    """One line of the table."""

    name = forms.CharField(
        label=_("Merchant's name"),
        max_length=LONGEST_NAME,
        help_text=_("As bills write it; width and capitals do not matter. Never a person's name."),
    )
    is_prefix = forms.BooleanField(
        label=_("Only how it begins"),
        required=False,
        help_text=_("For every name that begins so, such as all branches of a chain"),
    )
    category = forms.TypedChoiceField(label=_("Category"), coerce=int)
    place = forms.TypedChoiceField(label=_("Place"), coerce=int)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        kinds = [(int(each), gettext(CATEGORIES[each])) for each in OF_MERCHANTS]
        for name, choices in (("category", kinds), ("place", list(PLACES.items()))):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [(int(code), words) for code, words in choices]

    def rule(self) -> Rule:
        """The line as the table spells it."""
        return Rule(
            name=spelled(self.cleaned_data["name"]),
            is_prefix=self.cleaned_data["is_prefix"],
            category=Category(self.cleaned_data["category"]),
            place=Place(self.cleaned_data["place"]),
        )


class SheetForm(forms.Form):
    """The whole table as a file."""

    file = forms.FileField(label=_("CSV file"))


class AgreedForm(forms.Form):
    """The text that was looked at, and the version that it was held against."""

    text = forms.CharField(widget=forms.HiddenInput, strip=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


@admin.register(MerchantRule)
class MerchantRuleAdmin(ReadOnlyAdmin):
    """The table as it stands: of each name the last word on it."""

    list_display = ("name", "is_prefix", "kind", "where", "version")
    list_filter = ("is_prefix",)
    search_fields = ("name",)
    ordering = ("name", "is_prefix")
    list_per_page = 50
    list_select_related = ("version",)
    fields = ("name", "is_prefix", "kind", "where", "version")
    change_list_template = "admin/borrowers/merchantrule/change_list.html"
    change_form_template = "admin/borrowers/merchantrule/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[MerchantRule]:
        """Without what was overruled or taken out."""
        later = MerchantRule.objects.filter(
            name=OuterRef("name"), is_prefix=OuterRef("is_prefix"), pk__gt=OuterRef("pk")
        )
        rows: QuerySet[MerchantRule] = super().get_queryset(request)
        return rows.filter(~Exists(later), category__isnull=False)

    @admin.display(description=_("Category"), ordering="category")
    def kind(self, row: MerchantRule) -> str:
        return gettext(CATEGORIES[row.category or Category.UNKNOWN])

    @admin.display(description=_("Place"), ordering="place")
    def where(self, row: MerchantRule) -> str:
        return str(PLACES[Place(row.place)])

    def get_urls(self) -> list[URLPattern]:
        """The verbs beside the usual pages."""
        ways = {"write": self.write, "import": self.bring, "export": self.export}
        named = [
            path(f"{way}/", self.admin_site.admin_view(view), name=f"borrowers_merchantrule_{way}")
            for way, view in ways.items()
        ]
        remove = path(
            "<int:pk>/remove/",
            self.admin_site.admin_view(self.remove),
            name="borrowers_merchantrule_remove",
        )
        return [*named, remove, *super().get_urls()]

    def write(self, request: HttpRequest) -> HttpResponse:
        """Add a line, or change the one of that name."""
        _insist(request)
        form = RuleForm(request.POST or None, initial=self._said(request))
        if request.method == "POST" and form.is_valid():
            try:
                actions.put(rule=form.rule(), by=acting(request))
                return self._done(request)
            except Refused as refusal:
                form.add_error("name", in_words(refusal))
        return self._page(request, form=form)

    def remove(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take a line out; the versions before keep it."""
        _insist(request)
        row = self.get_queryset(request).filter(pk=pk).first()
        if request.method != "POST":
            raise PermissionDenied
        if row is not None:
            actions.remove(key=(row.name, row.is_prefix), by=acting(request))
        return self._done(request)

    def bring(self, request: HttpRequest) -> HttpResponse:
        """A file is looked at first; what was looked at becomes the table."""
        _insist(request)
        agreed = AgreedForm(request.POST)
        try:
            if request.method == "POST" and agreed.is_valid():
                return self._take(request, **agreed.cleaned_data)
            form = SheetForm(request.POST or None, request.FILES or None)
            if request.method == "POST" and form.is_valid():
                file = form.cleaned_data["file"]
                return self._look(request, sheets.text_of(file.read(sheets.LARGEST_FILE + 1)))
        except Refused as refusal:
            form = SheetForm()
            messages.error(request, in_words(refusal))
        return self._page(request, sheet=form)

    def export(self, request: HttpRequest) -> HttpResponse:
        """The table as it stands, or as it stood at a version."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        asked = request.GET.get("version", "")
        is_number = asked.isascii() and asked.isdigit() and len(asked) < len(str(2**63))
        book = queries.at(int(asked)) if is_number else queries.active()
        answer = HttpResponse(
            sheets.written(book.rules.values()).encode("utf-8-sig"),
            content_type="text/csv; charset=utf-8",
        )
        answer["Content-Disposition"] = f'attachment; filename="merchants-{book.version}.csv"'
        return answer

    def _look(self, request: HttpRequest, text: str) -> HttpResponse:
        """What the file would do to the table, with every fault in it."""
        read, book = sheets.read(text), queries.active()
        faults = [
            (each.number, gettext(sheets.FAULTS[each.fault]), each.text)
            for each in read.faults[:FAULTS_SHOWN]
        ]
        found = changes(book.rules, {rule.key: rule for rule in read.rules})
        agreed = AgreedForm(initial={"text": text, "seen": book.version})
        return self._page(
            request,
            faults=faults,
            more_faults=len(read.faults) - len(faults),
            found=found,
            agreed=None if read.faults else agreed,
        )

    def _take(self, request: HttpRequest, text: str, seen: int) -> HttpResponse:
        read = sheets.read(text)
        if read.faults:
            return self._look(request, text)
        actions.replace(rules=read.rules, seen=seen, by=acting(request))
        return self._done(request)

    def _said(self, request: HttpRequest) -> dict[str, Any]:
        """The line that somebody wants to change."""
        asked = request.GET.get("rule", "")
        row = self.get_queryset(request).filter(pk=asked).first() if asked.isdecimal() else None
        names = ("name", "is_prefix", "category", "place")
        return {name: getattr(row, name) for name in names} if row else {}

    def _done(self, request: HttpRequest) -> HttpResponse:
        messages.success(request, gettext("Done."))
        return redirect("admin:borrowers_merchantrule_changelist")

    def _page(self, request: HttpRequest, **shown: object) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, **shown}
        context["title"] = gettext("Merchant table")
        return TemplateResponse(request, "admin/borrowers/merchantrule/page.html", context)


@admin.register(MerchantVersion)
class MerchantVersionAdmin(ReadOnlyAdmin):
    """Every change of the table: who made it, when, and how much it changed."""

    list_display = ("number", "made_at", "made_by", "rules", "added", "changed", "removed")
    ordering = ("-pk",)
    list_per_page = 50
    fields = ("public_id", "made_at", "made_by", "rules", "added", "changed", "removed")
    change_form_template = "admin/borrowers/merchantversion/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[MerchantVersion]:
        """With who made it, and nothing sealed of them."""
        rows: QuerySet[MerchantVersion] = super().get_queryset(request)
        return rows.select_related("made_by").defer("made_by__phone")

    @admin.display(description=_("Number"), ordering="pk")
    def number(self, row: MerchantVersion) -> int:
        return int(row.pk)


def _insist(request: HttpRequest) -> None:
    if not request.user.has_perm(MAY_MANAGE):
        raise PermissionDenied

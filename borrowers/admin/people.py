"""People for staff: covered in every list; clear details once, with a reason that is kept."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from borrowers.admin.consent import said
from borrowers.behaviour import queries as behaviour
from borrowers.behaviour.words import source_title
from borrowers.consent import queries as consents
from borrowers.people import actions, queries
from borrowers.people.contracts import REVEAL_REASONS
from borrowers.people.models import AccessEntry, Borrower
from common.admin.bases import ReadOnlyAdmin
from common.admin.pressed import pressed
from common.web.spoken import spoken

FIELD_WORDS = {
    "name": _("Name"),
    "id_number": _("Identity number"),
    "phone": _("Phone"),
}
# A look may also have been at a file.
SEEN_WORDS = {
    **FIELD_WORDS,
    "enrolment_evidence": _("Proof of what a loan is for"),
    "contract": _("Contract"),
    "certificate": _("Sealed paper"),
    "quarantined_row": _("A row of a bill"),
}


class RevealForm(forms.Form):
    """What to look at, and why."""

    fields_asked = forms.MultipleChoiceField(
        label=_("What do you need to see?"),
        choices=list(FIELD_WORDS.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    reason_code = forms.ChoiceField(label=_("Why?"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        reasons = [(code, gettext(words)) for code, words in REVEAL_REASONS.items()]
        field = self.fields["reason_code"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "—"), *reasons]


@admin.register(Borrower)
class BorrowerAdmin(ReadOnlyAdmin):
    """Borrowers by their public number; names and numbers covered."""

    list_display = ("public_id", "covered_name", "covered_phone", "is_identified", "joined_at")
    list_filter = (("identified_at", admin.EmptyFieldListFilter),)
    search_fields = ("public_id",)
    search_help_text = _("The public number of a borrower, or a whole phone number")
    ordering = ("-pk",)
    fields = ("public_id", "is_identified", "identified_at", "joined_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Borrower]:
        """Without the sealed columns: no list needs them in the clear."""
        rows: QuerySet[Borrower] = super().get_queryset(request)
        return rows.only("public_id", "identified_at", "joined_at")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Borrower], search_term: str
    ) -> tuple[QuerySet[Borrower], bool]:
        """By public number, or by a whole phone number through its blind index."""
        account = queries.account_by_phone(search_term)
        if account is not None:
            return queryset.filter(account=account), False
        found: tuple[QuerySet[Borrower], bool] = super().get_search_results(
            request, queryset, search_term
        )
        return found

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Cover the people of the page together: one read of their keys."""
        changelist: ChangeList = super().get_changelist_instance(request)
        masks = queries.masked_many([row.pk for row in changelist.result_list])
        for row in changelist.result_list:
            row.covered = masks[row.pk]
        return changelist

    @admin.display(description=_("Name"))
    def covered_name(self, row: Any) -> str:
        return str(row.covered.name)

    @admin.display(description=_("Phone"))
    def covered_phone(self, row: Any) -> str:
        return str(row.covered.phone)

    @admin.display(description=_("Identified"), boolean=True)
    def is_identified(self, row: Borrower) -> bool:
        return row.identified_at is not None

    # --- one person ---

    def beside(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """The person covered, what they allow, their bills, and who looked at them."""
        return {**_shown(row), "may_reveal": request.user.has_perm("borrowers.reveal_borrower")}

    def get_urls(self) -> list[URLPattern]:
        """The reveal beside the usual pages."""
        reveal = path(
            "<int:borrower_id>/reveal/",
            self.admin_site.admin_view(self.reveal),
            name="borrowers_borrower_reveal",
        )
        return [reveal, *super().get_urls()]

    @method_decorator(sensitive_variables())
    def reveal(self, request: HttpRequest, borrower_id: int) -> HttpResponse:
        """Clear details, once: the look is written down before anything is shown."""
        by = pressed(request, "borrowers.reveal_borrower")
        form = RevealForm(request.POST)
        seen: dict[Any, str] = {}
        if form.is_valid():
            revealed = actions.reveal(
                borrower_id=borrower_id,
                fields=form.cleaned_data["fields_asked"],
                reason_code=form.cleaned_data["reason_code"],
                by=by,
            )
            seen = {FIELD_WORDS[name]: text for name, text in revealed.fields.items()}
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Clear details"),
            "form": form,
            "seen": seen,
            "borrower_id": borrower_id,
        }
        page = TemplateResponse(request, "admin/borrowers/borrower/reveal.html", context)
        add_never_cache_headers(page)
        return page


def _shown(row: Borrower) -> dict[str, Any]:
    return {
        "person": queries.masked(row.pk),
        "consents": [(said(each.purpose), each) for each in consents.history(row.pk)],
        "bills": [(spoken(source_title(each.source)), each) for each in behaviour.batches(row.pk)],
        "accesses": [
            (
                each,
                [SEEN_WORDS.get(name, name) for name in each.fields],
                gettext(REVEAL_REASONS.get(each.reason_code, each.reason_code)),
            )
            for each in queries.accesses(row.pk)
        ],
        "reveal_form": RevealForm(),
    }


@admin.register(AccessEntry)
class AccessEntryAdmin(ReadOnlyAdmin):
    """Who looked at whose clear details, and why."""

    list_display = ("seen_at", "borrower", "looker", "seen", "reason")
    list_filter = ("reason_code",)
    search_fields = ("borrower__public_id", "seen_by__public_id")
    ordering = ("-pk",)
    fields = ("seen_at", "borrower", "looker", "seen", "reason")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AccessEntry]:
        """With the public numbers of both, and nothing sealed."""
        rows: QuerySet[AccessEntry] = super().get_queryset(request)
        return rows.select_related("borrower").only(
            "seen_at", "fields_seen", "reason_code", "borrower__public_id", "seen_by_id"
        )

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Cover the members of staff of the page together."""
        changelist: ChangeList = super().get_changelist_instance(request)
        phones = queries.covered_phones({row.seen_by_id for row in changelist.result_list})
        for row in changelist.result_list:
            row.covered_phone = phones.get(row.seen_by_id, "")
        return changelist

    @admin.display(description=_("Seen by"))
    def looker(self, row: Any) -> str:
        found = getattr(row, "covered_phone", None)
        return found or queries.covered_phones([row.seen_by_id]).get(row.seen_by_id, "")

    @admin.display(description=_("What was seen"))
    def seen(self, row: AccessEntry) -> str:
        return ", ".join(str(SEEN_WORDS.get(each, each)) for each in row.fields_seen)

    @admin.display(description=_("Reason"), ordering="reason_code")
    def reason(self, row: AccessEntry) -> str:
        return gettext(REVEAL_REASONS.get(row.reason_code, row.reason_code))

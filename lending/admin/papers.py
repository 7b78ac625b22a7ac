"""Sealed papers for staff: what was sealed when, whether it still holds, and opening one."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from borrowers.documents import actions as documents
from borrowers.people.contracts import REVEAL_REASONS
from common.admin.bases import ReadOnlyAdmin
from common.admin.chips import chip
from common.admin.links import linked
from common.admin.pressed import pressed
from common.api.renderers import pdf
from common.errors import Refused
from common.seals.contracts import Outcome
from common.web.refusals import in_words
from lending.admin.figures import person_link
from lending.loans import queries as loans
from lending.loans.models import Loan, LoanState
from lending.papers import certificate, queries
from lending.papers.contracts import Verified
from lending.papers.models import SealedPaper

MAY_OPEN = "lending.open_sealedpaper"
MAY_SEE = "lending.view_sealedpaper"
HASH_SHOWN = 16
LOOKS = {"CONTRACT": "info", "SETTLEMENT": "success", "STATEMENT": "default"}
SAID = {
    Outcome.VALID: _("Genuine and unchanged"),
    Outcome.ALTERED: _("Changed after it was sealed"),
    Outcome.UNKNOWN_SEAL: _("Not our seal"),
    Outcome.NOT_SEALED: _("Without a seal"),
}
UNREADABLE = _("Cannot be read: the person's key is gone, or the file is")
OF_THE_PAST = _("Genuine, but the loan was opened again since")
SIGNED = {
    "TEXT": _("Text of the contract"),
    "TERMS": _("Terms of the contract"),
    "DISCLOSURE": _("Cost disclosure"),
}


class OpeningForm(forms.Form):
    """Why somebody wants to read it; the person can see who did."""

    reason_code = forms.ChoiceField(label=_("Why?"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["reason_code"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(code, gettext(words)) for code, words in REVEAL_REASONS.items()]


@admin.register(SealedPaper)
class SealedPaperAdmin(ReadOnlyAdmin):
    """Every file under the seal; the bytes are opened one by one, by right and for a reason."""

    list_display = ("what", "loan_link", "short_hash", "sealed_at")
    list_filter = ("kind", "sealed_at")
    search_fields = ("loan__public_id", "content_sha256")
    search_help_text = _("The number of a loan, or the hash of a file")
    ordering = ("-pk",)
    fields = ("what", "loan_link", "person", "sealed_at", "content_sha256", "seal")
    change_form_template = "admin/lending/paper.html"
    actions = ("verify",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[SealedPaper]:
        """With the loan of each row."""
        rows: QuerySet[SealedPaper] = super().get_queryset(request)
        return rows.select_related("loan")

    def has_open_permission(self, request: HttpRequest) -> bool:
        """Who may handle the files themselves, to give one out or to check many."""
        return bool(request.user.has_perm(MAY_OPEN))

    def get_urls(self) -> list[URLPattern]:
        """Opening a paper, beside the usual pages."""
        opening = path(
            "<int:object_id>/open/",
            self.admin_site.admin_view(self.open),
            name="lending_sealedpaper_open",
        )
        making = path(
            "certificate/<int:loan_id>/",
            self.admin_site.admin_view(self.certificate),
            name="lending_sealedpaper_certificate",
        )
        return [opening, making, *super().get_urls()]

    @admin.display(description=_("Paper"), ordering="kind")
    def what(self, row: SealedPaper) -> str:
        return chip(row.get_kind_display(), code=row.kind, looks=LOOKS)

    @admin.display(description=_("Loan"))
    def loan_link(self, row: SealedPaper) -> str:
        return linked("lending_loan", row.loan_id, row.loan.public_id)

    @admin.display(description=_("Person"))
    def person(self, row: SealedPaper) -> str:
        return person_link(row.loan)

    @admin.display(description=_("Hash"))
    def short_hash(self, row: SealedPaper) -> str:
        return row.content_sha256[:HASH_SHOWN]

    @admin.display(description=_("Certificate of the seal"))
    def seal(self, row: SealedPaper) -> str:
        return row.seal_sha256

    @admin.action(description=_("Check the seals"), permissions=["open"])
    def verify(self, request: HttpRequest, rows: QuerySet[SealedPaper]) -> None:
        """Say of the chosen papers whether each is still as it was sealed."""
        wrong = []
        for row in rows:
            found = queries.verified_again(row)
            if found is None or found.outcome != Outcome.VALID:
                wrong.append(f"{row.content_sha256[:HASH_SHOWN]} ({said(found)})")
        good = len(rows) - len(wrong)
        if good:
            words = ngettext("%(count)s paper is genuine.", "%(count)s papers are genuine.", good)
            messages.success(request, words % {"count": good})
        for each in wrong:
            messages.error(request, each)

    def beside(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """The paper, and what its kept bytes say now."""
        found = queries.verified_again(row)
        return {
            "paper": row,
            "said": said(found),
            "is_good": found is not None and found.outcome == Outcome.VALID,
            "opening_form": OpeningForm() if request.user.has_perm(MAY_OPEN) else None,
        }

    def open(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Give the file out (POST only): who read it and why is kept, and the person can see it."""
        by = pressed(request, MAY_SEE, MAY_OPEN)
        row = self.get_object(request, str(object_id))
        if row is None:
            raise Http404
        form = OpeningForm(request.POST)
        if not form.is_valid() or queries.verified_again(row) is None:
            messages.error(request, UNREADABLE if form.is_valid() else _("Say why."))
            return HttpResponseRedirect(reverse("admin:lending_sealedpaper_change", args=[row.pk]))
        content, _media_type = documents.open_for_staff(
            document_id=row.document_id,
            reason_code=form.cleaned_data["reason_code"],
            by=by,
        )
        return pdf(content, name=f"{row.kind.lower()}-{row.loan.public_id}.pdf")

    def certificate(self, request: HttpRequest, loan_id: int) -> HttpResponse:
        """Make the certificate of settlement, as the borrower's own page does (POST only)."""
        pressed(request, MAY_SEE, MAY_OPEN)
        loan = loans.by_ids([loan_id]).first()
        if loan is None:
            raise Http404
        try:
            made = certificate.settlement(loan=loan, language=get_language() or "")
        except Refused as refusal:
            messages.error(request, in_words(refusal))
            return HttpResponseRedirect(reverse("admin:lending_loan_change", args=[loan.pk]))
        row = queries.paper_of(made)
        return HttpResponseRedirect(reverse("admin:lending_sealedpaper_change", args=[row.pk]))


def said(found: Verified | None) -> str:
    """What a check found, in words."""
    if found is None:
        return str(UNREADABLE)
    if found.outcome == Outcome.VALID and not found.is_current:
        return str(OF_THE_PAST)
    return str(SAID[found.outcome])


def shown(request: HttpRequest, loan: Loan) -> dict[str, Any]:
    """The papers of a loan's page, for who may see them."""
    if not request.user.has_perm(MAY_SEE):
        return {}
    return {
        "signed": [(SIGNED[each.what], each) for each in queries.signed_of(loan)],
        "papers": queries.papers_of(loan),
        "may_certify": loan.state == LoanState.SETTLED and request.user.has_perm(MAY_OPEN),
    }

"""Papers to keep: the certificate that a loan is paid back, and checking a paper's seal."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from common.api.renderers import pdf
from common.seals.contracts import Outcome
from lending.papers import certificate, queries
from lending.papers.models import PaperKind
from lending.web import own

SAID = {
    Outcome.VALID: _("This paper is genuine and has not been changed."),
    Outcome.ALTERED: _("This paper was changed after it was sealed, or is not one we gave out."),
    Outcome.UNKNOWN_SEAL: _("This paper carries a seal, but not ours."),
    Outcome.NOT_SEALED: _("This paper carries no seal."),
}


class PaperForm(forms.Form):
    """One file."""

    file = forms.FileField(label=_("The paper (PDF)"))


@login_required
@require_safe
def settlement(request: HttpRequest, public_id: str) -> HttpResponse:
    """The certificate as a file; made once, at the first asking."""
    found = own.loan(request, public_id)
    content = b""
    with own.said_kindly(request):
        content = certificate.settlement(loan=found, language=own.language())
    if not content:
        return redirect("lending:loan", public_id)
    return pdf(content, name=f"certificate-{public_id}.pdf")


@login_required
def verify(request: HttpRequest) -> HttpResponse:
    """Give a paper, hear whether it is ours and as we gave it out; the file is not kept."""
    own.borrower(request)
    is_given = request.method == "POST"
    form = PaperForm(request.POST, request.FILES) if is_given else PaperForm()
    found = None
    if is_given and form.is_valid():
        found = queries.verified(form.cleaned_data["file"].read())
    context = {
        "form": form,
        "found": found,
        "said": SAID[found.outcome] if found else "",
        "is_genuine": bool(found and found.outcome == Outcome.VALID),
        "is_good": bool(found and found.outcome == Outcome.VALID and found.is_current),
        "kind": PaperKind(found.kind).label if found and found.kind else "",
    }
    status = 422 if form.errors else 200
    return render(request, "lending/verify_paper.html", context, status=status)

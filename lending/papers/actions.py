"""Sealing a loan's papers: made once, outside of any transaction, kept, and never made anew."""

import hashlib

from borrowers.documents import actions as documents
from borrowers.documents import queries as files
from common.actors import SYSTEM
from common.audit import actions as audit
from common.errors import Refused
from common.processes import actions as processes
from common.processes.contracts import Claim
from common.seals import keys, sealing
from common.texts import gettext_noop
from common.transactions import durable
from lending.loans import queries as loans
from lending.loans.models import Loan
from lending.papers.models import PaperKind, SealedPaper

MEDIA_TYPE = "application/pdf"
SIGNED = "signed"


class PaperAltered(Refused):
    """What was kept is not what was signed: an incident."""

    code = "PAPER_ALTERED"
    message = gettext_noop("This paper is not the one that was signed.")
    advice = gettext_noop("Write to us: we will look into it.")
    status = 409


def seal_contract(*, loan_id: int, claim: Claim | None = None) -> bytes:
    """The signed contract under the platform's seal; asked again, the same bytes.

    Raises PaperAltered, SealUnavailable.
    """
    loan = Loan.objects.select_related("contract").get(pk=loan_id)
    content = kept(loan=loan, kind=PaperKind.CONTRACT, paper_key=SIGNED)
    if content is None:
        text = loans.signed_file(loan)
        insist_on_signed(loan=loan, text=text)
        content = seal(loan=loan, kind=PaperKind.CONTRACT, paper_key=SIGNED, text=text)
    if claim is not None:
        _finish(claim)
    return content


def seal(*, loan: Loan, kind: PaperKind, paper_key: str, text: bytes) -> bytes:
    """Put the seal on a paper and keep it; whoever comes second gets what the first has made."""
    own = keys.own()
    content = sealing.sealed(text, subject=f"{kind} {loan.public_id}", seal=own)
    paper = _keep(loan, kind, paper_key, content, own.certificate_sha256)
    if paper.content_sha256 == hashlib.sha256(content).hexdigest():
        return content
    return files.content(paper.document_id)


def kept(*, loan: Loan, kind: PaperKind, paper_key: str) -> bytes | None:
    """The paper as it was sealed before, or nothing. Raises PaperAltered."""
    found = SealedPaper.objects.filter(loan=loan, kind=kind, paper_key=paper_key).first()
    if found is None:
        return None
    content = files.content(found.document_id)
    if hashlib.sha256(content).hexdigest() != found.content_sha256:
        raise PaperAltered
    return content


def insist_on_signed(*, loan: Loan, text: bytes) -> None:
    """Raises PaperAltered unless this is what the hash in the contract stands for."""
    if hashlib.sha256(text).hexdigest() != loan.contract.text_sha256:
        raise PaperAltered


@durable
def _keep(
    loan: Loan, kind: PaperKind, paper_key: str, content: bytes, seal_sha256: str
) -> SealedPaper:
    """Bytes, row and note together."""
    stored = documents.store(
        borrower_id=loan.borrower_id,
        kind="CONTRACT" if kind == PaperKind.CONTRACT else "CERTIFICATE",
        content=content,
        media_type=MEDIA_TYPE,
        consented=False,
        by=SYSTEM,
    )
    paper, is_new = SealedPaper.objects.get_or_create(
        loan=loan,
        kind=kind,
        paper_key=paper_key,
        defaults={
            "document_id": stored.id,
            "content_sha256": hashlib.sha256(content).hexdigest(),
            "seal_sha256": seal_sha256,
        },
    )
    if not is_new:
        documents.discard(document_id=stored.id, by=SYSTEM)
        return paper
    audit.append(
        action="lending.paper.sealed",
        subject=f"loan:{loan.public_id}",
        by=SYSTEM,
        facts={"kind": kind, "paper_key": paper_key, "sha256": paper.content_sha256},
    )
    return paper


@durable
def _finish(claim: Claim) -> None:
    processes.finish(claim=claim)

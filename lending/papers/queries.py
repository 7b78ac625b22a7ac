"""Is this file one of ours, and is it as we gave it out?"""

import hashlib

from borrowers.documents import queries as files
from common.canonical import sha256_of
from common.crypto.keys import DecryptError
from common.errors import NotFound
from common.files import bounded
from common.seals import keys
from common.seals.contracts import Looked, Outcome
from common.seals.looking import PLACE_OF_SEAL
from lending.loans.models import Loan, LoanState
from lending.papers.contracts import Signed, Verified
from lending.papers.models import PaperKind, SealedPaper

LOOK = "common.seals.looking:look"
LARGEST_BYTES = 5_000_000


def verified(content: bytes) -> Verified:
    """What a file is. The seal must hold, and the bytes must be those that stand with a loan.

    The seal is looked at in the bounded reader: the file may be anybody's.
    """
    looked = _looked(content)
    sha256 = hashlib.sha256(content).hexdigest()
    paper = SealedPaper.objects.filter(content_sha256=sha256).select_related("loan").first()
    if looked.outcome != Outcome.VALID:
        return _said_by_itself(looked, looked.outcome)
    if paper is None:
        return _said_by_itself(looked, Outcome.ALTERED)
    return Verified(
        outcome=Outcome.VALID,
        kind=paper.kind,
        loan=paper.loan.public_id,
        sealed_at=paper.sealed_at,
        is_current=_is_current(paper),
    )


def papers_of(loan: Loan) -> list[SealedPaper]:
    """What was sealed for a loan, in order."""
    return list(SealedPaper.objects.filter(loan=loan).order_by("pk"))


def paper_of(content: bytes) -> SealedPaper:
    """The row of a paper that was just sealed, or given out before."""
    return SealedPaper.objects.get(content_sha256=hashlib.sha256(content).hexdigest())


def verified_again(paper: SealedPaper) -> Verified | None:
    """What a paper of ours is now, by the bytes that we keep; None where they cannot be read."""
    content = _readable(paper.document_id)
    return None if content is None else verified(content)


def signed_of(loan: Loan) -> list[Signed]:
    """Text, terms and cost table of a contract, each against the hash that was signed."""
    contract = loan.contract
    text = _readable(contract.text_id)
    is_text = None if text is None else hashlib.sha256(text).hexdigest() == contract.text_sha256
    shown, signed = contract.disclosure, contract.signed_at
    return [
        Signed("TEXT", contract.text_sha256, signed, is_text),
        Signed(
            "TERMS",
            contract.terms_sha256,
            signed,
            sha256_of(contract.terms) == contract.terms_sha256,
        ),
        Signed(
            "DISCLOSURE",
            shown.content_sha256,
            shown.recorded_at,
            sha256_of(shown.content) == shown.content_sha256,
        ),
    ]


def _readable(document_id: int) -> bytes | None:
    try:
        return files.content(document_id)
    except (DecryptError, NotFound, FileNotFoundError):
        return None


def _looked(content: bytes) -> Looked:
    own = {keys.own().certificate_sha256}
    own |= set(SealedPaper.objects.values_list("seal_sha256", flat=True).distinct())
    if len(content) > LARGEST_BYTES:
        return Looked(Outcome.NOT_SEALED)
    try:
        said = bounded.run(LOOK, content, ",".join(sorted(own)))
    except bounded.ReaderStopped:
        # It cannot even be read: with a seal's place in it, it was once a sealed file.
        has_place = PLACE_OF_SEAL in content
        return Looked(Outcome.ALTERED if has_place else Outcome.NOT_SEALED)
    return Looked(Outcome(said["outcome"]), said["seal_sha256"], said["subject"])


def _said_by_itself(looked: Looked, outcome: Outcome) -> Verified:
    """A file's own word on what it is; of somebody else's seal nothing is believed."""
    kind, _, loan = looked.subject.partition(" ")
    is_ours = outcome == Outcome.ALTERED and kind in PaperKind.values
    if not is_ours or not Loan.objects.filter(public_id=loan).exists():
        return Verified(outcome=outcome)
    return Verified(outcome=outcome, kind=kind, loan=loan)


def _is_current(paper: SealedPaper) -> bool:
    """A certificate says that nothing is owed: a payment taken back makes it untrue."""
    return paper.kind != PaperKind.SETTLEMENT or paper.loan.state == LoanState.SETTLED

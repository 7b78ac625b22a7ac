"""Signing: the contract's text and terms by hash, the loan, and the payout on its way."""

import hashlib
import json
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from borrowers.documents import actions as documents
from borrowers.people import queries as people
from common.actors import Actor
from common.audit import actions as audit
from common.canonical import sha256_of
from common.processes import actions as processes
from common.rows import Statement
from common.transactions import durable, required
from lending.applications import actions as applications
from lending.applications import proofs
from lending.applications import queries as offers
from lending.applications.contracts import Signable
from lending.calc.contracts import TransactionKind
from lending.channels import actions as channels
from lending.channels.models import Transfer, TransferPurpose
from lending.loans import agreement
from lending.loans.models import Loan, LoanContract
from lending.rewards import actions as rewards

# The caller holds the loan's lock, so that the next number is nobody else's.
_HAPPENED = """
INSERT INTO lending_loantransaction
       (loan_id, sequence, kind, value_date, booked_on, amount_fen, terms, transfer_id)
SELECT loan.id, COALESCE(max(known.sequence), 0) + 1, %s, %s, %s, %s, %s, %s
  FROM lending_loan AS loan LEFT JOIN lending_loantransaction AS known ON known.loan_id = loan.id
 WHERE loan.id = %s GROUP BY loan.id
"""
SEAL_KIND = "SEAL_CONTRACT"
SEAL_CONTRACT = "lending.tasks.seal_contract"


def sign(*, application_id: int, on: date, at: datetime, language: str, by: Actor) -> Loan:
    """Sign the accepted offer and start the payout; signing twice is signing once.

    `on` is the business date. Raises applications.NotSignable unless the offer is accepted and its
    cost was read and confirmed, agreement.GlyphMissing when the text cannot be printed whole, and
    what applications.mark_signed raises: at this moment the offer must still stand.
    """
    if (signed := _signed(application_id)) is not None:
        return signed
    offer = offers.signable(application_id)
    proofs.insist_on_checked(offers.by_id(application_id))
    # The text is made and sealed before the transaction: it takes a while, and a file without a
    # contract harms nobody.
    text = agreement.render(
        offer=offer, party=people.contract_party(offer.borrower_id), on=on, language=language
    )
    stored = documents.store(
        borrower_id=offer.borrower_id,
        kind="CONTRACT",
        content=text,
        media_type="application/pdf",
        consented=False,
        by=by,
    )
    return _write(
        offer=offer,
        document_id=stored.id,
        text_sha256=hashlib.sha256(text).hexdigest(),
        on=on,
        at=at,
        by=by,
    )


@durable
def _write(
    *, offer: Signable, document_id: int, text_sha256: str, on: date, at: datetime, by: Actor
) -> Loan:
    applications.mark_signed(
        application_id=offer.application_id,
        disclosure_id=offer.disclosure_id,
        on=on,
        at=at,
        by=by,
    )
    if (signed := _signed(offer.application_id)) is not None:
        return signed
    terms = _terms(offer, on)
    contract = LoanContract.objects.create(
        application_id=offer.application_id,
        disclosure_id=offer.disclosure_id,
        terms=terms,
        terms_sha256=sha256_of(terms),
        text_id=document_id,
        text_sha256=text_sha256,
    )
    loan = Loan.objects.create(
        contract=contract,
        borrower_id=offer.borrower_id,
        product_id=offer.product_id,
        payee_account=offer.payee_account,
        payer_account=offer.payer_account,
        principal_fen=offer.principal_fen,
        annual_rate_ppm=offer.annual_rate_ppm,
        penalty_rate_ppm=offer.penalty_rate_ppm,
        grace_days=offer.grace_days,
        cooling_off_days=offer.cooling_off_days,
        term_months=offer.term_months,
        signed_on=on,
    )
    rewards.consume(application_id=offer.application_id, loan_id=loan.pk)
    _pay_out(loan, on)
    processes.start(kind=SEAL_KIND, subject_id=loan.pk, task=SEAL_CONTRACT)
    audit.append(
        action="lending.contract.signed",
        subject=f"loan:{loan.public_id}",
        by=by,
        facts={"contract": contract.public_id, "terms_sha256": contract.terms_sha256},
    )
    return loan


@required
def _pay_out(loan: Loan, on: date) -> None:
    channels.intend(
        purpose=TransferPurpose.DISBURSEMENT,
        loan_id=loan.pk,
        loan_public_id=loan.public_id,
        account=loan.payee_account,
        amount_fen=loan.principal_fen,
        request_key="try-1",
        on=on,
    )


def _signed(application_id: int) -> Loan | None:
    return Loan.objects.filter(contract__application_id=application_id).first()


def _terms(offer: Signable, on: date) -> dict[str, Any]:
    """The signed figures, as they will be read years later."""
    figures = asdict(offer)
    del figures["payee_name"], figures["payee_name_en"]
    if not figures["manner"]:
        del figures["manner"]
    return figures | {"cost": dict(offer.cost), "signed_on": on.isoformat()}


def received(*, loan: Loan, kind: TransactionKind, transfer: Transfer, on: date) -> Statement:
    """Money that a transfer brought, as the next line of a locked loan's log; to be sent.

    It counts for the day on which it was intended, and is booked on the day `on`.
    """
    terms = json.dumps(transfer.terms)
    values = [kind, transfer.intended_on, on, transfer.amount_fen, terms, transfer.pk, loan.pk]
    return Statement(_HAPPENED, values)

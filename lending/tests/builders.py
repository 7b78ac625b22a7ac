"""Loans for tests, made through the real verbs; only the bank's word is given by the test."""

from datetime import UTC, date, datetime, timedelta

from django.db import transaction

from borrowers.consent.purposes import AUTOMATED_DECISION, SCENE_EDUCATION
from borrowers.documents import actions as documents
from borrowers.people.contracts import BorrowerCard
from borrowers.tests import cast
from common.actors import SYSTEM, Actor
from common.business_date import actions as business_date
from lending.applications import actions as applications
from lending.applications import proofs
from lending.applications.drafts import actions as drafts
from lending.applications.models import LoanApplication, Offer
from lending.applications.purposes import telling
from lending.calc.fold import payoff_quote
from lending.channels.contracts import TransferAnswer
from lending.channels.models import Transfer
from lending.disbursements import actions as disbursements
from lending.lines import actions as lines
from lending.lines.contracts import Decided
from lending.lines.models import LineMovement
from lending.loans import actions as loans
from lending.loans import queries as loan_queries
from lending.loans.models import Loan
from lending.products.models import LoanProduct, Merchant
from lending.repayments import actions as repayments
from lending.rewards import actions as rewards
from lending.rewards import rules
from lending.servicing import actions as servicing
from lending.tests.scene_wishes import FACTS

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
PROOF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def open_books(on: date = TODAY) -> None:
    business_date.open_books(on=on)


def consumption(**changes: object) -> LoanProduct:
    return LoanProduct.objects.get_or_create(
        code="DAILY",
        defaults={
            "name_zh": "日常消费",
            "name_en": "Everyday",
            "scene": "CONSUMPTION",
            "state": "PUBLISHED",
            "minimum_fen": 50_000,
            "maximum_fen": 5_000_000,
            "terms_months": [3, 6, 12],
            "floor_rate_ppm": 60_000,
            "cooling_off_days": 7,
            **changes,
        },
    )[0]


def school() -> Merchant:
    return Merchant.objects.get_or_create(
        code="SCHOOL",
        defaults={
            "name_zh": "明日技能学校（虚构）",
            "name_en": "Tomorrow Skills School (fictional)",
            "scene": "EDUCATION",
            "account": "merchant:SCHOOL",
        },
    )[0]


def education() -> LoanProduct:
    school()
    return LoanProduct.objects.get_or_create(
        code="STUDY",
        defaults={
            "name_zh": "教育进修",
            "name_en": "Study",
            "scene": "EDUCATION",
            "state": "PUBLISHED",
            "minimum_fen": 100_000,
            "maximum_fen": 3_000_000,
            "terms_months": [6, 12],
            "floor_rate_ppm": 60_000,
            "cooling_off_days": 7,
            "pays_merchant": True,
            "needs_evidence": True,
        },
    )[0]


def person(name: str) -> BorrowerCard:
    """One of the cast, identified and consenting."""
    card = cast.borrower(name)
    sequence = sorted(cast.PHONES).index(name) + 1
    number = cast.id_number_of(date(1995, 5, 5), sequence)
    cast.identify(card, name=f"林{name}", id_number=number)
    cast.allow(card)
    cast.allow(card, AUTOMATED_DECISION)
    return card


def draft(card: BorrowerCard, *, amount_fen: int = 300_000, key: str = "first") -> LoanApplication:
    return drafts.draft(
        borrower_id=card.id,
        product_code=consumption().code,
        amount_fen=amount_fen,
        term_months=3,
        merchant_code="",
        entitlement_id=None,
        request_key=key,
        by=cast.self_of(card),
    )


def student(card: BorrowerCard, *, key: str = "study") -> Offer:
    """An offer for a course that was told, with a proof that nobody has looked at yet."""
    education()
    cast.allow(card, SCENE_EDUCATION)
    application = drafts.draft(
        borrower_id=card.id,
        product_code="STUDY",
        amount_fen=300_000,
        term_months=6,
        merchant_code="SCHOOL",
        entitlement_id=None,
        request_key=key,
        by=cast.self_of(card),
    )
    told = FACTS["EDUCATION"] | {"number": f"{card.public_id}-{key}"}
    telling.tell(application_id=application.pk, given=told, by=cast.self_of(card))
    drafts.upload_evidence(application_id=application.pk, content=PROOF, by=cast.self_of(card))
    return _offer(application, amount_fen=300_000)


def opened(application: LoanApplication, by: Actor) -> None:
    """This member of staff opens the file of the proof, as the page does."""
    stored = LoanApplication.objects.get(pk=application.pk).evidence_id
    assert stored is not None
    documents.open_for_staff(document_id=stored, reason_code="APPLICATION_REVIEW", by=by)


def confirm_proof(application: LoanApplication, by: Actor, *, at: datetime = NOW) -> None:
    """Open the proof, and say that it fits."""
    opened(application, by)
    proofs.confirm(application_id=application.pk, at=at, by=by)


def offered(card: BorrowerCard, *, amount_fen: int = 300_000, key: str = "first") -> Offer:
    """An offer, as the machine would write it, without asking the machine."""
    return _offer(draft(card, amount_fen=amount_fen, key=key), amount_fen=amount_fen)


def offered_again(application: LoanApplication) -> Offer:
    """The same for an application that is there already."""
    return _offer(application, amount_fen=application.amount_fen)


def _offer(application: LoanApplication, *, amount_fen: int) -> Offer:
    LoanApplication.objects.filter(pk=application.pk).update(
        state="OFFERED", submitted_at=NOW, decided_at=NOW
    )
    room(application.borrower_id)
    return Offer.objects.create(
        application=application,
        tier="B",
        limit_fen=amount_fen,
        longest_term_months=12,
        amount_fen=amount_fen,
        term_months=application.term_months,
        base_rate_ppm=120_000,
        annual_rate_ppm=120_000,
        penalty_rate_ppm=180_000,
        grace_days=3,
        offered_at=NOW,
        expires_at=NOW + timedelta(hours=24),
    )


def room(borrower_id: int, *, limit_fen: int = 20_000_000) -> None:
    """A credit line of this limit, as a decision would leave it."""
    with transaction.atomic():
        line = lines.lock_of(borrower_id=borrower_id)
        said = Decided(
            limit_fen=limit_fen,
            tier="B",
            annual_rate_ppm=120_000,
            floor_rate_ppm=60_000,
            review_on=TODAY + timedelta(days=365),
        )
        steps = LineMovement.objects.filter(line=line).count()
        lines.decide(line=line, said=said, subject=f"builders:{steps}")


def confirmed(offer: Offer, card: BorrowerCard, *, at: datetime = NOW) -> None:
    """Accept the offer, read the cost for a minute, confirm it."""
    applications.accept(application_id=offer.application_id, at=at, by=cast.self_of(card))
    shown = applications.show_cost(
        application_id=offer.application_id, language="en", channel="WEB", on=TODAY, at=at
    )
    applications.confirm_cost(
        application_id=offer.application_id,
        disclosure_id=shown.pk,
        language="en",
        channel="WEB",
        at=at + timedelta(minutes=1),
        by=cast.self_of(card),
    )


def signed(card: BorrowerCard, *, amount_fen: int = 300_000, key: str = "first") -> Loan:
    offer = offered(card, amount_fen=amount_fen, key=key)
    confirmed(offer, card)
    return loans.sign(
        application_id=offer.application_id, at=NOW, on=TODAY, language="en", by=cast.self_of(card)
    )


def said(transfer: Transfer, outcome: str = "SUCCEEDED") -> TransferAnswer:
    """The bank's final word."""
    return TransferAnswer(
        out_trade_no=transfer.out_trade_no,
        outcome=outcome,  # type: ignore[arg-type]  # a test's word
        bank_reference=f"bank-{transfer.pk}",
        reason="" if outcome == "SUCCEEDED" else "INSUFFICIENT_FUNDS",
        amount_fen=transfer.amount_fen,
    )


def paid_out(card: BorrowerCard, *, amount_fen: int = 300_000, key: str = "first") -> Loan:
    loan = signed(card, amount_fen=amount_fen, key=key)
    transfer = Transfer.objects.get(loan_id=loan.pk)
    disbursements.book(transfer_id=transfer.pk, answer=said(transfer), on=TODAY, claim=None)
    loan.refresh_from_db()
    return loan


def pay(loan: Loan, amount_fen: int, *, on: date, key: str) -> Transfer:
    """Ask for a repayment and let the bank collect it at once."""
    transfer = repayments.request(
        loan_id=loan.pk, amount_fen=amount_fen, request_key=key, on=on, by=SYSTEM
    )
    collected(transfer, on=on)
    return transfer


def collected(transfer: Transfer, *, on: date, outcome: str = "SUCCEEDED") -> None:
    repayments.book(
        transfer_id=transfer.pk,
        answer=said(transfer, outcome),
        on=on,
        at=NOW,
        claim=None,
    )


def servicing_again(loan: Loan) -> None:
    """Fold the loan once more for the day it stands on."""
    with transaction.atomic():
        fresh = Loan.objects.get(pk=loan.pk)
        assert fresh.carried_through is not None
        carried = servicing.bring_forward(loan=fresh, through=fresh.carried_through)
        assert carried.lines == ()


def pay_off(loan: Loan, *, on: date = TODAY, key: str = "pay-off") -> Transfer:
    """Close the loan on a day, and let the bank collect it at once."""
    quote = payoff_quote(loan_queries.terms_of(loan), loan_queries.log_of(loan), on)
    transfer = repayments.request_payoff(
        loan_id=loan.pk, amount_fen=quote.total_fen, request_key=key, on=on, by=SYSTEM
    )
    collected(transfer, on=on)
    return transfer


def rewarded(
    borrower_id: int, points: int = 200, *, source: int = 900_001, on: date = TODAY, days: int = 0
) -> int:
    """Points as instalments paid as agreed bring them, safe after `days`; the number given now."""
    with transaction.atomic():
        return rewards.earn(
            borrower_id=borrower_id,
            source_kind=rules.INSTALMENT,
            source_id=source,
            rule=rules.ON_TIME,
            points=points,
            on=on,
            pending_days=days,
        )

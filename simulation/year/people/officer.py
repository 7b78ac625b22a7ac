"""The officer of the year: decides what was referred, and two of them what changes a loan."""

from dataclasses import dataclass
from random import Random

from borrowers.people import actions as people
from common import clock
from common.actors import Actor
from common.business_date import queries as business_dates
from lending.applications import deciding
from lending.applications import queries as applications
from lending.calc.contracts import TransactionKind
from lending.loans import queries as loans
from lending.servicing import changes

PHONES = ("13900009901", "13900009902")
OFFERED_SHARE = 0.6
# Between the product's floor and what the cap of law leaves on its worst path.
RATE_PPM = 180_000


@dataclass(frozen=True)
class Officers:
    """Two members of staff: what one asks for, the other one decides."""

    first: Actor
    second: Actor
    chance: Random

    def decide_what_was_referred(self) -> int:
        """Look at every referred application, as somebody does in the morning; how many."""
        found = list(applications.referred())
        for row in found:
            on = business_dates.today()
            is_offered = self.chance.random() < OFFERED_SHARE
            deciding.review(
                application_id=row.pk,
                outcome="OFFERED" if is_offered else "DECLINED",
                limit_fen=row.amount_fen if is_offered else 0,
                annual_rate_ppm=RATE_PPM if is_offered else 0,
                reason_code="SMALL_START" if is_offered else "NOT_AFFORDABLE",
                note_document_id=None,
                on=on,
                at=clock.now(),
                by=self.first,
            )
        return len(found)

    def book_what_was_called_back(self, borrower_id: int, loan: str, number: str) -> None:
        """The bank has taken a payment back: one writes it down, the other one agrees."""
        found = loans.own(borrower_id, loan)
        payment = next(
            each
            for each in loans.history(found)
            if each.transfer is not None and each.transfer.out_trade_no == number
        )
        on = business_dates.today()
        asked = changes.propose(
            loan_id=found.pk,
            kind=TransactionKind.CHARGEBACK,
            reason="BANK_TOOK_BACK",
            request_key=f"called-back-{payment.sequence}",
            reverses=payment.sequence,
            on=on,
            by=self.first,
        )
        changes.approve(change_id=asked.pk, on=on, by=self.second)


def hired(chance: Random, *, secret: str) -> Officers:
    """Two accounts of staff."""
    first, second = (
        people.open_staff(phone=phone, password=secret, is_administrator=False) for phone in PHONES
    )
    return Officers(Actor("STAFF", first.pk), Actor("STAFF", second.pk), chance)

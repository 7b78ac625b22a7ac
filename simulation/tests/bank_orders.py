"""Orders to the bank's book, as tests write them."""

from simulation.bank import faults
from simulation.bank.book import (
    Book,
    Order,
    Transfer,
)

NOON = 1_790_000_000.0
LIN = "person:lin"
WEI = "person:wei"
SCHOOL = "merchant:school"


def order(number="D-lin-1", *, kind="PAY_OUT", account=LIN, amount_fen=500_00, notify_url=""):
    return Order(number, kind, account, amount_fen, notify_url)


def accepted(book: Book, wanted: Order, *, now=NOON, is_at_once=False) -> Transfer:
    reference = f"SBK-{wanted.out_trade_no}"
    return book.accept(wanted, reference=reference, now=now, is_at_once=is_at_once)


def settled(book: Book, wanted: Order, *, now=NOON) -> Transfer:
    accepted(book, wanted, now=now)
    book.settle_due(now=now)
    transfer = book.transfer(wanted.out_trade_no)
    assert transfer is not None
    return transfer


def arrange(book: Book, mode: str, *, account="", times=None, seconds=0.0):
    with book.transaction() as connection:
        faults.arrange(connection, faults.Fault(mode, account, times, seconds))

"""Hypothesis strategies for payments of people who do not exist."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from simulation.bills.records import Kind, Method, Record
from simulation.bills.wallets.alipay import SCENES
from simulation.words import Direction
from simulation.words import Scene as Category

# Letters from which no word of the lexicon can be made, and what CSV has to escape.
WORDS = st.text(alphabet="甲乙丙丁戊己庚辛abcXYZ0159 ,\"'&<>·", min_size=1, max_size=12).map(
    lambda words: f"甲{words.strip()}乙"
)
FEN = st.integers(1, 10**9)
MOMENTS = st.datetimes(
    min_value=datetime(2018, 1, 2),  # noqa: DTZ001 - hypothesis wants a naive bound
    max_value=datetime(2027, 12, 30),  # noqa: DTZ001 (wall clock)
    timezones=st.just(UTC),
).map(lambda at: at.replace(microsecond=0))

# Kind: direction, category that every bill gives it (None: it depends on words or class).
MEANINGS = {
    Kind.PURCHASE: (Direction.OUT, None),
    Kind.QR_PAYMENT: (Direction.OUT, None),
    Kind.QR_RECEIPT: (Direction.IN, Category.INCOME_OTHER),
    Kind.TRANSFER: (Direction.IN, Category.TRANSFER_SOCIAL),
    Kind.RED_PACKET: (Direction.OUT, Category.TRANSFER_SOCIAL),
    Kind.SALARY: (Direction.IN, Category.INCOME_SALARY),
    Kind.WITHDRAWAL: (Direction.NEUTRAL, Category.CASH),
    Kind.TOP_UP: (Direction.NEUTRAL, Category.CASH),
    Kind.FUND_IN: (Direction.NEUTRAL, Category.INVESTMENT),
    Kind.FUND_OUT: (Direction.NEUTRAL, Category.INVESTMENT),
    Kind.CARD_REPAYMENT: (Direction.NEUTRAL, Category.CREDIT_REPAYMENT),
    Kind.VOID: (Direction.OUT, None),
}
ITEMS = {Kind.SALARY: "三月工资"}
WITH_WORDS = {Kind.PURCHASE, Kind.QR_PAYMENT, Kind.VOID}


@st.composite
def payments(draw, *, index):
    kind = draw(st.sampled_from(sorted(MEANINGS)))
    direction, _ = MEANINGS[kind]
    return Record(
        at=draw(MOMENTS),
        kind=kind,
        direction=direction,
        amount_fen=draw(FEN),
        party=f"{draw(WORDS)}{index}",
        number=f"42000011112222{index:013d}7",
        item=draw(WORDS) if kind in WITH_WORDS else ITEMS.get(kind, ""),
        method=draw(st.sampled_from(sorted(Method))),
        scene=draw(st.sampled_from(sorted(SCENES))),
    )


@st.composite
def lives(draw):
    """Up to eight payments; some purchases come back, whole or in part, once or twice."""
    count = draw(st.integers(1, 8))
    records = [draw(payments(index=index)) for index in range(count)]
    for payment in [each for each in records if each.kind is Kind.PURCHASE]:
        left = payment.amount_fen
        for part in range(draw(st.integers(0, 2))):
            fen = draw(st.integers(1, left)) if left else 0
            if fen:
                records.append(refund_of(payment, fen, part))
            left -= fen
    return records


def refund_of(payment, fen, part=0):
    """Money back, an hour later for each part."""
    return Record(
        at=payment.at + timedelta(hours=part + 1),
        kind=Kind.REFUND,
        direction=Direction.IN,
        amount_fen=fen,
        party=payment.party,
        number=f"{9 - part}{payment.number[1:]}",
        item=payment.item,
        undoes=payment.number,
    )

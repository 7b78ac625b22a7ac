"""Hypothesis strategies for accounts of people who do not exist."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from simulation.bills.banks import Entry, Occasion
from simulation.words import Direction

NAMES = st.text(alphabet="甲乙丙丁戊己庚辛", min_size=2, max_size=6)
WALLETS = st.sampled_from(["", "财付通", "支付宝"])
FIRST = datetime(2025, 3, 1, 1, tzinfo=UTC)
# Occasion: which way the money goes on a debit card.
WAYS = {
    Occasion.CONSUMPTION: Direction.OUT,
    Occasion.REFUND: Direction.IN,
    Occasion.SALARY: Direction.IN,
    Occasion.TRANSFER: Direction.IN,
    Occasion.WITHDRAWAL: Direction.IN,
    Occasion.TOP_UP: Direction.OUT,
    Occasion.LOAN_REPAYMENT: Direction.OUT,
}
CREDIT_WAYS = {
    Occasion.CONSUMPTION: Direction.OUT,
    Occasion.REFUND: Direction.IN,
    Occasion.CARD_REPAYMENT: Direction.IN,
}
WITH_WALLET = {Occasion.CONSUMPTION, Occasion.REFUND, Occasion.TOP_UP, Occasion.WITHDRAWAL}


@st.composite
def accounts(draw, *, is_credit=False):
    """Up to a dozen rows whose balances follow from each other, at least a second apart."""
    ways = CREDIT_WAYS if is_credit else WAYS
    balance = 0 if is_credit else 10**8
    at, entries = FIRST, []
    for index in range(draw(st.integers(1, 12))):
        at += timedelta(seconds=draw(st.integers(1, 4 * 86_400)))
        occasion = draw(st.sampled_from(sorted(ways)))
        fen = draw(st.integers(1, 10**6))
        balance += fen if ways[occasion] == Direction.IN else -fen
        entries.append(
            Entry(
                at=at,
                direction=ways[occasion],
                amount_fen=fen,
                balance_fen=balance,
                occasion=occasion,
                party=draw(NAMES),
                platform=draw(WALLETS) if occasion in WITH_WALLET else "",
                number=f"99{index:014d}",
            )
        )
    return entries

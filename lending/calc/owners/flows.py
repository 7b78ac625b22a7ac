"""What each owner of a loan pays and gets: every cash flow split to the fen. Pure.

A flow belongs to the owners of its value date. A payment that is taken back is taken from those
who got it, fen for fen, whoever owns the loan by then. The loan itself is folded as if nobody had
ever sold it: what the borrower owes hangs on the log alone (law 16 of loans).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from common.rates import PPM
from lending.calc.contracts import LoanState, Terms, Transaction, TransactionKind
from lending.calc.fold import fold, standing
from lending.calc.owners.shares import Register

# Money that comes from the borrower or for them is the owners'; money that goes out is theirs too.
# Every other kind moves none.
SIGN: Mapping[TransactionKind, int] = {
    TransactionKind.DISBURSEMENT: -1,
    TransactionKind.MERCHANT_REFUND: 1,
    TransactionKind.REPAYMENT: 1,
    TransactionKind.PREPAYMENT: 1,
    TransactionKind.PAYOFF: 1,
    TransactionKind.WITHDRAWAL: 1,
    TransactionKind.RECOVERY: 1,
    TransactionKind.CREDIT_BALANCE_REFUND: -1,
}


@dataclass(frozen=True, slots=True)
class OwnerFlow:
    """One owner's part of one transaction: positive is money for the owner."""

    sequence: int
    value_date: date
    owner: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Owned:
    """A loan as its borrower knows it, and beside it what its owners hold and got."""

    state: LoanState
    shares_ppm: Mapping[str, int]
    principal_fen: Mapping[str, int]
    flows: tuple[OwnerFlow, ...]

    def received_fen(self, owner: str) -> int:
        """All that an owner got, less all that they paid."""
        return sum(each.amount_fen for each in self.flows if each.owner == owner)


def owned(
    terms: Terms, transactions: Sequence[Transaction], owners: Register, through: date
) -> Owned:
    """The loan at the end of a day, and whose it is. Raises UnsoundLog."""
    state = fold(terms, transactions, through)
    shares_ppm = owners.on(through)
    return Owned(
        state=state,
        shares_ppm=shares_ppm,
        principal_fen=split(state.principal_outstanding_fen, shares_ppm),
        flows=tuple(_flows(transactions, owners, through)),
    )


def split(amount_fen: int, shares_ppm: Mapping[str, int], *, turn: int = 0) -> dict[str, int]:
    """An amount by shares, exact in sum: the largest remainders get the fen that are left over.

    Of equal remainders the one whose turn it is comes first, so that nobody always loses.
    """
    assert sum(shares_ppm.values()) == PPM
    size_fen, sign = abs(amount_fen), -1 if amount_fen < 0 else 1
    names = sorted(shares_ppm)
    parts = {name: size_fen * shares_ppm[name] // PPM for name in names}
    left_fen = size_fen - sum(parts.values())
    first = sorted(
        range(len(names)),
        key=lambda at: (-(size_fen * shares_ppm[names[at]] % PPM), (at - turn) % len(names)),
    )
    for at in first[:left_fen]:
        parts[names[at]] += 1
    return {name: sign * part_fen for name, part_fen in parts.items()}


def _flows(
    transactions: Sequence[Transaction], owners: Register, through: date
) -> Iterator[OwnerFlow]:
    """By day and number; a part of no fen at all is none."""
    standing(transactions)
    by_sequence = {each.sequence: each for each in transactions}
    told = [each for each in transactions if _day(each, by_sequence) <= through]
    for each in sorted(told, key=lambda each: (_day(each, by_sequence), each.sequence)):
        for owner, amount_fen in _parts(each, by_sequence, owners).items():
            if amount_fen:
                yield OwnerFlow(each.sequence, _day(each, by_sequence), owner, amount_fen)


def _day(each: Transaction, by_sequence: Mapping[int, Transaction]) -> date:
    """Nothing is taken back before it came."""
    if each.reverses is None:
        return each.value_date
    return max(each.value_date, by_sequence[each.reverses].value_date)


def _parts(
    each: Transaction, by_sequence: Mapping[int, Transaction], owners: Register
) -> dict[str, int]:
    if each.reverses is not None:
        undone = _parts(by_sequence[each.reverses], by_sequence, owners)
        return {owner: -amount_fen for owner, amount_fen in undone.items()}
    amount_fen = SIGN.get(each.kind, 0) * each.amount_fen
    return split(amount_fen, owners.on(each.value_date), turn=each.sequence)

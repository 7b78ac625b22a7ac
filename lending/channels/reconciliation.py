"""The bank's statement against our transfers and our books, to the fen, in both directions.

Money moves while we compare: `standing` is read before the bank is asked and once more after, and
only what both readings and the statement cannot agree on is a breach.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from django.db import connection

from lending.channels.contracts import StatementLine, Told, readable, unread
from lending.channels.models import PAID_OUT, ChannelCode, TransferState
from lending.ledger import chart


@dataclass(frozen=True, slots=True)
class OwnTransfer:
    """A transfer as our table has it."""

    kind: str
    amount_fen: int
    state: str
    is_booked: bool
    channel: str = ChannelCode.SANDBOX.value

    @property
    def effect_fen(self) -> int:
        """What it does to our account at the bank."""
        return -self.amount_fen if self.kind == "PAY_OUT" else self.amount_fen


@dataclass(frozen=True, slots=True)
class Standing:
    """Every transfer by our number, and the ledger's bank account, of one moment.

    What a resolved break has written to the bank account is left out, like the break itself, and
    so are fees, which move no transfer.
    """

    transfers: dict[str, OwnTransfer]
    ledger_fen: int


@dataclass(frozen=True, slots=True)
class Excused:
    """Lines of the statement and numbers of ours that a resolved break accounts for."""

    lines: Collection[int] = ()
    numbers: Collection[str] = ()
    # Places that cannot be read, of which two people have said what stands there.
    places: Collection[str] = ()


# One statement, so that transfers and ledger are of the same moment. What a bank has taken back by
# itself stands on its statement under the number of the payment, with its own letters before it.
_STANDING = """
    SELECT NULL, NULL, coalesce(sum(amount_fen), 0) - coalesce((
               SELECT sum(posting.amount_fen) FROM lending_ledgerentry AS entry
                 JOIN lending_ledgerposting AS posting ON posting.entry_id = entry.id
                WHERE (entry.entry_key LIKE 'break:%%' OR entry.entry_key LIKE 'fee:%%')
                  AND posting.account_id = %s), 0),
           NULL, NULL, NULL
    FROM lending_ledgerposting WHERE account_id = %s
    UNION ALL
    SELECT out_trade_no, purpose, amount_fen, state, booked_at IS NOT NULL, channel
    FROM lending_transfer
    UNION ALL
    SELECT 'CB-' || transfer.out_trade_no, 'REFUND', transfer.amount_fen, 'SUCCEEDED', true,
           transfer.channel
    FROM lending_loantransaction AS undone
    JOIN lending_loantransaction AS payment
      ON payment.loan_id = undone.loan_id AND payment.sequence = undone.reverses_sequence
    JOIN lending_transfer AS transfer ON transfer.id = payment.transfer_id
    WHERE undone.kind = 'CHARGEBACK'
"""


def standing() -> Standing:
    """How transfers and books stand now."""
    transfers, ledger_fen = {}, 0
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [chart.BANK, chart.BANK])
        for number, purpose, amount_fen, state, is_booked, channel in cursor.fetchall():
            if number is None:
                ledger_fen = int(amount_fen)
                continue
            kind = "PAY_OUT" if purpose in PAID_OUT else "COLLECT"
            transfers[number] = OwnTransfer(kind, int(amount_fen), state, is_booked, channel)
    return Standing(transfers, ledger_fen)


def differences(
    before: Standing,
    told: Iterable[Told],
    after: Standing,
    *,
    excused: Excused = Excused(),
    channel: str = ChannelCode.SANDBOX.value,
) -> Iterator[str]:
    """One sentence for each difference between one channel, our transfers and our books.

    `told` is its statement, with what of it cannot be read. Excused is what a resolved break
    accounts for.
    """
    told = list(told)
    for place in {hole.place for hole in unread(told)} - set(excused.places):
        yield f"the bank's statement cannot be read at {place}"
    moved: dict[str, StatementLine] = {}
    for line in (each for each in readable(told) if each.id not in excused.lines):
        if line.out_trade_no in moved:
            yield f"the bank moved transfer {line.out_trade_no} twice"
        moved[line.out_trade_no] = line
    known = {*excused.numbers, *(line.out_trade_no for line in readable(told))}
    for number, own in before.transfers.items():
        if (own.state, own.channel) == (TransferState.SUCCEEDED, channel) and number not in known:
            yield f"transfer {number} arrived here, and the bank's statement has no such line"
    for number, line in moved.items():
        yield from _of_line(line, after.transfers.get(number), channel=channel)
    booked_fen = sum(each.effect_fen for each in after.transfers.values() if each.is_booked)
    if booked_fen != after.ledger_fen:
        yield f"the ledger's bank account says {after.ledger_fen}, booked transfers {booked_fen}"


def _of_line(line: StatementLine, own: OwnTransfer | None, *, channel: str) -> Iterator[str]:
    if own is None or own.channel != channel:
        yield f"the bank moved money for {line.out_trade_no}, which is not ours"
        return
    if (own.kind, own.amount_fen) != (line.kind, line.amount_fen):
        yield (
            f"transfer {line.out_trade_no} is {own.kind} of {own.amount_fen} here,"
            f" {line.kind} of {line.amount_fen} at the bank"
        )
    if own.state == TransferState.FAILED:
        yield f"transfer {line.out_trade_no} failed here, and the bank moved it"

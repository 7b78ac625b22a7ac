"""A bank's statement for tests: lines as the bank would give them, and staff who work on breaks."""

from dataclasses import dataclass, field
from datetime import date

from common.actors import Actor
from lending.channels.contracts import StatementLine, Told, Unread
from lending.channels.models import PAID_OUT, Transfer
from lending.loans.models import Loan
from lending.reconciliation import actions, queries, resolving
from lending.reconciliation.models import BreakAction, ReconciledDay, StatementBreak
from lending.tests.debiting import noon
from lending.tests.rewarding import staff


@dataclass
class Statement:
    """The lines of one bank, oldest first; each comparison takes what is new."""

    lines: list[StatementLine] = field(default_factory=list)
    told: int = 0
    # Lines that cannot be read at present.
    torn: set[int] = field(default_factory=set)

    def moved(
        self, number: str, fen: int, *, account: str = "person:unknown", on: date | None = None
    ) -> StatementLine:
        """Money moved at the bank: in is positive, out is negative."""
        line = StatementLine(
            id=len(self.lines) + 1,
            out_trade_no=number,
            bank_reference=f"ref-{len(self.lines) + 1}",
            kind="COLLECT" if fen > 0 else "PAY_OUT",
            account=account,
            amount_fen=abs(fen),
            moved_at=None if on is None else noon(on),
        )
        self.lines.append(line)
        return line

    def of(self, transfer: Transfer, *, more_fen: int = 0, on: date | None = None) -> StatementLine:
        """The line of a transfer, as it should be, or with some fen more."""
        fen = transfer.amount_fen + more_fen
        return self.moved(
            transfer.out_trade_no,
            -fen if transfer.purpose in PAID_OUT else fen,
            account=transfer.account,
            on=on,
        )

    def compared(self, day: date) -> ReconciledDay:
        """The day reconciled with all lines that were not told yet, or not readably."""
        self.told = len(self.lines)
        after = queries.ask_after()
        new = [self.told_as(line) for line in self.lines if line.id > after]
        return actions.reconcile(day=day, lines=new, asked="^")

    def told_as(self, line: StatementLine) -> Told:
        """The line, or the hole that it is at present."""
        return Unread(f"{line.id}:ab12", id=line.id) if line.id in self.torn else line

    @property
    def balance_fen(self) -> int:
        return sum(line.effect_fen for line in self.lines)


def clerk(name: str = "clerk") -> Actor:
    """Somebody on the staff."""
    return staff({"clerk": "Mei", "chief": "Zhao", "third": "Chen"}[name])


def resolved(broken: StatementBreak, action: str, *, on: date, loan: Loan | None = None) -> None:
    """One proposes, another approves."""
    proposal = resolving.propose(
        break_id=broken.pk,
        action=BreakAction(action),
        loan_public_id="" if loan is None else loan.public_id,
        by=clerk(),
    )
    resolving.approve(proposal_id=proposal.pk, on=on, at=noon(on), by=clerk("chief"))


def shown() -> dict[str, str]:
    """Every break by its kind, with its state."""
    return {each.kind: each.state for each in StatementBreak.objects.order_by("pk")}

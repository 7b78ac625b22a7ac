"""A line that only people could read: what it says is entered by one and approved by another.

From then on it is a line like any other: it is matched, or it is a break.
"""

import re
from datetime import date
from typing import Any

from common.transactions import required
from lending.channels.contracts import OUT_TRADE_NO, is_plain
from lending.reconciliation import actions, matching
from lending.reconciliation.models import (
    BankLine,
    BreakKind,
    BreakProposal,
    BreakState,
    StatementBreak,
)
from lending.reconciliation.refusals import BreakNotOpen, BreakReadingUnclear

OF_THE_STATEMENT = {BreakKind.UNREADABLE, BreakKind.RETOLD}
# A place that is one line has its number, or the number before it, and what it says by a digest.
LINE = re.compile(r"([0-9]+)(\+?):[0-9a-f]+")
MOST_FEN = 10**13
LONGEST_ACCOUNT = 80

Reading = dict[str, Any]


def is_a_line(broken: StatementBreak) -> bool:
    """Whether it is one line that cannot be read, not a page or a file of them."""
    is_line = LINE.fullmatch(broken.subject) is not None
    return broken.kind == BreakKind.UNREADABLE and is_line


def reading_of(*, number: str, effect_fen: int, account: str) -> Reading:
    """What somebody has found out that a line says. Raises BreakReadingUnclear."""
    is_fine = OUT_TRADE_NO.fullmatch(number) and 0 < abs(effect_fen) <= MOST_FEN
    if not is_fine or not is_plain(account, most=LONGEST_ACCOUNT):
        raise BreakReadingUnclear
    return {"number": number, "effect_fen": effect_fen, "account": account}


@required
def enter(proposal: BreakProposal, *, on: date) -> None:
    """Keep the line as it was read, and compare it at once. Raises BreakNotOpen."""
    actions.take_turns()
    broken = StatementBreak.objects.get(pk=proposal.broken_id)
    if broken.state != BreakState.OPEN:
        # The bank has said it readably meanwhile.
        raise BreakNotOpen
    found = LINE.fullmatch(broken.subject)
    assert found is not None
    has_number = not found[2]
    line = BankLine.objects.create(
        bank=broken.bank,
        # A line without a number of its own gets one that no statement has.
        line_no=int(found[1]) if has_number else -broken.pk,
        out_trade_no=proposal.reading["number"],
        effect_fen=proposal.reading["effect_fen"],
        account=proposal.reading["account"],
        day=broken.first_day,
    )
    StatementBreak.objects.filter(pk=broken.pk).update(line=line)
    matching.compare(bank=broken.bank, day=min(broken.last_day, on))

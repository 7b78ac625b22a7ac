"""What a statement says around its rows: account, holder, period, balances, totals, its code."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from borrowers.connectors.contracts import Cell
from borrowers.connectors.header import FIRST_YEAR, LAST_YEAR, RowUnreadable
from borrowers.connectors.statements.cells import Days, day_and_clock, money
from borrowers.connectors.statements.dialects import readable
from borrowers.connectors.statements.rows import Statement
from borrowers.connectors.tables.drafts import About, Declared

DAY = r"(\d{4}[-/.年]?\d{1,2}[-/.月]?\d{1,2}日?)"
PERIOD = re.compile(
    DAY + r"(?:\d\d:\d\d:\d\d)?(?:至|到|-+|—+|–+|~+|终止日期:?|截止日期:?|to)" + DAY
)
MONTH = re.compile(r"(\d{4})年(\d{1,2})月(?!\d{1,2}日)")
STATED_DAY = re.compile(r"(?:账单日|对账日|打印日期|StatementDate)期?:?" + DAY, re.IGNORECASE)
NUMBER = r"[:,]?\[?(?:一卡通:)?([\dXx*•-]{8,})"
CARD = re.compile(
    r"(?:借记卡号|信用卡号|银行卡号|卡号|CardNo\.?|CardNumber)" + NUMBER, re.IGNORECASE
)
ACCOUNT = re.compile(
    r"(?:账号|帐号|账户号|客户账户|账户|AccountNo\.?|AccountNumber|Account#?)" + NUMBER,
    re.IGNORECASE,
)
LAST_DIGITS = re.compile(r"(?:卡号末四位|卡末四位|尾号|末四位)[:为]?(\d{4})")
HOLDER = re.compile(
    r"(?:客户姓名|客户名称|账户名称|账户名|(?<!对方)户\s*名|姓\s*名|持卡人|Account Name)"
    r"\s*[:,]\s*([^\s,:]{2,30})",
    re.IGNORECASE,
)
CODE = re.compile(
    r"(?:验证码|校验码|防伪码|查验码|验真码|电子章编号|印章编号|证明编号|回单编号|VerificationCode)"
    r"[:：]?([A-Za-z0-9]{6,40})",
    re.IGNORECASE,
)
SUM = r"[:：]?,?(?:\d+笔,?)?(?:CNY|RMB|人民币)?([+-]?[\d,]+\.\d\d)"
OPENING = re.compile(r"(?:期初余额|上期余额|承前余额|上页余额|OpeningBalance)" + SUM, re.IGNORECASE)
CLOSING = re.compile(r"(?:期末余额|本期余额|ClosingBalance)" + SUM, re.IGNORECASE)
OUT_SUM = re.compile(
    r"(?:借方发生数|借方发生额合计|借方合计|支出合计|总支出|合计支出|支出总额|支出金额合计)" + SUM
)
IN_SUM = re.compile(
    r"(?:贷方发生数|贷方发生额合计|贷方合计|收入合计|总收入|合计收入|收入总额|收入金额合计)" + SUM
)
ROWS = re.compile(r"(?:共|总)(\d{1,6})(?:笔|条)|(?:总笔数|交易笔数)[:：]?(\d{1,6})(?!\d)")


@dataclass(slots=True)
class Preamble:
    """Every line around the rows, in one spelling, asked for one thing after another.

    `lines` are without spaces: banks stretch short words (`账　　号`) and group long numbers.
    """

    notes: Sequence[str]
    spaced: list[str] = field(init=False)
    lines: list[str] = field(init=False)

    def __post_init__(self) -> None:
        plain = (unicodedata.normalize("NFKC", readable(note)) for note in self.notes)
        self.spaced = [note.replace(":,", ":") for note in plain]
        self.lines = ["".join(line.split()) for line in self.spaced]

    def holder(self) -> str:
        """The person whose account it is, as far as the bank does not mask the name."""
        for line in self.spaced:
            if match := HOLDER.search(line):
                return match.group(1)
        return ""

    def first(self, pattern: re.Pattern[str]) -> str:
        """What the pattern's first group says, on the first line that has it."""
        for line in self.lines:
            if match := pattern.search(line):
                return next((group for group in match.groups() if group), "")
        return ""

    def fen(self, pattern: re.Pattern[str]) -> int | None:
        """A sum; None where pages say different ones, for they are sums of pages then."""
        said = {match.group(1) for line in self.lines if (match := pattern.search(line))}
        return fen_of(said.pop()) if len(said) == 1 else None

    def period(self) -> tuple[date | None, date | None]:
        for line in self.lines:
            if match := PERIOD.search(line):
                first, last = day_of(match.group(1)), day_of(match.group(2))
                if first and last and first <= last:
                    return first, last
        return None, None

    def latest_day(self) -> date | None:
        """The last day that the statement can tell of: for rows that leave the year out."""
        _, until = self.period()
        if until or (until := day_of(self.first(STATED_DAY))):
            return until
        for line in self.lines:
            if match := MONTH.search(line):
                return last_day_of_month(int(match.group(1)), int(match.group(2)))
        return None


def day_of(words: str) -> date | None:
    try:
        day, _ = day_and_clock(words, Days())
    except RowUnreadable:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def last_day_of_month(year: int, month: int) -> date | None:
    if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12):
        return None
    following = date(year + month // 12, month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)


def fen_of(words: Cell) -> int | None:
    try:
        found = money(words)
    except RowUnreadable:
        return None
    return found.fen if found else None


def about(statement: Statement, preamble: Preamble) -> About:
    """What the statement says about itself as a whole."""
    card, account = preamble.first(CARD), preamble.first(ACCOUNT)
    said_from, said_until = preamble.period()
    return About(
        account=card or account,
        tail=preamble.first(LAST_DIGITS) or tail_of(card) or tail_of(account),
        opening_fen=preamble.fen(OPENING),
        closing_fen=preamble.fen(CLOSING),
        period_from=said_from,
        period_until=said_until,
        verification_code=preamble.first(CODE),
        declared=declared(statement.totals, preamble),
    )


def tail_of(number: str) -> str:
    """The last four digits of a card or an account, where they are not masked."""
    tail = number[-4:]
    return tail if len(tail) == 4 and tail.isdigit() else ""


def declared(totals: Iterable[Mapping[str, Cell]], preamble: Preamble) -> Declared:
    """The statement's own sums, from its total line or from its words."""
    out_fen, in_fen = preamble.fen(OUT_SUM), preamble.fen(IN_SUM)
    for total in totals:
        out_fen = fen_of(total.get("out")) if out_fen is None else out_fen
        in_fen = fen_of(total.get("in")) if in_fen is None else in_fen
    count = preamble.first(ROWS)
    return Declared(rows=int(count) if count else None, in_fen=in_fen, out_fen=out_fen)

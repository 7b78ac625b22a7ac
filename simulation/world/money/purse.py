"""One person's money: where it lies, what it pays, what is owed and what is handed over.

A default is never drawn: it is what is left when the money does not suffice (ability) or is not
handed over (will).
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from simulation.words import Scene
from simulation.world.events import Funding, Kind, Wallet
from simulation.world.personas import Population

DAY = 86_400
MONTHLY_RATE = 0.012
WISH, NEED, TERMS = 0.095, 0.25, (6, 6, 12)
# Who means to take and go waits a while: nothing tells them by how soon they ask.
PLOT = 0.12
RESERVE, GREED, CUSHION = 0.02, 0.26, 0.06
FORGETS, HEEDS, HELPS, MOST_HELP = (0.02, 0.26), 0.72, 0.45, 3
ESSENTIAL = {Scene.GROCERIES, Scene.TRANSPORT, Scene.UTILITIES_TELECOM, Scene.MEDICAL}

Row = tuple[int, int, int, int, int, int]


@dataclass(slots=True)
class Debt:
    """A loan and its instalments: when each was due, and when paid."""

    at: int
    principal_fen: int
    instalment_fen: int
    term: int
    due_at: list[int] = field(default_factory=list)
    paid_at: list[int] = field(default_factory=list)

    @property
    def owes(self) -> int:
        """Instalments due and not paid."""
        return len(self.due_at) - len(self.paid_at)


class Purse:
    """One person's money, and the little that they decide."""

    def __init__(self, people: Population, person: int, *, is_in_ring: bool) -> None:
        self.income = int(people.income_fen[person])
        self.discipline = float(people.discipline[person])
        self.support = float(people.support[person])
        self.is_student = bool(people.is_student[person])
        self.means_to_pay = not (people.has_fraud_intent[person] or is_in_ring)
        self.debit = int(self.income * people.buffer_months[person]) + 150_000
        self.second = 20_000 if people.has_second[person] else 0
        self.balances = {Wallet.NONE: 0, Wallet.WECHAT: 40_000, Wallet.ALIPAY: 25_000}
        self.fund = int(self.income * 0.3 * self.discipline)
        self.credit_left = int(people.credit_limit_fen[person])
        self.credit_limit = self.credit_left
        self.bnpl_limit = int(people.bnpl_limit_fen[person])
        self.bnpl_used: dict[tuple[int, int], int] = {}
        self.debt: Debt | None = None
        self.helped = 0
        self.added: list[Row] = []

    # --- paying -------------------------------------------------------------------------------

    def draw(self, funding: int, wallet: int, shop: int, fen: int) -> bool:
        """Take money from one place; False where it does not suffice."""
        return SOURCES[funding](self, wallet, shop, fen)

    def from_balance(self, wallet: int, _shop: int, fen: int) -> bool:
        if not wallet or self.balances[Wallet(wallet)] < fen:
            return False
        self.balances[Wallet(wallet)] -= fen
        return True

    def from_fund(self, wallet: int, _shop: int, fen: int) -> bool:
        if wallet != Wallet.ALIPAY or self.fund < fen:
            return False
        self.fund -= fen
        return True

    def from_debit(self, _wallet: int, _shop: int, fen: int) -> bool:
        if self.debit < fen:
            return False
        self.debit -= fen
        return True

    def from_second(self, _wallet: int, _shop: int, fen: int) -> bool:
        if self.second < fen:
            return False
        self.second -= fen
        return True

    def from_credit(self, _wallet: int, _shop: int, fen: int) -> bool:
        if self.credit_left < fen:
            return False
        self.credit_left -= fen
        return True

    def from_bnpl(self, wallet: int, shop: int, fen: int) -> bool:
        lender = (0, shop) if shop else (wallet, 0)
        if lender in {(0, 0), (Wallet.WECHAT, 0)} or (shop and wallet):
            return False
        if sum(self.bnpl_used.values()) + fen > self.bnpl_limit:
            return False
        self.bnpl_used[lender] = self.bnpl_used.get(lender, 0) + fen
        return True

    def pay(self, fen: int, funding: int, wallet: int, shop: int) -> int:
        """Whose money it was in the end; nothing where nobody's sufficed."""
        if self.draw(funding, wallet, shop, fen):
            return funding
        for other in FALLBACKS:
            if other != funding and self.draw(other, wallet, shop, fen):
                return other
        return 0

    def refund(self, fen: int, funding: int, wallet: int, shop: int) -> None:
        """Money back to where it came from."""
        if funding == Funding.BALANCE:
            self.balances[Wallet(wallet)] += fen
        elif funding == Funding.CREDIT:
            self.credit_left += fen
        elif funding == Funding.BNPL:
            lender = (0, shop) if shop else (wallet, 0)
            self.bnpl_used[lender] = self.bnpl_used.get(lender, 0) - fen
        elif funding == Funding.FUND:
            self.fund += fen
        elif funding == Funding.SECOND:
            self.second += fen
        else:
            self.debit += fen

    def gain(self, fen: int, funding: int, wallet: int) -> None:
        if funding == Funding.DEBIT:
            self.debit += fen
        else:
            self.balances[Wallet(wallet)] += fen

    @property
    def liquid(self) -> int:
        return self.debit + self.second + self.fund + sum(self.balances.values())

    def holds_back(self, fen: int, scene: int, will: float) -> bool:
        """The disciplined leave be what would eat up the next instalment."""
        if fen < 6_000 or scene in ESSENTIAL:
            return False
        owed = self.debt.instalment_fen if self.debt else 0
        cushion = owed + self.income * CUSHION
        return self.liquid - fen < cushion and will < self.discipline

    @property
    def reserve(self) -> float:
        """What they would rather keep than hand over; the disciplined keep little."""
        return self.income * (RESERVE + GREED * (1 - self.discipline) ** 2)

    # --- borrowing ----------------------------------------------------------------------------

    def wishes_to_borrow(self, will: float, *, is_forced: bool) -> bool:
        if self.debt is not None or self.is_student:
            return False
        if is_forced or (not self.means_to_pay and will < PLOT):
            return True
        is_short = self.liquid < 0.5 * self.income
        return will < WISH + (NEED * (1.25 - self.discipline) if is_short else 0.0)

    def borrow(self, at: int, will: float) -> int:
        wanted = self.income * (0.5 + 1.1 * will + 0.5 * (1 - self.discipline))
        principal = max(100_000, int(wanted // 50_000) * 50_000)
        term = TERMS[int(will * 997) % len(TERMS)]
        instalment = int(principal * (1 / term + MONTHLY_RATE))
        self.debt = Debt(at, principal, instalment, term)
        self.debit += principal
        return principal

    def fall_due(self, at: int, will: float) -> None:
        debt = self.debt
        if debt is None or at - debt.at < 20 * DAY or len(debt.due_at) >= debt.term:
            return
        debt.due_at.append(at)
        low, high = FORGETS
        if will >= low + high * (1 - self.discipline) ** 2:
            self.settle(at, will)

    def be_reminded(self, at: int, will: float) -> None:
        if self.debt and self.debt.owes and will < HEEDS:
            self.settle(at, will)

    def settle(self, at: int, will: float) -> None:
        """Pay what is due, oldest first, as far as the money goes and the will."""
        debt = self.debt
        if debt is None or not self.means_to_pay:
            return
        while debt.owes:
            fen = debt.instalment_fen
            if self.liquid - self.reserve < fen and not self.is_helped(at, fen, will):
                return
            self.gather(at, fen)
            self.debit -= fen
            debt.paid_at.append(at)
            self.added.append((at + 240, Kind.LOAN_REPAYMENT, fen, 0, Funding.DEBIT, 0))

    def is_helped(self, at: int, fen: int, will: float) -> bool:
        """Family steps in for some, a few times."""
        if self.helped >= MOST_HELP or will > self.support * HELPS:
            return False
        self.helped += 1
        gift = -(-fen // 10_000) * 10_000
        self.debit += gift
        self.added.append((at + 60, Kind.SUPPORT_IN, gift, 0, Funding.DEBIT, 0))
        return True

    def gather(self, at: int, fen: int) -> None:
        """Bring to the card from elsewhere what it lacks: own transfers, neither in nor out."""
        for name, kind, wallet in GATHERED:
            lacking = fen - self.debit
            if lacking <= 0:
                return
            held = self.held(name, wallet)
            moved = min(held, lacking)
            if moved > 0:
                self.take(name, wallet, moved)
                self.debit += moved
                self.added.append((at + 120, kind, moved, wallet, Funding.DEBIT, 0))

    def held(self, name: str, wallet: int) -> int:
        return self.balances[Wallet(wallet)] if name == "balances" else int(getattr(self, name))

    def take(self, name: str, wallet: int, fen: int) -> None:
        if name == "balances":
            self.balances[Wallet(wallet)] -= fen
        else:
            setattr(self, name, getattr(self, name) - fen)


SOURCES: dict[int, Callable[[Purse, int, int, int], bool]] = {
    Funding.BALANCE: Purse.from_balance,
    Funding.FUND: Purse.from_fund,
    Funding.DEBIT: Purse.from_debit,
    Funding.CREDIT: Purse.from_credit,
    Funding.BNPL: Purse.from_bnpl,
    Funding.SECOND: Purse.from_second,
}
FALLBACKS = (
    Funding.DEBIT, Funding.BALANCE, Funding.FUND, Funding.BNPL, Funding.CREDIT, Funding.SECOND,
)  # fmt: skip
# Where a lacking sum is fetched from, as what the bills call it.
GATHERED: tuple[tuple[str, int, int], ...] = (
    ("balances", Kind.WITHDRAWAL, Wallet.WECHAT),
    ("balances", Kind.WITHDRAWAL, Wallet.ALIPAY),
    ("fund", Kind.FUND_OUT, Wallet.ALIPAY),
    ("second", Kind.OWN_RETURN, Wallet.NONE),
)

"""One person's events as the rows of each source: the same purchase in up to three of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from simulation.bills.banks import Account, Entry, Occasion
from simulation.bills.records import Kind as BillKind
from simulation.bills.records import Method, Record
from simulation.folders.people import faces
from simulation.folders.people.sharing import Shares
from simulation.words import Direction, Scene
from simulation.world import World
from simulation.world.events import COLUMNS, Funding, Kind, Shop, Wallet
from simulation.world.setting.merchants import SERVICES, TRADES

DAY = 86_400
# Kind: what wallets and shops call it, and which way the money goes there.
BILL_KINDS: dict[int, tuple[BillKind, Direction]] = {
    Kind.PURCHASE: (BillKind.PURCHASE, Direction.OUT),
    Kind.REFUND: (BillKind.REFUND, Direction.IN),
    Kind.SUBSCRIPTION: (BillKind.PURCHASE, Direction.OUT),
    Kind.RENT: (BillKind.TRANSFER, Direction.OUT),
    Kind.GIG_PAY: (BillKind.QR_RECEIPT, Direction.IN),
    Kind.ALLOWANCE: (BillKind.TRANSFER, Direction.IN),
    Kind.RECEIPT: (BillKind.QR_RECEIPT, Direction.IN),
    Kind.TRANSFER_OUT: (BillKind.TRANSFER, Direction.OUT),
    Kind.TRANSFER_IN: (BillKind.TRANSFER, Direction.IN),
    Kind.RED_PACKET_OUT: (BillKind.RED_PACKET, Direction.OUT),
    Kind.RED_PACKET_IN: (BillKind.RED_PACKET, Direction.IN),
    Kind.TOP_UP: (BillKind.TOP_UP, Direction.NEUTRAL),
    Kind.WITHDRAWAL: (BillKind.WITHDRAWAL, Direction.NEUTRAL),
    Kind.CARD_REPAYMENT: (BillKind.CARD_REPAYMENT, Direction.NEUTRAL),
    Kind.FUND_IN: (BillKind.FUND_IN, Direction.NEUTRAL),
    Kind.FUND_OUT: (BillKind.FUND_OUT, Direction.NEUTRAL),
    Kind.BNPL_REPAYMENT: (BillKind.CARD_REPAYMENT, Direction.NEUTRAL),
}
# Kind: why it stands on the debit card's statement, and which way the money goes there.
OCCASIONS: dict[int, tuple[Occasion, Direction]] = {
    Kind.PURCHASE: (Occasion.CONSUMPTION, Direction.OUT),
    Kind.REFUND: (Occasion.REFUND, Direction.IN),
    Kind.SUBSCRIPTION: (Occasion.CONSUMPTION, Direction.OUT),
    Kind.RENT: (Occasion.TRANSFER, Direction.OUT),
    Kind.SALARY: (Occasion.SALARY, Direction.IN),
    Kind.GIG_PAY: (Occasion.PLATFORM_PAY, Direction.IN),
    Kind.TRANSFER_OUT: (Occasion.CONSUMPTION, Direction.OUT),
    Kind.RED_PACKET_OUT: (Occasion.CONSUMPTION, Direction.OUT),
    Kind.TOP_UP: (Occasion.TOP_UP, Direction.OUT),
    Kind.WITHDRAWAL: (Occasion.WITHDRAWAL, Direction.IN),
    Kind.CARD_REPAYMENT: (Occasion.CARD_REPAYMENT, Direction.OUT),
    Kind.FUND_IN: (Occasion.FUND, Direction.OUT),
    Kind.FUND_OUT: (Occasion.FUND, Direction.IN),
    Kind.BNPL_REPAYMENT: (Occasion.CARD_REPAYMENT, Direction.OUT),
    Kind.LOAN_PAYOUT: (Occasion.LOAN_PAYOUT, Direction.IN),
    Kind.LOAN_REPAYMENT: (Occasion.LOAN_REPAYMENT, Direction.OUT),
    Kind.OWN_TRANSFER: (Occasion.OWN_TRANSFER, Direction.OUT),
    Kind.OWN_RETURN: (Occasion.OWN_TRANSFER, Direction.IN),
    Kind.SUPPORT_IN: (Occasion.TRANSFER, Direction.IN),
}
METHODS: dict[int, Method] = {
    Funding.BALANCE: Method.BALANCE,
    Funding.FUND: Method.MONEY_FUND,
    Funding.DEBIT: Method.DEBIT,
    Funding.SECOND: Method.DEBIT,
    Funding.CREDIT: Method.CREDIT,
    Funding.BNPL: Method.BNPL,
}
PLATFORMS: dict[int, str] = {Wallet.WECHAT: "财付通", Wallet.ALIPAY: "支付宝"}
DIRECT: dict[int, str] = {Shop.JD: "京东支付", Shop.MEITUAN: "美团支付"}
SHOPS: dict[int, str] = {Shop.JD: "京东商城平台商户", Shop.MEITUAN: "美团"}
LENDERS: dict[int, str] = {
    Shop.NONE: "花呗主动还款",
    Shop.JD: "白条主动还款",
    Shop.MEITUAN: "【美团月付】主动还款",
}


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of one person, unpacked."""

    number: int
    person: int
    seconds: int
    kind: int
    scene: int
    amount_fen: int
    merchant: int
    wallet: int
    shop: int
    funding: int
    peer: int
    parent: int
    pair: int
    series: int

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)


def happenings(world: World, person: int) -> list[Happening]:
    own = world.of(person)
    columns = (getattr(own, name).tolist() for name in COLUMNS)
    return [Happening(*row) for row in zip(*columns, strict=True)]


@dataclass(frozen=True, slots=True)
class Teller:
    """Puts one person's events into the words of bills and statements."""

    world: World
    person: int
    shares: Shares
    debit: Account
    second: Account
    credit: Account

    # --- wallets and shops ----------------------------------------------------------------------

    def records(
        self, events: list[Happening], stands: Callable[[Happening], bool], wallet: str
    ) -> Iterator[tuple[Record, Happening]]:
        """The rows of one wallet or shop, each beside its event."""
        for event in events:
            if stands(event) and event.kind in BILL_KINDS:
                yield self.record(event, wallet), event

    def record(self, event: Happening, wallet: str) -> Record:
        kind, direction = BILL_KINDS[event.kind]
        return Record(
            at=event.at,
            kind=kind,
            direction=direction,
            amount_fen=event.amount_fen,
            party=self.party(event) if wallet in {"wechat", "alipay"} else self.merchant(event),
            number=number_in(wallet, event.number, event.seconds, self.person),
            item=self.item(event, wallet),
            order=f"88{event.parent if event.parent >= 0 else event.number:014d}",
            method=METHODS[event.funding],
            scene=Scene(event.scene),
            undoes=self.undone(event, wallet),
            card=self.card_name(event, wallet),
        )

    def undone(self, event: Happening, wallet: str) -> str:
        if event.parent < 0:
            return ""
        return number_in(wallet, event.parent, self.paid_at(event.parent), self.person)

    def paid_at(self, number: int) -> int:
        own = self.world.of(self.person)
        place = int((own.number == number).argmax())
        return int(own.seconds[place])

    def card_name(self, event: Happening, wallet: str) -> str:
        """As wallets name a card: 工商银行储蓄卡(1234), or without the middle word."""
        if wallet in {"jd", "meituan"} and event.wallet == Wallet.WECHAT:
            return "微信支付"
        word = "储蓄卡" if self.shares.has_long_names or wallet == "alipay" else ""
        if event.funding == Funding.DEBIT:
            return f"{faces.BANKS[self.shares.bank]}{word}({self.debit.tail})"
        if event.funding == Funding.SECOND:
            return f"{faces.BANKS[self.shares.second_bank]}{word}({self.second.tail})"
        if event.funding == Funding.CREDIT:
            return f"{faces.BANKS[self.shares.credit_bank]}信用卡({self.credit.tail})"
        return ""

    def item(self, event: Happening, wallet: str) -> str:
        if event.kind == Kind.SUBSCRIPTION:
            return SERVICES[event.merchant - self.world.shops.first_service][1]
        if event.kind == Kind.BNPL_REPAYMENT:
            return LENDERS[event.shop]
        if event.kind == Kind.RENT:
            return "房租"
        if event.merchant < 0:
            return ITEMS.get(event.kind, "")
        if event.shop and wallet in {"wechat", "alipay"}:
            return f"{SHOPS[event.shop]}-订单编号{event.number:014d}"
        return self.goods(event)

    def goods(self, event: Happening) -> str:
        scene = Scene(int(self.world.shops.scene[event.merchant]))
        goods = TRADES[scene].goods
        number = event.parent if event.parent >= 0 else event.number
        return goods[number % len(goods)]

    def merchant(self, event: Happening) -> str:
        return self.world.shops.names[event.merchant] if event.merchant >= 0 else ""

    def party(self, event: Happening) -> str:
        """The other side as a wallet or a bank sees it."""
        if event.shop:
            return SHOPS[event.shop]
        if event.merchant >= 0:
            return self.world.shops.names[event.merchant]
        return PARTIES[event.kind](event) if event.kind in PARTIES else ""

    # --- statements -----------------------------------------------------------------------------

    def debit_rows(self, events: list[Happening]) -> Iterator[tuple[Entry, Happening]]:
        for event in events:
            if event.funding == Funding.DEBIT:
                occasion, direction = OCCASIONS[event.kind]
                yield self.entry(event, occasion, direction), event

    def second_rows(self, events: list[Happening]) -> Iterator[tuple[Entry, Happening]]:
        """What was paid with the other card, and the other side of transfers to and from it."""
        for event in events:
            if event.kind == Kind.OWN_TRANSFER:
                yield self.entry(event, Occasion.OWN_TRANSFER, Direction.IN), event
            elif event.kind == Kind.OWN_RETURN:
                yield self.entry(event, Occasion.OWN_TRANSFER, Direction.OUT), event
            elif event.funding == Funding.SECOND:
                occasion, direction = OCCASIONS[event.kind]
                yield self.entry(event, occasion, direction), event

    def credit_rows(self, events: list[Happening]) -> Iterator[tuple[Entry, Happening]]:
        for event in events:
            if event.kind == Kind.CARD_REPAYMENT:
                yield self.entry(event, Occasion.CARD_REPAYMENT, Direction.IN), event
            elif event.funding == Funding.CREDIT:
                occasion, direction = OCCASIONS[event.kind]
                yield self.entry(event, occasion, direction), event

    def entry(self, event: Happening, occasion: Occasion, direction: Direction) -> Entry:
        platform = PLATFORMS.get(event.wallet) or DIRECT.get(event.shop, "")
        return Entry(
            at=datetime.fromtimestamp(event.seconds + booked_after(event), UTC),
            direction=direction,
            amount_fen=event.amount_fen,
            balance_fen=0,
            occasion=occasion,
            party=self.bank_party(event),
            platform=platform,
            party_account="",
            number=f"99{event.number:014d}",
        )

    def bank_party(self, event: Happening) -> str:
        if event.kind in {Kind.OWN_TRANSFER, Kind.OWN_RETURN}:
            return faces.name(self.person)
        if event.kind == Kind.BNPL_REPAYMENT:
            return LENDERS[event.shop].strip("【】").replace("】", "")
        if event.kind == Kind.CARD_REPAYMENT:
            return "信用卡还款"
        if event.kind in {Kind.TRANSFER_OUT, Kind.RED_PACKET_OUT}:
            return "转账" if event.kind == Kind.TRANSFER_OUT else "微信红包"
        return self.party(event)


ITEMS: dict[int, str] = {Kind.GIG_PAY: "跑单结算", Kind.ALLOWANCE: "生活费"}
PARTIES: dict[int, Callable[[Happening], str]] = {
    Kind.SALARY: lambda event: faces.employer(event.person),
    Kind.GIG_PAY: lambda _: faces.PLATFORM_OF_WORK,
    Kind.ALLOWANCE: lambda _: "妈妈（虚构）",
    Kind.RECEIPT: lambda event: faces.name(-2 - event.number % 900),
    Kind.RENT: lambda event: faces.landlord(event.person),
    Kind.TRANSFER_OUT: lambda event: faces.name(event.peer),
    Kind.TRANSFER_IN: lambda event: faces.name(event.peer),
    Kind.RED_PACKET_OUT: lambda event: faces.name(event.peer),
    Kind.RED_PACKET_IN: lambda event: faces.name(event.peer),
    Kind.TOP_UP: lambda event: "微信零钱" if event.wallet == Wallet.WECHAT else "支付宝余额",
    Kind.WITHDRAWAL: lambda event: "零钱提现" if event.wallet == Wallet.WECHAT else "余额提现",
    Kind.FUND_IN: lambda _: "余额宝",
    Kind.FUND_OUT: lambda _: "余额宝",
    Kind.LOAN_PAYOUT: lambda _: faces.LENDER,
    Kind.LOAN_REPAYMENT: lambda _: faces.LENDER,
    Kind.SUPPORT_IN: lambda event: faces.name(event.peer - event.person % 300),
}


def booked_after(event: Happening) -> int:
    """A bank books seconds later; what comes back, up to two days later."""
    if event.kind == Kind.REFUND:
        return event.number * 7_919 % (2 * DAY)
    return 1 + event.number % 40 if event.wallet or event.shop else 0


def number_in(wallet: str, number: int, seconds: int, person: int) -> str:
    """A wallet's own number, with the day in it where wallets put it."""
    day = f"{datetime.fromtimestamp(seconds + 8 * 3600, UTC):%Y%m%d}"
    if wallet == "wechat":
        return f"4200{person % 10**6:06d}{day}{number % 10**10:010d}"
    if wallet == "alipay":
        return f"{day}22{person % 10**6:06d}{number % 10**12:012d}"
    if wallet == "jd":
        return f"{day}{number % 10**12:012d}"
    return f"{day[2:]}11100401{number % 10**16:016d}"

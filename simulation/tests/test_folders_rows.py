"""One event in the words of each file: what a wallet, a shop and a bank say of the same thing."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.bills.banks import Occasion
from simulation.bills.records import Kind as BillKind
from simulation.bills.records import Method
from simulation.folders.people import faces
from simulation.folders.rows import DAY, booked_after, number_in
from simulation.folders.writing import teller
from simulation.tests.sample_account import wall
from simulation.tests.sample_happening import NOON, happening
from simulation.words import Direction
from simulation.world import simulate
from simulation.world.events import Funding, Kind, Shop, Wallet

LIN = 1


@pytest.fixture(scope="module")
def tells():
    """What Lin, the second of three people, would share: an ICBC and a CMB card, a CGB credit."""
    world = simulate(people=3, months=1, seed=5, first_day=date(2025, 8, 1))
    drawn = teller(world, LIN)
    shares = replace(
        drawn.shares, bank="ICBC", second_bank="CMB", credit_bank="CGB", has_long_names=True
    )
    return replace(drawn, shares=shares)


def record(tells, event, wallet="wechat"):
    return tells.record(event, wallet)


def debit(tells, event):
    ((entry, told),) = tells.debit_rows([event])
    assert told is event
    return entry


class TestAPurchaseInThreeFiles:
    """An order at JD, paid through WeChat from the debit card."""

    ORDER = happening(
        number=4_711,
        merchant=150,
        wallet=Wallet.WECHAT,
        shop=Shop.JD,
        funding=Funding.DEBIT,
        scene=2,
    )

    def test_has_one_amount_and_one_time_but_for_the_banks_seconds(self, tells):
        in_wallet = record(tells, self.ORDER)
        in_shop = record(tells, self.ORDER, "jd")
        in_bank = debit(tells, self.ORDER)

        assert in_wallet.amount_fen == in_shop.amount_fen == in_bank.amount_fen == 2_816
        assert in_wallet.at == in_shop.at == wall(2025, 8, 14, 12)
        assert timedelta(0) < in_bank.at - in_wallet.at <= timedelta(seconds=40)

    def test_has_one_order_number_in_wallet_and_shop(self, tells):
        assert record(tells, self.ORDER).order == "8800000000004711"
        assert record(tells, self.ORDER, "jd").order == "8800000000004711"

    def test_names_the_platform_to_wallet_and_bank_and_the_shop_only_in_the_shop(self, tells):
        name = tells.world.shops.names[150]

        assert record(tells, self.ORDER).party == "京东商城平台商户"
        assert record(tells, self.ORDER).item == "京东商城平台商户-订单编号00000000004711"
        assert record(tells, self.ORDER, "jd").party == name
        assert debit(tells, self.ORDER).whom == "财付通-京东商城平台商户"

    def test_names_the_card_in_the_wallet_and_the_wallet_in_the_shop(self, tells):
        assert record(tells, self.ORDER).card == f"工商银行储蓄卡({tells.debit.tail})"
        assert record(tells, self.ORDER, "jd").card == "微信支付"

    def test_has_each_sources_own_number(self, tells):
        assert record(tells, self.ORDER).number == "4200000001202508140000004711"
        assert record(tells, self.ORDER, "jd").number == "20250814000000004711"
        assert debit(tells, self.ORDER).number == "9900000000004711"


class TestWhatPaid:
    @pytest.mark.parametrize(
        ("funding", "method"),
        [
            (Funding.BALANCE, Method.BALANCE),
            (Funding.FUND, Method.MONEY_FUND),
            (Funding.DEBIT, Method.DEBIT),
            (Funding.SECOND, Method.DEBIT),
            (Funding.CREDIT, Method.CREDIT),
            (Funding.BNPL, Method.BNPL),
        ],
    )
    def test_is_told_in_five_words(self, tells, funding, method):
        assert record(tells, happening(merchant=1, funding=funding)).method is method

    @pytest.mark.parametrize(
        ("funding", "is_long", "wallet", "words"),
        [
            (Funding.DEBIT, True, "wechat", "工商银行储蓄卡"),
            (Funding.DEBIT, False, "wechat", "工商银行"),
            (Funding.DEBIT, False, "alipay", "工商银行储蓄卡"),
            (Funding.SECOND, True, "wechat", "招商银行储蓄卡"),
            (Funding.CREDIT, False, "wechat", "广发银行信用卡"),
            (Funding.CREDIT, True, "alipay", "广发银行信用卡"),
        ],
    )
    def test_is_named_as_the_wallet_names_cards(self, tells, funding, is_long, wallet, words):
        speaking = replace(tells, shares=replace(tells.shares, has_long_names=is_long))
        tails = {
            Funding.DEBIT: tells.debit.tail,
            Funding.SECOND: tells.second.tail,
            Funding.CREDIT: tells.credit.tail,
        }

        said = speaking.card_name(happening(funding=funding, wallet=Wallet.WECHAT), wallet)

        assert said == f"{words}({tails[funding]})"

    @pytest.mark.parametrize("funding", [Funding.BALANCE, Funding.FUND, Funding.BNPL])
    def test_is_no_card_where_none_paid(self, tells, funding):
        assert tells.card_name(happening(funding=funding, wallet=Wallet.WECHAT), "wechat") == ""


class TestAWalletsRow:
    @pytest.mark.parametrize(
        ("kind", "as_told", "direction", "party", "item"),
        [
            (Kind.RENT, BillKind.TRANSFER, Direction.OUT, "房东苏姐（虚构）", "房租"),
            (Kind.GIG_PAY, BillKind.QR_RECEIPT, Direction.IN, "飞燕跑腿平台（虚构）", "跑单结算"),
            (Kind.ALLOWANCE, BillKind.TRANSFER, Direction.IN, "妈妈（虚构）", "生活费"),
            (Kind.TRANSFER_OUT, BillKind.TRANSFER, Direction.OUT, "陈一诺（虚构）", ""),
            (Kind.TRANSFER_IN, BillKind.TRANSFER, Direction.IN, "陈一诺（虚构）", ""),
            (Kind.RED_PACKET_OUT, BillKind.RED_PACKET, Direction.OUT, "陈一诺（虚构）", ""),
            (Kind.RED_PACKET_IN, BillKind.RED_PACKET, Direction.IN, "陈一诺（虚构）", ""),
            (Kind.TOP_UP, BillKind.TOP_UP, Direction.NEUTRAL, "微信零钱", ""),
            (Kind.WITHDRAWAL, BillKind.WITHDRAWAL, Direction.NEUTRAL, "零钱提现", ""),
            (Kind.FUND_IN, BillKind.FUND_IN, Direction.NEUTRAL, "余额宝", ""),
            (Kind.FUND_OUT, BillKind.FUND_OUT, Direction.NEUTRAL, "余额宝", ""),
            (Kind.CARD_REPAYMENT, BillKind.CARD_REPAYMENT, Direction.NEUTRAL, "", ""),
        ],
    )
    def test_of_each_kind(self, tells, kind, as_told, direction, party, item):
        said = record(tells, happening(kind, wallet=Wallet.WECHAT, peer=2))

        assert (said.kind, said.direction) == (as_told, direction)
        assert (said.party, said.item) == (party, item)

    @pytest.mark.parametrize(
        ("shop", "words"),
        [
            (Shop.NONE, "花呗主动还款"),
            (Shop.JD, "白条主动还款"),
            (Shop.MEITUAN, "【美团月付】主动还款"),
        ],
    )
    def test_of_a_repayment_names_the_credit(self, tells, shop, words):
        said = record(tells, happening(Kind.BNPL_REPAYMENT, shop=shop), "alipay")

        assert said.item == words
        assert (said.kind, said.direction) == (BillKind.CARD_REPAYMENT, Direction.NEUTRAL)

    def test_of_a_subscription_names_what_renews_itself(self, tells):
        service = tells.world.shops.first_service + 3
        said = record(tells, happening(Kind.SUBSCRIPTION, merchant=service, series=0))

        assert (said.party, said.item) == ("云朵网盘（虚构）", "超级会员连续包月")

    @pytest.mark.parametrize(
        "kind",
        [Kind.SALARY, Kind.LOAN_PAYOUT, Kind.LOAN_REPAYMENT, Kind.OWN_TRANSFER, Kind.SUPPORT_IN],
    )
    def test_is_not_written_of_what_only_banks_see(self, tells, kind):
        assert list(tells.records([happening(kind)], lambda _: True, "wechat")) == []


class TestARefund:
    def test_names_the_payment_by_its_number_on_the_day_it_was_paid(self, tells):
        own = tells.world.of(LIN)
        paid = int(own.number[own.kind == Kind.PURCHASE][0])
        seconds = int(own.seconds[own.number == paid][0])
        back = happening(
            Kind.REFUND, number=9_999, parent=paid, merchant=3, wallet=Wallet.ALIPAY, seconds=NOON
        )

        said = record(tells, back, "alipay")

        assert said.undoes == number_in("alipay", paid, seconds, LIN)
        assert said.order == f"88{paid:014d}"
        assert said.number != said.undoes

    def test_is_booked_by_the_bank_up_to_two_days_later(self):
        waits = {booked_after(happening(Kind.REFUND, number=number)) for number in range(500)}

        assert min(waits) >= 0
        assert DAY < max(waits) < 2 * DAY

    def test_names_the_goods_that_were_bought(self, tells):
        bought = happening(number=40, merchant=300)
        back = happening(Kind.REFUND, number=77, parent=40, merchant=300)

        assert tells.goods(bought) == tells.goods(back)


class TestADebitCardsRow:
    @pytest.mark.parametrize(
        ("kind", "occasion", "direction", "party"),
        [
            (Kind.SALARY, Occasion.SALARY, Direction.IN, "竹隐文化传播公司（虚构）"),
            (Kind.GIG_PAY, Occasion.PLATFORM_PAY, Direction.IN, "飞燕跑腿平台（虚构）"),
            (Kind.RENT, Occasion.TRANSFER, Direction.OUT, "房东苏姐（虚构）"),
            (Kind.TRANSFER_OUT, Occasion.CONSUMPTION, Direction.OUT, "转账"),
            (Kind.RED_PACKET_OUT, Occasion.CONSUMPTION, Direction.OUT, "微信红包"),
            (Kind.TOP_UP, Occasion.TOP_UP, Direction.OUT, "支付宝余额"),
            (Kind.WITHDRAWAL, Occasion.WITHDRAWAL, Direction.IN, "余额提现"),
            (Kind.CARD_REPAYMENT, Occasion.CARD_REPAYMENT, Direction.OUT, "信用卡还款"),
            (Kind.BNPL_REPAYMENT, Occasion.CARD_REPAYMENT, Direction.OUT, "花呗主动还款"),
            (Kind.FUND_IN, Occasion.FUND, Direction.OUT, "余额宝"),
            (Kind.FUND_OUT, Occasion.FUND, Direction.IN, "余额宝"),
            (Kind.LOAN_PAYOUT, Occasion.LOAN_PAYOUT, Direction.IN, faces.LENDER),
            (Kind.LOAN_REPAYMENT, Occasion.LOAN_REPAYMENT, Direction.OUT, faces.LENDER),
            (Kind.OWN_TRANSFER, Occasion.OWN_TRANSFER, Direction.OUT, "韦一诺（虚构）"),
            (Kind.OWN_RETURN, Occasion.OWN_TRANSFER, Direction.IN, "韦一诺（虚构）"),
        ],
    )
    def test_of_each_kind(self, tells, kind, occasion, direction, party):
        event = happening(kind, funding=Funding.DEBIT, wallet=Wallet.ALIPAY)

        said = debit(tells, event)

        assert (said.occasion, said.direction) == (occasion, direction)
        assert said.party == party

    @pytest.mark.parametrize("funding", [each for each in Funding if each != Funding.DEBIT])
    def test_is_not_written_of_other_money(self, tells, funding):
        assert list(tells.debit_rows([happening(funding=funding)])) == []

    @pytest.mark.parametrize(
        ("wallet", "shop", "platform"),
        [
            (Wallet.WECHAT, Shop.NONE, "财付通"),
            (Wallet.ALIPAY, Shop.NONE, "支付宝"),
            (Wallet.WECHAT, Shop.MEITUAN, "财付通"),
            (Wallet.NONE, Shop.JD, "京东支付"),
            (Wallet.NONE, Shop.MEITUAN, "美团支付"),
            (Wallet.NONE, Shop.NONE, ""),
        ],
    )
    def test_names_the_platform_behind_it(self, tells, wallet, shop, platform):
        event = happening(funding=Funding.DEBIT, wallet=wallet, shop=shop, merchant=5)

        assert debit(tells, event).platform == platform

    def test_is_booked_at_once_where_no_platform_lies_between(self):
        assert booked_after(happening(Kind.SALARY)) == 0
        assert booked_after(happening(wallet=Wallet.WECHAT, number=80)) == 1


class TestBothSidesOfOwnMoney:
    def test_moved_to_the_second_card_stands_on_both_statements(self, tells):
        event = happening(Kind.OWN_TRANSFER, funding=Funding.DEBIT, amount_fen=50_000)

        gone = debit(tells, event)
        ((come, _),) = tells.second_rows([event])

        assert (gone.direction, come.direction) == (Direction.OUT, Direction.IN)
        assert (gone.at, gone.amount_fen, gone.number) == (come.at, come.amount_fen, come.number)

    def test_brought_back_stands_on_both_the_other_way_round(self, tells):
        event = happening(Kind.OWN_RETURN, funding=Funding.DEBIT)

        ((gone, _),) = tells.second_rows([event])

        assert (gone.direction, debit(tells, event).direction) == (Direction.OUT, Direction.IN)

    def test_repaid_to_the_credit_card_stands_on_both(self, tells):
        event = happening(Kind.CARD_REPAYMENT, funding=Funding.DEBIT)

        ((come, _),) = tells.credit_rows([event])

        assert come.direction == Direction.IN
        assert debit(tells, event).direction == Direction.OUT

    def test_a_purchase_stands_on_the_card_that_paid_and_no_other(self, tells):
        on_credit = happening(funding=Funding.CREDIT, merchant=1)
        on_second = happening(funding=Funding.SECOND, merchant=1)

        assert len(list(tells.credit_rows([on_credit, on_second]))) == 1
        assert len(list(tells.second_rows([on_credit, on_second]))) == 1
        assert list(tells.debit_rows([on_credit, on_second])) == []


class TestNumbers:
    @given(
        first=st.tuples(st.integers(0, 10**9), st.integers(0, 10**5)),
        other=st.tuples(st.integers(0, 10**9), st.integers(0, 10**5)),
    )
    def test_of_two_events_of_one_day_differ(self, first, other):
        for wallet in ("wechat", "alipay", "jd", "meituan"):
            ours = number_in(wallet, first[0], NOON, first[1])
            theirs = number_in(wallet, other[0], NOON, other[1])
            assert (ours != theirs) or first[0] == other[0]

    @pytest.mark.parametrize(
        ("wallet", "length"), [("wechat", 28), ("alipay", 28), ("jd", 20), ("meituan", 30)]
    )
    def test_have_the_length_of_their_source(self, wallet, length):
        assert len(number_in(wallet, 12_345, NOON, 678)) == length

    def test_carry_the_day_of_shanghai_and_not_of_greenwich(self):
        before_midnight = int(wall(2025, 8, 14, 23, 59, 59).timestamp())

        assert number_in("jd", 1, before_midnight, 1).startswith("20250814")
        assert number_in("jd", 1, before_midnight + 1, 1).startswith("20250815")

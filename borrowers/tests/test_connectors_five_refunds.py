"""Money that came back, in each of the five ways in which files tell of it: counted once, never
as income, and found by number, by order, or by party and amount."""

import pytest

from borrowers.behaviour.columns import from_events
from borrowers.connectors.contracts import Category, Direction, EventStatus
from borrowers.connectors.registry import read_bill
from borrowers.tests import bill_texts as texts
from borrowers.tests import statement_texts
from borrowers.tests.bill_texts import alipay_app, app_row, number, wechat, wechat_row

IN, OUT, NEUTRAL = Direction.IN, Direction.OUT, Direction.NEUTRAL
PAID, BACK = "2025-03-04 12:30:00", "2025-03-06 18:00:00"
JD_COLUMNS = (
    "交易时间,商户名称,交易说明,金额,收/付款方式,交易状态,收/支,交易分类,交易订单号,商家订单号,备注"
)
MEITUAN_COLUMNS = (
    "交易创建时间,交易成功时间,交易类型,订单标题,收/支,支付方式,订单金额,实付金额,"
    "交易单号,商家单号,备注"
)


def lines(*rows):
    return "".join(f"{row}\r\n" for row in rows).encode("utf-8-sig")


def jd(*rows):
    return lines("京东账号名：jd_specimen", JD_COLUMNS, *rows)


def jd_row(at, amount, *, item="衬衫", state="交易成功", word="支出", order="234906303557"):
    return (
        f"{at}\t,示例服饰店,{item},{amount},京东白条,{state},{word},服饰内衣,{order}\t,"
        "110000000000000000000044\t,"
    )


def meituan(*rows):
    return lines("美团交易账单明细", "美团用户名：[specimen]", MEITUAN_COLUMNS, *rows)


def meituan_row(at, amount, *, kind="支付", word="支出", order="25022811100401670006000394166443"):
    return (
        f"{at},{at},{kind},示例米线（示例店） 订单详情,{word},示例银行储蓄卡(1875),¥{amount},"
        f"¥{amount},{order}\t,0_2204430449361044\t,/"
    )


def wechat_bill(*, status, back):
    payment = wechat_row(at=PAID, party="示例服饰店", amount="¥100.00", status=status)
    refund = wechat_row(
        at=BACK, kind="示例服饰店-退款", party="示例服饰店", direction="收入",
        amount=f"¥{back}", status="已全额退款", native_id=number(2),
    )  # fmt: skip
    return wechat(payment, refund) if back else wechat(payment)


def alipay_bill(*, status, back):
    payment = app_row(
        at=PAID, native_class="服饰装扮", party="示例服饰店", amount="100.00", status=status
    )
    refund = app_row(
        at=BACK, native_class="退款", party="示例服饰店", item="退款-衬衫", amount=back or "0",
        direction="不计收支", status="退款成功", native_id=f"{number(1)}_{number(2)}",
    )  # fmt: skip
    return alipay_app(payment, refund) if back else alipay_app(payment)


def web_bill(*, status, refund, moved="已支出"):
    row = texts.web_row(
        party="示例服饰店", amount="100.00", status=status, refund=refund, moved=moved
    )
    return texts.alipay_web(row)


def jd_bill(*, amount, word="支出", back=""):
    payment = jd_row(PAID, amount, word=word)
    refund = jd_row(BACK, back, item="退款-衬衫", state="退款成功", word="不计收支")
    return jd(payment, refund) if back else jd(payment)


def meituan_bill(*, back):
    payment = meituan_row(PAID, "100.00")
    return meituan(payment, meituan_row(BACK, back, kind="退款", word="收入"))


# Every way of telling it: the file, what was paid, what came back of it, rows.
WAYS = {
    "wechat, state and row, whole": (wechat_bill(status="已全额退款", back="100.00"), 10_000, 2),
    "wechat, state and row, part": (wechat_bill(status="已退款(￥30.00)", back="30.00"), 3_000, 2),
    "wechat, state alone, whole": (wechat_bill(status="已全额退款", back=""), 10_000, 1),
    "wechat, state alone, part": (wechat_bill(status="已退款￥30.00", back=""), 3_000, 1),
    "wechat, row alone, whole": (wechat_bill(status="支付成功", back="100.00"), 10_000, 2),
    "wechat, row alone, part": (wechat_bill(status="支付成功", back="30.00"), 3_000, 2),
    "alipay, closed and row": (alipay_bill(status="交易关闭", back="100.00"), 10_000, 2),
    "alipay, row alone, part": (alipay_bill(status="交易成功", back="30.00"), 3_000, 2),
    "alipay, row alone, whole": (alipay_bill(status="交易成功", back="100.00"), 10_000, 2),
    "web, column, part": (web_bill(status="交易成功", refund="30.00"), 3_000, 1),
    "web, column, whole": (web_bill(status="交易成功", refund="100.00"), 10_000, 1),
    "web, closed though paid": (web_bill(status="交易关闭", refund="0.00"), 10_000, 1),
    "jd, note, part": (jd_bill(amount="100.00(已退款30.00)"), 3_000, 1),
    "jd, note, whole": (jd_bill(amount="100.00(已全额退款)", word="不计收支"), 10_000, 1),
    "jd, note and row, part": (jd_bill(amount="100.00(已退款30.00)", back="30.00"), 3_000, 2),
    "jd, note and row, whole": (
        jd_bill(amount="100.00(已全额退款)", word="不计收支", back="100.00"),
        10_000,
        2,
    ),
    "meituan, row, part": (meituan_bill(back="30.00"), 3_000, 2),
    "meituan, row, whole": (meituan_bill(back="100.00"), 10_000, 2),
}


@pytest.mark.parametrize("way", WAYS)
class TestEveryWay:
    def test_counts_it_once(self, way):
        content, back_fen, rows = WAYS[way]
        reading = read_bill(content, "")

        payment = next(each for each in reading.events if each.category is not Category.REFUND)
        assert reading.rows_read == rows
        assert (payment.amount_fen, payment.refunded_fen) == (10_000, back_fen)
        assert payment.direction is OUT
        assert reading.refund_fen == back_fen

    def test_is_no_income(self, way):
        content, _, _ = WAYS[way]

        assert all(each.direction is not IN for each in read_bill(content, "").events)

    def test_leaves_what_was_really_spent(self, way):
        content, back_fen, _ = WAYS[way]
        columns = from_events(read_bill(content, "").events)

        spent = int(columns.amount_fen[columns.direction == OUT].sum())
        assert spent == 10_000 - back_fen

    def test_says_whether_nothing_is_left(self, way):
        content, back_fen, _ = WAYS[way]
        payment = next(
            each for each in read_bill(content, "").events if each.category is not Category.REFUND
        )

        is_whole = back_fen == 10_000
        assert payment.status is (EventStatus.REFUNDED if is_whole else EventStatus.SETTLED)

    def test_ties_the_row_of_the_refund_to_its_payment(self, way):
        content, _, rows = WAYS[way]
        events = read_bill(content, "").events

        refunds = [each for each in events if each.category is Category.REFUND]
        assert len(refunds) == rows - 1
        payment = next(each for each in events if each.category is not Category.REFUND)
        assert all(each.parent_native_id == payment.native_id for each in refunds)


# What the fifth way looks like: a bank's plain credit, with nothing but words to know it by.
BANK_WORDS = {
    "CMB_DEBIT": ("2025-03-09", "CNY", "5.00", "100.00", "网上快捷退款", "财付通", ""),
    "BOC_DEBIT": (
        "2025-03-09", "10:00:00", "人民币", "5.00", "100.00", "网上快捷退款", "银企对接", "",
        "财付通-示例小面馆", "财付通", "", "", "3167",
    ),
    "CCB_DEBIT": (
        "20250309", "20250309", "10:00:00", "0.00", "5.00", "100.00", "人民币", "退款", "",
        "财付通支付科技有限公司", "财付通-示例小面馆",
    ),
    "SPDB_DEBIT": ("1", "2025/03/09 10:00:00", "快捷退货", "5.00", "0", "100.00", "财付通", "1"),
    "ABC_DEBIT": ("20250309", "100000", "退款", "+5.00", "100.00", "财付通", "1", "", ""),
    "CITIC_DEBIT": ("2025-03-09", "5.00", "", "100.00", "示例影城", "", "退款", ""),
    "CGB_DEBIT": ("2025-03-09", "10:00:00", "", "5.00", "100.00", "示例影城", "退款", ""),
    "BOC_CREDIT": ("2025-03-09", "2025-03-09", "1234", "退货 示例小面馆", "5.00", ""),
    "CMB_CREDIT": ("01/09", "01/09", "财付通-示例小面馆", "-5.00", "1234", "-5.00"),
    "CITIC_CREDIT": (
        "2025-03-09", "2025-03-09", "退货-示例超市", "6688", "人民币", "人民币", "-5.00", "-5.00",
    ),
    "SPDB_CREDIT": ("20250309", "20250309", "退货-示例打车", "4321", "主卡", "人民币", "-5.00"),
}  # fmt: skip


@pytest.mark.parametrize("name", BANK_WORDS)
def test_a_bank_s_credit_is_a_refund_by_its_words(name):
    specimen = statement_texts.SPECIMENS[name].with_rows(BANK_WORDS[name])

    reading = read_bill(specimen.content(), "")

    (event,) = reading.events
    assert (event.category, event.direction) == (Category.REFUND, NEUTRAL)
    assert (event.amount_fen, event.refunded_fen, event.parent_native_id) == (500, 0, "")
    assert reading.refund_fen == 500


class TestTwoRefunds:
    def test_of_one_payment_add_up_to_no_more_than_it(self):
        parts = [
            wechat_row(
                at=f"2025-03-0{day} 18:00:00", kind="示例服饰店-退款", party="示例服饰店",
                direction="收入", amount=f"¥{amount}", status="已全额退款", native_id=number(day),
            )
            for day, amount in ((6, "40.00"), (7, "50.00"), (8, "60.00"))
        ]  # fmt: skip
        payment = wechat_row(at=PAID, party="示例服饰店", amount="¥100.00")

        reading = read_bill(wechat(payment, *parts), "")

        events = {each.native_id: each for each in reading.events}
        assert events[number(1)].refunded_fen == 9_000
        assert events[number(8)].parent_native_id == ""
        assert reading.refund_fen == 9_000 + 6_000

    def test_of_two_equal_payments_go_to_one_each(self):
        rows = [
            wechat_row(at=f"2025-03-0{day} 12:00:00", amount="¥20.00", native_id=number(day))
            for day in (1, 2)
        ]
        back = [
            wechat_row(
                at=f"2025-03-0{day} 12:00:00", kind="示例小面馆-退款", direction="收入",
                amount="¥20.00", status="已全额退款", native_id=number(day),
            )
            for day in (3, 4)
        ]  # fmt: skip

        reading = read_bill(wechat(*rows, *back), "")

        assert [each.refunded_fen for each in reading.events] == [2_000, 2_000, 0, 0]
        parents = {each.parent_native_id for each in reading.events[2:]}
        assert parents == {number(1), number(2)}
        assert reading.refund_fen == 4_000

"""Every row of every bank's layout, field by field; and what a spreadsheet may do to it."""

import re
from dataclasses import replace
from typing import Any

import pytest

from borrowers.connectors import refusals
from borrowers.connectors.contracts import Direction, Place, Platform, Precision
from borrowers.connectors.registry import read_bill
from borrowers.tests import mutated
from borrowers.tests import statement_texts as texts
from common.periods import SHANGHAI

DAY, SECOND = Precision.DAY, Precision.SECOND
SPECIMENS = sorted(texts.SPECIMENS)

# Layout: when, how exactly, balance, card, wallet, place, merchant and counterparty of each row.
ROWS: dict[str, list[tuple[Any, ...]]] = {
    "ICBC_CREDIT": [
        ("2025-03-04", DAY, -102_000, "5678", Platform.WECHAT, Place.UNKNOWN, "示例小面馆", ""),
        ("2025-03-06", DAY, -2_000, "5678", Platform.NONE, Place.AUTO_DEBIT, "", "示例分行"),
        ("2025-03-07", DAY, -1_500, "5678", Platform.WECHAT, Place.UNKNOWN, "示例小面馆", ""),
    ],
    "ICBC_DEBIT": [
        ("2025-03-04", DAY, None, "9876", Platform.WECHAT, Place.UNKNOWN, "示例小面馆", ""),
        ("2025-03-05", DAY, 900_000, "9876", Platform.NONE, Place.UNKNOWN, "", "示例公司"),
    ],
    "ICBC_DEBIT_2": [
        ("2025-03-04", DAY, 91_200, "9876", Platform.ALIPAY, Place.UNKNOWN, "示例超市", ""),
        ("2025-03-21", DAY, 91_212, "9876", Platform.NONE, Place.UNKNOWN, "", ""),
    ],
    "CCB_DEBIT": [
        (
            "2025-03-04 18:53:19",
            SECOND,
            93_300,
            "1234",
            Platform.ALIPAY,
            Place.UNKNOWN,
            "示例便利店",
            "",
        ),
        ("2025-03-05 09:00:00", SECOND, 98_300, "1234", Platform.NONE, Place.ONLINE, "", "林小"),
    ],
    "ABC_DEBIT": [
        ("2025-03-04", DAY, 1_000_000, "", Platform.NONE, Place.UNKNOWN, "", "林小"),
        (
            "2025-03-05 18:53:19",
            SECOND,
            998_800,
            "",
            Platform.WECHAT,
            Place.UNKNOWN,
            "示例支付",
            "",
        ),
        ("2025-03-21", DAY, 998_923, "", Platform.NONE, Place.UNKNOWN, "", ""),
    ],
    "BOC_DEBIT": [
        (
            "2025-03-05 16:00:44",
            SECOND,
            661_809,
            "3167",
            Platform.NONE,
            Place.OFFLINE,
            "",
            "示例有限公司",
        ),
        (
            "2025-03-04 12:24:20",
            SECOND,
            84_709,
            "3167",
            Platform.ALIPAY,
            Place.ONLINE,
            "示例超市",
            "",
        ),
    ],
    "BOC_CREDIT": [
        ("2025-03-04", DAY, None, "1234", Platform.WECHAT, Place.UNKNOWN, "示例小面馆", ""),
        ("2025-03-06", DAY, None, "1234", Platform.NONE, Place.ONLINE, "", "银联在线还款"),
    ],
    "BOCOM_DEBIT": [
        ("2025-03-04 10:11:12", SECOND, 9_000, "", Platform.WECHAT, Place.ONLINE, "示例小面馆", ""),
        ("2025-03-05 10:11:12", SECOND, 109_000, "", Platform.NONE, Place.UNKNOWN, "", "示例公司"),
    ],
    "BOCOM_CREDIT": [
        ("2025-03-04", DAY, None, "", Platform.ALIPAY, Place.UNKNOWN, "示例小面馆", ""),
        ("2025-03-06", DAY, None, "", Platform.NONE, Place.ONLINE, "", "信用卡还款 手机银行"),
        ("2025-03-07", DAY, None, "", Platform.ALIPAY, Place.UNKNOWN, "示例小面馆", ""),
    ],
    "CMB_DEBIT": [
        ("2025-03-04", DAY, 121_824, "1234", Platform.JD, Place.ONLINE, "示例电商商家", ""),
        (
            "2025-03-05",
            DAY,
            1_021_824,
            "1234",
            Platform.NONE,
            Place.UNKNOWN,
            "",
            "示例科技有限公司",
        ),
        (
            "2025-03-06",
            DAY,
            1_145_224,
            "1234",
            Platform.NONE,
            Place.UNKNOWN,
            "",
            "示例住房公积金管理中心",
        ),
    ],
    "CMB_DEBIT_OLDER": [
        (
            "2025-03-04 09:53:53",
            SECOND,
            8_800,
            "1234",
            Platform.WECHAT,
            Place.ONLINE,
            "示例小面馆",
            "",
        ),
        ("2025-03-05 09:53:53", SECOND, 58_800, "1234", Platform.NONE, Place.UNKNOWN, "", "林小"),
    ],
    "CMB_CREDIT": [
        ("2024-12-29", DAY, None, "1234", Platform.NONE, Place.UNKNOWN, "", "掌上生活还款"),
        ("2025-01-02", DAY, None, "1234", Platform.WECHAT, Place.UNKNOWN, "示例小面馆", ""),
        ("2025-01-03", DAY, None, "1234", Platform.NONE, Place.ONLINE, "手机银行饭票", ""),
    ],
    "CITIC_CREDIT": [
        ("2025-03-04", DAY, None, "6688", Platform.ALIPAY, Place.UNKNOWN, "示例超市", ""),
        ("2025-03-05", DAY, None, "6688", Platform.WECHAT, Place.UNKNOWN, "", "财付通还款"),
    ],
    "SPDB_DEBIT": [
        (
            "2025-03-04 14:06:51",
            SECOND,
            10_000,
            "",
            Platform.WECHAT,
            Place.ONLINE,
            "示例小面馆",
            "",
        ),
        ("2025-03-05 14:06:51", SECOND, 510_000, "", Platform.NONE, Place.UNKNOWN, "", "示例公司"),
    ],
    "CGB_CREDIT": [
        ("2025-03-04", DAY, None, "", Platform.WECHAT, Place.UNKNOWN, "示例小面馆", ""),
        ("2025-03-06", DAY, None, "", Platform.NONE, Place.UNKNOWN, "", "（还款）银联"),
        ("2025-03-07", DAY, None, "", Platform.NONE, Place.UNKNOWN, "EXAMPLE STORE", ""),
    ],
    "CCB_CREDIT": [
        ("2025-03-04", DAY, None, "4321", Platform.WECHAT, Place.UNKNOWN, "示例小面馆", ""),
        ("2025-03-06", DAY, None, "4321", Platform.NONE, Place.ONLINE, "", "还款 网上银行"),
    ],
    "ABC_CREDIT": [
        ("2025-03-04", DAY, None, "4321", Platform.NONE, Place.UNKNOWN, "示例超市", ""),
        ("2025-03-06", DAY, None, "4321", Platform.NONE, Place.UNKNOWN, "示例超市", ""),
    ],
    "SPDB_CREDIT": [
        ("2025-03-04", DAY, None, "4321", Platform.ALIPAY, Place.UNKNOWN, "示例打车", ""),
        ("2025-03-06", DAY, None, "4321", Platform.NONE, Place.UNKNOWN, "", "自助还款"),
    ],
    "CITIC_DEBIT": [
        ("2025-03-04", DAY, 97_000, "4321", Platform.NONE, Place.ONLINE, "示例影城", ""),
        ("2025-03-05", DAY, 697_000, "4321", Platform.NONE, Place.UNKNOWN, "", "示例有限公司"),
    ],
    "CGB_DEBIT": [
        ("2025-03-04 08:00:01", SECOND, 50_000, "4321", Platform.NONE, Place.OFFLINE, "", ""),
        ("2025-03-21 00:00:02", SECOND, 50_033, "4321", Platform.NONE, Place.UNKNOWN, "", ""),
    ],
}
ACCOUNTS = {
    "ICBC_CREDIT": "6222****5678",
    "ICBC_DEBIT": "6222****9876",
    "ICBC_DEBIT_2": "6222****9876",
    "CCB_DEBIT": "6217****1234",
    "CMB_DEBIT": "6225888800001234",
    "CMB_DEBIT_OLDER": "6225********1234",
    "CITIC_DEBIT": "6217****4321",
    "CGB_DEBIT": "6225****4321",
}
ACCOUNT_HEADING = re.compile("对方(账户|.*账号)$")
ON_CARDS = {
    "ICBC_CREDIT", "BOC_CREDIT", "BOCOM_CREDIT", "CMB_CREDIT", "CITIC_CREDIT", "CGB_CREDIT",
    "CCB_CREDIT", "ABC_CREDIT", "SPDB_CREDIT",
}  # fmt: skip


def events_of(name):
    return read_bill(texts.SPECIMENS[name].content(), "").events


def local(event):
    wall = event.occurred_at.astimezone(SHANGHAI)
    return f"{wall:%Y-%m-%d}" if event.precision is DAY else f"{wall:%Y-%m-%d %H:%M:%S}"


def money(events):
    """Amounts and directions: what no damage to other cells may change."""
    return sorted((each.amount_fen, each.direction, each.category) for each in events)


@pytest.mark.parametrize("name", SPECIMENS)
class TestEveryRow:
    def test_says_when_where_and_with_whom(self, name):
        found = [
            (
                local(each), each.precision, each.balance_fen, each.tail, each.via, each.place,
                each.merchant, each.counterparty,
            )
            for each in events_of(name)
        ]  # fmt: skip

        assert found == ROWS[name]

    def test_is_in_yuan_on_its_account_and_settled(self, name):
        for event in events_of(name):
            assert event.currency == "CNY"
            assert event.account == ACCOUNTS.get(name, "")
            assert event.channel == ("CREDIT" if name in ON_CARDS else "DEBIT")
            assert event.status.name == "SETTLED"
            assert not event.degraded

    def test_names_shop_or_person_but_never_both(self, name):
        for event in events_of(name):
            assert not (event.merchant and event.counterparty)
            assert event.merchant == event.merchant.strip()
            assert event.direction is not Direction.IN or not event.merchant


def changed(name, *, change, where=lambda heading: True):
    """The specimen with the cells under some headings changed."""
    specimen = texts.SPECIMENS[name]
    headings = [heading.strip() for heading in specimen.headings]
    rows = [
        tuple(
            change(cell) if where(heading) else cell
            for heading, cell in zip(headings, row, strict=True)
        )
        for row in specimen.rows
    ]
    return replace(specimen, rows=tuple(rows))


def is_day(heading):
    return "日期" in heading or heading.endswith("日")


def is_amount(heading):
    return any(word in heading for word in ("金额", "收入", "支出", "存入", "取出"))


@pytest.mark.parametrize("name", SPECIMENS)
class TestSavedByASpreadsheet:
    def test_zeros_before_days_and_months_may_be_gone(self, name):
        def short(cell):
            words = cell.strip()
            if len(words) == 10 and words[4] in "-/":
                year, month, day = words.replace("/", "-").split("-")
                return f"{year}/{int(month)}/{int(day)}"
            return cell

        events = read_bill(changed(name, change=short, where=is_day).content(), "").events

        assert money(events) == money(events_of(name))
        assert [local(each)[:10] for each in events] == [when[:10] for when, *_ in ROWS[name]]

    def test_days_may_have_become_numbers(self, name):
        """A workbook holds days as serials, with a style for days or without one."""
        specimen = texts.SPECIMENS[name]
        headings = [heading.strip() for heading in specimen.headings]
        rows: list[list[Any]] = [list(line) for line in specimen.lines()]
        for row in rows:
            for at, heading in enumerate(headings):
                if at < len(row) and is_day(heading) and row[at].strip()[:8] == "2025-03-":
                    row[at] = 45_716 + int(row[at].strip()[8:10])

        events = read_bill(mutated.workbook(rows), "").events

        assert money(events) == money(events_of(name))
        assert [local(each)[:10] for each in events] == [when[:10] for when, *_ in ROWS[name]]

    def test_thousands_may_have_lost_their_commas(self, name):
        specimen = changed(name, change=lambda cell: cell.replace(",", ""), where=is_amount)

        assert money(read_bill(specimen.content(), "").events) == money(events_of(name))

    def test_amounts_may_have_become_full_width(self, name):
        wide = str.maketrans("0123456789.-+,", "０１２３４５６７８９．－＋，")
        specimen = changed(name, change=lambda cell: cell.translate(wide), where=is_amount)

        assert money(read_bill(specimen.content(), "").events) == money(events_of(name))

    def test_account_numbers_that_were_rounded_are_told(self, name):
        column = next(
            (h for h in texts.SPECIMENS[name].headings if ACCOUNT_HEADING.search(h)), None
        )
        if column is None:
            return
        specimen = changed(
            name, change=lambda _: "6.22202E+18", where=lambda heading: heading == column.strip()
        )

        assert all(each.degraded for each in read_bill(specimen.content(), "").events)


@pytest.mark.parametrize("name", SPECIMENS)
class TestEdited:
    @pytest.mark.parametrize("words", ["2025-02-30", "20250230", "2025/13/01", "30/02/2025"])
    def test_a_day_that_never_was_costs_its_row_only(self, name, words):
        specimen = texts.SPECIMENS[name]
        headings = [heading.strip() for heading in specimen.headings]
        first = [
            words if is_day(heading) or (heading == "交易时间" and "/" in cell) else cell
            for heading, cell in zip(headings, specimen.rows[0], strict=True)
        ]

        reading = read_bill(
            replace(specimen, rows=(tuple(first), *specimen.rows[1:])).content(), ""
        )

        assert [each.reason for each in reading.quarantined] == ["TIME_UNREADABLE"]
        assert len(reading.events) == len(specimen.rows) - 1

    def test_words_in_place_of_an_amount_cost_their_row_only(self, name):
        specimen = texts.SPECIMENS[name]
        first = changed(name, change=lambda _: "若干", where=is_amount).rows[0]

        reading = read_bill(replace(specimen, rows=(first, *specimen.rows[1:])).content(), "")

        assert [each.reason for each in reading.quarantined] == ["AMOUNT_UNREADABLE"]
        assert reading.rows_read == len(specimen.rows)

    def test_a_text_that_stops_in_its_last_row_is_cut_off(self, name):
        specimen = replace(texts.SPECIMENS[name], below=())
        content = specimen.content().rstrip(b"\r\n")
        last = content.rfind(b"\n") + 1
        cut = content[: content.find(b",", last + 1) + 2]

        with pytest.raises(refusals.TruncatedFile):
            read_bill(cut, "")

    def test_headings_alone_are_no_transactions(self, name):
        specimen = replace(texts.SPECIMENS[name], rows=(), below=())

        with pytest.raises(refusals.NoTransactions):
            read_bill(specimen.content(), "")

    def test_rows_of_which_none_can_be_read(self, name):
        specimen = changed(name, change=lambda _: "若干", where=is_amount)

        with pytest.raises(refusals.UnreadableRows) as refused:
            read_bill(replace(specimen, below=()).content(), "")

        assert refused.value.context == {"rows": len(specimen.rows)}

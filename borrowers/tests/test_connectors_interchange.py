"""OFX, MT940, CAMT.053 and QIF: every entry kept, balances told, nothing but refusals leaves."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import mt940 as mt940_library
import pytest

from borrowers.connectors import refusals
from borrowers.connectors.contracts import Category, Direction, EventStatus, Precision, Source
from borrowers.connectors.header import RowUnreadable
from borrowers.connectors.registry import read_bill
from borrowers.connectors.tables.entries import signed_fen
from common.periods import SHANGHAI

BILLS = Path(__file__).parents[3] / "shared" / "data" / "bills"
CAMT_SPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"


def ofx(*rows, head="OFXHEADER:100\r\n", account="6222000000001234", statement="STMTRS"):
    return (
        f"{head}<OFX><{statement}><CURDEF>CNY<BANKACCTFROM><BANKID>99<ACCTID>{account}"
        "</BANKACCTFROM><BANKTRANLIST><DTSTART>20250301<DTEND>20250331"
        f"{''.join(rows)}</BANKTRANLIST><LEDGERBAL><BALAMT>980.00<DTASOF>20250331</LEDGERBAL>"
        f"<AVAILBAL><BALAMT>1.00</AVAILBAL></{statement}></OFX>\r\n"
    ).encode()


def ofx_row(at="20250304123000[+8:CST]", amount="-20.00", number="F1", more="", kind="POS"):
    return (
        f"<STMTTRN><TRNTYPE>{kind}<DTPOSTED>{at}<TRNAMT>{amount}<FITID>{number}"
        f"<NAME>示例小面馆{more}</STMTTRN>"
    )


def mt940(*rows, opening="C250301CNY1000,00", closing="C250331CNY980,00", account="99/0001234"):
    lines = (
        ":20:S",
        f":25:{account}",
        ":28C:1/1",
        f":60F:{opening}",
        *rows,
        f":62F:{closing}",
        "-",
    )
    return "".join(f"{line}\r\n" for line in lines).encode()


def camt(*rows, space=CAMT_SPACE, root="BkToCstmrStmt", declaration='<?xml version="1.0"?>'):
    return (
        f'{declaration}<Document xmlns="{space}"><{root}><GrpHdr/><Stmt>'
        "<FrToDt><FrDtTm>2025-03-01T00:00:00</FrDtTm><ToDtTm>2025-03-31T23:59:59</ToDtTm></FrToDt>"
        "<Acct><Id><Othr><Id>0001234</Id></Othr></Id><Ccy>CNY</Ccy></Acct>"
        '<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">1000</Amt>'
        "<CdtDbtInd>CRDT</CdtDbtInd></Bal>"
        '<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">20.5</Amt>'
        f"<CdtDbtInd>DBIT</CdtDbtInd></Bal>{''.join(rows)}</Stmt></{root}></Document>"
    ).encode()


def camt_row(amount="20.00", side="DBIT", more="", day="<DtTm>2025-03-04T12:30:00</DtTm>"):
    return (
        f'<Ntry><Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts>BOOK</Sts>'
        f"<BookgDt>{day}</BookgDt>{more}</Ntry>"
    )


def qif(*records, kind="Bank"):
    return "".join([f"!Type:{kind}\n", *(f"{record}\n^\n" for record in records)]).encode()


def event_of(content):
    (event,) = read_bill(content, "").events
    return event


def wall(event):
    return f"{event.occurred_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


class TestAmounts:
    @pytest.mark.parametrize(
        ("words", "fen"),
        [
            ("-6.60", -660),
            ("+1,000.00", 100_000),
            ("1.000,50", 100_050),
            ("1000,5", 100_050),
            ("12,", 1_200),
            ("1,234", 123_400),
            ("1'234.50", 123_450),
            (".5", 50),
            ("885.00000", 88_500),
        ],
    )
    def test_points_and_commas(self, words, fen):
        assert signed_fen(words) == fen

    @pytest.mark.parametrize("words", ["", "-", "1e3", "nan", "1.234.567", "0.005", "9" * 40, "1-"])
    def test_what_is_no_amount(self, words):
        with pytest.raises(RowUnreadable):
            signed_fen(words)


class TestOFX:
    def test_an_entry_with_its_zone_its_account_and_the_closing_balance(self):
        reading = read_bill(ofx(ofx_row()), "")

        (event,) = reading.events
        assert (reading.source, reading.dialect) == (Source.OFX, "OFX_1")
        assert wall(event) == "2025-03-04 12:30:00"
        assert (event.amount_fen, event.direction) == (2_000, Direction.OUT)
        assert (event.account, event.tail) == ("6222000000001234", "1234")
        assert (event.currency, event.category) == ("CNY", Category.DINING)
        assert reading.closing_fen == 98_000
        assert (reading.period_from, reading.period_until) == (date(2025, 3, 1), date(2025, 3, 31))

    @pytest.mark.parametrize("at", ["20250304", "20250304000000", "20250304120000.000[-5:EST]"])
    def test_a_day_alone_stays_that_day(self, at):
        event = event_of(ofx(ofx_row(at)))

        assert event.precision is Precision.DAY
        assert wall(event) == "2025-03-04 00:00:00"

    def test_a_time_without_a_zone_is_greenwich_time(self):
        assert wall(event_of(ofx(ofx_row("20250304123001")))) == "2025-03-04 20:30:01"

    def test_closed_tags_say_the_same(self):
        closed = ofx_row().replace("<NAME>示例小面馆", "<NAME>示例小面馆</NAME>")
        head = '<?xml version="1.0"?><?OFX OFXHEADER="200"?>'

        assert event_of(ofx(closed, head=head)) == event_of(ofx(ofx_row()))

    def test_one_number_on_two_days_is_two_entries_and_twice_the_same_is_one(self):
        rows = [ofx_row(), ofx_row("20250305123000[+8:CST]"), ofx_row()]

        reading = read_bill(ofx(*rows), "")

        assert (len(reading.events), reading.duplicates, reading.rows_read) == (2, 1, 3)

    def test_a_card_is_repaid_and_never_earns(self):
        paid = ofx_row(amount="500.00", kind="CREDIT", more=" PAYMENT THANK YOU")
        back = ofx_row(amount="5.00", kind="CREDIT")

        events = read_bill(ofx(paid, back, statement="CCSTMTRS"), "").events

        assert [event.category for event in events] == [
            Category.CREDIT_REPAYMENT,
            Category.REFUND,
        ]
        assert {event.channel for event in events} == {"CREDIT"}

    def test_an_entry_that_cannot_be_read_is_set_aside(self):
        reading = read_bill(ofx(ofx_row(), ofx_row(amount="x"), ofx_row(at="soon")), "")

        assert [each.reason for each in reading.quarantined] == [
            "AMOUNT_UNREADABLE",
            "TIME_UNREADABLE",
        ]
        assert reading.rows_read == 3

    def test_an_empty_one(self):
        with pytest.raises(refusals.NoTransactions):
            read_bill(b"OFXHEADER:100\n<OFX></OFX>", "")

    def test_one_that_stops_early(self):
        with pytest.raises(refusals.TruncatedFile):
            read_bill(ofx(ofx_row())[:-60], "")


class TestMT940:
    def test_an_entry_with_balances_and_account(self):
        rows = (":61:2503040304D20,00NMSCNONREF//20250304A", ":86:示例小面馆")

        reading = read_bill(mt940(*rows), "")

        (event,) = reading.events
        assert (reading.source, reading.dialect) == (Source.MT940, "MT940")
        assert (event.amount_fen, event.direction) == (2_000, Direction.OUT)
        assert (wall(event), event.precision) == ("2025-03-04 00:00:00", Precision.DAY)
        assert (reading.opening_fen, reading.closing_fen) == (100_000, 98_000)
        assert event.native_id == "20250304A"
        assert event.memo == "示例小面馆"

    @pytest.mark.parametrize(
        ("mark", "direction"),
        [("C", "IN"), ("D", "OUT"), ("RC", "OUT"), ("RD", "NEUTRAL"), ("DR", "OUT")],
    )
    def test_a_reversal_goes_the_other_way(self, mark, direction):
        event = event_of(mt940(f":61:250304{mark}20,NTRFNONREF"))

        assert event.direction is Direction[direction]
        assert (event.category is Category.REFUND) is (mark == "RD")

    @pytest.mark.parametrize(
        ("details", "party", "memo"),
        [
            (":86:171?00LASTSCHRIFT?20SVWZ+?21Miete?32Peter ?33Pan", "Peter Pan", "LASTSCHRIFT"),
            (":86:/BENM//NAME/JOHN DOE/REMI/Reference 1/ISDT/2013", "JOHN DOE", "Reference 1"),
            (":86:first\n  second", "", "first second"),
        ],
    )
    def test_who_and_what_for(self, details, party, memo):
        event = event_of(mt940(":61:250304D20,NTRFNONREF", details))

        assert party in event.merchant or party in event.counterparty
        assert event.memo.startswith(memo)

    def test_several_statements_chain_from_the_first_to_the_last_balance(self):
        first = mt940(":61:250304D20,NTRFNONREF").decode()
        second = mt940(
            ":61:250404D30,NTRFNONREF", opening="C250401CNY980,00", closing="C250430CNY950,00"
        ).decode()

        reading = read_bill((first + second).encode(), "")

        assert (reading.opening_fen, reading.closing_fen) == (100_000, 95_000)

    def test_two_accounts_have_no_balance_in_common(self):
        content = mt940(":61:250304D20,NTRFNONREF") + mt940(":61:250304D20,NTRF", account="99/77")

        reading = read_bill(content, "")

        assert (reading.opening_fen, reading.closing_fen) == (None, None)
        assert [event.account for event in reading.events] == ["99/0001234", "99/77"]
        assert len({event.event_key for event in reading.events}) == 2

    @pytest.mark.parametrize("entry", [":61:250399D20,NTRF", ":61:2503", ":61:250304X1,NTRF"])
    def test_an_entry_that_cannot_be_read_is_set_aside(self, entry):
        reading = read_bill(mt940(":61:250304D20,NTRF", entry), "")

        assert (len(reading.events), len(reading.quarantined)) == (1, 1)

    def test_money_of_no_known_currency_says_so(self):
        assert event_of(b":61:1409010902DR000000000001,62NTRF000//1\n").currency == "XXX"

    def test_a_statement_without_entries(self):
        with pytest.raises(refusals.NoTransactions):
            read_bill(mt940(), "")


class TestCAMT:
    def test_an_entry_with_balances_and_account(self):
        reading = read_bill(camt(camt_row(more="<AcctSvcrRef>R1</AcctSvcrRef>")), "")

        (event,) = reading.events
        assert (reading.source, reading.dialect) == (Source.CAMT, "CAMT_053")
        assert (event.amount_fen, event.direction) == (2_000, Direction.OUT)
        assert (wall(event), event.tail) == ("2025-03-04 12:30:00", "1234")
        assert (reading.opening_fen, reading.closing_fen) == (100_000, -2_050)
        assert event.native_id == "R1"

    @pytest.mark.parametrize(
        ("day", "expected"),
        [
            ("<DtTm>2025-03-04T12:30:00+01:00</DtTm>", "2025-03-04 19:30:00"),
            ("<DtTm>2025-03-04T12:30:00.123Z</DtTm>", "2025-03-04 20:30:00"),
            ("<Dt>2025-03-04</Dt>", "2025-03-04 00:00:00"),
            ("<Dt>2025-03-04+01:00</Dt>", "2025-03-04 00:00:00"),
        ],
    )
    def test_zones_and_days(self, day, expected):
        assert wall(event_of(camt(camt_row(day=day)))) == expected

    def test_a_reversal_is_no_income_and_what_waits_has_not_moved(self):
        back = camt_row(side="CRDT", more="<RvslInd>true</RvslInd>")
        waits = camt_row(amount="3").replace("BOOK", "<Cd>PDNG</Cd>")

        events = read_bill(camt(back, waits), "").events

        assert events[0].category is Category.REFUND
        assert events[1].status is EventStatus.PENDING
        assert {event.direction for event in events} == {Direction.NEUTRAL}

    @pytest.mark.parametrize("inside", ["{}", "<Pty>{}</Pty>"])
    def test_who_and_what_for_in_every_version(self, inside):
        name = inside.format("<Nm>示例超市</Nm>")
        more = (
            f"<NtryDtls><TxDtls><RltdPties><Cdtr>{name}</Cdtr></RltdPties>"
            "<RmtInf><Ustrd>牛奶</Ustrd></RmtInf></TxDtls></NtryDtls>"
        )

        event = event_of(camt(camt_row(more=more)))

        assert (event.merchant, event.memo) == ("示例超市", "牛奶")

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
    def test_the_declared_encoding_may_be_wrong(self, encoding):
        declaration = '<?xml version="1.0" encoding="ISO-8859-1"?>'
        content = camt(camt_row(more="<AddtlNtryInf>午餐</AddtlNtryInf>"), declaration=declaration)

        assert event_of(content.decode().encode(encoding)).memo == "午餐"

    def test_a_notice_is_called_a_notice(self):
        space = "urn:iso:std:iso:20022:tech:xsd:camt.054.001.04"

        with pytest.raises(refusals.NotAStatement) as refused:
            read_bill(camt(camt_row(), space=space, root="BkToCstmrDbtCdtNtfctn"), "")

        assert refused.value.context == {"message": "camt.054"}

    @pytest.mark.parametrize(
        "declaration",
        [
            '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>',
            '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
        ],
    )
    def test_definitions_are_never_followed(self, declaration):
        with pytest.raises(refusals.MultiplyingText):
            read_bill(camt(camt_row(), declaration=f'<?xml version="1.0"?>{declaration}'), "")

    def test_one_that_stops_early(self):
        with pytest.raises(refusals.TruncatedFile):
            read_bill(camt(camt_row())[:-30], "")

    @pytest.mark.parametrize("change", [("DBIT", "MAYBE"), ("20.00", "much"), ("2025-03-04", "x")])
    def test_an_entry_that_cannot_be_read_is_set_aside(self, change):
        reading = read_bill(camt(camt_row(amount="1"), camt_row().replace(*change)), "")

        assert (len(reading.events), len(reading.quarantined)) == (1, 1)

    def test_other_xml_is_no_bill(self):
        with pytest.raises(refusals.NotABill):
            read_bill(b'<?xml version="1.0"?><note>hello</note>', "")


class TestQIF:
    @pytest.mark.parametrize("day", ["3/4'2025", "03/04/2025", "3/4/25", "2025-03-04", "3- 4'25"])
    def test_days_as_americans_write_them(self, day):
        event = event_of(qif(f"D{day}\nT-20.00\nP示例小面馆\nM午餐"))

        assert wall(event) == "2025-03-04 00:00:00"
        assert (event.merchant, event.memo) == ("示例小面馆", "午餐")
        assert (event.amount_fen, event.direction) == (2_000, Direction.OUT)

    def test_one_day_above_twelve_turns_the_order_of_all(self):
        reading = read_bill(qif("D03/04/2025\nT-1", "D31/12/2025\nT-1"), "")

        assert [wall(event)[:10] for event in reading.events] == ["2025-04-03", "2025-12-31"]

    def test_parts_of_a_split_payment_are_not_added(self):
        event = event_of(qif("D3/4'2025\nT-10.00\nPTarget\nSFood\n$-5.00\nSFood\n$-5.00"))

        assert event.amount_fen == 1_000

    def test_an_opening_balance_is_no_income(self):
        reading = read_bill(qif("D3/4'2025\nT100.00\nPOpening Balance", "D3/5'2025\nT-1"), "")

        assert reading.events[0].direction is Direction.NEUTRAL
        assert reading.opening_fen == 10_000

    def test_lists_of_categories_are_no_entries(self):
        lists = b"### notes ###\n!Type:Cat\nNFood\nD\xe9\n^\n".decode("latin-1").encode()

        assert len(read_bill(lists + qif("D3/4'2025\nT-1"), "").events) == 1

    def test_a_cut_last_entry_is_not_guessed(self):
        with pytest.raises(refusals.TruncatedFile):
            read_bill(qif("D3/4'2025\nT-1", "D3/4'2025\nT-100.00")[:-7], "")

    def test_an_entry_that_cannot_be_read_is_set_aside(self):
        reading = read_bill(qif("D3/4'2025\nT-1", "D13/13'2025\nT-1", "D3/4'2025\nTx"), "")

        assert (len(reading.events), len(reading.quarantined)) == (1, 2)

    def test_nothing_but_lists(self):
        with pytest.raises(refusals.NoTransactions):
            read_bill(qif("NFood", kind="Cat"), "")


@pytest.mark.skipif(not BILLS.is_dir(), reason="NO REAL BILLS: lay them in ../shared/data/bills")
class TestAgainstTheLibrary:
    @pytest.mark.parametrize(
        "path", sorted((BILLS / "mt940").glob("*")), ids=lambda path: path.stem
    )
    def test_every_entry_of_every_real_statement_is_the_same(self, path):
        said = [
            (each.data["date"], each.data["amount"].amount, each.data["status"])
            for each in mt940_library.parse(path.read_bytes())
        ]
        try:
            events = read_bill(path.read_bytes(), "").events
        except refusals.NoTransactions:
            events = ()

        assert len(events) == len(said)
        for event, (day, amount, status) in zip(events, said, strict=True):
            assert (event.occurred_at + timedelta(hours=8)).date() == date(
                day.year, day.month, day.day
            )
            assert Decimal(event.amount_fen) / 100 == abs(amount)
            assert event.direction is (Direction.OUT if status == "D" else Direction.IN)

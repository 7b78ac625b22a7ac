"""OFX, MT940, CAMT.053 and QIF: one account in the formats that banks exchange."""

from dataclasses import replace

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given

from simulation.bills.banks import Account, Occasion
from simulation.tests.account_lives import accounts
from simulation.tests.sample_account import (
    INSTALMENT,
    INTEREST,
    NOODLES,
    PAY,
    SPRING,
    TO_MYSELF,
    written,
)

LAYOUTS = ("OFX", "MT940", "CAMT", "QIF")
SPACE = {"c": "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"}


def text(layout, entries=SPRING):
    return written(layout, entries).decode()


class TestOfx:
    def test_begins_with_its_nine_lines_and_an_empty_one(self):
        assert text("OFX").split("\r\n")[:11] == [
            "OFXHEADER:100",
            "DATA:OFXSGML",
            "VERSION:102",
            "SECURITY:NONE",
            "ENCODING:UTF-8",
            "CHARSET:NONE",
            "COMPRESSION:NONE",
            "OLDFILEUID:NONE",
            "NEWFILEUID:NONE",
            "",
            "<OFX>",
        ]

    def test_writes_lunch_without_ends_of_tags(self):
        assert (
            "<STMTTRN><TRNTYPE>POS<DTPOSTED>20260228123107[+8:CST]<TRNAMT>-28.16"
            "<FITID>9900000000000102<NAME>财付通-云溪老梁牛肉面馆<MEMO>消费</STMTTRN>\r\n"
        ) in text("OFX")

    def test_says_from_when_to_when_and_what_is_left(self):
        said = text("OFX")

        assert (
            "<BANKTRANLIST><DTSTART>20260227090005[+8:CST]<DTEND>20260321001500[+8:CST]"
        ) in said
        assert "<LEDGERBAL><BALAMT>9242.65<DTASOF>20260321001500[+8:CST]</LEDGERBAL>" in said
        assert "<ACCTID>9901000012345678<ACCTTYPE>CHECKING" in said

    @pytest.mark.parametrize(
        ("entry", "kind"),
        [
            (PAY, "DIRECTDEP"),
            (INTEREST, "INT"),
            (NOODLES, "POS"),
            (TO_MYSELF, "DEBIT"),
            (replace(PAY, occasion=Occasion.TRANSFER), "CREDIT"),
        ],
    )
    def test_has_a_type_for_each_occasion(self, entry, kind):
        assert f"<TRNTYPE>{kind}<DTPOSTED>" in text("OFX", [entry])

    def test_names_nobody_as_none(self):
        assert "<NAME>NONE<MEMO>结息" in text("OFX", [INTEREST])

    def test_widens_signs_that_would_end_a_tag(self):
        odd = replace(NOODLES, party="A<B>&C", platform="")

        assert "<NAME>A＜B＞＆C<MEMO>" in text("OFX", [odd])


class TestMt940:
    def test_is_this(self):
        assert text("MT940").split("\r\n") == [
            ":20:SPECIMEN",
            ":25:990000000/9901000012345678",
            ":28C:1/1",
            ":60F:C260227CNY5000,00",
            ":61:2602270227C8500,00NTRFNONREF//9900000000000101",
            ":86:工资 青榆物流有限公司（虚构）",
            ":61:2602280228D28,16NMSCNONREF//9900000000000102",
            ":86:消费 财付通-云溪老梁牛肉面馆",
            ":61:2602280228C5,00NTRFNONREF//9900000000000103",
            ":86:退款 支付宝-晴岚优选商城",
            ":61:2603010301D3000,00NTRFNONREF//9900000000000104",
            ":86:转账 林一诺（虚构）",
            ":61:2603020302D1234,56NTRFNONREF//9900000000000105",
            ":86:贷款还款 示例消费金融有限公司（虚构）",
            ":61:2603210321C0,37NINTNONREF//9900000000000106",
            ":86:结息 ",
            ":62F:C260321CNY9242,65",
            "-",
            "",
        ]

    def test_marks_an_overdrawn_account_with_a_letter_and_no_sign(self):
        owed = replace(NOODLES, balance_fen=-2_816)

        said = text("MT940", [owed]).split("\r\n")
        assert said[3] == ":60F:C260228CNY0,00"
        assert said[-3] == ":62F:D260228CNY28,16"

    def test_widens_a_colon_that_would_begin_a_field(self):
        assert ":86:消费 A：B" in text("MT940", [replace(NOODLES, party="A:B", platform="")])

    def test_cuts_words_at_sixty_signs(self):
        long = replace(NOODLES, party="长" * 80, platform="")

        (line,) = [each for each in text("MT940", [long]).split("\r\n") if ":86:" in each]
        assert len(line) == len(":86:") + 60

    @given(entries=accounts())
    def test_opens_where_the_first_row_began(self, entries):
        said = text("MT940", entries).split("\r\n")
        opening = entries[0].balance_fen - entries[0].signed_fen

        assert said[3].endswith(f"CNY{opening // 100},{opening % 100:02d}")
        moved = sum(each.signed_fen for each in entries)
        assert opening + moved == entries[-1].balance_fen


class TestCamt:
    def tree(self, entries=SPRING):
        return fromstring(written("CAMT", entries)).find(".//c:Stmt", SPACE)

    def test_names_the_account_and_the_time_it_speaks_of(self):
        said = self.tree()

        assert said.findtext("c:Acct/c:Id/c:Othr/c:Id", "", SPACE) == "9901000012345678"
        assert said.findtext("c:FrToDt/c:FrDtTm", "", SPACE) == "2026-02-27T09:00:05+08:00"
        assert said.findtext("c:FrToDt/c:ToDtTm", "", SPACE) == "2026-03-21T00:15:00+08:00"

    def test_opens_and_closes_with_a_balance(self):
        balances = [
            (
                each.findtext("c:Tp/c:CdOrPrtry/c:Cd", "", SPACE),
                each.findtext("c:Amt", "", SPACE),
                each.findtext("c:CdtDbtInd", "", SPACE),
                each.findtext("c:Dt/c:Dt", "", SPACE),
            )
            for each in self.tree().findall("c:Bal", SPACE)
        ]

        assert balances == [
            ("OPBD", "5000.00", "CRDT", "2026-02-27"),
            ("CLBD", "9242.65", "CRDT", "2026-03-21"),
        ]

    def test_writes_each_row_with_its_side_and_without_a_sign(self):
        rows = [
            (
                each.findtext("c:Amt", "", SPACE),
                each.findtext("c:CdtDbtInd", "", SPACE),
                each.findtext("c:BookgDt/c:DtTm", "", SPACE),
                each.findtext("c:AcctSvcrRef", "", SPACE),
            )
            for each in self.tree().findall("c:Ntry", SPACE)
        ]

        assert rows == [
            ("8500.00", "CRDT", "2026-02-27T09:00:05+08:00", "9900000000000101"),
            ("28.16", "DBIT", "2026-02-28T12:31:07+08:00", "9900000000000102"),
            ("5.00", "CRDT", "2026-02-28T23:59:59+08:00", "9900000000000103"),
            ("3000.00", "DBIT", "2026-03-01T00:00:01+08:00", "9900000000000104"),
            ("1234.56", "DBIT", "2026-03-02T10:30:00+08:00", "9900000000000105"),
            ("0.37", "CRDT", "2026-03-21T00:15:00+08:00", "9900000000000106"),
        ]

    @pytest.mark.parametrize(
        ("entry", "side", "name"),
        [
            (PAY, "Dbtr", "青榆物流有限公司（虚构）"),
            (INSTALMENT, "Cdtr", "示例消费金融有限公司（虚构）"),
        ],
    )
    def test_names_the_other_side_as_who_owed_or_who_got_it(self, entry, side, name):
        parties = self.tree([entry]).find(".//c:RltdPties", SPACE)

        assert [each.tag.partition("}")[2] for each in parties] == [side]
        assert parties.findtext(f"c:{side}/c:Nm", "", SPACE) == name

    def test_names_nobody_where_there_is_nobody(self):
        assert self.tree([INTEREST]).find(".//c:RltdPties", SPACE) is None

    def test_bears_signs_that_mean_something_in_xml(self):
        odd = replace(NOODLES, party="A<B>&C", platform="")

        assert self.tree([odd]).findtext(".//c:Cdtr/c:Nm", "", SPACE) == "A<B>&C"


class TestQif:
    def test_writes_days_as_americans_do_and_no_balances(self):
        assert text("QIF", [NOODLES, PAY]) == (
            "!Type:Bank\n"
            "D2/27'2026\n"
            "T8500.00\n"
            "N000000000101\n"
            "P青榆物流有限公司（虚构）\n"
            "M工资\n"
            "^\n"
            "D2/28'2026\n"
            "T-28.16\n"
            "N000000000102\n"
            "P财付通-云溪老梁牛肉面馆\n"
            "M消费\n"
            "^\n"
        )

    def test_keeps_the_day_of_shanghai(self):
        assert "D3/1'2026\n" in text("QIF", [TO_MYSELF])


@pytest.mark.parametrize("layout", LAYOUTS)
class TestAllFour:
    @given(entries=accounts())
    def test_do_not_care_in_which_order_rows_are_given(self, layout, entries):
        assert written(layout, entries) == written(layout, entries[::-1])

    def test_name_the_account_only_where_the_format_has_a_place_for_it(self, layout):
        other = written(layout, SPRING, Account(number="9905000000001111")).decode()

        assert ("9905000000001111" in other) is (layout != "QIF")

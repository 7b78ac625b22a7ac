"""Ordinary months for the demonstration, and the papers' tables, spelled out."""

import json
from datetime import date
from io import BytesIO

import numpy as np
import pdfplumber
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.bills import months
from simulation.bills.banks import Account
from simulation.bills.papers import devices, insurance, student
from simulation.bills.records import Kind, Method, refunded_by_number
from simulation.tests.sample_account import wall
from simulation.words import Direction

HOLDER = Account(holder="林一诺（虚构）", number="9900000000001234")
JANUARY = insurance.Month(date(2026, 1, 1), 612_300, "青榆物流有限公司（虚构）")


def life(**changes):
    said = {"seed": 7, "first_day": date(2025, 1, 1), "months": 3, "monthly_income_fen": 800_000}
    return months.ordinary_months(**{**said, **changes})


class TestAPayday:
    @pytest.mark.parametrize(
        ("start", "number", "day"),
        [
            (date(2025, 1, 1), 10, date(2025, 1, 10)),
            (date(2025, 1, 10), 10, date(2025, 1, 10)),
            (date(2025, 1, 11), 10, date(2025, 2, 10)),
            (date(2025, 12, 20), 5, date(2026, 1, 5)),
        ],
    )
    def test_is_the_first_with_its_number_from_a_day_on(self, start, number, day):
        assert months.next_day_of_month(start, number) == day

    def test_is_kept_by_the_employer_that_is_named(self):
        pays = [each for each in life(employer="甲乙公司", payday=15) if each.kind is Kind.SALARY]

        assert [each.at for each in pays] == [
            wall(2025, 1, 15, 10),
            wall(2025, 2, 15, 10),
            wall(2025, 3, 15, 10),
        ]
        assert {(each.party, each.amount_fen, each.item) for each in pays} == {
            ("甲乙公司", 800_000, "工资")
        }


class TestAMonth:
    def test_has_a_quarter_of_the_income_for_the_landlord(self):
        rents = [each for each in life() if each.party == "房东"]

        assert {each.amount_fen for each in rents} == {200_000}
        assert {each.kind for each in rents} == {Kind.TRANSFER}

    def test_has_fewer_payments_for_whoever_pays_less_often(self):
        assert len(life(payments_per_day=0.5)) < len(life(payments_per_day=4.0)) / 4

    @given(seed=st.integers(0, 10_000))
    def test_stands_in_the_order_of_time_with_numbers_of_its_own(self, seed):
        records = life(seed=seed, months=1)

        assert [each.at for each in records] == sorted(each.at for each in records)
        assert len({each.number for each in records}) == len(records)
        assert {len(each.number) for each in records} == {28}

    @given(seed=st.integers(0, 10_000))
    def test_gives_back_whole_and_later_what_it_gives_back(self, seed):
        records = life(seed=seed, months=1, payments_per_day=6)
        paid = {each.number: each for each in records}
        back = refunded_by_number(records)

        for record in records:
            if record.kind is Kind.REFUND:
                assert paid[record.undoes].amount_fen == record.amount_fen
                assert (record.at - paid[record.undoes].at).days == 2
                assert record.direction is Direction.IN
        assert all(paid[number].amount_fen == fen for number, fen in back.items())

    def test_has_a_card_for_what_is_dear(self):
        for each in life():
            if each.kind is Kind.PURCHASE:
                assert each.method is (Method.DEBIT if each.amount_fen > 5_000 else Method.BALANCE)

    def test_is_bought_in_shops_whose_shares_make_a_whole(self):
        assert sum(shop[0] for shop in months.SHOPS) == pytest.approx(1)
        assert all(shop[2].startswith("示例") for shop in months.SHOPS)

    def test_draws_numbers_that_never_repeat(self):
        drawn = months.wallet_numbers(np.random.default_rng(1))

        assert len({next(drawn) for _ in range(5_000)}) == 5_000


class TestInsurance:
    def words(self, paid):
        with pdfplumber.open(BytesIO(insurance.statement(paid, HOLDER))) as document:
            return document.pages[0].extract_text()

    def test_has_five_kinds_a_month_with_both_parts(self):
        assert list(insurance.lines(JANUARY, "虚构市")) == [
            ("202601", "养老保险", "6123.00", "979.68", "489.84", *self.LAST),
            ("202601", "医疗保险", "6123.00", "600.05", "122.46", *self.LAST),
            ("202601", "失业保险", "6123.00", "30.61", "30.61", *self.LAST),
            ("202601", "工伤保险", "6123.00", "24.49", "0.00", *self.LAST),
            ("202601", "生育保险", "6123.00", "48.98", "0.00", *self.LAST),
        ]

    LAST = ("青榆物流有限公司（虚构）", "正常缴费", "虚构市")

    def test_says_how_many_months_and_from_when_to_when(self):
        march = insurance.Month(date(2026, 3, 1), 612_300, JANUARY.employer)

        said = self.words([JANUARY, march])
        assert "累计缴费月数：2" in said
        assert "起止年月：2026-01 至 2026-03" in said
        assert "社会保障号码：9900****1234" in said
        assert "验证码：SPECIMEN1234" in said

    def test_can_be_of_somebody_who_was_never_insured(self):
        said = self.words([])

        assert "累计缴费月数：0" in said
        assert "起止年月" not in said


class TestEnrolment:
    def test_says_one_thing_a_line(self):
        paper = student.Enrolment(
            name="林一诺（虚构）",
            id_number="990101********0000",
            born_on=date(2006, 4, 8),
            school="望川理工大学（虚构）",
            level="本科",
            subject="信息管理",
            since=date(2024, 9, 1),
            until=date(2028, 7, 1),
            on=date(2026, 10, 31),
        )
        with pdfplumber.open(BytesIO(student.report(paper))) as document:
            said = document.pages[0].extract_text().splitlines()

        for line in (
            "更新日期 2026年10月31日",
            "姓名 林一诺（虚构）",
            "出生日期 2006年04月08日",
            "院校 望川理工大学（虚构）",
            "入学日期 2024年09月01日",
            "学籍状态 在籍（注册学籍）",
            "预计毕业日期 2028年07月01日",
            "在线验证码 SPECIMEN0000",
        ):
            assert line in said


class TestCounts:
    DAY = devices.DeviceDay("ab" * 16, "LAMP", date(2026, 5, 1), 190, 9)
    WEEK = devices.SocialWeek(date(2026, 5, 4), 3, 12, 2, 5)

    def test_of_devices_are_a_table_of_five_columns(self):
        assert (
            devices.as_csv([self.DAY])
            == (
                "\ufeffdevice_id,device_type,day,on_minutes,events\r\n"
                "abababababababababababababababab,LAMP,2026-05-01,190,9\r\n"
            ).encode()
        )

    def test_of_social_life_are_numbers_only(self):
        assert (
            devices.as_csv([self.WEEK])
            == (
                "\ufeffweek,own_posts,interactions,contacts_bucket,active_days\r\n"
                "2026-05-04,3,12,2,5\r\n"
            ).encode()
        )

    @pytest.mark.parametrize(("row", "kind"), [(DAY, "device_usage"), (WEEK, "social_activity")])
    def test_as_an_object_name_what_they_are(self, row, kind):
        said = json.loads(devices.as_json([row]))

        assert said["kind"] == kind
        assert said["specimen"] is True
        assert len(said["rows"]) == 1

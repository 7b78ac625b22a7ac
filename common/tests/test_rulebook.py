"""The numbers of law: dated, sourced, and found by the closest rule."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest

from common.rulebook import queries
from common.rulebook.queries import Confidence, NoRuleStands, number, read, source

TODAY = date(2026, 11, 22)
UNITS = {
    "PPM", "MULTIPLE", "SECONDS", "YEARS", "MONTHS", "DAYS", "FEN", "HOUR", "HOURS", "PER_DAY",
    "COUNT",
}  # fmt: skip

BOOK = """
[[rule]]
code = "CAP_PPM"
effective_from = 2020-01-01
value = 240_000
unit = "PPM"
source = "Law A"
confidence = "KNOWN"

[[rule]]
code = "CAP_PPM"
effective_from = 2024-01-01
value = 200_000
unit = "PPM"
source = "Law B"
confidence = "READ"

[[rule]]
code = "CAP_PPM"
licence = "BANK"
effective_from = 2021-01-01
effective_to = 2021-12-31
value = 180_000
unit = "PPM"
source = "Law C"
confidence = "READ"

[[rule]]
code = "CAP_PPM"
product = "EDUCATION"
effective_from = 2022-01-01
value = 0.5
unit = "PPM"
source = "Law D"
confidence = "ASSUMED"
"""


@pytest.fixture
def small_book(monkeypatch):
    monkeypatch.setattr(queries, "rules", lambda: read(BOOK))


@pytest.mark.usefixtures("small_book")
class TestWhichRuleStands:
    def test_is_the_later_one_from_its_first_day(self):
        assert number("CAP_PPM", on=date(2023, 12, 31)) == 240_000
        assert number("CAP_PPM", on=date(2024, 1, 1)) == 200_000

    def test_is_the_one_of_the_licence_while_it_lasts(self):
        def bank(on):
            return number("CAP_PPM", on=on, licence="BANK")

        assert bank(date(2020, 12, 31)) == 240_000
        assert bank(date(2021, 1, 1)) == 180_000
        assert bank(date(2021, 12, 31)) == 180_000
        assert bank(date(2022, 1, 1)) == 240_000

    def test_of_one_licence_is_nothing_to_another(self):
        assert number("CAP_PPM", on=date(2021, 6, 1), licence="MICRO_LOAN") == 240_000

    def test_is_the_one_of_the_product_before_any_other(self):
        day = date(2026, 1, 1)

        assert number("CAP_PPM", on=day, product="EDUCATION", licence="BANK") == Decimal("0.5")
        assert number("CAP_PPM", on=day, product="TRAVEL") == 200_000

    def test_comes_with_its_citation(self):
        rule = source("CAP_PPM", on=date(2024, 1, 1))

        assert (rule.source, rule.confidence, rule.unit) == ("Law B", Confidence.READ, "PPM")

    def test_is_none_before_the_first(self):
        with pytest.raises(NoRuleStands):
            number("CAP_PPM", on=date(2019, 12, 31))

    def test_is_none_for_an_unknown_code(self):
        with pytest.raises(NoRuleStands):
            number("CAPS_PPM", on=TODAY)


class TestReadingABook:
    def test_refuses_a_row_without_a_source(self):
        with pytest.raises(KeyError):
            read(BOOK.replace('source = "Law A"', ""))

    def test_refuses_an_unknown_confidence(self):
        with pytest.raises(ValueError, match="HOPED"):
            read(BOOK.replace('"KNOWN"', '"HOPED"'))

    def test_keeps_fractions_exact(self):
        assert read(BOOK)[-1].value == Decimal("0.5")


class TestTheRulebook:
    @pytest.mark.parametrize(
        "rule",
        queries.rules(),
        ids=lambda rule: f"{rule.code}-{rule.licence}-{rule.effective_from}",
    )
    def test_says_of_every_number_where_it_comes_from_and_in_which_unit(self, rule):
        assert rule.source.strip()
        assert isinstance(rule.confidence, Confidence)
        assert rule.unit in UNITS
        assert rule.code.endswith(f"_{rule.unit}")
        assert rule.code == rule.code.upper()
        assert rule.value >= 0
        assert rule.effective_to is None or rule.effective_from <= rule.effective_to

    def test_has_no_two_rows_for_the_same_key_and_day(self):
        keys = Counter(
            (rule.code, rule.licence, rule.product, rule.effective_from) for rule in queries.rules()
        )

        assert max(keys.values()) == 1

    def test_answers_every_general_code_today_and_for_old_days(self):
        general = {rule.code for rule in queries.rules() if rule.licence == queries.ANY}

        for code in general:
            for on in (date(2000, 1, 1), TODAY):
                assert number(code, on=on) == number(code, on=on, licence="TRUST")

    @pytest.mark.parametrize(
        ("code", "expected"),
        [
            ("ANNUAL_COST_CAP_PPM", 240_000),
            ("LATE_RATE_MULTIPLE", Decimal("1.5")),
            ("DISCLOSURE_READING_SECONDS", 10),
            ("MINIMUM_AGE_YEARS", 18),
            ("CONSUMPTION_CREDIT_LIMIT_FEN", 20_000_000),
            ("QUIET_HOURS_START_HOUR", 22),
            ("QUIET_HOURS_END_HOUR", 8),
            ("MAX_CALLS_PER_DAY", 3),
            ("CREDIT_OBJECTION_DAYS", 20),
            ("REVIEW_ANSWER_DAYS", 3),
            ("RETENTION_CONTRACT_MONTHS", 120),
        ],
    )
    def test_holds_the_numbers_that_the_house_lives_by(self, code, expected):
        assert number(code, on=TODAY) == expected

    def test_raises_the_limit_of_banks_on_its_day_and_of_nobody_else(self):
        day = date(2025, 3, 14)
        before = day - timedelta(days=1)
        code = "CONSUMPTION_CREDIT_LIMIT_FEN"

        assert number(code, on=before, licence="BANK") == 20_000_000
        assert number(code, on=day, licence="BANK") == 30_000_000
        assert number(code, on=day) == 20_000_000

    def test_lowers_the_cap_of_micro_lenders_when_their_time_is_over(self):
        code = "ANNUAL_COST_CAP_PPM"

        assert number(code, on=date(2027, 12, 30), licence="MICRO_LOAN") == 240_000
        assert number(code, on=date(2027, 12, 31), licence="MICRO_LOAN") == 120_000
        assert number(code, on=date(2027, 12, 31)) == 240_000

    def test_cites_the_forced_reading_of_the_cost_from_the_day_it_is_law(self):
        before = source("DISCLOSURE_READING_SECONDS", on=date(2026, 7, 31))
        after = source("DISCLOSURE_READING_SECONDS", on=date(2026, 8, 1))

        assert before.source.startswith("House")
        assert after.source.startswith("NFRA and PBoC")

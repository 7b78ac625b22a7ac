"""Amounts, rates, days and masks as pages show them."""

from datetime import UTC, date, datetime

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from common.money import Money, fen_from_yuan
from common.templatetags import dates, fields, masks, money, rates

TODAY = date(2026, 8, 8)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


class TestYuan:
    @pytest.mark.parametrize(
        ("amount", "shown"),
        [
            (123456, "¥1,234.56"),
            (0, "¥0.00"),
            (7, "¥0.07"),
            (-500, "-¥5.00"),
            (Money(100_000_000), "¥1,000,000.00"),
            (None, "—"),
        ],
    )
    def test_shows_fen_as_yuan(self, amount, shown):
        assert money.yuan(amount) == shown

    @pytest.mark.parametrize("amount", ["", "12", 1.5, True])
    def test_refuses_what_is_not_whole_fen(self, amount):
        with pytest.raises(TypeError, match="whole fen"):
            money.yuan(amount)

    def test_a_page_that_lost_its_amount_fails_instead_of_showing_nothing(self):
        page = Template("{% load money %}{{ loan.principal_fen|yuan }}")
        with pytest.raises(TypeError, match="whole fen"):
            page.render(Context({"loan": {}}))

    @given(st.integers(min_value=-(10**14), max_value=10**14))
    def test_reads_back_to_the_same_fen(self, fen):
        shown = money.yuan(fen).replace("¥", "").replace(",", "")
        assert fen_from_yuan(shown) == fen


class TestPercent:
    @pytest.mark.parametrize(
        ("ppm", "shown"),
        [(144_000, "14.40%"), (0, "0.00%"), (153_895, "15.39%"), (50, "0.01%"), (None, "—")],
    )
    def test_shows_two_places_rounded_half_up(self, ppm, shown):
        assert rates.percent(ppm) == shown

    @pytest.mark.parametrize("ppm", ["", 0.144, False])
    def test_refuses_what_is_not_whole_ppm(self, ppm):
        with pytest.raises(TypeError, match="parts per million"):
            rates.percent(ppm)


class TestMasks:
    def test_a_phone_keeps_three_and_four_digits(self):
        assert masks.mask_phone("+8613800001234") == "138****1234"
        assert masks.mask_phone("13800001234") == "138****1234"

    def test_a_name_keeps_its_first_character(self):
        assert masks.mask_name("林小雨") == "林**"

    def test_an_identity_number_keeps_its_ends(self):
        assert masks.mask_id_number("990101199001011237") == "9" + "*" * 16 + "7"

    def test_an_account_keeps_its_last_four(self):
        assert masks.mask_account("6222000000001234") == "*" * 12 + "1234"

    @pytest.mark.parametrize("short", ["", "1", "1234567"])
    def test_what_is_too_short_is_covered_whole(self, short):
        assert masks.mask_phone(short) == "*" * len(short)

    @given(st.text(max_size=40), st.integers(0, 5), st.integers(0, 5))
    def test_the_length_stays_and_the_middle_is_gone(self, text, first, last):
        shown = masks.covered(text, first=first, last=last)
        assert len(shown) == len(text)
        middle = shown[first : len(shown) - last] if len(text) > first + last else shown
        assert set(middle) <= {"*"}


class TestDays:
    def test_counts_in_words(self):
        assert dates.days(1) == "1 day"
        assert dates.days(3) == "3 days"
        assert dates.months(12) == "12 months"

    @pytest.mark.parametrize(
        ("day", "words"),
        [
            (date(2026, 8, 8), "today"),
            (date(2026, 8, 9), "in 1 day"),
            (date(2026, 8, 11), "in 3 days"),
            (date(2026, 8, 6), "2 days ago"),
        ],
    )
    def test_says_how_far_a_day_is_from_the_business_date(self, day, words):
        assert dates.away(day, TODAY) == words

    def test_a_day_is_written_as_the_reader_writes_it(self):
        assert dates.day(TODAY) == "Aug. 8, 2026"
        with translation.override("zh-hans"):
            assert dates.day(TODAY) == "2026年8月8日"

    def test_a_moment_is_told_in_shanghai_time(self):
        last_evening_in_london = datetime(2026, 8, 7, 16, 30, tzinfo=UTC)
        with translation.override("zh-hans"):
            assert dates.moment(last_evening_in_london) == "2026年8月8日 00:30"


class CodeForm(forms.Form):
    code = forms.CharField(widget=forms.TextInput(attrs={"placeholder": "Code"}))


class TestControl:
    def test_gives_the_attributes_that_were_asked_for(self):
        drawn = fields.control(CodeForm()["code"], inputmode="numeric", maxlength="", accept=None)
        assert 'inputmode="numeric"' in drawn
        assert "maxlength" not in drawn
        assert "accept" not in drawn

    def test_never_shows_a_placeholder(self):
        assert "placeholder" not in fields.control(CodeForm()["code"])

    def test_points_at_the_error_beside_it(self):
        drawn = fields.control(CodeForm({"code": ""})["code"])
        assert 'aria-invalid="true"' in drawn
        assert 'aria-describedby="id_code_error"' in drawn

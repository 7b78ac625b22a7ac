"""The blind index finds what people mean, in the column where it was put, and tells nothing."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.crypto import blind_index
from common.crypto.blind_index import blind, candidates, matches, merchant_code, truncated

LIN = "13900001234"


class TestBlind:
    def test_it_is_a_version_and_twenty_bytes(self):
        version, _, code = blind("borrower.phone", LIN).partition(":")
        assert version == "1"
        assert re.fullmatch(r"[A-Za-z0-9_-]{27}", code)

    def test_it_is_the_same_every_time(self):
        assert blind("borrower.phone", LIN) == blind("borrower.phone", LIN)

    def test_it_does_not_hold_the_value(self):
        assert LIN not in blind("borrower.phone", LIN)

    @pytest.mark.parametrize(
        "typed",
        [
            " 139-0000-1234",
            "139 0000 1234\t",
            "１３９００００１２３４",
            "139\u201100001234",
            "139\u00a00000\u30001234",
            "\u200b13900001234\ufeff",
        ],
    )
    def test_every_way_to_type_a_phone_finds_it(self, typed):
        assert blind("borrower.phone", typed) == blind("borrower.phone", LIN)

    def test_letter_case_does_not_matter(self):
        assert blind("borrower.id_number", "99010119491231002x") == blind(
            "borrower.id_number", "99010119491231002X"
        )

    def test_equal_values_in_two_columns_cannot_be_joined(self):
        assert blind("borrower.phone", LIN) != blind("contact.phone", LIN)

    @given(one=st.text("0123456789", min_size=1), other=st.text("0123456789", min_size=1))
    def test_unequal_values_have_unequal_codes(self, one, other):
        assert (blind("borrower.phone", one) == blind("borrower.phone", other)) == (one == other)

    @pytest.mark.parametrize("context", [LIN, "林小雨", "", "Borrower", "a b", "a.", "a\x1fb"])
    def test_arguments_in_the_wrong_order_are_refused(self, context):
        with pytest.raises(ValueError, match="dotted name"):
            blind(context, "borrower.phone")


class TestKeyChange:
    NEXT = {"2": "a second key of sufficient length, for tests"}

    def test_new_codes_are_of_the_newest_version(self, settings):
        settings.BLIND_INDEX_KEYS = settings.BLIND_INDEX_KEYS | self.NEXT
        assert blind("borrower.phone", LIN).startswith("2:")

    def test_a_lookup_tries_every_version(self, settings):
        old = blind("borrower.phone", LIN)
        settings.BLIND_INDEX_KEYS = settings.BLIND_INDEX_KEYS | self.NEXT
        assert candidates("borrower.phone", LIN) == [blind("borrower.phone", LIN), old]
        assert matches(old, "borrower.phone", LIN)

    def test_version_ten_is_newer_than_nine(self, settings):
        settings.BLIND_INDEX_KEYS = {"9": "k" * 40, "10": "l" * 40}
        assert blind("borrower.phone", LIN).startswith("10:")

    def test_another_key_gives_another_code(self, settings):
        old = blind("borrower.phone", LIN)
        settings.BLIND_INDEX_KEYS = {"1": "a different key of sufficient length"}
        assert not matches(old, "borrower.phone", LIN)

    def test_a_stale_code_is_noticed(self):
        assert not matches(blind("borrower.phone", LIN), "borrower.phone", "13900009999")


class TestTruncated:
    @given(st.text())
    def test_it_fits_a_signed_bigint_and_is_never_negative(self, text):
        assert 0 <= truncated("event.merchant", text) < 2**63

    def test_it_is_bound_to_its_context(self):
        assert truncated("event.merchant", "Tea House") != truncated("event.memo", "Tea House")

    def test_a_merchant_is_one_merchant_however_it_is_spelled(self):
        assert merchant_code("Tea House") == merchant_code("ＴＥＡ　ＨＯＵＳＥ")
        assert merchant_code("Tea House") != merchant_code("Coffee House")

    @pytest.mark.parametrize("nothing", ["", " ", "-", "\u3000"])
    def test_no_merchant_is_zero(self, nothing):
        assert merchant_code(nothing) == 0

    def test_it_uses_every_bit(self):
        codes = [truncated("event.merchant", str(number)) for number in range(200)]
        assert max(codes) > 2**62
        assert len(set(codes)) == 200


@given(st.text())
def test_normalising_twice_is_normalising_once_for_what_people_type(text):
    once = blind_index.normalised(text.encode("ascii", "ignore").decode())
    assert blind_index.normalised(once) == once

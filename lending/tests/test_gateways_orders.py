"""Numbers and amounts as gateways write them: exact, both ways, or nothing."""

import re
import warnings
from decimal import Decimal

import pytest
from alipay import DCAliPay
from hypothesis import given
from hypothesis import strategies as st

from lending.channels.gateways import certificates
from lending.channels.gateways.orders import event_key, fen_of, order_no, yuan_of
from lending.channels.sandbox import LARGEST_FEN
from lending.tests.gateway_desks import certificate, public_pem

FEN = st.integers(min_value=1, max_value=LARGEST_FEN)


class TestAmounts:
    @given(FEN)
    def test_go_there_and_back_to_the_fen(self, amount_fen):
        assert fen_of(yuan_of(amount_fen)) == amount_fen

    @given(FEN)
    def test_are_what_decimals_say(self, amount_fen):
        assert Decimal(yuan_of(amount_fen)) * 100 == amount_fen
        assert re.fullmatch(r"[0-9]+\.[0-9]{2}", yuan_of(amount_fen))

    @pytest.mark.parametrize(
        ("text", "fen"), [("0.01", 1), ("0.1", 10), ("1", 100), ("88.88", 88_88), ("0.00", 0)]
    )
    def test_are_read_with_two_places_or_fewer(self, text, fen):
        assert fen_of(text) == fen

    @pytest.mark.parametrize(
        "text",
        ["", ".", "1.", ".5", "1.234", "-1.00", "+1.00", "1e2", "1,000.00", " 1.00", "1.00\n",
         "١.00", "NaN", "1_0", "0x1", "1" * 13, None, 1, 1.0, True, b"1.00", ["1.00"]],
    )  # fmt: skip
    def test_that_must_be_guessed_are_none(self, text):
        assert fen_of(text) is None

    @given(st.text(max_size=12))
    def test_of_any_text_are_never_negative(self, text):
        found = fen_of(text)
        assert found is None or found >= 0


class TestNumbers:
    @given(st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True))
    def test_fit_both_gateways_and_are_always_the_same(self, out_trade_no):
        number = order_no(out_trade_no)

        assert re.fullmatch(r"[0-9a-f]{32}", number)
        assert number == order_no(out_trade_no)

    def test_of_two_are_two(self):
        assert order_no("R-1") != order_no("R-2")

    def test_of_notices_stay_as_they_are_where_they_fit(self):
        assert event_key("EV-2018022511223320873") == "EV-2018022511223320873"
        assert len(event_key("x" * 128)) == 64
        assert event_key("a|b") != event_key("a*b")


class TestCertificates:
    """The vendor's kit is the oracle, through what it will soon have to do without."""

    def test_are_numbered_as_alipay_numbers_them(self):
        two = f"{certificate('root')}\n{certificate('alipay')}"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            one_number = DCAliPay.get_cert_sn(certificate("app"))
            numbers = DCAliPay.get_root_cert_sn(two)

        assert certificates.number_of(certificate("app")) == one_number
        assert certificates.number_of_roots(two) == numbers

    def test_hold_the_key(self):
        assert certificates.public_key_of(certificate("alipay")) == public_pem("alipay")

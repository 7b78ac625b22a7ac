"""Masks show enough to recognise oneself and too little to use."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from borrowers.people import masking, phones
from borrowers.tests.cast import PHONES

digits = st.text(alphabet="0123456789", max_size=30)


@given(name=st.text(min_size=1, max_size=60))
def test_a_name_shows_its_first_character_and_not_its_length(name):
    assert masking.name(name) == name[0] + "**"


@given(number=digits)
def test_a_phone_never_shows_more_than_seven_digits(number):
    shown = masking.phone(number)

    assert len(shown) == len(number)
    assert sum(each.isdigit() for each in shown) <= 7
    assert not number or "*" in shown


@given(number=digits)
def test_an_identity_number_never_shows_more_than_two_characters(number):
    shown = masking.id_number(number)

    assert sum(each.isdigit() for each in shown) <= 2
    assert not number or "*" in shown


def test_masks_as_a_person_sees_them():
    assert masking.phone(PHONES["Lin"]) == "139****0001"
    assert masking.id_number("990101199803140018") == "9****************8"
    assert masking.name("Lin Yue") == "L**"


def test_nothing_known_is_nothing_shown():
    assert (masking.name(""), masking.phone(""), masking.id_number("")) == ("", "", "")


@pytest.mark.parametrize(
    "typed",
    ["13900000001", "139 0000 0001", "+86 139-0000-0001", "008613900000001", "１３９００００000１"],
)
def test_one_phone_has_one_spelling(typed):
    assert phones.normalised(typed) == PHONES["Lin"]


@pytest.mark.parametrize(
    "typed", ["", "12345", "23900000001", "+4915112345678", "1390000000a", "139000000012"]
)
def test_what_is_no_mobile_number_is_nothing(typed):
    assert phones.normalised(typed) is None


@given(text=st.text(max_size=30))
def test_any_text_is_answered_with_a_number_or_nothing(text):
    number = phones.normalised(text)

    assert number is None or phones.normalised(number) == number

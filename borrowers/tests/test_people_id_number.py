"""The identity number: what is right, whose birthday it tells, how old that makes them."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from borrowers.people import id_number
from borrowers.tests.cast import id_number_of

TODAY = date(2026, 11, 20)
birthdays = st.dates(min_value=date(1900, 1, 1), max_value=TODAY)
sequences = st.integers(min_value=0, max_value=999)


@given(born_on=birthdays, sequence=sequences)
def test_a_number_with_its_check_character_is_right_and_tells_the_birthday(born_on, sequence):
    number = id_number_of(born_on, sequence)

    assert id_number.is_valid(number, on=TODAY)
    assert id_number.birth_date(number) == born_on


@given(
    born_on=birthdays,
    sequence=sequences,
    place=st.integers(min_value=0, max_value=17),
    typed=st.sampled_from("0123456789X"),
)
def test_one_mistyped_character_is_always_noticed(born_on, sequence, place, typed):
    number = id_number_of(born_on, sequence)
    assume(number[place] != typed)

    assert not id_number.is_valid(number[:place] + typed + number[place + 1 :], on=TODAY)


@given(born_on=birthdays, sequence=sequences, place=st.integers(min_value=0, max_value=15))
def test_two_neighbours_exchanged_are_always_noticed(born_on, sequence, place):
    number = id_number_of(born_on, sequence)
    assume(number[place] != number[place + 1])
    exchanged = number[:place] + number[place + 1] + number[place] + number[place + 2 :]

    assert not id_number.is_valid(exchanged, on=TODAY)


@given(text=st.text(max_size=30))
def test_any_text_is_answered_and_never_raises(text):
    assert id_number.is_valid(id_number.normalised(text), on=TODAY) in {True, False}


def test_the_check_character_follows_the_standard_by_hand():
    # 9·7+9·9+0·10+1·5+0·8+1·4+1·2+9·1+9·6+8·3+0·7+3·9+1·10+4·5+0·8+0·4+1·2 = 301; 301 % 11 = 4.
    assert id_number.check_character("99010119980314001") == "8"


@pytest.mark.parametrize(
    "typed",
    ["9901 0119 9803 1400 18", "９９０１０１１９９８０３１４００１８", " 990101-19980314-0018 "],
)
def test_what_people_type_is_understood(typed):
    assert id_number.is_valid(id_number.normalised(typed), on=TODAY)


def test_a_small_x_is_a_large_one():
    number = next(
        found for sequence in range(99) if (found := id_number_of(TODAY, sequence)).endswith("X")
    )

    assert id_number.normalised(number.lower()) == number


@pytest.mark.parametrize(
    "digits", ["99010119980231001", "99010118991231001", "99010120261121001", "99010100000000001"]
)
def test_a_day_that_cannot_be_a_birthday_is_refused(digits):
    assert not id_number.is_valid(digits + id_number.check_character(digits), on=TODAY)


@given(born_on=st.dates(min_value=date(1900, 1, 1), max_value=date(2000, 1, 1)))
def test_the_eighteenth_birthday_is_the_first_day_of_being_eighteen(born_on):
    is_leap_day = (born_on.month, born_on.day) == (2, 29)
    birthday = (
        date(born_on.year + 18, 3, 1) if is_leap_day else born_on.replace(year=born_on.year + 18)
    )

    assert id_number.age_years(born_on=born_on, on=birthday) == 18
    assert id_number.age_years(born_on=born_on, on=birthday - timedelta(days=1)) == 17

"""What a mandate calls the account: by digits that its owner knows, or by what it is."""

from datetime import date

import pytest

from lending.mandates import wording
from lending.mandates.wording import Wish


def wish(account: str) -> Wish:
    return Wish(
        loan_public_id="L", account=account, most_fen=100, starts_on=date(2026, 12, 1),
        ends_on=date(2027, 12, 1), pay_day=None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("account", "tail"),
    [
        ("6222020200001234", "1234"),
        ("person:BTtubGrse-if8NMMS4oCtQ", ""),
        ("person:abc-1234567890", "7890"),
        ("person:abc12x4", ""),
        ("١٢٣٤", ""),
        ("", ""),
    ],
)
def test_an_account_is_known_by_its_last_digits_and_never_by_letters(account, tail):
    assert wording.account_tail(account) == tail


def test_a_numbered_account_is_named_by_them():
    first = wording.text_of(wish("6222020200001234"), language="en").sentences[0]

    assert "my own bank account ending in 1234" in first
    assert "6222" not in first


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_another_is_named_by_what_it_is(language):
    first = wording.text_of(wish("person:secret-id"), language=language).sentences[0]

    assert "person" not in first
    assert "t-id" not in first


def test_the_same_wish_gives_the_same_text():
    one, two = (wording.text_of(wish("person:a"), language="en") for _ in range(2))

    assert one.sha256 == two.sha256

"""Personal details with their middle covered, for pages where the whole is not needed."""

from django import template

COVER = "*"

register = template.Library()


def covered(text: str, *, first: int, last: int) -> str:
    """`text` with everything between its `first` and `last` characters covered.

    What is too short to cover anything is covered whole.
    """
    hidden = len(text) - first - last
    if hidden <= 0:
        return COVER * len(text)
    return text[:first] + COVER * hidden + text[len(text) - last :]


@register.filter
def mask_phone(phone: str) -> str:
    """`+8613800001234` as `138****1234`."""
    return covered(phone.removeprefix("+86"), first=3, last=4)


@register.filter
def mask_name(name: str) -> str:
    """The first character of a name, the rest covered."""
    return covered(name, first=1, last=0)


@register.filter
def mask_id_number(id_number: str) -> str:
    """The first and the last character of an identity number."""
    return covered(id_number, first=1, last=1)


@register.filter
def mask_account(account: str) -> str:
    """The last four characters of a bank account."""
    return covered(account, first=0, last=4)

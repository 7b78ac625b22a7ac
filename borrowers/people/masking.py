"""Personal details with their middle covered, for whoever need not see the whole. Pure."""

_COVER = "*"


def name(text: str) -> str:
    """The first character of a name; the cover does not tell how long the rest is."""
    return f"{text[:1]}{_COVER * 2}" if text else ""


def phone(text: str) -> str:
    """`+8613800001234` as `138****1234`."""
    return _covered(text.removeprefix("+86"), first=3, last=4)


def id_number(text: str) -> str:
    """The first and the last character of an identity number."""
    return _covered(text, first=1, last=1)


def _covered(text: str, *, first: int, last: int) -> str:
    """What is too short to cover anything is covered whole."""
    hidden = len(text) - first - last
    if hidden <= 0:
        return _COVER * len(text)
    return f"{text[:first]}{_COVER * hidden}{text[len(text) - last :]}"

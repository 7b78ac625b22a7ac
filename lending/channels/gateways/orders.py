"""What gateways write differently from us: numbers of orders, and amounts in yuan."""

import hashlib
import re

from lending.channels.contracts import PaidOrder

# Two places or none, no sign, no exponent: whatever else is not an amount of a gateway.
YUAN = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,2}))?")
# Some write five places, but never less than a fen; the sign is ours to say.
FEE = re.compile(r"-?([0-9]{1,12}(?:\.[0-9]{1,2})?)0{0,3}")
EVENT_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
DIGITS_OF_AN_ORDER = 32
FEN_PER_YUAN = 100


def order_no(out_trade_no: str) -> str:
    """The number by which a gateway knows one of ours: 32 hexadecimal digits.

    WeChat takes at most 32 characters and Alipay no hyphen; ours has both.
    """
    return hashlib.sha256(out_trade_no.encode()).hexdigest()[:DIGITS_OF_AN_ORDER]


def order_of(paid: PaidOrder) -> str:
    """The number of an order that was paid, also where we have never asked for it."""
    return paid.order_no or order_no(paid.out_trade_no)


def yuan_of(amount_fen: int) -> str:
    """`123456` as `1234.56`: always two places, never a separator."""
    assert amount_fen > 0
    whole, rest = divmod(amount_fen, FEN_PER_YUAN)
    return f"{whole}.{rest:02d}"


def fen_of(text: object) -> int | None:
    """`1234.56` as `123456`; None for whatever is not plainly an amount."""
    found = YUAN.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    return int(found[1]) * FEN_PER_YUAN + int((found[2] or "").ljust(2, "0"))


def fee_of(text: object) -> int | None:
    """`-0.60` or `0.60000` as `60`: whole fen, whatever places and sign; nothing at all is zero."""
    if text == "":
        return 0
    found = FEE.fullmatch(text) if isinstance(text, str) else None
    return None if found is None else fen_of(found[1])


def event_key(identity: str) -> str:
    """A notice's own id, shortened where our column is too short for it."""
    if EVENT_KEY.fullmatch(identity):
        return identity
    return hashlib.sha256(identity.encode()).hexdigest()

"""What notices of all gateways share: refusals, and fields that are plain or nothing."""

import re
from datetime import datetime
from typing import ClassVar

from common.errors import Refused
from common.texts import gettext_noop
from lending.channels.sandbox import LARGEST_FEN, NoticeUnreadable

__all__ = [
    "NoticeNotForUs", "NoticeNotSigned", "NoticeUnreadable", "amount_fen_of", "insist_on_age",
    "instant_of", "word_of",
]  # fmt: skip

WORD = re.compile(r"[A-Za-z0-9_|*@.:-]+")
MOST_WORD = 64


class NoticeNotSigned(Refused):
    """The gateway has not signed this, or not just now. Says not which part is wrong."""

    code: ClassVar[str] = "GATEWAY_NOTICE_NOT_SIGNED"
    message: ClassVar[str] = gettext_noop("The signature of this notice is not valid.")
    advice: ClassVar[str] = gettext_noop("Check the keys of the gateway and the clock.")
    status: ClassVar[int] = 401


class NoticeNotForUs(Refused):
    """The gateway tells another merchant, or another app, through our address."""

    code: ClassVar[str] = "GATEWAY_NOTICE_NOT_FOR_US"
    message: ClassVar[str] = gettext_noop("This notice is for another merchant.")
    advice: ClassVar[str] = gettext_noop("Check which address the gateway was given.")
    status: ClassVar[int] = 403


def word_of(found: object, *, most: int = MOST_WORD) -> str:
    """A plain word of at most so many letters. Raises NoticeUnreadable."""
    if not isinstance(found, str) or len(found) > most or not WORD.fullmatch(found):
        raise NoticeUnreadable
    return found


def amount_fen_of(found: object) -> int:
    """A whole number of fen that an account can hold. Raises NoticeUnreadable."""
    if type(found) is not int or not 0 < found <= LARGEST_FEN:
        raise NoticeUnreadable
    return found


def instant_of(found: object) -> datetime:
    """An instant with its offset. Raises NoticeUnreadable."""
    try:
        moment = datetime.fromisoformat(str(found))
    except ValueError as failure:
        raise NoticeUnreadable from failure
    if moment.tzinfo is None:
        raise NoticeUnreadable
    return moment


def insist_on_age(*, seconds: int, now: datetime, tolerance_seconds: int) -> None:
    """What was signed long ago, or in the future, is not told now. Raises NoticeNotSigned."""
    if abs(now.timestamp() - seconds) > tolerance_seconds:
        raise NoticeNotSigned

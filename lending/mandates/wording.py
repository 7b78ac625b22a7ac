"""What a borrower reads before giving leave to debit, and what is kept as it was read."""

from dataclasses import dataclass
from datetime import date

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import canonical
from common.money import yuan
from lending.mandates import rhythm

SHOWN_OF_ACCOUNT = 4


@dataclass(frozen=True, slots=True)
class Wish:
    """What the borrower would allow."""

    loan_public_id: str
    account: str
    most_fen: int
    starts_on: date
    ends_on: date
    pay_day: int | None


@dataclass(frozen=True, slots=True)
class Text:
    """The sentences in one language, and their hash."""

    language: str
    sentences: tuple[str, ...]

    @property
    def content(self) -> dict[str, object]:
        """As it is kept."""
        return {"language": self.language, "sentences": list(self.sentences)}

    @property
    def sha256(self) -> str:
        """Its proof."""
        return canonical.sha256_of(self.content)


def text_of(wish: Wish, *, language: str) -> Text:
    """The text that is shown and agreed to; the same wish gives the same text."""
    with translation.override(language):
        return Text(language=language, sentences=_sentences(wish))


def account_tail(account: str) -> str:
    """The last digits, by which its owner knows an account and nobody else does.

    Empty for a name that is no bank's number: its letters would tell nobody anything.
    """
    tail = account[-SHOWN_OF_ACCOUNT:]
    return tail if tail.isascii() and tail.isdigit() else ""


def account_words(account: str) -> str:
    """Which account it is, as its owner would say it."""
    tail = account_tail(account)
    if not tail:
        return _("my own bank account, from which I pay this loan")
    return _("my own bank account ending in %(tail)s") % {"tail": tail}


def _sentences(wish: Wish) -> tuple[str, ...]:
    allowed = rhythm.limits(wish.starts_on)
    return (
        _(
            "What falls due on loan %(loan)s may be collected from %(account)s, from %(starts)s "
            "until %(ends)s."
        )
        % {
            "loan": wish.loan_public_id,
            "account": account_words(wish.account),
            "starts": wish.starts_on.isoformat(),
            "ends": wish.ends_on.isoformat(),
        },
        _(
            "Each time at most ¥%(most)s, never more than is due on that day, and only between "
            "%(first)s:00 and %(last)s:00."
        )
        % {
            "most": yuan(wish.most_fen),
            "first": allowed.start_hour,
            "last": allowed.end_hour,
        },
        ngettext(
            "I am told %(count)s day before. If I have paid by then, nothing is collected.",
            "I am told %(count)s days before. If I have paid by then, nothing is collected.",
            allowed.notice_days,
        )
        % {"count": allowed.notice_days},
        _(
            "If the money is not there, it is tried again on a few later days: at most %(tries)s "
            "times in all for one due date, and at most %(daily)s a day."
        )
        % {"tries": allowed.tries, "daily": allowed.tries_a_day},
        _(
            "I can withdraw this at any time with one click. That costs nothing and changes "
            "nothing about my loan: I then pay by myself."
        ),
    )

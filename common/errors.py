"""Refusals: what a verb may say no with, in words that a person can act on."""

from typing import ClassVar

from common.texts import gettext_noop


class Refused(Exception):
    """A request that cannot be met; nothing has been written.

    Subclasses stand beside the verb that raises them and say what happened (`message`) and what
    to do (`advice`) in English msgids; the doors translate once. `context` fills the placeholders
    of both and carries no personal data. `status` is the HTTP status of the API's answer.
    """

    code: ClassVar[str] = "REFUSED"
    message: ClassVar[str] = gettext_noop("This cannot be done.")
    advice: ClassVar[str] = gettext_noop("Go back and check what you entered.")
    status: ClassVar[int] = 409

    def __init__(self, **context: object) -> None:
        super().__init__(self.code)
        self.context = context

    def __str__(self) -> str:
        return f"{self.code}: {self.message % self.context}"


class NotFound(Refused):
    """There is no such thing, or it is not yours: the two look alike from outside."""

    code = "NOT_FOUND"
    message = gettext_noop("We could not find that.")
    advice = gettext_noop("It may have been removed, or the address may be wrong.")
    status = 404

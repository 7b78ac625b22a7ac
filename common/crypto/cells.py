"""The sealed cell: `p1$<key id>$<token>`, and how it is made and read.

The token is a Fernet token, under the subject's key, of the context, a unit separator and the
text. The context ties the cell to its column; a CHECK on the row ties the key's number to the row.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import structlog
from cryptography.fernet import InvalidToken

from common.crypto import keys
from common.crypto.blind_index import checked_context
from common.crypto.keys import DecryptError, KeyDestroyed

FORMAT = "p1"
_SEPARATOR = "\x1f"

log = structlog.get_logger(__name__)


class Cell(str):
    """A value that is sealed already, fit for update(), bulk_update() and COPY."""

    context: str


class Erased(str):
    """What a sealed value reads as once its key has been destroyed: nothing, and false."""


class Unreadable(Erased):
    """What a damaged cell reads as inside `quarantined()`; everywhere else reading it raises."""


def seal(text: str, *, key_id: int, context: str) -> Cell:
    """The cell for `text`. Raises KeyDestroyed, UnknownKey."""
    secret = keys.secret_of(key_id)
    if secret is None:
        raise KeyDestroyed(f"{context}: key {key_id} has been destroyed")
    inner = f"{checked_context(context)}{_SEPARATOR}{text}".encode()
    # A Fernet token shows when it was made; a sealed column shall not tell when a person came.
    token = secret.fernet.encrypt_at_time(inner, 0).decode()
    cell = Cell(f"{FORMAT}${key_id}${token}")
    cell.context = context
    return cell


def unseal(cell: str, *, context: str) -> str:
    """The text of a cell; `Erased` when its key has been destroyed.

    Raises DecryptError for anything else than a whole cell of this context, and never shows it.
    """
    key_id, token = _parts(cell, context)
    secret = keys.secret_of(key_id)
    if secret is None:
        return Erased()
    try:
        inner = secret.fernet.decrypt(token.encode()).decode()
    except (InvalidToken, UnicodeError) as error:
        raise DecryptError(f"{context}: the cell was changed or is not of key {key_id}") from error
    found, _, text = inner.partition(_SEPARATOR)
    if found != context:
        raise DecryptError(f"{context}: the cell was moved here from {found}")
    return text


def read(cell: str, *, context: str) -> str:
    """As `unseal`, but inside `quarantined()` a damaged cell reads as `Unreadable`."""
    if not _quarantine.get():
        return unseal(cell, context=context)
    try:
        return unseal(cell, context=context)
    except DecryptError as error:
        log.error("cell_unreadable", column=context, code=type(error).__name__)  # noqa: TRY400 (a traceback would carry the value)
        return Unreadable()


@contextmanager
def quarantined() -> Iterator[None]:
    """Let a list of rows be shown although some of its cells are damaged; each is logged.

    For staff lists only, and the rows must be fetched inside. Saving such a value is refused.
    """
    token = _quarantine.set(True)
    try:
        yield
    finally:
        _quarantine.reset(token)


def key_id_of(cell: str) -> int:
    """The number of the key that a cell names. Raises DecryptError for what is not a cell."""
    return _parts(cell, "cell")[0]


def seal_platform(text: str, context: str) -> Cell:
    """A cell of the platform's own key, for short-lived rows that belong to nobody.

    It cannot be shredded: delete the row. After a key change the old key must stay in the list
    until such rows have gone.
    """
    return seal(text, key_id=keys.PLATFORM_KEY_ID, context=context)


def unseal_platform(cell: str, context: str) -> str:
    """The text of a platform cell. Raises DecryptError, also for a subject's cell."""
    if key_id_of(cell) != keys.PLATFORM_KEY_ID:
        raise DecryptError(f"{context}: not a cell of the platform")
    return unseal(cell, context=context)


_quarantine: ContextVar[bool] = ContextVar("quarantine", default=False)


def _parts(cell: str, context: str) -> tuple[int, str]:
    version, _, rest = cell.partition("$")
    number, dollar, token = rest.partition("$")
    if version != FORMAT or not dollar or not (number.isascii() and number.isdigit()):
        raise DecryptError(f"{context}: not a sealed cell")
    if not _is_written_plainly(token):
        raise DecryptError(f"{context}: the cell was changed or is not of key {number}")
    return int(number), token


def _is_written_plainly(token: str) -> bool:
    """Whether it is base64 in its one spelling: the last letter has bits that mean nothing."""
    try:
        return urlsafe_b64encode(urlsafe_b64decode(token)).decode() == token
    except ValueError:
        return False

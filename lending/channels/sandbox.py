"""The sandbox bank's adapter: speaks its HTTP, and takes every silence for an unknown outcome."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from types import TracebackType
from typing import Any, ClassVar, Self, cast, get_args
from urllib.parse import urlsplit

import urllib3
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    ReadTimeoutError,
)

from common.api import signatures
from common.errors import Refused
from common.texts import gettext_noop
from lending.channels.contracts import (
    OUT_TRADE_NO,
    Kind,
    State,
    StatementLine,
    Told,
    TransferAnswer,
    TransferRequest,
    Unread,
    WebhookNotice,
    digest_of,
    gathered,
    is_plain,
)

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
MOST_ANSWER_BYTES = 1024 * 1024
MOST_REASON = 40
MOST_REFERENCE = 64
LARGEST_FEN = 10**13
ORDERED = ("out_trade_no", "kind", "account", "amount_fen", "notify_url")
STATES = get_args(State)
KINDS = get_args(Kind)

# What our columns hold of a line's words.
MOST_LETTERS = {"out_trade_no": 64, "bank_reference": 64, "account": 80}

Content = Mapping[str, Any]


class NoticeUnreadable(Refused):
    """The notice is signed by the bank, yet is not what was agreed."""

    code: ClassVar[str] = "WEBHOOK_NOTICE_UNREADABLE"
    message: ClassVar[str] = gettext_noop("This notice cannot be read.")
    advice: ClassVar[str] = gettext_noop("Send the fields that were agreed, as JSON.")
    status: ClassVar[int] = 422


class SandboxBank:
    """A session with the bank at `base_url`, and with no other address.

    Make one in each process, after it was forked, and close it (or use `with`).
    """

    def __init__(
        self,
        *,
        base_url: str,
        api_key: str,
        connect_seconds: float = CONNECT_SECONDS,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        if not (api_key.isascii() and api_key.isprintable() and api_key.strip() == api_key != ""):
            raise ValueError("The bank's API key must be plain characters.")
        self._path = urlsplit(checked_base_url(base_url)).path
        # No proxy, no .netrc and no cookies, none of which this pool knows: the environment must
        # not reroute money. A session of `requests` looks for them at each call.
        self._manager = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=connect_seconds, read=read_seconds),
            retries=False,
            ca_certs=DEFAULT_CA_BUNDLE_PATH,
        )
        self._pool = self._manager.connection_from_url(base_url)
        self._headers = {
            "Authorization": f"Bearer {api_key}",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
            "User-Agent": "mingzhang-lending",
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._manager.clear()

    def submit(self, request: TransferRequest) -> TransferAnswer:
        """Ask for a transfer; the same number again is the same transfer."""
        order = {name: getattr(request, name) for name in ORDERED}
        status, content = self._ask("POST", "/transfers", order)
        if status == HTTPStatus.UNPROCESSABLE_ENTITY and "code" in content:
            # The bank's own words that it takes no such order: nothing was kept under the number.
            return TransferAnswer(
                request.out_trade_no, "FAILED", reason=str(content["code"])[:MOST_REASON]
            )
        if status != HTTPStatus.ACCEPTED:
            return _unknown(request.out_trade_no, status, content)
        asked = (request.kind, request.account, request.amount_fen)
        if (content.get("kind"), content.get("account"), content.get("amount_fen")) != asked:
            return TransferAnswer(request.out_trade_no, "UNKNOWN", reason="ANSWER_DIFFERS")
        return _answer(request.out_trade_no, content)

    def query(self, out_trade_no: str) -> TransferAnswer:
        """What became of a transfer."""
        assert OUT_TRADE_NO.fullmatch(out_trade_no)

        status, content = self._ask("GET", f"/transfers/{out_trade_no}")
        if status == HTTPStatus.NOT_FOUND and content.get("code") == "NO_SUCH_TRANSFER":
            return TransferAnswer(out_trade_no, "NOT_FOUND")
        if status != HTTPStatus.OK:
            return _unknown(out_trade_no, status, content)
        return _answer(out_trade_no, content)

    def statement(self, *, since_id: int = 0) -> tuple[Told, ...] | None:
        """What moved after the line `since_id`; None when the bank cannot be heard now.

        What makes no sense is told as a hole: a line beside the others, or all from there on.
        """
        told: list[Told] = []
        last_id, has_more = since_id, True
        while has_more:
            status, content = self._ask("GET", f"/statement?since={last_id}")
            if status != HTTPStatus.OK:
                return None
            page, before = _page(content, after=last_id), last_id
            told += page
            last_id = max((each.id for each in page), default=before)
            has_more = bool(content.get("has_more"))
            if has_more and last_id <= before:
                # Whoever turns in circles would be heard for ever: what follows is a hole.
                told.append(Unread(f"{before}+"))
                has_more = False
        return gathered(list(dict.fromkeys(told)))

    def _ask(self, method: str, path: str, body: Content | None = None) -> tuple[int, Content]:
        """The status and the JSON object of the answer; status 0 when there was no answer."""
        content = None if body is None else json.dumps(body).encode()
        try:
            response = self._pool.urlopen(
                method,
                f"{self._path}{path}",
                body=content,
                headers=self._headers,
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
            )
            text = _read(response)
        except HTTPError as failure:
            return 0, {"code": _code(failure)}
        return response.status, _object(text)


def _read(response: urllib3.BaseHTTPResponse) -> bytes:
    """The body, cut off where it is too long: what is left makes no sense then.

    A connection whose answer was not read to its end is closed, any other may be used again.
    """
    try:
        return response.read(MOST_ANSWER_BYTES)
    finally:
        response.close()


def _code(failure: HTTPError) -> str:
    """How the answer was lost."""
    if isinstance(failure, ReadTimeoutError):
        return "ReadTimeout"
    if isinstance(failure, ConnectTimeoutError) and not isinstance(failure, NewConnectionError):
        return "ConnectTimeout"
    return "ConnectionError"


def checked_base_url(base_url: str) -> str:
    """The address without a last slash. Raises ValueError when it is more than an address."""
    parts = urlsplit(base_url)
    extras = (parts.username, parts.password, parts.query, parts.fragment)
    if parts.scheme not in {"http", "https"} or not parts.hostname or any(extras):
        raise ValueError("The bank's address must look like http://host:port")
    return base_url.rstrip("/")


def read_notice(
    *, secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime
) -> WebhookNotice:
    """A notice of the bank, verified and read.

    Raises SignatureRefused when the bank has not sent it, NoticeUnreadable when it makes no sense.
    """
    event_id = signatures.verify(secrets=secrets, headers=headers, body=body, now=now)
    notice = _notice(_object(body))
    if notice is None or notice.event_id != event_id:
        raise NoticeUnreadable
    return notice


def _notice(content: Content) -> WebhookNotice | None:
    words = [content.get(name) for name in ("event_id", "out_trade_no", "bank_reference")]
    if not all(isinstance(word, str) and OUT_TRADE_NO.fullmatch(word) for word in words):
        return None
    amount_fen, state = content.get("amount_fen"), content.get("state")
    occurred_at = _instant(content.get("occurred_at"))
    if type(amount_fen) is not int or not 0 < amount_fen <= LARGEST_FEN:
        return None
    currency = content.get("currency", "CNY")
    if state not in STATES or not occurred_at or not isinstance(currency, str):
        return None
    return WebhookNotice(
        event_id=str(words[0]),
        out_trade_no=str(words[1]),
        state=cast("State", state),
        amount_fen=amount_fen,
        bank_reference=str(words[2]),
        occurred_at=occurred_at,
        currency=currency[:3],
    )


def _instant(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _object(text: bytes) -> Content:
    """The JSON object in `text`; an empty one when it is something else."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _unknown(out_trade_no: str, status: int, content: Content) -> TransferAnswer:
    reason = str(content.get("code", f"HTTP_{status}"))[:MOST_REASON]
    return TransferAnswer(out_trade_no, "UNKNOWN", reason=reason)


def _answer(out_trade_no: str, content: Content) -> TransferAnswer:
    state, amount_fen = content.get("state"), content.get("amount_fen")
    is_fine = content.get("out_trade_no") == out_trade_no and state in STATES
    if not is_fine or type(amount_fen) is not int:
        return TransferAnswer(out_trade_no, "UNKNOWN", reason="ANSWER_UNREADABLE")
    return TransferAnswer(
        out_trade_no=out_trade_no,
        outcome=cast("State", state),
        bank_reference=str(content.get("bank_reference", ""))[:MOST_REFERENCE],
        reason=str(content.get("reason", ""))[:MOST_REASON],
        amount_fen=amount_fen,
        account=str(content.get("account", ""))[:MOST_REFERENCE],
    )


def _page(content: Content, *, after: int) -> list[Told]:
    """What a page tells; one hole where it is none, or its lines do not go upwards, each once."""
    entries = content.get("entries")
    if not isinstance(entries, list):
        return [Unread(f"{after}+")]
    told, last_id = [], after
    for entry in entries:
        each = _line(entry) or _hole(entry, after=last_id)
        if each.id and each.id <= last_id:
            return [Unread(f"{after}+")]
        told.append(each)
        last_id = each.id or last_id
    return told


def _hole(entry: object, *, after: int) -> Unread:
    """Where a line stands that makes no sense: by its number, or by the line before it."""
    number = entry.get("id") if isinstance(entry, dict) else None
    if type(number) is int and 0 < number <= LARGEST_FEN:
        return Unread(f"{number}:{digest_of(entry)}", id=number)
    return Unread(f"{after}+:{digest_of(entry)}")


def _line(entry: object) -> StatementLine | None:
    if not isinstance(entry, dict) or entry.get("kind") not in KINDS:
        return None
    numbers = (entry.get("id"), entry.get("amount_fen"))
    if not all(type(number) is int and 0 < number <= LARGEST_FEN for number in numbers):
        return None
    words = {name: str(entry.get(name)) for name in MOST_LETTERS}
    if not all(is_plain(word, most=MOST_LETTERS[name]) for name, word in words.items()):
        return None
    return StatementLine(
        id=entry["id"],
        out_trade_no=words["out_trade_no"],
        bank_reference=words["bank_reference"],
        kind=cast("Kind", entry["kind"]),
        account=words["account"],
        amount_fen=entry["amount_fen"],
        moved_at=_instant(entry.get("moved_at")),
    )

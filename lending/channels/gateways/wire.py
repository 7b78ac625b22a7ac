"""The wire to a gateway: bounded in time and size, rerouted by nothing, never in a transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlsplit

import requests

from common.transactions import insist_on_none
from lending.channels.sandbox import checked_base_url

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
MOST_ANSWER_BYTES = 1024 * 1024
MOST_BILL_BYTES = 64 * 1024 * 1024


class Silence(Exception):
    """No answer that could be read: money may have moved or not. `code` says what went wrong."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Heard:
    """One answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text. Raises Silence where it is none."""
        try:
            return self.body.decode()
        except UnicodeDecodeError as failure:
            raise Silence("ANSWER_UNREADABLE") from failure


class Wire:
    """A session with the gateway at `base_url`; a bill may be fetched from `bill_host` as well."""

    def __init__(self, base_url: str, *, read_seconds: float = READ_SECONDS) -> None:
        self.base_url = checked_base_url(base_url)
        self._timeouts = (CONNECT_SECONDS, read_seconds)
        self._session = requests.Session()
        # No proxy, no .netrc and no cookies: the environment must not reroute money.
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes = b"",
        most_bytes: int = MOST_ANSWER_BYTES,
    ) -> Heard:
        """One request and its answer. Raises Silence for whatever is less than a whole answer."""
        insist_on_none()
        try:
            with self._session.request(
                method,
                url,
                data=body or None,
                headers={**headers, "Accept-Encoding": "identity"},
                timeout=self._timeouts,
                allow_redirects=False,
                stream=True,
            ) as response:
                return Heard(response.status_code, response.headers, _read(response, most_bytes))
        except requests.RequestException as failure:
            raise Silence(type(failure).__name__) from failure


def host_of(url: str) -> str:
    """Scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _read(response: requests.Response, most_bytes: int) -> bytes:
    found = bytearray()
    for piece in response.iter_content(64 * 1024):
        found += piece
        if len(found) > most_bytes:
            raise Silence("ANSWER_TOO_LONG")
    return bytes(found)

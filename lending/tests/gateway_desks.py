"""Gateways on this machine, with keys of our own: they check our signatures and sign what they say.

Nothing here is WeChat's or Alipay's: the keys are made for the run, the merchant does not exist.
"""

import base64
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509.oid import NameOID

from common import clock
from lending.channels.contracts import PaidOrder, TransferRequest
from lending.channels.gateways.alipay import AlipayKeys
from lending.channels.gateways.wechat import WeChatPayKeys

MCHID, APPID = "1900009999", "wx0123456789abcdef"
APIV3_KEY = "an APIv3 key of thirty-two bytes"
PUBLIC_KEY_ID = "PUB_KEY_ID_0119000099992026112200000001"
APP_ID, SELLER_ID = "2021000000000001", "2088000000000001"
# What Lin pays, and the part of it that goes back.
DAY = date(2026, 11, 20)
NUMBER = "R-lin-0123456789abcdef"
COLLECT = TransferRequest(NUMBER, "COLLECT", "person:lin", 123_45, "https://us.example/notify")
REFUND = TransferRequest(
    "B-lin-1", "PAY_OUT", "person:lin", 45_00, "", returns=PaidOrder(NUMBER, 123_45)
)
AUTHORIZATION = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True)
class Asked:
    """One request that a desk heard."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))


@dataclass
class Answered:
    """What a desk says: its content is signed unless a test wants it otherwise."""

    content: Any
    status: int = 200
    signed: bool = True
    headers: dict[str, str] = field(default_factory=dict)


class Desk:
    """A gateway: what it was asked, and what it answers, in order; the last answer stays."""

    def __init__(self, sign: Callable[[Asked, Answered], tuple[bytes, dict[str, str]]]) -> None:
        self.asked: list[Asked] = []
        self.answers: list[Answered | Callable[[Asked], Answered]] = []
        self.sign = sign
        self.url = ""

    def says(self, *answers: Answered | Callable[[Asked], Answered]) -> None:
        self.answers = list(answers)

    def answer(self, asked: Asked) -> tuple[int, bytes, dict[str, str]]:
        self.asked.append(asked)
        said = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        answered = said(asked) if callable(said) else said
        body, headers = self.sign(asked, answered)
        return answered.status, body, {**headers, **answered.headers}


@contextmanager
def desk(sign: Callable[[Asked, Answered], tuple[bytes, dict[str, str]]]) -> Iterator[Desk]:
    """A desk that listens on the loopback."""
    opened = Desk(sign)

    class Clerk(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = Asked(self.command, self.path, dict(self.headers), body)
            status, content, headers = opened.answer(asked)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815 (the server calls it so)

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Clerk)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    opened.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield opened
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


# --- keys ---


@cache
def key(_of: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_pem(of: str) -> str:
    return (
        key(of)
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        .decode()
    )


def public_pem(of: str) -> str:
    return (
        key(of)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


@cache
def certificate(of: str) -> str:
    """A certificate that signs itself."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{of} of nobody")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key(of).public_key())
        .serial_number(1 + len(of))
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=3650))
        .sign(key(of), hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


def signature(text: str, *, by: str) -> str:
    made = key(by).sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    return base64.b64encode(made).decode()


def insist_on_signature(text: str, signed: str, *, by: str) -> None:
    """Raises InvalidSignature."""
    key(by).public_key().verify(
        base64.b64decode(signed), text.encode(), padding.PKCS1v15(), hashes.SHA256()
    )


# --- WeChat Pay ---


def wechat_keys(url: str) -> WeChatPayKeys:
    return WeChatPayKeys(
        mchid=MCHID,
        appid=APPID,
        certificate_serial="0123456789ABCDEF",
        private_key=private_pem("merchant"),
        apiv3_key=APIV3_KEY,
        public_key_id=PUBLIC_KEY_ID,
        public_key=public_pem("wechat"),
        transfer_scene="1005",
        base_url=url,
    )


def wechat_signed(text: str, *, at: datetime, by: str = "wechat") -> dict[str, str]:
    """The headers that WeChat Pay puts beside what it says."""
    seconds, nonce = str(int(at.timestamp())), "nonce-of-the-desk"
    return {
        "Wechatpay-Timestamp": seconds,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Serial": PUBLIC_KEY_ID,
        "Wechatpay-Signature": signature(f"{seconds}\n{nonce}\n{text}\n", by=by),
        "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
    }


def _of_wechat(asked: Asked, answered: Answered) -> tuple[bytes, dict[str, str]]:
    """The desk of WeChat Pay: it hears only what the merchant has signed."""
    given = dict(AUTHORIZATION.findall(asked.headers["Authorization"]))
    assert given["mchid"] == MCHID
    told = (asked.method, asked.path, given["timestamp"], given["nonce_str"], asked.body.decode())
    insist_on_signature("".join(f"{each}\n" for each in told), given["signature"], by="merchant")
    if isinstance(answered.content, bytes):
        return answered.content, {"Content-Type": "application/octet-stream"}
    text = "" if answered.content is None else json.dumps(answered.content, ensure_ascii=False)
    headers = {"Content-Type": "application/json; charset=utf-8"}
    signed = wechat_signed(text, at=clock.now()) if answered.signed else {}
    return text.encode(), {**headers, **signed}


@contextmanager
def wechat_desk() -> Iterator[Desk]:
    with desk(_of_wechat) as opened:
        yield opened


def sealed(content: Mapping[str, Any], *, seal: str = APIV3_KEY) -> dict[str, str]:
    """A resource as WeChat Pay seals it."""
    nonce, associated = "0123456789ab", "transaction"
    ciphertext = AESGCM(seal.encode()).encrypt(
        nonce.encode(), json.dumps(content).encode(), associated.encode()
    )
    return {
        "algorithm": "AEAD_AES_256_GCM",
        "nonce": nonce,
        "associated_data": associated,
        "ciphertext": base64.b64encode(ciphertext).decode(),
    }


# --- Alipay ---


def alipay_keys(url: str) -> AlipayKeys:
    return AlipayKeys(
        app_id=APP_ID,
        seller_id=SELLER_ID,
        private_key=private_pem("app"),
        app_certificate=certificate("app"),
        alipay_certificate=certificate("alipay"),
        root_certificate=certificate("root"),
        base_url=f"{url}/gateway.do",
    )


def joined(fields: Mapping[str, str]) -> str:
    """What Alipay signs: every field but the signature, in order."""
    return "&".join(f"{name}={value}" for name, value in sorted(fields.items()))


def _of_alipay(asked: Asked, answered: Answered) -> tuple[bytes, dict[str, str]]:
    """The desk of Alipay: it hears only what the app has signed."""
    if isinstance(answered.content, bytes):
        return answered.content, {"Content-Type": "application/octet-stream"}
    form = asked.form
    signed = form.pop("sign")
    insist_on_signature(joined(form), signed, by="app")
    text = json.dumps(answered.content, ensure_ascii=False, separators=(",", ":"))
    name = form["method"].replace(".", "_") + "_response"
    by = "alipay" if answered.signed else "stranger"
    body = f'{{"{name}":{text},"sign":"{signature(text, by=by)}"}}'
    return body.encode(), {"Content-Type": "text/html;charset=utf-8"}


@contextmanager
def alipay_desk() -> Iterator[Desk]:
    with desk(_of_alipay) as opened:
        yield opened

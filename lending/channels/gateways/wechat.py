"""WeChat Pay: orders that the borrower pays by a code, refunds, and transfers to a person.

The vendor's kit says what to ask, signs it and opens what is sealed; the wire is ours. Only an
answer that WeChat has signed changes anything; whatever else is an unknown outcome.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from wechatpayv3 import WeChatPay, WeChatPayType
from wechatpayv3.core import Core
from wechatpayv3.type import RequestType
from wechatpayv3.utils import build_authorization

from lending.channels.contracts import Outcome, Told, TransferAnswer, TransferRequest
from lending.channels.gateways import wechat_bill as bills
from lending.channels.gateways.orders import order_no, order_of
from lending.channels.gateways.wire import MOST_BILL_BYTES, Heard, Silence, Wire

HOME = "https://api.mch.weixin.qq.com"
SIGNATURE_KIND = "WECHATPAY2-SHA256-RSA2048"
SIGNED = ("Wechatpay-Signature", "Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Serial",
          "Wechatpay-Signature-Type")  # fmt: skip
CURRENCY = "CNY"
# From this amount on WeChat wants the payee's name.
NAME_NEEDED_FEN = 200_000
MOST_REASON = 40
MOST_REFERENCE = 64
DOWNLOADS = "/v3/billdownload/file"

ORDER_STATES: Mapping[str, Outcome] = {
    "SUCCESS": "SUCCEEDED",
    "NOTPAY": "PROCESSING",
    "USERPAYING": "PROCESSING",
    "CLOSED": "FAILED",
    "REVOKED": "FAILED",
    "PAYERROR": "FAILED",
}
REFUND_STATES: Mapping[str, Outcome] = {
    "SUCCESS": "SUCCEEDED",
    "PROCESSING": "PROCESSING",
    "CLOSED": "FAILED",
}
TRANSFER_STATES: Mapping[str, Outcome] = {
    "ACCEPTED": "PROCESSING",
    "PROCESSING": "PROCESSING",
    "WAIT_USER_CONFIRM": "PROCESSING",
    "TRANSFERING": "PROCESSING",
    "CANCELING": "PROCESSING",
    "SUCCESS": "SUCCEEDED",
    "FAIL": "FAILED",
    "CANCELLED": "FAILED",
}
UNHEARD_OF = {"ORDER_NOT_EXIST", "RESOURCE_NOT_EXISTS", "NOT_FOUND"}
# WeChat's word that it took no such order, and never will under this number.
REFUSED = {"PARAM_ERROR", "ORDER_CLOSED", "MCH_NOT_EXISTS", "APPID_MCHID_NOT_MATCH", "NO_AUTH",
           "INVALID_REQUEST"}  # fmt: skip
NO_BILL = {"NO_STATEMENT_EXIST"}

NOT_A_BILL = b"?"
Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WeChatPayKeys:
    """Who we are to WeChat Pay, and who it is to us. Secrets stay out of the representation."""

    mchid: str
    appid: str
    certificate_serial: str
    private_key: str = field(repr=False)
    apiv3_key: str = field(repr=False)
    public_key_id: str
    public_key: str = field(repr=False)
    transfer_scene: str = ""
    base_url: str = HOME


class WeChatCore(Core):  # type: ignore[misc]  # the kit has no types
    """The kit's core over our wire; it never fetches certificates because a stranger names one."""

    def __init__(self, keys: WeChatPayKeys, wire: Wire) -> None:
        super().__init__(
            mchid=keys.mchid,
            cert_serial_no=keys.certificate_serial,
            private_key=keys.private_key,
            apiv3_key=keys.apiv3_key,
            public_key=keys.public_key,
            public_key_id=keys.public_key_id,
        )
        self._gate_way = wire.base_url
        self._wire = wire

    def _update_certificates(self) -> None:
        """We know one public key, by its id; there is nothing to fetch."""

    def is_signed(self, headers: Mapping[str, str], text: str) -> bool:
        """Whether WeChat Pay has signed exactly this, with the key that we know."""
        given = {name: headers.get(name, "") for name in SIGNED}
        if given["Wechatpay-Serial"] != self._public_key_id:
            return False
        if given.pop("Wechatpay-Signature-Type") not in {"", SIGNATURE_KIND}:
            return False
        given["Wechatpay-Signature-Type"] = SIGNATURE_KIND
        return bool(self._verify_signature(given, text))

    def request(
        self,
        path: str,
        method: RequestType = RequestType.GET,
        data: Any = None,
        skip_verify: bool = False,  # noqa: FBT001, FBT002 (the kit calls it so)
        sign_data: Any = None,
        files: Any = None,
        cipher_data: bool = False,  # noqa: FBT001, FBT002 (the kit calls it so)
        headers: Any = None,
    ) -> tuple[int, Any]:
        """Ask, and believe only what is signed. Raises Silence."""
        assert sign_data is None
        assert files is None
        assert headers is None
        text = "" if data is None else json.dumps(data)
        heard = self._wire.ask(
            method.value,
            self._gate_way + path,
            headers=self._headers(path, method, text),
            body=text.encode(),
            most_bytes=MOST_BILL_BYTES if skip_verify else 1024 * 1024,
        )
        if skip_verify:
            return heard.status, heard.body
        if not self.is_signed(heard.headers, heard.text):
            raise Silence("ANSWER_NOT_SIGNED")
        return heard.status, _object(heard)

    def _headers(self, path: str, method: RequestType, text: str) -> dict[str, str]:
        return {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": "mingzhang-lending",
            "Wechatpay-Serial": self._public_key_id,
            "Authorization": build_authorization(
                path, method.value, self._mchid, self._cert_serial_no, self._private_key, data=text
            ),
        }


class WeChatPayGateway:
    """A merchant's account at WeChat Pay. Make one in each process."""

    def __init__(self, keys: WeChatPayKeys, *, read_seconds: float = 10.0) -> None:
        self.keys = keys
        self.core = WeChatCore(keys, Wire(keys.base_url, read_seconds=read_seconds))
        self._kit = WeChatPay(
            wechatpay_type=WeChatPayType.NATIVE,
            mchid=keys.mchid,
            private_key=keys.private_key,
            cert_serial_no=keys.certificate_serial,
            appid=keys.appid,
            apiv3_key=keys.apiv3_key,
            public_key=keys.public_key,
            public_key_id=keys.public_key_id,
        )
        self._kit._core = self.core  # noqa: SLF001 (the kit takes no core of ours)

    def submit(self, request: TransferRequest) -> TransferAnswer:
        """Make the order, the refund or the transfer; the same number again is the same one."""
        try:
            if request.kind == "COLLECT":
                return self._order(request)
            if request.returns is not None:
                return self._refund(request)
            return self._transfer(request)
        except Silence as silence:
            return _unknown(request, silence.code)

    def ask(self, request: TransferRequest) -> TransferAnswer:
        """What became of it."""
        number = order_no(request.out_trade_no)
        try:
            if request.kind == "COLLECT":
                return self._ordered(request, *self._kit.query(out_trade_no=number))
            if request.returns is not None:
                return _refunded(request, *self._kit.query_refund(out_refund_no=number))
            return _transferred(request, *self._kit.mch_transfer_bills_query(out_bill_no=number))
        except Silence as silence:
            return _unknown(request, silence.code)

    def close(self, request: TransferRequest) -> TransferAnswer:
        """End an order that nobody has paid, and say what became of it."""
        assert request.kind == "COLLECT"
        try:
            self._kit.close(out_trade_no=order_no(request.out_trade_no))
        except Silence as silence:
            return _unknown(request, silence.code)
        return self.ask(request)

    def bill(self, day: date) -> tuple[Told, ...] | None:
        """What moved on a day, by WeChat's numbers; None while there is no bill to be had.

        What of it cannot be read is told as holes.
        """
        try:
            traded = self._download(self._kit.trade_bill(bill_date=day.isoformat()))
            flowed = self._download(
                self._kit.fundflow_bill(bill_date=day.isoformat(), account_type="OPERATION")
            )
        except Silence:
            return None
        if traded is None or flowed is None:
            return None
        return bills.lines(traded, flowed, day=day)

    def _download(self, answer: tuple[int, Content]) -> bytes | None:
        """The file of a bill, proved by the signed digest; empty where nothing moved.

        What is not what WeChat has signed is no bill, and is read as one hole.
        """
        status, content = answer
        if content.get("code") in NO_BILL:
            return b""
        url = str(content.get("download_url", ""))
        if status != 200 or not url.startswith(self.core._gate_way + DOWNLOADS):  # noqa: SLF001 (plain HTTP; the kit's own address)
            return None
        status, packed = self._kit.download_bill(url)
        if status != 200:
            return None
        found = bills.unpacked(packed, sha1=str(content.get("hash_value", "")))
        return NOT_A_BILL if found is None else found

    def _order(self, request: TransferRequest) -> TransferAnswer:
        status, content = self._kit.pay(
            description="还款",
            out_trade_no=order_no(request.out_trade_no),
            amount={"total": request.amount_fen, "currency": CURRENCY},
            attach=request.out_trade_no,
            notify_url=request.notify_url,
        )
        link = content.get("code_url")
        if status != 200 or not (isinstance(link, str) and link.startswith("weixin://")):
            return _refusal(request, content)
        return TransferAnswer(
            request.out_trade_no, "PROCESSING", amount_fen=request.amount_fen, pay_link=link[:512]
        )

    def _ordered(self, request: TransferRequest, status: int, content: Content) -> TransferAnswer:
        """An order as WeChat has it: ours in every word, or nothing is concluded from it."""
        if status != 200:
            return _missing(request, content)
        mine = (self.keys.mchid, self.keys.appid, order_no(request.out_trade_no))
        if tuple(content.get(name) for name in ("mchid", "appid", "out_trade_no")) != mine:
            return _unknown(request, "ANSWER_DIFFERS")
        return _final(
            request,
            ORDER_STATES.get(str(content.get("trade_state"))),
            content,
            named=("transaction_id", "trade_state"),
            amount_fen=_fen(content.get("amount"), "total"),
        )

    def _refund(self, request: TransferRequest) -> TransferAnswer:
        assert request.returns is not None
        status, content = self._kit.refund(
            out_refund_no=order_no(request.out_trade_no),
            out_trade_no=order_of(request.returns),
            amount={
                "refund": request.amount_fen,
                "total": request.returns.amount_fen,
                "currency": CURRENCY,
            },
            notify_url=request.notify_url,
        )
        if status != 200:
            return _refusal(request, content)
        return _refunded(request, status, content)

    def _transfer(self, request: TransferRequest) -> TransferAnswer:
        payee = request.payee
        if payee is None:
            return _failed(request, "PAYEE_UNKNOWN")
        if request.amount_fen >= NAME_NEEDED_FEN and not payee.name:
            return _failed(request, "PAYEE_NAME_NEEDED")
        status, content = self._kit.mch_transfer_bills(
            out_bill_no=order_no(request.out_trade_no),
            transfer_scene_id=self.keys.transfer_scene,
            openid=payee.identity,
            transfer_amount=request.amount_fen,
            transfer_remark="放款",
            user_name=payee.name or None,
            notify_url=request.notify_url,
        )
        if status != 200:
            return _refusal(request, content)
        return _transferred(request, status, {**content, "transfer_amount": request.amount_fen})


def _refunded(request: TransferRequest, status: int, content: Content) -> TransferAnswer:
    if status != 200:
        return _missing(request, content)
    if content.get("out_refund_no") != order_no(request.out_trade_no):
        return _unknown(request, "ANSWER_DIFFERS")
    return _final(
        request,
        REFUND_STATES.get(str(content.get("status"))),
        content,
        named=("refund_id", "status"),
        amount_fen=_fen(content.get("amount"), "refund"),
    )


def _transferred(request: TransferRequest, status: int, content: Content) -> TransferAnswer:
    if status != 200:
        return _missing(request, content)
    if content.get("out_bill_no") != order_no(request.out_trade_no):
        return _unknown(request, "ANSWER_DIFFERS")
    amount_fen = content.get("transfer_amount")
    return _final(
        request,
        TRANSFER_STATES.get(str(content.get("state"))),
        content,
        named=("transfer_bill_no", "state"),
        amount_fen=amount_fen if type(amount_fen) is int else None,
    )


def _final(
    request: TransferRequest,
    outcome: Outcome | None,
    content: Content,
    *,
    named: tuple[str, str],
    amount_fen: int | None,
) -> TransferAnswer:
    """The answer out of a state that we know; `named` are the fields of number and state."""
    number, state = (str(content.get(name) or "") for name in named)
    if outcome is None or amount_fen is None:
        return _unknown(request, state or "ANSWER_UNREADABLE")
    return TransferAnswer(
        request.out_trade_no,
        outcome,
        bank_reference=number[:MOST_REFERENCE],
        reason=state[:MOST_REASON] if outcome == "FAILED" else "",
        amount_fen=amount_fen,
    )


def _refusal(request: TransferRequest, content: Content) -> TransferAnswer:
    code = str(content.get("code") or "ANSWER_UNREADABLE")
    return _failed(request, code) if code in REFUSED else _unknown(request, code)


def _missing(request: TransferRequest, content: Content) -> TransferAnswer:
    code = str(content.get("code") or "ANSWER_UNREADABLE")
    if code in UNHEARD_OF:
        return TransferAnswer(request.out_trade_no, "NOT_FOUND")
    return _unknown(request, code)


def _failed(request: TransferRequest, reason: str) -> TransferAnswer:
    return TransferAnswer(request.out_trade_no, "FAILED", reason=reason[:MOST_REASON])


def _unknown(request: TransferRequest, reason: str) -> TransferAnswer:
    return TransferAnswer(request.out_trade_no, "UNKNOWN", reason=reason[:MOST_REASON])


def _fen(amount: object, name: str) -> int | None:
    """An amount in fen of yuan; None in any other currency, or where it is no whole number."""
    if not isinstance(amount, dict) or amount.get("currency", CURRENCY) != CURRENCY:
        return None
    found = amount.get(name)
    return found if type(found) is int else None


def _object(heard: Heard) -> Content:
    """The JSON object of an answer; an empty one where there is none. Raises Silence."""
    if not heard.body:
        return {}
    try:
        content = json.loads(heard.text)
    except (ValueError, RecursionError) as failure:
        raise Silence("ANSWER_UNREADABLE") from failure
    return content if isinstance(content, dict) else {}

"""Alipay: orders that the borrower pays by a code, refunds, and transfers to an account.

The vendor's kit says what to ask, signs it and verifies what comes back; the wire is ours. Only an
answer that Alipay has signed changes anything; whatever else is an unknown outcome.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from alipay import DCAliPay
from alipay.exceptions import AliPayException, AliPayValidationError

from lending.channels.contracts import Outcome, Told, TransferAnswer, TransferRequest
from lending.channels.gateways import alipay_bill, certificates
from lending.channels.gateways.orders import fen_of, order_no, order_of, yuan_of
from lending.channels.gateways.wire import MOST_BILL_BYTES, Silence, Wire

# The kit gives its logger a handler of its own when it is imported; ours is the only one.
logging.getLogger("python-alipay-sdk").handlers.clear()

HOME = "https://openapi.alipay.com/gateway.do"
BILLS = ".alipay.com"
SIGNATURE_KIND = "RSA2"
FINE = "10000"
# An order that nobody pays ends by itself before we give it up.
ORDER_LIVES = "90m"
MOST_REASON = 40
MOST_REFERENCE = 64

ORDER_STATES: Mapping[str, Outcome] = {
    "TRADE_SUCCESS": "SUCCEEDED",
    "TRADE_FINISHED": "SUCCEEDED",
    "WAIT_BUYER_PAY": "PROCESSING",
    "TRADE_CLOSED": "FAILED",
}
TRANSFER_STATES: Mapping[str, Outcome] = {
    "SUCCESS": "SUCCEEDED",
    "WAIT_PAY": "PROCESSING",
    "DEALING": "PROCESSING",
    "CLOSED": "FAILED",
    "FAIL": "FAILED",
    "REFUND": "FAILED",
}
UNHEARD_OF = {"ACQ.TRADE_NOT_EXIST", "ORDER_NOT_EXIST", "ACQ.REFUND_NOT_EXIST"}
# Alipay's word that it took no such order, and never will under this number.
REFUSED = {
    "ACQ.INVALID_PARAMETER", "ACQ.TOTAL_FEE_EXCEED", "ACQ.TRADE_HAS_CLOSE", "ACQ.ACCESS_FORBIDDEN",
    "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "ACQ.REASON_TRADE_REFUND_FEE_ERR", "INVALID_PARAMETER",
    "PAYEE_NOT_EXIST", "PAYEE_USER_INFO_ERROR", "PAYEE_ACC_OCUPIED", "PERMIT_CHECK_PERM_LIMITED",
}  # fmt: skip
NO_BILL = {"isp.bill_not_exist"}

Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AlipayKeys:
    """Who we are to Alipay, and who it is to us. Secrets stay out of the representation."""

    app_id: str
    seller_id: str
    private_key: str = field(repr=False)
    app_certificate: str = field(repr=False)
    alipay_certificate: str = field(repr=False)
    root_certificate: str = field(repr=False)
    base_url: str = HOME


class AlipayKit(DCAliPay):  # type: ignore[misc]  # the kit has no types
    """The kit over our wire: its own would take proxies from the environment, and any length."""

    def __init__(self, keys: AlipayKeys, wire: Wire) -> None:
        super().__init__(
            appid=keys.app_id,
            app_private_key_string=keys.private_key,
            app_public_key_cert_string=keys.app_certificate,
            alipay_public_key_cert_string=keys.alipay_certificate,
            alipay_root_cert_string=keys.root_certificate,
            sign_type=SIGNATURE_KIND,
        )
        self._wire = wire
        self._app_cert_sn = certificates.number_of(keys.app_certificate)
        self._alipay_root_cert_sn = certificates.number_of_roots(keys.root_certificate)

    def load_alipay_public_key_string(self) -> str:
        """Alipay's key out of its certificate."""
        return certificates.public_key_of(self._alipay_public_key_cert_string)

    def verified_sync_response(self, data: dict[str, Any], response_type: str) -> Content:
        """Ask, and believe only what is signed. Raises Silence."""
        heard = self._wire.ask(
            "POST",
            self._wire.base_url,
            headers={"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"},
            body=self.sign_data(data).encode(),
        )
        try:
            content = self._verify_and_return_sync_response(heard.text, response_type)
        except (AliPayException, AliPayValidationError) as failure:
            raise Silence("ANSWER_NOT_SIGNED") from failure
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as failure:
            raise Silence("ANSWER_UNREADABLE") from failure
        if not isinstance(content, dict):
            raise Silence("ANSWER_UNREADABLE")
        return content

    def is_signed(self, content: Mapping[str, str], signature: str) -> bool:
        """Whether Alipay has signed exactly these fields."""
        try:
            return bool(self.verify(dict(content), signature))
        except (AliPayException, ValueError):
            return False


class AlipayGateway:
    """A merchant's app at Alipay. Make one in each process."""

    def __init__(self, keys: AlipayKeys, *, read_seconds: float = 10.0) -> None:
        self.keys = keys
        self._wire = Wire(keys.base_url, read_seconds=read_seconds)
        self.kit = AlipayKit(keys, self._wire)

    def submit(self, request: TransferRequest) -> TransferAnswer:
        """Make the order, the refund or the transfer; the same number again is the same one."""
        if request.kind == "COLLECT":
            return self._heard(request, self._order)
        if request.returns is not None:
            return self._heard(request, self._refund)
        return self._heard(request, self._transfer)

    def ask(self, request: TransferRequest) -> TransferAnswer:
        """What became of it."""
        if request.kind == "COLLECT":
            return self._heard(request, self._ordered)
        if request.returns is not None:
            return self._heard(request, self._refunded)
        return self._heard(request, self._transferred)

    def close(self, request: TransferRequest) -> TransferAnswer:
        """End an order that nobody has paid, and say what became of it."""
        assert request.kind == "COLLECT"
        return self._heard(request, self._closed)

    def bill(self, day: date) -> tuple[Told, ...] | None:
        """What moved on a day, by Alipay's numbers; None while there is no bill to be had.

        What of it cannot be read is told as holes.
        """
        try:
            files = [self._download(day, kind) for kind in alipay_bill.KINDS]
        except Silence:
            return None
        if any(file is None for file in files):
            return None
        return alipay_bill.lines([file for file in files if file is not None], day=day)

    def _heard(
        self, request: TransferRequest, act: Callable[[TransferRequest], TransferAnswer]
    ) -> TransferAnswer:
        try:
            return act(request)
        except Silence as silence:
            return _unknown(request, silence.code)

    def _download(self, day: date, kind: str) -> bytes | None:
        """The archive of a bill; empty where nothing moved. Raises Silence."""
        content = self.kit.server_api(
            "alipay.data.dataservice.bill.downloadurl.query",
            {"bill_type": kind, "bill_date": day.isoformat()},
        )
        if content.get("sub_code") in NO_BILL:
            return b""
        url = str(content.get("bill_download_url", ""))
        if content.get("code") != FINE or not self._is_home(url):
            return None
        heard = self._wire.ask("GET", url, headers={}, most_bytes=MOST_BILL_BYTES)
        return heard.body if heard.status == 200 else None

    def _is_home(self, url: str) -> bool:
        """Whether the address is Alipay's, or that of the gateway which we were given."""
        there, here = urlsplit(url), urlsplit(self.keys.base_url)
        if (there.scheme, there.netloc) == (here.scheme, here.netloc):
            return True
        return there.scheme == "https" and (there.hostname or "").endswith(BILLS)

    def _order(self, request: TransferRequest) -> TransferAnswer:
        content = self.kit.api_alipay_trade_precreate(
            subject="还款",
            out_trade_no=order_no(request.out_trade_no),
            total_amount=yuan_of(request.amount_fen),
            notify_url=request.notify_url,
            timeout_express=ORDER_LIVES,
            qr_code_timeout_express=ORDER_LIVES,
        )
        link = content.get("qr_code")
        if content.get("code") != FINE or not (
            isinstance(link, str) and link.startswith("https://")
        ):
            return _refusal(request, content)
        return TransferAnswer(
            request.out_trade_no, "PROCESSING", amount_fen=request.amount_fen, pay_link=link[:512]
        )

    def _ordered(self, request: TransferRequest) -> TransferAnswer:
        content = self.kit.api_alipay_trade_query(out_trade_no=order_no(request.out_trade_no))
        return _final(
            request,
            content,
            named=("out_trade_no", "trade_no", "trade_status"),
            outcomes=ORDER_STATES,
            amount=content.get("total_amount"),
        )

    def _closed(self, request: TransferRequest) -> TransferAnswer:
        self.kit.api_alipay_trade_close(out_trade_no=order_no(request.out_trade_no))
        answer = self._ordered(request)
        if answer.outcome == "NOT_FOUND":
            # Nobody has opened it, and its code is too old to be opened.
            return _failed(request, "ORDER_EXPIRED")
        return answer

    def _refund(self, request: TransferRequest) -> TransferAnswer:
        assert request.returns is not None
        content = self.kit.api_alipay_trade_refund(
            refund_amount=yuan_of(request.amount_fen),
            out_trade_no=order_of(request.returns),
            out_request_no=order_no(request.out_trade_no),
        )
        if content.get("code") != FINE:
            return _refusal(request, content)
        return self._refunded(request)

    def _refunded(self, request: TransferRequest) -> TransferAnswer:
        assert request.returns is not None
        content = self.kit.api_alipay_trade_fastpay_refund_query(
            out_request_no=order_no(request.out_trade_no),
            out_trade_no=order_of(request.returns),
        )
        if content.get("code") == FINE and not content.get("refund_status"):
            # So it answers for a refund that it has never heard of, or that was not made.
            return TransferAnswer(request.out_trade_no, "NOT_FOUND")
        return _final(
            request,
            content,
            named=("out_request_no", "trade_no", "refund_status"),
            outcomes={"REFUND_SUCCESS": "SUCCEEDED"},
            amount=content.get("refund_amount"),
        )

    def _transfer(self, request: TransferRequest) -> TransferAnswer:
        payee = request.payee
        if payee is None:
            return _failed(request, "PAYEE_UNKNOWN")
        content = self.kit.api_alipay_fund_trans_uni_transfer(
            out_biz_no=order_no(request.out_trade_no),
            identity_type="ALIPAY_USER_ID",
            identity=payee.identity,
            trans_amount=yuan_of(request.amount_fen),
            name=payee.name or None,
            order_title="放款",
        )
        if content.get("code") != FINE:
            return _refusal(request, content)
        return _final(
            request,
            content,
            named=("out_biz_no", "order_id", "status"),
            outcomes=TRANSFER_STATES,
            amount=content.get("trans_amount", yuan_of(request.amount_fen)),
        )

    def _transferred(self, request: TransferRequest) -> TransferAnswer:
        content = self.kit.server_api(
            "alipay.fund.trans.common.query",
            {
                "out_biz_no": order_no(request.out_trade_no),
                "product_code": "TRANS_ACCOUNT_NO_PWD",
                "biz_scene": "DIRECT_TRANSFER",
            },
        )
        return _final(
            request,
            content,
            named=("out_biz_no", "order_id", "status"),
            outcomes=TRANSFER_STATES,
            amount=content.get("trans_amount"),
        )


def _final(
    request: TransferRequest,
    content: Content,
    *,
    named: tuple[str, str, str],
    outcomes: Mapping[str, Outcome],
    amount: object,
) -> TransferAnswer:
    """The answer out of a state that we know; `named`: our number, Alipay's number, the state."""
    if content.get("code") != FINE:
        return _missing(request, content)
    ours, theirs, state = (str(content.get(name) or "") for name in named)
    if ours != order_no(request.out_trade_no):
        return _unknown(request, "ANSWER_DIFFERS")
    outcome, amount_fen = outcomes.get(state), fen_of(amount)
    if outcome is None or amount_fen is None:
        return _unknown(request, state or "ANSWER_UNREADABLE")
    return TransferAnswer(
        request.out_trade_no,
        outcome,
        bank_reference=theirs[:MOST_REFERENCE],
        reason=state[:MOST_REASON] if outcome == "FAILED" else "",
        amount_fen=amount_fen,
    )


def _refusal(request: TransferRequest, content: Content) -> TransferAnswer:
    code = _code(content)
    return _failed(request, code) if code in REFUSED else _unknown(request, code)


def _missing(request: TransferRequest, content: Content) -> TransferAnswer:
    code = _code(content)
    if code in UNHEARD_OF:
        return TransferAnswer(request.out_trade_no, "NOT_FOUND")
    return _unknown(request, code)


def _code(content: Content) -> str:
    return str(content.get("sub_code") or content.get("code") or "ANSWER_UNREADABLE")


def _failed(request: TransferRequest, reason: str) -> TransferAnswer:
    return TransferAnswer(request.out_trade_no, "FAILED", reason=reason[:MOST_REASON])


def _unknown(request: TransferRequest, reason: str) -> TransferAnswer:
    return TransferAnswer(request.out_trade_no, "UNKNOWN", reason=reason[:MOST_REASON])

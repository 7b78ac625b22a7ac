"""A bank that answers whatever a test wants, and one that never answers."""

import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from lending.channels.contracts import TransferRequest

GOOD = {
    "out_trade_no": "D-lin-1",
    "kind": "PAY_OUT",
    "account": "person:lin",
    "amount_fen": 500_00,
    "state": "SUCCEEDED",
    "reason": "",
    "bank_reference": "SBK1",
}
REQUEST = TransferRequest("D-lin-1", "PAY_OUT", "person:lin", 500_00, "")


def line(number):
    return {
        "id": number,
        "out_trade_no": f"D-{number}",
        "bank_reference": "SBK",
        "kind": "COLLECT",
        "account": "person:lin",
        "amount_fen": 1,
    }


def page(entries, *, has_more):
    return answer_of(200, {"entries": entries, "has_more": has_more})


def answer_of(status, content, *, headers="", connection="close"):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    head = f"HTTP/1.1 {status} Words\r\nContent-Length: {len(body)}\r\n"
    head += f"Connection: {connection}\r\n"
    return f"{head}{headers}\r\n".encode() + body


def to(port):
    return {
        "base_url": f"http://127.0.0.1:{port}",
        "api_key": "the key",
        "connect_seconds": 1.0,
        "read_seconds": 1.0,
    }


def _whole(line):
    """One request with its body, which may come in a piece of its own."""
    request = line.recv(65_536)
    while b"\r\n\r\n" in request:
        head, _, body = request.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        if length is None or len(body) >= int(length[1]):
            break
        if not (more := line.recv(65_536)):
            break
        request += more
    return request


@contextmanager
def silent_port() -> Iterator[int]:
    """A port that listens and never takes a call."""
    with socket.socket() as ear:
        ear.bind(("127.0.0.1", 0))
        yield ear.getsockname()[1]


@contextmanager
def network(answers, *, heard=None) -> Iterator[int]:
    """A port that sends each of `answers`, whatever it is asked, one connection for each.

    Those of a tuple are sent one after the other on one connection.
    """

    def speak():
        for answer in answers:
            line, _ = ear.accept()
            with line:
                line.settimeout(5)
                for each in answer if isinstance(answer, tuple) else (answer,):
                    request = _whole(line)
                    if heard is not None:
                        heard.append(request)
                    line.sendall(each)

    with socket.create_server(("127.0.0.1", 0)) as ear:
        ear.settimeout(5)
        speaker = threading.Thread(target=speak)
        speaker.start()
        try:
            yield ear.getsockname()[1]
        finally:
            speaker.join()

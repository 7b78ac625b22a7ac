"""Tests talk to this machine only: any other address is refused before a packet leaves."""

import ipaddress
import socket
from typing import Any

import pytest

FAMILIES_OF_THE_NETWORK = {socket.AF_INET, socket.AF_INET6}


class SocketIsClosed(RuntimeError):
    """A test reached for the network."""


def close(patch: pytest.MonkeyPatch) -> None:
    """Refuse connections and look-ups that are not for this machine."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex
    getaddrinfo = socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _refuse_others(self.family, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _refuse_others(self.family, address)
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: Any, *arguments: Any, **named: Any) -> Any:
        _refuse_host(host)
        return getaddrinfo(host, *arguments, **named)

    patch.setattr(socket.socket, "connect", guarded_connect)
    patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    patch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)


def _refuse_others(family: int, address: Any) -> None:
    if family in FAMILIES_OF_THE_NETWORK:
        _refuse_host(address[0])


def _refuse_host(host: Any) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name in {None, "", "localhost", socket.gethostname()}:
        return
    try:
        is_here = ipaddress.ip_address(name).is_loopback or name in {"0.0.0.0", "::"}
    except ValueError:
        is_here = False
    if not is_here:
        raise SocketIsClosed(f"tests may not reach {name}")

"""Find a port that is free, and ask over it whether somebody serves."""

import http.client
import socket

from config.services.layout import CannotStart

TRIES = 20


def free_port(host: str, wanted: int, *, is_strict: bool = False, taken: frozenset[int]) -> int:
    """The wanted port or, unless `is_strict`, the next free one. Raises CannotStart."""
    for port in range(wanted, wanted + (1 if is_strict else TRIES)):
        if port not in taken and _is_free(host, port):
            return port
    if is_strict:
        raise CannotStart(
            f"Port {wanted} on {host} is in use. Stop the other program, choose another port\n"
            f"(--port {wanted + 100}), or leave out --strict-port to take the next free one."
        )
    raise CannotStart(
        f"No port from {wanted} to {wanted + TRIES - 1} is free on {host}. Choose one with --port."
    )


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except socket.gaierror as error:
            raise CannotStart(
                f"{host} is no address of this machine ({error.strerror})."
            ) from error
        except OverflowError as error:
            raise CannotStart(f"{port} is no port: ports go from 1 to 65535.") from error
        except OSError:
            return False
    return True


def reachable_host(host: str) -> str:
    """An address that a browser on this machine can open when we listen on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(host, host)  # noqa: S104 (read here, not bound: where to knock)


def answers(host: str, port: int, path: str, *, seconds: float = 2) -> bool:
    """Whether a GET is answered with 200."""
    connection = http.client.HTTPConnection(host.strip("[]"), port, timeout=seconds)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()

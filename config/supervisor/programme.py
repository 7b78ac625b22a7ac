"""Which processes make the platform, and what each one is told."""

import os
import sys
from dataclasses import dataclass

from config.services import endpoints
from config.services.endpoints import Endpoints
from config.services.layout import Layout, environment
from config.services.programs import Account
from config.supervisor.children import Child

QUEUES = "default,decisions,money,monitoring"
# Only the owner's steps may know the owner's address.
NOT_FOR_CHILDREN = {"DATABASE_OWNER_URL", "MINGZHANG_DATABASE_ROLE"}
# No banner; Django's checks are `make check`'s work.
CELERY = [sys.executable, "-m", "celery", "--quiet", "--skip-checks", "--app", "config.celery:app"]
WORKER = [*CELERY, "worker", "--without-gossip", "--without-mingle", "--loglevel", "WARNING"]
# A demonstration may run as root, in a container for example; every line of it need not say so.
QUIET = {"PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges"}
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the web server and the sandbox bank listen."""

    host: str
    port: int
    bank_port: int
    url: str

    @property
    def bank_url(self) -> str:
        return f"http://127.0.0.1:{self.bank_port}"


def child_environment(place: Endpoints, addresses: Addresses) -> dict[str, str]:
    """What every child is told: the application's role, never the owner's."""
    inherited = {key: value for key, value in os.environ.items() if key not in NOT_FOR_CHILDREN}
    told = {
        "DATABASE_URL": place.database_url,
        "KEYS_DATABASE_URL": place.keys_url,
        "REDIS_URL": place.redis_url,
        "MINGZHANG_ENV": environment(),
        "MINGZHANG_STATE": str(place.state),
        "SITE_URL": addresses.url,
        "PYTHONUNBUFFERED": "1",
    }
    if environment() != "production":
        told["BANK_URL"] = addresses.bank_url
    hosts = {"ALLOWED_HOSTS": f"localhost,127.0.0.1,[::1],{addresses.host}"}
    return ONE_THREAD | hosts | inherited | told


def owner_environment(place: Endpoints, inherited: dict[str, str]) -> dict[str, str]:
    """For the steps that change the schema."""
    return inherited | {"DATABASE_OWNER_URL": place.owner_url, "MINGZHANG_DATABASE_ROLE": "owner"}


def manage(layout: Layout, *words: str) -> list[str]:
    return [sys.executable, str(layout.root / "manage.py"), *words]


def redis_child(command: list[str], account: Account | None) -> Child:
    return Child(
        name="redis",
        command=command,
        environment={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
        grace_seconds=10,
        stop_rank=2,
        account=account,
    )


def platform_children(
    layout: Layout, addresses: Addresses, environment_of_children: dict[str, str]
) -> list[Child]:
    """The sandbox bank of a demonstration, then web, worker and beat."""
    children = [
        _web(addresses, environment_of_children),
        _worker(environment_of_children),
        _reader(environment_of_children),
        _beat(layout, environment_of_children),
    ]
    if environment() != "production":
        children.insert(0, _bank(layout, addresses, environment_of_children))
    return children


def _bank(layout: Layout, addresses: Addresses, told: dict[str, str]) -> Child:
    keys = {name: endpoints.secret(name) for name in ("BANK_API_KEY", "BANK_WEBHOOK_SECRET")}
    command = [sys.executable, "-m", "simulation.bank", "--port", str(addresses.bank_port)]
    command += ["--database", str(layout.state / "bank.sqlite3")]
    return Child(
        name="bank", command=command, environment=told | keys, grace_seconds=10, stop_rank=1
    )


def _web(addresses: Addresses, told: dict[str, str]) -> Child:
    command = [sys.executable, "-m", "gunicorn", "config.wsgi:application"]
    command += ["--bind", f"{addresses.host}:{addresses.port}", "--workers", "1"]
    command += ["--worker-class", "config.server.worker.PatientWorker", "--threads", "8"]
    command += ["--worker-connections", "400", "--timeout", "60", "--graceful-timeout", "10"]
    command += ["--log-level", "warning", "--logger-class", "config.server.log.ServerLog"]
    command += ["--no-control-socket"]
    return Child(name="web", command=command, environment=told, grace_seconds=15)


def _worker(told: dict[str, str]) -> Child:
    command = [*WORKER, "--concurrency", "2", "--queues", QUEUES, "--optimization", "fair"]
    return Child(name="worker", command=command, environment=told | QUIET, grace_seconds=60)


def _reader(told: dict[str, str]) -> Child:
    """Threads are enough: what reads a file is a process of its own. It stands apart, so that no
    decision ever waits behind a hostile file."""
    command = [*WORKER, "--hostname", "reader@%h", "--pool", "threads", "--concurrency", "3"]
    command += ["--queues", "files"]
    return Child(name="reader", command=command, environment=told | QUIET, grace_seconds=60)


def _beat(layout: Layout, told: dict[str, str]) -> Child:
    command = [*CELERY, "beat"]
    command += ["--schedule", str(layout.state / "beat-schedule"), "--pidfile="]
    command += ["--loglevel", "WARNING"]
    return Child(name="beat", command=command, environment=told, grace_seconds=10)

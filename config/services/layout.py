"""Where one installation keeps its things: state, secrets, locks, sockets, clusters.

Everything here is plain arithmetic on paths, except `open_state`, which creates the folder.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SYSTEM_HOME = Path("/var/lib/mingzhang")
SHORT_FOLDER = Path("/tmp")  # noqa: S108 (only the parent of a folder that open_private checks)
LONGEST_SOCKET_PATH_BYTES = 99


class CannotStart(RuntimeError):
    """A service cannot be had here; the text says why and what to do, and is shown as it is."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of one installation; `home` is where the servers' own files are."""

    root: Path
    state: Path
    home: Path

    @classmethod
    def for_repository(cls, root: Path = ROOT, *, installation: str = "") -> "Layout":
        """The layout that the environment asks for.

        PostgreSQL refuses to run as root, so root's servers belong to a user of their own. That
        user may not look into a private clone: its files live in a folder of the system, named
        after the installation and not after the path, so that a new clone never meets old files.
        `home` itself stays root's, with the locks; only the folders below it are that user's.
        """
        given = os.environ.get("MINGZHANG_STATE")
        state = Path(given).absolute() if given else root / "var" / environment()
        home = SYSTEM_HOME / installation if os.geteuid() == 0 and installation else state
        return cls(root=root, state=state, home=home)

    @property
    def secrets(self) -> Path:
        return self.state / "secrets.json"

    @property
    def keys_database(self) -> Path:
        return self.state / "keys.sqlite3"

    @property
    def postgres(self) -> Path:
        return self.home / "postgres"

    @property
    def redis(self) -> Path:
        return self.home / "redis"

    @property
    def sockets(self) -> Path:
        """The folder of the unix sockets, short enough for the system's limit of 107 bytes."""
        folder = self.home / "run"
        if len(os.fsencode(folder / ".s.PGSQL.5432.lock")) <= LONGEST_SOCKET_PATH_BYTES:
            return folder
        name = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]
        return SHORT_FOLDER / f"mingzhang-{os.geteuid()}-{name}"

    @property
    def redis_socket(self) -> Path:
        return self.sockets / "redis.sock"

    def lock(self, name: str) -> Path:
        return self.home / f"{name}.lock"


def environment() -> str:
    """`demo`, `test` or `production`: which settings and which state folder."""
    return os.environ.get("MINGZHANG_ENV", "demo")


def open_state(state: Path) -> None:
    """Create the state folder, or check that it is ours. Raises CannotStart."""
    state.parent.mkdir(parents=True, exist_ok=True)
    open_private(state)


def open_private(folder: Path) -> None:
    """Create a folder that only we can enter, or check that it is one. Raises CannotStart."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
    except OSError as error:
        raise CannotStart(
            f"The folder {folder} cannot be used: {error.strerror}.\n"
            "Work as the user who owns it, or set MINGZHANG_STATE to a folder of your own."
        ) from error
    if folder.is_symlink() or not folder.is_dir() or status.st_uid != os.geteuid():
        raise CannotStart(
            f"The folder {folder} belongs to somebody else.\n"
            "Work as the user who owns it, or set MINGZHANG_STATE to a folder of your own."
        )
    if status.st_mode & 0o077:
        folder.chmod(0o700)

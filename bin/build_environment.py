"""Create .venv and install exactly what the hashed requirements list, for `bin/environment`."""

import fcntl
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# What others are measured with stays apart: nothing of it may be needed to run or to test.
VENV = ROOT / (".venv-bench" if "--bench" in sys.argv else ".venv")
PYTHON = VENV / "bin/python"


def main(words: list[str]) -> int:
    names = _names(words)
    (ROOT / "var").mkdir(exist_ok=True)
    with (ROOT / "var/environment.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for name in names:
            if _stamp(name).exists():
                continue
            if not _venv_works():
                _create_venv()
            if not _install(name):
                return 1
    return 0


def _names(words: list[str]) -> list[str]:
    if "--bench" in words:
        return ["requirements-bench.txt"]
    names = ["requirements.txt"] + (["requirements-dev.txt"] if "--tools" in words else [])
    return names + (["requirements-spark.txt"] if "--spark" in words else [])


def _stamp(name: str) -> Path:
    """Exists once exactly this file was installed; a new .venv has none."""
    content = (ROOT / name).read_bytes()
    return VENV / f"{name}.{hashlib.sha256(content).hexdigest()[:16]}"


def _venv_works() -> bool:
    try:
        return subprocess.run([PYTHON, "-c", ""], check=False).returncode == 0  # noqa: S603 (our own interpreter)
    except OSError:
        return False


def _create_venv() -> None:
    version = ".".join(map(str, sys.version_info[:3]))
    print(f"Creating {VENV.name} with Python {version}", flush=True)  # noqa: T201 (this script speaks to a person)
    command = [os.path.realpath(sys.executable), "-m", "venv", "--clear", str(VENV)]
    subprocess.run(command, check=True)  # noqa: S603 (our own interpreter)


def _install(name: str) -> bool:
    began = time.monotonic()
    print(f"Installing the packages of {name} (once, a minute or two)", flush=True)  # noqa: T201 (this script speaks to a person)
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--require-hashes", "--no-input"]
    command += ["--disable-pip-version-check", "--requirement", str(ROOT / name)]
    if subprocess.run(command, check=False).returncode != 0:  # noqa: S603 (our own interpreter)
        print(  # noqa: T201 (this script speaks to a person)
            f"The packages of {name} could not be installed; the reason stands above.\n"
            "Without a network, pip needs an index or a folder of wheels: see PIP_FIND_LINKS.",
            file=sys.stderr,
        )
        return False
    for old in VENV.glob(f"{name}.*"):
        old.unlink()
    _stamp(name).touch()
    print(f"Installed in {time.monotonic() - began:.0f}s", flush=True)  # noqa: T201 (this script speaks to a person)
    return True


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)

"""Run a program that ends when its parent ends, even if the parent is killed.

Run as a script between fork and program, because the parent has threads and may not do this work
itself after a fork: `python -I -S leash.py PARENT UID GID PROGRAM ARGUMENT…` (-1 keeps the user).
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Become the program. The order matters: changing the user forgets the parent's signal."""
    parent, uid, gid = (int(word) for word in arguments[:3])
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
        os.chdir("/")
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit("the parent ended before its child began")
    os.execv(arguments[3], arguments[3:])  # noqa: S606 (a shell is what we avoid)


if __name__ == "__main__":
    main(sys.argv[1:])

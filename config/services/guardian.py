"""A small process that waits until nobody uses the embedded PostgreSQL, and then stops it.

It outlives whoever started it, so that the server stops even when its last user is killed.
"""

import fcntl
import os
import sys
import time
from pathlib import Path

from config.services import endpoints, postgres, programs, sharing
from config.services.postgres import Cluster


def watch(cluster: Cluster) -> None:
    """Stop the server once the last user has gone. Returns at once if another guardian watches."""
    awake = sharing.take(cluster.layout.lock("guardian"))
    if awake is None:
        return
    with awake:
        while not _stopped(cluster):
            time.sleep(0.05)


def _stopped(cluster: Cluster) -> bool:
    """Wait until the server has no user; stop it unless somebody is just starting it again."""
    with cluster.layout.lock("users").open("a+", encoding="utf-8") as users:
        fcntl.flock(users, fcntl.LOCK_EX)
        # Starters take `start` before `users`; waiting for it here would be a deadlock.
        start = sharing.take(cluster.layout.lock("start"))
        if start is None:
            return False
        with start:
            postgres.stop(cluster)
            return True


if __name__ == "__main__":
    mine = Cluster(
        layout=endpoints.embedded_layout(),
        account=programs.service_account(),
        programs=Path(sys.argv[1]),
    )
    os.chdir("/")
    watch(mine)

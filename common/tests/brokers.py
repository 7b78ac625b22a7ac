"""Brokers for tests: one in this process's memory whose messages can be read, and a dead one."""

from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty
from typing import Any

from celery import Celery, current_app

MEMORY = "memory://"
DEAD = "redis+socket:///nowhere/redis.sock"


class Broker:
    """The current Celery application for a while, and what was sent through it."""

    def __init__(self, app: Celery) -> None:
        self._app = app

    def sent(self, queue: str = "default") -> list[tuple[str, dict[str, Any]]]:
        """Take what waits in the queue: the task's name and its keywords."""
        found: list[tuple[str, dict[str, Any]]] = []
        with self._app.connection() as connection, connection.SimpleQueue(queue) as waiting:
            while True:
                try:
                    message = waiting.get(block=False)
                except Empty:
                    return found
                message.ack()
                found.append((message.headers["task"], message.payload[1]))


@contextmanager
def broker(url: str) -> Iterator[Broker]:
    """Work with the broker at `url` until the end of the block."""
    usual: Celery = current_app._get_current_object()  # type: ignore[attr-defined]  # it is a proxy
    options = {"max_retries": 1, "interval_start": 0}
    app = Celery("test", broker=url, set_as_current=False)
    app.conf.update(broker_transport_options=options, task_publish_retry=False)
    app.set_default()
    app.set_current()
    found = Broker(app)
    if url == MEMORY:
        for queue in ("default", "decisions", "money", "monitoring"):
            found.sent(queue)
    try:
        yield found
    finally:
        usual.set_default()
        usual.set_current()
        app.close()

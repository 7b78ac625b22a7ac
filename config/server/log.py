"""The web server's own log lines, in the form of all others: what was asked stays out."""

from typing import Any

from gunicorn.glogging import Logger

from common.observability.logs import JsonLines


class ServerLog(Logger):  # type: ignore[misc]  # gunicorn is untyped
    """gunicorn would write addresses, headers and the messages of exceptions as they come."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(JsonLines())

"""JSON log lines by allow-list: a field that is not listed here is not written.

Personal data stays out by construction (reliability §6.2): names, phones and free text have no
field to go to. Exceptions are written as their class and place, never with their message.
"""

import json
import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

ALLOWED = frozenset(
    {
        "event", "level", "logger", "timestamp", "request_id", "method", "route", "status",
        "duration_ms", "task", "process_id", "kind", "code", "attempt", "count", "public_id",
        "state", "port", "name", "exception", "where", "business_date", "loans", "seconds",
    }
)  # fmt: skip
OWN_LOGGERS = ("common", "config", "borrowers", "scoring", "lending", "monitoring", "simulation")


def keep_allowed(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Drop every field that is not on the list; say how many were dropped."""
    kept = {key: value for key, value in event.items() if key in ALLOWED}
    if dropped := len(event) - len(kept):
        kept["count"] = kept.get("count", dropped)
    return kept


class JsonLines(logging.Formatter):
    """Standard-library records as JSON lines, with the same list and the same silence."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "timestamp": self.formatTime(record, "%Y-%m-%dT%H:%M:%S"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if isinstance(record.msg, dict):
            line |= {key: value for key, value in record.msg.items() if key in ALLOWED}
        else:
            # The template only: the arguments of other people's messages may be anything.
            line["event"] = (
                str(record.msg)[:200] if record.args or _is_ours(record) else _safe(record)
            )
        if record.exc_info and record.exc_info[0]:
            line["exception"] = record.exc_info[0].__name__
            line["where"] = _places(record)
        return json.dumps(line, ensure_ascii=False, default=str)


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.split(".")[0] in OWN_LOGGERS


def _safe(record: logging.LogRecord) -> str:
    """A foreign message without arguments may be preformatted: keep its first words only."""
    return " ".join(str(record.msg).split()[:6])[:80]


def _places(record: logging.LogRecord) -> list[str]:
    """File and line of every frame, without source text or values."""
    assert record.exc_info is not None
    frames = traceback.extract_tb(record.exc_info[2])
    return [f"{frame.filename.rsplit('/', 2)[-1]}:{frame.lineno}" for frame in frames][-12:]


def settings_for(level: str) -> dict[str, Any]:
    """Django's LOGGING: everything to standard output, one JSON object a line."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "common.observability.logs.JsonLines"}},
        "handlers": {
            "out": {"class": "logging.StreamHandler", "stream": sys.stdout, "formatter": "json"}
        },
        "root": {"handlers": ["out"], "level": level},
        "loggers": {
            "django.request": {"level": "ERROR"},
            "django.db.backends": {"level": "ERROR"},
            "celery": {"level": "WARNING"},
            "kombu": {"level": "WARNING"},
        },
    }


def configure() -> None:
    """Send structlog through the standard library, after the allow-list."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            keep_allowed,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )

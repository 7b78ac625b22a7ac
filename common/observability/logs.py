"""JSON log lines by allow-list: a field that is not listed here is not written.

Personal data stays out by construction (reliability §6.2): a listed field takes numbers and short
codes only, a message is written only where it is a constant of the code that wrote it, and an
exception is its class and place, never its message.
"""

import json
import logging
import re
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from datetime import UTC, date, datetime
from types import FrameType, TracebackType
from typing import Any

import structlog

ALLOWED = frozenset(
    {
        "event", "level", "request_id", "method", "route", "status", "duration_ms", "task",
        "process_id", "kind", "code", "attempt", "count", "public_id", "state", "port", "column",
        "exception", "where", "business_date", "loans", "seconds", "dropped",
    }
)  # fmt: skip
WITHHELD = "message_withheld"
LONGEST_VALUE = 200
LARGEST_NUMBER = 10**10
_CODE = re.compile(r"[!-?A-~]*")  # printable ASCII without spaces and @
_LONG_NUMBER = re.compile(r"(?:\d[-.()]?){11}")  # phones, identity numbers, bank cards
_EVENT = re.compile(r"[a-z][a-z0-9_]*")


def keep_allowed(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Structlog's last processor: an exception becomes its class and places, the rest is sifted."""
    error = event.pop("exc_info", None)
    if error:
        event.update(_exception(error if isinstance(error, Exception) else sys.exc_info()[1]))
    if not _EVENT.fullmatch(str(event.get("event"))):
        event["event"] = WITHHELD
    return _sifted(event)


class JsonLines(logging.Formatter):
    """Standard-library records as JSON lines, with the same list and the same silence."""

    def format(self, record: logging.LogRecord) -> str:
        instant = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, Any] = {
            "timestamp": instant.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if isinstance(record.msg, dict):
            line |= _sifted(record.msg)
        else:
            line["event"] = record.msg if _is_constant(record) else WITHHELD
            line["where"] = [_place(record.pathname, record.lineno)]
        if record.exc_info:
            line |= _exception(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def _sifted(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The listed fields whose values can hold no sentence; how many others there were."""
    kept = {
        key: value.isoformat() if isinstance(value, date) else value
        for key, value in fields.items()
        if key in ALLOWED and _is_plain(value)
    }
    if dropped := len(fields) - len(kept):
        kept["dropped"] = dropped
    return kept


def _is_plain(value: object) -> bool:
    if isinstance(value, list):
        return all(_is_plain(each) for each in value)
    if isinstance(value, int | float):
        return abs(value) < LARGEST_NUMBER
    if isinstance(value, str):
        is_code = len(value) <= LONGEST_VALUE and _CODE.fullmatch(value)
        return bool(is_code) and not _LONG_NUMBER.search(value)
    return value is None or isinstance(value, date)


def _is_constant(record: logging.LogRecord) -> bool:
    """Whether the message stands in the code of somebody on the way here: no value is in it then.

    Formatting happens inside the call that logs, so whoever wrote the words is still on the stack.
    """
    frame: FrameType | None = sys._getframe()  # noqa: SLF001 (documented)
    while frame is not None:
        if record.msg in frame.f_code.co_consts:
            return isinstance(record.msg, str)
        frame = frame.f_back
    return False


def _exception(error: BaseException | None) -> dict[str, Any]:
    """Its class, and file and line of every frame, without source text or values."""
    if error is None:
        return {}
    return {"exception": type(error).__name__, "where": _places(error.__traceback__)}


def _places(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)
    return [_place(frame.filename, frame.lineno) for frame in frames][-12:]


def _place(path: str, line: int | None) -> str:
    return f"{'/'.join(path.rsplit('/', 2)[-2:])}:{line}"


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
            # It names every glyph that a contract uses, and so the letters of a name.
            "fontTools": {"level": "ERROR"},
            "fpdf": {"level": "ERROR"},
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

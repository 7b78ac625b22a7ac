"""The web server says what happened to it, and nothing of what people sent."""

import io
import json
import logging

import pytest
from gunicorn.config import Config

from config.server.log import ServerLog

PHONE = "13900000001"


@pytest.fixture
def heard():
    """What the server would print, line by line."""
    log = ServerLog(Config())
    stream = io.StringIO()
    for handler in log.error_log.handlers:
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(stream)
    yield log, lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    log.error_log.handlers.clear()


def test_says_what_happened_to_it(heard):
    log, lines = heard

    log.critical("WORKER TIMEOUT (pid:%s)", 4711)

    assert lines()[0]["event"] == "WORKER TIMEOUT (pid:%s)"
    assert lines()[0]["level"] == "critical"


def test_says_nothing_of_what_was_asked(heard):
    log, lines = heard

    log.warning("Invalid request from ip=%s: %s", "127.0.0.1", f"GET /?phone={PHONE}")
    try:
        int(PHONE + "x")
    except ValueError:
        log.exception("Error handling request %s", f"/people/{PHONE}")

    assert PHONE not in json.dumps(lines())
    assert [line["event"] for line in lines()] == [
        "Invalid request from ip=%s: %s",
        "Error handling request %s",
    ]
    assert lines()[1]["exception"] == "ValueError"

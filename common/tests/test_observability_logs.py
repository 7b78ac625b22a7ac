"""Planted names, phones and identity numbers never reach a log line, wherever they were put."""

import io
import json
import logging

import pytest
import structlog

from common.observability.logs import WITHHELD, JsonLines

NAME = "林月如"
LATIN_NAME = "Lin Yue"
PHONE = "13900000001"
ID_NUMBER = "990101199803140018"
PLANTED = [
    NAME,
    LATIN_NAME,
    PHONE,
    "+8613900000001",
    "139-0000-0001",
    ID_NUMBER,
    "lin@post.example",
]


class Spoken(Exception):
    """An error that says too much."""


def fail(words: str) -> None:
    raise Spoken(words)


@pytest.fixture
def lines():
    """What the platform would print, line by line, from every logger of the process."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)


def says(lines, *planted: str) -> bool:
    """Whether a planted value can be read in any line, escaped or not."""
    text = json.dumps(lines(), ensure_ascii=False)
    assert text != "[]"
    return any(value in text for value in planted)


class TestStructuredLines:
    log = structlog.get_logger("lending.loans.actions")

    def test_keep_listed_fields_with_plain_values(self, lines):
        self.log.warning("loan_signed", code="LOAN-1", count=3, seconds=0.5, public_id="Q1c4-_x")

        (line,) = lines()
        assert line | {"timestamp": ""} == {
            "timestamp": "",
            "level": "warning",
            "logger": "lending.loans.actions",
            "event": "loan_signed",
            "code": "LOAN-1",
            "count": 3,
            "seconds": 0.5,
            "public_id": "Q1c4-_x",
        }

    @pytest.mark.parametrize("value", PLANTED)
    @pytest.mark.parametrize("field", ["phone", "name", "borrower", "words", "facts"])
    def test_drop_fields_that_are_not_listed_and_count_them(self, lines, field, value):
        self.log.warning("loan_signed", **{field: value})

        assert not says(lines, value)
        assert lines()[0]["dropped"] == 1

    @pytest.mark.parametrize("value", PLANTED)
    @pytest.mark.parametrize("field", ["code", "public_id", "where", "kind", "route"])
    def test_drop_people_who_were_put_into_a_listed_field(self, lines, field, value):
        self.log.warning("loan_signed", **{field: value})

        assert not says(lines, value)

    @pytest.mark.parametrize(
        "value",
        [
            [NAME],
            {"phone": PHONE},
            (ID_NUMBER,),
            PHONE.encode(),
            int(PHONE),
            Spoken(NAME),
            "x" * 201,
        ],
        ids=lambda value: type(value).__name__,
    )
    def test_drop_whatever_is_not_plain(self, lines, value):
        self.log.warning("loan_signed", code=value)

        assert not says(lines, NAME, PHONE, ID_NUMBER, "x" * 201)
        assert "code" not in lines()[0]

    @pytest.mark.parametrize("value", PLANTED)
    def test_withhold_an_event_that_is_not_a_word(self, lines, value):
        event = f"loan of {value} signed"
        self.log.warning(event)

        assert not says(lines, value)
        assert lines()[0]["event"] == WITHHELD

    @pytest.mark.parametrize("value", PLANTED)
    def test_say_of_an_exception_only_what_and_where(self, lines, value):
        try:
            fail(f"no loan of {value}")
        except Spoken:
            self.log.exception("signing_failed")

        assert not says(lines, value)
        (line,) = lines()
        assert line["exception"] == "Spoken"
        assert line["where"][-1].startswith("tests/test_observability_logs.py:")

    def test_take_an_error_that_is_handed_to_them(self, lines):
        self.log.error("signing_failed", exc_info=Spoken(NAME))

        assert not says(lines, NAME)
        assert lines()[0]["exception"] == "Spoken"

    def test_leave_out_bound_values_too(self, lines):
        self.log.bind(phone=PHONE, code=NAME).warning("loan_signed")
        with structlog.contextvars.bound_contextvars(name=NAME, request_id="Q1c4"):
            self.log.warning("loan_signed")

        assert not says(lines, PHONE, NAME)
        assert lines()[1]["request_id"] == "Q1c4"


class TestLinesOfOthers:
    log = logging.getLogger("somebodys.package")

    def test_keep_a_message_that_is_a_constant_of_the_code(self, lines):
        self.log.warning("The cache of %s is cold", "templates")

        (line,) = lines()
        assert line["event"] == "The cache of %s is cold"
        assert line["where"][0].startswith("tests/test_observability_logs.py:")

    def test_keep_a_constant_that_a_caller_handed_on(self, lines):
        def tell(words: str) -> None:
            self.log.warning(words, NAME)

        tell("Not found: %s")

        assert lines()[0]["event"] == "Not found: %s"
        assert not says(lines, NAME)

    @pytest.mark.parametrize("value", PLANTED)
    def test_never_write_arguments(self, lines, value):
        self.log.warning("no such person: %s", value)
        self.log.warning("no such person: %(value)s", {"value": value})

        assert not says(lines, value)

    @pytest.mark.parametrize("value", PLANTED)
    def test_withhold_messages_that_were_put_together(self, lines, value):
        self.log.warning(f"{value} is unknown")  # noqa: G004 (others do it)
        self.log.warning("unknown: " + value)  # noqa: G003 (the wrong way is what is tried)
        self.log.warning("unknown: {}".format(value))  # noqa: G001, UP032 (the wrong way is what is tried)
        self.log.warning(value)
        self.log.warning(Spoken(value))

        assert not says(lines, value)
        assert {line["event"] for line in lines()} == {WITHHELD}

    @pytest.mark.parametrize("value", PLANTED)
    def test_never_write_extra_fields(self, lines, value):
        self.log.warning("unknown person", extra={"person": value, "event": value})

        assert not says(lines, value)

    @pytest.mark.parametrize("value", PLANTED)
    def test_never_write_a_dictionary_as_it_comes(self, lines, value):
        self.log.warning({"event": "seen", "code": value, "person": value})

        assert not says(lines, value)

    @pytest.mark.parametrize("value", PLANTED)
    def test_say_of_an_exception_only_what_and_where(self, lines, value):
        try:
            try:
                fail(value)
            except Spoken as error:
                raise RuntimeError(f"while reading {value}") from error
        except RuntimeError:
            self.log.exception("It failed")
            self.log.warning("It failed", exc_info=True, stack_info=True)

        assert not says(lines, value)
        assert {line["exception"] for line in lines()} == {"RuntimeError"}

    def test_are_one_line_each_whatever_is_in_them(self, lines):
        self.log.warning("first\nsecond %s", "third\nfourth")

        assert len(lines()) == 1

    def test_carry_the_time_in_utc(self, lines):
        self.log.warning("A line")

        assert lines()[0]["timestamp"].endswith("+00:00")

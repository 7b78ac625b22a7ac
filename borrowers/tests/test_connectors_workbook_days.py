"""Days and times of wallets and banks: serials of both epochs, every spelling, and what is none."""

from datetime import UTC, datetime, timedelta

import pytest

from borrowers.connectors.contracts import Precision, Sheet
from borrowers.connectors.header import RowUnreadable, instant
from borrowers.connectors.registry import read_bill
from borrowers.connectors.statements.cells import Days, clock_of, day_and_clock, moment
from borrowers.connectors.tables.drafts import start
from borrowers.tests.bill_texts import number, wechat_row, wechat_sheet, workbook
from common.periods import SHANGHAI


def local(at):
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


# What stands in the cell: the wall clock of Shanghai, by the epoch of 1900 and by that of 1904.
SERIALS = [
    (46289.48678240741, "2026-09-24 11:40:58", "2030-09-25 11:40:58"),
    (45720, "2025-03-04 00:00:00", "2029-03-05 00:00:00"),
    (45720.5, "2025-03-04 12:00:00", "2029-03-05 12:00:00"),
    (45720.999988426, "2025-03-04 23:59:59", "2029-03-05 23:59:59"),
    (45720.9999999, "2025-03-05 00:00:00", "2029-03-06 00:00:00"),
    (45716, "2025-02-28 00:00:00", "2029-03-01 00:00:00"),
    (45717, "2025-03-01 00:00:00", "2029-03-02 00:00:00"),
    (45351, "2024-02-29 00:00:00", "2028-03-01 00:00:00"),
    (44196, "2020-12-31 00:00:00", "2025-01-01 00:00:00"),
    (44197, "2021-01-01 00:00:00", "2025-01-02 00:00:00"),
]


@pytest.mark.parametrize(("serial", "since_1900", "since_1904"), SERIALS)
class TestSerials:
    def test_of_a_wallet_count_from_its_workbook_s_epoch(self, serial, since_1900, since_1904):
        assert local(instant(serial)[0]) == since_1900
        assert local(instant(serial, counts_from_1904=True)[0]) == since_1904

    def test_may_be_words(self, serial, since_1900, since_1904):
        assert local(instant(repr(serial))[0]) == since_1900
        assert local(instant(repr(serial), counts_from_1904=True)[0]) == since_1904

    def test_of_a_bank_count_alike(self, serial, since_1900, since_1904):
        for days, expected in ((Days(), since_1900), (Days(counts_from_1904=True), since_1904)):
            found = moment(serial, None, days)
            assert local(found.at) == expected
            is_midnight = expected.endswith("00:00:00")
            assert found.precision is (Precision.DAY if is_midnight else Precision.SECOND)

    def test_of_a_sheet_are_read_by_the_sheet_s_epoch(self, serial, since_1900, since_1904):
        cells = {"time": serial, "amount": 20, "direction": "支出", "id": number(1)}
        for counts_from_1904, expected in ((False, since_1900), (True, since_1904)):
            sheet = Sheet("XLSX", "xlsx", [], counts_from_1904=counts_from_1904)
            draft = start(cells, 1, sheet, "商户消费")
            assert local(draft.occurred_at) == expected
            assert draft.amount_fen == 2_000


@pytest.mark.parametrize(
    "cell", [0, 1, -1, 59.5, 34_999, 74_000, 1e9, -45_720.5, float("inf"), float("nan"), "0", "99"]
)
def test_a_number_that_is_no_day_of_our_time_is_unreadable(cell):
    with pytest.raises(RowUnreadable):
        instant(cell)


@pytest.mark.parametrize(
    ("cell", "expected", "has_lost_seconds"),
    [
        ("2025-03-04 09:05:07", "2025-03-04 09:05:07", False),
        ("2025/03/04 09:05:07", "2025-03-04 09:05:07", False),
        ("2025.03.04 09:05:07", "2025-03-04 09:05:07", False),
        ("2025年3月4日 9:05:07", "2025-03-04 09:05:07", False),
        ("2025年03月04日 09：05：07", "2025-03-04 09:05:07", False),
        ("2025-03-04T09:05:07", "2025-03-04 09:05:07", False),
        ("2025-03-04 09:05:07.000", "2025-03-04 09:05:07", False),
        ("2025/3/4 9:05:07", "2025-03-04 09:05:07", False),
        ("  2025-03-04 \t 09:05:07 \u3000", "2025-03-04 09:05:07", False),
        ("2025/3/4 9:05", "2025-03-04 09:05:00", True),
        ("2025-03-04 09:05", "2025-03-04 09:05:00", True),
        ("2025年3月4日", "2025-03-04 00:00:00", True),
        ("2025-03-04", "2025-03-04 00:00:00", True),
        ("2024-02-29 23:59:59", "2024-02-29 23:59:59", False),
        ("2003-01-01 00:00:00", "2003-01-01 00:00:00", False),
        ("2099-12-31 23:59:59", "2099-12-31 23:59:59", False),
        (datetime(2025, 3, 4, 9, 5, 7), "2025-03-04 09:05:07", False),  # noqa: DTZ001 (wall clock)
        (datetime(2025, 3, 4, 9, 5, 6, 999_999), "2025-03-04 09:05:07", False),  # noqa: DTZ001 (wall clock)
    ],
)
def test_a_wallet_s_time_in_every_spelling(cell, expected, has_lost_seconds):
    at, lost = instant(cell)

    assert (local(at), lost) == (expected, has_lost_seconds)
    assert at.tzinfo is UTC


@pytest.mark.parametrize(
    "words",
    [
        "2025-02-29", "2025-02-30", "2025-04-31", "2025-06-31", "2025-00-10", "2025-10-00",
        "2025-13-01", "2025-12-32", "2100-02-29", "2025-03-04 24:00:00", "2025-03-04 12:60:00",
        "2025-03-04 12:00:60", "25-03-04", "03/04", "2025-3", "2025", "三月四日", "today",
        "2025-03-04 12", "2025-03-04 noon", "2025-W10-2T12:30:00", "20250304",
        "2025-03-04 12:3O:00",
    ],
)  # fmt: skip
def test_a_wallet_s_time_that_cannot_be(words):
    with pytest.raises(RowUnreadable) as unreadable:
        instant(words)

    assert unreadable.value.code in {"TIME_UNREADABLE", "TIME_OUT_OF_RANGE"}


# A time of day in a cell of its own.
CLOCKS = [
    ("18:53:19", "18:53:19", Precision.SECOND),
    ("18:53", "18:53:00", Precision.MINUTE),
    ("8:05:09", "08:05:09", Precision.SECOND),
    ("185319", "18:53:19", Precision.SECOND),
    ("85319", "08:53:19", Precision.SECOND),
    ("1853", "18:53:00", Precision.MINUTE),
    ("853", "08:53:00", Precision.MINUTE),
    ("18.53.19", "18:53:19", Precision.SECOND),
    ("１８：５３：１９", "18:53:19", Precision.SECOND),
    ("2025-03-04 18:53:19", "18:53:19", Precision.SECOND),
    ("20250304 18:53:19", "18:53:19", Precision.SECOND),
    (45720.75, "18:00:00", Precision.SECOND),
    (0.0, "00:00:00", Precision.SECOND),
    (0.25, "06:00:00", Precision.SECOND),
    (0.7870254629629629, "18:53:19", Precision.SECOND),
    (datetime(1900, 1, 1, 18, 53, 19), "18:53:19", Precision.SECOND),  # noqa: DTZ001 (wall clock)
]


@pytest.mark.parametrize(("cell", "clock", "precision"), CLOCKS)
def test_a_time_of_day(cell, clock, precision):
    assert clock_of(cell) is not None
    found, exactness = clock_of(cell) or (None, None)

    assert (str(found), exactness) == (clock, precision)


@pytest.mark.parametrize(
    "cell", ["", "-", "25:00:00", "12:61", "noon", "7", "99", None, 1.5, 77, float("inf")]
)
def test_no_time_of_day(cell):
    assert clock_of(cell) is None


@pytest.mark.parametrize("cell", ["20250230", "2025-02-29", "31/04/2025", "20251301", "2025-00-01"])
def test_a_bank_s_day_that_cannot_be(cell):
    with pytest.raises(RowUnreadable):
        day_and_clock(cell, Days(is_day_first=True))


def test_a_wallet_s_workbook_of_serials_and_one_of_words_have_the_same_keys():
    at = datetime(2025, 3, 4, 9, 5, 7)  # noqa: DTZ001 (wall clock)
    serial = (at - datetime(1899, 12, 30)) / timedelta(days=1)  # noqa: DTZ001 (wall clock)
    keys = set()
    for cell in (str(at), at, serial, repr(serial)):
        row = wechat_row().split(",")
        (event,) = read_bill(workbook(wechat_sheet([cell, *row[1:]])), "").events
        keys.add((event.event_key, event.occurred_at))

    assert keys == {(keys.copy().pop()[0], datetime(2025, 3, 4, 1, 5, 7, tzinfo=UTC))}

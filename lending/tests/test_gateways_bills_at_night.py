"""A gateway's bills come late, with holes, or never: the night knows what it has not been told."""

from datetime import timedelta

import pytest

from common.business_date import queries as business_dates
from lending import tasks
from lending.channels.contracts import StatementLine, Unread
from lending.channels.gateways.bills import place_of
from lending.channels.models import Transfer
from lending.reconciliation import queries
from lending.reconciliation.models import ReconciledDay, StatementBreak
from lending.tests import builders
from lending.tests.builders import TODAY

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
PAID_FEN = 10_000
ALIPAY = "ALIPAY"


class Gateway:
    """A gateway whose bill of a day is what stands here, or cannot be had."""

    def __init__(self):
        self.bills, self.asked = {}, []

    def bill(self, day):
        self.asked.append(day)
        return self.bills.get(day)


@pytest.fixture
def gateway(monkeypatch, settings):
    found = Gateway()
    settings.GATEWAYS = {ALIPAY: {}}
    monkeypatch.setattr(tasks, "gateway", lambda _channel: found)
    monkeypatch.setattr(tasks, "reconcile", lambda **_: None)
    return found


@pytest.fixture
def loan():
    builders.open_books()
    return builders.paid_out(builders.person("Lin"))


def paid(loan, *, on, key="far"):
    found = builders.pay(loan, PAID_FEN, on=on, key=key)
    Transfer.objects.filter(pk=found.pk).update(channel=ALIPAY, order_no=key.ljust(32, "0"))
    found.refresh_from_db()
    return found


def line_of(transfer, *, day, row=1):
    number = int(place_of(day)) * 10**9 + row
    return StatementLine(number, transfer.order_no, "ref", "COLLECT", "", transfer.amount_fen)


def night(monkeypatch, on):
    """Half past one on a day."""
    monkeypatch.setattr(business_dates, "current", lambda: on)
    tasks.reconcile_yesterday()


def shown():
    rows = StatementBreak.objects.exclude(state="RESOLVED")
    return {(each.kind, each.state) for each in rows}


def test_a_bill_that_comes_a_day_late_makes_no_work(loan, gateway, monkeypatch):
    for day in range(-6, 0):
        gateway.bills[TODAY + day * DAY] = ()
    payment = paid(loan, on=TODAY)

    night(monkeypatch, TODAY + DAY)
    assert shown() == {("LATE", "WATCHED")}, "its own bill is not made yet"

    gateway.bills[TODAY] = (line_of(payment, day=TODAY),)
    night(monkeypatch, TODAY + 2 * DAY)

    assert shown() == set()
    assert payment.match.line.day == TODAY


def test_what_the_gateway_has_in_the_next_days_bill_crossed_midnight(loan, gateway, monkeypatch):
    for day in range(-6, 1):
        gateway.bills[TODAY + day * DAY] = ()
    payment = paid(loan, on=TODAY)
    night(monkeypatch, TODAY + DAY)
    assert shown() == {("LATE", "WATCHED")}

    gateway.bills[TODAY + DAY] = (line_of(payment, day=TODAY + DAY),)
    night(monkeypatch, TODAY + 2 * DAY)

    assert shown() == set()


def test_what_no_bill_has_is_open_and_stays_so_while_older_days_are_compared(
    loan, gateway, monkeypatch
):
    for day in range(-6, 6):
        gateway.bills[TODAY + day * DAY] = ()
    paid(loan, on=TODAY)
    for later in (1, 2):
        night(monkeypatch, TODAY + later * DAY)
    broken = StatementBreak.objects.get(kind="MISSING_THERE")
    assert broken.state == "OPEN"
    steps = broken.steps.count()

    for later in (3, 4):
        night(monkeypatch, TODAY + later * DAY)

    broken.refresh_from_db()
    assert (broken.state, broken.steps.count()) == ("OPEN", steps), "nobody's work turns round"


def test_a_bill_that_never_comes_is_work_after_three_nights(loan, gateway, monkeypatch):
    missing = TODAY - 2 * DAY
    for day in range(-6, 6):
        gateway.bills[TODAY + day * DAY] = ()
    del gateway.bills[missing]
    for later in (-1, 0):
        night(monkeypatch, TODAY + later * DAY)
        assert shown() == set()

    night(monkeypatch, TODAY + DAY)
    assert shown() == {("UNREADABLE", "OPEN")}
    assert StatementBreak.objects.get().subject == place_of(missing)

    gateway.bills[missing] = ()
    night(monkeypatch, TODAY + 4 * DAY)

    assert missing in gateway.asked[-4:], "it is asked for again however old it is"
    assert shown() == set()


def test_a_hole_in_one_days_bill_stays_while_other_days_are_fine(loan, gateway, monkeypatch):
    for day in range(-6, 6):
        gateway.bills[TODAY + day * DAY] = ()
    payment = paid(loan, on=TODAY)
    number = int(place_of(TODAY)) * 10**9 + 1
    fine = line_of(payment, day=TODAY, row=2)
    gateway.bills[TODAY] = (Unread(f"{number}:ab12cd34", id=number), fine)

    for later in range(1, 6):
        night(monkeypatch, TODAY + later * DAY)

    assert shown() == {("UNREADABLE", "OPEN")}
    assert queries.days_with_holes(bank=ALIPAY) == [TODAY]
    row = ReconciledDay.objects.get(bank=ALIPAY, day=TODAY)
    assert (row.lines, row.matched) == (1, 1)

    stray = StatementLine(number, "nobody", "ref", "COLLECT", "", 5)
    gateway.bills[TODAY] = (stray, fine)
    night(monkeypatch, TODAY + 6 * DAY)

    assert shown() == {("MISSING_HERE", "OPEN")}, "and what it says is a break of its own"

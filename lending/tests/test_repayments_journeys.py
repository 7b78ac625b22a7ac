"""How often one repayment goes to the database: the clock differs by machine, the journeys do not.

BEGIN and COMMIT are no statements here. A bound that is no longer met says that a payment has
become dearer; raise it only for something that is worth a longer wait.
"""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common.processes.models import Process
from lending import tasks
from lending.channels.models import Transfer
from lending.ledger.invariants import breaches
from lending.tests import builders, doors
from simulation.bank.testing import running_bank

pytestmark = pytest.mark.django_db
MOST_TO_ASK = 12
MOST_TO_MOVE = 15


@pytest.fixture(autouse=True)
def _platform(db):
    with doors.open_platform():
        yield


@pytest.fixture(scope="module")
def running():
    with running_bank() as opened:
        yield opened


@pytest.fixture
def _bank(running, settings):
    """One that debits before it answers, as it does in the benchmark of repayments."""
    settings.BANK_URL, settings.BANK_API_KEY = running.base_url, running.api_key
    settings.SITE_URL = "http://127.0.0.1:9"
    running.faults("at_once")
    tasks.bank.cache_clear()
    yield
    tasks.bank().close()
    tasks.bank.cache_clear()


def statements(captured: CaptureQueriesContext) -> list[str]:
    """Each journey once, without the frames of transactions."""
    asked = [each["sql"] for each in captured.captured_queries]
    frame = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    return [sql for sql in asked if not sql.startswith(frame)]


def paying(lin, loan, key: str) -> list[str]:
    """A payment through the door of the API, signed in by a session's token as a phone is."""
    browser = doors.web_of(lin)
    headers = {"X-Session-Token": str(browser.session.session_key), "Idempotency-Key": key}
    with CaptureQueriesContext(connection) as captured:
        answer = Client().post(
            f"/api/v1/loans/{loan.public_id}/repayments",
            {"amount_fen": 10_000},
            content_type="application/json",
            headers=headers,
        )
    assert answer.status_code == 201, answer.content
    return statements(captured)


def moving(process: Process) -> list[str]:
    """What the worker does then: the bank is asked, and its word is booked."""
    with CaptureQueriesContext(connection) as captured:
        tasks.move_money(process_id=process.pk)
    return statements(captured)


@pytest.mark.usefixtures("_bank")
class TestARepayment:
    def test_is_asked_for_and_booked_in_few_journeys(self):
        lin = builders.person("Lin")
        loan = builders.paid_out(lin)

        for number in range(2):
            asked = paying(lin, loan, f"payment-{number}")
            transfer = Transfer.objects.latest("pk")
            process = Process.objects.get(kind="TRANSFER", subject_id=transfer.pk)
            moved = moving(process)

        transfer.refresh_from_db()
        process.refresh_from_db()
        assert (transfer.state, process.state) == ("SUCCEEDED", "DONE")
        assert transfer.booked_at is not None
        assert list(breaches()) == []
        assert len(asked) <= MOST_TO_ASK, "\n".join(asked)
        assert len(moved) <= MOST_TO_MOVE, "\n".join(moved)

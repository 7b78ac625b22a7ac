"""Two at the same moment: one effect, and the same or an honest answer for both."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.db.transaction import TransactionManagementError

from borrowers.behaviour import actions as behaviour
from borrowers.behaviour import queries as events
from borrowers.behaviour.models import ImportBatch
from borrowers.consent.models import Consent
from borrowers.documents.models import SealedFile
from borrowers.messages import actions as messages
from borrowers.messages.models import Message
from borrowers.people import queries as people
from borrowers.tests import cast
from common.audit.models import AuditEntry
from common.errors import Refused
from common.processes.models import Process
from common.transactions import durable

pytestmark = pytest.mark.commits


def both(one: Callable[[], object], other: Callable[[], object]) -> list[Any]:
    """Start both together; a refusal is answered by its code."""
    together = Barrier(2, timeout=10)

    def run(verb: Callable[[], object]) -> object:
        together.wait()
        try:
            return verb()
        except Refused as refusal:
            return refusal.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(run, verb) for verb in (one, other)]
        return [each.result(timeout=20) for each in running]


def test_of_two_people_with_one_number_exactly_one_has_it():
    lin, wei = cast.borrower("Lin"), cast.borrower("Wei")

    answers = both(
        lambda: cast.identify(lin, name="Lin Yue", id_number=cast.LIN_ID_NUMBER),
        lambda: cast.identify(wei, name="Lin Yue", id_number=cast.LIN_ID_NUMBER),
    )

    assert sorted(map(str, answers)) == ["ID_NUMBER_TAKEN", "None"]
    assert [people.card(each.id).is_identified for each in (lin, wei)].count(True) == 1


def test_a_double_click_on_identity_is_one_act():
    lin = cast.borrower("Lin")

    answers = both(*[lambda: cast.identify(lin, name="Lin Yue", id_number=cast.LIN_ID_NUMBER)] * 2)

    assert answers == [None, None]
    assert AuditEntry.objects.filter(action="borrowers.person.identified").count() == 1


def test_a_double_click_on_a_consent_is_one_consent():
    lin = cast.borrower("Lin")

    answers = both(*[lambda: cast.allow(lin)] * 2)

    assert answers[0] == answers[1]
    assert Consent.objects.count() == 1


def test_one_bill_uploaded_twice_at_once_is_imported_once():
    lin = cast.borrower("Lin")
    cast.allow(lin)
    reading = cast.reading([cast.event(number) for number in range(40)])

    def upload():
        return behaviour.upload_bill(
            borrower_id=lin.id,
            reading=reading,
            content=b"one and the same bill",
            media_type="text/csv",
            by=cast.self_of(lin),
        )

    answers = both(upload, upload)

    assert sorted(each.already_imported for each in answers) == [False, True]
    assert len({each.batch_id for each in answers}) == 1
    assert len({each.imported for each in answers}) == 1
    assert SealedFile.objects.count() == ImportBatch.objects.count() == 1
    assert Process.objects.filter(kind="WATCH_BORROWER").count() == 1
    assert len(events.columns_of(lin.id)) == 40


def test_one_message_sent_twice_at_once_is_one_message():
    lin = cast.borrower("Lin")

    @durable
    def send():
        messages.send(borrower_id=lin.id, template="OFFER_READY", facts={}, message_key="offer:1")

    both(send, send)

    assert Message.objects.count() == 1


def test_a_message_joins_the_transaction_of_what_it_tells():
    lin = cast.borrower("Lin")

    with pytest.raises(TransactionManagementError):
        messages.send(borrower_id=lin.id, template="OFFER_READY", facts={}, message_key="offer:1")

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
from borrowers.behaviour.contracts import Category, Direction, RowState
from borrowers.behaviour.models import EventMark, ImportBatch, QuarantinedRow
from borrowers.checks import lines, quarantine
from borrowers.checks.contracts import RightReading
from borrowers.consent.models import Consent
from borrowers.documents import actions as documents
from borrowers.documents import queries as papers
from borrowers.documents.models import DocumentKind, SealedFile
from borrowers.messages import actions as messages
from borrowers.messages.models import Message
from borrowers.people import actions as people_actions
from borrowers.people import queries as people
from borrowers.people.models import Account, Borrower
from borrowers.tests import cast
from common.actors import Actor
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


def test_of_two_accounts_with_one_phone_exactly_one_is_opened():
    def sign_up():
        return people_actions.open_account(phone=cast.PHONES["Lin"], language="en").public_id

    answers = both(sign_up, sign_up)

    assert answers.count("PHONE_TAKEN") == 1
    assert Account.objects.count() == Borrower.objects.count() == 1


def test_one_file_stored_twice_at_once_is_one_file():
    lin = cast.borrower("Lin")

    def store():
        return documents.store(
            borrower_id=lin.id,
            kind=DocumentKind.ENROLMENT_EVIDENCE,
            content=b"one and the same paper",
            media_type="text/plain",
            consented=False,
            by=cast.self_of(lin),
        )

    answers = both(store, store)

    assert answers[0] == answers[1]
    row = SealedFile.objects.get()
    assert papers.content(row.pk) == b"one and the same paper"


def test_a_withdrawal_beside_an_upload_leaves_nothing_to_read():
    chen = cast.borrower("Chen")
    cast.allow(chen)
    reading = cast.reading([cast.event(number) for number in range(40)])

    def upload():
        return behaviour.upload_bill(
            borrower_id=chen.id,
            reading=reading,
            content=b"a bill",
            media_type="text/csv",
            by=cast.self_of(chen),
        ).imported

    answers = both(upload, lambda: cast.withdraw(chen))

    assert answers[0] in {40, "CONSENT_NEEDED"}
    assert len(events.columns_of(chen.id)) == 0
    assert ImportBatch.objects.count() == (1 if answers[0] == 40 else 0)


def test_a_grant_beside_a_withdrawal_ends_in_one_of_the_two():
    chen = cast.borrower("Chen")
    cast.allow(chen)

    both(lambda: cast.allow(chen), lambda: cast.withdraw(chen))

    given = Consent.objects.filter(withdrawal=None).count()
    assert given in {0, 1}
    assert (len(events.columns_of(chen.id)), given) in {(0, 0), (0, 1)}


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


def with_an_unread_row(name: str):
    somebody = cast.borrower(name)
    cast.allow(somebody)
    behaviour.upload_bill(
        borrower_id=somebody.id,
        reading=cast.reading([cast.event(1), cast.event(2)]),
        content=b"a bill",
        media_type="text/csv",
        by=cast.self_of(somebody),
    )
    return somebody, Actor(kind="STAFF", account_id=cast.officer().pk)


def test_two_officers_decide_a_row_that_was_not_understood_once():
    somebody, mei = with_an_unread_row("Lin")
    row = QuarantinedRow.objects.get()
    right = RightReading(cast.FIRST_DAY, 4_200, Direction.OUT, Category.DINING)

    answers = both(
        lambda: quarantine.resolve(
            public_id=row.public_id,
            reading=right,
            because="FILE_COMPARED",
            by=mei,
            at=cast.FIRST_DAY,
        ),
        lambda: quarantine.dismiss(
            public_id=row.public_id, because="NO_PAYMENT", by=mei, at=cast.FIRST_DAY
        ),
    )

    assert sorted(map(str, answers)) == ["LINE_ALREADY_DECIDED", "None"]
    row.refresh_from_db()
    is_resolved = row.state == RowState.RESOLVED
    assert len(events.columns_of(somebody.id)) == (3 if is_resolved else 2)


def test_two_clicks_on_a_line_are_one_mark_and_two_decisions_are_one():
    somebody, mei = with_an_unread_row("Lin")
    key = events.match_columns_of(somebody.id).key(0)

    marks = both(
        *[lambda: lines.exclude(borrower_id=somebody.id, event=key, by=cast.self_of(somebody))] * 2
    )
    answers = both(
        lambda: lines.decide(public_id=marks[0], is_granted=True, by=mei, at=cast.FIRST_DAY),
        lambda: lines.decide(public_id=marks[0], is_granted=False, by=mei, at=cast.FIRST_DAY),
    )

    assert marks[0] == marks[1]
    assert sorted(map(str, answers)) == ["LINE_ALREADY_DECIDED", "None"]
    assert EventMark.objects.count() == 1


def test_two_reviews_of_a_category_are_one():
    somebody, mei = with_an_unread_row("Lin")
    key = events.match_columns_of(somebody.id).key(0)
    label = lines.propose_label(
        borrower_id=somebody.id, event=key, category=Category.TRAVEL, by=cast.self_of(somebody)
    )

    answers = both(
        *[lambda: lines.review_label(public_id=label, is_accepted=True, by=mei, at=cast.FIRST_DAY)]
        * 2
    )

    assert sorted(map(str, answers)) == ["LINE_ALREADY_DECIDED", "None"]

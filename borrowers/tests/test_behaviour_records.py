"""Records that move no money, taken in: each under its own consent, and no more than was read."""

from collections.abc import Callable
from datetime import date

import pytest
from django.core.files.storage import storages
from django.db import connection

from borrowers.behaviour import actions, queries
from borrowers.behaviour.contracts import Source
from borrowers.behaviour.models import EventRow, EventTextRow, ImportBatch
from borrowers.connectors.registry import reader_on
from borrowers.consent import actions as consents
from borrowers.consent.purposes import (
    CONSUMPTION_RECORDS,
    DEVICE,
    PURPOSES,
    SOCIAL_ACTIVITY,
    SOCIAL_INSURANCE,
    STUDENT_STATUS,
)
from borrowers.documents.actions import open_for_staff
from borrowers.documents.models import SealedFile
from borrowers.tests import cast
from borrowers.tests import record_papers as papers
from common.actors import Actor

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
SWITCHES = {DEVICE, SOCIAL_ACTIVITY}
PAPERS: dict[str, Callable[[], bytes]] = {
    SOCIAL_INSURANCE: papers.insurance_csv,
    STUDENT_STATUS: papers.student_pdf,
    DEVICE: papers.device_json,
    SOCIAL_ACTIVITY: papers.social_csv,
}


@pytest.fixture
def lin():
    return cast.borrower("Lin")


def allow(card, purpose):
    consents.grant(
        borrower_id=card.id,
        purpose=purpose,
        notice_version=PURPOSES[purpose].notice_version,
        language="en",
        channel="WEB",
        by=cast.self_of(card),
        switched_on=SWITCHES,
    )


def give(card, content):
    return actions.take_in(
        borrower_id=card.id,
        content=content,
        file_name="paper",
        read=reader_on(DAY, SWITCHES),
        inspect=actions.unlooked,
        by=cast.self_of(card),
    )


@pytest.mark.parametrize("purpose", PAPERS)
class TestEachKind:
    def test_is_kept_under_its_own_consent(self, lin, purpose):
        allow(lin, purpose)
        outcome = give(lin, PAPERS[purpose]())

        assert outcome.imported == EventRow.objects.count() > 0
        assert EventRow.objects.exclude(amount_fen=0, direction=0).count() == 0
        assert queries.batch(outcome.public_id, lin.id).is_used

    def test_not_under_the_consent_for_another(self, lin, purpose):
        allow(lin, CONSUMPTION_RECORDS)
        allow(lin, next(each for each in PAPERS if each != purpose))

        with pytest.raises(actions.ConsentNeeded):
            give(lin, PAPERS[purpose]())
        assert ImportBatch.objects.count() == 0
        assert SealedFile.objects.count() == 0

    def test_is_no_payment(self, lin, purpose):
        allow(lin, CONSUMPTION_RECORDS)
        allow(lin, purpose)
        give(lin, PAPERS[purpose]())

        assert len(queries.columns_of(lin.id)) == 0
        overview = queries.overview(lin.id)
        assert (overview.events, overview.months, overview.categories) == (0, (), ())

    def test_the_same_paper_again_changes_nothing(self, lin, purpose):
        allow(lin, purpose)
        give(lin, PAPERS[purpose]())

        assert give(lin, PAPERS[purpose]()).already_imported
        assert ImportBatch.objects.count() == 1

    def test_is_no_longer_used_once_the_consent_is_taken_back(self, lin, purpose):
        allow(lin, purpose)
        outcome = give(lin, PAPERS[purpose]())
        cast.withdraw(lin, purpose)

        assert not queries.batch(outcome.public_id, lin.id).is_used


def test_without_any_consent_the_file_is_not_even_read(lin):
    def read(content, name):
        pytest.fail("it was read")

    with pytest.raises(actions.ConsentNeeded):
        actions.take_in(
            borrower_id=lin.id,
            content=b"x",
            file_name="",
            read=read,
            inspect=actions.unlooked,
            by=cast.self_of(lin),
        )


def test_a_wallet_bill_does_not_pass_under_the_consent_for_insurance(lin):
    allow(lin, SOCIAL_INSURANCE)

    with pytest.raises(actions.ConsentNeeded):
        actions.upload_bill(
            borrower_id=lin.id,
            reading=cast.reading([cast.event(1)]),
            content=b"x",
            media_type="text/csv",
            by=cast.self_of(lin),
        )
    assert ImportBatch.objects.count() == 0


class TestReadForFeatures:
    def test_only_where_asked_for_and_beside_shared_payments(self, lin):
        allow(lin, DEVICE)
        give(lin, PAPERS[DEVICE]())
        assert len(queries.columns_of(lin.id, also=[DEVICE])) == 0

        cast.allow(lin)

        assert len(queries.columns_of(lin.id)) == 0
        assert len(queries.columns_of(lin.id, also=[SOCIAL_ACTIVITY])) == 0
        facts = queries.columns_of(lin.id, also=[DEVICE])
        assert set(facts.source.tolist()) == {Source.DEVICE}
        assert (facts.measure > 0).all()

    def test_until_it_is_withdrawn(self, lin):
        cast.allow(lin)
        allow(lin, DEVICE)
        give(lin, PAPERS[DEVICE]())

        cast.withdraw(lin, DEVICE)

        assert len(queries.columns_of(lin.id, also=[DEVICE])) == 0


class TestDroppedAtTheDoor:
    """What may not be kept is in no file, no cell and no column, however it is looked for."""

    UNWANTED = ("虚构族", "990101200603140011", "林某某", "2006年03月14日", "20240001")

    def test_the_report_itself_does_not_stay(self, lin):
        allow(lin, STUDENT_STATUS)
        give(lin, papers.student_pdf())
        mei = Actor(kind="STAFF", account_id=cast.officer().pk)
        kept, media_type = open_for_staff(
            document_id=SealedFile.objects.get().pk, reason_code="COMPLAINT", by=mei
        )

        assert media_type == "application/json"
        assert "虚构示例大学" in kept.decode()
        assert papers.STUDENT_CODE in kept.decode()
        for each in self.UNWANTED:
            assert each not in kept.decode()

    def test_nor_in_the_words_of_the_event(self, lin):
        allow(lin, STUDENT_STATUS)
        give(lin, papers.student_pdf())
        words = str(EventTextRow.objects.get().words)

        assert "虚构示例大学" in words
        for each in self.UNWANTED:
            assert each not in words

    def test_nothing_of_it_lies_open(self, lin):
        allow(lin, STUDENT_STATUS)
        give(lin, papers.student_pdf())
        store = storages["documents"]
        row = SealedFile.objects.get()
        with store.open(row.store_name) as file:
            assert "示例大学".encode() not in file.read()
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_jsonb(row)::text FROM borrowers_event_text AS row")
            ((text,),) = cursor.fetchall()
        assert "示例大学" not in text

    def test_the_source_is_told_to_the_person(self, lin):
        allow(lin, STUDENT_STATUS)
        give(lin, papers.student_pdf())

        assert [each.source for each in queries.batches(lin.id)] == [Source.STUDENT_STATUS]

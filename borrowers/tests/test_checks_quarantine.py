"""Rows that could not be read wait for somebody, sealed, and are decided once."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from borrowers.behaviour import actions, queries
from borrowers.behaviour.contracts import Assurance, Category, Direction, RowState
from borrowers.behaviour.models import ImportBatch, QuarantinedRow
from borrowers.checks import quarantine
from borrowers.checks import queries as checks
from borrowers.checks.contracts import RightReading
from borrowers.checks.integrity.report import inspect
from borrowers.checks.refusals import AlreadyDecided, ConsentEnded
from borrowers.connectors.contracts import Quarantined
from borrowers.tests import cast
from borrowers.tests.test_behaviour_imports import lin_who_allows, stored_rows, upload
from common.actors import Actor
from common.audit.models import AuditEntry
from common.errors import NotFound

pytestmark = pytest.mark.django_db

READ = RightReading(
    occurred_at=cast.FIRST_DAY,
    amount_fen=4_200,
    direction=Direction.OUT,
    category=Category.DINING,
)
LATER = cast.FIRST_DAY + timedelta(days=40)
UNREAD = Quarantined(row_number=99, reason="AMOUNT_UNREADABLE", words="noodles | ¥ 4 2")


def mei() -> Actor:
    return Actor(kind="STAFF", account_id=cast.officer().pk)


def with_one_row():
    lin = lin_who_allows()
    upload(lin, [cast.event(1)], quarantined=(UNREAD,))
    return lin, QuarantinedRow.objects.get()


def resolve(row, by=None):
    quarantine.resolve(
        public_id=row.public_id, reading=READ, because="FILE_COMPARED", by=by or mei(), at=LATER
    )


class TestAnUpload:
    def test_keeps_rows_that_it_could_not_read_sealed(self):
        lin, row = with_one_row()

        assert (row.row_number, row.reason, row.state) == (99, "AMOUNT_UNREADABLE", RowState.OPEN)
        assert row.key_id == lin.consented_key_id
        with connection.cursor() as cursor:
            cursor.execute("SELECT words FROM borrowers_quarantinedrow")
            assert "noodles" not in cursor.fetchone()[0]
        (told,) = checks.unread_rows(row.batch_id)
        assert (told.words, told.state) == ("noodles | ¥ 4 2", RowState.OPEN)

    def test_accounts_for_every_row_before_the_person(self):
        lin, _ = with_one_row()

        (batch,) = queries.batches(lin.id)

        assert (batch.rows_read, batch.imported, batch.duplicates, batch.quarantined) == (
            3,
            1,
            1,
            1,
        )

    def test_keeps_what_speaks_against_the_file_as_codes_and_numbers(self):
        lin = lin_who_allows()

        actions.upload_bill(
            borrower_id=lin.id, reading=cast.reading([cast.event(1)], totals_agree=False),
            content=b"a bill", media_type="text/csv", by=cast.self_of(lin), inspect=inspect,
        )  # fmt: skip

        batch = ImportBatch.objects.get()
        assert batch.integrity == {"findings": [{"code": "TOTALS_DIFFER", "rows": 0, "weight": 60}]}
        assert (batch.tamper_score_percent, batch.assurance) == (60, Assurance.DECLARED)
        assert queries.match_columns_of(lin.id).assurance.tolist() == [Assurance.DECLARED]
        assert queries.has_contradicted(lin.id)

    def test_that_is_proved_is_checked(self):
        lin = lin_who_allows()

        actions.upload_bill(
            borrower_id=lin.id, reading=cast.reading([cast.event(1)], totals_agree=True),
            content=b"a bill", media_type="text/csv", by=cast.self_of(lin), inspect=inspect,
        )  # fmt: skip

        assert queries.match_columns_of(lin.id).assurance.tolist() == [Assurance.CHECKED]
        assert not queries.has_contradicted(lin.id)


class TestResolve:
    def test_makes_an_event_of_the_row(self):
        lin, row = with_one_row()

        resolve(row)

        columns = queries.columns_of(lin.id)
        assert sorted(columns.amount_fen.tolist()) == [1_001, 4_200]
        (batch,) = queries.batches(lin.id)
        assert (batch.rows_read, batch.imported, batch.quarantined) == (3, 2, 0)
        row.refresh_from_db()
        assert (row.state, row.decided_at) == (RowState.RESOLVED, LATER)
        assert AuditEntry.objects.filter(action="borrowers.quarantine.resolved").exists()

    def test_twice_is_refused_and_changes_nothing(self):
        lin, row = with_one_row()
        resolve(row)

        with pytest.raises(AlreadyDecided):
            resolve(row, cast.self_of(lin))

        assert stored_rows() == 2
        assert queries.batches(lin.id)[0].imported == 2

    def test_after_the_consent_has_ended_is_refused_and_writes_nothing(self):
        lin, row = with_one_row()
        cast.withdraw(lin)

        with pytest.raises(ConsentEnded):
            resolve(row)

        assert stored_rows() == 1
        row.refresh_from_db()
        assert row.state == RowState.OPEN

    def test_of_nothing_is_not_found(self):
        with pytest.raises(NotFound):
            quarantine.resolve(
                public_id="nothing", reading=READ, because="FILE_COMPARED", by=mei(), at=LATER
            )


class TestDismiss:
    def test_leaves_the_row_counted_as_not_understood(self):
        lin, row = with_one_row()

        quarantine.dismiss(public_id=row.public_id, because="NO_PAYMENT", by=mei(), at=LATER)

        row.refresh_from_db()
        assert (row.state, row.decided_because) == (RowState.DISMISSED, "NO_PAYMENT")
        assert queries.batches(lin.id)[0].quarantined == 1
        assert stored_rows() == 1

    def test_after_a_decision_is_refused(self):
        lin, row = with_one_row()
        resolve(row)

        with pytest.raises(AlreadyDecided):
            quarantine.dismiss(
                public_id=row.public_id, because="NO_PAYMENT", by=cast.self_of(lin), at=LATER
            )


class TestTheTable:
    """As the application's role: tests connect as it."""

    @pytest.mark.parametrize(
        "attack",
        [
            "UPDATE borrowers_quarantinedrow SET reason = 'NONE'",
            "UPDATE borrowers_quarantinedrow SET row_number = 1",
            (
                "UPDATE borrowers_quarantinedrow"
                " SET state = 1, decided_at = NULL, decided_by_id = NULL"
            ),
            "UPDATE borrowers_quarantinedrow SET state = 2",
            "DELETE FROM borrowers_quarantinedrow",
            "TRUNCATE borrowers_quarantinedrow",
        ],
    )
    @pytest.mark.parametrize("is_decided", [False, True])
    def test_keeps_what_was_told_and_decided(self, attack, is_decided):
        _, row = with_one_row()
        if is_decided:
            resolve(row)
        before = QuarantinedRow.objects.values().get()

        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attack)

        assert QuarantinedRow.objects.values().get() == before

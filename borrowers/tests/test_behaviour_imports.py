"""Bills become events once, all or nothing, and only while the person allows it."""

import json
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from borrowers.behaviour import actions, queries
from borrowers.behaviour.contracts import Category, Direction, EventStatus, Source
from borrowers.behaviour.models import EventTextRow, ImportBatch
from borrowers.documents import queries as papers
from borrowers.documents.models import DocumentKind, SealedFile
from borrowers.tests import cast
from common.audit.models import AuditEntry
from common.processes.models import Process

pytestmark = pytest.mark.django_db

EVENTS = [cast.event(number) for number in range(12)]


def upload(card, events=EVENTS, content=b"a bill", **changes):
    return actions.upload_bill(
        borrower_id=card.id,
        reading=cast.reading(events, **changes),
        content=content,
        media_type="text/csv",
        by=cast.self_of(card),
    )


def stored_rows(table: str = "borrowers_event") -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def lin_who_allows():
    lin = cast.borrower("Lin")
    cast.allow(lin)
    return lin


class TestUploadBill:
    def test_keeps_every_event_and_accounts_for_every_row(self):
        outcome = upload(lin_who_allows())

        assert (outcome.imported, outcome.duplicates, outcome.quarantined) == (12, 1, 1)
        assert not outcome.already_imported
        assert stored_rows() == stored_rows("borrowers_event_text") == 12

    def test_keeps_the_bill_itself_sealed_with_the_consented_key(self):
        lin = lin_who_allows()

        upload(lin)

        row = SealedFile.objects.get()
        assert (row.kind, row.key_id) == (DocumentKind.BILL, lin.consented_key_id)
        assert papers.content(row.pk) == b"a bill"

    def test_keeps_the_words_sealed_and_gives_them_back(self):
        lin = lin_who_allows()

        upload(lin)

        with connection.cursor() as cursor:
            cursor.execute("SELECT string_agg(row::text, '') FROM borrowers_event_text AS row")
            (raw,) = cursor.fetchone()
        assert "noodles" not in raw.lower()
        first = EventTextRow.objects.order_by("occurred_at")[0]
        assert first.words["memo"] == "noodles 0"
        assert first.key_id == lin.consented_key_id

    def test_asks_for_a_post_loan_check_of_what_is_new(self):
        lin = lin_who_allows()

        outcome = upload(lin)

        process = Process.objects.get(kind="WATCH_BORROWER")
        assert (process.subject_id, process.process_key) == (lin.id, str(outcome.batch_id))
        assert process.task == "monitoring.tasks.watch_borrower"

    def test_of_the_same_bill_again_gives_the_same_answer_and_changes_nothing(self):
        lin = lin_who_allows()
        first = upload(lin)
        audited = AuditEntry.objects.count()

        again = upload(lin)

        assert again.already_imported
        assert (again.batch_id, again.imported) == (first.batch_id, first.imported)
        assert ImportBatch.objects.count() == Process.objects.count() == 1
        assert AuditEntry.objects.count() == audited

    def test_of_a_later_bill_that_overlaps_keeps_only_what_is_new(self):
        lin = lin_who_allows()
        upload(lin)

        later = upload(lin, [cast.event(number) for number in range(8, 20)], b"a later bill")

        assert (later.imported, later.duplicates) == (8, 4 + 1)
        assert stored_rows() == stored_rows("borrowers_event_text") == 20

    def test_with_nothing_new_asks_for_no_check(self):
        lin = lin_who_allows()
        upload(lin)

        upload(lin, EVENTS, b"the same rows in another file")

        assert Process.objects.filter(kind="WATCH_BORROWER").count() == 1

    def test_leaves_out_what_moved_no_money(self):
        lin = lin_who_allows()
        closed = cast.event(50, status=EventStatus.CLOSED)

        outcome = upload(lin, [*EVENTS, closed])

        assert (outcome.imported, outcome.not_counted) == (12, 1)

    def test_without_consent_is_refused_and_writes_nothing(self):
        lin = cast.borrower("Lin")

        with pytest.raises(actions.ConsentNeeded):
            upload(lin)

        assert stored_rows() == 0
        assert not ImportBatch.objects.exists()
        assert not SealedFile.objects.exists()
        assert not Process.objects.exists()

    def test_after_a_withdrawal_is_refused_and_writes_nothing(self):
        chen = cast.borrower("Chen")
        cast.allow(chen)
        cast.withdraw(chen)

        with pytest.raises(actions.ConsentNeeded):
            upload(chen)

        assert stored_rows() == 0

    def test_that_fails_half_way_leaves_nothing(self):
        lin = lin_who_allows()
        impossible = cast.event(99, amount_fen=-5)

        with pytest.raises(IntegrityError):
            upload(lin, [*EVENTS, impossible])

        assert stored_rows() == stored_rows("borrowers_event_text") == 0
        assert not ImportBatch.objects.exists()
        assert not SealedFile.objects.exists()

    def test_of_the_same_wallet_by_two_people_are_two_histories(self):
        lin, wei = lin_who_allows(), cast.borrower("Wei")
        cast.allow(wei)

        upload(lin)
        upload(wei)

        assert stored_rows() == 24


class TestTakeIn:
    def take_in(self, card, read):
        return actions.take_in(
            borrower_id=card.id,
            content=b"PK workbook",
            file_name="bill.xlsx",
            read=read,
            inspect=actions.unlooked,
            by=cast.self_of(card),
        )

    def test_reads_and_keeps(self):
        lin = lin_who_allows()

        outcome = self.take_in(lin, lambda _content, _name: cast.reading(EVENTS))

        assert outcome.imported == 12
        assert SealedFile.objects.get().media_type == actions.WORKBOOK

    def test_reads_nothing_before_consent(self):
        lin = cast.borrower("Lin")
        read: list[bytes] = []

        with pytest.raises(actions.ConsentNeeded):
            self.take_in(lin, lambda content, _name: read.append(content))

        assert read == []

    def test_keeps_nothing_when_consent_is_taken_back_while_it_reads(self):
        chen = cast.borrower("Chen")
        cast.allow(chen)

        def read(_content: bytes, _name: str):
            cast.withdraw(chen)
            return cast.reading(EVENTS)

        with pytest.raises(actions.ConsentNeeded):
            self.take_in(chen, read)

        assert stored_rows() == 0
        assert not SealedFile.objects.exists()


class TestWithdrawal:
    def test_stops_the_use_of_everything_at_the_next_read(self):
        chen = cast.borrower("Chen")
        cast.allow(chen)
        upload(chen)

        cast.withdraw(chen)

        assert len(queries.columns_of(chen.id)) == 0
        overview = queries.overview(chen.id)
        assert (overview.events, overview.months, overview.categories) == (0, (), ())
        assert [each.is_used for each in overview.batches] == [False]

    def test_is_not_undone_by_a_new_consent(self):
        chen = cast.borrower("Chen")
        cast.allow(chen)
        upload(chen)
        cast.withdraw(chen)

        cast.allow(chen)

        assert len(queries.columns_of(chen.id)) == 0

    def test_and_a_new_consent_let_the_person_give_the_same_bill_again(self):
        chen = cast.borrower("Chen")
        cast.allow(chen)
        upload(chen)
        cast.withdraw(chen)
        cast.allow(chen)

        again = upload(chen)

        assert (again.already_imported, again.imported) == (False, 12)
        assert len(queries.columns_of(chen.id)) == stored_rows() == 12
        assert SealedFile.objects.count() == 1
        assert [each.is_used for each in queries.batches(chen.id)] == [True, False]


class TestRecordOwn:
    def record(self, card, ext_text="loan:1:1", **changes):
        values = {
            "borrower_id": card.id,
            "contract_id": 1,
            "occurred_at": cast.FIRST_DAY,
            "amount_fen": 88_000,
            "category": Category.CREDIT_REPAYMENT,
            "ext_text": ext_text,
        }
        actions.record_own(**{**values, **changes})

    def test_stands_on_the_contract_and_is_read_without_consent(self):
        lin = cast.borrower("Lin")

        self.record(lin)

        columns = queries.columns_of(lin.id)
        assert columns.source.tolist() == [Source.OWN_LOANS]
        assert columns.direction.tolist() == [Direction.OUT]
        assert columns.amount_fen.tolist() == [88_000]

    def test_is_written_once(self):
        lin = cast.borrower("Lin")

        self.record(lin)
        self.record(lin)
        self.record(lin, "loan:1:2", direction=Direction.NEUTRAL)

        assert sorted(queries.columns_of(lin.id).direction.tolist()) == [0, 2]

    def test_survives_the_withdrawal_of_consumption_records(self):
        chen = cast.borrower("Chen")
        cast.allow(chen)
        upload(chen)
        self.record(chen)

        cast.withdraw(chen)

        assert queries.columns_of(chen.id).source.tolist() == [Source.OWN_LOANS]

    def test_is_not_counted_among_what_was_uploaded(self):
        lin = cast.borrower("Lin")
        self.record(lin)

        assert queries.overview(lin.id).events == 0


class TestTheTables:
    def row(self, **changes):
        values: dict[str, Any] = {
            "borrower_id": cast.borrower("Lin").id, "occurred_at": cast.FIRST_DAY, "ext": 1,
            "amount_fen": 1, "merchant": 0, "basis_id": 1, "batch_id": None, "category": 1,
            "source": 9, "direction": 2, "channel": 0, "basis_kind": 2,
        } | changes  # fmt: skip
        columns = ", ".join(values)
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO borrowers_event ({columns})"
                f" VALUES ({', '.join(['%s'] * len(values))})",
                list(values.values()),
            )

    def test_take_a_row_with_a_legal_basis(self):
        self.row()

        assert stored_rows() == 1

    @pytest.mark.parametrize(
        "lacking",
        [
            {"basis_kind": None},
            {"basis_id": None},
            {"basis_id": 0},
            {"basis_kind": 3},
            {"basis_kind": 1, "source": 1},
            {"basis_kind": 2, "source": 1},
            {"basis_kind": 1, "source": 1, "batch_id": 1},
            {"borrower_id": 0},
            {"assurance": 5},
            {"refunded_fen": -1},
            {"amount_fen": -1},
            {"direction": 7},
        ],
    )
    def test_refuse_a_row_without_a_legal_basis_or_with_impossible_values(self, lacking):
        with pytest.raises(IntegrityError), transaction.atomic():
            self.row(**lacking)

        assert stored_rows() == 0

    @pytest.mark.parametrize("words", ["plain words", "p1$999$token"])
    def test_refuse_words_that_are_not_sealed_with_the_rows_key(self, words):
        lin = lin_who_allows()
        upload(lin)

        with (
            pytest.raises(IntegrityError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("UPDATE borrowers_event_text SET words = %s", [words])

    def test_let_the_words_go_with_their_event(self):
        upload(lin_who_allows())

        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM borrowers_event")

        assert stored_rows("borrowers_event_text") == 0

    def test_answer_a_persons_events_from_the_index_alone(self):
        lin = lin_who_allows()
        upload(lin)

        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
            cursor.execute(
                "EXPLAIN (FORMAT JSON) SELECT borrower_id, occurred_at, amount_fen, merchant,"
                " category, direction, source FROM borrowers_event"
                " WHERE borrower_id = ANY ('{1}'::bigint[])"
                " AND (basis_kind = 2 OR basis_kind = 1 AND basis_id = ANY ('{1}'::bigint[]))"
            )
            (plan,) = cursor.fetchone()
        found = plan if isinstance(plan, list) else json.loads(plan)
        assert found[0]["Plan"]["Node Type"] == "Index Only Scan"

    def test_cannot_be_emptied_by_the_applications_role(self):
        upload(lin_who_allows())

        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("TRUNCATE borrowers_event CASCADE")

        assert stored_rows() == 12

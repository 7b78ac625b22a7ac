"""A partner sends events: signed, once, of whom it may, and in the next decision at once."""

import json

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from borrowers.behaviour import queries
from borrowers.behaviour.contracts import Assurance, Category, Direction, Source
from borrowers.behaviour.models import EventRow, EventTextRow, ImportBatch
from borrowers.deliveries.models import DeliveredEvent, Delivery
from borrowers.tests import cast
from borrowers.tests.partner_door import allow, bought, partner, send, send_bytes
from common.audit.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def lin():
    card = cast.borrower("Lin")
    cast.allow(card)
    return card


@pytest.fixture
def mall():
    return partner()


@pytest.fixture
def shared(lin, mall):
    """Lin shares her records and lets the mall send."""
    allow(lin)
    return lin


def outcomes(answer):
    assert answer.status_code == 200, answer.content
    return [(each["outcome"], each["code"]) for each in answer.json()["results"]]


def nothing_was_written():
    return not (
        EventRow.objects.exists() or ImportBatch.objects.exists() or DeliveredEvent.objects.exists()
    )


class TestAccepted:
    def test_an_event_is_in_the_next_decision(self, client, shared, mall):
        answer = send(client, mall, [bought(shared.public_id)])

        assert outcomes(answer) == [("accepted", "")]
        columns = queries.columns_of(shared.id)
        assert columns.amount_fen.tolist() == [4_250]
        assert columns.direction.tolist() == [Direction.OUT]
        assert columns.category.tolist() == [Category.DINING]
        assert columns.source.tolist() == [Source.PARTNER]

    def test_it_is_kept_as_signed_under_the_consent_that_names_the_partner(self, client, lin, mall):
        consent_id = allow(lin)
        send(client, mall, [bought(lin.public_id)])
        row = EventRow.objects.get()

        assert (row.assurance, row.basis_id) == (Assurance.SIGNED, consent_id)
        assert ImportBatch.objects.get().document_id is None

    def test_words_are_sealed_and_only_its_person_reads_them(self, client, shared, mall):
        send(client, mall, [bought(shared.public_id)])

        assert EventTextRow.objects.get().words["merchant"] == "示例面馆"
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_jsonb(row)::text FROM borrowers_event_text AS row")
            assert "示例面馆" not in cursor.fetchone()[0]

    def test_every_event_of_a_batch_gets_its_own_answer_in_order(self, client, shared, mall):
        answer = send(
            client,
            mall,
            [
                bought(shared.public_id, "one"),
                bought(shared.public_id, "two", amount_fen="12.50"),
                bought("nobody", "three"),
                bought(shared.public_id, "one"),
                bought(shared.public_id, "one", amount_fen=1),
            ],
        )

        assert outcomes(answer) == [
            ("accepted", ""),
            ("quarantined", "AMOUNT_UNREADABLE"),
            ("refused", "NOT_ALLOWED"),
            ("duplicate", ""),
            ("quarantined", "EVENT_ID_REUSED"),
        ]
        told = answer.json()
        assert [each["id"] for each in told["results"]] == ["one", "two", "three", "one", "one"]
        assert [told[name] for name in ("accepted", "duplicate", "quarantined", "refused")] == [
            1, 1, 2, 1,
        ]  # fmt: skip

    def test_every_row_stands_in_the_batch_with_its_reason(self, client, shared, mall):
        sent = [bought(shared.public_id, "a"), bought(shared.public_id, "b", direction="up")]
        send(client, mall, sent)
        row = ImportBatch.objects.get()

        assert (row.rows_read, row.rows_imported, row.rows_quarantined) == (2, 1, 1)
        assert row.quarantine == [{"row": 2, "reason": "DIRECTION_UNKNOWN"}]

    def test_it_is_written_in_the_trail_without_a_word_of_it(self, client, shared, mall):
        send(client, mall, [bought(shared.public_id)])
        entry = AuditEntry.objects.get(action="borrowers.partner.delivered")

        assert "示例" not in json.dumps(entry.facts, ensure_ascii=False)

    def test_people_of_one_batch_are_kept_apart(self, client, shared, mall):
        wei = cast.borrower("Wei")
        cast.allow(wei)
        allow(wei)
        send(client, mall, [bought(shared.public_id), bought(wei.public_id, amount_fen=7)])

        assert queries.columns_of(shared.id).amount_fen.tolist() == [4_250]
        assert queries.columns_of(wei.id).amount_fen.tolist() == [7]

    def test_a_thousand_at_once(self, client, shared, mall):
        answer = send(client, mall, [bought(shared.public_id) for _ in range(1_000)])

        assert set(outcomes(answer)) == {("accepted", "")}
        assert EventRow.objects.count() == 1_000


class TestOnce:
    def test_the_same_event_in_another_delivery_is_a_duplicate(self, client, shared, mall):
        event = bought(shared.public_id)
        send(client, mall, [event])

        assert outcomes(send(client, mall, [event])) == [("duplicate", "")]
        assert EventRow.objects.count() == 1

    def test_other_content_under_the_same_id_is_a_conflict_and_changes_nothing(
        self, client, shared, mall
    ):
        send(client, mall, [bought(shared.public_id, "one")])
        answer = send(client, mall, [bought(shared.public_id, "one", amount_fen=1)])

        assert outcomes(answer) == [("quarantined", "EVENT_ID_REUSED")]
        assert queries.columns_of(shared.id).amount_fen.tolist() == [4_250]

    def test_also_where_only_the_time_differs(self, client, shared, mall):
        send(client, mall, [bought(shared.public_id, "one")])
        answer = send(
            client, mall, [bought(shared.public_id, "one", time="2026-10-06T12:30:00+08:00")]
        )

        assert outcomes(answer) == [("quarantined", "EVENT_ID_REUSED")]
        assert EventRow.objects.count() == 1

    def test_the_same_key_gives_the_same_answer_and_says_so(self, client, shared, mall):
        body = json.dumps({"events": [bought(shared.public_id)]}).encode()
        first = send_bytes(client, mall, body, number="the-same-key")
        again = send_bytes(client, mall, body, number="the-same-key")

        assert again.json() == first.json()
        assert again["Idempotency-Replayed"] == "true"
        assert Delivery.objects.count() == 1

    def test_the_same_key_for_another_body_is_refused(self, client, shared, mall):
        send(client, mall, [bought(shared.public_id)], number="the-same-key")
        answer = send(client, mall, [bought(shared.public_id)], number="the-same-key")

        assert (answer.status_code, answer.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
        assert EventRow.objects.count() == 1

    def test_a_row_set_aside_may_be_sent_again_once_it_is_right(self, client, shared, mall):
        send(client, mall, [bought(shared.public_id, "one", amount_fen=-1)])
        answer = send(client, mall, [bought(shared.public_id, "one")])

        assert outcomes(answer) == [("accepted", "")]

    def test_two_partners_may_use_the_same_id(self, client, shared, mall):
        other = partner("METRO", "示例地铁")
        allow(shared, "METRO")
        send(client, mall, [bought(shared.public_id, "one")])

        assert outcomes(send(client, other, [bought(shared.public_id, "one")])) == [
            ("accepted", "")
        ]
        assert EventRow.objects.count() == 2


class TestContent:
    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"amount_fen": 12.5}, "AMOUNT_UNREADABLE"),
            ({"amount_fen": True}, "AMOUNT_UNREADABLE"),
            ({"amount_fen": 10**14}, "AMOUNT_UNREADABLE"),
            ({"amount_fen": None}, "AMOUNT_UNREADABLE"),
            ({"currency": "yuan"}, "CURRENCY_UNREADABLE"),
            ({"direction": ["out"]}, "DIRECTION_UNKNOWN"),
            ({"time": "yesterday"}, "TIME_UNREADABLE"),
            ({"time": "2026-10-05T12:30:00"}, "TIME_UNREADABLE"),
            ({"time": "1999-10-05T12:30:00Z"}, "TIME_UNREADABLE"),
            ({"time": "0001-01-01T00:00:00+23:59"}, "TIME_UNREADABLE"),
            ({"time": 5}, "TIME_UNREADABLE"),
            ({"time": "2098-01-01T00:00:00Z"}, "DATE_IN_FUTURE"),
            ({"type": "gift"}, "EVENT_UNREADABLE"),
            ({"type": {}}, "EVENT_UNREADABLE"),
            ({"merchant": "x" * 201}, "EVENT_UNREADABLE"),
            ({"merchant": "a\x00b"}, "EVENT_UNREADABLE"),
            ({"merchant": "\ud800"}, "EVENT_UNREADABLE"),
            ({"category": "\ud800"}, "EVENT_UNREADABLE"),
            ({"place": "home"}, "EVENT_UNREADABLE"),
            ({"latitude": 31.2}, "EVENT_UNREADABLE"),
        ],
    )
    def test_what_cannot_be_is_set_aside(self, client, shared, mall, changes, code):
        event = bought(shared.public_id, **changes)

        assert outcomes(send(client, mall, [event])) == [("quarantined", code)]
        assert not EventRow.objects.exists()

    @pytest.mark.parametrize(
        "event", [None, 1, "x", [], {}, {"id": "a"}, {"id": "\n", "subject": "x"}]
    )
    def test_what_is_no_event_is_set_aside(self, client, shared, mall, event):
        assert outcomes(send(client, mall, [event])) == [("quarantined", "EVENT_UNREADABLE")]

    def test_a_payment_at_a_hospital_keeps_its_amount_and_loses_its_words(
        self, client, shared, mall
    ):
        send(client, mall, [bought(shared.public_id, merchant="示例肿瘤医院", memo="挂号")])

        assert EventTextRow.objects.get().words["merchant"] == ""
        assert EventRow.objects.get().category == Category.UNKNOWN
        assert EventRow.objects.get().amount_fen == 4_250

    def test_a_partner_cannot_call_a_payment_medical(self, client, shared, mall):
        send(client, mall, [bought(shared.public_id, category="medical")])

        assert EventRow.objects.get().category != Category.MEDICAL

    @pytest.mark.parametrize(
        ("changes", "category", "direction"),
        [
            ({"category": "groceries"}, Category.GROCERIES, Direction.OUT),
            ({"type": "refund", "direction": "in"}, Category.REFUND, Direction.IN),
            ({"type": "repayment"}, Category.CREDIT_REPAYMENT, Direction.NEUTRAL),
            (
                {"type": "income", "direction": "in", "category": "income_salary"},
                Category.INCOME_SALARY,
                Direction.IN,
            ),
            ({"type": "payment", "direction": "in"}, Category.INCOME_OTHER, Direction.IN),
        ],
    )
    def test_its_type_comes_before_its_words(
        self, client, shared, mall, changes, category, direction
    ):
        send(client, mall, [bought(shared.public_id, **changes)])
        row = EventRow.objects.get()

        assert (row.category, row.direction) == (category, direction)

    def test_money_of_another_currency_is_not_counted(self, client, shared, mall):
        answer = send(client, mall, [bought(shared.public_id, currency="USD")])

        assert outcomes(answer) == [("accepted", "")]
        assert ImportBatch.objects.get().rows_not_counted == 1
        assert len(queries.columns_of(shared.id)) == 0


class TestBodies:
    @pytest.mark.parametrize(
        "body",
        [
            b"", b"{", b"[]", b"null", b"{}", b'{"events": []}', b'{"events": {}}',
            b'{"events": [1], "more": 1}', b"\xff\xfe", b'{"events": [NaN]}',
            b'{"events": ' + b"[" * 100_000, b'{"a":' * 100_000,
            b'{"events": [' + b"1" * 5_000 + b"]}",
        ],
    )  # fmt: skip
    def test_that_are_no_delivery_are_a_problem_and_no_fault(self, client, shared, mall, body):
        answer = send_bytes(client, mall, body)

        assert answer.status_code in {200, 400}
        assert answer.status_code == 400 or outcomes(answer)[0][0] == "quarantined"
        assert nothing_was_written()

    def test_of_more_than_a_thousand_events_are_refused_whole(self, client, shared, mall):
        answer = send(client, mall, [bought(shared.public_id) for _ in range(1_001)])

        assert (answer.status_code, answer.json()["code"]) == (413, "DELIVERY_TOO_LONG")
        assert nothing_was_written()

    def test_of_many_megabytes_are_refused_unread(self, client, shared, mall):
        answer = send_bytes(client, mall, b'{"events": ["' + b"x" * 3_000_000 + b'"]}')

        assert answer.status_code == 413
        assert nothing_was_written()

    def test_deep_inside_an_event_are_set_aside(self, client, shared, mall):
        deep: object = 1
        for _ in range(500):
            deep = [deep]
        event = bought(shared.public_id, memo=deep)

        assert outcomes(send(client, mall, [event])) == [("quarantined", "EVENT_UNREADABLE")]

    @settings(
        max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(
        said=st.recursive(
            st.none()
            | st.booleans()
            | st.integers()
            | st.floats(allow_nan=False, allow_infinity=False)
            | st.text(),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        ["id", "subject", "type", "time", "data", "amount_fen", "memo"]
                    ),
                    inner,
                    max_size=5,
                )
            ),
            max_leaves=12,
        )
    )
    def test_of_any_json_are_answered(self, client, shared, mall, said):
        event = bought(shared.public_id)
        for events in ([said], [event | {"data": said}], [event | {"time": said}]):
            answer = send(client, mall, events)
            assert answer.status_code == 200
            assert outcomes(answer)[0][0] in {"quarantined", "refused"}

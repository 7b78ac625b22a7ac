"""The same money is counted once: links take a telling out, and refunds off their purchase."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError

from borrowers.behaviour import actions, queries
from borrowers.behaviour.contracts import (
    Assurance,
    Category,
    Direction,
    EventKey,
    EventStatus,
    Link,
    LinkKind,
    LinkMethod,
    MarkKind,
    MarkState,
    Place,
    Platform,
    Precision,
    Source,
)
from borrowers.behaviour.models import EventMark
from borrowers.behaviour.tables import links as link_table
from borrowers.tests import cast
from borrowers.tests.test_behaviour_imports import lin_who_allows, upload

pytestmark = pytest.mark.django_db


def linked(kind: LinkKind, event: EventKey, other: EventKey, netted_fen: int = 0) -> Link:
    return Link(kind, event, other, 990_000, LinkMethod.ACCOUNT_AND_TIME, netted_fen)


def link(card, *links: Link) -> int:
    with transaction.atomic():
        return actions.link(borrower_id=card.id, links=links)


def amounts(card) -> list[int]:
    return sorted(queries.columns_of(card.id).amount_fen.tolist())


def lin_with(*events):
    lin = lin_who_allows()
    upload(lin, list(events))
    return lin, queries.match_columns_of(lin.id)


class TestMatchColumns:
    def test_hold_what_was_read_of_each_event_by_time(self):
        paid = cast.event(
            1, tail="1234", native_id="4200001", via=Platform.WECHAT, place=Place.ONLINE,
            precision=Precision.MINUTE, refunded_fen=100, amount_fen=900,
        )  # fmt: skip
        back = cast.event(
            2, category=Category.REFUND, parent_native_id="4200001", amount_fen=5_000,
            status=EventStatus.PENDING,
        )  # fmt: skip

        _, columns = lin_with(back, paid)

        assert columns.amount_fen.tolist() == [800, 5_000]
        assert columns.refunded_fen.tolist() == [100, 0]
        assert columns.native[0] == columns.parent[1] != 0
        assert columns.parent[0] == columns.account[1] == 0
        assert columns.account[0] != 0
        assert columns.merchant.tolist() == columns.counterparty.tolist()
        assert (columns.via[0], columns.place[0]) == (Platform.WECHAT, Place.ONLINE)
        assert columns.precision.tolist() == [Precision.MINUTE, Precision.SECOND]
        assert columns.status.tolist() == [EventStatus.SETTLED, EventStatus.PENDING]
        assert columns.assurance.tolist() == [Assurance.UPLOADED] * 2
        assert columns.key(0).microseconds == paid.occurred_at.timestamp() * 1_000_000

    def test_let_a_wallets_card_meet_the_banks_own_account(self):
        wallet = cast.event(1, tail="1234")
        bank = cast.event(2, account="6222021234561234", tail="")

        _, columns = lin_with(wallet, bank)

        assert columns.account[0] == columns.account[1]

    def test_are_none_of_a_consent_that_has_ended(self):
        lin, _ = lin_with(cast.event(1))

        cast.withdraw(lin)

        assert len(queries.match_columns_of(lin.id)) == 0

    def test_hold_our_own_loans_too(self):
        lin = cast.borrower("Lin")
        actions.record_own(
            borrower_id=lin.id, contract_id=1, occurred_at=cast.FIRST_DAY, amount_fen=5,
            category=Category.CREDIT_REPAYMENT, ext_text="loan:1:1",
        )  # fmt: skip

        columns = queries.match_columns_of(lin.id)

        assert columns.source.tolist() == [Source.OWN_LOANS]
        assert columns.assurance.tolist() == [Assurance.SIGNED]


class TestLink:
    def test_of_one_payment_told_twice_counts_it_once(self):
        lin, columns = lin_with(cast.event(1), cast.event(2), cast.event(3))

        link(lin, linked(LinkKind.SAME_PAYMENT, columns.key(1), columns.key(0)))

        assert amounts(lin) == [1_001, 1_003]
        assert len(queries.match_columns_of(lin.id)) == 3

    def test_of_a_transfer_between_own_accounts_counts_neither_leg(self):
        lin, columns = lin_with(cast.event(1), cast.event(2, direction=Direction.IN), cast.event(3))

        link(lin, linked(LinkKind.TRANSFER_LEG, columns.key(0), columns.key(1)))

        assert amounts(lin) == [1_003]

    def test_of_money_that_funds_a_wallet_leaves_what_the_wallet_spent(self):
        lin, columns = lin_with(cast.event(1), cast.event(2))

        link(lin, linked(LinkKind.FUNDING_LEG, columns.key(0), columns.key(1)))

        assert amounts(lin) == [1_002]

    def test_of_refunds_takes_each_off_its_purchase(self):
        refunds = [cast.event(n, category=Category.REFUND, amount_fen=300) for n in (2, 3)]
        lin, columns = lin_with(cast.event(1), *refunds)

        link(
            lin,
            linked(LinkKind.REFUND_OF, columns.key(1), columns.key(0), 300),
            linked(LinkKind.REFUND_OF, columns.key(2), columns.key(0), 300),
        )

        read = queries.columns_of(lin.id)
        assert read.amount_fen.tolist() == [401]
        assert read.category.tolist() == [Category.DINING]

    def test_of_more_back_than_was_paid_leaves_nothing_and_not_less(self):
        refund = cast.event(2, category=Category.REFUND, amount_fen=9_000)
        lin, columns = lin_with(cast.event(1), refund)

        link(lin, linked(LinkKind.REFUND_OF, columns.key(1), columns.key(0), 9_000))

        assert amounts(lin) == [0]

    def test_of_a_purchase_that_is_out_itself_brings_nothing_back(self):
        refund = cast.event(3, category=Category.REFUND, amount_fen=300)
        lin, columns = lin_with(cast.event(1), cast.event(2), refund)

        link(
            lin,
            linked(LinkKind.SAME_PAYMENT, columns.key(1), columns.key(0)),
            linked(LinkKind.REFUND_OF, columns.key(2), columns.key(1), 300),
        )

        assert amounts(lin) == [1_001]

    def test_given_again_changes_nothing(self):
        lin, columns = lin_with(cast.event(1), cast.event(2))
        same = linked(LinkKind.SAME_PAYMENT, columns.key(1), columns.key(0))

        assert [link(lin, same), link(lin, same)] == [1, 0]
        assert link_table.stored(lin.id) == (same,)

    def test_replaces_all_that_stood_before(self):
        lin, columns = lin_with(cast.event(1), cast.event(2), cast.event(3))
        link(lin, linked(LinkKind.SAME_PAYMENT, columns.key(1), columns.key(0)))
        other = linked(LinkKind.FUNDING_LEG, columns.key(2), columns.key(1))

        link(lin, other)

        assert link_table.stored(lin.id) == (other,)
        assert link(lin) == 1
        assert amounts(lin) == [1_001, 1_002, 1_003]

    def test_leaves_everybody_elses_alone(self):
        lin, columns = lin_with(cast.event(1), cast.event(2))
        link(lin, linked(LinkKind.SAME_PAYMENT, columns.key(1), columns.key(0)))
        wei = cast.borrower("Wei")
        cast.allow(wei)
        upload(wei, [cast.event(1), cast.event(2)])

        link(wei)

        assert amounts(lin) == [1_001]
        assert amounts(wei) == [1_001, 1_002]

    def test_is_read_for_many_at_once_as_for_one(self):
        lin, columns = lin_with(cast.event(1), cast.event(2))
        link(lin, linked(LinkKind.SAME_PAYMENT, columns.key(1), columns.key(0)))
        wei = cast.borrower("Wei")
        cast.allow(wei)
        upload(wei, [cast.event(2)])

        both = queries.columns_of_many([lin.id, wei.id])

        assert sorted(zip(both.segment.tolist(), both.amount_fen.tolist(), strict=True)) == [
            (0, 1_001),
            (1, 1_002),
        ]

    def test_needs_a_transaction(self):
        lin = cast.borrower("Lin")

        with pytest.raises(TransactionManagementError):
            outside(lambda: actions.link(borrower_id=lin.id, links=[]))

    @pytest.mark.parametrize(
        "wrong",
        [
            lambda key: linked(LinkKind.SAME_PAYMENT, key, key),
            lambda key: linked(LinkKind.SAME_PAYMENT, key, EventKey(key.microseconds, 77)),
            lambda key: linked(LinkKind.SAME_PAYMENT, EventKey(key.microseconds, 77), key),
            lambda key: linked(LinkKind.FUNDING_LEG, key, key, 5),
        ],
    )
    def test_that_cannot_be_is_refused_and_nothing_changes(self, wrong):
        lin, columns = lin_with(cast.event(1), cast.event(2))
        kept = linked(LinkKind.SAME_PAYMENT, columns.key(1), columns.key(0))
        link(lin, kept)

        with pytest.raises(IntegrityError), transaction.atomic():
            link(lin, wrong(columns.key(0)))

        assert link_table.stored(lin.id) == (kept,)

    def test_goes_with_either_of_its_events(self):
        lin, columns = lin_with(cast.event(1), cast.event(2))
        link(lin, linked(LinkKind.SAME_PAYMENT, columns.key(1), columns.key(0)))

        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM borrowers_event WHERE ext = %s", [columns.ext[0].item()])

        assert link_table.stored(lin.id) == ()
        assert amounts(lin) == [1_002]


def outside(act):
    """Run as if no test had opened a transaction."""
    blocks, connection.in_atomic_block = connection.in_atomic_block, False
    try:
        return act()
    finally:
        connection.in_atomic_block = blocks


class TestMark:
    def mark(self, card, kind: MarkKind, state: MarkState):
        first = cast.event(1)
        return EventMark.objects.create(
            borrower_id=card.id,
            occurred_at=first.occurred_at,
            ext=int.from_bytes(first.event_key[:8], "big"),
            kind=kind,
            state=state,
            decided_at=None if state is MarkState.ASKED else cast.FIRST_DAY + timedelta(days=9),
        )

    @pytest.mark.parametrize("kind", list(MarkKind))
    @pytest.mark.parametrize("state", list(MarkState))
    def test_takes_a_line_out_only_once_that_was_granted(self, kind, state):
        lin, _ = lin_with(cast.event(1), cast.event(2))

        self.mark(lin, kind, state)

        is_out = state is MarkState.GRANTED and kind is not MarkKind.DISPUTED
        assert amounts(lin) == ([1_002] if is_out else [1_001, 1_002])

    def test_is_of_a_line_that_is_there(self):
        lin = cast.borrower("Lin")

        with pytest.raises(IntegrityError), transaction.atomic():
            self.mark(lin, MarkKind.EXCLUDED, MarkState.ASKED)

        assert not EventMark.objects.exists()


class TestTheBasis:
    """The database insists that an event stands on what its bill stands on."""

    def attack(self, statement: str, *values: int) -> None:
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)

    def test_of_an_event_cannot_become_another_consent_source_or_person(self):
        lin, _ = lin_with(cast.event(1))
        wei = cast.borrower("Wei")
        other = cast.allow(wei)

        self.attack("UPDATE borrowers_event SET basis_id = %s", other)
        self.attack("UPDATE borrowers_event SET source = 2")
        self.attack("UPDATE borrowers_event SET borrower_id = %s", wei.id)
        self.attack("UPDATE borrowers_event SET ext = ext + 1")
        self.attack("UPDATE borrowers_event_text SET ext = ext + 1")

        assert amounts(lin) == [1_001]

    def test_of_a_bill_cannot_be_changed_or_taken_away_under_its_events(self):
        wei_consent = cast.allow(cast.borrower("Wei"))
        lin, _ = lin_with(cast.event(1))

        self.attack("UPDATE borrowers_importbatch SET consent_id = %s", wei_consent)
        self.attack("UPDATE borrowers_importbatch SET source = 2")
        self.attack("DELETE FROM borrowers_importbatch")

        assert amounts(lin) == [1_001]

    @pytest.mark.parametrize(
        "source",
        [Source.SOCIAL_INSURANCE, Source.STUDENT_STATUS, Source.SOCIAL_ACTIVITY, Source.DEVICE],
    )
    def test_of_what_is_no_payment_is_a_consent_of_its_own(self, source):
        lin = lin_who_allows()
        upload(lin, [cast.event(1)])

        self.attack(
            "INSERT INTO borrowers_importbatch (public_id, borrower_id, consent_id, document_id,"
            " source, dialect, encoding, rows_read, rows_not_counted, rows_imported,"
            " rows_duplicate, rows_quarantined, rows_suppressed, quarantine, connector_version,"
            " has_verification_code, assurance, integrity, tamper_score_percent)"
            " SELECT 'another', borrower_id, consent_id, document_id + 1, %s, '', '', 0, 0, 0, 0,"
            " 0, 0, '[]', '1', false, 1, '{}', 0 FROM borrowers_importbatch",
            source,
        )


def test_money_of_another_currency_is_read_and_counts_for_nothing():
    lin = lin_who_allows()

    outcome = upload(lin, [cast.event(1), cast.event(2, currency="USD")])

    assert (outcome.imported, outcome.not_counted) == (1, 1)
    assert amounts(lin) == [1_001]


class TestConsentOfBothEnds:
    """A link holds while both of its events may be read, and no longer."""

    def allow_again_with_the_bank_alone(self, lin) -> None:
        cast.withdraw(lin)
        cast.allow(lin)
        upload(lin, [cast.event(2)], b"the bank's own bill")

    def test_a_telling_counts_again_once_the_better_one_may_not_be_read(self):
        lin, columns = lin_with(cast.event(1), cast.event(2))
        link(lin, linked(LinkKind.SAME_PAYMENT, columns.key(1), columns.key(0)))
        assert amounts(lin) == [1_001]

        self.allow_again_with_the_bank_alone(lin)

        assert amounts(lin) == [1_002]

    def test_a_link_does_not_outlive_the_consent_of_one_end(self):
        lin, columns = lin_with(cast.event(1), cast.event(2))
        link(lin, linked(LinkKind.SAME_PAYMENT, columns.key(1), columns.key(0)))

        with connection.cursor() as cursor:
            cursor.execute("UPDATE borrowers_eventlink SET other_basis = other_basis + 1")

        assert amounts(lin) == [1_001, 1_002]


class TestAnUpload:
    def test_is_matched_with_what_was_there_before_it_is_answered(self):
        lin = lin_who_allows()
        paid = cast.event(1, tail="1234", channel="DEBIT", native_id="4200001111202605020000000001")
        upload(lin, [paid])
        told_again = cast.event(
            1, source=Source.CMB, account="6222021234561234", tail="1234", via=Platform.WECHAT,
            native_id="", merchant="财付通-Green Bowl Noodles", channel="DEBIT",
            event_key=b"\x07" * 32,
        )  # fmt: skip

        upload(lin, [told_again], b"the bank's own bill", source=Source.CMB)

        assert len(queries.match_columns_of(lin.id)) == 2
        assert amounts(lin) == [1_001]
        assert [each.kind for each in link_table.stored(lin.id)] == [LinkKind.SAME_PAYMENT]

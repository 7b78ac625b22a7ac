"""Whom money goes to is changed by two people, told to its owner, and counts a day later."""

from datetime import timedelta

import pytest

from borrowers.messages.models import Message
from common.actors import SYSTEM
from common.audit.models import AuditEntry
from common.errors import NotFound
from lending.channels import actions as channels
from lending.channels.models import Transfer
from lending.channels.payees import actions, queries
from lending.channels.payees.models import PayeeChange
from lending.tests.builders import NOW, TODAY
from lending.tests.statements import clerk

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def account(lin):
    return f"person:{lin.public_id}"


def asked(account, *, identity="2088-new", by=None, at=NOW, channel="ALIPAY"):
    return actions.propose(
        channel=channel, account=account, identity=identity, name="林", reason="OWNER_ASKED",
        at=at, by=by or clerk(),
    )  # fmt: skip


def agreed(account, *, identity="2088-new", at=NOW):
    row = asked(account, identity=identity, at=at)
    return actions.approve(change_id=row.pk, at=at, by=clerk("chief"))


def payout(account):
    return Transfer(
        out_trade_no="D-1", purpose="DISBURSEMENT", loan_id=1, request_key="k", account=account,
        amount_fen=1, channel="ALIPAY", intended_on=TODAY,
    )  # fmt: skip


def payee(account, at):
    found = queries.payee_of(payout(account), at=at)
    return None if found is None else found.identity


class TestAChange:
    def test_counts_a_day_after_a_colleague_approved_it(self, account):
        row = agreed(account)

        assert row.counts_from == NOW + DAY
        assert payee(account, NOW + DAY - timedelta(seconds=1)) is None
        assert payee(account, NOW + DAY) == "2088-new"

    def test_is_nothing_before_anybody_approved_it(self, account):
        asked(account)

        assert payee(account, NOW + 9 * DAY) is None
        assert not Message.objects.filter(template="PAYEE_CHANGES").exists()

    def test_takes_another_person_to_approve(self, account):
        row = asked(account)

        with pytest.raises(actions.PayeeFourEyesNeeded):
            actions.approve(change_id=row.pk, at=NOW, by=clerk())
        with pytest.raises(actions.PayeeFourEyesNeeded):
            actions.approve(change_id=row.pk, at=NOW, by=SYSTEM)

        row.refresh_from_db()
        assert (row.state, row.counts_from) == ("PROPOSED", None)

    def test_is_asked_for_by_staff_only(self, account):
        with pytest.raises(actions.PayeeFourEyesNeeded):
            asked(account, by=SYSTEM)

        assert not PayeeChange.objects.exists()

    def test_is_told_to_the_owner_at_once_and_once(self, account, lin):
        row = agreed(account)
        actions.approve(change_id=row.pk, at=NOW + DAY, by=clerk("chief"))

        told = Message.objects.get(template="PAYEE_CHANGES")
        assert told.borrower_id == lin.id
        row.refresh_from_db()
        assert row.counts_from == NOW + DAY, "approving again moves nothing"

    def test_leaves_the_old_one_until_it_counts_and_waits_for_it(self, account):
        channels.register_payee(
            channel="ALIPAY", account=account, identity="2088-old", name="林", by=SYSTEM
        )
        agreed(account)

        assert payee(account, NOW) == "2088-old"
        left = queries.cooling_seconds(payout(account), channel="ALIPAY", at=NOW)
        assert left == DAY.total_seconds()
        assert queries.cooling_seconds(payout(account), channel="WECHAT_PAY", at=NOW) == 0
        assert queries.cooling_seconds(payout(account), channel="ALIPAY", at=NOW + DAY) == 0
        assert payee(account, NOW + DAY) == "2088-new"

    def test_follows_another_one(self, account):
        agreed(account)
        agreed(account, identity="2088-newer", at=NOW + 2 * DAY)

        assert payee(account, NOW + 2 * DAY) == "2088-new"
        assert payee(account, NOW + 3 * DAY) == "2088-newer"

    def test_waits_for_the_one_before_it(self, account):
        row = asked(account)
        with pytest.raises(actions.PayeeChangeWaits):
            asked(account, identity="2088-other")
        actions.approve(change_id=row.pk, at=NOW, by=clerk("chief"))
        with pytest.raises(actions.PayeeChangeWaits):
            asked(account, identity="2088-other")

        assert PayeeChange.objects.count() == 1

    def test_that_was_turned_down_never_counts(self, account):
        row = asked(account)
        actions.turn_down(change_id=row.pk, by=clerk("chief"))

        with pytest.raises(actions.PayeeChangeDecided):
            actions.approve(change_id=row.pk, at=NOW, by=clerk("third"))
        assert payee(account, NOW + 9 * DAY) is None

    @pytest.mark.parametrize(
        "wrong",
        [
            {"channel": "SANDBOX"},
            {"channel": "NOBODY"},
            {"identity": "  "},
            {"identity": "x" * 129},
            {"account": "person:nobody"},
            {"account": "lender"},
            {"account": "person:a b"},
        ],
    )
    def test_of_what_cannot_be_is_refused(self, account, wrong):
        with pytest.raises(actions.PayeeNotPossible):
            asked(**{"account": account, **wrong})

        assert not PayeeChange.objects.exists()

    def test_says_in_the_trail_who_and_where_and_never_by_which_name(self, account):
        agreed(account)

        trail = AuditEntry.objects.filter(action__startswith="lending.payee.")
        assert {each.action for each in trail} == {
            "lending.payee.proposed", "lending.payee.approved"
        }  # fmt: skip
        assert not any("2088" in str(each.facts) for each in trail)

    def test_of_nobody_is_not_found(self):
        with pytest.raises(NotFound):
            actions.turn_down(change_id=1, by=clerk())
        with pytest.raises(NotFound):
            actions.approve(change_id=1, at=NOW, by=clerk())
        with pytest.raises(NotFound):
            actions.stop(change_id=1, at=NOW, by=clerk())


class TestStopping:
    def test_is_one_persons_word_while_it_does_not_count(self, account, lin):
        row = agreed(account)

        actions.stop(change_id=row.pk, at=NOW + DAY / 2, by=clerk("third"))

        assert payee(account, NOW + 9 * DAY) is None
        assert queries.cooling_seconds(payout(account), channel="ALIPAY", at=NOW) == 0
        assert Message.objects.get(template="PAYEE_STAYS").borrower_id == lin.id

    def test_comes_too_late_once_it_counts_and_is_done_once(self, account):
        row = agreed(account)
        with pytest.raises(actions.PayeeChangeDecided):
            actions.stop(change_id=row.pk, at=NOW + DAY, by=clerk())
        assert payee(account, NOW + DAY) == "2088-new"

        actions.stop(change_id=row.pk, at=NOW, by=clerk())
        with pytest.raises(actions.PayeeChangeDecided):
            actions.stop(change_id=row.pk, at=NOW, by=clerk())

    def test_of_what_nobody_approved_is_refused(self, account):
        row = asked(account)

        with pytest.raises(actions.PayeeChangeDecided):
            actions.stop(change_id=row.pk, at=NOW, by=clerk())

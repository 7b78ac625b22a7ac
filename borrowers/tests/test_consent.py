"""Consent: one purpose at a time, evidence that only grows, and withdrawals that count at once."""

import hashlib

import pytest
from django.db import DatabaseError, connection, transaction

from borrowers.consent import actions, queries
from borrowers.consent.models import Consent, ConsentWithdrawal
from borrowers.consent.purposes import (
    AUTOMATED_DECISION,
    CONSUMPTION_RECORDS,
    DEVICE,
    PURPOSES,
    SOCIAL_ACTIVITY,
    SOCIAL_INSURANCE,
    STUDENT_STATUS,
    offered,
    text_sha256,
)
from borrowers.tests import cast
from common.audit.models import AuditEntry

pytestmark = pytest.mark.django_db


class TestGrant:
    def test_allows_this_purpose_and_no_other(self):
        lin = cast.borrower("Lin")

        consent_id = cast.allow(lin, CONSUMPTION_RECORDS)

        assert queries.active_id(lin.id, CONSUMPTION_RECORDS) == consent_id
        assert set(queries.active(lin.id)) == {CONSUMPTION_RECORDS}
        assert not queries.is_allowed(lin.id, AUTOMATED_DECISION)

    def test_allows_it_for_this_person_and_no_other(self):
        lin, zhao = cast.borrower("Lin"), cast.borrower("Zhao")

        cast.allow(lin)

        assert not queries.is_allowed(zhao.id, CONSUMPTION_RECORDS)

    def test_keeps_what_was_read_in_which_language(self):
        lin = cast.borrower("Lin")

        cast.allow(lin)

        row = Consent.objects.get()
        read = text_sha256(PURPOSES[CONSUMPTION_RECORDS], str)
        assert (row.language, row.channel, row.text_sha256) == ("en", "WEB", read)

    def test_twice_is_once(self):
        lin = cast.borrower("Lin")

        assert cast.allow(lin) == cast.allow(lin)
        assert Consent.objects.count() == 1

    def test_refuses_a_notice_that_is_no_longer_in_force_and_writes_nothing(self):
        lin = cast.borrower("Lin")

        with pytest.raises(actions.NoticeOutdated):
            actions.grant(
                borrower_id=lin.id,
                purpose=CONSUMPTION_RECORDS,
                notice_version="2020-01",
                language="en",
                channel="WEB",
                by=cast.self_of(lin),
            )

        assert not Consent.objects.exists()

    def test_refuses_a_purpose_that_is_not_in_the_catalogue(self):
        lin = cast.borrower("Lin")

        with pytest.raises(actions.UnknownPurpose):
            actions.grant(
                borrower_id=lin.id,
                purpose="SELLING_IT",
                notice_version="2026-11",
                language="en",
                channel="WEB",
                by=cast.self_of(lin),
            )

        assert not Consent.objects.exists()

    def test_under_an_older_notice_no_longer_counts(self):
        lin = cast.borrower("Lin")
        Consent.objects.create(
            borrower_id=lin.id,
            purpose=CONSUMPTION_RECORDS,
            notice_version="2020-01",
            text_sha256="0" * 64,
            language="en",
            channel="WEB",
        )

        assert not queries.is_allowed(lin.id, CONSUMPTION_RECORDS)
        assert queries.active(lin.id) == {}
        assert len(queries.history(lin.id)) == 1


class TestWithdraw:
    def test_ends_the_consent_at_once_and_keeps_its_history(self):
        chen = cast.borrower("Chen")
        consent_id = cast.allow(chen)

        cast.withdraw(chen)

        assert not queries.is_allowed(chen.id, CONSUMPTION_RECORDS)
        (kept,) = queries.history(chen.id)
        assert kept.id == consent_id
        assert kept.withdrawn_at is not None

    def test_twice_is_once(self):
        chen = cast.borrower("Chen")
        cast.allow(chen)

        cast.withdraw(chen)
        cast.withdraw(chen)

        assert ConsentWithdrawal.objects.count() == 1
        assert AuditEntry.objects.filter(action="borrowers.consent.withdrawn").count() == 1

    def test_of_what_was_never_given_is_nothing(self):
        chen = cast.borrower("Chen")

        cast.withdraw(chen)

        assert not ConsentWithdrawal.objects.exists()

    def test_leaves_other_purposes_as_they_are(self):
        chen = cast.borrower("Chen")
        cast.allow(chen, CONSUMPTION_RECORDS)
        cast.allow(chen, AUTOMATED_DECISION)

        cast.withdraw(chen, CONSUMPTION_RECORDS)

        assert set(queries.active(chen.id)) == {AUTOMATED_DECISION}

    def test_can_be_followed_by_a_new_consent(self):
        chen = cast.borrower("Chen")
        first = cast.allow(chen)
        cast.withdraw(chen)

        second = cast.allow(chen)

        assert second != first
        assert queries.active_id(chen.id, CONSUMPTION_RECORDS) == second

    def test_also_ends_what_was_given_under_an_older_notice(self):
        chen = cast.borrower("Chen")
        Consent.objects.create(
            borrower_id=chen.id,
            purpose=CONSUMPTION_RECORDS,
            notice_version="2020-01",
            text_sha256="0" * 64,
            language="en",
            channel="WEB",
        )

        cast.withdraw(chen)

        assert ConsentWithdrawal.objects.count() == 1


class TestEvidence:
    @pytest.mark.parametrize(
        "attack",
        [
            "UPDATE {table} SET channel = 'FORGED'",
            "DELETE FROM {table}",
            "TRUNCATE {table} CASCADE",
        ],
    )
    @pytest.mark.parametrize("table", ["borrowers_consent", "borrowers_consentwithdrawal"])
    def test_cannot_be_changed_in_sql(self, table, attack):
        chen = cast.borrower("Chen")
        cast.allow(chen)
        cast.withdraw(chen)

        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(attack.format(table=table))

        assert Consent.objects.filter(channel="WEB").count() == 1
        assert ConsentWithdrawal.objects.filter(channel="WEB").count() == 1


class TestCatalogue:
    def test_every_purpose_says_everything_that_a_notice_must(self):
        for code, purpose in PURPOSES.items():
            assert purpose.code == code
            assert all(purpose.sentences())
            assert purpose.items

    def test_only_identity_is_necessary(self):
        assert [each.code for each in PURPOSES.values() if each.is_necessary] == ["IDENTITY"]

    def test_the_fingerprint_is_of_what_was_read(self):
        purpose = PURPOSES[CONSUMPTION_RECORDS]

        in_english = text_sha256(purpose, str)
        shouted = text_sha256(purpose, str.upper)

        assert in_english != shouted
        assert len(in_english) == len(hashlib.sha256().hexdigest())


class TestSwitches:
    """Records that nobody needs are asked for only where somebody has decided to."""

    @pytest.fixture
    def lin(self):
        return cast.borrower("Lin")

    @pytest.mark.parametrize("purpose", [DEVICE, SOCIAL_ACTIVITY])
    def test_without_its_switch_a_purpose_is_neither_asked_nor_taken(self, lin, purpose):
        assert purpose not in [each.code for each in offered(switched_on=())]
        with pytest.raises(actions.UnknownPurpose):
            cast.allow(lin, purpose)
        assert Consent.objects.count() == 0

    @pytest.mark.parametrize("purpose", [DEVICE, SOCIAL_ACTIVITY])
    def test_with_it_the_person_is_asked_and_may_refuse_or_agree(self, lin, purpose):
        assert purpose in [each.code for each in offered(switched_on={purpose})]
        actions.grant(
            borrower_id=lin.id,
            purpose=purpose,
            notice_version=PURPOSES[purpose].notice_version,
            language="en",
            channel="WEB",
            by=cast.self_of(lin),
            switched_on={purpose},
        )
        assert queries.is_allowed(lin.id, purpose)

    def test_what_was_given_can_be_taken_back_after_the_switch_is_off(self):
        asked = [each.code for each in offered(switched_on=(), given={DEVICE})]

        assert DEVICE in asked
        assert SOCIAL_ACTIVITY not in asked

    def test_every_optional_record_says_that_refusing_lowers_nothing(self):
        for code in (SOCIAL_INSURANCE, STUDENT_STATUS, DEVICE, SOCIAL_ACTIVITY):
            assert "not lower without it" in PURPOSES[code].refusal

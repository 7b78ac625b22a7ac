"""Counting decisions by the day in Shanghai: the machine's, and people's over them."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import transaction

from borrowers.consent.models import Consent
from borrowers.consent.purposes import AUTOMATED_DECISION, PURPOSES
from borrowers.tests import cast
from common import public_ids
from common.actors import Actor
from common.periods import SHANGHAI
from scoring.decisions import actions as decisions
from scoring.decisions.contracts import Tally
from scoring.decisions.models import Assessment, Review
from scoring.decisions.queries import tallies
from scoring.decisions.reviews import REASONS
from scoring.tests import builders
from scoring.tests.builders import REQUEST

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=SHANGHAI)
LONG_AGO = NOON - timedelta(days=400)


@pytest.fixture
def lin():
    builders.load_defaults()
    card = cast.borrower("Lin")
    cast.identify(card, name="林悦", id_number=cast.LIN_ID_NUMBER)
    builders.steady(card)
    return card


def agree_to_the_machine(lin, *, since: datetime = LONG_AGO) -> None:
    Consent.objects.create(
        borrower_id=lin.id,
        purpose=AUTOMATED_DECISION,
        notice_version=PURPOSES[AUTOMATED_DECISION].notice_version,
        granted_at=since,
    )


@pytest.fixture
def kept(lin) -> Assessment:
    """One decision, of which the tests make more: rows of this table take no change."""
    agree_to_the_machine(lin)
    builders.decide(lin)
    return Assessment.objects.get()


def said(kept: Assessment, outcome: str, at: datetime) -> Assessment:
    row = Assessment.objects.get(pk=kept.pk)
    row.pk, row.public_id, row.outcome = None, public_ids.new(), outcome
    row.application_id = Assessment.objects.count() + 1_000
    row.decided_at = at
    row.save(force_insert=True)
    return row


def overruled(row: Assessment, outcome: str, at: datetime) -> None:
    Review.objects.create(
        assessment=row,
        reviewer=cast.officer(),
        outcome=outcome,
        reason_code="SMALL_START",
        limit_fen=100_000,
        annual_rate_ppm=180_000,
        reviewed_at=at,
    )


def found(since: datetime = NOON - timedelta(days=20)) -> set[Tally]:
    """Without the decision that the others were made of, which is of the database's own day."""
    return {each for each in tallies(since=since) if each.day <= DAY}


class TestTallies:
    def test_of_a_house_without_decisions_are_none(self):
        assert tallies(since=LONG_AGO) == []

    def test_count_each_outcome_of_a_day(self, kept):
        for outcome in ("OFFERED", "OFFERED", "DECLINED", "REFERRED"):
            said(kept, outcome, NOON)

        assert found() == {
            Tally(DAY, "OFFERED", by_person=False, count=2),
            Tally(DAY, "DECLINED", by_person=False, count=1),
            Tally(DAY, "REFERRED", by_person=False, count=1),
        }

    def test_count_what_a_person_said_on_the_day_it_was_said(self, kept):
        row = said(kept, "REFERRED", NOON - timedelta(days=1))
        overruled(row, "OFFERED", NOON)

        assert found() == {
            Tally(DAY - timedelta(days=1), "REFERRED", by_person=False, count=1),
            Tally(DAY, "OFFERED", by_person=True, count=1),
        }

    def test_count_a_proposal_that_a_person_overrules_as_sent_to_a_person(self, kept):
        overruled(said(kept, "OFFERED", NOON), "DECLINED", NOON)

        assert found() == {
            Tally(DAY, "REFERRED", by_person=False, count=1),
            Tally(DAY, "DECLINED", by_person=True, count=1),
        }

    def test_count_no_offer_of_a_machine_that_the_person_did_not_let_decide(self, lin):
        builders.decide(lin)
        said(Assessment.objects.get(), "OFFERED", NOON)
        agree_to_the_machine(lin, since=NOON + timedelta(hours=1))

        assert found() == {Tally(DAY, "REFERRED", by_person=False, count=1)}

    @pytest.mark.parametrize(("hour", "minute"), [(0, 0), (7, 59), (8, 0), (23, 59)])
    def test_go_by_the_day_in_shanghai_and_not_in_greenwich(self, kept, hour, minute):
        said(kept, "OFFERED", NOON.replace(hour=hour, minute=minute))

        assert {each.day for each in found()} == {DAY}

    def test_begin_with_the_instant_that_is_asked_for(self, kept):
        said(kept, "OFFERED", NOON)

        assert found(since=NOON) != set()
        assert found(since=NOON + timedelta(microseconds=1)) == set()

    def test_take_two_statements_however_many_there_are(self, kept, django_assert_num_queries):
        for _ in range(5):
            said(kept, "OFFERED", NOON)

        with django_assert_num_queries(2):
            tallies(since=LONG_AGO)

    def test_hold_whatever_the_real_verbs_write(self, lin):
        first = builders.decide(lin, request=replace(REQUEST, scene="EDUCATION"))
        with transaction.atomic():
            decisions.review(
                assessment_id=first.assessment_id,
                outcome="DECLINED",
                limit_fen=0,
                annual_rate_ppm=0,
                reason_code=next(iter(REASONS["DECLINED"])),
                note_document_id=None,
                by=Actor(kind="STAFF", account_id=cast.officer().pk),
            )

        assert {(each.outcome, each.by_person, each.count) for each in tallies(since=LONG_AGO)} == {
            ("REFERRED", False, 1),
            ("DECLINED", True, 1),
        }

"""A person decides over an assessment: once, with a reason, and never in their own case."""

from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction

from borrowers.tests import cast
from common.actors import SYSTEM, Actor
from common.audit.models import AuditEntry
from common.errors import NotFound
from scoring.decisions import actions, queries, reviews
from scoring.decisions.models import Review
from scoring.tests import builders
from scoring.tests.builders import REQUEST

pytestmark = pytest.mark.django_db


@pytest.fixture
def referred():
    """Wei's study loan without evidence: a person must look."""
    builders.load_defaults()
    wei = cast.borrower("Wei")
    builders.steady(wei)
    return builders.decide(wei, request=replace(REQUEST, scene="EDUCATION")).assessment_id


@pytest.fixture
def mei():
    return Actor(kind="STAFF", account_id=cast.officer().pk)


def review(assessment_id, by, *, outcome="OFFERED", reason_code="EVIDENCE_CHECKED"):
    with transaction.atomic():
        return actions.review(
            assessment_id=assessment_id,
            outcome=outcome,
            limit_fen=600_000,
            annual_rate_ppm=150_000,
            reason_code=reason_code,
            note_document_id=None,
            by=by,
        )


def refuse(refusal, assessment_id, by, **changes):
    with pytest.raises(refusal):
        review(assessment_id, by, **changes)
    assert not Review.objects.exists()
    assert not AuditEntry.objects.filter(action="scoring.assessment.reviewed").exists()


class TestReview:
    def test_mei_offers_what_the_machine_referred(self, referred, mei):
        found = review(referred, mei)

        assert (found.outcome, found.limit_fen, found.annual_rate_ppm) == (
            "OFFERED",
            600_000,
            150_000,
        )
        assert found.tier == queries.verdict_of(7).tier
        assert queries.is_reviewed(referred)
        assert queries.review_of(referred) == found

    def test_the_verdict_of_the_machine_stays_beside_it(self, referred, mei):
        before = queries.verdict_of(7)

        review(referred, mei, outcome="DECLINED", reason_code="NOT_AFFORDABLE")

        assert queries.verdict_of(7) == before == queries.replay(referred)
        assert queries.explanation(7).review == queries.review_of(referred)

    def test_is_audited_with_codes_only(self, referred, mei):
        review(referred, mei)

        entry = AuditEntry.objects.get(action="scoring.assessment.reviewed")
        assert entry.actor_account_id == mei.account_id
        assert entry.facts == {
            "outcome": "OFFERED",
            "reason_code": "EVIDENCE_CHECKED",
            "limit_fen": 600_000,
        }

    def test_refuses_a_second_review_and_keeps_the_first(self, referred, mei):
        first = review(referred, mei)

        with pytest.raises(actions.AlreadyReviewed):
            review(referred, mei, outcome="DECLINED", reason_code="NOT_AFFORDABLE")

        assert queries.review_of(referred) == first

    def test_refuses_the_applicant_even_when_they_work_here(self, referred):
        applicant = queries.kept().get(pk=referred).borrower.account

        refuse(actions.NotYourReview, referred, Actor(kind="STAFF", account_id=applicant.pk))

    @pytest.mark.parametrize("by", [SYSTEM, Actor(kind="BORROWER", account_id=1)], ids=str)
    def test_refuses_everybody_who_is_not_staff(self, referred, by):
        refuse(actions.NotYourReview, referred, by)

    @pytest.mark.parametrize(
        ("outcome", "reason_code"),
        [
            ("OFFERED", "NOT_AFFORDABLE"),
            ("DECLINED", "EVIDENCE_CHECKED"),
            ("REFERRED", "EVIDENCE_CHECKED"),
            ("OFFERED", ""),
            ("OFFERED", "I like them"),
        ],
    )
    def test_refuses_a_reason_that_does_not_fit_the_outcome(
        self, referred, mei, outcome, reason_code
    ):
        refuse(actions.ReviewReasonUnknown, referred, mei, outcome=outcome, reason_code=reason_code)

    def test_refuses_an_assessment_that_does_not_exist(self, mei):
        refuse(NotFound, 1, mei)

    @pytest.mark.parametrize(
        "attack",
        ["UPDATE scoring_review SET outcome = 'DECLINED'", "DELETE FROM scoring_review"],
    )
    def test_the_database_refuses_to_change_a_review(self, referred, mei, attack):
        first = review(referred, mei)

        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(attack)

        assert queries.review_of(referred) == first


class TestQueue:
    def test_holds_what_nobody_has_reviewed_the_oldest_first(self, referred, mei):
        lin = cast.borrower("Lin")
        builders.steady(lin)
        builders.decide(lin, application_id=8)
        later = builders.decide(
            lin, application_id=9, request=replace(REQUEST, scene="EDUCATION")
        ).assessment_id

        before = [each.pk for each in queries.queue()]
        review(referred, mei)

        assert before == [referred, later]
        assert [each.pk for each in queries.queue()] == [later]


class TestReasons:
    def test_every_code_has_its_words_and_one_outcome(self):
        codes = [code for group in reviews.REASONS.values() for code in group]

        assert len(codes) == len(set(codes))
        assert all(reviews.words(code).endswith(".") for code in codes)
        longest = Review._meta.get_field("reason_code").max_length
        assert longest is not None
        assert all(len(code) <= longest for code in codes)

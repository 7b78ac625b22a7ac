"""A decision is kept once, whole, and can be decided again from what was kept."""

from dataclasses import asdict, replace
from time import perf_counter

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from borrowers.behaviour.contracts import Category
from borrowers.tests import cast
from common.actors import SYSTEM
from common.errors import NotFound
from scoring.decisions import actions, queries
from scoring.decisions.models import Assessment
from scoring.features import queries as vectors
from scoring.features.models import FeatureVector
from scoring.policy import actions as policies
from scoring.policy import table
from scoring.registry import actions as registry
from scoring.registry.expert import scorecard
from scoring.registry.queries import NoChampion
from scoring.tests import builders
from scoring.tests.builders import NOW, NUMBERS, REQUEST, another_card, another_policy


@pytest.fixture
def lin():
    builders.load_defaults()
    card = cast.borrower("Lin")
    builders.steady(card)
    return card


@pytest.mark.django_db
class TestDecide:
    def test_lin_gets_an_offer_out_of_her_records(self, lin):
        decided = builders.decide(lin)

        verdict = decided.verdict
        assert (verdict.outcome, verdict.tier) == ("OFFERED", "A")
        assert verdict.limit_fen == 5_000_000
        assert verdict.model_version == scorecard.expert().version
        assert verdict.policy_version == table.demonstration().version

    def test_keeps_everything_that_the_decision_stood_on(self, lin):
        decided = builders.decide(lin)

        row = Assessment.objects.get(pk=decided.assessment_id)
        assert row.request == asdict(REQUEST)
        assert row.numbers == asdict(NUMBERS) | {"terms_months": [3, 6, 12]}
        assert row.vector.as_of == NOW
        assert builders.figures_in(row.vector)["income_monthly_90d"] == 1_200_000.0
        assert row.policy_trace["rule"] == decided.verdict.policy_trace["rule"]
        assert len(row.reasons) == len(decided.verdict.reasons) >= 4

    def test_gives_the_kept_decision_for_the_same_application_whatever_is_asked(self, lin):
        first = builders.decide(lin)

        again = builders.decide(lin, request=replace(REQUEST, amount_fen=99_000_000))

        assert again == first
        assert Assessment.objects.count() == FeatureVector.objects.count() == 1

    def test_another_application_is_another_decision(self, lin):
        first = builders.decide(lin)

        other = builders.decide(lin, application_id=8)

        assert other.assessment_id != first.assessment_id
        assert other.verdict == first.verdict

    def test_chen_who_withdrew_is_judged_without_his_records(self, lin):
        chen = cast.borrower("Chen")
        builders.steady(chen)
        cast.withdraw(chen)

        decided = builders.decide(chen, request=replace(REQUEST, has_consumption_consent=False))

        features = builders.figures_in(FeatureVector.objects.get(borrower_id=chen.id))
        assert features["events_180d"] == 0.0
        assert features["income_monthly_90d"] is None
        assert "NO_RECORDS" in [each.code for each in decided.verdict.reasons]

    def test_what_happened_at_or_after_the_moment_is_not_seen(self, lin):
        wei = cast.borrower("Wei")
        cast.allow(wei)
        late = cast.event(1, occurred_at=NOW, amount_fen=1, category=Category.DINING)
        builders.share(wei, [late])

        builders.decide(wei)

        vector = FeatureVector.objects.get(borrower_id=wei.id)
        assert builders.figures_in(vector)["events_180d"] == 0.0

    def test_refuses_to_decide_without_a_scorecard_and_writes_nothing(self):
        card = cast.borrower("Lin")

        with pytest.raises(NoChampion):
            builders.decide(card)

        assert not Assessment.objects.exists()
        assert not FeatureVector.objects.exists()

    def test_five_hundred_events_take_few_queries_and_little_time(self, lin):
        wei = cast.borrower("Wei")
        cast.allow(wei)
        builders.share(wei, [*builders.purchases(490), *builders.pays([9_000] * 10)])
        builders.decide(lin)

        with CaptureQueriesContext(connection) as seen, transaction.atomic():
            started = perf_counter()
            builders.decide(wei, application_id=8)
            seconds = perf_counter() - started

        statements = [each for each in seen if "SAVEPOINT" not in each["sql"]]
        # Kept? champion, policy, consent, events, vector, assessment. COPY is not listed.
        assert len(statements) <= 7
        assert seconds < 0.25


@pytest.mark.django_db
class TestVerdictOf:
    def test_is_the_verdict_bit_for_bit(self, lin):
        decided = builders.decide(lin)

        assert queries.verdict_of(7) == decided.verdict

    def test_refuses_an_application_that_was_not_decided(self, lin):
        with pytest.raises(NotFound):
            queries.verdict_of(7)


@pytest.mark.django_db
class TestReplay:
    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"has_consumption_consent": False},
            {"amount_fen": 4_999_900, "outstanding_fen": 700_000},
            {"scene": "EDUCATION"},
            {"age_years": 17},
        ],
        ids=["records", "no records", "debts", "education", "a minor"],
    )
    def test_gives_the_same_verdict_bit_for_bit(self, lin, changes):
        decided = builders.decide(lin, request=replace(REQUEST, **changes))

        assert queries.replay(decided.assessment_id) == decided.verdict

    def test_also_after_champion_policy_and_records_have_changed(self, lin):
        decided = builders.decide(lin)
        registry.register(document=another_card(neutral=-300), by=SYSTEM)
        registry.promote(version="challenger-1", by=SYSTEM)
        policies.register(document=another_policy(), by=SYSTEM)
        policies.publish(version="strict-1", by=SYSTEM)
        builders.share(lin, builders.pays([1], first_days_ago=2, number=9_000), content=b"2")
        cast.withdraw(lin)

        today = builders.decide(lin, application_id=8)

        assert queries.replay(decided.assessment_id) == decided.verdict
        assert today.verdict.model_version == "challenger-1"
        assert today.verdict != decided.verdict

    def test_a_vector_that_was_tampered_with_is_noticed(self, lin):
        decided = builders.decide(lin)
        richer = builders.figures_in(FeatureVector.objects.get()) | {"income_monthly_90d": 9e9}
        FeatureVector.objects.update(features=richer)

        with pytest.raises(vectors.VectorIsDamaged):
            queries.replay(decided.assessment_id)

    def test_after_an_erasure_it_says_so_with_the_commitment(self, lin):
        decided = builders.decide(lin)
        FeatureVector.objects.update(features=None, salt="")

        with pytest.raises(vectors.VectorErased) as refused:
            queries.replay(decided.assessment_id)

        assert refused.value.code == "ERASED"
        assert refused.value.context == {"mark": FeatureVector.objects.get().commitment}
        assert queries.figures(7) == ()

    def test_refuses_an_assessment_that_does_not_exist(self):
        with pytest.raises(NotFound):
            queries.replay(1)


@pytest.mark.django_db
class TestBreaches:
    def test_there_are_none_while_everything_can_be_decided_again(self, lin):
        builders.decide(lin)
        builders.decide(lin, application_id=8, request=replace(REQUEST, scene="EDUCATION"))

        assert not list(queries.breaches())

    def test_says_which_assessment_stands_on_figures_that_were_tampered_with(self, lin):
        decided = builders.decide(lin)
        FeatureVector.objects.update(features={"income_monthly_90d": 1.0})

        (sentence,) = queries.breaches()

        assert f"assessment {decided.assessment_id} cannot be replayed" in sentence

    def test_says_which_assessment_would_be_decided_otherwise(self, lin):
        decided = builders.decide(lin)
        Assessment.objects.update(reasons=[])

        assert list(queries.breaches()) == [
            f"assessment {decided.assessment_id} would be decided otherwise today"
        ]

    def test_what_was_erased_is_no_breach(self, lin):
        builders.decide(lin)
        FeatureVector.objects.update(features=None, salt="")

        assert not list(queries.breaches())


@pytest.mark.django_db
class TestTheDatabaseRefuses:
    @pytest.mark.parametrize(
        "attack",
        [
            "UPDATE scoring_assessment SET outcome = 'DECLINED'",
            "UPDATE scoring_assessment SET limit_fen = limit_fen + 1",
            "UPDATE scoring_featurevector SET commitment = repeat('0', 64)",
            "UPDATE scoring_featurevector SET features = NULL",
            "DELETE FROM scoring_assessment",
            "TRUNCATE scoring_assessment CASCADE",
        ],
    )
    def test_rewriting_what_was_decided(self, lin, attack):
        decided = builders.decide(lin)

        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(attack)

        assert queries.replay(decided.assessment_id) == decided.verdict


@pytest.mark.commits
class TestTransactions:
    def test_deciding_joins_a_transaction_and_refuses_to_run_without_one(self):
        builders.load_defaults()
        card = cast.borrower("Lin")

        with pytest.raises(transaction.TransactionManagementError):
            actions.decide(
                application_id=7,
                borrower_id=card.id,
                request=REQUEST,
                as_of=NOW,
                numbers=NUMBERS,
            )

        assert not FeatureVector.objects.exists()

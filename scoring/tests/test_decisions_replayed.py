"""Old decisions come out the same to the last bit, whatever model and kernel came since."""

import random
import secrets
from dataclasses import asdict, replace
from datetime import timedelta

import pytest
from django.db import connection

from borrowers.tests import cast
from common import public_ids
from common.actors import SYSTEM
from common.errors import NotFound
from scoring.decisions import actions, queries
from scoring.decisions.engine import assess
from scoring.decisions.lookback import replays
from scoring.decisions.models import Assessment
from scoring.features import kernel
from scoring.features.commitment import commitment
from scoring.features.models import FeatureVector
from scoring.policy import queries as policies
from scoring.registry import actions as registry
from scoring.registry import queries as versions
from scoring.registry.models import ModelVersion
from scoring.tests import builders
from scoring.tests.builders import NOW, NUMBERS, REQUEST, another_card
from scoring.tests.test_decisions_any_model import NAMES, characteristic, fitted

pytestmark = pytest.mark.django_db
MANY = 1_000


@pytest.fixture
def lin():
    versions.card.cache_clear()
    builders.load_defaults()
    card = cast.borrower("Lin")
    builders.steady(card)
    return card


def a_real_one(lin, application_id=7):
    return builders.decide(lin, application_id=application_id)


def moved_on():
    """Another champion of another kind, and with it another way to compute."""
    registry.register(document=another_card(), by=SYSTEM)
    registry.promote(version="challenger-1", by=SYSTEM)
    rows = [characteristic(name, [0.2, 0.8], [0.4, 0.0, -0.3]) for name in NAMES[:6]]
    registry.register(document=fitted(rows), by=SYSTEM)
    registry.promote(version="woe-1", by=SYSTEM)
    versions.card.cache_clear()


def many_old_ones(lin, count=MANY):
    """Decisions of the real engine on figures all alike and all different, kept in bulk."""
    start = builders.figures_in(FeatureVector.objects.filter(borrower_id=lin.id)[0])
    chance = random.Random(2024)
    champion, published = versions.champion(), policies.published()
    vectors, verdicts, requests = [], [], []
    for number in range(count):
        values = {
            name: None
            if value is None or chance.random() < 0.1
            else value * chance.lognormvariate(0, 1)
            for name, value in start.items()
        }
        as_of, salt = NOW - timedelta(minutes=number), secrets.token_hex(16)
        request = replace(REQUEST, amount_fen=chance.randrange(50_000, 5_000_000))
        mark = commitment(
            salt=salt,
            borrower_id=lin.id,
            as_of=as_of,
            kernel_version=kernel.VERSION,
            features=values,
        )
        vectors.append(
            FeatureVector(
                borrower_id=lin.id, as_of=as_of, kernel_version=kernel.VERSION,
                features=values, salt=salt, commitment=mark,
            )
        )  # fmt: skip
        verdicts.append(
            assess(
                request,
                features=values,
                card=champion.card,
                policy=published.policy,
                numbers=NUMBERS,
            )
        )
        requests.append(request)
    kept = FeatureVector.objects.bulk_create(vectors)
    Assessment.objects.bulk_create(
        Assessment(
            public_id=public_ids.new(), application_id=100 + place, borrower_id=lin.id,
            vector=vector, model_version_id=champion.id, policy_version_id=published.id,
            request=asdict(request), numbers=asdict(NUMBERS), **actions._columns(verdict),
        )
        for place, (vector, verdict, request) in enumerate(
            zip(kept, verdicts, requests, strict=True)
        )
    )  # fmt: skip


class TestAThousand:
    def test_old_decisions_come_out_bit_for_bit_after_a_new_champion_and_a_new_kernel(
        self, lin, monkeypatch
    ):
        for number in range(5):
            a_real_one(lin, application_id=number + 1)
        many_old_ones(lin, MANY - 5)
        moved_on()
        monkeypatch.setattr(kernel, "VERSION", "kernel-of-tomorrow")
        newest = a_real_one(lin, application_id=99)
        assert newest.verdict.model_version == "woe-1"

        outcomes = [each.outcome for each in replays.latest()]

        assert outcomes == ["IDENTICAL"] * (MANY + 1)
        assert len({each.score for each in Assessment.objects.all()}) > 50
        assert list(queries.breaches()) == []

    def test_one_figure_altered_among_them_is_noticed(self, lin):
        a_real_one(lin)
        many_old_ones(lin, 40)
        row = Assessment.objects.order_by("pk")[20]
        features = builders.figures_in(row.vector)
        name = next(each for each, value in features.items() if value)
        features[name] = (features[name] or 0.0) * (1 + 2**-50) + 2**-30
        FeatureVector.objects.filter(pk=row.vector_id).update(features=features)

        found = {each.assessment_public_id: each.outcome for each in replays.latest()}

        assert found.pop(row.public_id) == "DAMAGED"
        assert set(found.values()) == {"IDENTICAL"}


class TestOne:
    def test_is_found_by_its_own_number_and_by_its_application(self, lin):
        decided = a_real_one(lin)
        row = Assessment.objects.get(pk=decided.assessment_id)

        by_own = replays.of(public_id=row.public_id)

        assert by_own == replays.of(application_id=7)
        assert (by_own.outcome, by_own.differences) == ("IDENTICAL", ())
        with pytest.raises(NotFound):
            replays.of(public_id="nobody")

    def test_tells_every_difference_in_words(self, lin):
        decided = a_real_one(lin)
        reasons = Assessment.objects.get(pk=decided.assessment_id).reasons
        reasons[0]["points"] += 1
        Assessment.objects.filter(pk=decided.assessment_id).update(reasons=reasons)

        found = replays.of(application_id=7)

        assert found.outcome == "DIFFERS"
        assert len(found.differences) == 1
        assert found.differences[0].startswith("reasons: ")

    def test_answers_erased_with_the_mark_after_a_lawful_erasure(self, lin):
        a_real_one(lin)
        mark = FeatureVector.objects.get().commitment
        FeatureVector.objects.update(features=None, salt="")

        found = replays.of(application_id=7)

        assert (found.outcome, found.mark) == ("ERASED", mark)

    @pytest.mark.parametrize(
        "attack",
        [
            'UPDATE scoring_featurevector SET features = \'{"confidence": "high"}\'',
            "UPDATE scoring_featurevector SET features = '[1]'",
            "UPDATE scoring_assessment SET request = '{\"wish\": 1}'",
            "UPDATE scoring_assessment SET numbers = '{}'",
            "UPDATE scoring_assessment SET policy_trace = '{\"inputs\": 5}'",
            "UPDATE scoring_assessment SET reasons = '[{}]'",
        ],
    )
    def test_what_was_written_over_in_another_shape_is_told_and_the_others_go_on(self, lin, attack):
        a_real_one(lin)
        with connection.cursor() as cursor:
            cursor.execute(attack)
        a_real_one(lin, application_id=8)

        assert [each.outcome for each in replays.latest()] == ["IDENTICAL", "DAMAGED"]

    def test_a_model_that_is_not_the_one_of_its_hash_is_told(self, lin):
        a_real_one(lin)
        forged = ModelVersion.objects.create(
            version="forged", kind="EXPERT", artefact=another_card("forged"), sha256="0" * 64
        )
        with connection.cursor() as cursor:
            cursor.execute("SELECT sha256 FROM scoring_modelversion WHERE id = %s", [forged.pk])
        row = Assessment.objects.select_related("vector", "policy_version").get()
        row.model_version = forged

        found = replays.replayed(row)

        assert found.outcome == "DAMAGED"
        assert "ARTEFACT_ALTERED" in found.differences[0]

    def test_the_latest_are_as_many_as_asked(self, lin):
        for number in range(3):
            a_real_one(lin, application_id=number + 1)

        numbers = [each.assessment_public_id for each in replays.latest(2)]

        kept = Assessment.objects.order_by("-pk").values_list("public_id", flat=True)
        assert numbers == list(kept)[:2]
        assert list(replays.latest(0)) == []

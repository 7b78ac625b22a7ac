"""Which scorecard decides: registered by hash, one at a time, never rewritten."""

from functools import partial

import pytest
from django.db import DatabaseError, connection, transaction

from common.actors import SYSTEM
from common.audit.models import AuditEntry
from common.errors import NotFound
from scoring.registry import actions, queries
from scoring.registry.artefact import ModelDamaged
from scoring.registry.expert import scorecard
from scoring.registry.models import ModelVersion
from scoring.tests.builders import another_card
from tests.machinery.races import together


@pytest.fixture(autouse=True)
def _nothing_read_before():
    queries.card.cache_clear()


@pytest.mark.django_db
class TestLoadDefaults:
    def test_lets_the_expert_card_decide_and_twice_is_once(self):
        actions.load_defaults()
        actions.load_defaults()

        row = ModelVersion.objects.get()
        assert (row.state, row.sha256) == ("CHAMPION", scorecard.expert().sha256)
        assert queries.champion().card == scorecard.expert()
        assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
            "scoring.model.registered",
            "scoring.model.moved",
            "scoring.model.moved",
            "scoring.model.promoted",
        ]

    def test_does_not_push_away_the_version_that_decides(self):
        actions.register(document=another_card(), by=SYSTEM)
        actions.promote(version="challenger-1", by=SYSTEM)

        actions.load_defaults()

        assert queries.champion().card.version == "challenger-1"
        assert ModelVersion.objects.count() == 2


@pytest.mark.django_db
class TestRegister:
    def test_keeps_a_version_that_does_not_decide_yet(self):
        first = actions.register(document=another_card(), by=SYSTEM)

        assert actions.register(document=another_card(), by=SYSTEM) == first
        assert ModelVersion.objects.get().state == "DRAFT"
        with pytest.raises(queries.NoChampion):
            queries.champion()

    def test_refuses_another_content_under_a_known_name_and_writes_nothing(self):
        actions.register(document=another_card(), by=SYSTEM)

        with pytest.raises(actions.ModelVersionTaken):
            actions.register(document=another_card(neutral=41), by=SYSTEM)

        assert ModelVersion.objects.count() == 1
        assert AuditEntry.objects.count() == 1

    def test_refuses_a_document_whose_hash_does_not_match(self):
        document = another_card() | {"neutral_score": 999}

        with pytest.raises(ModelDamaged):
            actions.register(document=document, by=SYSTEM)

        assert not ModelVersion.objects.exists()


@pytest.mark.django_db
class TestPromote:
    def test_retires_the_one_before_and_can_be_undone(self):
        actions.load_defaults()
        actions.register(document=another_card(), by=SYSTEM)

        actions.promote(version="challenger-1", by=SYSTEM)
        after = dict(ModelVersion.objects.values_list("version", "state"))
        actions.promote(version=scorecard.expert().version, by=SYSTEM)

        assert after == {scorecard.expert().version: "RETIRED", "challenger-1": "CHAMPION"}
        assert queries.champion().card == scorecard.expert()

    def test_twice_is_once(self):
        actions.load_defaults()

        actions.promote(version=scorecard.expert().version, by=SYSTEM)

        assert AuditEntry.objects.filter(action="scoring.model.promoted").count() == 1

    def test_refuses_a_version_that_nobody_registered(self):
        actions.load_defaults()

        with pytest.raises(NotFound):
            actions.promote(version="nobody's", by=SYSTEM)

        assert queries.champion().card == scorecard.expert()


@pytest.mark.django_db
class TestReading:
    def test_a_card_is_read_once_in_a_process(self, django_assert_num_queries):
        actions.load_defaults()
        queries.champion()

        with django_assert_num_queries(1):
            assert queries.champion().card is queries.card(scorecard.expert().sha256)

    def test_an_artefact_of_another_hash_decides_nothing(self):
        document = another_card()
        row = ModelVersion.objects.create(
            version="forged", kind="SCORECARD", artefact=document, sha256="0" * 64
        )

        with pytest.raises(ModelDamaged):
            queries.card(row.sha256)


@pytest.mark.django_db
class TestTheDatabaseRefuses:
    @pytest.mark.parametrize(
        "attack",
        [
            "UPDATE scoring_modelversion SET artefact = artefact || '{\"neutral_score\": 900}'",
            "UPDATE scoring_modelversion SET sha256 = repeat('0', 64)",
            "DELETE FROM scoring_modelversion",
        ],
    )
    def test_any_change_of_what_a_version_contains(self, attack):
        actions.load_defaults()

        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(attack)

        assert queries.champion().card == scorecard.expert()

    def test_two_champions(self):
        actions.load_defaults()
        actions.register(document=another_card(), by=SYSTEM)

        with pytest.raises(DatabaseError), transaction.atomic():
            ModelVersion.objects.update(state="CHAMPION")

        assert ModelVersion.objects.filter(state="CHAMPION").count() == 1


@pytest.mark.commits
class TestTwoAtOnce:
    def test_of_two_promotions_at_once_one_decides_in_the_end(self):
        actions.load_defaults()
        versions = [f"challenger-{number}" for number in (1, 2)]
        for number, version in enumerate(versions):
            actions.register(document=another_card(version, 10 + number), by=SYSTEM)
        promotions = [partial(actions.promote, version=each, by=SYSTEM) for each in versions]

        assert together(*promotions) == [None, None]
        assert ModelVersion.objects.get(state="CHAMPION").version in versions
        assert ModelVersion.objects.filter(state="RETIRED").count() == 2

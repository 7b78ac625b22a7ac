"""Which policy is in force: registered by hash, one at a time, never rewritten."""

from functools import partial

import pytest
from django.db import DatabaseError, connection, transaction

from common.actors import SYSTEM
from common.audit.models import AuditEntry
from common.errors import NotFound
from scoring.policy import actions, queries, table
from scoring.policy.models import PolicyVersion
from scoring.tests.builders import another_policy
from tests.machinery.races import together

DEMONSTRATION = table.demonstration()


@pytest.fixture(autouse=True)
def _nothing_read_before():
    queries.policy.cache_clear()


@pytest.mark.django_db
class TestLoadDefaults:
    def test_publishes_the_demonstration_policy_and_twice_is_once(self):
        actions.load_defaults()
        actions.load_defaults()

        row = PolicyVersion.objects.get()
        assert (row.state, row.sha256) == ("PUBLISHED", DEMONSTRATION.sha256)
        assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
            "scoring.policy.registered",
            "scoring.policy.published",
        ]

    def test_reads_back_the_very_text_that_was_registered(self):
        actions.load_defaults()

        assert queries.published().policy == DEMONSTRATION

    def test_does_not_push_away_the_policy_in_force(self):
        actions.register(document=another_policy(), by=SYSTEM)
        actions.publish(version="strict-1", by=SYSTEM)

        actions.load_defaults()

        assert queries.published().policy.version == "strict-1"


@pytest.mark.django_db
class TestRegister:
    def test_keeps_a_draft_that_is_not_in_force(self):
        first = actions.register(document=another_policy(), by=SYSTEM)

        assert actions.register(document=another_policy(), by=SYSTEM) == first
        assert PolicyVersion.objects.get().state == "DRAFT"
        with pytest.raises(queries.NoPolicy):
            queries.published()

    def test_refuses_another_content_under_a_known_name_and_writes_nothing(self):
        actions.register(document=another_policy(), by=SYSTEM)

        with pytest.raises(actions.PolicyVersionTaken):
            actions.register(document=another_policy(name="Other"), by=SYSTEM)

        assert PolicyVersion.objects.count() == 1
        assert AuditEntry.objects.count() == 1

    def test_refuses_the_same_content_under_another_hash(self):
        document = another_policy() | {"sha256": "0" * 64}

        with pytest.raises(table.PolicyIsDamaged):
            actions.register(document=document, by=SYSTEM)

        assert not PolicyVersion.objects.exists()


@pytest.mark.django_db
class TestPublish:
    def test_retires_the_one_before_and_can_be_undone(self):
        actions.load_defaults()
        actions.register(document=another_policy(), by=SYSTEM)

        actions.publish(version="strict-1", by=SYSTEM)
        after = dict(PolicyVersion.objects.values_list("version", "state"))
        actions.publish(version=DEMONSTRATION.version, by=SYSTEM)

        assert after == {DEMONSTRATION.version: "RETIRED", "strict-1": "PUBLISHED"}
        assert queries.published().policy == DEMONSTRATION

    def test_twice_is_once(self):
        actions.load_defaults()

        actions.publish(version=DEMONSTRATION.version, by=SYSTEM)

        assert AuditEntry.objects.filter(action="scoring.policy.published").count() == 1

    def test_refuses_a_version_that_nobody_registered(self):
        actions.load_defaults()

        with pytest.raises(NotFound):
            actions.publish(version="nobody's", by=SYSTEM)

        assert queries.published().policy == DEMONSTRATION


@pytest.mark.django_db
class TestReading:
    def test_a_policy_is_read_once_in_a_process(self, django_assert_num_queries):
        actions.load_defaults()
        queries.published()

        with django_assert_num_queries(1):
            assert queries.published().policy is queries.policy(DEMONSTRATION.sha256)

    def test_a_content_of_another_hash_is_never_in_force(self):
        PolicyVersion.objects.create(
            version="forged", content=another_policy(), sha256="0" * 64, state="PUBLISHED"
        )

        with pytest.raises(table.PolicyIsDamaged):
            queries.published()


@pytest.mark.django_db
class TestTheDatabaseRefuses:
    @pytest.mark.parametrize(
        "attack",
        [
            "UPDATE scoring_policyversion SET content = '{}'",
            "UPDATE scoring_policyversion SET version = 'other'",
            "DELETE FROM scoring_policyversion",
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

        assert queries.published().policy == DEMONSTRATION


@pytest.mark.commits
class TestTwoAtOnce:
    def test_of_two_publications_at_once_one_is_in_force_in_the_end(self):
        actions.load_defaults()
        for version in ("strict-1", "strict-2"):
            actions.register(document=another_policy(version, version), by=SYSTEM)
        publications = [
            partial(actions.publish, version=version, by=SYSTEM)
            for version in ("strict-1", "strict-2")
        ]

        assert together(*publications) == [None, None]
        assert PolicyVersion.objects.filter(state="PUBLISHED").count() == 1
        assert PolicyVersion.objects.filter(state="RETIRED").count() == 2

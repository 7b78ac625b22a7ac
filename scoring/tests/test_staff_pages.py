"""What staff see of decisions: everything about the figures, nothing about who it is."""

from dataclasses import replace

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from borrowers.people import actions as people
from borrowers.tests import cast
from common.actors import Actor
from scoring.decisions import actions as decisions
from scoring.decisions.models import Assessment
from scoring.features.models import FeatureVector
from scoring.policy.models import PolicyVersion
from scoring.registry.models import ModelVersion
from scoring.tests import builders
from scoring.tests.builders import REQUEST

pytestmark = pytest.mark.django_db


@pytest.fixture
def mei():
    return cast.officer()


@pytest.fixture
def staff(mei):
    client = Client(headers={"accept-language": "en"})
    client.force_login(mei)
    return client


@pytest.fixture
def lin():
    builders.load_defaults()
    card = cast.borrower("Lin")
    cast.identify(card, name="林悦", id_number=cast.LIN_ID_NUMBER)
    builders.steady(card)
    return card


def page(client, row):
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    answer = client.get(reverse(name, args=[row.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


class TestAssessments:
    def test_the_list_shows_result_tier_and_limit(self, staff, lin):
        builders.decide(lin)

        text = staff.get(reverse("admin:scoring_assessment_changelist")).content.decode()

        assert Assessment.objects.get().public_id in text
        assert "¥50,000.00" in text
        assert "9.00%" in text

    def test_the_page_shows_reasons_with_bars_the_trace_and_every_group(self, staff, lin):
        builders.decide(lin)

        text = page(staff, Assessment.objects.get())

        assert "Average income a month: ¥12,000" in text
        assert text.count('<svg class="meter"') == 4
        assert "What the policy was asked" in text
        assert FeatureVector.objects.get().commitment in text
        assert "Share of the income left over" in text

    def test_the_page_speaks_of_the_applicant_in_words_percent_and_yuan(self, staff, lin):
        builders.decide(lin)

        text = page(staff, Assessment.objects.get())

        assert "The applicant&#x27;s age, from the identity number" in text
        assert "Your age" not in text
        for words in ("Long, full and strong records.", "Limit at most", "¥50,000", "40.00%"):
            assert words in text
        for code in ("limit_fen", "annual_rate_ppm", "bound_by", "is_base", "has_records"):
            assert code not in text

    def test_the_page_names_nobody(self, staff, lin):
        builders.decide(lin)

        text = page(staff, Assessment.objects.get())

        for secret in ("林悦", cast.LIN_ID_NUMBER, cast.PHONES["Lin"], "13900000001", "Green Bowl"):
            assert secret not in text

    def test_the_page_shows_what_a_person_decided_beside_it(self, staff, lin, mei):
        found = builders.decide(lin, request=replace(REQUEST, scene="EDUCATION"))
        with transaction.atomic():
            decisions.review(
                assessment_id=found.assessment_id,
                outcome="OFFERED",
                limit_fen=600_000,
                annual_rate_ppm=150_000,
                reason_code="EVIDENCE_CHECKED",
                note_document_id=None,
                by=Actor(kind="STAFF", account_id=mei.pk),
            )

        text = page(staff, Assessment.objects.get())

        assert "The evidence was checked and fits." in text
        assert "¥6,000.00" in text

    def test_the_page_stands_after_the_figures_were_erased(self, staff, lin):
        builders.decide(lin)
        FeatureVector.objects.update(features=None, salt="")

        assert "The figures were erased." in page(staff, Assessment.objects.get())

    def test_nothing_can_be_changed_or_deleted_there(self, staff, lin):
        builders.decide(lin)
        row = Assessment.objects.get()

        answers = [
            staff.post(reverse("admin:scoring_assessment_change", args=[row.pk]), {"score": 999}),
            staff.post(reverse("admin:scoring_assessment_delete", args=[row.pk]), {"post": "yes"}),
            staff.get(reverse("admin:scoring_assessment_add")),
        ]

        assert [each.status_code for each in answers] == [403, 403, 403]
        assert Assessment.objects.get().score == row.score

    def test_an_unknown_assessment_is_answered_kindly(self, staff):
        answer = staff.get(reverse("admin:scoring_assessment_change", args=[1]))

        assert answer.status_code == 302

    def test_the_list_takes_the_same_few_queries_for_many_rows(
        self, staff, lin, django_assert_max_num_queries
    ):
        for application_id in range(8):
            builders.decide(lin, application_id=application_id)
        staff.get(reverse("admin:scoring_assessment_changelist"))

        with django_assert_max_num_queries(14):
            staff.get(reverse("admin:scoring_assessment_changelist"))


class TestVersions:
    def test_a_scorecard_shows_its_bins_with_their_points(self, staff, lin):
        text = page(staff, ModelVersion.objects.get())

        assert "income_monthly_90d" in text
        assert "20 points double the odds" in text

    def test_a_policy_shows_its_rules_with_their_description(self, staff, lin):
        text = page(staff, PolicyVersion.objects.get())

        assert "Something that must be known is not: a person looks." in text
        assert "Score" in text

    def test_a_policy_shows_yuan_percent_and_words_instead_of_codes(self, staff, lin):
        text = page(staff, PolicyVersion.objects.get())

        assert "¥50,000" in text
        assert "9.00%" in text
        assert "&lt; 15%" in text
        assert "Average income a month is not known" in text
        for code in ("limit_fen", "rate_ppm", "&#x27;REFERRED&#x27;", "fen == null"):
            assert code not in text

    def test_the_lists_say_which_is_in_force(self, staff, lin):
        models = staff.get(reverse("admin:scoring_modelversion_changelist")).content.decode()
        policies = staff.get(reverse("admin:scoring_policyversion_changelist")).content.decode()

        assert "In force" in models
        assert "In force" in policies


class TestWhoMayLook:
    @pytest.mark.parametrize("model", ["assessment", "modelversion", "policyversion"])
    def test_zhao_and_staff_without_the_right_see_nothing(self, model):
        clerk = people.open_staff(
            phone="+8613900000006", password="a long enough password", is_administrator=False
        )
        answers = []
        for account in (None, cast.borrower("Zhao").account_id, clerk.pk):
            client = Client()
            if account is not None:
                client.force_login(type(clerk).objects.get(pk=account))
            answers.append(client.get(reverse(f"admin:scoring_{model}_changelist")).status_code)

        assert answers == [302, 302, 403]

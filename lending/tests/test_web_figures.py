"""What was used, what it says, and how it counted: the page and its twin in the API."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse

from borrowers.tests import cast
from lending.tests import builders, doors
from scoring.features.catalogue import FEATURES
from scoring.features.models import FeatureVector
from scoring.tests import builders as scored

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]


@pytest.fixture
def lin():
    card = builders.person("Lin")
    cast.allow(card)
    until = builders.NOW - timedelta(days=1)
    bought = scored.purchases(200, until=until)
    scored.share(card, [*bought, *scored.pays([12_000] * 6, until=until)])
    return card


@pytest.fixture
def decided(lin):
    application = builders.draft(lin)
    doors.web_of(lin).post(reverse("lending:submit", args=[application.public_id]))
    doors.decide(application)
    return application


def page_of(card, application, language="en"):
    web = doors.web_of(card)
    web.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return web.get(reverse("lending:figures", args=[application.public_id]))


class TestPage:
    def test_tells_each_figure_its_source_and_how_it_counted(self, lin, decided):
        said = page_of(lin, decided).content.decode()

        assert "Average income a month" in said
        assert "Counted in your favour." in said
        assert "Kept with the decision; not weighed." in said
        assert "From your consumption records" in said

    def test_speaks_chinese_without_a_catalogue_of_features(self, lin, decided):
        said = page_of(lin, decided, "zh-hans").content.decode()

        assert "月均收入" in said
        assert "Average income a month" not in said

    def test_is_nobody_elses(self, decided):
        zhao = builders.person("Zhao")

        assert page_of(zhao, decided).status_code == 404

    def test_says_that_the_figures_were_erased(self, lin, decided):
        FeatureVector.objects.update(features=None, salt="")

        assert "The figures were erased." in page_of(lin, decided).content.decode()

    def test_of_a_draft_leads_back_to_it(self, lin):
        application = builders.draft(lin)

        found = page_of(lin, application)

        assert found.status_code == 302
        assert found["Location"] == reverse("lending:application", args=[application.public_id])


class TestApi:
    def test_gives_the_same_figures_by_their_groups(self, lin, decided):
        api = doors.api_of(lin)

        groups = api.get(reverse("lending-api:figures", args=[decided.public_id])).json()

        figures = {each["code"]: each for group in groups for each in group["figures"]}
        assert set(figures) <= set(FEATURES)
        assert figures["income_monthly_90d"]["weight"] in {"FOR", "WEIGHED"}
        assert figures["income_monthly_90d"]["days"] == 90
        assert figures["own_instalments"]["purpose"] == "CONTRACT"
        assert all(each["says"] for each in figures.values())

    def test_is_empty_before_a_decision(self, lin):
        application = builders.draft(lin)

        found = doors.api_of(lin).get(reverse("lending-api:figures", args=[application.public_id]))

        assert found.json() == []

    def test_is_nobody_elses(self, decided):
        zhao = builders.person("Zhao")

        found = doors.api_of(zhao).get(reverse("lending-api:figures", args=[decided.public_id]))

        assert found.status_code == 404

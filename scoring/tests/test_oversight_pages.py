"""The pages of the watch: a right for each, charts with their tables, alarms seen by one."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from borrowers.people import actions as people
from borrowers.tests import cast
from common.charts.bars import Caption
from common.charts.lines import Line, Scale, lines_over, said_and_happened
from scoring.admin.watching import PAGES
from scoring.oversight import actions
from scoring.oversight.contracts import Finding, Lack, Level, Measured, lacking
from scoring.oversight.models import ModelAlarm
from scoring.registry.models import ModelVersion
from scoring.tests import builders

DAY = date(2026, 3, 1)
FINDINGS = (
    Finding("PSI", "", Measured(0.31, 400), Level.ACT),
    Finding("CSI", "cover_90d", Measured(0.14, 400), Level.WARN),
    Finding("NULL_RISE", "cover_90d", Measured(-0.02, 400), Level.GOOD),
    Finding("CALIBRATION_ERROR", "", Measured(0.03, 900), Level.WARN, {"bins": [[0.02, 0.05, 90]]}),
    Finding("MATURED_AUC", "2025-07", Measured(0.71, 400), Level.GOOD),
    Finding("MATURED_AUC", "2025-08", lacking(Lack.ONE_CLASS, 120), Level.NOT_ENOUGH),
    Finding("MATURED_AUC", "", Measured(0.72, 900), Level.GOOD),
    Finding(
        "CHALLENGER_GAIN",
        "trees-7",
        Measured(0.021, 900),
        Level.WARN,
        {"first": 0.72, "second": 0.741, "error": 0.006, "p_value": 0.0004},
    ),
    Finding("APPROVAL_RATE", "SEX:F", Measured(0.61, 300), Level.GOOD),
    Finding("APPROVAL_RATE", "SEX:M", Measured(0.66, 310), Level.GOOD),
    Finding("APPROVAL_RATIO", "SEX", Measured(0.924, 610), Level.GOOD),
    Finding("PROXY_AUC", "SEX", Measured(0.57, 610), Level.WARN),
    Finding("PROXY_FEATURE_AUC", "SEX:cover_90d", Measured(0.53, 610), Level.GOOD),
    Finding(
        "ALTERNATIVE",
        "SEX",
        Measured(0.88, 610),
        Level.GOOD,
        {"dropped": [], "auc": 0.74, "loss": 0.0},
    ),
    Finding(
        "ALTERNATIVE",
        "SEX:cover_90d",
        Measured(0.957, 610),
        Level.GOOD,
        {"dropped": ["cover_90d"], "auc": 0.738, "loss": 0.0017},
    ),
    Finding("SOURCE_SHARE", "bills", Measured(0.15, 900), Level.GOOD),
    Finding("SOURCE_AUC", "bank+bills", Measured(0.74, 900), Level.GOOD),
    Finding("SOURCE_THIN_GAIN", "bank", Measured(0.04, 200), Level.GOOD),
)


@pytest.fixture
def model(db):
    builders.load_defaults()
    return ModelVersion.objects.get(state="CHAMPION")


@pytest.fixture
def measured(model):
    for number in range(2):
        day = DAY + timedelta(days=number)
        actions.keep(model_id=model.pk, on=day, findings=FINDINGS)
    return model


@pytest.fixture
def mei(db):
    client = Client(headers={"accept-language": "en"})
    client.force_login(cast.officer())
    return client


def clerk(*rights):
    """Somebody of the staff with these rights alone."""
    account = people.open_staff(
        phone="+8613900000077", password="a long enough password", is_administrator=False
    )
    account.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client = Client(headers={"accept-language": "en"})
    client.force_login(account)
    return client


def text_of(client, page, **query):
    answer = client.get(reverse(f"admin:scoring_modelwatch_{page}"), query)
    assert answer.status_code == 200
    return answer.content.decode()


class TestEveryPage:
    @pytest.mark.parametrize("page", list(PAGES))
    def test_says_that_nothing_was_measured_yet(self, mei, model, page):
        assert "Nothing was measured yet." in text_of(mei, page)

    @pytest.mark.parametrize("page", list(PAGES))
    def test_shows_a_chart_or_table_that_can_be_read_without_the_chart(self, mei, measured, page):
        text = text_of(mei, page)
        assert "<table>" in text
        assert 'role="img"' in text or page == "calibration"

    @pytest.mark.parametrize("page", list(PAGES))
    def test_is_closed_without_its_own_right(self, measured, page):
        others = [f"view_{each}" for each in PAGES if each != page]
        client = clerk("view_modelwatch", *others)
        assert client.get(reverse(f"admin:scoring_modelwatch_{page}")).status_code == 403

    @pytest.mark.parametrize("page", list(PAGES))
    def test_shows_zhao_nothing(self, measured, page):
        zhao = Client()
        zhao.force_login(people.open_account(phone=cast.PHONES["Zhao"], language="en"))
        answer = zhao.get(reverse(f"admin:scoring_modelwatch_{page}"))
        assert answer.status_code in {302, 403, 404}
        assert b"<table>" not in answer.content

    @pytest.mark.parametrize("page", list(PAGES))
    def test_takes_any_model_that_is_asked_for(self, mei, measured, page):
        for model in ("", "0", "x", "99999999999999999999"):
            text_of(mei, page, model=model)


class TestDrift:
    def test_shows_psi_csi_and_what_is_missing(self, mei, measured):
        text = text_of(mei, "drift")
        for shown in ("0.310", "0.140", "-0.020", "Act", "Needs a look", "band-act"):
            assert shown in text


class TestCalibration:
    def test_shows_bins_months_and_why_a_month_has_no_figure(self, mei, measured):
        text = text_of(mei, "calibration")
        for shown in ("2025-07", "0.710", "one class only", "2.0%", "5.0%"):
            assert shown in text


class TestComparison:
    def test_says_in_words_what_the_test_says(self, mei, measured):
        text = text_of(mei, "comparison")
        for shown in ("trees-7", "0.720", "0.741", "0.0004", "Better beyond chance"):
            assert shown in text


class TestFairness:
    def test_shows_groups_and_what_gives_them_away(self, mei, measured):
        text = text_of(mei, "fairness")
        for shown in ("Women", "Men", "0.924", "All together", "0.570"):
            assert shown in text

    def test_shows_models_that_might_be_fairer_and_what_they_lose(self, mei, measured):
        text = text_of(mei, "fairness")
        for shown in ("Sex: models that might be fairer", "As it is", "0.957", "0.0017"):
            assert shown in text
        assert text.index("0.880") < text.index("0.957")

    def test_without_a_search_shows_no_table_of_it(self, mei, model):
        rest = [each for each in FINDINGS if each.measure != "ALTERNATIVE"]
        actions.keep(model_id=model.pk, on=DAY, findings=rest)
        assert "might be fairer" not in text_of(mei, "fairness")

    def test_does_not_show_in_the_list_to_who_may_not_see_it(self, measured):
        client = clerk("view_modelwatch", "view_drift")
        text = client.get(reverse("admin:scoring_modelwatch_changelist")).content.decode()
        assert "Drift of the score (PSI)" in text
        assert "Women" not in text


class TestSources:
    def test_shows_shares_subsets_and_thin_files(self, mei, measured):
        text = text_of(mei, "sources")
        for shown in ("Bills", "0.150", "Bank accounts + Bills", "0.740"):
            assert shown in text


class TestAlarms:
    def test_stand_on_their_page_until_somebody_looked(self, mei, measured):
        assert "Somebody has to look at this" in text_of(mei, "drift")
        for alarm in ModelAlarm.objects.filter(watch__measure__in=["PSI", "CSI"]):
            url = reverse("admin:scoring_modelalarm_acknowledge", args=[alarm.pk])
            assert mei.post(url).status_code == 302
        assert "Somebody has to look at this" not in text_of(mei, "drift")

    def test_are_listed_with_their_figures(self, mei, measured):
        text = mei.get(reverse("admin:scoring_modelalarm_changelist")).content.decode()
        assert "Drift of the score (PSI)" in text
        assert "0.310" in text

    def test_are_not_seen_by_a_look_or_without_the_right(self, mei, measured):
        alarm = ModelAlarm.objects.filter(watch__measure="PSI").get()
        url = reverse("admin:scoring_modelalarm_acknowledge", args=[alarm.pk])
        client = clerk("view_modelwatch", "view_modelalarm", "view_drift")
        assert mei.get(url).status_code == 403
        assert client.post(url).status_code == 403
        alarm.refresh_from_db()
        assert alarm.acknowledged_at is None

    def test_of_a_page_that_is_closed_cannot_be_seen_away(self, measured):
        alarm = ModelAlarm.objects.filter(watch__measure="PROXY_AUC").get()
        url = reverse("admin:scoring_modelalarm_acknowledge", args=[alarm.pk])
        client = clerk("view_modelwatch", "acknowledge_modelalarm", "view_drift")
        assert client.post(url).status_code == 403
        assert not ModelAlarm.objects.filter(acknowledged_at__isnull=False).exists()


class TestLines:
    CAPTION = Caption(name="chart", title="A chart", description="Told in the table.")

    def test_break_where_there_is_no_figure(self):
        drawn = lines_over(
            ["a", "b", "c", "d", "e"],
            [Line("x", (0.1, 0.2, None, 0.3, 0.1))],
            scale=Scale(0, 1),
            caption=self.CAPTION,
        )
        assert drawn.count("<polyline") == 2
        assert drawn.count("<circle") == 4

    def test_of_one_day_are_a_dot(self):
        drawn = lines_over(["a"], [Line("x", (0.5,))], scale=Scale(0, 1), caption=self.CAPTION)
        assert "<polyline" not in drawn
        assert "<circle" in drawn

    def test_of_nothing_are_an_empty_picture(self):
        drawn = lines_over([], [], scale=Scale(0, 0), caption=self.CAPTION)
        assert "A chart" in drawn

    @pytest.mark.parametrize(("warn", "act"), [(0.1, 0.25), (0.9, 0.8)])
    def test_show_both_bands_on_the_bad_side(self, warn, act):
        scale = Scale(0, 1, warn=warn, act=act)
        drawn = lines_over(["a"], [Line("x", (0.5,))], scale=scale, caption=self.CAPTION)
        assert "band-warn" in drawn
        assert "band-act" in drawn

    def test_keep_figures_outside_of_the_picture_at_its_edge(self):
        scale = Scale(0, 1)
        assert scale.y(7) == scale.y(1)
        assert scale.y(-7) == scale.y(0)

    def test_of_bins_put_equals_on_the_diagonal(self):
        drawn = said_and_happened([(0.1, 0.1, 50), (0.2, 0.2, 5)], caption=self.CAPTION)
        assert drawn.count("<circle") == 2
        assert "20%" in drawn
        assert "A chart" in said_and_happened([], caption=self.CAPTION)

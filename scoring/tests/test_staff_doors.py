"""The staff's doors of scoring: who may look, what is refused in words, and that nothing stays."""

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from borrowers.people import actions as people
from borrowers.tests import cast
from scoring.decisions.models import Assessment
from scoring.oversight import actions as oversight
from scoring.oversight.models import ModelAlarm
from scoring.policy import table
from scoring.policy.models import PolicyCase, PolicyProposal, PolicyVersion
from scoring.registry import queries
from scoring.registry.models import ModelProposal, ModelStep, ModelVersion
from scoring.tests import builders
from scoring.tests.builders import another_card
from scoring.tests.test_oversight_pages import DAY, FINDINGS
from scoring.tests.test_policy_pages import CASE

pytestmark = pytest.mark.django_db
CHINESE = re.compile(r"[\u4e00-\u9fff]")
LANGUAGES = ["en", "zh-hans"]
PRESSED = {
    "modelversion": ["propose", "approve", "turn_down", "lower", "roll_back"],
    "policyversion": ["case", "propose", "approve", "turn_down"],
}
BUTTONS = [(model, name) for model, names in PRESSED.items() for name in names]
LISTS = ["modelversion", "policyversion", "assessment", "modelwatch", "modelalarm"]


def client_of(account, language="en"):
    client = Client(headers={"accept-language": language})
    client.force_login(account)
    return client


def titles_of(text):
    found = re.search(r"<title>(.*?)</title>", text, re.DOTALL)
    assert found is not None
    return found[1]


def written():
    """Everything that a form of these pages could leave behind."""
    kept = (ModelVersion, ModelProposal, ModelStep, PolicyVersion, PolicyCase, PolicyProposal)
    models = sorted(ModelVersion.objects.values_list("pk", "state", "share_ppm"))
    policies = sorted(PolicyVersion.objects.values_list("pk", "state", "version"))
    return [each.objects.count() for each in kept], models, policies


@pytest.fixture(autouse=True)
def _in_force():
    queries.card.cache_clear()
    builders.load_defaults()


@pytest.fixture
def officer():
    return cast.officer()


@pytest.fixture
def mei(officer):
    return client_of(officer)


@pytest.fixture
def ann():
    return client_of(
        people.open_staff(
            phone="+8613900000006", password="a long enough password", is_administrator=True
        )
    )


@pytest.fixture
def strangers():
    """Nobody at all, Zhao who is a customer, and a clerk without any right."""
    clerk = people.open_staff(
        phone="+8613900000007", password="a long enough password", is_administrator=False
    )
    zhao = people.open_account(phone=cast.PHONES["Zhao"], language="en")
    return {"nobody": Client(), "Zhao": client_of(zhao), "clerk": client_of(clerk)}


def row_of(model):
    kind = {"modelversion": ModelVersion, "policyversion": PolicyVersion}[model]
    return kind._default_manager.order_by("pk").first()


def url(model, name, row):
    return reverse(f"admin:scoring_{model}_{name}", args=[row.pk])


def drafted(client, version="strict-1"):
    graph = json.dumps(table.document_of_demonstration()["table"])
    first = row_of("policyversion")
    client.post(url("policyversion", "draft", first), {"version": version, "table": graph})
    return PolicyVersion.objects.get(version=version)


def uploaded(client, version="challenger-1"):
    content = json.dumps(another_card(version)).encode()
    given = SimpleUploadedFile("model.json", content, content_type="application/json")
    client.post(reverse("admin:scoring_modelversion_register"), {"file": given})
    return ModelVersion.objects.get(version=version)


def told(answer):
    assert answer.status_code == 200
    return answer.content.decode()


class TestEveryPage:
    @pytest.mark.parametrize("name", LISTS)
    def test_that_lists_is_told_in_the_readers_language(self, officer, name):
        page = reverse(f"admin:scoring_{name}_changelist")

        english, chinese = (told(client_of(officer, each).get(page)) for each in LANGUAGES)

        assert CHINESE.search(titles_of(chinese))
        assert titles_of(english) != titles_of(chinese)

    @pytest.mark.parametrize("model", PRESSED)
    def test_of_one_version_is_told_in_the_readers_language(self, officer, model):
        page = url(model, "change", row_of(model))

        english, chinese = (told(client_of(officer, each).get(page)) for each in LANGUAGES)

        assert len(CHINESE.findall(chinese)) > 10 * len(CHINESE.findall(english))

    def test_of_one_decision_tells_each_reason_in_the_readers_language(self, officer):
        card = cast.borrower("Lin")
        builders.steady(card)
        builders.decide(card)
        page = reverse("admin:scoring_assessment_change", args=[Assessment.objects.get().pk])

        english, chinese = (told(client_of(officer, each).get(page)) for each in LANGUAGES)

        assert "Offered" in english
        with translation.override("zh-hans"):
            assert translation.gettext("Offered") in chinese
        assert "Offered" not in chinese

    @pytest.mark.parametrize("name", LISTS)
    def test_is_closed_to_who_has_no_right(self, strangers, name):
        page = reverse(f"admin:scoring_{name}_changelist")

        answers = {who: client.get(page).status_code for who, client in strangers.items()}

        assert answers["nobody"] == 302
        assert answers["clerk"] == 403
        assert answers["Zhao"] in {302, 403}

    @pytest.mark.parametrize("name", LISTS)
    def test_has_no_way_to_add_or_delete(self, mei, name):
        assert mei.get(reverse(f"admin:scoring_{name}_add")).status_code == 403

    def test_finds_a_version_by_a_part_of_its_name(self, mei):
        uploaded(mei)
        page = reverse("admin:scoring_modelversion_changelist")

        assert "challenger-1" in told(mei.get(page, {"q": "lenger-1"}))
        rows = told(mei.get(page, {"q": "no such model"}))
        assert "challenger-1" not in rows


class TestWhoPresses:
    @pytest.mark.parametrize(("model", "name"), BUTTONS)
    def test_without_a_right_writes_nothing(self, mei, strangers, model, name):
        row = drafted(mei) if model == "policyversion" else uploaded(mei)
        before = written()

        for who, client in strangers.items():
            answer = client.post(url(model, name, row), {**CASE, "to_state": "RETIRED"})
            assert answer.status_code in ({403} if who == "clerk" else {302, 403}), who

        assert written() == before

    @pytest.mark.parametrize(("model", "name"), BUTTONS)
    def test_on_a_version_that_is_none_writes_nothing(self, mei, model, name):
        before = written()

        answer = mei.post(
            reverse(f"admin:scoring_{model}_{name}", args=[987_654]),
            {**CASE, "to_state": "SHADOW", "share": "1"},
            follow=True,
        )

        assert answer.status_code in {200, 404}
        assert written() == before

    @pytest.mark.parametrize("page", ["policyversion_draft", "modelversion_register"])
    def test_a_form_without_a_right_sees_and_sends_nothing(self, strangers, page):
        args = [row_of("policyversion").pk] if page == "policyversion_draft" else []
        before = written()

        for client in strangers.values():
            for answer in (client.get(reverse(f"admin:scoring_{page}", args=args)),):
                assert answer.status_code in {302, 403}
            sent = client.post(reverse(f"admin:scoring_{page}", args=args), {"version": "mine"})
            assert sent.status_code in {302, 403}

        assert written() == before


BAD_CASES = {
    "no name": {"name": ""},
    "a name too long": {"name": "x" * 81},
    "a score below nought": {"score": "-1"},
    "half a score": {"score": "1.5"},
    "more than all of the records": {"confidence_percent": "101"},
    "less than none of the records": {"confidence_percent": "-1"},
    "months before the first": {"history_months": "-1"},
    "an income below nought": {"income_yuan": "-0.01"},
    "a tenth of a fen": {"income_yuan": "1.001"},
    "more than all on time": {"own_on_time_percent": "100.5"},
    "nothing asked for": {"amount_yuan": "0"},
    "an amount that is a word": {"amount_yuan": "much"},
    "no months": {"term_months": "0"},
    "too many months": {"term_months": "61"},
    "a purpose that nobody has": {"scene": "GAMBLING"},
    "a result that nobody gives": {"outcome": "APPROVED"},
    "a tier beyond the last": {"tier": "F"},
}


class TestTheFormOfACase:
    @pytest.mark.parametrize("name", BAD_CASES)
    def test_is_shown_again_with_what_is_wrong_and_keeps_nothing(self, mei, name):
        row = drafted(mei)

        answer = mei.post(url("policyversion", "case", row), CASE | BAD_CASES[name])

        assert 'role="alert"' in told(answer)
        assert not PolicyCase.objects.exists()

    @pytest.mark.parametrize(
        ("given", "field", "kept"),
        [
            ({"income_yuan": "1234.56"}, "income_monthly_fen", 123_456.0),
            ({"income_yuan": ""}, "income_monthly_fen", None),
            ({"confidence_percent": "35"}, "confidence", 0.35),
            ({"confidence_percent": "0"}, "confidence", 0.0),
            ({"confidence_percent": ""}, "confidence", None),
            ({"own_on_time_percent": "100"}, "own_on_time_share", 1.0),
            ({"own_instalments": ""}, "own_instalments", None),
            ({"amount_yuan": "0.01", "term_months": "60"}, "amount_fen", None),
            ({"amount_yuan": "1"}, "amount_fen", 100),
            ({"score": ""}, "score", None),
        ],
    )
    def test_keeps_figures_in_the_units_of_the_table(self, mei, given, field, kept):
        row = drafted(mei)

        mei.post(url("policyversion", "case", row), CASE | given)

        found = [run.case.inputs for run in _runs(row)]
        if given.get("amount_yuan") == "0.01":
            assert found == []
        else:
            assert [getattr(each, field) for each in found] == [kept]


def _runs(row):
    from scoring.policy import queries as policies  # noqa: PLC0415 - beside the registry's queries

    return policies.runs_of(PolicyVersion.objects.get(pk=row.pk))


REFUSED_STEPS = ["CHAMPION", "CHALLENGER", "DRAFT", "GONE", ""]


class TestTheStepsOfAModel:
    @pytest.mark.parametrize("to_state", REFUSED_STEPS)
    def test_that_are_not_in_the_table_are_refused_in_words(self, mei, to_state):
        row = uploaded(mei)
        before = written()

        answer = mei.post(url("modelversion", "propose", row), {"to_state": to_state}, follow=True)

        assert answer.status_code in {200, 404}
        assert written() == before

    def test_are_asked_for_once_at_a_time(self, mei, ann):
        row = uploaded(mei)
        mei.post(url("modelversion", "propose", row), {"to_state": "SHADOW"})
        before = written()

        text = told(
            ann.post(url("modelversion", "propose", row), {"to_state": "RETIRED"}, follow=True)
        )

        assert "A proposal for this model is still waiting." in text
        assert written() == before

    @pytest.mark.parametrize("name", ["approve", "turn_down"])
    def test_that_nobody_asked_for_are_not_decided(self, mei, ann, name):
        row = uploaded(mei)
        before = written()

        told(ann.post(url("modelversion", name, row), follow=True))

        assert written() == before

    def test_do_not_lead_back_where_nothing_was_before(self, mei):
        row = ModelVersion.objects.get(state="CHAMPION")
        before = written()

        text = told(mei.post(url("modelversion", "roll_back", row), follow=True))

        assert "No other model decided before this one." in text
        assert written() == before

    @pytest.mark.parametrize("share", ["", "0", "1", "50", "50.01", "-1", "much", "1.001"])
    def test_lower_no_share_that_a_draft_has_not(self, mei, share):
        row = uploaded(mei)
        before = written()

        told(mei.post(url("modelversion", "lower", row), {"share": share}, follow=True))

        assert written() == before


class TestAlarms:
    @pytest.fixture
    def alarm(self):
        model = ModelVersion.objects.get(state="CHAMPION")
        oversight.keep(model_id=model.pk, on=DAY, findings=FINDINGS)
        found = ModelAlarm.objects.order_by("pk").first()
        assert found is not None
        return found

    def test_are_not_seen_away_by_who_has_no_right(self, alarm, strangers):
        page = reverse("admin:scoring_modelalarm_acknowledge", args=[alarm.pk])

        for client in strangers.values():
            assert client.post(page).status_code in {302, 403}

        assert not ModelAlarm.objects.exclude(acknowledged_at=None).exists()

    def test_that_are_none_are_not_seen(self, alarm, mei):
        page = reverse("admin:scoring_modelalarm_acknowledge", args=[alarm.pk + 999])

        assert mei.post(page).status_code == 403
        assert not ModelAlarm.objects.exclude(acknowledged_at=None).exists()

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_are_noted_in_the_readers_language(self, alarm, officer, language):
        page = reverse("admin:scoring_modelalarm_acknowledge", args=[alarm.pk])

        text = told(client_of(officer, language).post(page, follow=True))

        with translation.override(language):
            assert translation.gettext("Noted: somebody has looked at it.") in text
        alarm.refresh_from_db()
        assert alarm.acknowledged_at is not None

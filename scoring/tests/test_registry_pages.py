"""Models at the staff's door: uploaded by one, moved on by two, told in a card anybody can keep."""

import json

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from borrowers.people import actions as people
from borrowers.tests import cast
from common.actors import SYSTEM
from scoring.decisions import actions as decisions
from scoring.registry import actions, queries
from scoring.registry.artefact import LARGEST_BYTES, seal
from scoring.registry.expert import scorecard
from scoring.registry.models import ModelProposal, ModelStep, ModelVersion
from scoring.tests import builders
from scoring.tests.builders import another_card
from scoring.tests.test_decisions_any_model import characteristic, fitted
from scoring.tests.test_decisions_onlookers import put

pytestmark = pytest.mark.django_db
EXPERT = scorecard.expert().version
PAGES = ["propose", "approve", "turn_down", "lower", "roll_back"]


def client_of(account):
    client = Client(headers={"accept-language": "en"})
    client.force_login(account)
    return client


def another(phone, *, is_administrator=True):
    return people.open_staff(
        phone=phone, password="a long enough password", is_administrator=is_administrator
    )


@pytest.fixture(autouse=True)
def _in_force():
    queries.card.cache_clear()
    builders.load_defaults()


@pytest.fixture
def mei():
    return client_of(cast.officer())


@pytest.fixture
def ann():
    return client_of(another("+8613900000006"))


def url(name, row):
    return reverse(f"admin:scoring_modelversion_{name}", args=[row.pk])


def look(client, row):
    answer = client.get(url("change", row))
    assert answer.status_code == 200
    return answer.content.decode()


def uploaded(client, content):
    if not isinstance(content, bytes):
        content = json.dumps(content).encode()
    given = SimpleUploadedFile("model.json", content, content_type="application/json")
    return client.post(reverse("admin:scoring_modelversion_register"), {"file": given}, follow=True)


def drafted(client, version="challenger-1"):
    uploaded(client, another_card(version))
    return ModelVersion.objects.get(version=version)


def step(one, other, row, to_state, share=""):
    one.post(url("propose", row), {"to_state": to_state, "share": share})
    other.post(url("approve", row))
    row.refresh_from_db()
    return row.state


class TestTheWay:
    def test_from_an_upload_to_the_champion_and_back(self, mei, ann):
        row = drafted(mei)
        assert "Propose for the shadow" in look(mei, row)

        states = [step(mei, ann, row, each) for each in ("SHADOW", "CHALLENGER", "CHAMPION")]

        assert states == ["SHADOW", "CHALLENGER", "CHAMPION"]
        page = look(ann, row)
        assert "Administrator 139****0006" in page
        assert "Go back to the model before" in page
        answer = ann.post(url("roll_back", row), follow=True)
        assert "The model before this one decides again." in answer.content.decode()
        assert queries.champion().card.version == EXPERT
        assert "Rolled back" in look(mei, row)

    def test_the_author_sees_no_button_and_is_told_why_not(self, mei, ann):
        row = drafted(mei)
        ann.post(url("propose", row), {"to_state": "SHADOW"})

        page = look(mei, row)
        answer = mei.post(url("approve", row), follow=True)

        assert "neither who proposed it nor who registered the model" in page
        assert "A model needs two people for every step" in answer.content.decode()
        assert ModelVersion.objects.get(pk=row.pk).state == "DRAFT"

    def test_the_page_names_who_may_approve_and_says_where_one_has_no_right(self, mei, ann):
        row = drafted(mei)
        mei.post(url("propose", row), {"to_state": "SHADOW"})
        onlooker = another("+8613900000008", is_administrator=False)
        onlooker.user_permissions.add(Permission.objects.get(codename="view_modelversion"))

        assert "Administrator 139****0006" in look(mei, row)
        seen = look(client_of(onlooker), row)
        assert "You have no right to approve it." in seen
        assert "Administrator 139****0006" in seen

    def test_the_page_says_when_nobody_else_may_approve(self, mei):
        row = drafted(mei)
        mei.post(url("propose", row), {"to_state": "SHADOW"})

        assert "Nobody else has the right to approve models." in look(mei, row)

    def test_a_share_is_proposed_and_lowered_at_once(self, mei, ann):
        row = drafted(mei)
        step(mei, ann, row, "SHADOW")
        step(mei, ann, row, "CHALLENGER", share="12.5")
        assert row.share_ppm == 125_000
        assert "Challenger, 12.5% of the applicants" in look(ann, row)

        mei.post(url("lower", row), {"share": "2"})

        row.refresh_from_db()
        assert row.share_ppm == 20_000

    @pytest.mark.parametrize("share", ["51", "-1", "much"])
    def test_an_impossible_share_is_refused_in_words(self, mei, ann, share):
        row = drafted(mei)
        step(mei, ann, row, "SHADOW")

        answer = mei.post(
            url("propose", row), {"to_state": "CHALLENGER", "share": share}, follow=True
        )

        assert "This share of the applicants is not possible." in answer.content.decode()
        assert not ModelProposal.objects.filter(to_state="CHALLENGER").exists()

    def test_turning_down_leaves_the_model_where_it_is(self, mei, ann):
        row = drafted(mei)
        mei.post(url("propose", row), {"to_state": "SHADOW"})

        ann.post(url("turn_down", row))

        assert ModelVersion.objects.get(pk=row.pk).state == "DRAFT"
        assert "Turned down" in look(mei, row)


BAD = {
    "no JSON": b"{",
    "cut in the middle": json.dumps(another_card()).encode()[:700],
    "a list": b"[]",
    "not a number": json.dumps(another_card()).replace('"pdo": 20', '"pdo": NaN').encode(),
    "endless": json.dumps(another_card()).replace('"pdo": 20', '"pdo": Infinity').encode(),
    "beyond every float": json.dumps(another_card()).replace('"pdo": 20', '"pdo": 1e999').encode(),
    "altered": json.dumps(another_card() | {"neutral_score": 999}).encode(),
    "of another kind": json.dumps(another_card() | {"kind": "ORACLE"}).encode(),
    "of another format": json.dumps(fitted([]) | {"format": 2}).encode(),
    "nested without end": b"[" * 100_000,
    "binary": bytes(range(256)) * 9,
    "too large": b" " * (LARGEST_BYTES + 1),
}


class TestBadFiles:
    @pytest.mark.parametrize("name", BAD)
    def test_are_refused_beside_the_field_and_leave_nothing(self, mei, name):
        answer = uploaded(mei, BAD[name])

        assert answer.status_code == 200
        assert 'role="alert"' in answer.content.decode()
        assert ModelVersion.objects.count() == 1
        assert queries.champion().card == scorecard.expert()

    @pytest.mark.parametrize("name", BAD)
    def test_are_refused_by_the_command_with_their_code(self, tmp_path, name):
        file = tmp_path / "model.json"
        file.write_bytes(BAD[name])

        with pytest.raises(CommandError, match=r"^[A-Z_]+: "):
            call_command("register_model", file)

        assert ModelVersion.objects.count() == 1


class TestCommand:
    def test_registers_in_the_name_of_its_author(self, tmp_path, capsys):
        mei = cast.officer()
        file = tmp_path / "model.json"
        file.write_text(json.dumps(another_card()), encoding="utf-8")

        call_command("register_model", file, author=mei.phone)

        row = ModelVersion.objects.get(version="challenger-1")
        assert (row.author_id, row.state) == (mei.pk, "DRAFT")
        assert capsys.readouterr().out == f"challenger-1 EXPERT DRAFT {row.sha256}\n"

    def test_knows_who_may_not(self, tmp_path):
        clerk = another("+8613900000007", is_administrator=False)
        file = tmp_path / "model.json"
        file.write_text(json.dumps(another_card()), encoding="utf-8")

        for phone in (clerk.phone, "+8613900000099"):
            with pytest.raises(CommandError, match="may register models"):
                call_command("register_model", file, author=phone)

        assert ModelVersion.objects.count() == 1

    def test_says_when_there_is_no_file(self, tmp_path):
        with pytest.raises(CommandError, match="cannot read"):
            call_command("register_model", tmp_path / "nothing.json")


def trained():
    evidence = {
        "roc": [[0.0, 0.0], [0.2, 0.7], [1.0, 1.0]],
        "calibration": [[0.02, 0.01, 90], [0.3, 0.35, 90]],
        "bands": [[10, 80], [80, 10]],
    }
    row = characteristic("cover_90d", [0.1, 0.3], [0.6, 0.0, -0.7])
    document = fitted([row], version="woe-1")
    document["trained"] |= {
        "metrics": {"mean": {"auc": 0.912, "ks": 0.7}, "sd": {"auc": 0.02}},
        "evidence": evidence,
        "window": ["2025-01-01", "2026-01-01"],
        "bins": [
            {
                "feature": "cover_90d",
                "bins": [{"count": n, "bads": n // 9} for n in (100, 200, 300, 0, 7)],
            }
        ],
    }
    return seal(document)


class TestCard:
    @pytest.fixture
    def woe(self, mei):
        return ModelVersion.objects.get(pk=actions.register(document=trained(), by=SYSTEM))

    def test_tells_bins_figures_and_plots(self, mei, woe):
        page = look(mei, woe)

        assert "0.912" in page
        assert page.count("chart-curve") == 2
        assert "+20.2" in page
        assert "900 rows, 90 of them bad" in page
        assert "Not measured yet for this version." in page
        assert woe.data_sha256 == "a" * 64

    @pytest.mark.parametrize(
        ("named", "word"),
        [
            ("zh.html", '<html lang="zh-hans">'),
            ("en.html", "Model card of woe-1"),
            ("en.md", "# Model card of woe-1"),
            ("zh.md", "woe-1"),
        ],
    )
    def test_is_a_file_of_its_own_in_both_languages(self, mei, woe, named, word):
        answer = mei.get(reverse("admin:scoring_modelversion_card", args=[woe.pk, named]))

        assert answer.status_code == 200
        assert word in answer.content.decode()
        assert "attachment" in answer["Content-Disposition"]
        assert "http" not in answer.content.decode().replace("http-equiv", "")

    @pytest.mark.parametrize("named", ["fr.html", "zh.exe", "zh", "en.html.md"])
    def test_knows_no_other_files(self, mei, woe, named):
        answer = mei.get(reverse("admin:scoring_modelversion_card", args=[woe.pk, named]))

        assert answer.status_code == 404

    def test_of_the_expert_says_that_it_was_set_by_judgement(self, mei):
        page = look(mei, ModelVersion.objects.get(version=EXPERT))

        assert "Expert card: points set by judgement" in page
        assert "Set by judgement, not fitted" in page

    def test_of_a_damaged_artefact_says_so(self, mei):
        row = ModelVersion.objects.create(
            version="forged", kind="EXPERT", artefact={"kind": "EXPERT"}, sha256="0" * 64
        )

        assert "Something is missing in this model file" in look(mei, row)


class TestBesideTheChampion:
    def test_tells_how_far_the_two_stand_apart(self, mei):
        row = put("shadow-1", "SHADOW", neutral=-30)
        assert "No application has been rated by both yet." in look(mei, row)
        card = cast.borrower("Lin")
        builders.steady(card)
        for number in (1, 2):
            found = builders.decide(card, application_id=number)
            decisions.look_on(assessment_id=found.assessment_id, claim=None)

        page = look(mei, row)

        assert "2 applications were rated by both" in page
        assert "on average this model gives -30.0" in page


class TestWhoMay:
    @pytest.mark.parametrize("name", PAGES)
    def test_a_mere_look_is_not_enough(self, mei, name):
        row = drafted(mei)
        mei.post(url("propose", row), {"to_state": "SHADOW"})
        clerk = another("+8613900000007", is_administrator=False)
        clerk.user_permissions.add(Permission.objects.get(codename="view_modelversion"))
        before = ModelProposal.objects.count(), ModelStep.objects.count()

        answer = client_of(clerk).post(url(name, row), {"to_state": "RETIRED", "share": "1"})

        assert answer.status_code == 403
        assert (ModelProposal.objects.count(), ModelStep.objects.count()) == before
        assert client_of(clerk).get(url("change", row)).status_code == 200

    @pytest.mark.parametrize("name", PAGES)
    def test_a_get_changes_nothing(self, mei, ann, name):
        row = drafted(mei)

        assert ann.get(url(name, row)).status_code == 403

    def test_zhao_sees_nothing(self, mei):
        row = drafted(mei)
        zhao = client_of(another("+8613900000007", is_administrator=False))
        pages = [
            url("change", row),
            reverse("admin:scoring_modelversion_changelist"),
            reverse("admin:scoring_modelversion_register"),
            reverse("admin:scoring_modelversion_card", args=[row.pk, "en.html"]),
        ]

        assert {zhao.get(page).status_code for page in pages} == {403}
        assert uploaded(zhao, another_card("zhaos")).status_code == 403
        assert not ModelVersion.objects.filter(version="zhaos").exists()

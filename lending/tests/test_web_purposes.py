"""Answers about a purpose are judged when their page is saved, and shown before they are sent."""

import pytest
from django.urls import reverse

from lending.applications.models import LoanApplication
from lending.products.models import SceneEvidence
from lending.products.scenes import judging
from lending.products.scenes.judging import SCENES
from lending.tests import doors
from lending.tests.scene_wishes import BROKEN, NUMBERS, wish
from lending.tests.test_products_doors import answers, begun, paid_to, prove, tell

LOANS = {
    "TRAVEL": ("TRIP", "LANTERN"),
    "MEDICAL": ("CARE", "WILLOW"),
    "RENOVATION": ("HOME", "OAK"),
    "RENTAL": ("RENT", ""),
    "DIGITAL": ("DEVICE", "PIXEL"),
}
WRONG = [
    ("TRAVEL", {"purpose_starts_on": "2026-11-17"}, ["starts_on"]),
    ("TRAVEL", {"purpose_total_fen": "3000"}, ["total_fen"]),
    (
        "TRAVEL",
        {"purpose_starts_on": "2026-11-17", "purpose_total_fen": "3000"},
        ["starts_on", "total_fen"],
    ),
    ("RENOVATION", {"purpose_buys_home": "yes"}, ["buys_home"]),
    ("DIGITAL", {"purpose_resells": "yes"}, ["resells"]),
    ("RENTAL", {"purpose_rhythm": "QUARTERLY"}, ["rhythm"]),
    ("RENTAL", {"purpose_monthly_rent_fen": "1000"}, ["monthly_rent_fen"]),
    (
        "RENTAL",
        {"purpose_is_registered": "no", "purpose_is_inside": "yes", "purpose_months_left": "5"},
        ["is_inside", "is_registered", "monthly_rent_fen", "months_left"],
    ),
    ("TRAVEL", {"purpose_number": "\u0301\u200d"}, ["number"]),
]


class TestTheRules:
    @pytest.mark.parametrize("scene", SCENES)
    def test_that_hang_on_an_answer_name_a_question_of_their_scene(self, scene):
        questions = {each.name for each in SCENES[scene].questions}

        assert {rule.of for rule in SCENES[scene].rules} - {""} <= questions

    @pytest.mark.parametrize(("scene", "facts", "changes", "code"), BROKEN)
    def test_that_an_answer_breaks_are_said_of_it_and_the_others_when_it_is_sent(
        self, scene, facts, changes, code
    ):
        asked = wish(scene, facts, **changes)

        found = judging.broken_by_answers(SCENES[scene], asked, NUMBERS)

        is_of_an_answer = bool(facts) or "amount_fen" in changes
        # Fewer months are less rent as well: the first is the one that the sending would name.
        assert [refusal.code for _, refusal in found[:1]] == ([code] if is_of_an_answer else [])

    @pytest.mark.parametrize("scene", SCENES)
    def test_have_nothing_against_a_loan_that_is_allowed(self, scene):
        assert judging.broken_by_answers(SCENES[scene], wish(scene), NUMBERS) == []


@pytest.mark.django_db
@pytest.mark.usefixtures("open_platform")
class TestTheQuestions:
    @pytest.mark.parametrize(("scene", "wrong", "fields"), WRONG)
    def test_are_judged_at_once_each_at_its_field_and_nothing_is_kept(
        self, lin, scene, wrong, fields
    ):
        code, merchant = LOANS[scene]
        web = doors.web_of(lin)
        draft = begun(web, code)

        page = tell(web, draft, answers(scene) | paid_to(merchant) | wrong)

        assert page.status_code == 200
        errors = page.context["form"].errors
        assert sorted(errors) == [f"purpose_{name}" for name in fields]
        for name in errors:
            assert f'href="#id_{name}' in page.content.decode()
        assert not SceneEvidence.objects.exists()
        assert LoanApplication.objects.get().merchant is None

    def test_that_were_right_are_judged_again_when_more_is_asked_for(self, lin):
        """The page before may be changed after this one: what is sent is judged as a whole."""
        web = doors.web_of(lin)
        draft = begun(web, "TRIP")
        tell(web, draft, answers("TRAVEL") | paid_to("LANTERN"))
        prove(web, draft)
        LoanApplication.objects.update(amount_fen=900_100)

        page = web.post(reverse("lending:submit", args=[draft.public_id]), follow=True)

        assert "You ask for more than what you buy costs." in doors.shown(page)
        assert LoanApplication.objects.get().state == "DRAFT"


@pytest.mark.django_db
@pytest.mark.usefixtures("open_platform")
class TestTheAnswers:
    @pytest.mark.parametrize(
        ("scene", "expected"),
        [
            ("TRAVEL", {"TRIP-1", "¥9,000.00", "Feb. 1, 2027"}),
            ("RENTAL", {"LEASE-1", "¥1,500.00", "6", "Every month", "Yes", "No"}),
            ("MEDICAL", {"BILL-1", "¥9,000.00", "No"}),
        ],
    )
    def test_stand_on_the_page_that_sends_each_with_a_way_to_change_it(self, lin, scene, expected):
        code, merchant = LOANS[scene]
        web = doors.web_of(lin)
        draft = begun(web, code)
        tell(web, draft, answers(scene) | paid_to(merchant))
        prove(web, draft)

        page = web.get(reverse("lending:application", args=[draft.public_id]))

        change = reverse("lending:draft-purpose", args=[draft.public_id])
        shown = {
            str(row["value"]) for row in page.context["answers"] if row["change_url"] == change
        }
        assert expected <= shown
        again = web.get(change)
        assert again.status_code == 200
        assert again.context["form"]["purpose_number"].value() in expected

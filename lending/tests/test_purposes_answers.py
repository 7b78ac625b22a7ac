"""What was told of a purpose is read by its borrower, and by the staff who check the proof."""

from typing import Any

import pytest
from django.urls import reverse

from lending.applications.purposes import answers
from lending.products.models import SceneEvidence
from lending.tests import builders, doors
from lending.tests.scene_wishes import FACTS
from lending.tests.test_admin_pages import officer, signed_in
from lending.tests.test_purposes_orders import draft

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]
TOLD = {
    "TRAVEL": ["TRIP-1", "¥9,000.00", "Feb. 1, 2027"],
    "RENOVATION": ["WORK-1", "¥9,000.00", "No"],
    "RENTAL": ["LEASE-1", "Yes", "No", "¥1,500.00", "6", "Every month"],
    "DIGITAL": ["ORDER-1", "¥9,000.00", "No"],
}


def staff_page(found: Any, *, name: str = "change", may: tuple[str, ...] = ()) -> Any:
    here = reverse(f"admin:lending_loanapplication_{name}", args=[found.pk])
    return signed_in(officer(*may)).get(here)


class TestWhatWasTold:
    @pytest.mark.parametrize(("scene", "expected"), TOLD.items())
    def test_is_every_question_with_its_answer_in_order(self, lin, scene, expected):
        lines = answers.told(draft(lin, scene))

        assert [value for _, value in lines] == expected
        assert len(lines) == len(FACTS[scene])
        assert all(label for label, _ in lines)

    def test_is_nothing_where_nothing_was_told(self, lin):
        assert answers.told(builders.draft(lin)) == []

    def test_that_lacks_a_question_of_today_shows_the_others(self, lin):
        found = draft(lin, "TRAVEL")
        told = SceneEvidence.objects.get()
        told.facts = {"number": "TRIP-1"}
        told.save()

        assert [value for _, value in answers.told(found)] == ["TRIP-1"]


class TestStaff:
    @pytest.mark.parametrize(("scene", "expected"), TOLD.items())
    def test_read_it_beside_the_proof(self, lin, scene, expected):
        found = builders.offered_again(draft(lin, scene)).application

        page = staff_page(found, may=("decide_loanapplication",))

        claims = [value for _, value in page.context["claims"]]
        assert set(expected) <= set(claims)
        assert {"¥9,000.00", "6 months"} <= set(claims)
        assert ("A fictional seller" in claims) is (scene != "RENTAL")
        assert "What the proof should show" in doors.shown(page)

    def test_who_decide_nothing_read_nothing_of_it(self, lin):
        found = builders.offered_again(draft(lin, "TRAVEL")).application

        page = staff_page(found)

        assert page.context["claims"] == []
        assert "TRIP-1" not in doors.shown(page)

    def test_never_read_the_number_of_a_clinics_invoice(self, lin):
        found = builders.offered_again(draft(lin, "MEDICAL")).application

        page = staff_page(found, may=("decide_loanapplication",))

        assert page.context["claims"] == []
        assert "BILL-1" not in doors.shown(page)

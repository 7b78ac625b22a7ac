"""Every scene names its own proof and its own payee, wherever somebody reads of them."""

from dataclasses import asdict

import pytest
from django.urls import reverse

from borrowers.messages import queries as inbox
from borrowers.messages.templates import wording
from lending.applications.models import LoanApplication
from lending.products.scenes.contracts import Words
from lending.products.scenes.judging import SCENES
from lending.tests import builders, doors
from lending.tests.test_admin_pages import officer, signed_in
from lending.tests.test_purposes_orders import draft

NAMES = {
    "TRAVEL": ("booking", "travel agency"),
    "RENOVATION": ("contract with the firm", "firm"),
    "RENTAL": ("lease", ""),
    "DIGITAL": ("order", "shop"),
}


def offered(lin, scene):
    """An offer in a scene, whose proof nobody has looked at."""
    return builders.offered_again(draft(lin, scene))


class TestTheWords:
    @pytest.mark.parametrize("scene", [code for code in SCENES if code != "CONSUMPTION"])
    def test_of_a_scene_are_its_own(self, scene):
        own, usual = asdict(SCENES[scene].words), asdict(Words())

        assert own["proof"] != usual["proof"]
        assert all(own.values())

    def test_of_two_scenes_never_name_the_same_proof(self):
        proofs_named = [each.words.proof for each in SCENES.values()]

        assert len(set(proofs_named)) == len(proofs_named)

    @pytest.mark.parametrize("scene", [code for code in SCENES if code != "EDUCATION"])
    def test_of_a_school_stand_in_no_other_scene(self, scene):
        said = " ".join(asdict(SCENES[scene].words).values())

        assert "school" not in said
        assert "enrolment" not in said


@pytest.mark.django_db
@pytest.mark.usefixtures("open_platform")
class TestABorrower:
    @pytest.mark.parametrize(("scene", "names"), NAMES.items())
    def test_reads_of_the_scenes_own_proof_and_payee_in_the_offer(self, lin, scene, names):
        proof, payee = names
        found = offered(lin, scene).application

        page = doors.shown(_offer_page(lin, found))

        assert f"A person looks at your {proof}" in page
        assert (
            f"Then we pay the {payee} directly" if payee else "pay the money out to you"
        ) in page
        assert "school" not in page
        assert "enrolment" not in page

    @pytest.mark.parametrize(("scene", "names"), NAMES.items())
    def test_checks_answers_of_the_scenes_own_proof(self, lin, scene, names):
        found = draft(lin, scene)
        here = reverse("lending:application", args=[found.public_id])

        page = doors.web_of(lin).get(here)

        labels = [str(each["label"]) for each in page.context["answers"]]
        assert names[0][0].upper() + names[0][1:] in labels
        assert "Proof of enrolment" not in labels

    @pytest.mark.parametrize("scene", NAMES)
    def test_is_written_to_of_a_proof_and_of_no_enrolment(self, lin, mei, scene):
        found = offered(lin, scene).application
        builders.confirm_proof(found, mei)

        note = next(each for each in inbox.inbox(lin.id) if each.template == "PROOF_CHECKED")

        assert "enrolment" not in wording(note.template, note.facts, str).title


@pytest.mark.django_db
@pytest.mark.usefixtures("open_platform")
class TestStaff:
    @pytest.fixture
    def mei_online(self):
        return signed_in(officer("decide_loanapplication"))

    @pytest.mark.parametrize(("scene", "names"), NAMES.items())
    def test_are_asked_of_the_scenes_own_proof(self, lin, mei_online, scene, names):
        found = offered(lin, scene).application
        here = reverse("admin:lending_loanapplication_change", args=[found.pk])

        page = doors.shown(mei_online.get(here))
        desk = doors.shown(mei_online.get(reverse("admin:index")))

        assert f"Does the {names[0]} fit?" in page
        assert f"Open the {names[0]}" in page
        assert f"To look at: {names[0]}" in desk
        assert "enrolment" not in page + desk


def _offer_page(lin, found: LoanApplication):
    """The contract page, which says the same of a proof as the offer's."""
    builders.confirmed(found.offer, lin)
    return doors.web_of(lin).get(reverse("lending:application", args=[found.public_id]))

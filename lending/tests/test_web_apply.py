"""Asking for a loan by web pages: the calculator, the questions, the proof, the draft."""

from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from borrowers.consent.queries import is_allowed
from borrowers.documents import queries as documents
from borrowers.documents.models import SealedFile
from borrowers.tests import cast
from lending.applications.models import ApplicationState, LoanApplication
from lending.products.models import LoanProduct
from lending.rewards.models import Entitlement
from lending.tests import builders, doors

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]
ASK = reverse("lending:ask", args=["DAILY"])
ASK_STUDY = reverse("lending:ask", args=["STUDY"])


def answers(**changes):
    given = {"amount": "3,000", "term_months": "6", "request_key": doors.KEY}
    return {**given, **changes}


# A stage of three months of training, on its own invoice.
COURSE = {
    "purpose_course": "SKILLS",
    "purpose_stage_months": "3",
    "purpose_stage_hours": "60",
    "purpose_is_student": "no",
    "purpose_has_second_payer": "no",
    "purpose_number": "INV-2026-1",
    "purpose_total_fen": "9,000",
}


@pytest.fixture
def study(web):
    """A draft for tuition after its first page."""
    web.post(ASK_STUDY, answers())
    return LoanApplication.objects.get()


def page_of(draft, name="application"):
    return reverse(f"lending:{name}", args=[draft.public_id])


def paid_to(web, draft, merchant="RIVERSIDE"):
    return web.post(page_of(draft, "draft-purpose"), {"merchant": merchant, **COURSE})


def proved(web, draft, **changes):
    proof = SimpleUploadedFile("card.png", doors.PDF)
    headers = {key: changes.pop(key) for key in ("CONTENT_LENGTH",) if key in changes}
    given = {"agrees": "on", "evidence": proof, **changes}
    return web.post(page_of(draft, "draft-proof"), given, **headers)


def discount_of(card, key="bought"):
    return Entitlement.objects.create(
        borrower_id=card.id,
        benefit="RATE_050",
        discount_ppm=5_000,
        cost_points=50,
        request_key=key,
        expires_on=builders.TODAY + timedelta(days=30),
    )


class TestThePublicPage:
    def test_shows_both_ends_of_the_cost_in_one_place(self):
        page = doors.stranger().get("/?product=DAILY&amount=5000&term=12")

        span = page.context["span"]
        assert (span.amount_fen, span.term_months) == (500_000, 12)
        assert "7.20%" in doors.shown(page)
        assert "21.00%" in doors.shown(page)
        assert span.most.irr_effective_ppm <= page.context["cap_ppm"]

    def test_says_what_is_wrong_with_an_amount(self):
        page = doors.stranger().get("/?product=DAILY&amount=1&term=12")

        assert page.context["span"] is None
        assert "Enter an amount from ¥500.00 to ¥50,000.00." in doors.shown(page)

    @pytest.mark.parametrize("query", ["product=NONE", "amount=&term=x", "amount=NaN", "term=6"])
    def test_survives_any_query(self, query):
        assert doors.stranger().get(f"/?{query}").status_code == 200

    def test_opens_while_no_product_is_open(self):
        LoanProduct.objects.update(is_open=False)

        assert "No loan is open now" in doors.shown(doors.stranger().get("/"))

    def test_leads_the_signed_in_to_their_own_page(self, web):
        assert web.get("/")["location"] == reverse("lending:start")

    def test_leads_staff_to_their_workbench(self):
        browser = doors.stranger()
        browser.force_login(cast.officer())

        assert browser.get("/")["location"] == reverse("admin:index")


class TestChoosing:
    def test_asks_strangers_to_sign_in(self):
        answer = doors.stranger().get(reverse("lending:apply"))

        assert answer["location"].startswith(reverse("account_request_login_code"))

    def test_names_every_product_and_none_is_chosen(self, web):
        page = web.get(reverse("lending:apply"))

        assert "Everyday loan" in doors.shown(page)
        assert "Tuition loan" in doors.shown(page)
        assert "checked" not in doors.shown(page)

    def test_leads_on_to_the_chosen_product(self, web):
        assert web.get(reverse("lending:apply") + "?product=STUDY")["location"] == ASK_STUDY

    def test_is_skipped_where_there_is_one_product(self, web):
        LoanProduct.objects.exclude(code="DAILY").update(is_open=False)

        assert web.get(reverse("lending:apply"))["location"] == ASK

    def test_leads_to_the_application_that_is_under_way(self, web, lin):
        offer = builders.offered(lin)

        for page in (
            web.get(reverse("lending:apply")),
            web.post(ASK, answers(request_key="b" * 9)),
        ):
            assert page["location"] == reverse(
                "lending:application", args=[offer.application.public_id]
            )
        assert LoanApplication.objects.count() == 1

    def test_is_not_for_staff(self):
        browser = doors.stranger()
        browser.force_login(cast.officer())

        assert browser.get(reverse("lending:apply")).status_code == 403


class TestAsking:
    def test_keeps_a_draft(self, web, lin):
        answer = web.post(ASK, answers())

        draft = LoanApplication.objects.get()
        assert answer["location"] == reverse("lending:application", args=[draft.public_id])
        assert (draft.borrower_id, draft.amount_fen, draft.term_months) == (lin.id, 300_000, 6)
        assert draft.state == ApplicationState.DRAFT

    def test_makes_one_draft_of_a_double_click(self, web):
        first, second = web.post(ASK, answers()), web.post(ASK, answers())

        assert first["location"] == second["location"]
        assert LoanApplication.objects.count() == 1

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"amount": "499.99"}, "Enter an amount from ¥500.00 to ¥50,000.00."),
            ({"amount": "50000.01"}, "Enter an amount from ¥500.00 to ¥50,000.00."),
            ({"amount": "lots"}, "Enter an amount, such as 3000 or 3000.50."),
            ({"amount": ""}, "Enter an amount."),
            ({"term_months": "5"}, "Select a valid choice"),
            ({"term_months": ""}, "Choose a number of months."),
            ({"request_key": "short"}, "Enter a valid value"),
        ],
    )
    def test_says_what_is_wrong_and_writes_nothing(self, web, wrong, words):
        page = web.post(ASK, answers(**wrong))

        assert words in doors.shown(page)
        assert not LoanApplication.objects.exists()

    def test_has_an_unknown_product_as_a_page_of_its_own(self, web):
        page = web.get(reverse("lending:ask", args=["NONE"]))

        assert page.status_code == 404
        assert "This product takes no new applications." in doors.shown(page)

    def test_offers_a_discount_and_ticks_nothing(self, web, lin):
        mine = discount_of(lin)

        page = web.get(ASK)
        web.post(ASK, answers(entitlement=mine.public_id))

        assert "0.50% a year less" in doors.shown(page)
        assert page.context["form"].initial["entitlement"] == ""
        assert LoanApplication.objects.get().entitlement_id == mine.pk

    def test_refuses_somebody_elses_discount(self, web):
        theirs = discount_of(builders.person("Wei"))

        web.post(ASK, answers(entitlement=theirs.public_id))

        assert not LoanApplication.objects.filter(entitlement__isnull=False).exists()


class TestPageByPage:
    def test_the_first_page_leads_to_the_next_and_is_kept(self, web, study):
        assert (study.amount_fen, study.merchant_id) == (300_000, None)
        assert web.get(page_of(study))["location"] == page_of(study, "draft-purpose")

    def test_every_page_is_kept_and_leads_on_until_all_answers_are_shown(self, web, study):
        paid_to(web, study)
        assert web.get(page_of(study))["location"] == page_of(study, "draft-proof")
        proved(web, study)

        page = web.get(page_of(study))

        assert page.status_code == 200
        assert "Send my application" in doors.shown(page)

    def test_another_device_goes_on_at_the_same_page(self, web, study, lin):
        paid_to(web, study)

        other = doors.web_of(lin)

        home = doors.shown(other.get(reverse("lending:start")))
        assert page_of(study) in other.get(reverse("lending:start")).content.decode()
        assert "Tuition loan" in home
        assert other.get(page_of(study))["location"] == page_of(study, "draft-proof")

    def test_a_page_that_is_changed_keeps_the_others(self, web, study):
        paid_to(web, study)
        proved(web, study)
        kept = LoanApplication.objects.get()

        web.post(ASK_STUDY, answers(amount="4,000", replaces=study.public_id))

        study.refresh_from_db()
        assert study.amount_fen == 400_000
        assert (study.merchant_id, study.evidence_id) == (kept.merchant_id, kept.evidence_id)
        assert LoanApplication.objects.count() == 1

    @pytest.mark.parametrize("given", ["", "NONE"])
    def test_a_wrong_school_is_said_and_nothing_is_kept(self, web, study, given):
        page = paid_to(web, study, given)

        assert page.status_code == 200
        study.refresh_from_db()
        assert study.merchant_id is None

    @pytest.mark.parametrize("name", ["draft-purpose", "draft-proof"])
    def test_pages_that_a_product_does_not_ask_lead_back(self, web, lin, name):
        draft = builders.draft(lin)

        assert web.get(page_of(draft, name))["location"] == page_of(draft)

    @pytest.mark.parametrize("name", ["draft-purpose", "draft-proof"])
    def test_pages_of_what_was_sent_lead_back_and_keep_nothing(self, web, study, name):
        LoanApplication.objects.update(state="WITHDRAWN")

        answer = web.post(page_of(study, name), {"merchant": "RIVERSIDE", "agrees": "on"})

        assert answer["location"] == page_of(study)
        study.refresh_from_db()
        assert study.merchant_id is None

    @pytest.mark.parametrize("name", ["draft-purpose", "draft-proof"])
    def test_pages_of_somebody_else_are_not_there(self, study, name):
        wei = doors.web_of(builders.person("Wei"))

        assert wei.get(page_of(study, name)).status_code == 404


class TestTheProof:
    def test_is_sealed_and_put_on_the_draft(self, web, lin, study):
        paid_to(web, study)
        proved(web, study)

        draft, kept = LoanApplication.objects.get(), SealedFile.objects.get()
        assert (draft.evidence_id, str(draft.merchant)) == (kept.pk, "RIVERSIDE")
        assert (kept.kind, kept.media_type) == ("ENROLMENT_EVIDENCE", "application/pdf")
        assert documents.content(kept.pk) == doors.PDF
        with storages["documents"].open(kept.store_name) as file:
            assert b"%PDF" not in file.read()
        assert is_allowed(lin.id, "SCENE_EDUCATION")

    def test_everything_that_is_missing_is_said_at_once(self, web, lin, study):
        page = web.post(page_of(study, "draft-proof"), {})

        for words in ("Upload the proof of enrolment.", "This loan needs your consent to this."):
            assert words in doors.shown(page)
        assert not SealedFile.objects.exists()
        assert not is_allowed(lin.id, "SCENE_EDUCATION")

    @pytest.mark.parametrize("content", [b"MZ a programme", b"PK\x03\x04", b"<html>", b" %PDF-1.4"])
    def test_is_told_by_its_first_bytes_not_by_its_name(self, web, study, content):
        page = proved(web, study, evidence=SimpleUploadedFile("proof.pdf", content))

        assert "This file is not a PDF, JPG or PNG." in doors.shown(page)
        assert not SealedFile.objects.exists()

    def test_that_is_too_large_is_refused_in_words(self, web, study):
        large = SimpleUploadedFile("proof.pdf", doors.PDF + bytes(5 * 1024 * 1024))

        page = proved(web, study, evidence=large)

        assert "This file is larger than 5 MB." in doors.shown(page)
        assert not SealedFile.objects.exists()

    def test_that_is_announced_as_huge_is_refused_before_it_is_read(self, web, study):
        page = proved(web, study, CONTENT_LENGTH=str(50 * 1024 * 1024))

        assert page.status_code == 413
        assert not SealedFile.objects.exists()

    def test_is_asked_with_a_token(self, lin, study):
        browser = doors.web_of(lin)
        browser.handler.enforce_csrf_checks = True

        assert proved(browser, study).status_code == 403
        assert not SealedFile.objects.exists()

    def test_is_asked_for_without_a_word_of_blame(self, web, study):
        page = web.get(page_of(study, "draft-proof"))

        assert not page.context["form"].is_bound
        assert "There is something to correct" not in doors.shown(page)

    def test_is_not_asked_for_twice(self, web, study):
        proved(web, study)

        page = web.get(page_of(study, "draft-proof"))

        assert "Your proof is kept." in doors.shown(page)
        assert "agrees" not in page.context["form"].fields
        first = SealedFile.objects.get().pk
        web.post(page_of(study, "draft-proof"), {})
        assert LoanApplication.objects.get().evidence_id == first


class TestChangingAnswers:
    def test_keeps_them_on_the_same_draft(self, web):
        web.post(ASK, answers())
        first = LoanApplication.objects.get()

        page = web.get(f"{ASK}?replaces={first.public_id}")
        assert page.context["form"].initial["amount"] == "3000.00"
        web.post(ASK, answers(amount="800", request_key="another-key", replaces=first.public_id))

        assert LoanApplication.objects.get().amount_fen == 80_000
        assert first.pk == LoanApplication.objects.get().pk

    def test_of_somebody_else_is_not_possible(self, web):
        theirs = builders.draft(builders.person("Zhao"))

        page = web.post(ASK, answers(replaces=theirs.public_id))

        assert page.status_code == 404
        theirs.refresh_from_db()
        assert theirs.state == ApplicationState.DRAFT
        assert LoanApplication.objects.count() == 1

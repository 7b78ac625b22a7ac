"""The doors of products: what a borrower reads and answers, what two people of the staff press."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from borrowers.consent import queries as consents
from borrowers.people import actions as people
from borrowers.people.models import Account
from lending.applications.drafts.queries import missing
from lending.applications.models import LoanApplication
from lending.products.demonstration import PRODUCTS
from lending.products.models import LoanProduct, Merchant, ProductProposal, SceneEvidence
from lending.tests import builders, doors
from lending.tests.scene_wishes import FACTS

pytestmark = pytest.mark.usefixtures("open_platform")
LIST = "admin:lending_loanproduct_changelist"


def pdf() -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: PLC0415 (one helper)

    return SimpleUploadedFile("x.pdf", doors.PDF, content_type="application/pdf")


def answers(scene: str) -> dict[str, Any]:
    """A scene's answers as a browser sends them."""
    sent: dict[str, Any] = {}
    for name, value in FACTS[scene].items():
        said = value / 100 if name.endswith("_fen") else value
        said = {True: "yes", False: "no"}[value] if isinstance(value, bool) else said
        sent[f"purpose_{name}"] = said
    return sent


def begun(web: Client, code: str) -> LoanApplication:
    """A draft of 9,000 yuan over six months, by its first page."""
    given = {"request_key": "a-key-of-mine", "amount": "9000", "term_months": "6"}
    page = web.post(reverse("lending:ask", args=[code]), given)
    assert page.status_code == 302, doors.shown(page)
    return LoanApplication.objects.get()


def tell(web: Client, draft: LoanApplication, given: dict[str, Any]) -> Any:
    return web.post(reverse("lending:draft-purpose", args=[draft.public_id]), given)


def prove(web: Client, draft: LoanApplication) -> Any:
    """Agree to the purpose, and hand the document in where one is asked for."""
    paper = {"evidence": pdf()} if draft.product.needs_evidence else {}
    return web.post(
        reverse("lending:draft-proof", args=[draft.public_id]), {"agrees": "on"} | paper
    )


def paid_to(merchant: str) -> dict[str, str]:
    return {"merchant": merchant} if merchant else {}


@pytest.mark.django_db(transaction=False)
class TestABorrower:
    @pytest.mark.parametrize(
        ("code", "scene", "merchant"),
        [
            ("TRIP", "TRAVEL", "LANTERN"),
            ("CARE", "MEDICAL", "WILLOW"),
            ("HOME", "RENOVATION", "OAK"),
            ("RENT", "RENTAL", ""),
            ("DEVICE", "DIGITAL", "PIXEL"),
        ],
    )
    def test_answers_the_questions_of_a_purpose_and_has_a_draft(self, lin, code, scene, merchant):
        web = doors.web_of(lin)
        draft = begun(web, code)

        purpose = tell(web, draft, answers(scene) | paid_to(merchant))
        proof = prove(web, draft)

        assert purpose.status_code == 302, doors.shown(purpose)
        assert proof.status_code == 302, doors.shown(proof)
        told = SceneEvidence.objects.get()
        assert (told.facts, told.is_live) == (FACTS[scene], False)
        draft = told.application
        assert (draft.product.code, draft.state) == (code, "DRAFT")
        assert (draft.merchant.code if draft.merchant else "") == merchant
        assert (draft.evidence_id is not None) is (scene != "MEDICAL")
        assert missing(draft) == []

    def test_who_leaves_a_question_open_is_asked_again_and_nothing_is_kept(self, lin):
        web = doors.web_of(lin)
        draft = begun(web, "TRIP")
        given = answers("TRAVEL") | paid_to("LANTERN")
        del given["purpose_starts_on"]

        page = tell(web, draft, given)

        assert page.status_code == 200
        assert "Please answer this." in doors.shown(page)
        assert not SceneEvidence.objects.exists()
        assert LoanApplication.objects.get().merchant is None

    def test_agrees_to_the_purpose_that_is_asked_and_to_no_other(self, lin):
        web = doors.web_of(lin)
        draft = begun(web, "CARE")
        tell(web, draft, answers("MEDICAL") | paid_to("WILLOW"))
        before = consents.allowed(lin.id)

        prove(web, draft)

        assert consents.allowed(lin.id) - before == {"SCENE_MEDICAL"}

    def test_who_does_not_agree_is_asked_again_and_allows_nothing(self, lin):
        web = doors.web_of(lin)
        draft = begun(web, "CARE")
        tell(web, draft, answers("MEDICAL") | paid_to("WILLOW"))
        before = consents.allowed(lin.id)

        page = web.post(reverse("lending:draft-proof", args=[draft.public_id]), {})

        assert page.status_code == 200
        assert "This loan needs your consent to this." in doors.shown(page)
        assert consents.allowed(lin.id) == before
        assert missing(LoanApplication.objects.get()) == ["proof"]

    def test_sees_the_refusal_of_the_purpose_in_words(self, lin):
        web = doors.web_of(lin)
        draft = begun(web, "CARE")
        given = answers("MEDICAL") | paid_to("WILLOW") | {"purpose_is_cosmetic": "yes"}

        page = tell(web, draft, given)

        assert "Cosmetic surgery may not be paid by this loan." in doors.shown(page)
        assert list(page.context["form"].errors) == ["purpose_is_cosmetic"]
        draft.refresh_from_db()
        assert draft.state == "DRAFT"
        assert not SceneEvidence.objects.exists()

    def test_reads_before_signing_in_what_each_product_asks_for(self):
        page = doors.shown(doors.stranger().get("/"))

        assert "The registered lease, with its number, rent and months left" in page
        for payee in ("school", "travel agency", "clinic", "firm", "shop"):
            assert f"the {payee}, directly" in page
        assert "you, never the landlord" in page

    def test_finds_the_questions_in_the_api_and_answers_them_there(self, lin):
        api = doors.api_of(lin)
        products = {each["code"]: each for each in api.get("/api/v1/products").json()["results"]}
        assert {each["name"] for each in products["TRIP"]["questions"]} == set(FACTS["TRAVEL"])
        assert products["DAILY"]["questions"] == []
        body = {"product": "TRIP", "amount_fen": 900_000, "term_months": 6, "merchant": "LANTERN"}
        created = api.post("/api/v1/applications", body, format="json", headers={
            "idempotency-key": doors.KEY}).json()  # fmt: skip
        url = f"/api/v1/applications/{created['id']}/purpose"

        refused = api.put(url, {"facts": {"number": "x"}}, format="json")
        kept = api.put(url, {"facts": FACTS["TRAVEL"]}, format="json")

        assert (refused.status_code, refused.json()["code"]) == (422, "FACT_NOT_UNDERSTOOD")
        assert kept.status_code == 200
        assert SceneEvidence.objects.get().facts == FACTS["TRAVEL"]

    def test_cannot_tell_the_purpose_of_somebody_elses_draft(self, lin):
        draft = builders.draft(builders.person("Wei"))

        answer = doors.api_of(lin).put(
            f"/api/v1/applications/{draft.public_id}/purpose", {"facts": {}}, format="json"
        )

        assert answer.status_code == 404
        assert not SceneEvidence.objects.exists()


def browser(account: Account) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(account)
    return client


@pytest.fixture
def mei():
    return browser(administrator("+8613900000005"))


@pytest.fixture
def ann():
    return browser(administrator("+8613900000006"))


def administrator(phone: str) -> Account:
    account: Account = people.open_staff(
        phone=phone, password="a long enough password", is_administrator=True
    )
    return account


def url(name: str, row: LoanProduct) -> str:
    return reverse(f"admin:lending_loanproduct_{name}", args=[row.pk])


def form_of(row: LoanProduct, **changes: Any) -> dict[str, Any]:
    return {
        "code": row.code, "name_zh": row.name_zh, "name_en": row.name_en, "scene": row.scene,
        "licence": row.licence, "minimum_fen": "500", "maximum_fen": "40000",
        "terms_months": "6, 3", "floor": "7.2", "highest": "18", "penalty": "1.3",
        "method": row.method, "rhythm": row.rhythm,
        "grace_days": "3",
        "cooling_off_days": "7",
    } | changes  # fmt: skip


@pytest.mark.django_db
class TestTheStaff:
    def test_writes_a_version_and_another_person_puts_it_in_force(self, mei, ann):
        daily = LoanProduct.objects.get(code="DAILY")
        mei.post(url("draft", daily), form_of(daily))
        row = LoanProduct.objects.get(code="DAILY", version=2)
        assert (row.terms_months, row.highest_rate_ppm) == ([3, 6], 180_000)

        mei.post(url("propose", row))
        mei.post(url("approve", row))
        assert LoanProduct.objects.get(pk=row.pk).state == "DRAFT"
        ann.post(url("approve", row))

        assert LoanProduct.objects.get(pk=row.pk).state == "PUBLISHED"
        page = doors.shown(ann.get(url("change", row)))
        assert "(changed)" in page
        assert "Paid on the worst path" in page

    def test_reads_the_worst_path_of_what_cannot_be_published(self, mei):
        daily = LoanProduct.objects.get(code="DAILY")
        mei.post(url("draft", daily), form_of(daily, highest="23"))
        row = LoanProduct.objects.get(code="DAILY", version=2)

        page = doors.shown(mei.post(url("propose", row), follow=True))

        assert "It cannot be published." in page
        assert "at most 24.00 % is allowed" in page
        assert not ProductProposal.objects.exists()

    def test_is_told_of_a_form_that_makes_no_product(self, mei):
        daily = LoanProduct.objects.get(code="DAILY")
        wrong = form_of(daily, minimum_fen="50000", terms_months="soon")

        page = mei.post(url("draft", daily), wrong)

        assert page.status_code == 200
        assert "The range ends before it begins." in doors.shown(page)
        assert not LoanProduct.objects.filter(version=2).exists()

    @pytest.mark.parametrize("terms", ["0", "0, 3", "٣", "-3", "1000"])
    def test_writes_no_product_without_a_term(self, mei, terms):
        row = LoanProduct.objects.get(code="DAILY")

        page = mei.post(url("draft", row), form_of(row, terms_months=terms))

        assert page.status_code == 200
        assert LoanProduct.objects.filter(code="DAILY").count() == 1

    def test_writes_how_it_is_repaid_and_reads_the_change(self, mei):
        daily = LoanProduct.objects.get(code="DAILY")
        manner = {"method": "EQUAL_PRINCIPAL", "rhythm": "QUARTERLY"}
        mei.post(url("draft", daily), form_of(daily, **manner))
        row = LoanProduct.objects.get(code="DAILY", version=2)

        page = mei.get(url("change", row)).content.decode()

        assert (row.method, row.rhythm) == ("EQUAL_PRINCIPAL", "QUARTERLY")
        assert "Equal parts of principal" in page
        assert "Every three months" in page

    def test_is_told_which_terms_do_not_fit_the_rhythm(self, mei):
        daily = LoanProduct.objects.get(code="DAILY")

        answer = mei.post(url("draft", daily), form_of(daily, rhythm="YEARLY"))

        assert "multiple of the 12 months" in answer.content.decode()
        assert not LoanProduct.objects.filter(code="DAILY", version=2).exists()

    def test_turns_down_and_closes(self, mei, ann):
        daily = LoanProduct.objects.get(code="DAILY")
        mei.post(url("draft", daily), form_of(daily))
        row = LoanProduct.objects.get(code="DAILY", version=2)
        mei.post(url("propose", row))
        ann.post(url("turn_down", row))
        mei.post(url("close", daily))

        assert ProductProposal.objects.get().state == "TURNED_DOWN"
        assert not LoanProduct.objects.get(pk=daily.pk).is_open

    def test_without_the_right_may_press_nothing(self):
        account = people.open_staff(
            phone="+8613900000007", password="a long enough password", is_administrator=False
        )
        officer = browser(account)
        daily = LoanProduct.objects.get(code="DAILY")

        for name in ("draft", "propose", "approve", "turn_down", "close"):
            assert officer.post(url(name, daily)).status_code in {302, 403}

        assert LoanProduct.objects.count() == len(PRODUCTS)
        assert LoanProduct.objects.get(pk=daily.pk).is_open

    def test_never_presses_by_a_mere_look(self, mei):
        daily = LoanProduct.objects.get(code="DAILY")

        for name in ("propose", "approve", "turn_down", "close"):
            assert mei.get(url(name, daily)).status_code == 403

    def test_sees_every_version_in_the_list(self, mei):
        assert "DAILY" in doors.shown(mei.get(reverse(LIST)))

    def test_enters_a_seller_that_another_person_opens_and_anybody_closes(self, mei, ann):
        enter = reverse("admin:lending_merchant_enter")
        given = {"code": "NEW", "name_zh": "新店（虚构）", "name_en": "New (fictional)",
                 "scene": "DIGITAL", "account": "merchant:NEW"}  # fmt: skip
        assert mei.get(enter).status_code == 200
        mei.post(enter, given)
        assert "another school or shop of this code" in doors.shown(mei.post(enter, given))
        row = Merchant.objects.get(code="NEW")

        def press(name: str, client: Client) -> bool:
            client.post(reverse(f"admin:lending_merchant_{name}", args=[row.pk]))
            row.refresh_from_db()
            return row.is_open

        assert not press("approve", mei)
        assert press("approve", ann)
        assert not press("close", ann)
        page = reverse("admin:lending_merchant_change", args=[row.pk])
        assert "Approve it to be paid" in doors.shown(mei.get(page))

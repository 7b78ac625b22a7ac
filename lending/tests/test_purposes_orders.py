"""What a loan is for: told with a draft, judged when it is sent, and one order financed once."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from borrowers.consent.purposes import SCENE_EDUCATION, SCENE_MEDICAL, SCENE_PURCHASE
from borrowers.people.contracts import BorrowerCard
from borrowers.tests import cast
from common.actors import SYSTEM, Actor
from common.audit.models import AuditEntry
from common.errors import Refused
from common.processes.models import Process
from lending.applications import actions as applications
from lending.applications.drafts import actions as drafts
from lending.applications.models import LoanApplication, Offer
from lending.applications.purposes import telling
from lending.applications.states import NotPossibleNow
from lending.loans import actions as loans
from lending.loans.models import Loan
from lending.products.merchants import approval, orders
from lending.products.models import LoanProduct, Merchant, SceneEvidence
from lending.products.queries import MerchantNotOpen
from lending.products.scenes.contracts import PurposeRefused
from lending.products.scenes.education import SchoolTutoringRefused
from lending.products.scenes.judging import FactNotUnderstood
from lending.tests import builders
from lending.tests.builders import NOW, PROOF, TODAY
from lending.tests.scene_wishes import BROKEN, FACTS
from tests.machinery.races import at_once

TOLD_ONLY = [each for each in BROKEN if each[1] and each[0] != "EDUCATION"]


def product(scene: str) -> LoanProduct:
    Merchant.objects.get_or_create(
        code=f"{scene}-1",
        defaults={"name_zh": "虚构商户", "name_en": "A fictional seller", "scene": scene,
                  "account": f"merchant:{scene}-1"},
    )  # fmt: skip
    return LoanProduct.objects.get_or_create(
        code=scene,
        defaults={
            "name_zh": "场景借款",
            "name_en": "For a purpose",
            "scene": scene,
            "state": "PUBLISHED",
            "minimum_fen": 50_000,
            "maximum_fen": 5_000_000,
            "terms_months": [3, 6, 12],
            "floor_rate_ppm": 60_000,
            "pays_merchant": scene not in {"RENTAL", "CONSUMPTION"},
            "needs_evidence": scene not in {"MEDICAL", "CONSUMPTION"},
            "needs_order": True,
        },
    )[0]


def draft(card: BorrowerCard, scene: str = "TRAVEL", *, key: str = "first", **facts: Any):
    row = product(scene)
    cast.allow(card, SCENE_PURCHASE)
    cast.allow(card, SCENE_MEDICAL)
    found = drafts.draft(
        borrower_id=card.id,
        product_code=row.code,
        amount_fen=900_000,
        term_months=6,
        merchant_code=f"{scene}-1",
        entitlement_id=None,
        request_key=key,
        by=cast.self_of(card),
    )
    if row.needs_evidence:
        drafts.upload_evidence(application_id=found.pk, content=PROOF, by=cast.self_of(card))
    telling.tell(application_id=found.pk, given=FACTS[scene] | facts, by=cast.self_of(card))
    return found


def submit(application: LoanApplication, card: BorrowerCard) -> LoanApplication:
    return applications.submit(
        application_id=application.pk, on=TODAY, at=NOW, by=cast.self_of(card)
    )


def nothing_was_sent() -> bool:
    return (
        not LoanApplication.objects.exclude(state="DRAFT").exists()
        and not SceneEvidence.objects.filter(is_live=True).exists()
        and not Process.objects.filter(kind=applications.PROCESS_KIND).exists()
    )


@pytest.mark.django_db
class TestWhatNobodyTold:
    def test_is_one_short_question(self, django_assert_num_queries):
        application = builders.draft(builders.person("Wei"))

        with django_assert_num_queries(1):
            assert orders.told_of(application.pk) is None
        assert not SceneEvidence.objects.exists()


@pytest.mark.django_db
class TestAPurpose:
    @pytest.mark.parametrize("scene", ["TRAVEL", "MEDICAL", "RENOVATION", "RENTAL", "DIGITAL"])
    def test_that_is_told_and_allowed_is_sent_and_takes_its_order(self, lin, scene):
        sent = submit(draft(lin, scene), lin)

        told = SceneEvidence.objects.get()
        assert (sent.state, told.is_live) == ("SUBMITTED", True)
        assert told.issuer == ("LEASES" if scene == "RENTAL" else f"{scene}-1")
        assert told.facts == FACTS[scene]
        assert told.total_fen == 900_000

    @pytest.mark.parametrize(("scene", "facts", "changes", "code"), TOLD_ONLY)
    def test_that_is_not_allowed_is_refused_and_nothing_is_sent(
        self, lin, scene, facts, changes, code
    ):
        asked = draft(lin, scene, **facts)

        with pytest.raises(PurposeRefused) as refused:
            submit(asked, lin)

        assert refused.value.code == code
        assert nothing_was_sent()

    def test_of_tutoring_a_school_child_is_refused(self, lin):
        cast.allow(lin, "SCENE_EDUCATION")

        asked = draft(lin, "EDUCATION", course="TUTORING")

        with pytest.raises(SchoolTutoringRefused):
            submit(asked, lin)
        assert nothing_was_sent()

    def test_that_was_not_told_keeps_the_draft_at_home(self, lin):
        row = product("DIGITAL")
        asked = drafts.draft(
            borrower_id=lin.id, product_code=row.code, amount_fen=900_000, term_months=6,
            merchant_code="DIGITAL-1", entitlement_id=None, request_key="k", by=cast.self_of(lin),
        )  # fmt: skip
        cast.allow(lin, SCENE_PURCHASE)
        drafts.upload_evidence(application_id=asked.pk, content=PROOF, by=cast.self_of(lin))

        with pytest.raises(telling.PurposeNotTold):
            submit(asked, lin)

        assert nothing_was_sent()

    @pytest.mark.parametrize(
        ("facts", "refusal"),
        [
            ({"course": "TUTORING"}, "SCHOOL_TUTORING_REFUSED"),
            ({"stage_months": 12, "stage_hours": 200}, "PAID_IN_STAGES"),
            ({"is_student": True}, "SECOND_PAYER_NEEDED"),
            (None, "PURPOSE_NOT_TOLD"),
        ],
    )
    def test_of_a_course_binds_also_a_version_from_before_orders(self, lin, facts, refusal):
        row = builders.education()
        assert row.needs_order is False
        cast.allow(lin, SCENE_EDUCATION)
        asked = drafts.draft(
            borrower_id=lin.id, product_code=row.code, amount_fen=300_000, term_months=6,
            merchant_code="SCHOOL", entitlement_id=None, request_key="k", by=cast.self_of(lin),
        )  # fmt: skip
        drafts.upload_evidence(application_id=asked.pk, content=PROOF, by=cast.self_of(lin))
        if facts is not None:
            given = FACTS["EDUCATION"] | facts
            telling.tell(application_id=asked.pk, given=given, by=cast.self_of(lin))

        with pytest.raises(Refused) as refused:
            submit(asked, lin)

        assert refused.value.code == refusal
        assert nothing_was_sent()

    def test_that_is_not_understood_is_not_kept(self, lin):
        with pytest.raises(FactNotUnderstood):
            draft(lin, total_fen=0)

        assert not SceneEvidence.objects.exists()

    def test_can_be_told_anew_until_it_is_sent(self, lin):
        asked = draft(lin)
        again = FACTS["TRAVEL"] | {"number": "TRIP-2", "total_fen": 950_000}
        telling.tell(application_id=asked.pk, given=again, by=cast.self_of(lin))
        submit(asked, lin)

        with pytest.raises(NotPossibleNow):
            telling.tell(application_id=asked.pk, given=FACTS["TRAVEL"], by=cast.self_of(lin))

        assert SceneEvidence.objects.get().total_fen == 950_000

    def test_bounds_the_offer(self, lin):
        asked = draft(lin, "RENTAL")
        asked.product = product("RENTAL")

        assert telling.bounds(asked) == telling.Bounds(amount_fen=900_000, term_months=6)

    def test_is_sealed_and_no_audit_line_tells_it(self, lin):
        draft(lin, "MEDICAL", number="BILL-SECRET-77")

        with connection.cursor() as cursor:
            cursor.execute("SELECT row_to_json(e)::text FROM lending_sceneevidence e")
            assert "SECRET" not in cursor.fetchone()[0]
        assert not any("SECRET" in str(each.facts) for each in AuditEntry.objects.all())


@pytest.mark.django_db
class TestAnOrder:
    def test_of_another_person_is_refused_and_stays_theirs(self, lin):
        submit(draft(lin), lin)
        wei = builders.person("Wei")
        asked = draft(wei, number=" trip-1 ")

        with pytest.raises(orders.OrderFinancedAlready):
            submit(asked, wei)

        live = SceneEvidence.objects.get(is_live=True)
        assert live.application.borrower_id == lin.id
        asked.refresh_from_db()
        assert asked.state == "DRAFT"

    def test_of_another_seller_is_another_order(self, lin):
        submit(draft(lin), lin)
        wei = builders.person("Wei")

        submit(draft(wei, "DIGITAL", number="TRIP-1"), wei)

        assert SceneEvidence.objects.filter(is_live=True).count() == 2

    def test_is_free_again_when_its_application_ended_without_a_loan(self, lin):
        first = submit(draft(lin), lin)
        applications.withdraw(application_id=first.pk, by=cast.self_of(lin))
        wei = builders.person("Wei")

        submit(draft(wei), wei)

        assert SceneEvidence.objects.get(is_live=True).application.borrower_id == wei.id

    def test_that_somebody_else_took_meanwhile_is_not_signed(self, lin):
        offer = offered(lin)
        SceneEvidence.objects.update(is_live=False)
        wei = builders.person("Wei")
        submit(draft(wei), wei)

        with pytest.raises(orders.OrderFinancedAlready):
            sign(offer, lin)

        assert not Loan.objects.exists()

    def test_that_is_sent_stands_in_the_database(self, lin):
        submit(draft(lin), lin)

        for attack in ("total_fen = 1", "number_blind = 'x'", "issuer = 'y'"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"UPDATE lending_sceneevidence SET {attack}")

        assert SceneEvidence.objects.get().total_fen == 900_000


def offered(card: BorrowerCard) -> Offer:
    """An offer for a journey whose proof was looked at."""
    application = submit(draft(card), card)
    offer = builders._offer(application, amount_fen=900_000)
    LoanApplication.objects.filter(pk=application.pk).update(evidence_checked_at=NOW)
    builders.confirmed(offer, card)
    return offer


def sign(offer: Offer, card: BorrowerCard) -> Loan:
    return loans.sign(
        application_id=offer.application_id,
        at=builders.NOW,
        on=TODAY,
        language="en",
        by=cast.self_of(card),
    )


@pytest.mark.django_db
class TestASeller:
    @pytest.fixture
    def mei(self):
        return Actor(kind="STAFF", account_id=cast.officer().pk)

    @pytest.fixture
    def ann(self):
        from borrowers.people import actions as people  # noqa: PLC0415 (one test's colleague)

        account = people.open_staff(
            phone="+8613900000006", password="a long enough password", is_administrator=True
        )
        return Actor(kind="STAFF", account_id=account.pk)

    def enter(self, by: Actor, code: str = "SHOP") -> Merchant:
        return approval.enter(
            code=code, name_zh="虚构数码", name_en="Fictional Devices", scene="DIGITAL",
            account="merchant:SHOP", by=by,
        )  # fmt: skip

    def test_is_paid_the_loan_and_not_the_borrower(self, lin):
        assert sign(offered(lin), lin).payee_account == "merchant:TRAVEL-1"

    def test_is_open_only_after_another_person_approved_it(self, mei, ann):
        row = self.enter(mei)
        assert not row.is_open

        for by in (mei, SYSTEM):
            with pytest.raises(approval.MerchantFourEyesNeeded):
                approval.approve(merchant_id=row.pk, by=by)
        approval.approve(merchant_id=row.pk, by=ann)
        approval.approve(merchant_id=row.pk, by=ann)

        row.refresh_from_db()
        assert (row.is_open, row.approver_id) == (True, ann.account_id)
        assert AuditEntry.objects.filter(action="lending.merchant.approved").count() == 1

    def test_that_was_closed_is_reopened_by_another_person(self, mei, ann):
        row = self.enter(mei)
        approval.approve(merchant_id=row.pk, by=ann)
        approval.close(merchant_id=row.pk, by=ann)

        with pytest.raises(approval.MerchantFourEyesNeeded):
            approval.approve(merchant_id=row.pk, by=ann)
        approval.approve(merchant_id=row.pk, by=mei)

        row.refresh_from_db()
        assert row.is_open

    def test_is_entered_once_under_a_code(self, mei):
        self.enter(mei)

        with pytest.raises(approval.MerchantTaken):
            self.enter(mei)

        assert Merchant.objects.count() == 1

    def test_that_was_closed_since_the_offer_is_not_paid(self, lin, mei):
        offer = offered(lin)
        approval.close(merchant_id=Merchant.objects.get().pk, by=mei)

        with pytest.raises(MerchantNotOpen):
            sign(offer, lin)

        assert not Loan.objects.exists()

    @pytest.mark.parametrize(
        "attack",
        [
            "SET account = 'person:thief'",
            "SET code = 'OTHER'",
            "SET approver_id = author_id",
            "SET is_open = true, approver_id = NULL",
        ],
    )
    def test_keeps_its_account_and_its_two_people_in_the_database(self, mei, ann, attack):
        row = self.enter(mei)
        approval.approve(merchant_id=row.pk, by=ann)

        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE lending_merchant {attack}")

        row.refresh_from_db()
        assert (row.account, row.code, row.is_open) == ("merchant:SHOP", "SHOP", True)


@pytest.mark.commits
def test_of_five_who_send_one_order_at_once_one_gets_it():
    builders.open_books()
    people = [builders.person(name) for name in ("Lin", "Wei", "Chen")]
    drafts = [(draft(card), card) for card in people]

    outcomes = at_once(lambda number: submit(*drafts[number % 3]), range(5))

    assert SceneEvidence.objects.filter(is_live=True).count() == 1
    assert LoanApplication.objects.filter(state="SUBMITTED").count() == 1
    assert all(isinstance(each, LoanApplication | orders.OrderFinancedAlready) for each in outcomes)

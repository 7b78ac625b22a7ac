"""Drafts: kept page by page, through the API too, and ended when nobody goes on with them."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from borrowers.tests import cast
from common.audit.models import AuditEntry
from common.business_date import actions as business_date
from lending.applications import actions, queries
from lending.applications.drafts import actions as drafts
from lending.applications.drafts.queries import missing
from lending.applications.models import LoanApplication
from lending.applications.purposes import telling
from lending.applications.states import NotPossibleNow
from lending.closing import actions as closing
from lending.products.queries import AmountNotOffered, MerchantNotOpen, TermNotOffered
from lending.rewards.models import Entitlement
from lending.tests import builders, doors
from lending.tests.builders import NOW, TODAY
from lending.tests.scene_wishes import FACTS

KEPT = timedelta(days=30)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]


@pytest.fixture
def draft(lin):
    return builders.draft(lin)


@pytest.fixture
def study(lin):
    """Tuition, so far without a school."""
    return drafts.draft(
        borrower_id=lin.id,
        product_code="STUDY",
        amount_fen=300_000,
        term_months=6,
        merchant_code=None,
        entitlement_id=None,
        request_key="study",
        by=cast.self_of(lin),
    )


def save(lin, draft, **answers):
    return drafts.save(application_id=draft.pk, by=cast.self_of(lin), **answers)


def kept() -> tuple[int, int]:
    found = LoanApplication.objects.get()
    return found.amount_fen, found.term_months


class TestSaving:
    def test_keeps_what_is_given_and_leaves_the_rest(self, lin, draft):
        save(lin, draft, amount_fen=400_000)
        save(lin, draft, term_months=6)

        assert kept() == (400_000, 6)

    def test_says_when(self, lin, draft):
        LoanApplication.objects.update(saved_at=NOW - timedelta(days=20))

        saved = save(lin, draft, amount_fen=400_000)

        assert saved.saved_at > NOW - timedelta(days=20)

    @pytest.mark.parametrize(
        ("answers", "refusal"),
        [
            ({"amount_fen": 49_999}, AmountNotOffered),
            ({"amount_fen": 10**12}, AmountNotOffered),
            ({"term_months": 5}, TermNotOffered),
        ],
    )
    def test_refuses_what_the_product_does_not_offer(self, lin, draft, answers, refusal):
        with pytest.raises(refusal):
            save(lin, draft, **answers)

        assert kept() == (300_000, 3)
        assert not AuditEntry.objects.filter(action="lending.application.draft_saved").exists()

    def test_takes_a_discount_off_again_only_when_told_to(self, lin, draft):
        mine = Entitlement.objects.create(
            borrower_id=lin.id,
            benefit="RATE_050",
            discount_ppm=5_000,
            cost_points=50,
            request_key="k",
            expires_on=TODAY + timedelta(days=30),
        )
        save(lin, draft, entitlement_id=mine.pk)
        assert save(lin, draft, amount_fen=400_000).entitlement_id == mine.pk

        assert save(lin, draft, entitlement_id=None).entitlement_id is None

    def test_is_over_once_it_was_sent(self, lin, draft):
        actions.submit(application_id=draft.pk, on=TODAY, at=NOW, by=cast.self_of(lin))

        with pytest.raises(NotPossibleNow):
            save(lin, draft, amount_fen=400_000)

        assert kept() == (300_000, 3)


class TestWhatIsMissing:
    def test_is_said_page_by_page(self, lin, study):
        assert missing(study) == ["purpose", "proof"]

        save(lin, study, merchant_code="TOMORROW")
        assert missing(queries.by_id(study.pk)) == ["purpose", "proof"]
        told = FACTS["EDUCATION"]
        telling.tell(application_id=study.pk, given=told, by=cast.self_of(lin))

        assert missing(queries.by_id(study.pk)) == ["proof"]

    def test_is_nothing_of_a_plain_loan_and_of_what_was_sent(self, lin, draft, study):
        assert missing(draft) == []
        LoanApplication.objects.filter(pk=study.pk).update(state="WITHDRAWN")
        assert missing(queries.by_id(study.pk)) == []

    def test_keeps_it_from_being_sent(self, lin, study):
        with pytest.raises(MerchantNotOpen):
            actions.submit(application_id=study.pk, on=TODAY, at=NOW, by=cast.self_of(lin))

        assert LoanApplication.objects.get().state == "DRAFT"

    def test_is_not_healed_by_a_school_that_is_not_there(self, lin, study):
        with pytest.raises(MerchantNotOpen):
            save(lin, study, merchant_code="NONE")

        assert LoanApplication.objects.get().merchant_id is None


class TestAgeing:
    def test_ends_what_nobody_went_on_with(self, draft):
        LoanApplication.objects.update(saved_at=NOW - timedelta(days=31))

        assert drafts.age_out(before=NOW - KEPT, kept=KEPT) == 1
        assert drafts.age_out(before=NOW - KEPT, kept=KEPT) == 0

        assert LoanApplication.objects.get().state == "EXPIRED"

    def test_leaves_what_was_saved_since(self, lin, draft):
        LoanApplication.objects.update(saved_at=NOW - timedelta(days=31))
        save(lin, draft, amount_fen=400_000)

        assert drafts.age_out(before=NOW - KEPT, kept=KEPT) == 0
        assert LoanApplication.objects.get().state == "DRAFT"

    @pytest.mark.parametrize("state", ["SUBMITTED", "OFFERED", "REFERRED", "SIGNED", "WITHDRAWN"])
    def test_leaves_what_is_no_draft(self, draft, state):
        LoanApplication.objects.update(saved_at=NOW - timedelta(days=99), state=state)

        assert drafts.age_out(before=NOW, kept=KEPT) == 0
        assert LoanApplication.objects.get().state == state

    @pytest.mark.parametrize(("days", "state"), [(29, "DRAFT"), (32, "EXPIRED")])
    def test_comes_with_the_closing_of_a_day(self, draft, days, state):
        LoanApplication.objects.update(saved_at=NOW - timedelta(days=days))

        closing.close_through(to=TODAY + timedelta(days=1))

        assert LoanApplication.objects.get().state == state

    def test_does_not_come_sooner_where_a_demonstrations_books_run_ahead(self, draft):
        LoanApplication.objects.update(saved_at=Now())
        saved_on = LoanApplication.objects.get().saved_at.date()
        ahead = saved_on + timedelta(days=90)
        business_date.advance(to=ahead)

        closing.close_through(to=ahead + timedelta(days=1))

        assert LoanApplication.objects.get().state == "DRAFT"

    def test_lets_the_person_begin_anew(self, lin, draft):
        LoanApplication.objects.update(saved_at=NOW - timedelta(days=31))
        drafts.age_out(before=NOW, kept=KEPT)

        assert queries.open_or_drafted(lin.id) is None
        assert builders.draft(lin, key="again").state == "DRAFT"


class TestThroughTheApi:
    @pytest.fixture
    def api(self, lin):
        return doors.api_of(lin)

    def address(self, draft) -> str:
        return f"/api/v1/applications/{draft.public_id}"

    def test_a_draft_is_kept_piece_by_piece(self, api, study):
        answer = api.patch(self.address(study), {"merchant": "TOMORROW"}, format="json")
        assert answer.json()["missing"] == ["purpose", "proof"]

        answer = api.patch(self.address(study), {"amount_fen": 400_000}, format="json")

        found = answer.json()
        assert (found["amount_fen"], found["merchant"]) == (400_000, "TOMORROW")

    @pytest.mark.parametrize(
        ("given", "status"),
        [({"amount_fen": 1}, 422), ({"amount_fen": "x"}, 400), ({"merchant": "NONE"}, 422)],
    )
    def test_a_wrong_piece_changes_nothing(self, api, study, given, status):
        answer = api.patch(self.address(study), given, format="json")

        assert answer.status_code == status
        found = LoanApplication.objects.get()
        assert (found.amount_fen, found.merchant_id) == (300_000, None)

    def test_somebody_elses_is_not_there(self, draft):
        wei = doors.api_of(builders.person("Wei"))

        assert wei.patch(self.address(draft), {"amount_fen": 60_000}).status_code == 404
        assert kept() == (300_000, 3)

    def test_somebody_elses_discount_is_not_there(self, api, draft):
        answer = api.patch(self.address(draft), {"entitlement": "x" * 22}, format="json")

        assert answer.status_code == 404

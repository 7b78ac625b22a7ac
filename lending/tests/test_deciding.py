"""Decisions on applications: by the machine, by a person, and never without the person's say."""

from datetime import UTC, datetime, timedelta

import pytest

from borrowers.behaviour import actions as behaviour
from borrowers.connectors.registry import read_bill
from borrowers.consent.purposes import AUTOMATED_DECISION, CONSUMPTION_RECORDS
from borrowers.documents.models import SealedFile
from borrowers.messages.models import Message
from borrowers.tests import cast
from common.actors import Actor
from common.audit.models import AuditEntry
from lending.applications import actions as applications
from lending.applications import deciding
from lending.applications.contracts import Owed
from lending.applications.drafts import actions as drafts
from lending.applications.models import LoanApplication, Offer
from lending.applications.states import NotPossibleNow
from lending.lines import queries as queries_of_lines
from lending.rewards.models import Entitlement
from lending.tests import builders
from lending.tests.builders import NOW, TODAY
from scoring.decisions import queries as decisions
from scoring.decisions.models import Assessment, Review
from scoring.features.models import FeatureVector
from scoring.policy import actions as policies
from scoring.registry import actions as models
from simulation.bills.layouts import Layout, write
from simulation.bills.months import ordinary_months

pytestmark = pytest.mark.django_db


@pytest.fixture
def lin():
    builders.open_books()
    models.load_defaults()
    policies.load_defaults()
    return builders.person("Lin")


def share_months(card, *, months: int = 9, income_fen: int = 1_200_000, lost_rows: int = 0) -> None:
    """A bill of ordinary months, up to the day before today; its last rows may have been lost."""
    records = ordinary_months(
        seed=7,
        first_day=(datetime(2026, 11, 20, tzinfo=UTC) - timedelta(days=30 * months)).date(),
        months=months,
        monthly_income_fen=income_fen,
    )
    records = [each for each in records if each.at.astimezone(UTC) < NOW]
    lines = write(records, layout=Layout.WECHAT_CSV).splitlines(keepends=True)
    bill = b"".join(lines[: len(lines) - lost_rows])
    behaviour.upload_bill(
        borrower_id=card.id,
        content=bill,
        media_type="application/octet-stream",
        reading=read_bill(bill, "bill.csv"),
        by=cast.self_of(card),
    )


def sent(card, *, amount_fen: int = 300_000, entitlement_id: int | None = None) -> LoanApplication:
    application = drafts.draft(
        borrower_id=card.id,
        product_code=builders.consumption().code,
        amount_fen=amount_fen,
        term_months=3,
        merchant_code="",
        entitlement_id=entitlement_id,
        request_key=f"key-{amount_fen}",
        by=cast.self_of(card),
    )
    return applications.submit(
        application_id=application.pk, on=TODAY, at=NOW, by=cast.self_of(card)
    )


def decide(
    application: LoanApplication, *, days_past_due: int = 0, monthly_instalments_fen: int = 0
) -> LoanApplication:
    return deciding.decide(
        application_id=application.pk,
        owed=Owed(0, days_past_due, monthly_instalments_fen),
        on=TODAY,
        at=NOW,
        claim=None,
    )


def mei() -> Actor:
    return Actor(kind="STAFF", account_id=cast.officer().pk)


def reviewed(application: LoanApplication, by: Actor, **changes: object) -> LoanApplication:
    values: dict[str, object] = {
        "application_id": application.pk,
        "outcome": "OFFERED",
        "limit_fen": 200_000,
        "annual_rate_ppm": 150_000,
        "reason_code": "SMALL_START",
        "note_document_id": None,
        "on": TODAY,
        "at": NOW,
        "by": by,
    }
    return deciding.review(**{**values, **changes})  # type: ignore[arg-type]  # names are those above


class TestTheMachine:
    def test_offers_with_reasons_what_the_records_bear(self, lin):
        share_months(lin)

        application = decide(sent(lin))

        offer = Offer.objects.get()
        assert application.state == "OFFERED"
        assert offer.amount_fen == 300_000 <= offer.limit_fen
        assert offer.annual_rate_ppm == offer.base_rate_ppm
        assert Assessment.objects.get().reasons
        assert [each.kind for each in offer.alternatives.order_by("number")] == [
            "ASKED",
            "LONGER",
            "SMALLER",
        ]
        line = queries_of_lines.standing_of(lin.id)
        assert line is not None
        assert (line.limit_fen, line.held_fen) == (offer.limit_fen, 300_000)
        assert Message.objects.get(template="OFFER_READY").facts["amount_fen"] == 300_000

    def test_decides_once_however_often_it_is_asked(self, lin):
        share_months(lin)
        application = sent(lin)

        decide(application)
        decide(application)

        assert Assessment.objects.count() == FeatureVector.objects.count() == 1
        assert Offer.objects.count() == 1
        assert Message.objects.filter(template="OFFER_READY").count() == 1

    def test_refers_who_showed_too_little(self, lin):
        application = decide(sent(lin))

        assert application.state == "REFERRED"
        assert not Offer.objects.exists()
        assert Message.objects.filter(template="REFERRED").count() == 1

    def test_lends_no_more_to_who_is_behind_before_a_person_has_looked(self, lin):
        wei = lin
        share_months(wei)

        application = decide(sent(wei), days_past_due=14)

        assert application.state == "REFERRED"
        codes = [reason["code"] for reason in Assessment.objects.get().reasons]
        assert "OVERDUE_WITH_US" in codes
        assert not Offer.objects.exists()

    def test_counts_the_instalments_of_loans_that_run_already(self, lin):
        share_months(lin)
        alone = decide(sent(lin))
        applications.withdraw(application_id=alone.pk, by=cast.self_of(lin))

        decide(sent(lin, amount_fen=310_000), monthly_instalments_fen=300_000)

        free, burdened = Assessment.objects.order_by("pk")
        assert burdened.affordable_instalment_fen < free.affordable_instalment_fen
        assert burdened.limit_fen < free.limit_fen

    @pytest.mark.parametrize(("method", "months_put_by"), [("INTEREST_ONLY", 1), ("BULLET", 3)])
    def test_holds_what_falls_due_at_once_against_the_income(self, lin, method, months_put_by):
        builders.consumption(method=method)
        share_months(lin)

        decide(sent(lin))

        found = Assessment.objects.get()
        bearable_fen = found.affordable_instalment_fen
        assert found.policy_trace["bound_by"] == "INCOME"
        # The interest is within it, too; limits are whole hundreds of yuan.
        assert 0 < found.limit_fen < bearable_fen * months_put_by
        assert decisions.replay(found.pk) == decisions.verdict_of(found.application_id)

    def test_leaves_a_bill_that_lost_rows_to_a_person_until_it_came_whole(self, lin):
        share_months(lin, lost_rows=9)
        first = decide(sent(lin))
        applications.withdraw(application_id=first.pk, by=cast.self_of(lin))
        assert not Offer.objects.exists()
        share_months(lin)

        second = decide(sent(lin, amount_fen=310_000))

        assert (first.state, second.state) == ("REFERRED", "OFFERED")
        cut, whole = Assessment.objects.order_by("pk")
        assert cut.reasons[0]["code"] == "RECORDS_INCOMPLETE"
        assert cut.limit_fen > 0
        assert "RECORDS_INCOMPLETE" not in [each["code"] for each in whole.reasons]

    def test_leaves_the_decision_to_a_person_where_the_borrower_wants_it(self, lin):
        share_months(lin)
        cast.withdraw(lin, AUTOMATED_DECISION)

        application = decide(sent(lin))

        assert Assessment.objects.get().outcome == "OFFERED"
        assert application.state == "REFERRED"
        assert not Offer.objects.exists()
        assert not decisions.is_automatic(application.pk)

    def test_uses_nothing_of_records_whose_consent_was_withdrawn(self, lin):
        chen = lin
        share_months(chen)
        cast.withdraw(chen, CONSUMPTION_RECORDS)

        decide(sent(chen))

        vector = FeatureVector.objects.get()
        assert vector.features is not None
        assert not any(value for name, value in vector.features.items() if value)
        assert Assessment.objects.get().request["has_consumption_consent"] is False

    def test_takes_the_discount_off_the_rate_but_never_below_the_floor(self, lin):
        share_months(lin)
        builders.consumption(floor_rate_ppm=145_000)
        bought = Entitlement.objects.create(
            borrower_id=lin.id,
            benefit="RATE_100",
            discount_ppm=10_000,
            cost_points=150,
            request_key="k",
            expires_on=TODAY,
        )

        decide(sent(lin, entitlement_id=bought.pk))

        offer = Offer.objects.get()
        assert offer.annual_rate_ppm == max(offer.base_rate_ppm - 10_000, 145_000)
        assert offer.discount_ppm == offer.base_rate_ppm - offer.annual_rate_ppm

    def test_gives_a_reserved_discount_back_when_the_application_is_withdrawn(self, lin):
        bought = Entitlement.objects.create(
            borrower_id=lin.id,
            benefit="RATE_050",
            discount_ppm=5_000,
            cost_points=50,
            request_key="k",
            expires_on=TODAY,
        )
        application = sent(lin, entitlement_id=bought.pk)

        applications.withdraw(application_id=application.pk, by=cast.self_of(lin))

        assert Entitlement.objects.get().state == "ISSUED"


class TestAPerson:
    def test_offers_what_was_referred_and_the_borrower_hears_of_it(self, lin):
        application = decide(sent(lin))
        officer = mei()

        decided = reviewed(application, officer)

        offer = Offer.objects.get()
        assert decided.state == "OFFERED"
        assert (offer.limit_fen, offer.annual_rate_ppm) == (200_000, 150_000)
        assert Review.objects.get().reviewer_id == officer.account_id
        assert AuditEntry.objects.filter(actor_account_id=officer.account_id).exists()

    def test_declines_with_a_reason(self, lin):
        application = decide(sent(lin))

        decided = reviewed(
            application, mei(), outcome="DECLINED", reason_code="TOO_LITTLE_KNOWN", limit_fen=0
        )

        assert decided.state == "DECLINED"
        assert not Offer.objects.exists()

    @pytest.mark.parametrize(
        "changes", [{"limit_fen": 49_999}, {"limit_fen": 5_000_001}, {"annual_rate_ppm": 59_999}]
    )
    def test_may_not_leave_the_products_bounds_and_then_nothing_is_written(self, lin, changes):
        application = decide(sent(lin))

        with pytest.raises(deciding.ReviewOutOfBounds):
            reviewed(application, mei(), **changes)

        assert LoanApplication.objects.get().state == "REFERRED"
        assert not Review.objects.exists()

    def test_may_not_offer_above_the_cap_of_law(self, lin):
        application = decide(sent(lin))

        with pytest.raises(deciding.ReviewOutOfBounds):
            reviewed(application, mei(), annual_rate_ppm=230_000)

        assert not Offer.objects.exists()

    def test_decides_once(self, lin):
        application = decide(sent(lin))
        officer = mei()
        reviewed(application, officer)

        with pytest.raises(NotPossibleNow):
            reviewed(application, officer, limit_fen=100_000)

        assert Review.objects.count() == 1
        assert not SealedFile.objects.filter(kind="REVIEW_NOTE").exists()

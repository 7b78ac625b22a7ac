"""A loan at another rhythm than the month's: from the product's version to the last instalment."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from borrowers.consent.purposes import SCENE_PURCHASE
from borrowers.people.models import Account
from borrowers.tests import cast
from common import clock
from common.actors import Actor
from common.errors import Refused
from lending.applications import actions as applications
from lending.applications import queries as application_queries
from lending.applications.drafts import actions as drafts
from lending.applications.models import LoanApplication, Offer
from lending.applications.purposes import telling
from lending.channels.models import Transfer
from lending.disbursements import actions as disbursements
from lending.loans import actions as loans
from lending.loans import queries as loan_queries
from lending.loans.models import Loan, LoanTransaction
from lending.products import actions as products
from lending.products import law, publishing
from lending.products.demonstration import product_for
from lending.products.models import LoanProduct
from lending.products.scenes.contracts import PurposeRefused
from lending.tests import builders
from lending.tests.builders import NOW, PROOF, TODAY
from lending.tests.scene_wishes import FACTS

pytestmark = pytest.mark.django_db
QUARTERS = {
    "method": "EQUAL_INSTALMENT", "rhythm": "QUARTERLY", "terms_months": [3, 6, 12],
}  # fmt: skip


def rent(**changes: Any) -> LoanProduct:
    return LoanProduct.objects.get_or_create(
        code="RENT_QUARTER",
        defaults={
            "name_zh": "季付租房借款",
            "name_en": "Rent loan, by the quarter",
            "scene": "RENTAL",
            "state": "PUBLISHED",
            "minimum_fen": 50_000,
            "maximum_fen": 3_000_000,
            "floor_rate_ppm": 60_000,
            "needs_evidence": True,
            "needs_order": True,
            "cooling_off_days": 7,
            **QUARTERS,
            **changes,
        },
    )[0]


def sent(lin, *, amount_fen: int = 900_000, term_months: int = 6, **facts: Any) -> LoanApplication:
    cast.allow(lin, SCENE_PURCHASE)
    found = drafts.draft(
        borrower_id=lin.id,
        product_code=rent().code,
        amount_fen=amount_fen,
        term_months=term_months,
        merchant_code="",
        entitlement_id=None,
        request_key="rent",
        by=cast.self_of(lin),
    )
    drafts.upload_evidence(application_id=found.pk, content=PROOF, by=cast.self_of(lin))
    given = FACTS["RENTAL"] | {"rhythm": "QUARTERLY"} | facts
    telling.tell(application_id=found.pk, given=given, by=cast.self_of(lin))
    return applications.submit(application_id=found.pk, on=TODAY, at=NOW, by=cast.self_of(lin))


def offered(lin) -> Offer:
    application = sent(lin)
    offer = builders._offer(application, amount_fen=900_000)
    LoanApplication.objects.filter(pk=application.pk).update(evidence_checked_at=NOW)
    return offer


def paid_out(lin) -> Loan:
    offer = offered(lin)
    builders.confirmed(offer, lin)
    loan = loans.sign(
        application_id=offer.application_id,
        at=builders.NOW,
        on=TODAY,
        language="en",
        by=cast.self_of(lin),
    )
    transfer = Transfer.objects.get(loan_id=loan.pk)
    answer = builders.said(transfer)
    disbursements.book(transfer_id=transfer.pk, answer=answer, on=TODAY, claim=None)
    loan.refresh_from_db()
    return loan


def browser(lin) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(Account.objects.get(pk=lin.account_id))
    return client


class TestARentOfQuarters:
    def test_is_lent_on_to_the_borrower_at_its_own_rhythm(self, lin):
        loan = paid_out(lin)

        rows = list(loan.instalments.order_by("number"))
        assert loan.payee_account == f"person:{lin.public_id}"
        assert [row.due_on for row in rows] == [date(2027, 2, 20), date(2027, 5, 20)]
        # 9,000 yuan at 12 % a year: 3 % a quarter on what is still owed.
        assert [row.interest_fen for row in rows] == [27_000, 13_700]
        assert sum(row.principal_fen for row in rows) == 900_000

    def test_says_so_in_what_was_signed_and_in_the_log(self, lin):
        loan = paid_out(lin)

        kept = {"method": "EQUAL_INSTALMENT", "step_months": 3}
        assert loan.contract.terms["manner"] == kept
        opening = LoanTransaction.objects.get(loan=loan, kind="DISBURSEMENT").terms
        assert opening.items() >= kept.items()
        assert loan_queries.terms_of(loan).step_months == 3

    def test_is_folded_with_many_as_it_is_alone(self, lin):
        loan = paid_out(lin)

        together, _log = loan_queries.read_together([loan])[loan.pk]

        assert together == loan_queries.terms_of(loan)

    def test_is_disclosed_at_four_times_the_quarters_rate_and_confirmed_once(self, lin):
        offer = offered(lin)
        builders.confirmed(offer, lin)

        found = application_queries.confirmed_cost(offer)
        assert found is not None
        content = found.content
        assert content["step_months"] == 3
        assert content["term_months"] == 6
        assert len(content["schedule"]) == 2
        assert abs(content["irr_nominal_ppm"] - 120_000) <= 50
        assert abs(content["irr_effective_ppm"] - 125_509) <= 60

    def test_is_said_on_the_page_of_the_cost(self, lin):
        offer = offered(lin)
        Offer.objects.update(expires_at=clock.now() + timedelta(days=1))
        applications.accept(application_id=offer.application_id, at=NOW, by=cast.self_of(lin))
        page = browser(lin).get(reverse("lending:application", args=[offer.application.public_id]))

        said = page.content.decode()
        assert "You pay every three months" in said
        assert "with each instalment on what you still owe" in said
        assert "You pay each month" not in said

    def test_is_said_in_the_contract(self, lin):
        offer = offered(lin)
        builders.confirmed(offer, lin)
        contract = loan_queries.unsigned_text(offer.application_id, on=TODAY, language="en")
        words = " ".join(getattr(part, "text", "") for part in contract)

        assert "Due every three months." in words
        assert "monthly" not in words

    def test_is_said_on_the_loans_page(self, lin):
        loan = paid_out(lin)

        page = browser(lin).get(f"/loans/{loan.public_id}/").content.decode()

        assert "Due every three months." in page

    def test_is_paid_back_by_the_quarter(self, lin):
        loan = paid_out(lin)
        for number, row in enumerate(loan.instalments.order_by("number"), start=1):
            total_fen = row.principal_fen + row.interest_fen
            builders.pay(loan, total_fen, on=row.due_on, key=f"pay-{number}")

        loan.refresh_from_db()
        assert (loan.state, loan.overpaid_fen) == ("SETTLED", 0)
        assert loan.settled_on == date(2027, 5, 20)

    def test_paid_off_in_the_middle_of_a_quarter_costs_its_days(self, lin):
        loan = paid_out(lin)

        builders.pay_off(loan, on=TODAY + timedelta(days=46))

        loan.refresh_from_db()
        assert (loan.state, loan.interest_paid_fen) == ("SETTLED", 27_000 * 46 // 92)

    def test_weighs_on_a_month_what_a_month_costs(self, lin):
        loan = paid_out(lin)
        first = loan.instalments.get(number=1)

        owed = loan_queries.owed_by_applicant(loan.contract.application_id, on=TODAY)

        quarter_fen = first.principal_fen + first.interest_fen
        assert abs(owed.monthly_instalments_fen - quarter_fen // 3) <= 1

    @pytest.mark.parametrize("rhythm", ["MONTHLY", "YEARLY"])
    def test_is_not_lent_on_where_the_rent_has_another_rhythm(self, lin, rhythm):
        with pytest.raises(PurposeRefused) as refused:
            sent(lin, rhythm=rhythm)

        assert refused.value.code == "RENT_RHYTHM_DIFFERS"
        assert not LoanApplication.objects.exclude(state="DRAFT").exists()

    @pytest.mark.parametrize(
        ("facts", "code"),
        [({"months_left": 5}, "LONGER_THAN_THE_LEASE"), ({"monthly_rent_fen": 149_999},
          "ABOVE_THE_RENT")],
    )  # fmt: skip
    def test_is_never_above_the_lease_in_sum_or_term(self, lin, facts, code):
        with pytest.raises(PurposeRefused) as refused:
            sent(lin, **facts)

        assert refused.value.code == code


class TestAVersion:
    @pytest.fixture
    def mei(self):
        return Actor(kind="STAFF", account_id=cast.officer().pk)

    def written(self, mei: Actor, **changes: Any) -> LoanProduct:
        named = product_for("RENTAL")
        terms = {name: getattr(named, name) for name in publishing.TERMS}
        return publishing.draft(code="R", terms={**terms, **QUARTERS, **changes}, by=mei)

    @pytest.mark.parametrize(
        ("changes", "months"),
        [({"terms_months": [3, 4]}, 3), ({"rhythm": "YEARLY", "terms_months": [6]}, 12)],
    )
    def test_has_terms_of_whole_periods(self, mei, changes, months):
        with pytest.raises(publishing.TermsOutOfRhythm) as refused:
            self.written(mei, **changes)

        assert refused.value.context == {"months": months}
        assert not LoanProduct.objects.exists()

    @pytest.mark.parametrize("method", ["INTEREST_ONLY", "BULLET"])
    def test_for_rent_is_repaid_in_instalments(self, mei, method):
        row = self.written(mei, method=method)

        with pytest.raises(law.PurposeNeedsInstalments):
            publishing.propose(product_id=row.pk, on=TODAY, by=mei)

        assert not row.proposals.exists()

    @pytest.mark.parametrize("method", ["EQUAL_PRINCIPAL", "INTEREST_ONLY", "BULLET"])
    def test_for_daily_life_may_be_repaid_in_any_manner_within_the_cap(self, mei, method):
        named = product_for("CONSUMPTION")
        terms = {name: getattr(named, name) for name in publishing.TERMS}
        wish = {**terms, "method": method, "terms_months": [6, 12], "highest_rate_ppm": 150_000}
        row = publishing.draft(code="D", terms=wish, by=mei)

        assert publishing.propose(product_id=row.pk, on=TODAY, by=mei)

    def test_that_passes_the_cap_by_its_rhythm_is_not_proposed(self, mei):
        row = self.written(mei, highest_rate_ppm=235_000)

        with pytest.raises(Refused) as refused:
            publishing.propose(product_id=row.pk, on=TODAY, by=mei)

        assert refused.value.code == "PRODUCT_ABOVE_THE_CAP"

    @pytest.mark.parametrize("column", ["method = 'BULLET'", "rhythm = 'MONTHLY'"])
    def test_that_is_in_force_keeps_its_manner_in_the_database(self, column):
        rent()

        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE lending_loanproduct SET {column}")

        assert (rent().method, rent().rhythm) == ("EQUAL_INSTALMENT", "QUARTERLY")

    def test_of_the_demonstration_goes_by_the_quarter(self):
        products.open_demonstration()

        row = LoanProduct.objects.get(code="RENT_QUARTER")
        assert (row.manner.step_months, row.pays_merchant) == (3, False)
        law.insist_on_law(row, on=TODAY)

    def test_is_quoted_at_its_rhythm_to_anybody(self):
        rent()
        asked = {"product": "RENT_QUARTER", "amount_fen": 900_000, "term_months": 6}

        answer = Client().post("/api/v1/quotes", asked, content_type="application/json").json()
        shown = Client().get("/api/v1/products").json()["results"][0]

        assert abs(answer["least"]["irr_nominal_ppm"] - 60_000) <= 50
        assert answer["least"]["instalment_fen"] > 450_000
        assert (shown["method"], shown["rhythm"]) == ("EQUAL_INSTALMENT", "QUARTERLY")

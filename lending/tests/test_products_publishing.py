"""Mei writes a product, Ann puts it in force; nobody does both, and what was published stands."""

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from borrowers.people import actions as people
from borrowers.tests import cast
from common.actors import SYSTEM, Actor
from common.audit.models import AuditEntry
from common.errors import NotFound
from lending.products import law, publishing, queries
from lending.products.caps.worst import ProductAboveTheCap
from lending.products.demonstration import PRODUCTS, product_for
from lending.products.models import LoanProduct, ProductProposal
from lending.tests import builders
from lending.tests.builders import TODAY
from tests.machinery.races import at_once


def staff(phone: str) -> Actor:
    account = people.open_staff(
        phone=phone, password="a long enough password", is_administrator=True
    )
    return Actor(kind="STAFF", account_id=account.pk)


@pytest.fixture
def ann():
    return staff("+8613900000006")


def terms(**changes: object) -> dict[str, object]:
    daily = product_for("CONSUMPTION")
    named = {name: getattr(daily, name) for name in publishing.TERMS}
    return {**named, "terms_months": [3, 6], **changes}


def written(by: Actor, *, code: str = "DAILY", **changes: object) -> LoanProduct:
    return publishing.draft(code=code, terms=terms(**changes), by=by)


def in_force(mei: Actor, ann: Actor, **changes: Any) -> LoanProduct:
    row = written(mei, **changes)
    number = publishing.propose(product_id=row.pk, on=TODAY, by=mei)
    publishing.approve(proposal_id=number, on=TODAY, by=ann)
    row.refresh_from_db()
    return row


def states() -> list[tuple[int, str]]:
    return list(LoanProduct.objects.order_by("version").values_list("version", "state"))


@pytest.mark.django_db
class TestAVersion:
    def test_is_offered_only_after_another_person_approved_it(self, mei, ann):
        row = written(mei)
        number = publishing.propose(product_id=row.pk, on=TODAY, by=mei)
        assert list(queries.open_products()) == []

        publishing.approve(proposal_id=number, on=TODAY, by=ann)

        assert queries.open_product("DAILY").pk == row.pk
        decided = ProductProposal.objects.get()
        assert (decided.author_id, decided.approver_id) == (mei.account_id, ann.account_id)

    def test_takes_the_place_of_the_one_before_and_leaves_its_loans_on_it(self, mei, ann):
        first = in_force(mei, ann)
        builders.open_books()
        lin = builders.person("Lin")
        application = builders.draft(lin)

        second = in_force(mei, ann, maximum_fen=4_000_000)

        assert states() == [(1, "RETIRED"), (2, "PUBLISHED")]
        assert queries.open_product("DAILY").pk == second.pk
        application.refresh_from_db()
        assert queries.by_id(application.product_id).maximum_fen == first.maximum_fen

    def test_twice_proposed_and_twice_approved_is_once(self, mei, ann):
        row = written(mei)
        numbers = {publishing.propose(product_id=row.pk, on=TODAY, by=mei) for _ in range(2)}
        for _ in range(2):
            publishing.approve(proposal_id=min(numbers), on=TODAY, by=ann)

        assert len(numbers) == 1
        assert AuditEntry.objects.filter(action="lending.product.published").count() == 1

    def test_is_not_approved_by_its_author_nor_by_the_platform(self, mei):
        row = written(mei)
        number = publishing.propose(product_id=row.pk, on=TODAY, by=mei)

        for by in (mei, SYSTEM):
            with pytest.raises(publishing.ProductFourEyesNeeded):
                publishing.approve(proposal_id=number, on=TODAY, by=by)
            with pytest.raises(publishing.ProductFourEyesNeeded):
                publishing.turn_down(proposal_id=number, by=by)

        assert states() == [(1, "DRAFT")]

    def test_is_not_proposed_by_somebody_else(self, mei, ann):
        row = written(mei)

        for by in (ann, SYSTEM):
            with pytest.raises(publishing.NotYourProductDraft):
                publishing.propose(product_id=row.pk, on=TODAY, by=by)

        assert not ProductProposal.objects.exists()

    def test_that_was_turned_down_is_not_approved_afterwards(self, mei, ann):
        row = written(mei)
        number = publishing.propose(product_id=row.pk, on=TODAY, by=mei)
        publishing.turn_down(proposal_id=number, by=ann)
        publishing.turn_down(proposal_id=number, by=ann)

        with pytest.raises(publishing.ProductProposalDecided):
            publishing.approve(proposal_id=number, on=TODAY, by=ann)

        assert states() == [(1, "DRAFT")]

    def test_that_is_nowhere_is_not_found(self, mei):
        with pytest.raises(NotFound):
            publishing.propose(product_id=0, on=TODAY, by=mei)
        with pytest.raises(NotFound):
            publishing.approve(proposal_id=0, on=TODAY, by=mei)

    def test_can_be_closed_by_one_person_and_takes_no_new_applications(self, mei, ann):
        row = in_force(mei, ann)

        publishing.close(product_id=row.pk, by=mei)
        publishing.close(product_id=row.pk, by=mei)

        with pytest.raises(queries.ProductNotOpen):
            queries.open_product("DAILY")
        assert AuditEntry.objects.filter(action="lending.product.closed").count() == 1


@pytest.mark.django_db
class TestTheLaw:
    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"highest_rate_ppm": 217_000}, ProductAboveTheCap),
            ({"highest_rate_ppm": 230_000}, ProductAboveTheCap),
            ({"terms_months": [3, 72]}, law.ProductTooLong),
            ({"maximum_fen": 20_000_001}, law.ProductTooLarge),
            ({"penalty_multiple_ppm": 1_600_000}, law.PenaltyTooHigh),
            ({"scene": "TRAVEL", "pays_merchant": True}, law.PurposeNeedsItsOrder),
            ({"scene": "RENTAL", "needs_order": True, "pays_merchant": True},
             law.PurposeHasAnotherPayee),
            ({"pays_merchant": True}, law.PurposeHasAnotherPayee),
            ({"licence": "BANK", "maximum_fen": 30_000_000, "terms_months": [85]},
             law.ProductTooLong),
        ],
    )  # fmt: skip
    def test_is_asked_when_a_version_is_proposed(self, mei, changes, refusal):
        row = written(mei, **changes)

        with pytest.raises(refusal):
            publishing.propose(product_id=row.pk, on=TODAY, by=mei)

        assert not ProductProposal.objects.exists()

    def test_is_asked_again_when_it_is_approved(self, mei, ann):
        row = written(mei, licence="MICRO_LOAN", highest_rate_ppm=200_000)
        number = publishing.propose(product_id=row.pk, on=TODAY, by=mei)

        with pytest.raises(ProductAboveTheCap):
            publishing.approve(proposal_id=number, on=TODAY.replace(year=2028), by=ann)

        assert states() == [(1, "DRAFT")]
        assert ProductProposal.objects.get().state == "PROPOSED"

    def test_allows_each_product_of_the_demonstration(self, mei):
        for product in PRODUCTS:
            row = LoanProduct(**{name: getattr(product, name) for name in product.__slots__})

            assert not law.worst_path(row, on=TODAY).is_above
            assert list(law.limits_broken(row, on=TODAY)) == []

    def test_differs_by_licence(self):
        large = LoanProduct(**terms(maximum_fen=30_000_000, licence="BANK"), code="X")
        assert list(law.limits_broken(large, on=TODAY)) == []

        large.licence = "CONSUMER_FINANCE"
        assert [type(each) for each in law.limits_broken(large, on=TODAY)] == [law.ProductTooLarge]


ATTACKS = [
    "UPDATE lending_loanproduct SET highest_rate_ppm = 999999",
    "UPDATE lending_loanproduct SET terms_months = '[600]'",
    "UPDATE lending_loanproduct SET version = 9",
    "UPDATE lending_loanproduct SET state = 'DRAFT'",
    "UPDATE lending_loanproduct SET author_id = NULL",
    "DELETE FROM lending_loanproduct WHERE state <> 'DRAFT'",
    "TRUNCATE lending_loanproduct CASCADE",
    "UPDATE lending_productproposal SET approver_id = author_id",
    "UPDATE lending_productproposal SET state = 'PROPOSED', approver_id = NULL, decided_at = NULL",
    "INSERT INTO lending_loanproduct SELECT * FROM lending_loanproduct",
    "SET session_replication_role = replica; UPDATE lending_loanproduct SET grace_days = 9",
]


@pytest.mark.django_db
@pytest.mark.parametrize("attack", ATTACKS)
def test_sql_does_not_change_what_was_published(mei, ann, attack):
    in_force(mei, ann)
    before = list(LoanProduct.objects.values())

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attack)

    assert list(LoanProduct.objects.values()) == before
    assert ProductProposal.objects.get().state == "APPROVED"


@pytest.mark.django_db
def test_a_retired_version_does_not_come_back(mei, ann):
    in_force(mei, ann)
    in_force(mei, ann)

    with pytest.raises(IntegrityError), transaction.atomic():
        LoanProduct.objects.filter(version=1).update(state="PUBLISHED")

    assert states() == [(1, "RETIRED"), (2, "PUBLISHED")]


@pytest.mark.django_db
def test_a_draft_that_an_application_uses_stands_too(mei):
    builders.open_books()
    row = written(mei)
    LoanProduct.objects.filter(pk=row.pk).update(grace_days=4)
    LoanProduct.objects.filter(pk=row.pk).update(state="PUBLISHED")
    builders.draft(builders.person("Lin"))

    with pytest.raises(IntegrityError), transaction.atomic():
        LoanProduct.objects.filter(pk=row.pk).update(grace_days=5)

    assert LoanProduct.objects.get().grace_days == 4


@pytest.mark.commits
def test_of_five_who_publish_at_once_one_version_is_in_force():
    mei, ann = Actor(kind="STAFF", account_id=cast.officer().pk), staff("+8613900000006")
    numbers = [publishing.propose(product_id=written(mei).pk, on=TODAY, by=mei) for _ in range(3)]

    at_once(
        lambda number: publishing.approve(proposal_id=numbers[number % 3], on=TODAY, by=ann),
        range(6),
    )

    found = [state for _, state in states()]
    assert sorted(found) == ["PUBLISHED", "RETIRED", "RETIRED"]
    assert AuditEntry.objects.filter(action="lending.product.published").count() == 3


@pytest.mark.commits
def test_two_versions_written_at_once_have_two_numbers_or_one_is_told():
    mei = Actor(kind="STAFF", account_id=cast.officer().pk)

    outcomes = at_once(lambda _: written(mei), range(5))

    kept = [each for each in outcomes if isinstance(each, LoanProduct)]
    told = [each for each in outcomes if isinstance(each, publishing.VersionWrittenMeanwhile)]
    assert len(kept) + len(told) == 5
    assert sorted(each.version for each in kept) == [version for version, _ in states()]

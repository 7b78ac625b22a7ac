"""The catalogue: the last one is sold once, codes are seen once, partners are paid once."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from borrowers.tests import cast
from common.errors import NotFound
from lending.ledger import chart
from lending.ledger import queries as ledger
from lending.rewards import actions as rewards
from lending.rewards import fulfilment, queries
from lending.rewards.models import (
    Benefit,
    Entitlement,
    Fulfilment,
    PartnerStatement,
    RewardPartner,
    RewardProgramme,
)
from lending.rewards.staff import eyes, statements, stock
from lending.tests import rewarding
from lending.tests.builders import TODAY
from lending.tests.rewarding import all_is_well, buy, figures, give

MONTH = TODAY.replace(day=1)
NEXT_MONTH = date(2026, 12, 1)


@pytest.fixture
def lin(db):
    card = cast.borrower("Lin")
    give(card, 300)
    return card


def code_of(card, bought: Entitlement, *, on: date = TODAY) -> str:
    return fulfilment.show_code(
        entitlement_id=bought.pk, borrower_id=card.id, on=on, by=cast.self_of(card)
    )


def fetched(code: str, *, on: date = TODAY, at: RewardPartner | None = None) -> Fulfilment:
    partner = at or rewarding.partner()
    return fulfilment.hand_over(partner_id=partner.pk, code=code, on=on, by=rewarding.mei())


class TestACoupon:
    @pytest.fixture
    def tea(self, lin):
        rewarding.coupon(stock=2)
        return buy(lin, benefit="TEA")

    def test_turns_points_into_what_the_partner_gets(self, tea):
        assert ledger.balance_fen(chart.PARTNERS_OWED) == -800
        assert ledger.balance_fen(chart.POINTS_LIABILITY) == -240 * 9
        assert tea.extra_fen == 800 - 60 * 9
        assert Benefit.objects.get(code="TEA").stock == 1
        assert all_is_well()

    def test_is_handed_over_once_against_its_code(self, lin, tea):
        code = code_of(lin, tea)

        assert fetched(code.lower().replace("-", " ")).state == "DELIVERED"
        with pytest.raises(fulfilment.CodeUnknown):
            fetched(code)

        tea.refresh_from_db()
        assert tea.state == "CONSUMED"

    def test_has_a_code_of_128_bits_of_which_only_a_hash_is_kept(self, lin, tea):
        code = code_of(lin, tea)

        assert len(code.replace("-", "")) == 26
        kept = Fulfilment.objects.get().code_sha256
        assert kept == fulfilment.hashed(code)
        assert code not in str(vars(Fulfilment.objects.get()))

    def test_has_one_code_at_a_time(self, lin, tea):
        first = code_of(lin, tea)
        second = code_of(lin, tea)

        with pytest.raises(fulfilment.CodeUnknown):
            fetched(first)
        assert fetched(second).state == "DELIVERED"

    def test_is_not_handed_over_by_another_partner(self, lin, tea):
        other = RewardPartner.objects.create(code="OTHER", name_zh="别家", name_en="Another")

        with pytest.raises(fulfilment.CodeUnknown):
            fetched(code_of(lin, tea), at=other)

        assert Fulfilment.objects.get().state == "ORDERED"

    def test_is_not_handed_over_after_its_last_day(self, lin, tea):
        code = code_of(lin, tea)

        with pytest.raises(fulfilment.CodeUnknown):
            fetched(code, on=tea.expires_on + timedelta(days=1))

    def test_shows_no_code_to_zhao(self, tea):
        with pytest.raises(NotFound):
            code_of(cast.borrower("Zhao"), tea)

        assert Fulfilment.objects.get().code_sha256 is None

    def test_cannot_be_guessed_all_day(self, lin, tea):
        for _ in range(20):
            with pytest.raises(fulfilment.CodeUnknown):
                fetched("WRONG")

        with pytest.raises(fulfilment.TooManyTries):
            fetched(code_of(lin, tea))
        assert fetched(code_of(lin, tea), on=TODAY + timedelta(days=1)).state == "DELIVERED"

    def test_given_back_gives_back_points_stock_and_budget(self, lin, tea):
        code = code_of(lin, tea)
        rewards.return_bought(
            entitlement_id=tea.pk, borrower_id=lin.id, on=TODAY, by=cast.self_of(lin)
        )

        assert figures(lin) == (300, 0, 0)
        assert Benefit.objects.get(code="TEA").stock == 2
        assert ledger.balance_fen(chart.PARTNERS_OWED) == 0
        assert rewarding.programme().cost_fen == 300 * 9
        with pytest.raises(fulfilment.CodeUnknown):
            fetched(code)
        assert all_is_well()

    def test_that_cannot_be_handed_over_gives_all_points_back_however_late(self, lin, tea):
        part = Fulfilment.objects.get()
        fulfilment.mark_ready(fulfilment_id=part.pk, by=rewarding.mei())
        for _ in range(2):
            fulfilment.mark_failed(
                fulfilment_id=part.pk, on=TODAY + timedelta(days=90), by=rewarding.mei()
            )

        tea.refresh_from_db()
        part.refresh_from_db()
        assert (tea.state, part.state, figures(lin)) == ("REFUNDED", "FAILED", (300, 0, 0))
        assert all_is_well()

    def test_handed_over_can_neither_fail_nor_be_given_back(self, lin, tea):
        fetched(code_of(lin, tea))
        part = Fulfilment.objects.get()

        with pytest.raises(rewards.EntitlementNotUsable):
            fulfilment.mark_failed(fulfilment_id=part.pk, on=TODAY, by=rewarding.mei())
        with pytest.raises(rewards.EntitlementNotUsable):
            rewards.return_bought(
                entitlement_id=tea.pk, borrower_id=lin.id, on=TODAY, by=cast.self_of(lin)
            )
        assert figures(lin) == (240, 0, 0)

    def test_that_nobody_fetched_ends_and_costs_nothing_more(self, lin, tea):
        rewarding.skip_to(TODAY + timedelta(days=366))
        rewards.mature(on=TODAY + timedelta(days=366))

        tea.refresh_from_db()
        assert (tea.state, Fulfilment.objects.get().state) == ("EXPIRED", "CANCELLED")
        assert ledger.balance_fen(chart.PARTNERS_OWED) == 0
        assert all_is_well()

    def test_is_named_to_its_owner_with_the_partner(self, lin, tea):
        (thing,) = queries.bought(lin.id, on=TODAY, language="zh-hans")

        assert (thing.name, thing.partner) == ("一壶茶", "小山茶馆（虚构）")
        assert thing.can_be_returned


class TestTheCatalogue:
    def test_sells_no_more_than_there_is(self, lin):
        rewarding.coupon(stock=1)
        buy(lin, benefit="TEA")

        with pytest.raises(rewards.SoldOut):
            buy(lin, benefit="TEA", key="second")

        assert figures(lin) == (240, 0, 0)
        assert Entitlement.objects.count() == 1

    def test_sells_nothing_that_is_closed_or_whose_partner_is(self, lin):
        rewarding.coupon()
        Benefit.objects.filter(code="TEA").update(is_open=False)
        with pytest.raises(rewards.SoldOut):
            buy(lin, benefit="TEA")
        Benefit.objects.filter(code="TEA").update(is_open=True)
        RewardPartner.objects.update(is_open=False)
        with pytest.raises(rewards.SoldOut):
            buy(lin, benefit="TEA")

        assert "TEA" not in {each.code for each in queries.catalogue()}
        assert not Entitlement.objects.exists()

    def test_sells_nothing_that_passes_the_budget(self, lin):
        rewarding.coupon(stock=5)
        budget_fen = RewardProgramme.objects.get().budget_fen
        RewardProgramme.objects.update(cost_fen=budget_fen - 259)

        with pytest.raises(rewards.RewardsRest):
            buy(lin, benefit="TEA")

        assert figures(lin) == (300, 0, 0)
        assert Benefit.objects.get(code="TEA").stock == 5

    @pytest.mark.parametrize("kind", ["CASH", "PRINCIPAL", "LIMIT", ""])
    def test_never_holds_cash_principal_or_a_larger_loan(self, lin, kind):
        with pytest.raises(IntegrityError), transaction.atomic():
            Benefit.objects.create(
                code="X", kind=kind, name_zh="现金", name_en="Cash", cost_points=1, value_fen=100
            )

    def test_is_stocked_by_staff_only(self, lin):
        tea = rewarding.coupon(stock=1)

        stock.set_stock(benefit_id=tea.pk, stock=7, is_open=True, by=rewarding.mei())
        with pytest.raises(eyes.OtherEyesNeeded):
            stock.set_stock(benefit_id=tea.pk, stock=9, is_open=True, by=cast.self_of(lin))
        with pytest.raises(stock.StockNotANumber):
            stock.set_stock(benefit_id=tea.pk, stock=-1, is_open=True, by=rewarding.mei())

        tea.refresh_from_db()
        assert tea.stock == 7


class TestAStatement:
    @pytest.fixture
    def handed_over(self, lin):
        rewarding.coupon()
        for key in ("one", "two"):
            fetched(code_of(lin, buy(lin, benefit="TEA", key=key)))
        buy(lin, benefit="TEA", key="not fetched")

    def prepared(self, *, on: date = NEXT_MONTH) -> PartnerStatement:
        return statements.prepare(
            partner_id=rewarding.partner().pk, month=MONTH, on=on, by=rewarding.mei()
        )

    def test_counts_what_was_handed_over_in_the_month(self, handed_over):
        statement = self.prepared()

        assert (statement.count, statement.amount_fen) == (2, 1_600)
        assert self.prepared().pk == statement.pk

    def test_becomes_a_bill_by_another_person(self, handed_over):
        statement = self.prepared()
        with pytest.raises(eyes.OtherEyesNeeded):
            statements.approve(statement_id=statement.pk, on=NEXT_MONTH, by=rewarding.mei())
        assert ledger.balance_fen(chart.PARTNERS_PAYABLE) == 0

        for _ in range(2):
            statements.approve(statement_id=statement.pk, on=NEXT_MONTH, by=rewarding.chen())

        assert ledger.balance_fen(chart.PARTNERS_PAYABLE) == -1_600
        assert ledger.balance_fen(chart.PARTNERS_OWED) == -800
        assert all_is_well()

    def test_waits_for_the_end_of_its_month(self, handed_over):
        with pytest.raises(statements.MonthNotOver):
            self.prepared(on=TODAY)

        assert not PartnerStatement.objects.exists()

    def test_of_nothing_is_refused(self, lin):
        with pytest.raises(statements.NothingToSettle):
            self.prepared()

        assert not PartnerStatement.objects.exists()

    def test_is_no_work_for_borrowers(self, lin, handed_over):
        with pytest.raises(eyes.OtherEyesNeeded):
            statements.prepare(
                partner_id=rewarding.partner().pk,
                month=MONTH,
                on=NEXT_MONTH,
                by=cast.self_of(lin),
            )

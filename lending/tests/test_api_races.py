"""The same call many times at once: one effect, and every caller told the truth."""

from typing import Any

import pytest

from borrowers.people.contracts import BorrowerCard
from common.idempotency.models import IdempotencyKey
from common.processes.models import Process
from lending.applications.models import ApplicationState, CostDisclosure, LoanApplication
from lending.channels.models import Transfer
from lending.ledger import queries as ledger
from lending.loans.models import Loan, LoanContract
from lending.rewards.models import Entitlement, PointsAccount
from lending.tests import builders, doors, walks
from tests.machinery.races import at_once

pytestmark = pytest.mark.commits
CALLERS = 4
WANTED = {"product": "DAILY", "amount_fen": 300_000, "term_months": 3}


@pytest.fixture(autouse=True)
def _platform():
    with doors.open_platform():
        yield


@pytest.fixture
def lin() -> BorrowerCard:
    return builders.person("Lin")


def post_at_once(card, path, body=None, *, keys=None, status=None):
    """As many callers as keys, each with a client of its own, at the same moment."""
    clients = [doors.api_of(card) for _ in range(CALLERS)]

    def call(number: int):
        headers = {"Idempotency-Key": keys[number]} if keys else {}
        return clients[number].post(f"/api/v1/{path}", body or {}, headers=headers)

    answers: list[Any] = at_once(call, range(CALLERS))
    if status is not None:
        assert {each.status_code for each in answers} <= status
    return answers


def click_at_once(card, path, body=None):
    browsers = [doors.web_of(card) for _ in range(CALLERS)]
    return at_once(lambda number: browsers[number].post(path, body or {}), range(CALLERS))


class TestOneKey:
    def test_makes_one_draft(self, lin):
        answers = post_at_once(
            lin, "applications", WANTED, keys=[doors.KEY] * CALLERS, status={201, 409}
        )

        draft = LoanApplication.objects.get()
        made = [each for each in answers if each.status_code == 201]
        assert made
        assert {each.json()["id"] for each in made} == {draft.public_id}
        busy = [each.json()["code"] for each in answers if each.status_code == 409]
        assert set(busy) <= {"REQUEST_STILL_RUNNING"}
        assert IdempotencyKey.objects.count() == 1

    def test_moves_money_once(self, lin):
        loan = builders.paid_out(lin)
        path = f"loans/{loan.public_id}/repayments"

        post_at_once(
            lin, path, {"amount_fen": 10_000}, keys=[doors.KEY] * CALLERS, status={201, 409}
        )

        assert Transfer.objects.get(purpose="REPAYMENT").amount_fen == 10_000

    def test_spends_points_once(self, lin):
        builders.rewarded(lin.id)
        before = PointsAccount.objects.get().balance

        post_at_once(
            lin,
            "rewards/redeem",
            {"benefit": "RATE_050"},
            keys=[doors.KEY] * CALLERS,
            status={201, 409},
        )

        assert Entitlement.objects.count() == 1
        assert PointsAccount.objects.get().balance == before - 50


class TestManyKeys:
    def test_never_collect_more_than_is_owed(self, lin):
        loan = builders.paid_out(lin)
        running = loan.instalments.get(number=1)
        owed_fen = running.principal_fen + running.interest_due_fen
        keys = [f"payment-number-{number}" for number in range(CALLERS)]

        answers = post_at_once(
            lin,
            f"loans/{loan.public_id}/repayments",
            {"amount_fen": owed_fen // 2},
            keys=keys,
            status={201, 422},
        )

        taken = [each for each in answers if each.status_code == 201]
        assert len(taken) == 2
        collected = Transfer.objects.filter(purpose="REPAYMENT")
        assert sum(each.amount_fen for each in collected) <= owed_fen

    def test_pay_a_loan_off_once(self, lin):
        loan = builders.paid_out(lin)
        keys = [f"payoff-number-{number}" for number in range(CALLERS)]

        answers = post_at_once(
            lin,
            f"loans/{loan.public_id}/payoff",
            {"amount_fen": 300_000},
            keys=keys,
            status={201, 422},
        )

        assert [each.status_code for each in answers].count(201) == 1
        assert Transfer.objects.filter(purpose="PAYOFF").count() == 1

    def test_buy_no_more_than_the_points_bear(self, lin):
        builders.rewarded(lin.id)
        before = PointsAccount.objects.get().balance
        keys = [f"discount-number-{number}" for number in range(CALLERS)]

        post_at_once(lin, "rewards/redeem", {"benefit": "RATE_100"}, keys=keys, status={201, 409})

        bought = Entitlement.objects.count()
        assert bought == before // 150
        assert PointsAccount.objects.get().balance == before - 150 * bought >= 0


class TestEveryStep:
    def test_sends_a_draft_once(self, lin):
        draft = builders.draft(lin)

        answers = post_at_once(lin, f"applications/{draft.public_id}/submit", status={202})

        assert {each.json()["state"] for each in answers} == {"SUBMITTED"}
        assert Process.objects.filter(kind="DECIDE").count() == 1

    def test_lets_one_of_two_drafts_go(self, lin):
        drafts = [builders.draft(lin, key=f"draft-{number}") for number in range(CALLERS)]
        clients = [doors.api_of(lin) for _ in drafts]

        answers: list[Any] = at_once(
            lambda number: clients[number].post(
                f"/api/v1/applications/{drafts[number].public_id}/submit"
            ),
            range(CALLERS),
        )

        assert sorted(each.status_code for each in answers) == [202, 409, 409, 409]
        assert LoanApplication.objects.filter(state=ApplicationState.SUBMITTED).count() == 1

    def test_signs_one_contract_by_many_clicks(self, lin):
        offer = builders.offered(lin)
        builders.confirmed(offer, lin)
        here = walks.url("sign", offer.application.public_id)

        pages = click_at_once(lin, here, {"agrees": "on"})

        assert {each.status_code for each in pages} == {302}
        assert LoanContract.objects.count() == 1
        assert Loan.objects.count() == 1
        assert Transfer.objects.filter(purpose="DISBURSEMENT").count() == 1

    def test_opens_one_reading_time_by_many_looks(self, lin):
        offer = builders.offered(lin)
        doors.web_of(lin).post(walks.url("accept", offer.application.public_id))
        browsers = [doors.web_of(lin) for _ in range(CALLERS)]
        here = walks.url("application", offer.application.public_id)

        at_once(lambda number: browsers[number].get(here), range(CALLERS))

        assert CostDisclosure.objects.filter(step="SHOWN").count() == 1

    def test_leaves_either_a_signature_or_a_withdrawal(self, lin):
        offer = builders.offered(lin)
        builders.confirmed(offer, lin)
        number = offer.application.public_id
        browsers = [doors.web_of(lin) for _ in range(2)]
        steps = [(walks.url("sign", number), {"agrees": "on"}), (walks.url("withdraw", number), {})]

        at_once(lambda at: browsers[at].post(*steps[at]), range(2))

        state = LoanApplication.objects.get().state
        assert (state, Loan.objects.count()) in {("SIGNED", 1), ("WITHDRAWN", 0)}
        assert Transfer.objects.count() == Loan.objects.count()

    def test_keeps_the_books_whole_whatever_was_clicked(self, lin):
        loan = builders.paid_out(lin)
        here = walks.url("pay", loan.public_id)

        click_at_once(lin, here, {"amount": "100", "request_key": doors.KEY})
        builders.collected(Transfer.objects.get(purpose="REPAYMENT"), on=builders.TODAY)

        assert sum(ledger.trial_balance_fen().values()) == 0
        assert ledger.loan_balances_fen(loan.pk)

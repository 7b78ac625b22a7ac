"""Points for tests of rewards: a catalogue with a partner, staff, and what must always hold."""

from datetime import date, timedelta

from django.db import transaction

from borrowers.people import actions as accounts
from borrowers.people import queries as people
from borrowers.people.contracts import BorrowerCard
from borrowers.tests import cast
from common.actors import Actor
from lending.ledger import chart
from lending.ledger import queries as ledger
from lending.rewards import actions as rewards
from lending.rewards import invariants, queries, rules
from lending.rewards.models import (
    Benefit,
    Entitlement,
    PointsAccount,
    PointsEntry,
    PointsLot,
    RewardPartner,
    RewardProgramme,
    RewardsDay,
)
from lending.tests import builders
from lending.tests.builders import TODAY

POINT_FEN = 9  # ten fen, less a tenth that is never used
SAFE = 7
LENT = TODAY - timedelta(days=40)


def give(
    card: BorrowerCard, points: int, *, source: int = 1, on: date = TODAY, days: int = 0
) -> int:
    return builders.rewarded(card.id, points, source=source, on=on, days=days)


def account_of(card: BorrowerCard) -> PointsAccount:
    return PointsAccount.objects.get(borrower_id=card.id)


def figures(card: BorrowerCard) -> tuple[int, int, int]:
    """Balance, of it pending, and owed."""
    account = account_of(card)
    return account.balance, account.pending, account.owed


def buy(
    card: BorrowerCard, *, benefit: str = "RATE_050", key: str = "first", on: date = TODAY
) -> Entitlement:
    return rewards.redeem(
        borrower_id=card.id, benefit=benefit, request_key=key, on=on, by=cast.self_of(card)
    )


def paid(number: int, *, due_on: date = TODAY, late_days: int = 0, yuan: int = 1_000) -> rules.Paid:
    """An instalment paid on its day, or so many days after it."""
    return rules.Paid(
        instalment_id=number,
        principal_fen=yuan * 100,
        interest_fen=1_000,
        interest_due_fen=1_000,
        due_on=due_on,
        paid_on=due_on + timedelta(days=late_days),
    )


def reward(
    card: BorrowerCard,
    *instalments: rules.Paid,
    on: date = TODAY,
    lent_on: date = LENT,
    loan: int = 1,
) -> int:
    """What a booked repayment brings."""
    with transaction.atomic():
        return rewards.reward(
            borrower_id=card.id, loan_id=loan, lent_on=lent_on, paid=instalments, on=on
        )


def take_back(card: BorrowerCard, *instalment_ids: int, on: date = TODAY) -> int:
    """The bank took the payment of these instalments back."""
    with transaction.atomic():
        return rewards.reverse(borrower_id=card.id, instalment_ids=instalment_ids, on=on)


def partner() -> RewardPartner:
    return RewardPartner.objects.get_or_create(
        code="TEAHOUSE",
        defaults={"name_zh": "小山茶馆（虚构）", "name_en": "Hill Teahouse (fictional)"},
    )[0]


def coupon(*, stock: int | None = None, cost: int = 60, price_fen: int = 800) -> Benefit:
    return Benefit.objects.get_or_create(
        code="TEA",
        defaults={
            "kind": "COUPON",
            "name_zh": "一壶茶",
            "name_en": "A pot of tea",
            "cost_points": cost,
            "value_fen": 1_000,
            "price_fen": price_fen,
            "partner": partner(),
            "stock": stock,
        },
    )[0]


def staff(name: str) -> Actor:
    """A member of staff, the same one each time."""
    seen = people.account_by_phone(cast.PHONES[name])
    if seen is None:
        seen = accounts.open_staff(
            phone=cast.PHONES[name], password="a long enough password", is_administrator=True
        )
    return Actor(kind="STAFF", account_id=seen.pk)


def mei() -> Actor:
    return staff("Mei")


def chen() -> Actor:
    """The other officer."""
    return staff("Chen")


def programme() -> RewardProgramme:
    found = queries.programme(TODAY)
    assert found is not None
    return found


def written() -> dict[str, int]:
    """How many rows stand in each table that a verb of rewards may write."""
    tables = (PointsEntry, PointsLot, Entitlement)
    return {table.__name__: table.objects.count() for table in tables}


def all_is_well() -> bool:
    """Every law of rewards holds, and the whole ledger is balanced."""
    found = list(invariants.breaches())
    assert found == []
    owed = -ledger.balance_fen(chart.POINTS_LIABILITY)
    return owed >= 0 and sum(ledger.trial_balance_fen().values()) == 0


def skip_to(day: date) -> None:
    """Take the days before this one as seen to, where a test only cares for what comes."""
    before = day - timedelta(days=1)
    if not RewardsDay.objects.filter(day__gte=before).exists():
        RewardsDay.objects.create(day=before, released=0, ended=0, told=0, tiers=0)

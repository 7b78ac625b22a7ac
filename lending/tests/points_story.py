"""A story of points told twice: to the platform, and to a plain account beside it.

Each step is told to the plain account first. Where that says stop, the platform has to refuse
with the same code, and both stay as they were.
"""

from collections.abc import Callable
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis.stateful import RuleBasedStateMachine, invariant

from borrowers.tests import cast
from common.errors import Refused
from lending.ledger import chart
from lending.ledger import queries as ledger
from lending.rewards import accounts, queries, rules
from lending.rewards import actions as rewards
from lending.rewards.models import (
    Benefit,
    Entitlement,
    Fulfilment,
    PointsAccount,
    PointsEntry,
    PointsLot,
    RewardProgramme,
)
from lending.rewards.staff import programmes
from lending.tests import rewarding
from lending.tests.builders import TODAY
from lending.tests.points_model import TEA, WAIVER, Stop, Thing
from lending.tests.points_shop_model import Book

NAMES = ("Lin", "Zhao")
STOCK = 3
BUDGET_FEN = 9_000
# Small numbers, so that a short story reaches every limit. Streaks have stories of their own.
CHANGES: dict[str, Any] = {
    "streaks": [],
    "pending_days": 3,
    "points_last_days": 45,
    "told_days": 10,
    "entitlements_last_days": 20,
    "refund_days": 6,
    "most_points_per_loan": 300,
    "most_points_per_month": 400,
    "freeze_days_past_due": 2,
    "most_redemptions_per_day": 3,
    "most_points_per_grant": 80,
    "most_granted_points_per_day": 120,
    "code_tries_per_day": 2,
}


class Story(RuleBasedStateMachine):
    """Two people, a partner with three pots of tea, two officers, and time."""

    def open(self) -> None:
        self.cards = [cast.borrower(name) for name in NAMES]
        self.mei, self.chen = rewarding.mei(), rewarding.chen()
        self.today, self.number = TODAY, 0
        self.terms = dict(RewardProgramme.objects.get().terms) | CHANGES
        self.put_in_force("first", self.terms, BUDGET_FEN)
        self.tea = rewarding.coupon(stock=STOCK)
        self.waiver = Benefit.objects.create(
            code=WAIVER, kind="FEE_WAIVER", name_zh="免逾期费", name_en="A late fee waived",
            cost_points=40, value_fen=500,
        )  # fmt: skip
        self.book = Book(rules.read(self.terms), BUDGET_FEN, STOCK)
        with transaction.atomic():
            for card in self.cards:
                accounts.lock(card.id)
        rewarding.skip_to(TODAY)
        rewards.mature(on=TODAY, overdue={})
        # The platform's keys of what was bought, in the order of the plain account.
        self.bought: list[int] = []
        # Loans at a lower rate that were not given back.
        self.running: set[int] = set()

    def put_in_force(self, version: str, terms: dict[str, Any], budget_fen: int) -> None:
        programmes.write(version=version, budget_fen=budget_fen, terms=terms, by=self.mei)
        programmes.put_in_force(version=version, on=self.today, by=self.chen)

    def next_number(self) -> int:
        self.number += 1
        return self.number

    def thing(self, number: int, *, state: str = "", benefit: str = "") -> tuple[Thing, int]:
        """One of the things that were bought, and its key in the platform.

        Mostly one for which the verb is meant, if there is any; now and then any other.
        """
        places = [
            place
            for place, each in enumerate(self.book.things)
            if state in {"", each.state} and benefit in {"", each.benefit}
        ]
        if not places or number % 5 == 0:
            places = list(range(len(self.bought)))
        place = places[number % len(places)]
        return self.book.things[place], self.bought[place]

    def told(self, tell: Callable[[], Any], act: Callable[[], Any]) -> Any:
        """Tell the plain account, then the platform; the platform's answer, None for a refusal."""
        kept, before, code = deepcopy(self.book), rewarding.written(), ""
        try:
            tell()
        except Stop as stop:
            self.book, code = kept, stop.code
        if not code:
            return act()
        with pytest.raises(Refused) as refused:
            act()
        assert (refused.value.code, rewarding.written()) == (code, before)
        return None

    def started(self) -> bool:
        return hasattr(self, "bought")

    @invariant()
    def every_law_holds(self) -> None:
        if self.started():
            assert rewarding.all_is_well()

    @invariant()
    def people_have_what_they_should(self) -> None:
        if not self.started():
            return
        for card, person in zip(self.cards, self.book.people, strict=True):
            account = PointsAccount.objects.get(borrower_id=card.id)
            stands = (account.balance, account.pending, account.owed)
            assert stands == (person.balance, person.pending, person.owed)
            assert account.balance >= account.pending >= 0
            lots = account.lots.order_by("pk")
            assert [self.lot(each) for each in lots] == [
                (each.left, each.is_safe, each.expires_on, each.is_reversed, each.value_fen)
                for each in person.lots
            ]
            assert sum(accounts.usable(account, self.today).values()) == sum(
                each.left for each in person.usable(self.today)
            )

    @staticmethod
    def lot(row: PointsLot) -> tuple[int, bool, date, bool, int]:
        return (
            row.remaining, row.released_on is not None, row.expires_on,
            row.reversed_on is not None, row.value_fen,
        )  # fmt: skip

    @invariant()
    def things_stand_as_they_should(self) -> None:
        if not self.started():
            return
        rows = Entitlement.objects.in_bulk(self.bought)
        parts = dict(Fulfilment.objects.values_list("entitlement_id", "state"))
        for key, thing in zip(self.bought, self.book.things, strict=True):
            row = rows[key]
            stands = (row.state, row.application_id, row.loan_id, row.extra_fen, row.expires_on)
            assert stands == (
                thing.state, thing.application, thing.loan, thing.extra_fen, thing.expires_on
            )  # fmt: skip
            assert parts.get(key, "") == thing.part
        tea = Benefit.objects.get(code=TEA)
        assert (tea.stock, tea.is_open) == (self.book.stock, self.book.is_open)
        assert tea.stock is None or tea.stock >= 0

    @invariant()
    def money_is_what_it_should_be(self) -> None:
        if not self.started():
            return
        cost = dict(RewardProgramme.objects.values_list("version", "cost_fen"))
        for version, programme in self.book.programmes.items():
            assert cost[version] == programme.cost_fen <= programme.budget_fen
        lots_fen = sum(lot.carried_fen for each in self.book.people for lot in each.lots)
        assert ledger.balance_fen(chart.POINTS_LIABILITY) == -lots_fen
        assert ledger.balance_fen(chart.PARTNERS_PAYABLE) == -self.book.payable_fen

    @invariant()
    def nothing_unsafe_was_ever_used(self) -> None:
        used = PointsEntry.objects.filter(kind__in=["SPEND", "COVER"])
        assert not used.filter(lot__released_on=None).exists()

    @invariant()
    def replaying_the_entries_gives_the_accounts(self) -> None:
        if not self.started():
            return
        replayed: dict[int, list[int]] = {}
        for entry in PointsEntry.objects.order_by("pk"):
            figures = replayed.setdefault(entry.account_id, [0, 0, 0])
            for at, change in enumerate((entry.points, entry.pending, entry.owed)):
                figures[at] += change
                assert figures[at] >= 0, entry
        for account in PointsAccount.objects.all():
            stands = [account.balance, account.pending, account.owed]
            assert replayed.get(account.pk, [0, 0, 0]) == stands

    def day_by_day(self, days: int, behind: dict[int, date]) -> None:
        """Closing of so many days, with what was told of who is behind."""
        for who, person in enumerate(self.book.people):
            person.since = behind.get(who)
        last = self.today
        self.today += timedelta(days=days)
        while last < self.today:
            last += timedelta(days=1)
            self.book.day(last)
        told = {self.cards[who].id: since for who, since in behind.items()}
        assert rewards.mature(on=self.today, overdue=told) == days
        assert queries.terms_in_force() == self.book.terms

"""Many at the same moment: the last is sold once, a balance spent once, a day seen to once."""

from datetime import timedelta

import pytest

from borrowers.tests import cast
from lending.rewards import actions as rewards
from lending.rewards import fulfilment
from lending.rewards.models import Benefit, Entitlement, Fulfilment, PointsLot
from lending.tests import rewarding
from lending.tests.builders import TODAY
from lending.tests.rewarding import all_is_well, buy, figures, give
from tests.machinery.races import at_once

pytestmark = pytest.mark.commits


def test_the_last_one_is_sold_to_one_of_many():
    cards = [cast.borrower(name) for name in ("Lin", "Wei", "Zhao")]
    for number, card in enumerate(cards):
        give(card, 100, source=number + 1)
    rewarding.coupon(stock=1)

    found = at_once(lambda card: buy(card, benefit="TEA"), [*cards, *cards])

    sold = {each.pk for each in found if isinstance(each, Entitlement)}
    assert len(sold) == Entitlement.objects.count() == 1
    assert Benefit.objects.get(code="TEA").stock == 0
    assert sum(figures(card)[0] for card in cards) == 240
    assert all_is_well()


def test_a_balance_is_spent_once_while_it_is_taken_back():
    lin = cast.borrower("Lin")
    give(lin, 90)
    verbs = [
        lambda: buy(lin, key="a"),
        lambda: buy(lin, key="b"),
        lambda: rewarding.take_back(lin, 1),
        lambda: rewards.mature(on=TODAY),
    ]

    at_once(lambda verb: verb(), verbs)

    balance, _, owed = figures(lin)
    assert (balance, owed) in {(0, 0), (0, 50)}
    assert owed == 50 * Entitlement.objects.count()
    assert all_is_well()


def test_an_instalment_paid_again_earns_once_however_often_it_is_told():
    lin = cast.borrower("Lin")
    rewarding.reward(lin, rewarding.paid(1))
    rewarding.take_back(lin, 1)

    at_once(lambda each: rewarding.reward(lin, each), [rewarding.paid(1)] * 4)

    assert figures(lin) == (100, 100, 0)
    assert PointsLot.objects.filter(source_id=1, reversed_on=None).count() == 1
    assert all_is_well()


def test_a_code_is_taken_once_however_many_hold_it():
    lin = cast.borrower("Lin")
    give(lin, 100)
    rewarding.coupon()
    bought = buy(lin, benefit="TEA")
    code = fulfilment.show_code(
        entitlement_id=bought.pk, borrower_id=lin.id, on=TODAY, by=cast.self_of(lin)
    )
    staff, partner_id = rewarding.mei(), rewarding.partner().pk

    found = at_once(
        lambda on: fulfilment.hand_over(partner_id=partner_id, code=code, on=on, by=staff),
        [TODAY] * 4,
    )

    assert sum(isinstance(each, Fulfilment) for each in found) == 1


def test_a_day_is_seen_to_once():
    lin = cast.borrower("Lin")
    rewarding.reward(lin, rewarding.paid(1))
    day = TODAY + timedelta(days=7)

    seen = at_once(lambda on: rewards.mature(on=on), [day] * 4)

    assert sorted(map(str, seen)) == ["0", "0", "0", "1"]
    assert figures(lin) == (100, 0, 0)
    assert all_is_well()


def test_one_instalment_told_by_many_earns_once():
    lin = cast.borrower("Lin")

    found = at_once(lambda number: rewarding.reward(lin, rewarding.paid(number)), [1] * 5)

    assert sorted(map(str, found)) == ["0", "0", "0", "0", "100"]
    assert figures(lin) == (100, 100, 0)
    assert all_is_well()

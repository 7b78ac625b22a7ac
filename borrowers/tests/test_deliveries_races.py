"""Two deliveries at the same moment: an event is taken once, and a withdrawal is the last word."""

import pytest

from borrowers.behaviour import queries
from borrowers.behaviour.models import ImportBatch
from borrowers.deliveries.actions import deliver
from borrowers.deliveries.contracts import Outcome
from borrowers.deliveries.models import DeliveredEvent
from borrowers.partners.queries import named
from borrowers.tests import cast, partner_door
from common import clock
from tests.machinery.races import together

pytestmark = pytest.mark.commits


@pytest.fixture
def lin():
    card = cast.borrower("Lin")
    cast.allow(card)
    partner_door.partner()
    partner_door.allow(card)
    return card


def send(events):
    partner = named(partner_door.CODE)
    assert partner is not None
    return deliver(partner=partner, events=events, now=clock.now()).outcomes


def test_the_same_event_is_accepted_by_one_of_them(lin):
    event = partner_door.bought(lin.public_id, "one")

    answers = together(lambda: send([event]), lambda: send([event]))

    assert sorted(answers) == [Outcome.ACCEPTED, Outcome.DUPLICATE]
    assert len(queries.columns_of(lin.id)) == 1


def test_two_contents_of_one_id_leave_one_of_them(lin):
    events = [partner_door.bought(lin.public_id, "one", amount_fen=fen) for fen in (1, 2)]

    answers = together(*(lambda event=event: send([event]) for event in events))

    assert sorted(answers) == [Outcome.ACCEPTED, Outcome.CONFLICT]
    kept = queries.columns_of(lin.id).amount_fen.tolist()
    assert kept == [1 if answers[0] == Outcome.ACCEPTED else 2]


def test_different_events_are_both_taken(lin):
    answers = together(
        lambda: send([partner_door.bought(lin.public_id, f"a{each}") for each in range(20)]),
        lambda: send([partner_door.bought(lin.public_id, f"b{each}") for each in range(20)]),
    )

    assert answers == ["A" * 20] * 2
    assert len(queries.columns_of(lin.id)) == 40
    assert DeliveredEvent.objects.count() == 40


def test_people_in_opposite_order_wait_for_nobody_for_ever(lin):
    wei = cast.borrower("Wei")
    cast.allow(wei)
    partner_door.allow(wei)

    def of(*people):
        return [partner_door.bought(each.public_id) for each in people for _ in range(10)]

    answers = together(lambda: send(of(lin, wei)), lambda: send(of(wei, lin)))

    assert answers == ["A" * 20] * 2


def test_a_withdrawal_beside_a_delivery_leaves_nothing_to_read(lin):
    event = partner_door.bought(lin.public_id)

    sent, _ = together(lambda: send([event]), lambda: cast.withdraw(lin, "PARTNER:MALL"))

    assert sent in {Outcome.ACCEPTED, Outcome.REFUSED}
    assert len(queries.columns_of(lin.id)) == 0
    assert ImportBatch.objects.count() == (1 if sent == Outcome.ACCEPTED else 0)

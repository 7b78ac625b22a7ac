"""Small societies for tests of the graph: people by number, money by day, a town by chance."""

import numpy as np
from hypothesis import strategies as st

from scoring.graph.contracts import Applications, LinkKind, Marks, Society, Transfers

DAY = 86_400
NOON = 1_790_000_000


def column(values):
    return np.array(list(values), dtype=np.int64)


def society(members, transfers=(), marks=(), applications=()):
    """`transfers` as (giver, taker, days before noon, yuan); `marks` as (member, mark);
    `applications` as (member, days before noon)."""
    money = [
        (giver, taker, NOON - int(days * DAY), yuan * 100) for giver, taker, days, yuan in transfers
    ]
    asked = [(member, NOON - int(days * DAY)) for member, days in applications]
    return Society(
        members=column(members),
        transfers=Transfers(*(column(each[place] for each in money) for place in range(4))),
        marks=Marks(
            column(member for member, _ in marks),
            column(LinkKind.DEVICE for _ in marks),
            column(mark for _, mark in marks),
        ),
        applications=Applications(
            column(member for member, _ in asked), column(at for _, at in asked)
        ),
    )


people = st.integers(min_value=0, max_value=11)
money = st.tuples(people, people, st.floats(min_value=0, max_value=60), st.integers(1, 5_000))
seen_with = st.tuples(people, st.integers(min_value=0, max_value=4))
asked = st.tuples(people, st.floats(min_value=0, max_value=10))


@st.composite
def societies(draw):
    return society(
        draw(st.sets(people, min_size=1)),
        draw(st.lists(money, max_size=40)),
        draw(st.lists(seen_with, max_size=12)),
        draw(st.lists(asked, max_size=16)),
    )


def without(given, member):
    """The same where one person does not allow it."""
    return Society(
        given.members[given.members != member],
        given.transfers,
        given.marks,
        given.applications,
    )

"""Which move may follow which in the life of a model. Pure."""

from collections.abc import Mapping

DRAFT, SHADOW, CHALLENGER, CHAMPION, RETIRED = (
    "DRAFT", "SHADOW", "CHALLENGER", "CHAMPION", "RETIRED",
)  # fmt: skip
STATES = (DRAFT, SHADOW, CHALLENGER, CHAMPION, RETIRED)

# A champion steps down only where another takes its place, and comes back only where it was one.
MOVES: Mapping[str, frozenset[str]] = {
    DRAFT: frozenset({SHADOW, RETIRED}),
    SHADOW: frozenset({CHALLENGER, RETIRED}),
    CHALLENGER: frozenset({CHAMPION, SHADOW, RETIRED}),
    CHAMPION: frozenset({RETIRED}),
    RETIRED: frozenset({SHADOW, CHAMPION}),
}
# The stairs that the platform itself takes at once, where nothing decides yet.
UPWARDS = (DRAFT, SHADOW, CHALLENGER, CHAMPION)


def may_move(from_state: str, to_state: str) -> bool:
    """Whether this step stands in the table."""
    return to_state in MOVES[from_state]


def may_be_proposed(from_state: str, to_state: str, *, was_champion: bool) -> bool:
    """Whether people may ask for this step; a challenger may also ask for another share."""
    if from_state == CHAMPION:
        return False
    if from_state == RETIRED and to_state == CHAMPION:
        return was_champion
    return may_move(from_state, to_state) or from_state == to_state == CHALLENGER


def steps_up(from_state: str) -> tuple[str, ...]:
    """The steps from here to deciding; a retired version comes back in one."""
    if from_state == RETIRED:
        return (CHAMPION,)
    return UPWARDS[UPWARDS.index(from_state) + 1 :]

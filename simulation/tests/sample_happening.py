"""Single events of somebody who does not exist, as the world would have told them."""

from simulation.folders.rows import Happening
from simulation.tests.sample_account import wall
from simulation.world.events import Kind

NOON = int(wall(2025, 8, 14, 12).timestamp())


def happening(kind=Kind.PURCHASE, **changes):
    """One event, at noon of 14 August 2025 unless told otherwise; -1 says nothing."""
    said = {
        "number": 100,
        "person": 1,
        "seconds": NOON,
        "kind": int(kind),
        "scene": 0,
        "amount_fen": 2_816,
        "merchant": -1,
        "wallet": 0,
        "shop": 0,
        "funding": 1,
        "peer": -1,
        "parent": -1,
        "pair": -1,
        "series": -1,
    }
    return Happening(**{**said, **{name: int(value) for name, value in changes.items()}})

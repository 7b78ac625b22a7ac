"""A real network as a sanity check: who trusts whom on Bitcoin-OTC (skipped where it is absent).

It has no money and no applications, so no ring may be found; its known distrust is a stand-in for
confirmed fraud, to see that nearness behaves on a graph that nobody made up.
"""

from pathlib import Path

import numpy as np
import pytest

from scoring.graph.contracts import Applications, Marks, Society, Transfers
from scoring.graph.network import adjacency, agreed, components, nearness
from scoring.graph.rings import rings

FOLDER = Path(__file__).resolve().parents[3] / "shared/data/credit/graph"
FILE = FOLDER / "soc-sign-bitcoinotc.csv"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason="the public file is not here")


@pytest.fixture(scope="module")
def trade():
    table = np.loadtxt(FILE, delimiter=",", skiprows=1)
    trusts = table[:, 2] > 0
    given, none = table[trusts], np.zeros(0, dtype=np.int64)
    society = Society(
        members=np.unique(table[:, :2]).astype(np.int64),
        transfers=Transfers(
            given[:, 0].astype(np.int64),
            given[:, 1].astype(np.int64),
            given[:, 3].astype(np.int64),
            (given[:, 2] * 100).astype(np.int64),
        ),
        marks=Marks(none, none, none),
        applications=Applications(none, none),
    )
    worst = {
        int(person)
        for person in np.unique(table[:, 1])
        if (table[table[:, 1] == person, 2] <= -10).sum() >= 3
    }
    return agreed(society), worst, table


def test_without_applications_there_is_no_ring(trade):
    assert not rings(trade[0])


def test_nearness_keeps_its_mass_and_hangs_with_components(trade):
    society, worst, _ = trade
    links = adjacency(society)
    starts = np.searchsorted(society.members, np.array(sorted(worst)))

    found = nearness(links, starts)

    assert found.sum() == pytest.approx(1, abs=1e-6)
    reached = np.isin(components(links), components(links)[starts])
    assert not found[~reached].any()


def test_a_stranger_to_all_is_near_to_nobody(trade):
    society, worst, _ = trade
    alone = Society(
        np.append(society.members, society.members.max() + 1),
        society.transfers,
        society.marks,
        society.applications,
    )

    found = nearness(adjacency(alone), np.searchsorted(alone.members, np.array(sorted(worst))))

    assert found[-1] == 0

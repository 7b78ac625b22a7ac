"""What a card shows of training: curves that can be checked by hand, for any kind of model."""

import json

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from common.charts.bars import Caption
from common.charts.curve import Axes, curve
from scoring.registry.artefact import seal
from scoring.registry.cards.content import card_of
from scoring.registry.cards.evidence import evidence
from scoring.registry.expert import scorecard
from scoring.tests.test_decisions_any_model import characteristic, fitted


def test_a_perfect_ranking_climbs_at_once_and_a_flat_one_is_the_diagonal():
    is_bad = np.array([1, 1, 0, 0, 0, 0])

    perfect = evidence(is_bad, np.array([0.9, 0.8, 0.3, 0.2, 0.1, 0.05]))["roc"]
    flat = evidence(is_bad, np.full(6, 0.3))["roc"]

    assert perfect[1][1] == 1.0
    assert all(abs(x - y) < 1e-4 for x, y in flat)


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), max_size=80))
@settings(max_examples=80, deadline=None)
def test_every_row_is_counted_once_and_all_of_it_is_json(rows):
    is_bad = np.array([bad for bad, _ in rows], dtype=np.int8)

    found = evidence(is_bad, np.array([chance for _, chance in rows]))

    assert json.loads(json.dumps(found)) == found
    if found["bands"]:
        assert sum(bads for _, bads in found["bands"]) == is_bad.sum()
        assert sum(count for _, _, count in found["calibration"]) == len(rows)
        assert found["roc"][-1] == [1.0, 1.0]


def test_one_class_has_no_curves():
    assert evidence(np.zeros(5), np.full(5, 0.1))["roc"] == []


def test_bounds_that_would_read_the_same_get_more_digits():
    share = characteristic("cover_90d", [0.0012, 0.0014, 0.31], [0.5, 0.2, 0.1, -0.5])

    (shown,) = card_of(seal(fitted([share]))).characteristics

    bounds = [each.lower for each in shown.bins if each.lower]
    assert len(set(bounds)) == len(bounds) == 3


def test_a_blend_shows_the_bins_of_its_fitted_model():
    woe = fitted([characteristic("cover_90d", [0.1], [0.5, -0.5])])
    blend = {"format": 1, "kind": "BLEND", "version": "blend-1", "weight": 0.8}
    blend |= {"scale": woe["scale"], "fitted": woe, "expert": scorecard.document_of_expert()}

    card = card_of(seal(blend))

    assert [each.feature for each in card.characteristics] == ["cover_90d"]
    assert (card.weight, card.rows, card.kind) == (0.8, 900, "BLEND")


def test_a_curve_stays_in_its_picture():
    drawn = curve(
        [(-1.0, -1.0), (0.5, 0.7), (9.0, 9.0)],
        axes=Axes(x="<goods>", y="bads"),
        caption=Caption("one", "Ranking", "What it shows."),
    )

    assert 'points="30.0,208.0 130.0,68.0 230.0,8.0"' in drawn
    assert "&lt;goods&gt;" in drawn

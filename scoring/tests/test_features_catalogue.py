"""The catalogue: every feature by name, and its figure as people read it."""

import pytest

from scoring.features.catalogue import FEATURES, Unit, figure
from scoring.features.kernel import vector
from scoring.tests.events import AS_OF, columns_of, daily_purchases


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (320_000.0, Unit.FEN, "¥3,200"),
        (320_050.0, Unit.FEN, "¥3,200.50"),
        (-5_00.0, Unit.FEN, "¥-5"),
        (320_049.6, Unit.YUAN, "¥3,200"),
        (320_050.1, Unit.YUAN, "¥3,201"),
        (0.456, Unit.SHARE, "46%"),
        (-0.2, Unit.SHARE, "-20%"),
        (0.456, Unit.RATIO, "0.46"),
        (12.0, Unit.COUNT, "12"),
        (1_234.0, Unit.COUNT, "1,234"),
        (37.0, Unit.DAYS, "37"),
        (6.066, Unit.MONTHS, "6.1"),
    ],
)
def test_a_figure_is_written_in_its_unit(value, unit, words):
    assert figure(value, unit) == words


def test_every_name_is_its_own():
    assert all(name == feature.name for name, feature in FEATURES.items())
    assert len({feature.title for feature in FEATURES.values()}) == len(FEATURES)


def test_shares_and_ratios_of_spending_stay_between_nought_and_one():
    values = vector(columns_of(daily_purchases(120)), as_of=AS_OF)

    for name, feature in FEATURES.items():
        if feature.unit is Unit.SHARE and name != "cover_90d":
            assert not values[name] > 1, name
            assert not values[name] < 0, name

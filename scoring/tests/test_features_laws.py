"""What holds for every feature, whatever the rows: no future, no neighbours, whole or nothing."""

from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from borrowers.behaviour.contracts import (
    CHANNELS,
    MEASURE_STEP,
    NO_BALANCE,
    Category,
    Direction,
    Place,
    Source,
)
from borrowers.consent.purposes import PURPOSES
from scoring.features import catalogue, definitions
from scoring.features.catalogue import FEATURES, GROUPS
from scoring.features.contracts import CONTRACT
from scoring.features.kernel import FeatureFailed, features, vector
from scoring.features.nightly.outcomes import Failure, outcomes
from scoring.tests.events import AS_OF, Event, columns_of, daily_purchases, days_ago, seconds

rich = st.builds(
    Event,
    at=st.integers(min_value=-20 * 24, max_value=420 * 24).map(lambda hours: days_ago(hours / 24)),
    amount_fen=st.sampled_from([0, 900, 3_000, 3_000, 60_000, 500_000]),
    direction=st.sampled_from(Direction),
    category=st.sampled_from(Category),
    source=st.sampled_from([Source.WECHAT, Source.ICBC, Source.OWN_LOANS, *Source]),
    merchant=st.integers(min_value=0, max_value=3),
    place=st.sampled_from(Place),
    channel=st.sampled_from(sorted(CHANNELS)),
    balance_fen=st.just(NO_BALANCE) | st.integers(min_value=-10_000, max_value=10**9),
    measure=st.just(0) | st.integers(min_value=0, max_value=1_440 * MEASURE_STEP),
)
monthly = st.builds(
    lambda merchant, fen, months: [
        Event(days_ago(30 * n + 2), fen, Direction.OUT, Category.ENTERTAINMENT, merchant=merchant)
        for n in range(months)
    ],
    st.integers(min_value=1, max_value=3),
    st.sampled_from([3_000, 9_900]),
    st.integers(min_value=1, max_value=6),
)
lives = st.builds(
    lambda some, days, series: [*some, *daily_purchases(days), *series],
    st.lists(rich, max_size=40),
    st.sampled_from([0, 12, 100]),
    monthly,
)
instants = st.sampled_from([AS_OF, days_ago(0.3), days_ago(17), days_ago(61.5)])


def same_bits(left, right) -> bool:
    return all(
        np.asarray(left[name]).tobytes() == np.asarray(right[name]).tobytes() for name in FEATURES
    )


@given(events=lives, future=st.lists(rich, max_size=20), as_of=instants)
@settings(max_examples=60, deadline=None)
def test_planted_events_of_the_future_change_nothing(events, future, as_of):
    planted = [replace(each, at=as_of + abs(each.at - AS_OF)) for each in future]

    known = features(columns_of(events), 1, seconds(as_of))
    told = features(columns_of([*planted, *events]), 1, seconds(as_of))

    assert same_bits(known, told)


@given(people=st.lists(st.tuples(lives, instants), min_size=1, max_size=6))
@settings(max_examples=40, deadline=None)
def test_each_person_among_many_has_the_bits_of_one_alone(people):
    together = features(
        columns_of(*[events for events, _ in people]),
        len(people),
        seconds(*[as_of for _, as_of in people]),
    )

    for segment, (events, as_of) in enumerate(people):
        alone = features(columns_of(events), 1, seconds(as_of))
        assert same_bits(alone, {name: column[[segment]] for name, column in together.items()})


@given(events=lives, order=st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_order_of_a_file_cannot_show(events, order):
    shuffled = list(events)
    order.shuffle(shuffled)

    assert same_bits(
        features(columns_of(events), 1, seconds(AS_OF)),
        features(columns_of(shuffled), 1, seconds(AS_OF)),
    )


@given(events=lives)
@settings(max_examples=40, deadline=None)
def test_figures_are_finite_or_unknown_and_never_unknown_where_nought_is_true(events):
    found = vector(columns_of(events), as_of=AS_OF)

    for name, value in found.items():
        assert not np.isinf(value), name
        assert FEATURES[name].missing == "OWN_BIN" or not np.isnan(value), name


@given(events=lives, facts=st.lists(rich, max_size=10))
@settings(max_examples=40, deadline=None)
def test_devices_and_social_life_move_no_figure_but_their_own(events, facts):
    kinds = [Source.DEVICE, Source.SOCIAL_ACTIVITY, Source.SOCIAL_INSURANCE]
    plain = [each for each in events if each.source not in kinds]
    beside = [
        replace(each, source=kinds[place % 3], category=Category.UNKNOWN, amount_fen=0)
        for place, each in enumerate(facts)
    ]

    without = vector(columns_of(plain), as_of=AS_OF)
    with_them = vector(columns_of([*plain, *beside]), as_of=AS_OF)

    moved = {name for name in FEATURES if not same_value(without[name], with_them[name])}
    assert moved <= catalogue.OPTIONAL


def same_value(left: float, right: float) -> bool:
    return np.float64(left).tobytes() == np.float64(right).tobytes()


@pytest.mark.parametrize("each", FEATURES.values(), ids=lambda each: each.name)
class TestEveryFeature:
    def test_says_all_that_a_person_is_owed_in_both_languages(self, each):
        for text in (each.title, each.justification, each.worse, each.better):
            assert text.en.isascii() or "¥" in text.en
            assert text.en
            assert any("\u4e00" <= letter <= "\u9fff" for letter in text.zh)

    def test_stands_on_a_purpose_that_a_person_can_give_or_on_the_contract(self, each):
        assert each.purpose in {*PURPOSES, CONTRACT}
        assert (each.purpose == CONTRACT) == each.name.startswith("own_")

    def test_is_of_a_group_and_a_version(self, each):
        assert each.group in GROUPS
        assert each.version >= 1

    def test_is_optional_where_its_consent_is(self, each):
        assert each.is_optional == (each.purpose not in {"CONSUMPTION_RECORDS", CONTRACT})


def test_nothing_medical_is_read():
    ill = [
        Event(days_ago(day + 0.5), 9_000, Direction.OUT, Category.MEDICAL, balance_fen=5)
        for day in range(40)
    ]

    assert same_bits(
        features(columns_of(ill), 1, seconds(AS_OF)), features(columns_of([]), 1, seconds(AS_OF))
    )


NEW = """
import numpy as np
from common.texts import Bilingual
from scoring.features.contracts import Feature, Group, Unit

GROUPS = (Group("PETS", 55, Bilingual("Pets", "宠物")),)

def pets(frame):
    return np.full(frame.segments, 3.0)

FEATURES = (
    Feature(name="pets", version=1, unit=Unit.COUNT, group="PETS", risk=0,
            purpose="CONSUMPTION_RECORDS", title=Bilingual("Pets", "宠物"),
            justification=Bilingual("Pets.", "宠物。"), worse=Bilingual("Few.", "少。"),
            better=Bilingual("Many.", "多。"), missing="ZERO", compute=pets),
)
"""


class TestOneFile:
    def test_is_all_that_a_new_feature_takes(self, tmp_path, monkeypatch):
        (tmp_path / "zz_pets.py").write_text(NEW, encoding="utf-8")
        monkeypatch.setattr(definitions, "__path__", [*definitions.__path__, str(tmp_path)])

        found = catalogue.discovered()

        assert set(found.features) == {*FEATURES, "pets"}
        told = features(columns_of([]), 2, seconds(AS_OF, AS_OF), catalogue=found.features)
        assert told["pets"].tolist() == [3.0, 3.0]
        places = list(found.groups)
        assert places.index("SCENES") < places.index("PETS") < places.index("STRESS")

    def test_that_takes_a_name_twice_is_refused(self, tmp_path):
        package = ModuleType("scoring.features.definitions")
        (tmp_path / "zz_twice.py").write_text(NEW.replace('"pets"', '"confidence"'), "utf-8")
        package.__path__ = [*definitions.__path__, str(tmp_path)]
        definitions.__path__.append(str(tmp_path))
        try:
            with pytest.raises(catalogue.CatalogueIsBroken, match="confidence"):
                catalogue.discovered(package)
        finally:
            definitions.__path__.remove(str(tmp_path))

    def test_of_a_group_that_nobody_declared_is_refused(self, tmp_path, monkeypatch):
        lost = NEW.replace('group="PETS"', 'group="LOST"')
        (tmp_path / "zz_lost.py").write_text(lost, encoding="utf-8")
        monkeypatch.setattr(definitions, "__path__", [*definitions.__path__, str(tmp_path)])

        with pytest.raises(catalogue.CatalogueIsBroken, match="pets"):
            catalogue.discovered()


def broken(compute):
    return {"confidence": replace(FEATURES["confidence"], compute=compute)}


class TestFailure:
    @pytest.mark.parametrize(
        ("compute", "why"),
        [
            (lambda frame: 1 / 0, "ZeroDivisionError"),
            (lambda frame: np.zeros(frame.segments + 1), "WRONG_SHAPE"),
            (lambda frame: 3.0, "WRONG_SHAPE"),
            (lambda frame: None, "WRONG_SHAPE"),
            (lambda frame: np.zeros(frame.segments, dtype=np.int64), "WRONG_TYPE"),
        ],
    )
    def test_names_the_feature_and_gives_nothing(self, compute, why):
        with pytest.raises(FeatureFailed) as failed:
            features(columns_of([]), 2, seconds(AS_OF, AS_OF), catalogue=broken(compute))

        assert (failed.value.feature, failed.value.why) == ("confidence", why)

    def test_of_one_person_leaves_the_others_whole(self, monkeypatch):
        wei = [*daily_purchases(30), Event(days_ago(3), 666_00, Direction.OUT, Category.GROCERIES)]
        people = [daily_purchases(30), wei, daily_purchases(90)]

        alone = outcomes(columns_of(people[2]), 1, AS_OF)[0]
        shy = replace(FEATURES["confidence"], compute=refusing(FEATURES["confidence"].compute))
        monkeypatch.setitem(FEATURES, "confidence", shy)

        found = outcomes(columns_of(*people), 3, AS_OF)

        assert found[1] == Failure(feature="confidence", error="LookupError")
        assert isinstance(found[0], dict)
        assert found[2] == alone


def refusing(compute):
    """The same way to compute, which fails for whoever spent ¥666."""

    def refused(frame):
        if (frame.amount_fen == 666_00).any():
            raise LookupError
        return compute(frame)

    return refused

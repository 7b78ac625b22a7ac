"""The life of a model pair by pair, and its file byte by byte: what may move and what may enter."""

import json
from contextlib import suppress
from copy import deepcopy
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.registry import artefact
from scoring.registry.artefact import (
    LARGEST_BYTES,
    ArtefactAltered,
    ArtefactCut,
    ArtefactTooLarge,
    ArtefactVersionUnknown,
    NumberNotFinite,
)
from scoring.registry.contracts import Rating
from scoring.registry.life import trial
from scoring.registry.life.split import LARGEST_SHARE_PPM, Split
from scoring.registry.life.states import (
    CHALLENGER,
    CHAMPION,
    DRAFT,
    MOVES,
    RETIRED,
    SHADOW,
    STATES,
    may_be_proposed,
    may_move,
    steps_up,
)

ALLOWED = {
    (DRAFT, SHADOW),
    (DRAFT, RETIRED),
    (SHADOW, CHALLENGER),
    (SHADOW, RETIRED),
    (CHALLENGER, CHAMPION),
    (CHALLENGER, SHADOW),
    (CHALLENGER, RETIRED),
    (CHAMPION, RETIRED),
    (RETIRED, SHADOW),
    (RETIRED, CHAMPION),
}
PAIRS = list(product(STATES, STATES))


class TestMoves:
    @pytest.mark.parametrize(("from_state", "to_state"), PAIRS)
    def test_stand_in_the_table_or_are_none(self, from_state, to_state):
        assert may_move(from_state, to_state) is ((from_state, to_state) in ALLOWED)

    @pytest.mark.parametrize(("from_state", "to_state"), PAIRS)
    @pytest.mark.parametrize("was_champion", [False, True])
    def test_that_people_may_ask_for(self, from_state, to_state, was_champion):
        asked = may_be_proposed(from_state, to_state, was_champion=was_champion)

        if from_state == CHAMPION:
            expected = False
        elif (from_state, to_state) == (RETIRED, CHAMPION):
            expected = was_champion
        elif (from_state, to_state) == (CHALLENGER, CHALLENGER):
            expected = True
        else:
            expected = (from_state, to_state) in ALLOWED
        assert asked is expected

    def test_leave_nobody_without_a_way_out(self):
        assert all(MOVES[state] for state in STATES)

    def test_never_lead_back_to_a_draft(self):
        assert not any(DRAFT in found for found in MOVES.values())

    @pytest.mark.parametrize(
        ("state", "steps"),
        [
            (DRAFT, (SHADOW, CHALLENGER, CHAMPION)),
            (SHADOW, (CHALLENGER, CHAMPION)),
            (CHALLENGER, (CHAMPION,)),
            (CHAMPION, ()),
            (RETIRED, (CHAMPION,)),
        ],
    )
    def test_up_the_stairs_are_each_allowed(self, state, steps):
        assert steps_up(state) == steps
        ways = zip((state, *steps), steps, strict=False)
        assert all(may_move(one, other) for one, other in ways)


class TestSplit:
    @pytest.mark.parametrize(
        ("draw", "share", "goes"),
        [
            (0, 0, False),
            (0, 1, True),
            (1, 1, False),
            (99_999, 100_000, True),
            (100_000, 100_000, False),
            (499_999, LARGEST_SHARE_PPM, True),
            (500_000, LARGEST_SHARE_PPM, False),
            (999_999, LARGEST_SHARE_PPM, False),
        ],
    )
    def test_takes_the_draws_under_the_share(self, draw, share, goes):
        assert Split("woe-1", "trees-1", share, draw).goes_to_challenger is goes

    @given(st.integers(0, 999_999), st.integers(0, LARGEST_SHARE_PPM), st.integers(0, 1_000))
    def test_that_grows_never_sends_anybody_back(self, draw, share, more):
        """Who met the challenger meets it still when more people do."""
        before = Split("woe-1", "trees-1", share, draw).goes_to_challenger
        after = Split("woe-1", "trees-1", share + more, draw).goes_to_challenger

        assert after or not before

    @given(st.integers(0, 999_999), st.integers(0, LARGEST_SHARE_PPM))
    def test_is_kept_as_json_that_says_it_all_again(self, draw, share):
        split = Split("woe-1", "trees-1", share, draw)

        assert Split(**json.loads(json.dumps(split.kept()))) == split


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.floats(-1e15, 1e15, allow_nan=False).filter(lambda each: each != 0 or str(each) == "0.0")
    | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)
documents = st.dictionaries(
    st.sampled_from(["kind", "format", "version", "scale", "trained", "notes"]), json_values
)


class TestSeal:
    @given(documents)
    def test_holds_over_a_way_through_json(self, document):
        sealed = artefact.seal(document)

        again = json.loads(json.dumps(sealed))

        assert artefact.fingerprint(again) == sealed["sha256"]

    @given(documents)
    def test_does_not_hang_on_the_order_of_the_keys(self, document):
        turned = dict(reversed(document.items()))

        assert artefact.fingerprint(turned) == artefact.fingerprint(document)

    @given(documents, st.sampled_from(["kind", "scale", "notes"]), json_values)
    def test_breaks_with_whatever_is_written_into_it(self, document, name, value):
        changed = {**document, name: [value, "more"]}

        assert artefact.fingerprint(changed) != artefact.fingerprint(document) or (
            document.get(name) == [value, "more"]
        )

    @given(documents)
    def test_of_a_sealed_document_is_the_same_seal(self, document):
        once = artefact.seal(document)

        assert artefact.seal(once) == once

    @given(documents)
    def test_leaves_what_it_seals_as_it_was(self, document):
        before = deepcopy(document)

        artefact.seal(document)

        assert document == before

    @pytest.mark.parametrize(
        ("one", "other"),
        [(1.0, 1), (-0.0, 0), (1e22, 10**22), ({"a": 2.0}, {"a": 2}), ([3.0], [3])],
    )
    def test_takes_figures_as_the_database_gives_them_back(self, one, other):
        assert artefact.fingerprint({"notes": one}) == artefact.fingerprint({"notes": other})

    @pytest.mark.parametrize(
        ("value", "refusal"),
        [
            (float("nan"), NumberNotFinite),
            (float("inf"), NumberNotFinite),
            ([{"deep": float("-inf")}], NumberNotFinite),
            ("a\0b", ArtefactCut),
            ({"a\0b": 1}, ArtefactCut),
            ("\ud800", ArtefactCut),
            ({1, 2}, ArtefactCut),
            (b"bytes", ArtefactCut),
        ],
    )
    def test_is_refused_to_what_could_not_be_kept(self, value, refusal):
        with pytest.raises(refusal):
            artefact.seal({"notes": value})


class TestReading:
    @pytest.mark.parametrize(
        ("content", "refusal"),
        [
            (b"", ArtefactCut),
            (b"null", ArtefactCut),
            (b"7", ArtefactCut),
            (b'"text"', ArtefactCut),
            (b"[{}]", ArtefactCut),
            (b"{'kind': 1}", ArtefactCut),
            (b'{"kind": }', ArtefactCut),
            (b'\xff\xfe{"kind": 1}', ArtefactCut),
            (b'{"a": NaN}', NumberNotFinite),
            (b'{"a": [-Infinity]}', NumberNotFinite),
            (b"{" + b" " * LARGEST_BYTES, ArtefactTooLarge),
        ],
    )
    def test_refuses_what_is_no_object(self, content, refusal):
        with pytest.raises(refusal):
            artefact.read(content)

    @given(documents)
    def test_gives_what_was_written(self, document):
        assert artefact.read(json.dumps(document).encode()) == document

    @given(st.binary(max_size=60))
    def test_of_any_bytes_is_an_object_or_a_refusal(self, content):
        with suppress(artefact.ModelDamaged):
            assert isinstance(artefact.read(content), dict)


SEALED = artefact.seal({"kind": "WOE", "format": 1, "version": "woe-1"})


class TestCheck:
    def test_lets_through_what_is_whole(self):
        artefact.check(SEALED, "WOE", 1)

    @pytest.mark.parametrize(
        ("document", "refusal"),
        [
            ([], ArtefactCut),
            ({}, ArtefactVersionUnknown),
            (SEALED | {"kind": "BOOST"}, ArtefactVersionUnknown),
            (SEALED | {"format": 2}, ArtefactVersionUnknown),
            (SEALED | {"format": None}, ArtefactVersionUnknown),
            (SEALED | {"version": ""}, ArtefactCut),
            (SEALED | {"version": 7}, ArtefactCut),
            (SEALED | {"sha256": None}, ArtefactCut),
            (SEALED | {"sha256": "0" * 64}, ArtefactAltered),
            (SEALED | {"version": "woe-2"}, ArtefactAltered),
            (SEALED | {"more": 1}, ArtefactAltered),
        ],
    )
    def test_refuses_the_rest(self, document, refusal):
        with pytest.raises(refusal):
            artefact.check(document, "WOE", 1)


class Stub:
    """A model that says whatever it is told to say."""

    sha256 = "0" * 64
    kind = "WOE"

    def __init__(self, *, version="woe-1", features=("cover_90d",), score=600, pd=0.02, fault=None):
        self.version, self.features = version, features
        self.score, self.chance, self.fault = score, pd, fault

    def rate(self, values: Any) -> Rating:
        if self.fault is not None and values:
            raise self.fault
        return Rating(self.score, self.chance, ())

    def pd(self, values: Any) -> float:
        return self.rate(values).pd


class TestTrial:
    @pytest.mark.parametrize("score", [-32_768, 0, 32_767])
    @pytest.mark.parametrize("pd", [0.0, 0.5, 1.0])
    def test_is_passed_by_whom_a_decision_can_hold(self, score, pd):
        trial.insist(Stub(score=score, pd=pd))

    @pytest.mark.parametrize(
        "said",
        [
            {"score": 32_768},
            {"score": -32_769},
            {"pd": -0.001},
            {"pd": 1.001},
            {"pd": float("nan")},
            {"pd": float("inf")},
            {"fault": ZeroDivisionError()},
            {"fault": OverflowError()},
            {"fault": KeyError("cover_90d")},
            {"fault": ValueError()},
        ],
    )
    def test_is_failed_by_whoever_fails_anybody(self, said):
        with pytest.raises(trial.RatingOutOfBounds):
            trial.insist(Stub(**said))

    @pytest.mark.parametrize("version", ["", "   ", "a\nb", "v" * 41, "tab\t"])
    def test_is_failed_by_a_name_that_no_page_can_show(self, version):
        with pytest.raises(ArtefactCut):
            trial.insist(Stub(version=version))

    def test_names_at_most_five_of_the_features_that_nobody_computes(self):
        strange = tuple(f"moon_{place}" for place in range(9))

        with pytest.raises(trial.FeaturesUnknown) as refusal:
            trial.insist(Stub(features=(*strange, "cover_90d")))

        assert str(refusal.value).count("moon_") == 5
        assert "cover_90d" not in str(refusal.value)

    @pytest.mark.parametrize(
        ("trained", "sha256"),
        [
            ({"data_sha256": "a" * 64}, "a" * 64),
            ({"data_sha256": "A" * 64}, ""),
            ({"data_sha256": "a" * 63}, ""),
            ({"data_sha256": 7}, ""),
            ({}, ""),
            (None, ""),
            ([], ""),
        ],
    )
    def test_takes_the_hash_of_the_table_only_where_it_is_one(self, trained, sha256):
        assert trial.data_sha256({"trained": trained}) == sha256

"""A kept vector is bound by its commitment, survives PostgreSQL, and hides once it is erased."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from borrowers.tests import cast
from common.periods import SHANGHAI
from scoring.features import actions, queries
from scoring.features.catalogue import FEATURES
from scoring.features.commitment import commitment, new_salt
from scoring.features.models import FeatureVector
from scoring.tests import builders
from scoring.tests.builders import NOW

VALUES = st.dictionaries(
    st.sampled_from(sorted(FEATURES)), st.none() | st.floats(allow_nan=False, allow_infinity=False)
)


def bound(features, *, salt="salt", borrower_id=1, as_of=NOW):
    return commitment(
        salt=salt,
        borrower_id=borrower_id,
        as_of=as_of,
        kernel_version="2026.1",
        features=features,
    )


class TestCommitment:
    @given(features=VALUES)
    def test_does_not_depend_on_the_order_of_the_features(self, features):
        backwards = dict(reversed(features.items()))

        assert bound(backwards) == bound(features)

    @given(one=VALUES, other=VALUES)
    def test_two_vectors_have_one_commitment_only_when_they_are_equal(self, one, other):
        is_same = repr(sorted(one.items())) == repr(sorted(other.items()))

        assert (bound(one) == bound(other)) == is_same

    def test_binds_person_and_moment_and_hides_behind_the_salt(self):
        features = {"income_monthly_90d": 1_200_000.0}
        variants = {
            bound(features),
            bound(features, salt="other"),
            bound(features, borrower_id=2),
            bound(features, as_of=NOW + timedelta(microseconds=1)),
        }

        assert len(variants) == 4
        assert new_salt() != new_salt()

    def test_knows_one_moment_in_two_time_zones(self):
        assert bound({}, as_of=NOW.astimezone(SHANGHAI)) == bound({}, as_of=NOW)


@pytest.mark.django_db
class TestCompute:
    def test_keeps_what_was_computed_under_its_commitment(self):
        lin = cast.borrower("Lin")
        builders.steady(lin)

        with transaction.atomic():
            computed = actions.compute(borrower_id=lin.id, as_of=NOW)

        row = FeatureVector.objects.get(pk=computed.vector_id)
        assert set(builders.figures_in(row)) == set(FEATURES)
        assert queries.features_of(row) == computed.features
        assert len(row.commitment) == 64

    def test_the_same_person_twice_has_two_salts(self):
        lin = cast.borrower("Lin")
        with transaction.atomic():
            vectors = [actions.compute(borrower_id=lin.id, as_of=NOW) for _ in range(2)]

        assert vectors[0].features == vectors[1].features
        assert len(set(FeatureVector.objects.values_list("commitment", flat=True))) == 2

    @pytest.mark.parametrize(
        "value", [0.1 + 0.2, 5e-324, 1.5e22, 9_007_199_254_740_993.0, -1 / 3, 0.0]
    )
    def test_any_figure_comes_back_bit_for_bit(self, value):
        lin = cast.borrower("Lin")
        with transaction.atomic():
            computed = actions.compute(borrower_id=lin.id, as_of=NOW)
        row = FeatureVector.objects.get(pk=computed.vector_id)
        features = builders.figures_in(row) | {"cover_90d": value}
        row = FeatureVector.objects.create(
            borrower_id=lin.id,
            as_of=datetime(2026, 1, 1, tzinfo=UTC),
            kernel_version="2026.1",
            features=features,
            salt="salt",
            commitment=bound(features, borrower_id=lin.id, as_of=datetime(2026, 1, 1, tzinfo=UTC)),
        )

        back = queries.features_of(FeatureVector.objects.get(pk=row.pk))["cover_90d"]

        assert back is not None
        assert math.copysign(1.0, back) == math.copysign(1.0, value)
        assert back.hex() == value.hex()

    def test_a_vector_is_whole_or_erased_and_nothing_between(self):
        lin = cast.borrower("Lin")
        with transaction.atomic():
            actions.compute(borrower_id=lin.id, as_of=NOW)

        with pytest.raises(IntegrityError), transaction.atomic():
            FeatureVector.objects.update(salt="")

        assert FeatureVector.objects.get().salt

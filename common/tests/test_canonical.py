"""One way to write a value, and names that nobody can count or guess."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import canonical, public_ids

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


class TestCanonical:
    @given(JSON)
    def test_says_the_value_and_nothing_else(self, content):
        assert json.loads(canonical.text_of(content)) == content

    @given(st.dictionaries(st.text(), JSON))
    def test_does_not_hang_on_the_order_of_keys(self, content):
        turned = dict(reversed(content.items()))

        assert canonical.sha256_of(turned) == canonical.sha256_of(content)

    @given(JSON, JSON)
    def test_has_one_hash_for_one_text(self, one, other):
        is_same = canonical.text_of(one) == canonical.text_of(other)

        assert (canonical.sha256_of(one) == canonical.sha256_of(other)) == is_same

    def test_will_mean_the_same_years_later(self):
        content = {"b": [1, 2.5, None], "a": "明账", "c": {"y": True, "x": "\n"}}

        assert (
            canonical.text_of(content) == r'{"a":"明账","b":[1,2.5,null],"c":{"x":"\n","y":true}}'
        )
        assert canonical.sha256_of({}) == (
            "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
        )

    @pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
    def test_refuses_what_other_readers_of_json_refuse(self, value):
        with pytest.raises(ValueError, match="JSON"):
            canonical.text_of({"value": value})

    def test_refuses_what_it_would_have_to_guess(self):
        with pytest.raises(TypeError):
            canonical.text_of({"value": {1, 2}})


class TestPublicIds:
    def test_are_short_safe_and_never_begin_with_a_dash(self):
        found = [public_ids.new() for _ in range(2_000)]

        assert all(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]{21}", each) for each in found)
        assert {len(each) for each in found} == {public_ids.LENGTH}

    def test_are_all_different_and_follow_no_order(self):
        found = [public_ids.new() for _ in range(2_000)]

        assert len(set(found)) == len(found)
        assert found != sorted(found)

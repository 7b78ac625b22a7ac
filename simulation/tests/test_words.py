"""The world's codes are the platform's, although neither imports the other."""

import pytest

from borrowers.behaviour import contracts
from simulation import words


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(words.Direction, contracts.Direction), (words.Scene, contracts.Category)],
)
def test_both_sides_number_alike(ours, theirs):
    assert {each.name: each.value for each in ours} == {each.name: each.value for each in theirs}

"""A drawn network: everybody inside of the picture, every line told apart, words escaped."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.charts.bars import Caption
from scoring.admin.links.network import HEIGHT, RADIUS, WIDTH, Dot, Tie, network, sample, sample_dot

CAPTION = Caption(name="case", title="A case", description="Who is linked")


def dots(*steps):
    return [Dot(number, step, "is-around", f"person {number}") for number, step in enumerate(steps)]


def tie(source, target, *, look="tie-fresh", is_directed=True):
    return Tie(source, target, look, f"{source} to {target}", is_directed)


@given(steps=st.lists(st.integers(1, 9), max_size=30))
def test_everybody_stands_inside_of_the_picture(steps):
    drawn = network(dots(0, *steps), [], caption=CAPTION)

    places = re.findall(r'cx="(-?\d+)" cy="(-?\d+)"', drawn)
    assert len(places) == len(steps) + 1
    assert all(RADIUS <= int(x) <= WIDTH - RADIUS for x, _ in places)
    assert all(RADIUS <= int(y) <= HEIGHT - RADIUS for _, y in places)


def test_the_first_stands_in_the_middle():
    drawn = network(dots(0, 1, 1), [], caption=CAPTION)

    assert f'cx="{WIDTH // 2}" cy="{HEIGHT // 2}"' in drawn


def test_two_lines_of_one_pair_do_not_lie_on_each_other():
    both = [tie(0, 1), tie(1, 0), tie(0, 1, look="tie-device", is_directed=False)]

    drawn = network(dots(0, 1), both, caption=CAPTION)

    curves = re.findall(r"Q(-?\d+ -?\d+)", drawn)
    assert len(set(curves)) == 3
    assert drawn.count("marker-end") == 2


def test_words_are_escaped_and_read_aloud():
    drawn = network([Dot(0, 0, "is-middle", "<b>Lin</b>")], [], caption=CAPTION)

    assert "<b>" not in drawn
    assert 'aria-labelledby="case-title case-text"' in drawn


def test_nobody_is_an_empty_picture():
    assert "<circle" not in network([], [], caption=CAPTION)


@pytest.mark.parametrize(("drawn", "mark"), [(sample("x"), "<line"), (sample_dot("x"), "<circle")])
def test_samples_stand_beside_their_words(drawn, mark):
    assert mark in drawn
    assert 'aria-hidden="true"' in drawn

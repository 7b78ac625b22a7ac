"""Who meets a challenger: always the same applicants, and about as many as was said."""

from hypothesis import given, settings
from hypothesis import strategies as st

from common.rates import PPM
from scoring.registry.life.split import Split, draw_ppm

names = st.text(min_size=1, max_size=22)


@given(application=names, version=names)
def test_a_draw_is_the_same_whenever_it_is_asked(application, version):
    drawn = draw_ppm(application, version)

    assert drawn == draw_ppm(application, version)
    assert 0 <= drawn < PPM


def test_a_draw_stays_the_same_in_ten_years():
    """A published figure: who changes it sends old applications another way."""
    assert draw_ppm("Xk3", "woe-2026.1") == 514_421


@given(version=names, share_ppm=st.integers(min_value=0, max_value=PPM // 2))
@settings(max_examples=25, deadline=None)
def test_the_share_is_about_what_was_said(version, share_ppm):
    """4,000 applications: six standard deviations at most beside the share."""
    count = 4_000
    went = sum(
        Split(
            "a", version, share_ppm, draw_ppm(f"application {number}", version)
        ).goes_to_challenger
        for number in range(count)
    )
    share = share_ppm / PPM

    assert abs(went - share * count) <= 6 * (count * share * (1 - share)) ** 0.5 + 1


@given(application=names, version=names)
def test_nobody_meets_a_challenger_without_a_share(application, version):
    assert not Split("a", version, 0, draw_ppm(application, version)).goes_to_challenger


def test_two_challengers_do_not_always_meet_the_same_people():
    met = [
        {number for number in range(1_000) if draw_ppm(f"{number}", version) < PPM // 10}
        for version in ("woe-1", "woe-2")
    ]

    assert len(met[0] & met[1]) < len(met[0]) // 2


def test_what_is_kept_says_all():
    split = Split("expert-2026.1", "woe-1", 100_000, 99_999)

    assert split.goes_to_challenger
    assert split.kept() == {
        "champion": "expert-2026.1",
        "challenger": "woe-1",
        "share_ppm": 100_000,
        "draw_ppm": 99_999,
    }

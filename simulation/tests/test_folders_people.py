"""Names, cards, birthdays and what is shared: of nobody, and of each nobody always the same."""

from collections import Counter
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.bills.banks import StatementLayout
from simulation.bills.layouts import Layout
from simulation.folders import papers
from simulation.folders.people import faces
from simulation.folders.people.sharing import (
    ALIPAY,
    BETWEEN_BANKS,
    CREDIT,
    DEBIT,
    GIVES,
    JD,
    WECHAT,
    owned,
    shares_of,
)
from simulation.folders.writing import about
from simulation.world import simulate

PEOPLE = 400
INSIDERS, OUTSIDERS = st.integers(0, 5_000), st.integers(-5_000, -1)


@pytest.fixture(scope="module")
def world():
    return simulate(people=PEOPLE, months=1, seed=21, first_day=date(2026, 6, 1))


def age_on(day, born):
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


class TestNames:
    @pytest.mark.parametrize(
        ("person", "name"),
        [
            (0, "林一诺（虚构）"),
            (1, "韦一诺（虚构）"),
            (16, "林小舟（虚构）"),
            (191, "石子衿（虚构）"),
            (192, "林一诺一（虚构）"),
            (-2, "陈听雨（虚构）"),
            (-18, "陈怀瑾（虚构）"),
        ],
    )
    def test_are_these(self, person, name):
        assert faces.name(person) == name

    def test_could_all_stand_on_an_identity_card_and_no_two_are_one(self):
        """The platform refuses a name with a figure in it, as a card office does."""
        names = [faces.name(person) for person in range(5_000)]

        assert not any(letter.isdigit() for name in names for letter in name)
        assert len(set(names)) == len(names)

    @given(insider=INSIDERS, outsider=OUTSIDERS)
    def test_of_people_beyond_this_world_are_never_those_of_its_own(self, insider, outsider):
        """A stranger of one's own name would look like oneself, and his money like one's own."""
        assert faces.name(insider) != faces.name(outsider)

    @given(persons=st.sets(INSIDERS, min_size=2, max_size=20))
    def test_differ_from_person_to_person(self, persons):
        assert len({faces.name(each) for each in persons}) == len(persons)

    @given(person=st.integers(-5_000, 5_000))
    def test_say_that_nobody_is_meant(self, person):
        assert faces.name(person).endswith("（虚构）")

    def test_of_folders_count_from_one(self):
        assert [faces.code(0), faces.code(41), faces.code(99_998)] == ["p00001", "p00042", "p99999"]


class TestBirthdays:
    def test_make_people_as_old_as_the_world_says(self, world):
        """Otherwise a student of eighteen would sign up as a child of seventeen."""
        last = world.days.dates[-1]

        for person in range(PEOPLE):
            assert age_on(last, faces.born_on(world, person)) == world.people.age[person]

    def test_are_told_alike_at_signing_up_and_in_the_report_on_enrolment(self, world):
        student = int(np.nonzero(world.people.is_student)[0][0])

        card = about(world, student, [])

        assert card["born_on"] == papers.enrolment(world, student).born_on.isoformat()

    def test_make_nobody_a_minor(self, world):
        last = world.days.dates[-1]

        assert min(age_on(last, faces.born_on(world, one)) for one in range(PEOPLE)) >= 18


class TestCards:
    def test_of_everybody_differ(self, world):
        numbers = {
            faces.card(world, person, kind).number for person in range(PEOPLE) for kind in (1, 2, 3)
        }

        assert len(numbers) == 3 * PEOPLE

    def test_say_their_kind_behind_the_digits_that_no_bank_has(self, world):
        assert faces.card(world, 7, 2).number.startswith("99020007")
        assert faces.card(world, 7, 3, is_credit=True).is_credit

    def test_show_their_ends_only(self, world):
        card = faces.card(world, 7, 1)

        assert card.masked == f"{card.number[:4]}****{card.number[-4:]}"
        assert card.tail == card.number[-4:]


class TestHashes:
    def test_are_the_same_for_the_same_thing_and_another_for_another(self, world):
        assert faces.hash_of(world, 3, "device") == faces.hash_of(world, 3, "device")
        assert faces.hash_of(world, 3, "device") != faces.hash_of(world, 3, "network")
        assert faces.hash_of(world, 3, "device") != faces.hash_of(world, 4, "device")

    def test_depend_on_the_world(self, world):
        other = simulate(people=1, months=1, seed=22, first_day=date(2026, 6, 1))

        assert faces.hash_of(world, 3, "device") != faces.hash_of(other, 3, "device")

    def test_make_passwords_of_six_digits(self, world):
        words = [faces.password(world, person) for person in range(PEOPLE)]

        assert all(len(each) == 6 and each.isdigit() for each in words)
        assert len(set(words)) > PEOPLE * 0.95


class TestWhatIsShared:
    @pytest.mark.parametrize("weights", [WECHAT, ALIPAY, JD])
    def test_is_drawn_from_shares_that_make_a_whole(self, weights):
        assert sum(weights.values()) == pytest.approx(1)

    @pytest.mark.parametrize("banks", [DEBIT, CREDIT])
    def test_at_a_bank_is_drawn_from_shares_that_make_a_whole(self, banks):
        assert sum(share for share, _ in banks.values()) == pytest.approx(1)
        assert set(banks) <= set(faces.BANKS)

    def test_can_be_any_layout_that_there_is(self):
        """No writer is left without a reader of what it wrote in the world."""
        bills = {*WECHAT, *ALIPAY, *JD, Layout.MEITUAN}
        banks = {each for _, some in [*DEBIT.values(), *CREDIT.values()] for each in some}

        assert bills == set(Layout)
        assert banks | set(BETWEEN_BANKS) == set(StatementLayout)

    def test_names_the_bank_whose_layout_it_is(self, world):
        for person in range(PEOPLE):
            shares = shares_of(world, person)
            assert shares.debit in DEBIT[shares.bank][1]
            assert shares.credit in CREDIT[shares.credit_bank][1]
            assert shares.second in {*DEBIT[shares.second_bank][1], *BETWEEN_BANKS}

    def test_comes_as_often_as_it_is_meant_to(self, world):
        whole = [person for person in range(PEOPLE) if not world.people.is_thin[person]]
        counts = Counter(name for person in whole for name in shares_of(world, person).given)

        for name in ("alipay", "jd", "meituan", "debit", "devices", "social"):
            assert counts[name] / len(whole) == pytest.approx(GIVES[name], abs=0.09), name

    def test_depends_on_nobody_else(self, world):
        fewer = simulate(people=PEOPLE, months=1, seed=21, first_day=date(2026, 6, 1))

        assert shares_of(fewer, 17) == shares_of(world, 17)

    def test_includes_no_credit_card_of_whoever_has_none(self, world):
        for person in range(PEOPLE):
            has = owned(world, person)
            assert ("credit" in has) is bool(world.people.credit_limit_fen[person] > 0)
            assert ("second" in has) is bool(world.people.has_second[person])
            assert ("student" in has) is bool(world.people.is_student[person])
            assert {"wechat", "alipay", "debit", "devices"} <= has


class TestSignUp:
    def test_lists_only_cards_whose_statements_are_shared(self, world):
        for person in range(0, PEOPLE, 10):
            cards = about(world, person, [])["cards"]
            given_cards = shares_of(world, person).given & {"debit", "second", "credit"}
            assert isinstance(cards, dict)
            assert set(cards) == given_cards

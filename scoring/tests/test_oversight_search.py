"""The search for fairer models: it finds what was planted, loses little, and tells of many only."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from borrowers import tasks as borrowers_tasks
from scoring.oversight.contracts import Level
from scoring.oversight.search import asking
from scoring.oversight.search.alternatives import WHOLE, Aim, findings, searched
from scoring.tests import watched
from scoring.tests.watched import sure

ON = date(2026, 11, 1)
AIM = Aim(approved_share=0.7, most_loss=0.01, least=30)


class World:
    """Who is bad follows from `delay`; `postcode` follows from the group and from nothing else."""

    def __init__(self, cases=2400, *, seed=3, telling=1.5):
        dice = np.random.default_rng(seed)
        self.groups = (dice.random(cases) < 0.4).astype(np.int64)
        self.delay = dice.normal(size=cases)
        self.postcode = telling * self.groups + dice.normal(0, 0.5, cases)
        self.noise = dice.normal(size=cases)
        self.is_bad = dice.random(cases) < 1 / (1 + np.exp(2 - 2 * self.delay))
        self.asked = []

    def said_without(self, dropped):
        """A card that makes too much of the postcode."""
        self.asked.append(dropped)
        logit = -2 + np.zeros(len(self.delay))
        for name, weight in (("delay", 2.0), ("postcode", 0.9), ("noise", 0.05)):
            if name not in dropped:
                logit = logit + weight * getattr(self, name)
        return 1 / (1 + np.exp(-logit))

    def searched(self, *telling, aim=AIM):
        return searched(
            self.said_without,
            telling=telling,
            is_bad=self.is_bad,
            groups=self.groups,
            aim=aim,
        )


class TestSearch:
    def test_finds_that_nothing_is_lost_without_what_gives_the_group_away(self):
        world = World()

        found = {each.dropped: each.found for each in world.searched("postcode", "noise", "delay")}

        fairer, whole = found[frozenset({"postcode"})], found[WHOLE]
        assert fairer.is_better
        assert sure(fairer.ratio.value) > 0.9 > sure(whole.ratio.value)
        assert fairer.auc >= whole.auc

    def test_offers_nothing_that_loses_much(self):
        found = {each.dropped: each.found for each in World().searched("delay")}

        assert found[frozenset({"delay"})].loss > AIM.most_loss
        assert not found[frozenset({"delay"})].is_better

    def test_goes_on_from_the_best_and_ends_where_nothing_is_better(self):
        world = World()

        found = world.searched("postcode", "noise", "delay")

        dropped = [each.dropped for each in found]
        assert frozenset({"postcode", "noise"}) in dropped
        assert frozenset({"noise", "delay"}) not in dropped

    def test_asks_about_no_model_twice_but_the_whole(self):
        world = World()

        world.searched("postcode", "noise", "delay")

        others = [each for each in world.asked if each]
        assert len(others) == len(set(others))

    def test_tries_no_more_than_it_was_told_to(self):
        aim = Aim(approved_share=0.7, most_loss=0.01, least=30, most_tried=1, most_dropped=1)

        found = World().searched("postcode", "noise", "delay", aim=aim)

        assert [each.dropped for each in found] == [WHOLE, frozenset({"postcode"})]

    def test_without_features_to_leave_out_is_the_model_as_it_is(self):
        (whole,) = World().searched()

        assert whole.dropped == WHOLE
        assert not whole.found.is_better

    def test_without_groups_calls_nothing_better(self):
        world = World()
        world.groups[:] = -1

        found = world.searched("postcode", "noise")

        assert not any(each.found.is_better for each in found)
        assert all(each.found.ratio.value is None for each in found)

    @settings(max_examples=20, deadline=None)
    @given(seed=st.integers(0, 10_000), telling=st.floats(0, 3))
    def test_never_calls_better_what_is_less_alike_or_loses_too_much(self, seed, telling):
        found = World(600, seed=seed, telling=telling).searched("postcode", "noise", "delay")

        whole = next(each.found for each in found if not each.dropped)
        for each in found:
            if each.found.is_better:
                assert sure(each.found.ratio.value) > sure(whole.ratio.value)
                assert whole.auc - each.found.auc <= AIM.most_loss


class TestFindings:
    def test_keep_the_whole_model_first_and_then_the_fairest(self):
        found = findings("SEX", World().searched("postcode", "noise", "delay"))

        assert found[0].segment == "SEX"
        assert found[0].detail["dropped"] == []
        ratios = [sure(each.measured.value) for each in found[1:]]
        assert ratios == sorted(ratios, reverse=True)
        assert all(each.segment.startswith("SEX:") for each in found[1:])

    def test_judge_nobody(self):
        found = findings("SEX", World().searched("postcode"))

        assert {each.level for each in found} == {Level.GOOD}

    def test_say_so_where_nothing_can_be_told(self):
        world = World()
        world.groups[:] = -1

        (only,) = findings("REGION", world.searched("postcode"))

        assert only.level is Level.NOT_ENOUGH
        assert only.measured.value is None


def cases_of(people, world):
    """The world's rows, dealt to people in turn."""
    return asking.Cases(
        borrower_ids=[people[place % len(people)] for place in range(len(world.is_bad))],
        is_bad=world.is_bad,
        features={name: getattr(world, name) for name in ("delay", "postcode", "noise")},
    )


@pytest.mark.django_db
class TestAsking:
    def test_of_people_who_allow_it_tells_of_every_attribute(self):
        people = watched.borrowers(96)
        borrowers_tasks.keep_protected_traits()
        world = World(960)
        heard: list[int] = []

        found = list(
            asking.sought(
                cases_of(people, world),
                world.said_without,
                approved_share=0.8,
                on=ON,
                tell=heard.append,
            )
        )

        assert {each.segment.partition(":")[0] for each in found} == {
            "SEX", "AGE_BAND", "REGION", "HOUSEHOLD",
        }  # fmt: skip
        assert heard == [1, 1, 1, 1]
        assert all(each.measured.value is None or each.measured.cases >= 30 for each in found)

    def test_of_people_who_allow_nothing_knows_no_group(self):
        people = watched.borrowers(40, allow=False)
        borrowers_tasks.keep_protected_traits()
        world = World(400)

        found = list(
            asking.sought(cases_of(people, world), world.said_without, approved_share=0.8, on=ON)
        )

        assert {each.level for each in found} == {Level.NOT_ENOUGH}

    def test_of_twenty_people_tells_nothing(self):
        people = watched.borrowers(20)
        borrowers_tasks.keep_protected_traits()
        world = World(400)

        found = list(
            asking.sought(cases_of(people, world), world.said_without, approved_share=0.8, on=ON)
        )

        assert all(each.measured.value is None for each in found)
        assert all(each.measured.cases == 0 for each in found)

"""Rings and decoys of a made society, and that no more is known of it than bills tell."""

import json
from datetime import date
from functools import lru_cache
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from scoring.graph.rings import rings
from simulation.evaluation.societies import graphs
from simulation.evaluation.societies.linked import counted, mutual, seen
from simulation.world import simulate


@lru_cache
def town():
    return simulate(people=700, months=12, seed=3, first_day=date(2025, 6, 1))


class TestSeen:
    def test_members_are_those_who_agree_and_no_others(self):
        given_ = seen(town(), consent_share=0.8, seed=3)

        assert given_.society.members.tolist() == np.nonzero(given_.consents)[0].tolist()
        assert 0.7 < given_.consents.mean() < 0.9

    def test_a_transfer_stands_in_the_records_of_both(self):
        both = mutual(town())

        assert len(both) > 0
        assert (both.giver >= 0).all()
        assert (both.taker >= 0).all()
        assert (both.giver != both.taker).all()

    def test_marks_are_telephones_only(self):
        assert len(set(seen(town(), consent_share=1, seed=3).society.marks.kind.tolist())) == 1


class TestRings:
    def test_are_found_where_all_agree_and_homes_are_left_in_peace(self):
        given_ = seen(town(), consent_share=1, seed=3)

        said = counted(town(), given_, [each.members for each in rings(given_.society)])

        assert said.found_right == said.found
        assert said.rings_found == said.rings > 0
        assert said.decoys > 100
        assert said.decoys_referred == 0

    def test_nobody_is_found_where_nobody_agrees(self):
        assert not rings(seen(town(), consent_share=0, seed=3).society)

    def test_a_finding_of_strangers_counts_against_precision(self):
        given_ = seen(town(), consent_share=1, seed=3)
        is_outside = ~town().graph.is_ring_member & (given_.applied_at >= 0)
        outside = np.nonzero(is_outside)[0][:4]

        said = counted(town(), given_, [tuple(outside.tolist())])

        assert (said.found, said.found_right, said.rings_found) == (1, 0, 0)
        assert said.decoys_referred + said.others_referred > 0


class TestMeasures:
    @given(
        values=st.lists(st.integers(0, 9), min_size=2, max_size=30),
        cut=st.integers(1, 9),
    )
    def test_auc_counts_pairs(self, values, cut):
        column = np.array(values, dtype=float)
        is_bad = np.arange(len(values)) % 10 < cut
        bads, goods = column[is_bad], column[~is_bad]
        pairs = [
            1.0 if bad > good else 0.5 if bad == good else 0.0 for bad in bads for good in goods
        ]

        assert graphs.auc(is_bad, column) == pytest.approx(np.mean(pairs) if pairs else 0.5)

    def test_the_top_tenth_of_a_perfect_order_holds_ten_times_as_many(self):
        is_bad = np.arange(100) >= 95

        assert graphs.top_decile(is_bad, np.arange(100.0)) == pytest.approx(10)

    def test_ranks_share_ties(self):
        assert graphs.ranks(np.array([3.0, 1.0, 3.0])).tolist() == [2.5, 1.0, 2.5]


class TestCommand:
    def told(self, *arguments):
        out = StringIO()
        call_command("evaluate_graph", "--people=700", "--worlds=1", *arguments, stdout=out)
        return out.getvalue()

    def test_prints_every_figure_beside_its_goal(self):
        said = json.loads(self.told("--json", "--seed=3"))

        assert set(said["figures"]) == {
            "ring_precision",
            "ring_recall",
            "decoys_referred",
            "others_referred",
        }
        assert said["moral_hazard"]["unwilling_defaults"] > 0
        assert {"auc_gain", "top_decile_lift_with"} <= set(said["graph_lift"])
        assert said["consent_percent"] == 80

    def test_refuses_what_is_no_number_of_people(self):
        with pytest.raises(CommandError):
            call_command("evaluate_graph", "--people=none")

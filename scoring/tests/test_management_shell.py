"""What analysts' commands take and say: seeds, shares, refusals, families of sources."""

from argparse import ArgumentTypeError

import numpy as np
import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from borrowers.behaviour.contracts import Source
from scoring.management import worth
from scoring.management.commands.evaluate_fairness import share
from scoring.management.commands.evaluate_fairness import text as fairness_text
from scoring.management.commands.evaluate_model import text as model_text
from scoring.management.commands.train_model import text as training_text
from scoring.management.shell import LARGEST_SEED, people_counted, said, seed
from scoring.oversight.search.asking import Cases
from scoring.training import refusals


class TestSeeds:
    @given(number=st.integers(0, LARGEST_SEED))
    def test_are_whole_numbers_that_every_part_can_take(self, number):
        assert seed(str(number)) == number

    @pytest.mark.parametrize(
        "words", ["-1", "1.5", "", " 1", "x", "²", "1e3", str(LARGEST_SEED + 1), "9" * 5_000]
    )
    def test_that_are_anything_else_are_refused_in_few_words(self, words):
        with pytest.raises(ArgumentTypeError) as refused:
            seed(words)

        assert len(str(refused.value)) < 100


class TestShares:
    @given(number=st.floats(0, 1, exclude_min=True, exclude_max=True))
    def test_lie_between_nobody_and_everybody(self, number):
        assert share(repr(number)) == number

    @pytest.mark.parametrize("words", ["0", "1", "-0.1", "nan", "inf", "2"])
    def test_of_all_or_none_are_refused(self, words):
        with pytest.raises(ArgumentTypeError, match="is not between 0 and 1"):
            share(words)

    @pytest.mark.parametrize("words", ["", "a lot", "80 %"])
    def test_that_are_no_number_are_refused(self, words):
        with pytest.raises(ValueError, match="could not convert"):
            share(words)


class TestWords:
    def test_of_a_refusal_are_its_code_and_both_sentences_with_figures(self):
        words = said(refusals.OneClassOnly(bads=0, goods=7, least=2))

        assert words.startswith("ONE_CLASS_ONLY: ")
        assert "7" in words
        assert "%(" not in words

    def test_of_no_folk_who_look_are_no_bar(self, capsys):
        with people_counted("reading") as tell:
            tell(3)

        assert capsys.readouterr().err == ""

    def test_of_a_training_without_later_loans_say_so(self):
        told = {"version": "woe-1", "rows": 9, "bads": 2, "out_of_time": None}

        assert "too few outcomes to try on later loans" in training_text(told)

    def test_of_a_training_name_each_figure_on_later_loans(self):
        later = {"rows": 4, "from": "2026-01-01", "metrics": {"auc": 0.8123}}
        words = training_text({"version": "woe-1", "rows": 9, "bads": 2, "out_of_time": later})

        assert "on 4 loans from 2026-01-01 on:" in words
        assert "0.8123" in words

    def test_of_sources_name_losses_and_fair_shares(self):
        found = {
            "version": "woe-1",
            "rows": 9,
            "bads": 2,
            "all": {"auc": 0.75},
            "after_training": None,
            "sources": {"WECHAT": 0.25},
            "worth": {"shares": {"bills": 0.2, "bank": None}},
        }

        words = model_text(found)

        assert "WECHAT               +0.2500 of AUC" in words
        assert "bills                +0.2000 of AUC as its fair share" in words
        assert "bank                 – of AUC as its fair share" in words

    def test_of_a_search_name_what_was_left_out_and_what_it_costs(self):
        row = {
            "attribute": "SEX",
            "dropped": ["night_share", "cash_share"],
            "ratio": 0.957,
            "lack": None,
            "auc": 0.738,
            "loss": 0.0017,
        }

        words = fairness_text({"version": "woe-1", "rows": 9, "bads": 2, "alternatives": [row]})

        assert "SEX        without night_share, cash_share: ratio 0.957" in words
        assert "AUC 0.7380 (-0.0017)" in words


class TestFamilies:
    @pytest.mark.parametrize("source", list(Source))
    def test_hold_every_source_once(self, source):
        holders = [name for name, members in worth.FAMILIES.items() if source in members]

        assert holders in ([worth.family_of(source)], [])
        assert source in worth.members_of({worth.family_of(source)})

    def test_of_banks_are_the_rest(self):
        assert worth.family_of(Source.ICBC) == worth.family_of(Source.CAMT) == worth.BANK

    def test_together_are_everything(self):
        assert worth.members_of({*worth.FAMILIES, worth.BANK}) == list(Source)

    def test_of_nothing_are_nothing(self):
        assert worth.members_of(()) == []

    def test_are_no_more_than_can_be_compared(self):
        assert len({*worth.FAMILIES, worth.BANK}) <= 6


class TestThinFiles:
    def test_are_those_without_certainty(self):
        frame = pandas.DataFrame({"confidence": [0.0, 0.49, 0.5, 1.0, np.nan]})

        assert worth.is_thin(frame).tolist() == [True, True, False, False, True]


class Card:
    """Adds up what it can see."""

    def pd(self, values):
        return sum(value for value in values.values() if value is not None) / 10


class TestBlinded:
    def cases(self):
        return Cases(
            borrower_ids=[1, 2],
            is_bad=np.array([True, False]),
            features={"a": np.array([1.0, 2.0]), "b": np.array([3.0, np.nan])},
        )

    def test_sees_all_where_nothing_is_hidden(self):
        said_without = worth.blinded(Card(), ["a", "b"], self.cases())

        assert said_without(frozenset()).tolist() == pytest.approx([0.4, 0.2])

    def test_does_not_see_what_is_hidden(self):
        said_without = worth.blinded(Card(), ["a", "b"], self.cases())

        assert said_without(frozenset({"b"})).tolist() == pytest.approx([0.1, 0.2])
        assert said_without(frozenset({"a", "b"})).tolist() == [0, 0]


class TestRefitted:
    def cases(self, rows=240, seed=5):
        dice = np.random.default_rng(seed)
        income = dice.normal(size=rows)
        return Cases(
            borrower_ids=list(range(rows)),
            is_bad=dice.random(rows) < 1 / (1 + np.exp(1 + 2 * income)),
            features={
                "cover_90d": income,
                "night_share_90d": dice.normal(size=rows),
                "confidence": np.ones(rows),
            },
        )

    def test_is_not_possible_for_what_was_set_by_judgement(self):
        assert worth.refitted("expert", ["cover_90d"], self.cases(), 1) is None

    def test_asks_about_rows_that_it_did_not_learn_from(self):
        names = ["cover_90d", "night_share_90d", "confidence"]
        said_without = worth.refitted("woe", names, self.cases(), 1)
        assert said_without is not None

        whole = said_without(frozenset())
        blind = said_without(frozenset({"cover_90d"}))

        assert np.isfinite(whole).all()
        assert ((whole > 0) & (whole < 1)).all()
        assert whole.std() > blind.std()

    def test_of_nothing_to_see_is_the_share_of_bads(self):
        cases = self.cases()
        said_without = worth.refitted("woe", ["cover_90d"], cases, 1)
        assert said_without is not None

        found = said_without(frozenset({"cover_90d"}))

        assert set(found.tolist()) == {float(cases.is_bad.mean())}

    def test_is_the_same_when_asked_again(self):
        said_without = worth.refitted("woe", ["cover_90d"], self.cases(), 1)
        assert said_without is not None

        assert said_without(frozenset()) is said_without(frozenset())

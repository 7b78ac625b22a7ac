"""Commands before any work: what may be asked, what is refused, what is read of a table."""

from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path

import pandas
import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from common.periods import SHANGHAI
from scoring.management.commands import evaluate_fairness, evaluate_model, score
from scoring.management.commands.fit_scorecard import names, plan, version
from scoring.management.rejecting import REJECTED_WORDS, accepted_only, like, marked
from scoring.registry.artefact import LARGEST_BYTES
from scoring.training.refusals import ColumnMissing


def asked(command, *words):
    """The options of a command, as they were understood; nothing is done."""
    made = import_module(f"scoring.management.commands.{command}").Command()
    return vars(made.create_parser("manage.py", command).parse_args([*map(str, words)]))


def written(tmp_path, text):
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


class TestAsked:
    def test_a_card_by_the_plainest_words(self):
        found = asked("fit_scorecard", "loans.csv", "--target", "bad")

        assert (found["table"], found["target"]) == (Path("loans.csv"), "bad")
        assert (found["model"], found["cv"], found["seed"]) == ("woe", (5, 5), 2024)
        assert (found["drop"], found["bad"], found["rejects"], found["json"]) == (
            (),
            None,
            None,
            False,
        )

    def test_a_card_by_every_word(self):
        found = asked(
            "fit_scorecard", "t", "--target=y", "--bad=2", "--drop=a,b", "--drop-repeated",
            "--model=additive", "--cv=3x2", "--seed=9", "--rejects=r", "--save=m.json",
            "--version=mine 1", "--plots=p", "--json",
        )  # fmt: skip

        assert (found["drop"], found["cv"], found["named"]) == (("a", "b"), (3, 2), "mine 1")
        assert found["drop_repeated"] is found["json"] is True

    @pytest.mark.parametrize(
        ("command", "words", "known"),
        [
            ("train_model", ["--kind=woe"], {"kind": "woe", "labels_until": None, "save": None}),
            ("train_model", ["--kind=woe", "--register"], {"register": True}),
            ("train_model", ["--kind=boost", "--save=m"], {"kind": "boost", "save": Path("m")}),
            (
                "evaluate_model",
                ["v1", "--labels-until=2026-11-20"],
                {"version": "v1", "labels_until": date(2026, 11, 20), "sources": False},
            ),
            ("evaluate_fairness", ["v1"], {"approve": 0.8, "seed": 2024, "json": False}),
            ("evaluate_fairness", ["v1", "--approve=.5"], {"approve": 0.5}),
            ("register_model", ["m.json"], {"file": Path("m.json"), "author": ""}),
            ("score", ["--as-of=2026-11-20T12:00", "a", "b"], {"people": ["a", "b"]}),
            ("compute_features", [], {"as_of": None, "through": None, "spark": None}),
            (
                "compute_features",
                ["--as-of=2026-11-01", "--through=2026-11-03"],
                {"as_of": date(2026, 11, 1), "through": date(2026, 11, 3)},
            ),
        ],
    )
    def test_others_by_their_words(self, command, words, known):
        found = asked(command, *words)

        assert {name: found[name] for name in known} == known

    @pytest.mark.parametrize(
        ("command", "words"),
        [
            ("fit_scorecard", []),
            ("fit_scorecard", ["t"]),
            ("fit_scorecard", ["t", "--target=y", "--model=oracle"]),
            ("fit_scorecard", ["t", "--target=y", "--cv=1x5"]),
            ("fit_scorecard", ["t", "--target=y", "--seed=-1"]),
            ("fit_scorecard", ["t", "--target=y", "--version= "]),
            ("train_model", []),
            ("train_model", ["--kind=oracle"]),
            ("train_model", ["--kind=woe", "--labels-until=yesterday"]),
            ("train_model", ["--kind=woe", "--save=m", "--register"]),
            ("evaluate_model", []),
            ("evaluate_model", ["v1", "--labels-until=2026-13-01"]),
            ("evaluate_fairness", ["v1", "--approve=1"]),
            ("evaluate_fairness", ["v1", "--approve=most"]),
            ("register_model", []),
            ("score", ["--as-of=2026-11-20"]),
            ("score", ["somebody"]),
            ("score", ["--as-of=noon", "somebody"]),
            ("compute_features", ["--as-of=today"]),
        ],
    )
    def test_otherwise_is_refused_before_anything_is_read(self, command, words):
        with pytest.raises(CommandError):
            asked(command, *words)


class TestWords:
    @pytest.mark.parametrize(
        ("words", "found"),
        [("", ()), (",", ()), ("a", ("a",)), ("a,b", ("a", "b")), (" a , b c ,", ("a", "b c"))],
    )
    def test_of_columns_are_divided_by_commas(self, words, found):
        assert names(words) == found

    @given(st.integers(2, 100), st.integers(1, 100), st.sampled_from("xX"))
    def test_of_folds_are_two_numbers(self, splits, repeats, times):
        assert plan(f"{splits}{times}{repeats}") == (splits, repeats)

    @pytest.mark.parametrize(
        "words", ["", "x", "5", "5x", "x5", "101x1", "2x101", "2x0", "-5x5", "5x5x5"]
    )
    def test_of_folds_that_cannot_be_dealt_are_refused(self, words):
        with pytest.raises(Exception, match="fold"):
            plan(words)

    @pytest.mark.parametrize("words", ["", "  ", "a\nb", "\t", "x" * 10_000])
    def test_that_are_no_name_of_a_model_are_refused(self, words):
        with pytest.raises(Exception, match="a name of 1 to"):
            version(words)

    @pytest.mark.parametrize("words", ["woe-1", "卡 2026", "v"])
    def test_that_name_a_model_stay_as_they_are(self, words):
        assert version(words) == words

    @pytest.mark.parametrize(
        ("words", "moment"),
        [
            ("2026-11-20T12:00", datetime(2026, 11, 20, 12, tzinfo=SHANGHAI)),
            ("2026-11-20", datetime(2026, 11, 20, tzinfo=SHANGHAI)),
            ("2026-11-20T04:00:00Z", datetime(2026, 11, 20, 12, tzinfo=SHANGHAI)),
            ("2026-11-20T04:00+00:00", datetime(2026, 11, 20, 4, tzinfo=UTC)),
        ],
    )
    def test_of_a_moment_are_shanghais_where_they_say_nothing(self, words, moment):
        assert score.moment(words) == moment


class TestTold:
    def test_a_rating_has_its_reasons_in_english_or_by_code(self):
        words = score.text(
            {
                "borrower": "abc", "score": 612, "pd": 0.0345, "model": "woe-1",
                "reasons": [
                    {"points": 12, "code": "STEADY", "words": {"en": "Income is steady."}},
                    {"points": -7, "code": "NEW_REASON", "words": None},
                ],
            }
        )  # fmt: skip

        assert words.splitlines() == [
            "abc: 612 points, PD 3.45%, woe-1",
            "   +12  Income is steady.",
            "    -7  NEW_REASON",
        ]

    def test_a_measured_model_has_its_figures_where_there_are_any(self):
        words = evaluate_model.text(
            {
                "version": "woe-1", "rows": 90, "bads": 9, "all": {"auc": 0.75},
                "after_training": None, "worth": {"shares": {"bank": None, "bills": 0.1}},
            }
        )  # fmt: skip

        assert words.splitlines()[:2] == ["woe-1: 90 loans, 9 of them bad", "  all"]
        assert "after training" not in words
        assert "bank                 – of AUC as its fair share" in words
        assert "bills                +0.1000 of AUC as its fair share" in words

    def test_a_fairer_model_has_what_was_left_out_and_the_loss(self):
        words = evaluate_fairness.text(
            {
                "version": "woe-1", "rows": 90, "bads": 9,
                "alternatives": [
                    {"attribute": "SEX", "dropped": [], "ratio": 0.9, "lack": "",
                     "auc": 0.75, "loss": 0},
                    {"attribute": "SEX", "dropped": ["a", "b"], "ratio": None, "lack": "TOO_FEW",
                     "auc": 0.7, "loss": 0.05},
                ],
            }
        ).splitlines()  # fmt: skip

        assert "without nothing: ratio 0.900, AUC 0.7500" in words[1]
        assert words[2].endswith("without a, b: ratio TOO_FEW, AUC 0.7000 (-0.0500)")


class TestRegister:
    @pytest.mark.parametrize(
        "content",
        [b"", b"{", b"[]", b"null", b"7", b'"WOE"', b'{"kind": NaN}', b"\xff\xfe", b"{} {}"],
    )
    def test_says_what_is_wrong_with_a_file_without_a_database(self, tmp_path, content):
        path = tmp_path / "m.json"
        path.write_bytes(content)

        with pytest.raises(CommandError, match=r"^[A-Z_]+: "):
            call_command("register_model", path)

    def test_does_not_read_a_file_without_end(self, tmp_path):
        path = tmp_path / "m.json"
        with path.open("wb") as opened:
            opened.truncate(LARGEST_BYTES + 1)

        with pytest.raises(CommandError, match="TOO_LARGE"):
            call_command("register_model", path)

    def test_cannot_read_a_folder(self, tmp_path):
        with pytest.raises(CommandError, match="cannot read"):
            call_command("register_model", tmp_path)


class TestRejected:
    @pytest.mark.parametrize("word", [*REJECTED_WORDS, "YES", " Rejected ", 1, 1.0, True])
    def test_rows_are_known_by_their_word(self, word):
        assert marked(pandas.DataFrame({"r": [word, "0"]}, dtype=object), "r").tolist() == [
            True,
            False,
        ]

    @pytest.mark.parametrize("word", ["0", "no", "approved", "", None, 2, "11", False])
    def test_rows_are_not_those_of_other_words(self, word):
        assert not marked(pandas.DataFrame({"r": [word]}, dtype=object), "r").any()

    def test_outcomes_are_forgotten_whatever_stands_there(self, tmp_path):
        path = written(tmp_path, "x,r,y\n1,0,0\n2,1,1\n3,0,1\n4,yes,0\n")
        found = accepted_only(path, "r", "y")

        assert list(found.columns) == ["x", "y"]
        assert found["y"].isna().tolist() == [False, True, False, True]
        assert found["x"].tolist() == [1, 2, 3, 4]

    @pytest.mark.parametrize(("column", "target"), [("s", "y"), ("r", "z")])
    def test_columns_that_are_not_there_are_refused(self, tmp_path, column, target):
        with pytest.raises(ColumnMissing):
            accepted_only(written(tmp_path, "x,r,y\n1,0,0\n"), column, target)

    def test_rows_are_read_like_the_others(self):
        known = pandas.DataFrame({"size": [1.0, 2.0], "home": ["rents", "owns"]})
        rows = pandas.DataFrame({"home": [" rents ", None], "size": ["3", "junk"], "r": [1, 1]})
        found = like(rows, known)

        assert list(found.columns) == ["size", "home"]
        assert found["size"].tolist()[0] == 3.0
        assert found["size"].isna().tolist() == found["home"].isna().tolist() == [False, True]
        assert found["home"].tolist()[0] == "rents"

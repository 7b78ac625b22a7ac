"""The decision table: the first rule that fits, and a person wherever it cannot say."""

import subprocess
import sys
from copy import deepcopy
from dataclasses import replace

import pytest

from scoring.decisions.reasons import SENTENCES
from scoring.policy import table
from scoring.policy.contracts import Inputs
from scoring.policy.table import PolicyIsDamaged

GOOD = Inputs(
    has_records=True,
    score=600,
    pd=0.02,
    confidence=0.9,
    history_months=7.0,
    income_monthly_fen=800_000.0,
    own_instalments=0.0,
    own_on_time_share=None,
    scene="CONSUMPTION",
    amount_fen=1_000_000,
    term_months=12,
)


def ruled(**changes):
    return table.evaluate(table.demonstration(), replace(GOOD, **changes))


def changed(change):
    """The demonstration policy with its table changed and its hash right."""
    document = deepcopy(table.document_of_demonstration())
    nodes = document["table"]["nodes"]
    change(next(node["content"] for node in nodes if node["type"] == "decisionTableNode"))
    return {**document, "sha256": table.fingerprint(document)}


@pytest.mark.parametrize(
    ("changes", "rule", "outcome", "tier"),
    [
        ({"score": 625}, "tier-a", "OFFERED", "A"),
        ({"score": 625, "history_months": 5.9}, "tier-b", "OFFERED", "B"),
        ({"score": 610, "confidence": 0.79}, "tier-c", "OFFERED", "C"),
        ({"score": 570}, "tier-c", "OFFERED", "C"),
        ({"score": 570, "scene": "EDUCATION"}, "tier-c-education", "OFFERED", "C"),
        ({"score": 569}, "tier-d", "OFFERED", "D"),
        ({"score": 600, "confidence": 0.4}, "tier-d", "OFFERED", "D"),
        ({"score": 549}, "tier-e", "REFERRED", "E"),
        ({"income_monthly_fen": None}, "income-unseen", "OFFERED", "D"),
        ({"income_monthly_fen": None, "score": 540}, "income-unseen-weak", "REFERRED", "E"),
        ({"confidence": 0.34}, "thin", "OFFERED", "E"),
        ({"confidence": 0.34, "score": 549}, "thin-weak", "REFERRED", "E"),
        ({"confidence": 0.14}, "scarce-records", "REFERRED", "E"),
        ({"has_records": False}, "no-records", "REFERRED", "E"),
        (
            {"has_records": False, "own_instalments": 6.0, "own_on_time_share": 1.0},
            "no-records-repaid",
            "OFFERED",
            "E",
        ),
    ],
)
def test_the_demonstration_table_decides(changes, rule, outcome, tier):
    found = ruled(**changes)

    assert (found.rule, found.outcome, found.tier) == (rule, outcome, tier)


class TestWhatIsNotKnown:
    @pytest.mark.parametrize("name", ["score", "confidence", "history_months"])
    def test_goes_to_a_person_by_the_first_rule(self, name):
        found = ruled(**{name: None})

        assert (found.outcome, found.rule) == ("REFERRED", "input-missing")

    def test_is_never_a_number_that_is_none(self):
        with pytest.raises(ValueError, match="confidence"):
            ruled(confidence=float("nan"))

    def test_does_not_stop_a_person_without_records(self):
        assert ruled(has_records=False, confidence=None, history_months=None).rule == "no-records"


class TestATableThatIsSilentOrWrong:
    def test_goes_to_a_person_when_no_rule_fits(self):
        def only_the_best(content):
            content["rules"] = [row for row in content["rules"] if row["_id"] == "tier-a"]

        found = table.evaluate(table.load(changed(only_the_best)), GOOD)

        assert (found.outcome, found.reason, found.limit_fen) == ("REFERRED", "NO_RULE_FITS", 0)

    @pytest.mark.parametrize(
        ("column", "cell"),
        [
            ("out_limit_fen", "-1"),
            ("out_limit_fen", "'much'"),
            ("out_limit_fen", "0.5"),
            ("out_tier", "'Z'"),
            ("out_outcome", "'APPROVED'"),
            ("out_annual_rate_ppm", "null"),
        ],
    )
    def test_goes_to_a_person_when_its_answer_cannot_be_read(self, column, cell):
        def spoil(content):
            content["rules"] = [{**row, column: cell} for row in content["rules"]]

        found = table.evaluate(table.load(changed(spoil)), GOOD)

        assert (found.outcome, found.reason) == ("REFERRED", "POLICY_UNREADABLE")
        assert found.rule == "tier-b"

    @pytest.mark.parametrize(
        ("column", "cell"),
        [("in_score", ">= 5 +"), ("in_condition", "score == ((("), ("out_tier", "'A")],
    )
    def test_is_refused_when_a_cell_cannot_be_compiled(self, column, cell):
        def spoil(content):
            content["rules"][0][column] = cell

        with pytest.raises(PolicyIsDamaged, match="input-missing"):
            table.load(changed(spoil))

    def test_is_refused_when_a_rule_has_no_name(self):
        def unname(content):
            del content["rules"][3]["_id"]

        with pytest.raises(PolicyIsDamaged, match="_id"):
            table.load(changed(unname))

    def test_is_refused_when_it_was_changed_behind_its_hash(self):
        document = table.document_of_demonstration()
        document["version"] = "mine"

        with pytest.raises(PolicyIsDamaged, match="hash"):
            table.load(document)

    def test_is_refused_when_nothing_leads_in(self):
        document = table.document_of_demonstration()
        document["table"]["nodes"] = []
        document["table"]["edges"] = []

        with pytest.raises(PolicyIsDamaged, match="way"):
            table.load({**document, "sha256": table.fingerprint(document)})


class TestTheDemonstrationPolicy:
    def test_has_words_for_every_reason_that_it_names(self):
        rows = changed(lambda content: None)["table"]["nodes"][1]["content"]["rules"]

        named = {row["out_reason"].strip("'") for row in rows} - {""}
        assert named <= set(SENTENCES)

    def test_never_asks_about_age_or_sex(self):
        columns = table.document_of_demonstration()["table"]["nodes"][1]["content"]["inputs"]

        assert not {"age", "age_years", "sex", "gender"} & {each["field"] for each in columns}

    def test_offers_a_better_tier_more_for_less(self):
        by_tier = [ruled(score=score) for score in (625, 600, 575, 555)]

        assert [each.tier for each in by_tier] == ["A", "B", "C", "D"]
        limits = [each.limit_fen for each in by_tier]
        rates = [each.annual_rate_ppm for each in by_tier]
        assert limits == sorted(limits, reverse=True)
        assert rates == sorted(rates)
        assert max(rates) <= 240_000

    def test_keeps_the_base_product_small_and_short(self):
        base = ruled(has_records=False)

        assert base.limit_fen <= 300_000
        assert base.max_term_months <= 6


def test_the_engine_is_loaded_only_when_a_table_is():
    code = (
        "import sys, scoring.policy.table, scoring.policy.rules, scoring.decisions.engine\n"
        "sys.exit('zen' in sys.modules or 'django' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


class TestRemembered:
    def test_is_what_the_table_says_and_is_asked_of_it_once(self):
        table.remembered.cache_clear()
        for score in (625, 600, 625, 600):
            inputs = replace(GOOD, score=score)
            assert table.remembered(table.demonstration(), inputs) == ruled(score=score)

        assert table.remembered.cache_info().misses == 2

    def test_is_of_the_table_that_is_in_force(self):
        def dearer(content):
            for rule in content["rules"]:
                rule["out_annual_rate_ppm"] = "180000"

        before = table.remembered(table.demonstration(), GOOD)
        after = table.remembered(table.load(changed(dearer)), GOOD)

        assert before.annual_rate_ppm != after.annual_rate_ppm == 180_000

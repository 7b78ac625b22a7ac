"""A table and its rulings in words: figures with their unit, and no word without a translation."""

import pytest

from scoring.policy import table, words

TRACE = {
    "rule": "tier-a",
    "inputs": {"has_records": True, "pd": 0.0123, "score": 640, "income_monthly_fen": None},
    "ruling": {"outcome": "OFFERED", "limit_fen": 5_000_000, "instalment_share_ppm": 400_000},
    "base_rule": "house-rule",
    "is_base": False,
    "bound_by": "INCOME",
    "guards": [],
}


def nodes():
    graph = table.document_of_demonstration()["table"]["nodes"]
    return [node for node in graph if node["type"] == "decisionTableNode"]


class TestCells:
    @pytest.mark.parametrize(
        ("field", "cell", "said"),
        [
            ("limit_fen", "5000000", "¥50,000"),
            ("annual_rate_ppm", "90000", "9.00%"),
            ("confidence", "< 0.35", "< 35%"),
            ("score", "[550..600)", "[550..600)"),
            ("own_on_time_share", ">= 0.95", ">= 95%"),
            ("has_records", "false", "Not so"),
            ("outcome", "'REFERRED'", "Sent to a person"),
            ("tier", "'A'", "A"),
            ("reason", "''", ""),
            ("score", "", ""),
            ("score", "score > 3 * tier", "score > 3 * tier"),
            ("house_figure", "> 5", "> 5"),
        ],
    )
    def test_are_told_with_their_unit(self, field, cell, said):
        assert words.cell_told(field, cell) == said

    def test_a_column_that_only_this_policy_knows_keeps_its_own_name(self):
        assert words.title_of({"field": "house_figure", "name": "House figure"}) == "House figure"
        assert words.title_of({"field": "score", "name": "x"}) == "Score"
        assert words.title_of({"field": "", "name": "x"}) == "Condition"


class TestTrace:
    def test_is_told_line_by_line(self):
        told = words.told(TRACE, {"tier-a": "Good."})

        assert [(each.title, each.value) for each in told.ruled] == [
            ("Rule that fits the records", "Good."),
            ("Result", "Offered"),
            ("Limit at most", "¥50,000"),
            ("Instalment at most, as a share of the income", "40.00%"),
            ("Rule without the records", "house-rule"),
            ("The base product was better and stands", "Not so"),
            ("What keeps the limit down", "What the income bears"),
        ]
        assert [each.value for each in told.asked] == ["Yes", "640", "1.23%", "–"]

    def test_of_an_older_decision_without_one_says_nothing(self):
        assert words.told({}, {}) == words.Told((), ())


class TestCatalogue:
    def test_every_column_of_the_demonstration_has_a_name_of_ours(self):
        (node,) = nodes()
        columns = [*node["content"]["inputs"], *node["content"]["outputs"]]

        assert {each["field"] for each in columns} - {""} <= set(words.COLUMNS)

    def test_the_demonstrations_own_words_are_all_marked_for_translation(self):
        said = {
            text
            for node in nodes()
            for text in (node["name"], *(each["_description"] for each in node["content"]["rules"]))
        }

        assert said == set(words.DEMONSTRATION)

    def test_every_code_in_a_cell_of_the_demonstration_has_a_word(self):
        quoted = {
            cell.strip("'")
            for node in nodes()
            for rule in node["content"]["rules"]
            for cell in rule.values()
            if len(cell) > 3 and cell.startswith("'")
        }

        assert quoted <= set(words.CODES)

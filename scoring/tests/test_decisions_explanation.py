"""What a person is told: reasons with figures, what was looked at, and every indicator."""

import re
from dataclasses import replace

import pytest

from borrowers.tests import cast
from common.errors import NotFound
from common.rates import PPM
from scoring.decisions import queries
from scoring.decisions.contracts import Reason
from scoring.decisions.explanation import Weight, explain, figures
from scoring.decisions.reasons import SENTENCES
from scoring.features.catalogue import FEATURES, OPTIONAL
from scoring.tests import builders
from scoring.tests.builders import NOW, REQUEST
from scoring.tests.test_decisions_engine import LIN, decided

ADDRESSED = re.compile(r"\b(you|your|yours)\b", re.IGNORECASE)


def told(explanation):
    return [str(each) for each in explanation.used]


class TestWithoutDatabase:
    def test_every_feature_is_shown_once_in_one_group(self, lin_verdict):
        groups = figures(REQUEST, dict.fromkeys(FEATURES, 1.0))

        shown = [line.title for group in groups for line in group.lines]
        assert sorted(each.en for each in shown) == sorted(
            each.title.en for each in FEATURES.values()
        )

    def test_a_reason_of_a_table_that_has_no_words_is_still_told(self, lin_verdict):
        strange = replace(lin_verdict, reasons=(Reason("HOUSE_RULE_7", "POLICY", 0, "DOWN"),))

        (reason,) = explained(strange).reasons

        assert str(reason.words) == "One of our rules applies: HOUSE_RULE_7"
        assert reason.share_ppm is None

    def test_nothing_is_promised_where_there_is_no_room(self, lin_verdict):
        reasons = (
            Reason("NO_RECORDS", "POLICY", 0, "DOWN"),
            Reason("LESS_THAN_ASKED", "TERMS", 0, "DOWN", 1_000_000, 0),
        )

        words = [
            str(each.words) for each in explained(replace(lin_verdict, reasons=reasons)).reasons
        ]

        assert words == [
            "You share no spending records, which is your free choice.",
            "You asked for ¥10,000; there is no room for another loan now.",
        ]

    def test_no_sentence_speaks_to_staff_as_if_they_were_the_applicant(self, lin_verdict):
        request = replace(REQUEST, is_enrolment_proved=True, outstanding_fen=5)
        unshared = replace(request, has_consumption_consent=False)
        used = [
            *explained(lin_verdict, request, {"own_instalments": 3.0}).used,
            *explained(lin_verdict, unshared).used,
        ]
        sentences = [each.to_staff or each.message for each in (*SENTENCES.values(), *used)]

        assert [each for each in sentences if ADDRESSED.search(each)] == []

    def test_both_ways_to_say_it_are_filled_with_the_same_figures(self):
        for code, sentence in SENTENCES.items():
            named = set(re.findall(r"%\((\w+)\)s", sentence.to_staff))
            assert named <= set(re.findall(r"%\((\w+)\)s", sentence.message)), code


@pytest.fixture
def lin_verdict():
    return decided(LIN)


def explained(verdict, request=REQUEST, features=None):
    return explain(
        assessment_public_id="x",
        reasons=verdict.reasons,
        request=request,
        features=features or {},
        as_of=NOW,
        decided_at=NOW,
        review=None,
    )


@pytest.mark.django_db
class TestExplanation:
    @pytest.fixture
    def lin(self):
        builders.load_defaults()
        card = cast.borrower("Lin")
        builders.steady(card)
        return card

    def test_tells_the_four_strongest_reasons_with_the_persons_figures(self, lin):
        builders.decide(lin)

        found = queries.explanation(7)

        weighed = [each for each in found.reasons if each.share_ppm is not None]
        assert len(weighed) == 4
        assert weighed[0].share_ppm == PPM
        assert [abs(each.points) for each in weighed] == sorted(
            (abs(each.points) for each in weighed), reverse=True
        )
        assert all("%(" not in str(each.words) for each in found.reasons)

    def test_puts_guards_before_what_was_weighed(self, lin):
        builders.decide(lin, request=replace(REQUEST, scene="EDUCATION"))

        first, *_ = queries.explanation(7).reasons

        assert (first.code, first.group, first.share_ppm) == ("ENROLMENT_NOT_PROVED", "GUARD", None)

    def test_says_what_was_looked_at(self, lin):
        builders.decide(lin, request=replace(REQUEST, outstanding_fen=250_000))

        assert told(queries.explanation(7)) == [
            "Your application: ¥10,000.00 over 12 months",
            "Your age, from your identity number",
            "What you owed us then: ¥2,500.00",
            "Your consumption records until 2026-11-20: 185 payments in the 180 days before",
        ]

    def test_says_that_no_records_were_looked_at_and_shows_none(self, lin):
        builders.decide(lin, request=replace(REQUEST, has_consumption_consent=False))

        found = queries.explanation(7)

        assert told(found)[-1] == "No consumption records: you shared none"
        assert [group.title.en for group in queries.figures(7)] == ["Loans with us"]

    def test_shows_every_indicator_or_names_what_is_not_known(self, lin):
        builders.decide(lin)

        groups = queries.figures(7)

        lines = {line.name: line.value for group in groups for line in group.lines}
        unknown = {each.en for group in groups for each in group.unknown}
        assert lines["income_monthly_90d"] == "¥12,000"
        assert "Share of instalments with us paid on time" in unknown
        assert len(lines) + len(unknown) == len(set(FEATURES) - OPTIONAL)

    def test_says_how_each_figure_counted_the_strongest_group_first(self, lin):
        builders.decide(lin)
        (first, *_) = [each for each in queries.explanation(7).reasons if each.points]

        groups = queries.figures(7)

        assert groups[0].points == abs(first.points)
        assert groups[0].lines[0].weight in {Weight.FOR, Weight.AGAINST}
        weights = {line.name: line.weight for group in groups for line in group.lines}
        assert weights["subscriptions"] == Weight.KEPT
        assert weights["longest_gap_180d"] in {Weight.WEIGHED, Weight.FOR, Weight.AGAINST}
        assert {
            line.says for group in groups for line in group.lines if line.name == "lenders_180d"
        }

    def test_does_not_even_name_what_was_not_given_by_free_choice(self, lin):
        builders.decide(lin)

        groups = {group.code for group in queries.figures(7)}

        assert not groups & {"DEVICE", "SOCIAL", "INSURANCE"}

    def test_carries_every_reason_and_when_it_was_looked_at(self, lin):
        decided = builders.decide(lin)

        found = queries.explanation(7)

        assert [each.code for each in found.reasons] == [
            each.code for each in decided.verdict.reasons
        ]
        assert found.as_of == NOW
        assert found.review is None

    def test_counts_proof_of_enrolment_and_our_own_loans(self, lin):
        request = replace(REQUEST, scene="EDUCATION", is_enrolment_proved=True)
        builders.decide(lin, request=request)
        row = queries.kept().select_related("vector").get()
        row.vector.features = builders.figures_in(row.vector) | {"own_instalments": 3.0}

        found = told(queries.explanation_of(row))

        assert "Your proof of enrolment" in found
        assert "Your repayments to us: 3 instalments" in found

    def test_refuses_an_application_that_was_not_decided(self):
        with pytest.raises(NotFound):
            queries.explanation(7)

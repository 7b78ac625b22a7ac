"""Each scene allows what the law allows, and refuses by name what it does not. No database."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.rulebook import queries as rulebook
from lending.products.models import Scene as SceneCode
from lending.products.scenes.contracts import Kind, PurposeRefused
from lending.products.scenes.judging import (
    SCENES,
    FactNotUnderstood,
    insist_on_purpose,
    number_of,
    read,
)
from lending.tests.scene_wishes import BROKEN, FACTS, NUMBERS, wish

ASKED = [(scene.code, question.name) for scene in SCENES.values() for question in scene.questions]


def refusal_of(asked, scene: str, numbers=NUMBERS) -> str:
    with pytest.raises(PurposeRefused) as refused:
        insist_on_purpose(SCENES[scene], asked, numbers)
    return refused.value.code


class TestEveryScene:
    def test_of_the_platform_has_its_rules(self):
        assert set(SCENES) == set(SceneCode.values)

    @pytest.mark.parametrize("scene", FACTS)
    def test_allows_what_its_rules_allow(self, scene):
        insist_on_purpose(SCENES[scene], wish(scene), NUMBERS)

    @pytest.mark.parametrize(("scene", "facts", "changes", "code"), BROKEN)
    def test_refuses_by_name(self, scene, facts, changes, code):
        assert refusal_of(wish(scene, facts, **changes), scene) == code

    def test_breaks_each_of_its_rules_in_these_tests(self):
        told = {code for _, _, _, code in BROKEN} | {"LICENCE_NOT_FOR_STUDENTS"}
        rules = {rule.refusal.code for scene in SCENES.values() for rule in scene.rules}

        assert rules == told

    @pytest.mark.parametrize("scene", SCENES)
    def test_names_the_article_behind_each_refusal(self, scene):
        assert all(rule.refusal.article for rule in SCENES[scene].rules)

    @pytest.mark.parametrize("scene", SCENES)
    def test_finds_its_numbers_on_any_day(self, scene):
        for name in SCENES[scene].numbers:
            for on in (date(2000, 1, 1), date(2026, 11, 20), date(2040, 1, 1)):
                rulebook.number(name, on=on)

    @given(amount_fen=st.integers(1, 2_000_000), total_fen=st.integers(1, 2_000_000))
    def test_lends_no_more_than_the_order(self, amount_fen, total_fen):
        for scene in ("TRAVEL", "MEDICAL", "RENOVATION", "DIGITAL"):
            asked = wish(scene, {"total_fen": total_fen}, amount_fen=amount_fen)
            if amount_fen > total_fen:
                assert refusal_of(asked, scene) == "ABOVE_THE_ORDER"
            else:
                insist_on_purpose(SCENES[scene], asked, NUMBERS)


class TestStudents:
    def test_are_lent_to_with_somebody_who_would_pay(self):
        asked = wish("EDUCATION", {"is_student": True, "has_second_payer": True})

        insist_on_purpose(SCENES["EDUCATION"], asked, NUMBERS)

    def test_are_never_lent_to_by_a_micro_lender(self):
        asked = wish("EDUCATION", {"is_student": True, "has_second_payer": True})
        on = date(2026, 11, 20)
        numbers = {
            name: int(rulebook.number(name, on=on, licence="MICRO_LOAN")) for name in NUMBERS
        }

        assert refusal_of(asked, "EDUCATION", numbers) == "LICENCE_NOT_FOR_STUDENTS"

    @given(months=st.integers(0, 24), hours=st.integers(0, 500))
    def test_pay_training_stage_by_stage(self, months, hours):
        asked = wish("EDUCATION", {"stage_months": months, "stage_hours": hours})
        is_a_stage = 1 <= months <= 3 or 1 <= hours <= 60

        if is_a_stage:
            insist_on_purpose(SCENES["EDUCATION"], asked, NUMBERS)
        else:
            assert refusal_of(asked, "EDUCATION") == "PAID_IN_STAGES"

    def test_pay_a_university_by_the_year(self):
        asked = wish("EDUCATION", {"course": "DEGREE", "stage_months": 12, "stage_hours": 900})

        insist_on_purpose(SCENES["EDUCATION"], asked, NUMBERS)


class TestHealth:
    def test_is_never_heard_of_by_the_credit_decision(self):
        assert SCENES["MEDICAL"].credit_scene == SCENES["CONSUMPTION"].credit_scene

    def test_is_asked_nothing_but_number_and_sum_and_that_it_is_not_cosmetic(self):
        names = {each.name for each in SCENES["MEDICAL"].questions}

        assert names == {"number", "total_fen", "is_cosmetic"}


class TestAnswers:
    @pytest.mark.parametrize("scene", FACTS)
    def test_are_read_as_they_were_given(self, scene):
        assert read(SCENES[scene], FACTS[scene] | {"diagnosis": "kept nowhere"}) == FACTS[scene]

    @pytest.mark.parametrize(("scene", "name"), ASKED)
    def test_that_are_missing_or_nonsense_are_refused(self, scene, name):
        nonsense: list[object] = [None, [], {"a": 1}, "", " " * 9, "x" * 65, -1, 10**13, 1.5]
        for given_instead in nonsense:
            with pytest.raises(FactNotUnderstood) as refused:
                read(SCENES[scene], FACTS[scene] | {name: given_instead})

            assert refused.value.context == {"name": name}

    def test_take_days_and_keep_them_as_text(self):
        given_day = FACTS["TRAVEL"] | {"starts_on": date(2027, 2, 1)}

        assert read(SCENES["TRAVEL"], given_day)["starts_on"] == "2027-02-01"

    def test_do_not_take_yes_for_a_number_nor_a_number_for_yes(self):
        with pytest.raises(FactNotUnderstood):
            read(SCENES["TRAVEL"], FACTS["TRAVEL"] | {"total_fen": True})
        with pytest.raises(FactNotUnderstood):
            read(SCENES["MEDICAL"], FACTS["MEDICAL"] | {"is_cosmetic": 0})

    def test_know_one_order_however_it_is_written(self):
        assert number_of({"number": " ab 12-3"}) == number_of({"number": "AB12-3"}) == "AB12-3"

    def test_of_a_choice_have_words(self):
        for scene in SCENES.values():
            for question in scene.questions:
                assert (question.kind is Kind.CHOICE) == bool(question.choices)


def test_the_rent_that_is_left_is_the_most_for_a_lease():
    scene = SCENES["RENTAL"]

    assert scene.total_fen(FACTS["RENTAL"]) == 900_000

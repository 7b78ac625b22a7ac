"""Every rule of a scene at its edge: the last loan that it allows and the first that it refuses."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lending.products.scenes.contracts import PurposeRefused
from lending.products.scenes.judging import (
    LARGEST_WHOLE,
    LONGEST_TEXT,
    SCENES,
    FactNotUnderstood,
    comparable,
    insist_on_purpose,
    number_of,
    read,
)
from lending.tests.scene_wishes import BROKEN, FACTS, NUMBERS, ON, wish

FOR_A_TOTAL = ["EDUCATION", "TRAVEL", "MEDICAL", "RENOVATION", "DIGITAL"]


def said_of(scene, facts=None, numbers=NUMBERS, **changes):
    """The code of the refusal, or nothing where the loan is allowed."""
    try:
        insist_on_purpose(SCENES[scene], wish(scene, facts, **changes), numbers)
    except PurposeRefused as refused:
        return refused.code
    return ""


class TestSums:
    @pytest.mark.parametrize("scene", FOR_A_TOTAL)
    @pytest.mark.parametrize(
        ("amount_fen", "total_fen", "is_allowed"),
        [(1, 1, True), (2, 1, False), (500_000, 500_000, True), (500_001, 500_000, False)],
    )
    def test_are_at_most_the_order(self, scene, amount_fen, total_fen, is_allowed):
        said = said_of(scene, {"total_fen": total_fen}, amount_fen=amount_fen)

        assert said == ("" if is_allowed else "ABOVE_THE_ORDER")

    def test_of_daily_life_have_no_order_to_pass(self):
        assert said_of("CONSUMPTION", amount_fen=10**9, has_document=False) == ""

    @given(st.integers(1, 10**6), st.integers(0, 36), st.integers(1, 10**8), st.integers(1, 36))
    def test_of_rent_are_at_most_what_is_left_of_the_lease(self, rent, months, amount, term):
        facts = {"monthly_rent_fen": rent, "months_left": months}
        said = said_of("RENTAL", facts, amount_fen=amount, term_months=term)

        if term > months:
            assert said == "LONGER_THAN_THE_LEASE"
        elif amount > rent * months:
            assert said == "ABOVE_THE_RENT"
        else:
            assert said == ""


class TestTime:
    @pytest.mark.parametrize(
        ("days", "code"),
        [(-365, "JOURNEY_BEGUN"), (-1, "JOURNEY_BEGUN"), (0, "JOURNEY_BEGUN"), (1, ""), (400, "")],
    )
    def test_a_journey_begins_tomorrow_at_the_earliest(self, days, code):
        starts_on = (ON + timedelta(days=days)).isoformat()

        assert said_of("TRAVEL", {"starts_on": starts_on}) == code

    @pytest.mark.parametrize(
        ("months", "hours", "code"),
        [
            (3, 10_000, ""),
            (4, 60, ""),
            (4, 61, "PAID_IN_STAGES"),
            (1, 10_000, ""),
            (60, 1, ""),
            # Nothing of a measure is no short stage: two years "of 0 hours" are two years ahead.
            (0, 0, "PAID_IN_STAGES"),
            (60, 0, "PAID_IN_STAGES"),
            (0, 10_000, "PAID_IN_STAGES"),
        ],
    )
    @pytest.mark.parametrize("course", ["SKILLS", "LANGUAGE"])
    def test_training_is_a_stage_by_its_months_or_by_its_hours(self, course, months, hours, code):
        facts = {"course": course, "stage_months": months, "stage_hours": hours}

        assert said_of("EDUCATION", facts) == code

    @pytest.mark.parametrize(
        ("stage_months", "stage_hours", "code"), [(3, 61, "PAID_IN_STAGES"), (2, 60, "")]
    )
    def test_training_follows_the_numbers_of_the_rulebook(self, stage_months, stage_hours, code):
        numbers = NUMBERS | {"COURSE_STAGE_MONTHS": 2, "COURSE_STAGE_HOURS": 60}
        facts = {"stage_months": stage_months, "stage_hours": stage_hours}

        assert said_of("EDUCATION", facts, numbers) == code

    @pytest.mark.parametrize(("term_months", "code"), [(6, ""), (7, "LONGER_THAN_THE_LEASE")])
    def test_a_rent_loan_ends_with_the_lease(self, term_months, code):
        assert said_of("RENTAL", term_months=term_months) == code

    @pytest.mark.parametrize("rhythm", ["MONTHLY", "QUARTERLY", "YEARLY"])
    def test_a_rent_loan_goes_at_the_rent_s_rhythm(self, rhythm):
        assert said_of("RENTAL", {"rhythm": rhythm}, rhythm=rhythm) == ""
        others = {"MONTHLY", "QUARTERLY", "YEARLY"} - {rhythm}
        for other in others:
            assert said_of("RENTAL", {"rhythm": rhythm}, rhythm=other) == "RENT_RHYTHM_DIFFERS"


class TestStudents:
    @pytest.mark.parametrize(
        ("is_student", "has_payer", "allowed", "code"),
        [
            (False, False, 1, ""),
            (False, False, 0, ""),
            (True, True, 1, ""),
            (True, False, 1, "SECOND_PAYER_NEEDED"),
            (True, True, 0, "LICENCE_NOT_FOR_STUDENTS"),
            # The lender may not lend at all: no second payer is asked for first.
            (True, False, 0, "LICENCE_NOT_FOR_STUDENTS"),
        ],
    )
    @pytest.mark.parametrize("course", ["DEGREE", "SKILLS", "LANGUAGE"])
    def test_by_licence_and_second_payer(self, course, is_student, has_payer, allowed, code):
        facts = {"course": course, "is_student": is_student, "has_second_payer": has_payer}
        numbers = NUMBERS | {"STUDENTS_ALLOWED_COUNT": allowed}

        assert said_of("EDUCATION", facts, numbers) == code

    def test_tutoring_is_refused_before_anything_else(self):
        facts = {"course": "TUTORING", "is_student": True, "stage_months": 99, "stage_hours": 999}

        assert said_of("EDUCATION", facts, amount_fen=10**9) == "SCHOOL_TUTORING_REFUSED"


class TestSeveralFaults:
    @given(st.data())
    def test_name_one_of_them_and_the_first_in_the_scene_s_order(self, data):
        scene = data.draw(st.sampled_from([code for code in FACTS if code != "CONSUMPTION"]))
        # A course is one or the other: LANGUAGE would take TUTORING back.
        known = [each for each in BROKEN if each[0] == scene and "LANGUAGE" not in each[1].values()]
        chosen = data.draw(st.lists(st.sampled_from(known), min_size=1, unique_by=lambda x: x[3]))
        facts: dict[str, object] = {}
        changes: dict[str, object] = {}
        for _, told, changed, _ in chosen:
            facts |= told
            changes |= changed
        order = [rule.refusal.code for rule in SCENES[scene].rules]

        said = said_of(scene, facts, **changes)

        assert order.index(said) <= min(order.index(code) for *_, code in chosen)

    def test_of_health_ask_for_the_consent_before_the_care_is_judged(self):
        said = said_of("MEDICAL", {"is_cosmetic": True}, consents=frozenset(), amount_fen=10**9)

        assert said == "MEDICAL_NEEDS_CONSENT"

    @pytest.mark.parametrize("consents", [{"SCENE_PURCHASE"}, {"SCENE_EDUCATION"}, set()])
    def test_of_health_are_mended_by_no_other_consent(self, consents):
        assert said_of("MEDICAL", consents=frozenset(consents)) == "MEDICAL_NEEDS_CONSENT"


class TestAnswers:
    def answer(self, scene, name, given_):
        return read(SCENES[scene], FACTS[scene] | {name: given_})[name]

    @pytest.mark.parametrize(
        ("name", "given_", "expected"),
        [
            ("number", "x" * LONGEST_TEXT, "x" * LONGEST_TEXT),
            ("number", f"  {'x' * LONGEST_TEXT} ", "x" * LONGEST_TEXT),
            ("number", "订单 7", "订单 7"),
            ("total_fen", 1, 1),
            ("total_fen", LARGEST_WHOLE, LARGEST_WHOLE),
            ("starts_on", "2028-02-29", "2028-02-29"),
            ("starts_on", date(2028, 2, 29), "2028-02-29"),
        ],
    )
    def test_at_the_edge_are_taken(self, name, given_, expected):
        assert self.answer("TRAVEL", name, given_) == expected

    @pytest.mark.parametrize(
        ("name", "given_"),
        [
            ("number", "x" * (LONGEST_TEXT + 1)),
            ("number", "\t\n"),
            ("number", 7),
            ("total_fen", 0),
            ("total_fen", LARGEST_WHOLE + 1),
            ("total_fen", "900000"),
            ("total_fen", 1.0),
            ("starts_on", "2027-02-29"),
            ("starts_on", "29.02.2028"),
            ("starts_on", "tomorrow"),
        ],
    )
    def test_beyond_it_are_not(self, name, given_):
        with pytest.raises(FactNotUnderstood) as refused:
            self.answer("TRAVEL", name, given_)

        assert refused.value.context == {"name": name}

    @pytest.mark.parametrize("given_", ["monthly", "WEEKLY", "", None, 1])
    def test_to_a_choice_are_one_of_its_codes(self, given_):
        with pytest.raises(FactNotUnderstood):
            self.answer("RENTAL", "rhythm", given_)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("a", "A"),
            (" a b\tc\n", "ABC"),
            ("No. 12/3", "NO.12/3"),
            # As a telephone in Chinese types it, and with what nobody sees.
            ("ＩＮＶ－２０２６", "INV-2026"),
            ("inv\u20132026", "INV-2026"),
            ("INV\u200b-\u00ad2026\ufeff", "INV-2026"),
            ("\u3000发票 ①", "发票1"),
        ],
    )
    def test_of_an_order_s_number_are_compared_without_spaces(self, text, expected):
        assert number_of({"number": text}) == expected

    @given(st.text(max_size=LONGEST_TEXT))
    def test_of_an_order_s_number_are_compared_the_same_once_and_twice(self, text):
        once = comparable(text)

        assert comparable(once) == comparable(f" {text}\u200b") == once

    @pytest.mark.parametrize("unseen", ["\u200b", "\ufeff\u00ad", "\x00"])
    def test_of_an_order_s_number_that_nobody_can_see_are_none(self, unseen):
        with pytest.raises(FactNotUnderstood):
            read(SCENES["TRAVEL"], FACTS["TRAVEL"] | {"number": unseen})

    @pytest.mark.parametrize("scene", SCENES)
    def test_are_read_the_same_twice(self, scene):
        once = read(SCENES[scene], FACTS[scene])

        assert read(SCENES[scene], once) == once

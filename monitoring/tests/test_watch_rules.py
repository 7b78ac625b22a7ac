"""The rules speak when the figures do, and keep silent where evidence is thin."""

from dataclasses import replace
from datetime import date, timedelta
from statistics import median

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from monitoring.watch import rules
from monitoring.watch.contracts import Income, SceneActivity, WatchedLoan

PAID_OUT_ON = date(2026, 9, 1)
TODAY = date(2026, 11, 20)
LOAN = WatchedLoan(
    loan_id=1,
    public_id="loan",
    borrower_id=1,
    scene="CONSUMPTION",
    principal_fen=600_000,
    disbursed_on=PAID_OUT_ON,
    oldest_unpaid_due_on=None,
    is_paid_to_merchant=False,
)
STUDY = replace(LOAN, scene="EDUCATION")
PAID_SCHOOL = replace(STUDY, is_paid_to_merchant=True)
INCOME = Income(
    seen_until=TODAY - timedelta(days=2),
    recent_fen=250_000,
    earlier_fen=(500_000, 480_000, 520_000),
    is_whole=True,
)
ACTIVITY = SceneActivity(
    seen_until=TODAY, purchases=40, scene_spent_fen=0, returned_fen=0, returns=0
)

AMOUNTS = st.integers(0, 10**11)
WINDOWS = st.lists(AMOUNTS, max_size=6).map(tuple)
DAYS = st.integers(0, 400).map(lambda days: date(2026, 1, 1) + timedelta(days=days))


class TestPastDue:
    @pytest.mark.parametrize(
        ("days", "stage", "severity"),
        [
            (1, "M1", rules.CALL),
            (30, "M1", rules.CALL),
            (31, "M2", rules.URGENT),
            (60, "M2", rules.URGENT),
            (61, "M3", rules.URGENT),
            (91, "M4", rules.URGENT),
            (400, "M4", rules.URGENT),
        ],
    )
    def test_each_stage_of_a_late_instalment_is_one_window(self, days, stage, severity):
        late = replace(LOAN, oldest_unpaid_due_on=TODAY - timedelta(days=days))

        found = rules.past_due(late, on=TODAY)

        assert found is not None
        assert found.window_key == f"{late.oldest_unpaid_due_on}.{stage}"
        assert (found.value, found.severity) == (days, severity)
        assert found.evidence["past_due_days"] == days

    @pytest.mark.parametrize("days", [0, -1, -30])
    def test_what_is_due_today_or_later_is_not_late(self, days):
        due = replace(LOAN, oldest_unpaid_due_on=TODAY - timedelta(days=days))

        assert rules.past_due(due, on=TODAY) is None

    def test_what_is_paid_is_not_late(self):
        assert rules.past_due(LOAN, on=TODAY) is None

    @given(days=st.integers(1, 2_000))
    def test_a_window_never_reopens_while_the_days_go_on(self, days):
        late = replace(LOAN, oldest_unpaid_due_on=TODAY)

        today, tomorrow = (
            rules.past_due(late, on=TODAY + timedelta(days=each)) for each in (days, days + 1)
        )

        assert today is not None
        assert tomorrow is not None
        assert tomorrow.count - today.count in {0, 1}
        assert (tomorrow.window_key == today.window_key) == (tomorrow.count == today.count)


class TestIncomeDrop:
    def test_half_of_the_usual_income_is_a_drop(self):
        found = rules.income_drop(LOAN, INCOME, on=TODAY)

        assert found is not None
        assert (found.value, found.baseline, found.count) == (250_000, 500_000, 3)
        assert found.severity == rules.NOTICE
        assert found.evidence == {
            "recent_fen": 250_000,
            "typical_fen": 500_000,
            "windows": 3,
            "records_until_on": "2026-11-18",
        }

    @pytest.mark.parametrize(
        ("recent_fen", "speaks"), [(300_000, False), (299_999, True), (0, True)]
    )
    def test_the_line_is_at_sixty_percent_of_the_median(self, recent_fen, speaks):
        income = replace(INCOME, recent_fen=recent_fen)

        assert (rules.income_drop(LOAN, income, on=TODAY) is not None) == speaks

    def test_a_steep_drop_is_graver(self):
        found = rules.income_drop(LOAN, replace(INCOME, recent_fen=149_999), on=TODAY)

        assert found is not None
        assert found.severity == rules.CALL

    @pytest.mark.parametrize(
        "thin",
        [
            {"earlier_fen": (500_000, 480_000)},
            {"earlier_fen": ()},
            {"earlier_fen": (0, 0, 0, 500_000)},
            {"is_whole": False},
            {"seen_until": TODAY - timedelta(days=36)},
        ],
        ids=["two windows", "none", "no usual income", "records missing", "old records"],
    )
    def test_little_data_is_never_bad(self, thin):
        income = replace(INCOME, recent_fen=0, **thin)

        assert rules.income_drop(LOAN, income, on=TODAY) is None

    def test_no_records_are_never_bad(self):
        assert rules.income_drop(LOAN, None, on=TODAY) is None

    def test_what_ended_before_the_loan_was_judged_with_the_loan(self):
        young = replace(LOAN, disbursed_on=TODAY)

        assert rules.income_drop(young, INCOME, on=TODAY) is None

    def test_one_window_of_thirty_days_speaks_once_under_one_key(self):
        on = PAID_OUT_ON + timedelta(days=60)
        found = [
            rules.income_drop(
                LOAN, replace(INCOME, seen_until=PAID_OUT_ON + timedelta(days=days)), on=on
            )
            for days in range(30, 60)
        ]

        assert {each and each.window_key for each in found} == {"window-1"}

    @given(recent=AMOUNTS, earlier=WINDOWS)
    def test_it_speaks_exactly_under_sixty_percent_of_the_median_of_three(self, recent, earlier):
        found = rules.income_drop(
            LOAN, replace(INCOME, recent_fen=recent, earlier_fen=earlier), on=TODAY
        )

        middle = int(median(earlier)) if earlier else 0
        assert (found is not None) == (len(earlier) >= 3 and recent * 10 < middle * 6)

    @given(recent=AMOUNTS, more=AMOUNTS, earlier=WINDOWS)
    def test_more_income_never_makes_it_worse(self, recent, more, earlier):
        less, better = (
            rules.income_drop(LOAN, replace(INCOME, recent_fen=fen, earlier_fen=earlier), on=TODAY)
            for fen in (recent, recent + more)
        )

        assert less is not None or better is None
        if less is not None and better is not None:
            assert better.severity <= less.severity

    @given(recent=AMOUNTS, earlier=WINDOWS, place=st.integers(0, 5))
    def test_the_order_of_the_windows_does_not_matter(self, recent, earlier, place):
        turned = earlier[place:] + earlier[:place]
        one, other = (
            rules.income_drop(LOAN, replace(INCOME, recent_fen=recent, earlier_fen=each), on=TODAY)
            for each in (earlier, turned)
        )

        assert one == other


class TestSceneMismatch:
    def test_study_money_paid_to_the_person_without_any_study_speaks(self):
        found = rules.scene_mismatch(STUDY, ACTIVITY, on=TODAY)

        assert found is not None
        assert (found.window_key, found.severity) == ("not-spent", rules.CALL)
        assert (found.value, found.count) == (0, 40)

    @pytest.mark.parametrize(
        ("changes", "on"),
        [
            ({"scene_spent_fen": 1}, TODAY),
            ({"purchases": 9}, TODAY),
            ({"seen_until": PAID_OUT_ON + timedelta(days=37)}, TODAY),
            ({}, PAID_OUT_ON + timedelta(days=44)),
        ],
        ids=["a course was paid", "hardly any purchases", "records end early", "too early"],
    )
    def test_it_waits_for_enough_evidence(self, changes, on):
        assert rules.scene_mismatch(STUDY, replace(ACTIVITY, **changes), on=on) is None

    def test_the_first_day_to_speak_is_the_forty_fifth(self):
        on = PAID_OUT_ON + timedelta(days=45)

        assert rules.scene_mismatch(STUDY, replace(ACTIVITY, seen_until=on), on=on) is not None

    def test_money_that_went_to_the_school_needs_no_payments_for_study(self):
        assert rules.scene_mismatch(PAID_SCHOOL, ACTIVITY, on=TODAY) is None

    @pytest.mark.parametrize(
        ("returned_fen", "speaks"), [(299_999, False), (300_000, True), (600_000, True)]
    )
    def test_half_of_the_money_coming_back_from_the_school_speaks(self, returned_fen, speaks):
        back = replace(ACTIVITY, returned_fen=returned_fen, returns=1, scene_spent_fen=5)

        found = rules.scene_mismatch(PAID_SCHOOL, back, on=PAID_OUT_ON)

        assert (found is not None) == speaks
        if found is not None:
            assert (found.window_key, found.severity) == ("returned", rules.URGENT)
            assert (found.value, found.baseline) == (returned_fen, 600_000)

    @given(
        purchases=st.integers(0, 1_000),
        spent=AMOUNTS,
        returned=AMOUNTS,
        is_paid_to_merchant=st.booleans(),
        on=DAYS,
    )
    def test_everyday_consumption_has_no_purpose_to_miss(
        self, purchases, spent, returned, is_paid_to_merchant, on
    ):
        activity = SceneActivity(on, purchases, spent, returned, 1)
        loan = replace(LOAN, is_paid_to_merchant=is_paid_to_merchant)

        assert rules.scene_mismatch(loan, activity, on=on) is None

    def test_without_records_nothing_is_missing(self):
        assert rules.scene_mismatch(STUDY, None, on=TODAY) is None
        assert rules.scene_mismatch(PAID_SCHOOL, None, on=TODAY) is None


class TestFindings:
    def test_all_that_speak_are_heard(self):
        bad = replace(STUDY, oldest_unpaid_due_on=TODAY - timedelta(days=3))

        found = rules.findings(bad, on=TODAY, income=INCOME, activity=ACTIVITY)

        assert [each.rule for each in found] == ["DPD", "INCOME_DROP", "SCENE_MISMATCH"]
        assert all(each.version == rules.VERSION for each in found)

    @given(days=st.integers(-30, 300), scene=st.sampled_from(["CONSUMPTION", "EDUCATION"]))
    def test_without_records_only_repayment_speaks(self, days, scene):
        loan = replace(LOAN, scene=scene, oldest_unpaid_due_on=TODAY - timedelta(days=days))

        found = rules.findings(loan, on=TODAY)

        assert {each.rule for each in found} <= {"DPD"}
        assert bool(found) == (days >= 1)

    @given(days=st.integers(0, 4_000), on=DAYS, recent=AMOUNTS, earlier=WINDOWS)
    def test_every_key_and_figure_fits_its_column(self, days, on, recent, earlier):
        loan = replace(STUDY, oldest_unpaid_due_on=on - timedelta(days=days))
        income = replace(INCOME, seen_until=on, recent_fen=recent, earlier_fen=earlier)
        assume(on >= PAID_OUT_ON)

        for each in rules.findings(loan, on=on, income=income, activity=ACTIVITY):
            assert len(each.window_key) <= 30
            assert len(each.rule) <= 30
            assert 0 <= each.value < 2**63

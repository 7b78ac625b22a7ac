"""A loan's log as another system writes it: which words it may use, and what is refused."""

from datetime import date

import pytest

from common.errors import Refused
from lending.calc.contracts import UNDOING, WITHOUT_MONEY, TransactionKind
from lending.calc.conventions.strategies import STRATEGIES, Ahead
from lending.management.replayed import FIGURES, replayed

# Wei borrows twelve thousand yuan for a year, at 1.2 % a month.
WEI = {
    "principal_fen": 1_200_000,
    "annual_rate_percent": "14.4",
    "first_disbursed_on": "2026-01-31",
    "periods": 12,
}
FIRST_FEN = 107_971
FIRST_INTEREST_FEN = 14_400


def state(through="2026-03-15", **given):
    return replayed({"terms": WEI, "through": through, **given})


def refusal(**given):
    with pytest.raises(Refused) as caught:
        state(**given)
    return caught.value.code, caught.value.context.get("name")


def refusal_of(*log):
    return refusal(transactions=list(log))


def paid(amount_fen, on="2026-02-28", **more):
    return {"kind": "REPAYMENT", "on": on, "amount_fen": amount_fen, **more}


class TestALoanThatNobodyPaid:
    def test_is_lent_out_by_its_terms_without_a_word_in_the_log(self):
        found = state(through="2026-01-31")

        assert found["disbursed_fen"] == found["principal_outstanding_fen"] == 1_200_000
        assert found["received_fen"] == found["days_past_due"] == 0
        assert found["allocations"] == []
        assert not found["is_settled"]

    def test_is_as_late_as_its_oldest_instalment(self):
        assert state(through="2026-02-28")["days_past_due"] == 0
        assert state(through="2026-03-01")["days_past_due"] == 1
        assert state(through="2026-03-15")["days_past_due"] == 15

    def test_owes_no_penalty_where_none_was_agreed(self):
        assert state()["penalty_outstanding_fen"] == 0

    def test_owes_a_penalty_by_the_day_where_one_was(self):
        sooner, later = (
            state(penalty_rate_percent="21.6", through=day)["penalty_outstanding_fen"]
            for day in ("2026-03-15", "2026-03-31")
        )

        assert 0 < sooner < later

    def test_owes_none_within_the_days_of_grace(self):
        agreed = {"penalty_rate_percent": "21.6", "grace_days": 3}

        assert state(**agreed, through="2026-03-03")["penalty_outstanding_fen"] == 0
        assert state(**agreed, through="2026-03-04")["penalty_outstanding_fen"] > 0


class TestWhatIsTold:
    def test_has_every_figure_as_whole_fen(self):
        found = state()

        assert set(FIGURES) < set(found)
        assert all(type(found[name]) is int for name in FIGURES)

    def test_has_every_instalment_with_its_parts(self):
        first, *others = state()["instalments"]

        assert first["due_on"] == "2026-02-28"
        assert first["principal_fen"] + first["interest_fen"] == FIRST_FEN
        assert first["interest_fen"] == FIRST_INTEREST_FEN
        assert [each["number"] for each in others] == list(range(2, 13))
        assert others[0]["due_on"] == "2026-03-31"

    def test_has_the_day_on_which_an_instalment_was_settled(self):
        first, second, *_ = state(transactions=[paid(FIRST_FEN)])["instalments"]

        assert first["settled_on"] == "2026-02-28"
        assert first["principal_paid_fen"] == FIRST_FEN - FIRST_INTEREST_FEN
        assert second["settled_on"] is None

    def test_has_where_each_payment_went(self):
        found = state(transactions=[paid(FIRST_INTEREST_FEN + 1)])["allocations"]

        assert [(each["component"], each["amount_fen"]) for each in found] == [
            ("INTEREST", FIRST_INTEREST_FEN),
            ("PRINCIPAL", 1),
        ]
        assert {each["sequence"] for each in found} == {1}

    def test_adds_up_to_what_came_in(self):
        found = state(transactions=[paid(30_000), paid(50_000, on="2026-03-10")])

        assert sum(each["amount_fen"] for each in found["allocations"]) == 80_000
        assert found["received_fen"] == 80_000

    def test_knows_nothing_of_what_came_after_the_day(self):
        later = paid(FIRST_FEN, on="2026-03-16")

        assert state(transactions=[later])["received_fen"] == 0
        assert state(transactions=[later], through="2026-03-16")["received_fen"] == FIRST_FEN


class TestALog:
    def test_numbers_itself_where_nobody_did(self):
        unnumbered = [paid(30_000), paid(20_000, on="2026-03-01")]
        numbered = [each | {"sequence": number} for number, each in enumerate(unnumbered, start=1)]

        assert state(transactions=unnumbered) == state(transactions=numbered)

    @pytest.mark.parametrize("key", ["value_date", "valueDate", "on", "date", "value-date"])
    def test_may_have_its_days_under_any_name(self, key):
        told = {"kind": "REPAYMENT", key: "2026-02-28", "amountFen": FIRST_FEN}

        assert state(transactions=[told]) == state(transactions=[paid(FIRST_FEN)])

    def test_takes_back_what_was_undone(self):
        undone = {"kind": "REVERSAL", "on": "2026-03-01", "amount_fen": 30_000, "reverses": 1}
        found = state(transactions=[paid(30_000), undone])

        assert found["instalments"] == state()["instalments"]
        assert found["outstanding_fen"] == state()["outstanding_fen"]

    @pytest.mark.parametrize("kind", sorted(set(TransactionKind) - WITHOUT_MONEY - UNDOING))
    @pytest.mark.parametrize("amount_fen", [0, -1])
    def test_of_money_has_some(self, kind, amount_fen):
        told = {"kind": kind.value, "on": "2026-02-28", "amount_fen": amount_fen}

        assert refusal_of(told) == ("UNCLEAR_TERM", "amount_fen")

    @pytest.mark.parametrize("kind", sorted(UNDOING))
    def test_that_undoes_says_what(self, kind):
        told = {"kind": kind.value, "on": "2026-02-28", "amount_fen": 5}

        assert refusal_of(paid(5), told) == ("MISSING_TERM", "reverses")

    def test_that_undoes_nothing_names_nothing(self):
        assert refusal_of(paid(5), paid(5, reverses=1)) == ("MISSING_TERM", "reverses")

    @pytest.mark.parametrize(
        ("change", "code", "name"),
        [
            ({"kind": None}, "MISSING_TERM", "transactions[1].kind"),
            ({"kind": "repayment"}, "UNCLEAR_TERM", "transactions[1].kind"),
            ({"kind": 3}, "UNCLEAR_TERM", "transactions[1].kind"),
            ({"on": None}, "MISSING_TERM", "transactions[1].value_date"),
            ({"on": "2026-02-29"}, "UNCLEAR_TERM", "transactions[1].on"),
            ({"on": "28.02.2026"}, "UNCLEAR_TERM", "transactions[1].on"),
            ({"amount_fen": "1.5"}, "UNCLEAR_TERM", "transactions[1].amount_fen"),
            ({"amount_fen": True}, "UNCLEAR_TERM", "transactions[1].amount_fen"),
            ({"sequence": "first"}, "UNCLEAR_TERM", "transactions[1].sequence"),
            ({"policy": "GUESS"}, "UNCLEAR_TERM", "transactions[1].policy"),
            ({"periods": "some"}, "UNCLEAR_TERM", "transactions[1].periods"),
            ({"annual_rate_ppm": "1/3"}, "UNCLEAR_TERM", "transactions[1].annual_rate_ppm"),
            ({"due_on": "soon"}, "UNCLEAR_TERM", "transactions[1].due_on"),
            ({"waives_penalty": 1}, "UNCLEAR_TERM", "transactions[1].waives_penalty"),
            ({"refunds_interest": "no"}, "UNCLEAR_TERM", "transactions[1].refunds_interest"),
            ({"charges_interest": []}, "UNCLEAR_TERM", "transactions[1].charges_interest"),
            ({"reverses": "it"}, "UNCLEAR_TERM", "transactions[1].reverses"),
            ({"amount": 5}, "UNKNOWN_TERM", "transactions[1].amount"),
        ],
    )
    def test_that_cannot_be_read_says_which_line_and_which_word(self, change, code, name):
        assert refusal_of(paid(5) | change) == (code, name)

    def test_names_the_line_that_is_wrong_and_not_the_first(self):
        assert refusal_of(paid(5), paid(5), paid(5, colour="red")) == (
            "UNKNOWN_TERM",
            "transactions[3].colour",
        )

    @pytest.mark.parametrize("log", [7, True])
    def test_is_a_list(self, log):
        assert refusal(transactions=log) == ("UNCLEAR_TERM", "transactions")

    @pytest.mark.parametrize("line", [7, "REPAYMENT", ["REPAYMENT", 5]])
    def test_has_objects_in_it(self, line):
        assert refusal_of(line)[0] == "UNCLEAR_TERM"


class TestAQuestion:
    @pytest.mark.parametrize("missing", ["terms", "through"])
    def test_without_its_loan_or_its_day_is_refused(self, missing):
        assert refusal(**{missing: None}) == ("MISSING_TERM", missing)

    @pytest.mark.parametrize(
        ("change", "code", "name"),
        [
            ({"through": "2026-13-01"}, "UNCLEAR_TERM", "through"),
            ({"grace_days": "1.5"}, "UNCLEAR_TERM", "grace_days"),
            ({"grace_days": False}, "UNCLEAR_TERM", "grace_days"),
            ({"penalty_rate_percent": "much"}, "UNCLEAR_TERM", "penalty_rate_percent"),
            ({"interest_follows_money": "yes"}, "UNCLEAR_TERM", "interest_follows_money"),
            ({"strategy": "MINE"}, "UNCLEAR_TERM", "strategy"),
            ({"currency": "CNY"}, "UNKNOWN_TERM", "currency"),
        ],
    )
    def test_that_cannot_be_read_says_which_word(self, change, code, name):
        assert refusal(**change) == (code, name)

    @pytest.mark.parametrize(
        ("terms", "code"),
        [
            ({"periods": 0}, "IMPOSSIBLE_TERMS"),
            ({"annual_rate_percent": None}, "MISSING_TERM"),
            ({"colour": "red"}, "UNKNOWN_TERM"),
            ({"periods": "many"}, "UNCLEAR_TERM"),
        ],
    )
    def test_about_an_impossible_loan_is_refused_as_quote_refuses_it(self, terms, code):
        assert refusal(terms=WEI | terms)[0] == code

    @pytest.mark.parametrize("content", [None, 7, "loan", [], [WEI]])
    def test_is_an_object(self, content):
        with pytest.raises(Refused) as caught:
            replayed(content)

        assert caught.value.code == "UNCLEAR_TERM"


class TestAStrategy:
    @pytest.mark.parametrize("code", sorted(STRATEGIES))
    def test_of_ours_is_known_by_its_code_and_loses_no_fen(self, code):
        found = state(strategy=code, transactions=[paid(50_000, on="2026-03-10")])
        allocated_fen = sum(each["amount_fen"] for each in found["allocations"])

        assert allocated_fen + found["overpaid_fen"] == 50_000

    def test_of_ones_own_takes_principal_before_interest(self):
        rules = [["PAST_DUE", "PRINCIPAL"], ["PAST_DUE", "INTEREST"]]
        found = state(strategy={"rules": rules}, transactions=[paid(50, on="2026-03-10")])

        assert [each["component"] for each in found["allocations"]] == ["PRINCIPAL"]

    @pytest.mark.parametrize(
        ("strategy", "code", "name"),
        [
            ({}, "MISSING_TERM", "strategy.rules"),
            ({"rules": [["SOON", "INTEREST"]]}, "UNCLEAR_TERM", "strategy.rules"),
            ({"rules": [["PAST_DUE", "TAX"]]}, "UNCLEAR_TERM", "strategy.rules"),
            ({"rules": [["PAST_DUE"]]}, "UNCLEAR_TERM", "strategy.rules"),
            ({"rules": 5}, "UNCLEAR_TERM", "strategy.rules"),
            ({"rules": [], "ahead": "FIRST"}, "UNCLEAR_TERM", "strategy.ahead"),
            ({"rules": [], "is_across": "yes"}, "UNCLEAR_TERM", "strategy.is_across"),
            ({"rules": [], "name": "mine"}, "UNKNOWN_TERM", "strategy.name"),
            (7, "UNCLEAR_TERM", "strategy"),
        ],
    )
    def test_of_ones_own_is_read_as_strictly(self, strategy, code, name):
        assert refusal(strategy=strategy) == (code, name)

    @pytest.mark.parametrize("ahead", list(Ahead))
    def test_may_say_where_money_ahead_of_time_goes(self, ahead):
        rules = [["IN_ADVANCE", "PRINCIPAL"]]
        found = state(
            strategy={"rules": rules, "ahead": ahead.value},
            transactions=[paid(7, on="2026-02-01")],
        )

        assert found["principal_outstanding_fen"] == 1_200_000 - 7


class TestInterestThatFollowsMoney:
    def test_of_a_loan_paid_to_the_day_is_that_of_the_schedule(self):
        found = state(
            interest_follows_money=True, transactions=[paid(FIRST_FEN)], through="2026-02-28"
        )
        first = found["instalments"][0]

        assert (first["interest_fen"], first["total_fen"]) == (FIRST_INTEREST_FEN, FIRST_FEN)
        assert first["paid_fen"] == FIRST_FEN
        assert found["through"] == date(2026, 2, 28).isoformat()

    def test_is_less_in_the_end_for_whoever_pays_early(self):
        early = [paid(500_000, on="2026-02-10")]
        with_it = state(interest_follows_money=True, transactions=early)["instalments"]
        without = state(interest_follows_money=True)["instalments"]

        assert sum(row["interest_fen"] for row in with_it) < sum(
            row["interest_fen"] for row in without
        )
        assert sum(row["principal_fen"] for row in with_it) == 1_200_000


class TestALoanOfMoreThanItsPlainTerms:
    def test_with_a_fee_lent_on_top_owes_the_fee_as_principal(self):
        found = state(
            through="2026-01-31", terms=WEI | {"fees": [{"amount": 30, "financed": True}]}
        )

        assert found["principal_outstanding_fen"] == found["disbursed_fen"] == 1_203_000
        assert sum(row["principal_fen"] for row in found["instalments"]) == 1_203_000

    def test_with_a_fee_on_a_day_owes_it_with_the_instalment_of_that_day(self):
        found = state(terms=WEI | {"fees": [{"on": "2026-03-15", "amount_fen": 700}]})

        assert [row["fee_fen"] for row in found["instalments"]] == [0, 700] + [0] * 10
        assert found["fee_outstanding_fen"] == 700

    def test_whose_due_date_is_a_day_off_is_late_the_day_after_the_one_it_moved_to(self):
        terms = WEI | {"holidays": ["2026-02-28", "2026-03-01"]}

        assert state(through="2026-03-02", terms=terms)["days_past_due"] == 0
        assert state(through="2026-03-03", terms=terms)["days_past_due"] == 1

    @pytest.mark.parametrize(
        ("more", "name"),
        [
            ({"disbursements": [{"on": "2026-03-01", "amount": 50}]}, "terms.disbursements"),
            ({"payments": [{"on": "2026-03-01", "amount": 50}]}, "terms"),
            ({"events": [{"op": "RATE_CHANGE", "on": "2026-03-01", "rate": 7}]}, "terms"),
            ({"payoff_on": "2026-03-01"}, "terms"),
        ],
    )
    def test_says_all_that_happened_in_its_log_and_nothing_of_it_in_its_terms(self, more, name):
        assert refusal(terms=WEI | more) == ("UNCLEAR_TERM", name)

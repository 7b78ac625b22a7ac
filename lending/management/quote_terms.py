"""The terms of `manage.py quote`, out of JSON: what is agreed, and what happened since."""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from common.rates import PPM_PER_PERCENT
from lending.calc.conventions.rounding import rounded
from lending.calc.plans import (
    DayCount,
    Frequency,
    Grace,
    Method,
    Plan,
    Rounding,
    Tranche,
)
from lending.management import spellings
from lending.management.quote_days import manner_of_days
from lending.management.quote_fees import fees_of
from lending.management.typed import (
    MissingTerm,
    Typed,
    UnclearTerm,
    day,
    money,
    number_of,
    several,
    truth,
    whole,
)

PeriodDates = tuple[tuple[date, ...], tuple[date, ...]]
LEVEL, MONTHLY = Method.EQUAL_INSTALMENT, Frequency.MONTHLY
PAY_OUT, PAY, ASK, RATE = "DISBURSEMENT", "PAYMENT", "PAYABLE", "RATE_CHANGE"
NO_DATES: PeriodDates = ((), ())
OCCASIONS = {
    **dict.fromkeys(("DISBURSEMENT", "DISBURSE", "ADDDISBURSEMENT", "ADD_DISBURSEMENT"), PAY_OUT),
    **dict.fromkeys(("PAYMENT", "REPAYMENT", "PAY"), PAY),
    **dict.fromkeys(("PAYPRINCIPAL", "PAY_PRINCIPAL"), "PAY_PRINCIPAL"),
    **dict.fromkeys(("PAYINTEREST", "PAY_INTEREST"), "PAY_INTEREST"),
    **dict.fromkeys(("PAYABLE", "PAYABLE_DETAILS", "GETPAYABLEDETAILS"), ASK),
    **dict.fromkeys(("RATE_CHANGE", "CHANGE_RATE"), RATE),
    # Apache Fineract names the first day that ends at the new rate: it begins the night before.
    **dict.fromkeys(("CHANGE_INTEREST_RATE", "CHANGEINTERESTRATE"), "CHANGE_INTEREST_RATE"),
}
RATE_NAMES = "annual_rate_percent annual_nominal_rate_percent annual_interest_rate_percent"
NEW_RATE = f"{RATE_NAMES} new_annual_rate_percent rate_percent new_rate_percent new_rate rate"
NEW_RATE += " new_interest_rate interest_rate"
FIRST_PAID_OUT = "first_disbursed_on disbursed_on start_on start_date disbursement_date"
FIRST_DUE = "first_due_on first_due_date first_repayment_on first_repayment_date"
FIRST_DUE += " first_payment_on first_payment_date repayments_starting_from"
PERIODS = "periods number_of_periods number_of_repayments number_of_instalments months"
ON = "on date value_date disbursed_on paid_on transaction_date"
ABOUT = "instalment number period instalment_number period_number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Something that happened, or that is asked, in the order in which it became known.

    Without an instalment a payment is shared out. `instalment_due_on` names one by its date.
    """

    kind: str
    on: date
    instalment: int | None = None
    instalment_due_on: date | None = None
    amount_fen: int = 0
    principal_fen: int = 0
    interest_fen: int = 0
    annual_rate_ppm: int | Fraction = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A plan, and what is to be told of it."""

    plan: Plan
    occasions: tuple[Occasion, ...] = ()
    payoff_on: date | None = None


def asked(content: object) -> Asked:
    """The question in a JSON object.

    Raises UnknownTerm, UnclearTerm, MissingTerm and ImpossibleTerms.
    """
    terms = Typed(content, name="")
    payouts = terms.find("disbursements tranches", _payouts) or []
    occasions = terms.find("events", _events) or []
    occasions += terms.find("payments", _payments) or []
    occasions += terms.find("payable", _questions) or []
    payoff_on = terms.find("payoff_on pay_off_on", day)
    if not payouts:
        payouts, occasions = _begun(terms, occasions)
    plan = _plan(terms, payouts)
    terms.finish()
    return Asked(plan=plan, occasions=tuple(occasions), payoff_on=payoff_on)


def _begun(terms: Typed, occasions: list[Occasion]) -> tuple[list[Tranche], list[Occasion]]:
    """Where no amount is agreed, the first payout that happened is what the plan is about."""
    if terms.has("principal_fen principal") or not occasions or occasions[0].kind != PAY_OUT:
        return [], occasions
    first = Tranche(disbursed_on=occasions[0].on, amount_fen=occasions[0].amount_fen)
    return [first], occasions[1:]


def _plan(terms: Typed, payouts: list[Tranche]) -> Plan:
    start, principal_fen, tranches = _paid_out(terms, payouts)
    given = terms.find(PERIODS, _periods)
    listed = given if isinstance(given, tuple) else terms.find("period_dates", _period_dates)
    due_dates, starts = listed or NO_DATES
    due_dates = terms.find("due_dates", _days) or due_dates
    fixed_fen = money(terms, "fixed_instalment")
    if given is None and not due_dates and fixed_fen is None:
        raise terms.missing("periods")
    periods = given if isinstance(given, int) else len(due_dates)
    return Plan(
        principal_fen=principal_fen,
        annual_rate_ppm=_annual_rate_ppm(terms),
        first_disbursed_on=start,
        periods=periods,
        due_dates=due_dates,
        period_starts=starts,
        tranches=tranches,
        fixed_instalment_fen=fixed_fen,
        first_due_on=terms.find(FIRST_DUE, day),
        last_due_on=terms.find("last_due_on", day),
        anchor_day=terms.find("anchor_day due_day", whole),
        grace=terms.take("grace", _grace, default=Grace()),
        fees=tuple(terms.take("fees charges", fees_of, default=[])),
        **_method(terms, principal_fen),
        **_manner(terms),
    )


def _method(terms: Typed, principal_fen: int) -> dict[str, Any]:
    """What of each instalment is principal. Whoever names a balloon means one."""
    methods = spellings.word(Method, spellings.METHODS)
    method = terms.find("method amortisation amortization repayment_method", methods)
    balloon_fen = money(terms, "balloon balloon_payment balloon_amount")
    if balloon_fen is None and (part := terms.find("balloon_percent", number_of)) is not None:
        balloon_fen = rounded(principal_fen * part / 100, Rounding.HALF_UP) if part > 0 else 0
    if balloon_fen and method not in {None, Method.BALLOON}:
        raise UnclearTerm(name="balloon_fen", value=f"{balloon_fen}, {method}")
    found = method or (Method.BALLOON if balloon_fen else LEVEL)
    return {"method": found, "balloon_fen": balloon_fen or 0}


def _manner(terms: Typed) -> dict[str, Any]:
    """How it is counted."""
    unit, rounding = spellings.word(Frequency, spellings.FREQUENCIES), spellings.rounding_of
    level_from = terms.find("level_from", _level_from)
    day_count, is_level_nominal = _day_count(terms)
    return {
        "frequency": terms.take("frequency repayment_frequency", unit, default=MONTHLY),
        "every": terms.take("every repay_every", whole, default=1),
        "day_count": day_count,
        "rounding": terms.take("rounding rounding_mode", rounding, default=Rounding.HALF_UP),
        "instalment_rounding": terms.find("instalment_rounding", rounding),
        "instalment_multiple_fen": money(terms, "instalment_multiple") or 1,
        "tune_last_instalment": terms.take("tune_last_instalment", truth, default=False),
        "is_level_nominal": is_level_nominal if level_from is None else level_from,
        "precision_digits": terms.find("precision_digits", whole),
        **manner_of_days(terms),
    }


def _paid_out(terms: Typed, payouts: list[Tranche]) -> tuple[date, int, tuple[Tranche, ...]]:
    """The first day, what is paid out then, and the tranches after it."""
    principal_fen = money(terms, "principal")
    start = terms.find(FIRST_PAID_OUT, day)
    if not payouts:
        if principal_fen is None or start is None:
            missing = "principal_fen" if principal_fen is None else "first_disbursed_on"
            raise terms.missing(missing)
        return start, principal_fen, ()
    total_fen = sum(each.amount_fen for each in payouts)
    first, *later = payouts
    is_of_payouts = principal_fen in {None, first.amount_fen, total_fen}
    if is_of_payouts and start in {None, first.disbursed_on}:
        return first.disbursed_on, first.amount_fen, tuple(later)
    if principal_fen is None or start is None or start >= first.disbursed_on:
        raise UnclearTerm(name="disbursements", value=total_fen)
    return start, principal_fen, tuple(payouts)


def _annual_rate_ppm(terms: Typed, names: str = RATE_NAMES) -> int | Fraction:
    if terms.has("annual_rate_ppm"):
        return terms.must("annual_rate_ppm", number_of)
    rate = terms.must(names, number_of) * PPM_PER_PERCENT
    return rate.numerator if rate.denominator == 1 else rate


def _day_count(terms: Typed) -> tuple[DayCount, bool]:
    """The day count, by its name or by days of month and year; and of what the level is made.

    Interest by the DAY in cumulative schedules takes the year's length once, and its level
    instalment from months of thirty days.
    """
    named = terms.find("day_count day_count_convention", spellings.day_count_of)
    month = terms.find("days_in_month", spellings.days_of)
    year = terms.find("days_in_year", spellings.days_of)
    interest = terms.find("interest_period interest_calculation", spellings.code_of)
    if interest == "SAME_AS_REPAYMENT_PERIOD":
        return DayCount.PERIODIC, False
    if interest not in {None, "DAILY"}:
        raise UnclearTerm(name="interest_period", value=interest)
    found = named or (DayCount.ACT_365 if interest else DayCount.PERIODIC)
    if month is not None or year is not None:
        found = _refined(found, month, year)
    return found, interest == "DAILY"


def _refined(named: DayCount, month: str | None, year: str | None) -> DayCount:
    days = {pair_count: pair for pair, pair_count in spellings.PAIRS.items()}
    by_name = days.get(named, ("ACT", "365"))
    try:
        return spellings.day_count_of_pair(month or by_name[0], year or by_name[1])
    except ValueError as error:
        value = f"{month}, {year}"
        raise UnclearTerm(name="days_in_month, days_in_year", value=value) from error


def _grace(content: object) -> Grace:
    terms = Typed(content, name="grace")
    principal = "principal_periods principal on_principal principal_payment on_principal_payment"
    principal += " principal_payment_periods principal_instalments principal_months"
    principal += " grace_on_principal_payment grace_on_principal principal_grace"
    put_off = "interest_payment_periods interest_payment on_interest_payment interest"
    put_off += " interest_periods interest_payment_instalments interest_payment_months"
    put_off += " grace_on_interest_payment grace_on_interest interest_grace"
    free = "interest_free_periods interest_free on_interest_charged interest_charged"
    free += " interest_free_period interest_free_instalments interest_free_months"
    free += " grace_interest_free grace_on_interest_charged interest_charged_periods"
    found = Grace(
        principal_periods=terms.take(principal, whole, default=0),
        interest_payment_periods=terms.take(put_off, whole, default=0),
        interest_free_periods=terms.take(free, whole, default=0),
    )
    terms.finish()
    return found


def _payouts(content: object) -> list[Tranche]:
    return [_payout(Typed(each, name="disbursements")) for each in several(content)]


def _payout(terms: Typed) -> Tranche:
    on, amount_fen = terms.must(ON, day), money(terms, "amount")
    terms.finish()
    if amount_fen is None:
        raise MissingTerm(name="disbursements.amount_fen")
    return Tranche(disbursed_on=on, amount_fen=amount_fen)


def _events(content: object) -> list[Occasion]:
    return [_event(Typed(each, name="events")) for each in several(content)]


def _payments(content: object) -> list[Occasion]:
    return [_occasion(Typed(each, name="payments"), PAY) for each in several(content)]


def _questions(content: object) -> list[Occasion]:
    return [_occasion(Typed(each, name="payable"), ASK) for each in several(content)]


def _event(terms: Typed) -> Occasion:
    code = terms.must("op type kind", spellings.code_of)
    if code not in OCCASIONS:
        raise UnclearTerm(name="events.op", value=code)
    kind = OCCASIONS[code]
    if kind in {RATE, "CHANGE_INTEREST_RATE"}:
        return _rate_change(terms, days_before=0 if kind == RATE else 1)
    if kind in {PAY_OUT, PAY, ASK}:
        return _occasion(terms, kind)
    return _occasion(terms, PAY, part=kind.removeprefix("PAY_").lower())


def _rate_change(terms: Typed, *, days_before: int) -> Occasion:
    on = terms.must(ON, day) - timedelta(days=days_before)
    found = Occasion(kind=RATE, on=on, annual_rate_ppm=_annual_rate_ppm(terms, NEW_RATE))
    terms.finish()
    return found


def _occasion(terms: Typed, kind: str, part: str = "amount") -> Occasion:
    amounts = {f"{part}_fen": money(terms, "amount") or 0}
    for name in ("principal", "interest"):
        amounts[f"{name}_fen"] = amounts.get(f"{name}_fen", 0) or (money(terms, name) or 0)
    found = Occasion(
        kind=kind,
        on=terms.must(ON, day),
        instalment=terms.find(ABOUT, whole),
        instalment_due_on=terms.find("period_due_on period_due_date due_on due_date", day),
        **amounts,
    )
    terms.finish()
    if min(amounts.values()) < 0 or (kind != ASK and not any(amounts.values())):
        raise UnclearTerm(name=f"{kind.lower()}.amount_fen", value=sum(amounts.values()))
    return found


def _periods(value: object) -> int | PeriodDates:
    return _period_dates(value) if isinstance(value, list) else whole(value)


def _period_dates(content: object) -> PeriodDates:
    """Due dates, and where they are given the days on which their periods start."""
    dues, starts = [], []
    for each in several(content):
        terms = Typed(each, name="periods")
        dues.append(terms.must("due_date due_on ends_on to to_date", day))
        starts.append(terms.find("from_date starts_on from", day))
        terms.finish()
    known = tuple(start for start in starts if start is not None)
    if known and len(known) != len(dues):
        raise ValueError(content)
    return tuple(dues), known


def _days(content: object) -> tuple[date, ...]:
    return tuple(day(each) for each in several(content))


def _level_from(value: str) -> bool:
    return {"PERIODS": False, "NOMINAL": True}[spellings.code_of(value)]

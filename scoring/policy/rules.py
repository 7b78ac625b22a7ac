"""Rules beside the table: guards with reasons, and how much may be lent. Pure integers."""

from collections.abc import Callable
from fractions import Fraction

from common.rates import PPM, share_fen
from scoring.policy.contracts import CreditRequest, Guard, Numbers, Room, Ruling

MONTHS_IN_YEAR = 12
# Limits are said in whole hundreds of yuan.
LIMIT_STEP_FEN = 10_000
# Nobody is taken to put money by for longer than a quarter: what falls due after a year at once
# is held against what the income leaves in so many months.
MONTHS_PUT_BY = 3
LEVEL, BULLET = "EQUAL_INSTALMENT", "BULLET"

Rule = Callable[[CreditRequest, Numbers], Guard | None]


def guards(request: CreditRequest, numbers: Numbers) -> tuple[Guard, ...]:
    """Every rule that speaks, not only the first: the person is owed all of them."""
    return tuple(said for rule in RULES if (said := rule(request, numbers)) is not None)


def borrower_is_of_age(request: CreditRequest, numbers: Numbers) -> Guard | None:
    """No loan to a minor (Civil Code, art. 17 to 19)."""
    if request.age_years >= numbers.minimum_age_years:
        return None
    return Guard("UNDER_AGE", "DECLINED", request.age_years, numbers.minimum_age_years)


def education_has_enrolment(request: CreditRequest, _: Numbers) -> Guard | None:
    """The school is paid only for somebody who is enrolled there."""
    if request.scene != "EDUCATION" or request.is_enrolment_proved:
        return None
    return Guard("ENROLMENT_NOT_PROVED", "REFERRED")


def nothing_is_overdue_with_us(request: CreditRequest, _: Numbers) -> Guard | None:
    """Who is behind with us is not lent more by a machine: a person looks, and may help."""
    if request.days_past_due <= 0:
        return None
    return Guard("OVERDUE_WITH_US", "REFERRED", request.days_past_due)


def records_are_whole(request: CreditRequest, _: Numbers) -> Guard | None:
    """Records that contradict themselves decide nothing by themselves, for or against."""
    if request.are_records_whole or not request.has_consumption_consent:
        return None
    return Guard("RECORDS_INCOMPLETE", "REFERRED")


def links_are_looked_at(request: CreditRequest, _: Numbers) -> Guard | None:
    """Links set no price and refuse nobody: at most they bring a case before a person."""
    return Guard("LINKED_CASE", "REFERRED") if request.is_linked_case else None


def amount_is_in_the_product(request: CreditRequest, numbers: Numbers) -> Guard | None:
    """The product lends between two amounts."""
    if request.amount_fen > numbers.maximum_fen:
        return Guard("AMOUNT_TOO_LARGE", "DECLINED", request.amount_fen, numbers.maximum_fen)
    if request.amount_fen < numbers.minimum_fen:
        return Guard("AMOUNT_TOO_SMALL", "DECLINED", request.amount_fen, numbers.minimum_fen)
    return None


def term_is_in_the_product(request: CreditRequest, numbers: Numbers) -> Guard | None:
    """The product lends over these terms only."""
    if request.term_months in numbers.terms_months:
        return None
    longest = max(numbers.terms_months)
    return Guard("TERM_NOT_OFFERED", "DECLINED", request.term_months, longest)


def exposure_leaves_room(request: CreditRequest, numbers: Numbers) -> Guard | None:
    """All loans of one person together stay under the legal ceiling."""
    if request.outstanding_fen + numbers.minimum_fen <= numbers.exposure_cap_fen:
        return None
    ceiling = numbers.exposure_cap_fen
    return Guard("EXPOSURE_REACHED", "DECLINED", request.outstanding_fen, ceiling)


RULES: tuple[Rule, ...] = (
    borrower_is_of_age,
    education_has_enrolment,
    nothing_is_overdue_with_us,
    records_are_whole,
    links_are_looked_at,
    amount_is_in_the_product,
    term_is_in_the_product,
    exposure_leaves_room,
)


def annual_rate_ppm(ruling: Ruling, numbers: Numbers) -> int:
    """The table's rate, not under the product's floor and never over the legal ceiling."""
    return min(max(ruling.annual_rate_ppm, numbers.floor_rate_ppm), numbers.annual_rate_cap_ppm)


def room(
    ruling: Ruling,
    request: CreditRequest,
    numbers: Numbers,
    *,
    income_monthly_fen: float | None,
    surplus_monthly_fen: float | None,
) -> Room:
    """The least of what the policy grants, the product lends, the law leaves, the income bears.

    An income that was not seen bounds nothing here; the table keeps such limits small.
    """
    months = max(min(request.term_months, ruling.max_term_months), 0)
    rate = annual_rate_ppm(ruling, numbers)
    bounds = {
        "POLICY": ruling.limit_fen - request.outstanding_fen,
        "PRODUCT": numbers.maximum_fen,
        "EXPOSURE": numbers.exposure_cap_fen - request.outstanding_fen,
    }
    bearable = _bearable_fen(request, ruling, income_monthly_fen, surplus_monthly_fen)
    if bearable is not None:
        bounds["INCOME"] = largest_principal_fen(
            instalment_fen=bearable,
            annual_rate_ppm=rate,
            months=months,
            method=request.method,
            step_months=request.step_months,
        )
    bound_by = min(bounds, key=lambda name: bounds[name])
    limit = max(bounds[bound_by], 0) // LIMIT_STEP_FEN * LIMIT_STEP_FEN
    if bearable is None:
        bearable = least_instalment_fen(
            principal_fen=limit,
            annual_rate_ppm=rate,
            months=months,
            method=request.method,
            step_months=request.step_months,
        )
    return Room(limit_fen=limit, affordable_instalment_fen=bearable, bound_by=bound_by)


def _bearable_fen(
    request: CreditRequest,
    ruling: Ruling,
    income_monthly_fen: float | None,
    surplus_monthly_fen: float | None,
) -> int | None:
    """The instalment that the income bears beside those of loans that run already.

    A share of the income, and not more than what is left over; less those instalments.
    """
    if income_monthly_fen is None:
        return None
    bearable = share_fen(max(int(income_monthly_fen), 0), ruling.instalment_share_ppm)
    if surplus_monthly_fen is not None:
        bearable = min(bearable, int(surplus_monthly_fen))
    return max(bearable - request.monthly_instalments_fen, 0)


def largest_principal_fen(
    *,
    instalment_fen: int,
    annual_rate_ppm: int,
    months: int,
    method: str = LEVEL,
    step_months: int = 1,
) -> int:
    """The largest loan of which no due asks more than `instalment_fen` a month, exactly.

    A due is put by for in the months since the one before it, and in a quarter at most.
    """
    step = months if method == BULLET else step_months
    if months < max(step, 1):
        return 0
    put_by_fen = instalment_fen * min(step, MONTHS_PUT_BY)
    each = _heaviest(method, annual_rate_ppm, months // step, step)
    return put_by_fen * each.denominator // each.numerator


def least_instalment_fen(
    *,
    principal_fen: int,
    annual_rate_ppm: int,
    months: int,
    method: str = LEVEL,
    step_months: int = 1,
) -> int:
    """The least that must be left a month, so that every due can be met, exactly, rounded up."""
    step = months if method == BULLET else step_months
    if principal_fen == 0 or months < max(step, 1):
        return 0
    each = _heaviest(method, annual_rate_ppm, months // step, step)
    return -(-principal_fen * each.numerator // (each.denominator * min(step, MONTHS_PUT_BY)))


def _heaviest(method: str, annual_rate_ppm: int, periods: int, step_months: int) -> Fraction:
    """What the heaviest due of a loan asks for each fen that was lent.

    Equal parts of principal weigh most at the start, a principal that waits at the end.
    """
    rate = Fraction(annual_rate_ppm * step_months, MONTHS_IN_YEAR * PPM)
    if method == LEVEL:
        return rate / (1 - (1 + rate) ** -periods) if rate else Fraction(1, periods)
    return rate + (Fraction(1, periods) if method == "EQUAL_PRINCIPAL" else 1)

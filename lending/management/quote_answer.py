"""What `manage.py quote` answers: rows, totals, rates, and what settles on a day."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from lending.calc import schedule
from lending.calc.contracts import Instalment
from lending.calc.conventions.due_dates import Span, spans
from lending.calc.methods import progressive, settling
from lending.calc.methods.counting import begun, rows_after
from lending.calc.methods.fees import at_start_fen, lent_fen
from lending.calc.methods.rate_changes import rate_changed
from lending.calc.plans import ImpossibleTerms, Plan, Tranche
from lending.calc.rates.costs import rates_of
from lending.calc.rates.irr import NoRate
from lending.management.quote_flows import percent, rates_of_flows
from lending.management.quote_terms import ASK, PAY_OUT, RATE, Asked, Occasion, asked

Row = dict[str, Any]


def answer(content: object) -> dict[str, Any]:
    """The answer to a question in JSON.

    Raises UnknownTerm, UnclearTerm, MissingTerm and ImpossibleTerms.
    """
    if isinstance(content, dict) and ("flows" in content or "series" in content):
        return rates_of_flows(content)
    question = asked(content)
    if question.occasions or question.payoff_on:
        return _of_a_course(question)
    return _of_a_plan(question.plan)


def _of_a_plan(plan: Plan) -> dict[str, Any]:
    found = schedule.build(plan)
    payouts = (Tranche(disbursed_on=plan.first_disbursed_on, amount_fen=lent_fen(plan)),)
    rows = _rows(found, (*payouts, *plan.tranches))
    return _told(plan, spans(plan), found, rows)


def _of_a_course(question: Asked) -> dict[str, Any]:
    """A plan and what happened since, one thing after the other."""
    periods = spans(question.plan)
    progress = begun(question.plan, periods)
    asked_on_the_way = []
    for each in question.occasions:
        if each.kind == ASK:
            asked_on_the_way.append(_payable(progress, each))
        else:
            progress = _after(progress, each)
    found = schedule.dressed(question.plan, periods, rows_after(progress))
    rows = [_row(row, line.balance_fen) for row, line in zip(found, progress.lines(), strict=True)]
    told = _told(progress.plan, periods, found, rows)
    if asked_on_the_way:
        told["payable"] = asked_on_the_way
    if question.payoff_on:
        told["payoff"] = _settling(
            settling.payoff(progress, question.payoff_on), question.payoff_on
        )
    return told


def _after(progress: progressive.Progress, each: Occasion) -> progressive.Progress:
    if each.kind == PAY_OUT:
        payout = Tranche(disbursed_on=each.on, amount_fen=each.amount_fen)
        return progressive.paid_out(progress, payout)
    if each.kind == RATE:
        return rate_changed(progress, on=each.on, annual_rate_ppm=each.annual_rate_ppm)
    if each.amount_fen:
        return settling.spread(progress, on=each.on, amount_fen=each.amount_fen)
    payment = progressive.Payment(
        on=each.on,
        instalment=_number(progress, each),
        principal_fen=each.principal_fen,
        interest_fen=each.interest_fen,
    )
    return progressive.received(progress, payment)


def _number(progress: progressive.Progress, each: Occasion) -> int:
    """The instalment that is meant; the one whose period holds the day where nobody says."""
    if each.instalment is not None:
        return each.instalment
    wanted = each.instalment_due_on
    for number, span in enumerate(progress.spans, start=1):
        if span.ends_on == wanted or (wanted is None and each.on <= span.ends_on):
            return number
    raise ImpossibleTerms


def _payable(progress: progressive.Progress, each: Occasion) -> Row:
    number = _number(progress, each)
    if not 1 <= number <= len(progress.spans):
        raise ImpossibleTerms
    return {"number": number, **_settling(settling.payable(progress, number, each.on), each.on)}


def _settling(found: settling.Payable, on: date) -> Row:
    return {
        "on": on.isoformat(),
        "outstanding_fen": found.outstanding_fen,
        "principal_fen": found.principal_fen,
        "interest_fen": found.interest_fen,
        "total_fen": found.principal_fen + found.interest_fen,
    }


def _rows(found: Sequence[Instalment], payouts: Sequence[Tranche]) -> list[Row]:
    """Rows with the balance after each due date, money paid out on that day included."""
    repaid_fen, rows = 0, []
    for row in found:
        repaid_fen += row.principal_fen
        out_fen = sum(each.amount_fen for each in payouts if each.disbursed_on <= row.due_on)
        rows.append(_row(row, out_fen - repaid_fen))
    return rows


def _row(row: Instalment, balance_fen: int) -> Row:
    return {
        "number": row.number,
        "due_on": row.due_on.isoformat(),
        "principal_fen": row.principal_fen,
        "interest_fen": row.interest_fen,
        "fee_fen": row.fee_fen,
        "total_fen": row.total_fen,
        "balance_fen": balance_fen,
    }


def _told(
    plan: Plan, periods: Sequence[Span], found: Sequence[Instalment], rows: list[Row]
) -> dict[str, Any]:
    at_start = at_start_fen(plan, [(row.principal_fen, row.interest_fen) for row in found])
    if at_start >= plan.principal_fen:
        raise ImpossibleTerms
    told: dict[str, Any] = {
        "instalments": rows,
        "total_principal_fen": sum(row.principal_fen for row in found),
        "total_interest_fen": sum(row.interest_fen for row in found),
        "total_fee_fen": at_start + sum(row.fee_fen for row in found),
        "fee_at_start_fen": at_start,
        "total_fen": at_start + sum(row.total_fen for row in found),
    }
    return told | dict(_rates(plan, periods, found))


def _rates(
    plan: Plan, periods: Sequence[Span], found: Sequence[Instalment]
) -> Iterator[tuple[str, float | None]]:
    """Three yearly figures; none where the money that comes back makes no single rate."""
    names = ("apr_x12_percent", "apr_compounded_percent", "xirr_percent")
    try:
        rates = rates_of(plan, periods, found)
    except (NoRate, OverflowError):
        yield from ((name, None) for name in names)
        return
    yield from zip(names, map(percent, (rates.nominal, rates.compounded, rates.dated)), strict=True)

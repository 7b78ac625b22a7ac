"""The statement of one loan, and of all loans of a borrower, as they are known on a day."""

from collections.abc import Sequence
from datetime import date

from common.errors import Refused
from common.texts import gettext_noop
from lending.calc.contracts import Terms, Transaction
from lending.calc.fold import fold
from lending.loans import queries as loans
from lending.loans.models import Loan
from lending.papers.statements.account import account
from lending.papers.statements.contracts import Overview, Statement
from lending.rewards import queries as rewards
from lending.servicing.refusals import NotPaidOutYet
from lending.servicing.waiving import beyond_the_cap


class StatementPeriodWrong(Refused):
    """The days of a statement begin after they end, or lie outside of the loan's life."""

    code = "STATEMENT_PERIOD_WRONG"
    message = gettext_noop("A statement for these days is not possible.")
    advice = gettext_noop("Choose days from %(first)s to %(last)s, the first one first.")
    status = 422


def of_loan(
    loan: Loan, *, since: date | None, until: date | None, on: date, language: str
) -> Statement:
    """A loan over some days; all of its life where no day is named.

    Days before the payout add nothing and are left away. Raises NotPaidOutYet,
    StatementPeriodWrong.
    """
    if loan.disbursed_on is None:
        raise NotPaidOutYet
    terms, log = loans.read_together([loan])[loan.pk]
    first = _first_day(log)
    until = on if until is None else until
    since = first if since is None else max(since, first)
    if not first <= since <= until <= on:
        raise StatementPeriodWrong(first=first.isoformat(), last=on.isoformat())
    return _statement(loan, terms, log, since=since, until=until, on=on, language=language)


def of_borrower(
    borrower_id: int, *, since: date | None, until: date | None, on: date, language: str
) -> Overview:
    """All loans of a borrower that were paid out by the last of the days, newest first.

    None where nothing was paid out yet. Raises StatementPeriodWrong.
    """
    picked = list(loans.of_borrower(borrower_id).exclude(disbursed_on=None))
    known = loans.read_together(picked)
    # Without a loan no day comes before the first one.
    paid_out = [_first_day(log) for _terms, log in known.values()]
    first = min(paid_out or [day for day in (since, until, on) if day])
    until = on if until is None else until
    since = first if since is None else max(since, first)
    if not first <= since <= until <= on:
        raise StatementPeriodWrong(first=first.isoformat(), last=on.isoformat())
    told = [
        _statement(loan, *known[loan.pk], since=since, until=until, on=on, language=language)
        for loan in picked
        if _first_day(known[loan.pk][1]) <= until
    ]
    return Overview(since=since, until=until, known_on=on, statements=tuple(told))


def _statement(
    loan: Loan,
    terms: Terms,
    log: list[Transaction],
    *,
    since: date,
    until: date,
    on: date,
    language: str,
) -> Statement:
    # What the end of today will waive is not asked of anybody today.
    missing = beyond_the_cap.waiver_of(loan, log, fold(terms, log, on))
    if missing is not None:
        log = [*log, missing]
    return Statement(
        loan=loan.public_id,
        product_name=loan.product.name_in(language),
        known_on=on,
        principal_fen=loan.principal_fen,
        annual_rate_ppm=loan.annual_rate_ppm,
        disbursed_on=terms.disbursed_on,
        account=account(terms, log, since=since, until=until),
        points_earned=rewards.earned_on_loan(loan.pk, since=since, until=until),
    )


def _first_day(log: Sequence[Transaction]) -> date:
    return min(each.value_date for each in log)

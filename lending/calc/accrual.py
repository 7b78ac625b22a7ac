"""What the passing of days adds to a loan: penalty on overdue principal, counted in fen-days.

Fen-days are whole numbers and only their sum is turned into fen, so that carrying a loan forward
k days at once and day by day k times give the same fen.
"""

from dataclasses import replace
from datetime import date, timedelta

from common.rates import PPM
from lending.calc.contracts import InstalmentState, Terms

# A year of 365 days: a year late then costs exactly the yearly rate that was disclosed. Banks
# often divide by 360, which makes the same words dearer by a seventieth (general knowledge).
DAYS_IN_YEAR = 365


def aged(line: InstalmentState, *, terms: Terms, since: date, through: date) -> InstalmentState:
    """The instalment carried from the end of one day to the end of a later one, nothing paid.

    Nothing accrues through the last day of grace. From the day after it, penalty counts from the
    day after the due date, on the principal that was not paid within the grace. It takes the
    place of contract interest, which ends with the due date; nothing accrues on interest or on
    penalty.
    """
    last_free_day = line.due_on + timedelta(days=terms.grace_days)
    overdue_fen = line.principal.outstanding_fen
    if through <= last_free_day or overdue_fen == 0:
        return line
    counted_through = since if since > last_free_day else line.due_on
    fen_days = line.overdue_fen_days + overdue_fen * (through - counted_through).days
    due_fen = line.penalty_carried_fen + penalty_fen(fen_days, terms.penalty_rate_ppm)
    return replace(line, overdue_fen_days=fen_days, penalty=replace(line.penalty, due_fen=due_fen))


def penalty_fen(overdue_fen_days: int, penalty_rate_ppm: int) -> int:
    """Penalty for so many fen-days, rounded down."""
    return overdue_fen_days * penalty_rate_ppm // (DAYS_IN_YEAR * PPM)

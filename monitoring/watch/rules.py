"""Early-warning rules (reliability R1, C1 and S8). Pure.

A rule that lacks evidence is silent: little data is never held against a person. What fired is a
reason for a person to look, never for the machine to act.
"""

from datetime import date, timedelta

from borrowers.behaviour.contracts import Category
from monitoring.watch.contracts import Finding, Income, SceneActivity, WatchedLoan

DPD = "DPD"
INCOME_DROP = "INCOME_DROP"
SCENE_MISMATCH = "SCENE_MISMATCH"
VERSION = 1

NOTICE, CALL, URGENT = 1, 2, 3

# Days past due at which a late instalment is looked at again (M1, M2, M3, M4 and over).
DPD_STAGES = (1, 31, 61, 91)

DROP_PERCENT = 60
STEEP_DROP_PERCENT = 30
MINIMUM_WINDOWS = 3
WINDOW_DAYS = 30
# Records older than this say nothing of today.
CURRENT_DAYS = 35

# What money of a scene is spent on. A loan for everyday consumption has no purpose to miss.
SCENE_CATEGORIES = {"EDUCATION": frozenset({Category.EDUCATION})}
SCENE_DAYS = 45
# The records may end a week before the last day that is asked about.
SCENE_SLACK_DAYS = 7
MINIMUM_PURCHASES = 10
RETURNED_PERCENT = 50


def findings(
    loan: WatchedLoan,
    *,
    on: date,
    income: Income | None = None,
    activity: SceneActivity | None = None,
) -> tuple[Finding, ...]:
    """Everything that speaks about a loan on a day. Without records only repayment does."""
    said = (
        past_due(loan, on=on),
        income_drop(loan, income, on=on),
        scene_mismatch(loan, activity, on=on),
    )
    return tuple(each for each in said if each is not None)


def past_due(loan: WatchedLoan, *, on: date) -> Finding | None:
    """An instalment is late: once when it begins and once at each further stage."""
    due_on = loan.oldest_unpaid_due_on
    days = 0 if due_on is None else (on - due_on).days
    reached = [stage for stage in DPD_STAGES if days >= stage]
    if due_on is None or not reached:
        return None
    return Finding(
        rule=DPD,
        version=VERSION,
        severity=CALL if len(reached) == 1 else URGENT,
        window_key=f"{due_on.isoformat()}.M{len(reached)}",
        value=days,
        baseline=0,
        count=len(reached),
        evidence={"past_due_days": days, "oldest_unpaid_due_on": due_on.isoformat()},
    )


def income_drop(loan: WatchedLoan, income: Income | None, *, on: date) -> Finding | None:
    """The latest 30 days brought less than 60 % of the median of the windows before.

    Needs three windows before, whole and current records, and some day of the loan among them:
    what was there before the loan was judged when it was decided.
    """
    if income is None or not _can_judge_income(loan, income, on):
        return None
    typical_fen = _median(income.earlier_fen)
    if 100 * income.recent_fen >= DROP_PERCENT * typical_fen:
        return None
    is_steep = 100 * income.recent_fen < STEEP_DROP_PERCENT * typical_fen
    window = (income.seen_until - loan.disbursed_on).days // WINDOW_DAYS
    return Finding(
        rule=INCOME_DROP,
        version=VERSION,
        severity=CALL if is_steep else NOTICE,
        window_key=f"window-{window}",
        value=income.recent_fen,
        baseline=typical_fen,
        count=len(income.earlier_fen),
        evidence={
            "recent_fen": income.recent_fen,
            "typical_fen": typical_fen,
            "windows": len(income.earlier_fen),
            "records_until_on": income.seen_until.isoformat(),
        },
    )


def _can_judge_income(loan: WatchedLoan, income: Income, on: date) -> bool:
    return (
        income.is_whole
        and len(income.earlier_fen) >= MINIMUM_WINDOWS
        and income.seen_until >= max(loan.disbursed_on, on - timedelta(days=CURRENT_DAYS))
    )


def scene_mismatch(
    loan: WatchedLoan, activity: SceneActivity | None, *, on: date
) -> Finding | None:
    """The money does not seem to have served its purpose.

    Paid to the school itself, it has arrived: no payments for study in the records mean nothing,
    and only money that comes back from the school does. Paid to the person, some of it should show
    in the scene within 45 days, where other spending shows.
    """
    if activity is None or loan.scene not in SCENE_CATEGORIES:
        return None
    if loan.is_paid_to_merchant:
        return _returned(loan, activity)
    return _not_spent(loan, activity, on)


def _returned(loan: WatchedLoan, activity: SceneActivity) -> Finding | None:
    if 100 * activity.returned_fen < RETURNED_PERCENT * loan.principal_fen:
        return None
    return Finding(
        rule=SCENE_MISMATCH,
        version=VERSION,
        severity=URGENT,
        window_key="returned",
        value=activity.returned_fen,
        baseline=loan.principal_fen,
        count=activity.returns,
        evidence={
            "returned_fen": activity.returned_fen,
            "principal_fen": loan.principal_fen,
            "returns": activity.returns,
            "records_until_on": activity.seen_until.isoformat(),
        },
    )


def _not_spent(loan: WatchedLoan, activity: SceneActivity, on: date) -> Finding | None:
    ends_on = loan.disbursed_on + timedelta(days=SCENE_DAYS)
    is_covered = activity.seen_until >= ends_on - timedelta(days=SCENE_SLACK_DAYS)
    if on < ends_on or not is_covered or activity.purchases < MINIMUM_PURCHASES:
        return None
    if activity.scene_spent_fen > 0:
        return None
    return Finding(
        rule=SCENE_MISMATCH,
        version=VERSION,
        severity=CALL,
        window_key="not-spent",
        value=0,
        baseline=loan.principal_fen,
        count=activity.purchases,
        evidence={
            "scene_spent_fen": 0,
            "purchases": activity.purchases,
            "watched_days": SCENE_DAYS,
            "records_until_on": activity.seen_until.isoformat(),
        },
    )


def _median(amounts_fen: tuple[int, ...]) -> int:
    """The middle amount; of two middles the lower half-way, which asks for a deeper drop."""
    ranked = sorted(amounts_fen)
    middle = len(ranked) // 2
    if len(ranked) % 2:
        return ranked[middle]
    return (ranked[middle - 1] + ranked[middle]) // 2

"""All that speaks against a file, as one report with a score."""

from borrowers.behaviour.contracts import Assurance, MatchColumns
from borrowers.behaviour.imports import FLAGGED_PERCENT, Finding, IntegrityReport, Reading
from borrowers.checks.integrity import (
    agreement,
    balances,
    habits,
    incomes,
    numbers,
    timing,
    totals,
)

# What can prove a file, and what can only speak against it.
PROOFS = (totals.look, balances.look)
HINTS = (numbers.look, timing.look, incomes.look, habits.look)


def inspect(
    reading: Reading, incoming: MatchColumns | None = None, known: MatchColumns | None = None, /
) -> IntegrityReport:
    """Look at a reading, and hold its rows against what other files told before."""
    proofs = [proof(reading) for proof in PROOFS]
    hints = [hint(reading) for hint in HINTS]
    if incoming is not None and known is not None:
        hints.append(agreement.look(incoming, known))
    findings = tuple(finding for each in (*proofs, *hints) for finding in each or ())
    score = score_percent(findings)
    is_proved = any(each == () for each in proofs)
    return IntegrityReport(findings, score, assurance_of(score, is_proved=is_proved))


def score_percent(findings: tuple[Finding, ...]) -> int:
    """How likely it is that somebody changed the file, as if every finding stood for itself."""
    innocent = 1.0
    for finding in findings:
        innocent *= 1 - finding.weight / 100
    return round(100 * (1 - innocent))


def assurance_of(score: int, *, is_proved: bool) -> Assurance:
    """A flagged file is worth no more than somebody's word; a proved one more than an upload."""
    if score >= FLAGGED_PERCENT:
        return Assurance.DECLARED
    return Assurance.CHECKED if is_proved and not score else Assurance.UPLOADED

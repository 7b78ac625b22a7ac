"""What invented figures have in common: round amounts, and last digits too even or too few.

These are hints, each too weak to call a person by itself.
"""

from collections import Counter
from collections.abc import Sequence

from borrowers.behaviour.contracts import Direction
from borrowers.behaviour.imports import Finding, Reading

ROUND, DIGITS, SAVED_AGAIN = 10, 10, 10
FEWEST_ROWS = 60
ROUND_FEN = 100_00
MOST_ROUND_PERCENT = 60
# Nine degrees of freedom: once in a hundred thousand by chance, against an even spread.
LARGEST_SPREAD = 40.0
MOST_ENDING_ALIKE_PERCENT = 97


def look(reading: Reading) -> tuple[Finding, ...] | None:
    """Hints only: rounded spending, strange last digits, a file that a spreadsheet saved again."""
    spent = [
        event.amount_fen
        for event in reading.events
        if event.direction is Direction.OUT and event.amount_fen
    ]
    findings = []
    if len(spent) >= FEWEST_ROWS:
        rounded = sum(amount % ROUND_FEN == 0 for amount in spent)
        if rounded * 100 > len(spent) * MOST_ROUND_PERCENT:
            findings.append(Finding("ROUND_AMOUNTS", rounded, ROUND))
        if is_invented(last_digits(spent)):
            findings.append(Finding("STRANGE_LAST_DIGITS", len(spent), DIGITS))
    if saved_again := sum(event.degraded for event in reading.events):
        findings.append(Finding("SAVED_BY_A_SPREADSHEET", saved_again, SAVED_AGAIN))
    return tuple(findings)


def last_digits(amounts: Sequence[int]) -> Sequence[int]:
    """The last digit of whole yuan of those that are not round themselves: real ones are even."""
    return [amount // 100 % 10 for amount in amounts if amount >= ROUND_FEN]


def is_invented(digits: Sequence[int]) -> bool:
    if len(digits) < FEWEST_ROWS:
        return False
    expected = len(digits) / 10
    counts = Counter(digits)
    spread = sum((counts[digit] - expected) ** 2 / expected for digit in range(1, 10))
    return spread > LARGEST_SPREAD * len(digits) / FEWEST_ROWS

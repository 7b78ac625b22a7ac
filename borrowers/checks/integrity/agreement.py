"""One source against another: the same card, the same days, told by two files."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from borrowers.behaviour.contracts import Direction, MatchColumns, Source
from borrowers.behaviour.imports import Finding

CHANGED, MISSING = 80, 55
WALLETS = frozenset({Source.WECHAT, Source.ALIPAY})
FEWEST_PAYMENTS = 10
# Of a wallet's payments by a card nearly all stand on the card's own statement.
MOST_MISSING_PERCENT = 15
DAY = 24 * 60 * 60 * 1_000_000
SHANGHAI = 8 * 60 * 60 * 1_000_000


def look(incoming: MatchColumns, known: MatchColumns) -> tuple[Finding, ...] | None:
    """Rows that were told with another amount before, and payments that the card never saw."""
    findings = []
    if changed := told_otherwise(incoming, known):
        findings.append(Finding("TOLD_OTHERWISE_BEFORE", changed, CHANGED))
    if missing := missing_at_the_bank(incoming, known):
        findings.append(Finding("NOT_ON_THE_CARD", missing, MISSING))
    return tuple(findings)


def told_otherwise(incoming: MatchColumns, known: MatchColumns) -> int:
    """Rows under one number of one source and time whose amounts differ."""
    before: dict[tuple[int, ...], set[int]] = defaultdict(set)
    for key, gross in numbered(known):
        before[key].add(gross)
    return sum(key in before and gross not in before[key] for key, gross in numbered(incoming))


def numbered(columns: MatchColumns) -> Iterator[tuple[tuple[int, ...], int]]:
    gross = (columns.amount_fen + columns.refunded_fen).tolist()
    keys = zip(
        columns.source.tolist(),
        columns.native.tolist(),
        columns.microseconds.tolist(),
        columns.category.tolist(),
        strict=True,
    )
    for key, fen in zip(keys, gross, strict=True):
        if key[1]:
            yield key, fen


def missing_at_the_bank(incoming: MatchColumns, known: MatchColumns) -> int:
    """Payments of a wallet by a card, on days inside the card's own statement, without a row there.

    It is counted whichever of the two files comes second; a few are left to chance.
    """
    rows = [*told(incoming), *told(known)]
    missing = paid = 0
    for account in {row[0] for row in rows if row[0]}:
        at_bank = [row for row in rows if row[0] == account and row[1] >= Source.ICBC]
        if not at_bank:
            continue
        first, last = min(row[2] for row in at_bank), max(row[2] for row in at_bank)
        seen = Counter((row[2] + near, row[3]) for row in at_bank for near in (-1, 0, 1))
        by_card = [
            row for row in rows if row[0] == account and row[1] in WALLETS and first < row[2] < last
        ]
        paid += len(by_card)
        missing += sum(not seen[row[2], row[3]] for row in by_card)
    is_much = paid >= FEWEST_PAYMENTS and missing * 100 > paid * MOST_MISSING_PERCENT
    return missing if is_much else 0


def told(columns: MatchColumns) -> Iterator[tuple[int, int, int, int]]:
    """Account, source, day and gross amount of every payment out."""
    days = (columns.microseconds + SHANGHAI) // DAY
    gross = columns.amount_fen + columns.refunded_fen
    is_out = columns.direction == Direction.OUT
    yield from zip(
        columns.account[is_out].tolist(),
        columns.source[is_out].tolist(),
        days[is_out].tolist(),
        gross[is_out].tolist(),
        strict=True,
    )

"""The count and the sums in the preamble, against the rows."""

from borrowers.behaviour.imports import Finding, Reading

WEIGHT = 60


def look(reading: Reading) -> tuple[Finding, ...] | None:
    """One finding where the file says other than its rows do."""
    if reading.totals_agree is None:
        return None
    if reading.totals_agree:
        return ()
    missing = 0 if reading.declared_rows is None else abs(reading.declared_rows - reading.rows_read)
    return (Finding("TOTALS_DIFFER", missing, WEIGHT),)

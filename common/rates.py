"""Rates are integers in parts per million (`_ppm`); 24 % a year is 240,000 ppm."""

from decimal import Decimal, InvalidOperation, Overflow

PPM = 1_000_000
PPM_PER_PERCENT = 10_000


def percent(ppm: int) -> Decimal:
    """`144000` as `Decimal("14.4000")`."""
    return Decimal(ppm) / PPM_PER_PERCENT


def ppm_from_percent(value: Decimal | str | int) -> int:
    """Percent as ppm. Raises ValueError for no number, and where it is finer than one ppm."""
    try:
        ppm = (Decimal(value) * PPM_PER_PERCENT).quantize(Decimal(1))
    except (InvalidOperation, Overflow) as error:
        raise ValueError(f"not a rate: {value!r}") from error
    if not ppm.is_finite():
        raise ValueError(f"not a rate: {value!r}")
    if ppm != Decimal(value) * PPM_PER_PERCENT:
        raise ValueError(f"finer than one part per million: {value}")
    return int(ppm)


def share_fen(amount_fen: int, ppm: int) -> int:
    """`ppm` of an amount, rounded half up to the fen. Both must be zero or more."""
    assert amount_fen >= 0
    assert ppm >= 0
    return (2 * amount_fen * ppm + PPM) // (2 * PPM)

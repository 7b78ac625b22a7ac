"""Reading kept vectors, and noticing when one is no longer what it was."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from borrowers.behaviour import queries as behaviour
from common.errors import Refused
from common.texts import gettext_noop
from scoring.features.commitment import commitment
from scoring.features.forecast.flows import monthly
from scoring.features.forecast.forecaster import usual
from scoring.features.models import FeatureVector


class VectorErased(Refused):
    """The person's figures were erased by law; the commitment still says that they existed."""

    code = "ERASED"
    message = gettext_noop("The figures behind this decision were erased. Their mark: %(mark)s")
    advice = gettext_noop("Nothing can be done: erasing is final.")
    status = 410


class VectorIsDamaged(RuntimeError):
    """The kept figures are not the ones that were committed to. An incident."""


def features_of(vector: FeatureVector) -> Mapping[str, float | None]:
    """What a kept vector holds, bit for bit. Raises VectorErased, VectorIsDamaged."""
    if vector.features is None:
        raise VectorErased(mark=vector.commitment)
    # PostgreSQL writes a very large float without its point, and JSON then reads an integer.
    features = {
        name: None if value is None else float(value) for name, value in vector.features.items()
    }
    found = commitment(
        salt=vector.salt,
        borrower_id=vector.borrower_id,
        as_of=vector.as_of,
        kernel_version=vector.kernel_version,
        features=features,
    )
    if found != vector.commitment:
        raise VectorIsDamaged(f"vector {vector.pk}")
    return features


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is expected to be left in three months, and the bounds that hold for eight in ten.

    `months_fen` is what was left in each 30-day month before the moment, the latest first.
    """

    expected_fen: int
    low_fen: int
    high_fen: int
    months_fen: tuple[int, ...]


def outlook_of(borrower_id: int, *, as_of: datetime) -> Outlook | None:
    """From what may be read now, strictly before `as_of`; nothing without three months of it."""
    seconds = np.array([int(as_of.timestamp())], dtype=np.int64)
    nets = monthly(behaviour.columns_of(borrower_id), 1, seconds)
    found = usual().forecast(nets)
    if not np.isfinite(found.expected_fen[0]):
        return None
    return Outlook(
        expected_fen=round(found.expected_fen[0]),
        low_fen=round(found.low_fen[0]),
        high_fen=round(found.high_fen[0]),
        months_fen=tuple(round(each) for each in nets[0] if np.isfinite(each)),
    )

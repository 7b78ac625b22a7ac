"""Computing a person's features and keeping them as they were."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from borrowers.behaviour import queries as behaviour
from common import rows
from common.transactions import required
from scoring.features import kernel
from scoring.features.catalogue import OPTIONAL_PURPOSES
from scoring.features.commitment import commitment, new_salt
from scoring.features.models import FeatureVector


class Computed(NamedTuple):
    """A kept vector and what is in it."""

    vector_id: int
    features: Mapping[str, float | None]


@required
def compute(*, borrower_id: int, as_of: datetime) -> Computed:
    """Compute what may be read of a person before `as_of`, and keep it with its commitment.

    Consent is asked for where the events are read: what may not be read is not there.
    """
    columns = behaviour.columns_of(borrower_id, also=OPTIONAL_PURPOSES)
    found = kernel.plain(kernel.vector(columns, as_of=as_of))
    # PostgreSQL knows no negative zero, and the kept vector must be the one that was used.
    features = {name: None if value is None else value + 0.0 for name, value in found.items()}
    salt = new_salt()
    vector = {
        "borrower_id": borrower_id,
        "as_of": as_of,
        "kernel_version": kernel.VERSION,
        "features": features,
        "salt": salt,
        "commitment": commitment(
            salt=salt,
            borrower_id=borrower_id,
            as_of=as_of,
            kernel_version=kernel.VERSION,
            features=features,
        ),
    }
    return Computed(rows.insert(FeatureVector, vector), features)

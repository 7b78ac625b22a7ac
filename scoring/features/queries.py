"""Reading kept vectors, and noticing when one is no longer what it was."""

from collections.abc import Mapping

from common.errors import Refused
from common.texts import gettext_noop
from scoring.features.commitment import commitment
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

"""Checks that the product itself runs over the audit trail."""

from collections.abc import Iterator

from common.audit.queries import first_broken_position


def breaches() -> Iterator[str]:
    """One sentence where the chain does not fit any more: everything after it is in doubt."""
    position = first_broken_position()
    if position is not None:
        yield f"the audit trail does not fit from link {position}"

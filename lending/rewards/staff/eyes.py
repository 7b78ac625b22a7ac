"""Four eyes: who proposed is not who decides."""

from common.actors import Actor
from common.errors import Refused
from common.texts import gettext_noop


class OtherEyesNeeded(Refused):
    """The same person, or nobody of the staff."""

    code = "REWARDS_OTHER_EYES_NEEDED"
    message = gettext_noop("Another person has to decide this.")
    advice = gettext_noop("Ask a colleague who may decide on rewards.")
    status = 403


class AlreadyDecided(Refused):
    """Somebody has decided otherwise."""

    code = "REWARDS_ALREADY_DECIDED"
    message = gettext_noop("This was decided already.")
    advice = gettext_noop("Look at the page again to see how.")


def staff(by: Actor) -> int:
    """The account of a member of staff. Raises OtherEyesNeeded for anybody else."""
    if by.kind != "STAFF" or by.account_id is None:
        raise OtherEyesNeeded
    return by.account_id


def other_than(author_id: int | None, by: Actor) -> int:
    """The account of a member of staff who is not the author. Raises OtherEyesNeeded."""
    account_id = staff(by)
    if account_id == author_id:
        raise OtherEyesNeeded
    return account_id

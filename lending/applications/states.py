"""The life of an application, as a picture that can be read. Pure.

What the machine said, a decline or an offer, can be taken to a person (PIPL art. 24), hence
DECLINED → REFERRED and OFFERED → REFERRED. An offer stands meanwhile, hence REFERRED → ACCEPTED;
who accepted one may still want other terms before signing, hence ACCEPTED → OFFERED.
A draft that nobody goes on with ends by itself, hence DRAFT → EXPIRED.
A proof that does not fit takes an offer to a person, hence ACCEPTED → REFERRED.
"""

from collections.abc import Mapping

from common.errors import Refused
from common.texts import gettext_noop

NEXT: Mapping[str, frozenset[str]] = {
    "DRAFT": frozenset({"SUBMITTED", "WITHDRAWN", "EXPIRED"}),
    "SUBMITTED": frozenset({"DECIDING", "WITHDRAWN"}),
    "DECIDING": frozenset({"OFFERED", "REFERRED", "DECLINED"}),
    "REFERRED": frozenset({"OFFERED", "DECLINED", "ACCEPTED", "WITHDRAWN"}),
    "OFFERED": frozenset({"ACCEPTED", "REFERRED", "WITHDRAWN", "EXPIRED"}),
    "ACCEPTED": frozenset({"SIGNED", "OFFERED", "REFERRED", "WITHDRAWN", "EXPIRED"}),
    "DECLINED": frozenset({"REFERRED"}),
    "SIGNED": frozenset(),
    "WITHDRAWN": frozenset(),
    "EXPIRED": frozenset(),
}


class NotPossibleNow(Refused):
    """The application stands somewhere else than the step needs."""

    code = "APPLICATION_NOT_POSSIBLE_NOW"
    message = gettext_noop("This step is not possible for this application now.")
    advice = gettext_noop("Open the application to see where it stands.")


def step(state: str, to: str) -> str:
    """The next state. Raises NotPossibleNow for a step that the picture does not show."""
    if to not in NEXT[state]:
        raise NotPossibleNow
    return to

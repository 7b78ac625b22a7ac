"""What the house is put together from, by dotted name: nothing registers itself.

Lower rooms need these from above without knowing them (DESIGN §2, inversion b).
"""

from collections.abc import Callable, Iterator

from django.utils.module_loading import import_string

from lending.channels import reconciliation
from lending.channels.contracts import Channel
from lending.reconciliation import queries as breaks

# Who holds something of a person: describe, export, erase, objections. Erasing and exporting
# over all rooms is not built yet; a holder is added here together with its room.
DATA_HOLDERS: tuple[str, ...] = ()

# Functions that walk over what is stored and say each breach in one sentence.
INVARIANTS: tuple[str, ...] = (
    "common.audit.invariants.breaches",
    "scoring.decisions.queries.breaches",
    "lending.ledger.invariants.breaches",
    "lending.servicing.invariants.breaches",
    "lending.rewards.invariants.breaches",
    "lending.lines.invariants.breaches",
    "lending.reconciliation.queries.breaches",
)

# Tasks of the night, in the order in which they need one another.
NIGHT: tuple[str, ...] = (
    "lending.tasks.close_day",
    "lending.tasks.reconcile_yesterday",
    "scoring.tasks.compute_features",
    "scoring.tasks.look_at_links",
    "monitoring.tasks.watch_loans",
    "borrowers.tasks.keep_protected_traits",
    "scoring.tasks.watch_models",
    "config.tasks.check_invariants",
)

# Asked of the bank, and therefore outside of any transaction.
BANK_CHECK = "lending.channels.reconciliation"


def breaches() -> Iterator[tuple[str, str]]:
    """Run every invariant: its name and each sentence it has to say."""
    for name in INVARIANTS:
        check: Callable[[], Iterator[str]] = import_string(name)
        for sentence in check():
            yield name, sentence


def bank_breaches(bank: Channel) -> list[tuple[str, str]] | None:
    """What bank, transfers and books do not agree on; None when the bank cannot be heard.

    The bank is asked between two readings of ours, and outside of any transaction.
    """
    before = reconciliation.standing()
    lines = bank.statement(since_id=0)
    if lines is None:
        return None
    after = reconciliation.standing()
    told = [*lines, *breaks.entered(beside=lines)]
    said = reconciliation.differences(before, told, after, excused=breaks.excused())
    return [(BANK_CHECK, sentence) for sentence in said]

"""Processes for tests: claims that must succeed, leases that run out, times by its clock."""

from django.db import connection

from common.processes import actions
from common.processes.contracts import Claim


def claimed(process_id: int) -> Claim:
    """The lease on a process that is free."""
    claim = actions.claim(process_id=process_id)
    assert claim is not None
    return claim


def let_the_lease_run_out(process_id: int) -> None:
    set_back(process_id, "lease_until")


def set_back(process_id: int, column: str, seconds: int = 1) -> None:
    """Put a time of the row into the past."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE common_process SET {column} = clock_timestamp()"
            " - make_interval(secs => %s) WHERE id = %s",
            [seconds, process_id],
        )


def seconds_until(process_id: int, column: str) -> float:
    """How far a time of the row lies ahead."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT extract(epoch FROM {column} - clock_timestamp())"
            " FROM common_process WHERE id = %s",
            [process_id],
        )
        return float(cursor.fetchone()[0])

"""How many threads arithmetic gets: on a little work, several only wait for one another."""

from threadpoolctl import threadpool_limits

# Below, boosted trees take longer on two threads than on one; beside other work, thirty times.
MANY_ROWS = 20_000


def as_many_as_pay(rows: int) -> threadpool_limits:
    """Within it, OpenMP works on small tables with one thread, on large ones with all there are."""
    return threadpool_limits(limits=1 if rows < MANY_ROWS else None, user_api="openmp")

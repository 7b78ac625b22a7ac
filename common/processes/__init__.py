"""Durable jobs: a row is the promise, the broker only a nudge (reliability §1.5 R1-R6).

A verb starts a process in its own transaction; after commit the task is poked; a worker claims
the row (attempts are counted at the claim, a lease of seconds fences zombies), works, and finishes
it in the transaction of its result. What nobody finishes, the reaper pokes again.
"""

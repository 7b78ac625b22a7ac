"""A year of the simulated world on the platform: people borrow and repay, and every day is closed.

Everything happens in this process: requests go through the whole of Django, tasks run where they
are called, the bank listens on a port of this machine, and PostgreSQL is the real one.
"""

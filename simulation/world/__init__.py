"""The simulated world: people who do not exist, their months, their money and their debts.

`simulate(...)` gives the same world for the same seed. It knows nothing of the platform.
"""

from simulation.world.lives import World, simulate

__all__ = ["World", "simulate"]

"""How well the platform understands the simulated world: its answers beside the world's truth."""

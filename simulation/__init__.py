"""The simulated world: clients of the platform, never imported by it."""

"""The simulated world as a Django app: only a demonstration installs it, for its commands."""

from django.apps import AppConfig


class SimulationConfig(AppConfig):
    name = "simulation"

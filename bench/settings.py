"""The platform's own settings, with one address more: the floor that decisions are held against."""

from config.settings import *  # noqa: F403 (a settings module is its names)
from config.settings import MIDDLEWARE as PLATFORM

ROOT_URLCONF = "bench.urls"
MIDDLEWARE = ["bench.gate.Gate" if each == "config.routes.Gate" else each for each in PLATFORM]

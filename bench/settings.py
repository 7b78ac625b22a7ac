"""The platform's own settings, with one address more: the floor that decisions are held against."""

from config.settings import *  # noqa: F403 (a settings module is its names)

ROOT_URLCONF = "bench.urls"

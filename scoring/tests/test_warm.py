"""A worker that was warmed decides its first case without loading anything."""

import subprocess
import sys

CHECK = """
import django, os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()
import scoring.warm
from scoring.policy import table
from scoring.registry.expert import scorecard
assert {"numpy", "zen"} <= set(sys.modules)
assert scorecard.expert.cache_info().currsize == 1
assert table.demonstration.cache_info().currsize == 1
print("warm")
"""


def test_everything_that_a_decision_needs_is_loaded():
    found = subprocess.run(
        [sys.executable, "-c", CHECK], capture_output=True, text=True, timeout=60, check=False
    )

    assert found.stdout.strip() == "warm", found.stderr

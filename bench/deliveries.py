"""Events of a partner at a thousand a second: how long until the next decision would see one.

From the instant at which a delivery is due, through the signed request, to the first read of the
person's columns that holds its last event. Deliveries do not wait for one another: one that comes
late counts from when it was due. Runs in a process of its own beside the platform.
"""

import json
import subprocess
import sys
from typing import Any

from bench.figures import Result, Target, times
from bench.sizes import EVENTS_A_DELIVERY, EVENTS_A_SECOND, PEOPLE_A_DELIVERY, SECONDS, SENDERS
from config.services.layout import ROOT
from tests.machinery.running import Platform

AT_MOST_SECONDS = 5.0


def measure(platform: Platform) -> Result:
    """Ask the process that this file is when it is run."""
    answer = subprocess.run(  # noqa: S603 - ourselves, with the address of our own installation
        [sys.executable, "-m", "bench.inside.deliveries", platform.url],
        cwd=ROOT,
        env={**platform.variables, "DJANGO_SETTINGS_MODULE": "bench.settings"},
        check=True,
        capture_output=True,
        text=True,
    )
    told: dict[str, Any] = json.loads(answer.stdout)
    visible = times(told["visible"])
    return Result(
        figures={
            "answered": times(told["answered"]),
            "visible_to_the_next_decision": visible,
            "events": told["events"],
            "events_a_second": told["events_a_second"],
        },
        targets=(
            Target(
                "partner event to the next decision, p99, seconds",
                visible.p99_ms / 1000,
                AT_MOST_SECONDS,
            ),
            # At most one second is lost on the twenty: the rate was really held.
            Target("seconds for twenty seconds of events", told["seconds"], SECONDS + 1.0),
        ),
        notes=(
            f"{EVENTS_A_DELIVERY} events a delivery, about {PEOPLE_A_DELIVERY} people each",
            f"{EVENTS_A_SECOND // EVENTS_A_DELIVERY} deliveries a second, {SENDERS} senders",
        ),
    )

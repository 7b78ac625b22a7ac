"""The long form: `python -m tests.chaos --seed 7 --seconds 600`. Prints the evidence.

`--suite closing --rounds 50` kills closings while they run, and payouts beside them.
"""

import argparse
import os
import sys

from tests.chaos import trial
from tests.machinery.running import running_platform


def main() -> int:
    # Only the clock needs settings here: the platform runs in processes of its own.
    os.environ.setdefault("MINGZHANG_ENV", "test")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--people", type=int, default=16)
    parser.add_argument("--suite", choices=("everything", "closing"), default="everything")
    parser.add_argument("--rounds", type=int, default=50, help="closings killed, with that suite")
    parser.add_argument("--output", action="store_true", help="print what the platform said, too")
    chosen = parser.parse_args()
    with running_platform() as platform:
        try:
            evidence = trial.run(
                platform,
                seed=chosen.seed,
                seconds=chosen.seconds if chosen.suite == "everything" else 0.0,
                people=chosen.people,
                is_wild=chosen.suite == "everything",
                rest_seconds=trial.NIGHTLY_REST_SECONDS
                if chosen.suite == "closing"
                else (0.2, 0.9),
                rounds=chosen.rounds if chosen.suite == "closing" else 0,
            )
        finally:
            if chosen.output:
                sys.stdout.write(platform.output())
    sys.stdout.write(f"{evidence}\n")
    return 1 if evidence.breaches else 0


if __name__ == "__main__":
    sys.exit(main())

"""`make bench`: measure, print, write bench/results.json. `--only NAME` only prints.

Everything is measured in one run on one machine, whose name and load stand beside the figures.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC
from pathlib import Path

from bench import (
    closing,
    command,
    deliveries,
    ingest,
    latency,
    machine,
    memory,
    online,
    reading,
    repayments,
    rooms,
    schedules,
    start,
)
from bench.figures import Result, as_plain
from common import clock
from tests.machinery.running import Platform, running_platform

RESULTS = Path(__file__).with_name("results.json")
# In the order in which they are measured on one running platform.
MEASURED_INSIDE: Mapping[str, Callable[[Platform], Result]] = {
    "latency": latency.measure,
    "memory after work": memory.measure,
    "rooms": rooms.measure,
    "online": online.measure,
    "deliveries": deliveries.measure,
    "ingest": ingest.measure,
    "repayments": repayments.measure,
    "closing": closing.measure,
}
INSIDE = tuple(MEASURED_INSIDE)
NAMES = ("start", "idle memory", "assess", "reading", "schedules", *INSIDE)


def main(words: list[str]) -> int:
    # Only the clock needs settings here: the platform runs in processes of its own.
    os.environ.setdefault("MINGZHANG_ENV", "test")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=NAMES, default=[])
    parser.add_argument("--keep", action="store_true", help="write what --only measured, too")
    parser.add_argument("--people", type=int, default=reading.PEOPLE, help="in the simulated world")
    asked = parser.parse_args(words)
    wanted = asked.only or list(NAMES)
    notes = machine.notes()
    results: dict[str, dict[str, object]] = {}
    for name, result in _measured(wanted, people=asked.people):
        results[name] = result.as_json()
        _print(name, result)
    if set(wanted) == set(NAMES):
        _write(notes, results)
    elif asked.keep:
        _add(results)
    return 0 if all(_is_met(result) for result in results.values()) else 1


def _measured(wanted: list[str], *, people: int) -> Iterator[tuple[str, Result]]:
    if "start" in wanted:
        yield "start", start.measure()
    if "assess" in wanted:
        yield "assess", command.measure()
    if "reading" in wanted:
        yield "reading", reading.measure(people=people)
    if "schedules" in wanted:
        yield "schedules", schedules.measure()
    yield from _measured_on_platforms(wanted)


def _measured_on_platforms(wanted: list[str]) -> Iterator[tuple[str, Result]]:
    if "idle memory" in wanted:
        with running_platform() as platform:
            yield "idle memory", memory.measure(platform)
    if inside := [name for name in wanted if name in INSIDE]:
        with running_platform(DJANGO_SETTINGS_MODULE="bench.settings") as platform:
            yield from _measured_inside(inside, platform)


def _measured_inside(wanted: list[str], platform: Platform) -> Iterator[tuple[str, Result]]:
    """What needs the floor beside the platform; memory is weighed after the latencies' work."""
    asked = {*wanted, "latency"} if "memory after work" in wanted else set(wanted)
    for name, measure in MEASURED_INSIDE.items():
        if name in asked:
            yield name, measure(platform)


def _print(name: str, result: Result) -> None:
    sys.stdout.write(f"\n{name}\n{json.dumps(as_plain(result.figures), indent=2)}\n")
    for target in result.targets:
        verdict = "met" if target.is_met else "MISSED"
        sys.stdout.write(f"  {target.what}: {target.measured:.2f} {target.limit}, {verdict}\n")
    sys.stdout.flush()


def _write(notes: dict[str, object], results: Mapping[str, object]) -> None:
    when = clock.now().astimezone(UTC).isoformat(timespec="seconds")
    notes["load_after"] = [round(each, 2) for each in os.getloadavg()]
    # `make bench-scoring` keeps its figures in the same file.
    kept = json.loads(RESULTS.read_text(encoding="utf-8"))["results"]
    content = {"measured_at": when, "machine": notes, "results": {**kept, **results}}
    RESULTS.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.stdout.write(f"\nwritten to {RESULTS.parent.name}/{RESULTS.name}\n")


def _add(results: dict[str, dict[str, object]]) -> None:
    """Beside the figures of the last whole run, each with the load of its own time."""
    content = json.loads(RESULTS.read_text(encoding="utf-8"))
    load = [round(each, 2) for each in os.getloadavg()]
    for name, result in results.items():
        content["results"][name] = result | {"load_after": load}
    RESULTS.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _is_met(result: Mapping[str, object]) -> bool:
    targets = result["targets"]
    assert isinstance(targets, list)
    return all(target["is_met"] for target in targets)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

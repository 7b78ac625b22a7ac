"""`make bench-worlds`: what commands measure on made people, kept beside the speeds.

Rings and links, models against an oracle, and the forecast of ability: each section is one command
of the platform, asked for JSON in a process of its own. `--quick` shows small ones, keeps nothing.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench import sets
from bench.figures import AtLeast, Result, Target, as_plain
from config.services.layout import ROOT

RESULTS = Path(__file__).with_name("results.json")
STATEMENTS = sets.FOLDER / "berka/transactions_before_loan.csv"
LEAST_COVERED, MOST_COVERED = 0.75, 0.85
WORLDS = ("--seed", "11", "--consent", "80")
COMMANDS: Mapping[str, Sequence[str]] = {
    "graph": [
        "evaluate_graph",
        "--people",
        "4000",
        "--worlds",
        "6",
        "--seed",
        "11",
        "--consent",
        "80",
    ],
    "world": ["evaluate_models", "--people", "3000", "--seed", "1", "--models", "woe,additive"],
    "forecast": ["evaluate_forecast", "--people", "500", "--seed", "1"],
}
SMALL: Mapping[str, Sequence[str]] = {
    "graph": [
        "evaluate_graph",
        "--people",
        "600",
        "--worlds",
        "1",
        "--seed",
        "11",
        "--consent",
        "80",
    ],
    "world": ["evaluate_models", "--people", "200", "--seed", "1", "--models", "woe"],
    "forecast": ["evaluate_forecast", "--people", "40", "--seed", "1"],
}


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make bench-worlds", description=__doc__)
    parser.add_argument("--only", action="append", choices=COMMANDS, default=[])
    parser.add_argument("--quick", action="store_true", help="small worlds; nothing is kept")
    parser.add_argument("--statements", type=Path, default=STATEMENTS, metavar="CSV")
    asked = parser.parse_args(words)
    all_met = True
    for name in asked.only or COMMANDS:
        command = list((SMALL if asked.quick else COMMANDS)[name])
        if name == "forecast" and asked.statements.exists():
            command += ["--statements", str(asked.statements)]
        result = RESULT_OF[name](answer_of(command), command)
        show(name, result)
        if not asked.quick:
            # Section by section, should the rest be interrupted.
            keep(RESULTS, {name: result})
        all_met = all_met and all(each.is_met for each in result.targets)
    return 0 if all_met else 1


def answer_of(command: Sequence[str]) -> dict[str, Any]:
    """What the command says in JSON."""
    answer = subprocess.run(  # noqa: S603 (our own interpreter)
        [sys.executable, "manage.py", *command, "--json"],
        cwd=ROOT,
        env={**os.environ, "MINGZHANG_ENV": "test", "OMP_NUM_THREADS": "1"},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def of_graph(found: Mapping[str, Any], command: Sequence[str]) -> Result:
    """Rings found and decoys spared; what links add to the ranking has no promise."""
    value = {name: float(each["value"]) for name, each in found["figures"].items()}
    return Result(
        figures=dict(found),
        targets=(
            AtLeast("rings: precision", value["ring_precision"], 0.9),
            AtLeast("rings: recall", value["ring_recall"], 0.8),
            Target("dormitories and families referred", value["decoys_referred"], 0.01),
        ),
        notes=(said(command), "graph_lift: unwilling defaults ranked without and with links"),
    )


def of_world(found: Mapping[str, Any], command: Sequence[str]) -> Result:
    """How far the champion is behind the oracle on the same features, world by world."""
    goals = [
        Target(
            f"world {each['seed']}: champion behind the oracle, AUC",
            round(float(each["champion_gap"]), 4),
            float(each["goal"]),
        )
        for each in found["worlds"]
    ]
    return Result(figures=dict(found), targets=tuple(goals), notes=(said(command),))


def of_forecast(found: Mapping[str, Any], command: Sequence[str]) -> Result:
    """Intervals that hold what they promise, and an error no larger than the best peer's."""
    goals: list[Target | AtLeast] = []
    for name, each in found.items():
        off = {peer: errors["mae"] for peer, errors in each["errors"].items()}
        best = min(value for peer, value in off.items() if peer != "ours")
        goals += [
            AtLeast(f"{name}: share inside of an 80 % interval", each["coverage"], LEAST_COVERED),
            Target(f"{name}: share inside, not too wide", each["coverage"], MOST_COVERED),
            Target(f"{name}: mean error, times the best peer's", round(off["ours"] / best, 4), 1.0),
        ]
    return Result(figures=dict(found), targets=tuple(goals), notes=(said(command),))


RESULT_OF: Mapping[str, Callable[[Mapping[str, Any], Sequence[str]], Result]] = {
    "graph": of_graph,
    "world": of_world,
    "forecast": of_forecast,
}


def said(command: Sequence[str]) -> str:
    """The command as one would type it; the data's folder is this machine's own business."""
    words = [Path(each).name if each.startswith("/") else each for each in command]
    return f"manage.py {' '.join(words)} --json"


def show(name: str, result: Result) -> None:
    """Figures, then promises."""
    sys.stdout.write(f"\n{name}\n{json.dumps(as_plain(result.figures), indent=1)}\n")
    for target in result.targets:
        verdict = "met" if target.is_met else "MISSED"
        sys.stdout.write(f"  {target.what}: {target.measured:.4g} {target.limit}, {verdict}\n")
    sys.stdout.flush()


def keep(path: Path, results: Mapping[str, Result]) -> None:
    """Into the file of all benches, whose other figures stay as they are."""
    content = json.loads(path.read_text(encoding="utf-8"))
    load = [round(each, 2) for each in os.getloadavg()]
    for name, result in results.items():
        content["results"][name] = result.as_json() | {"load_after": load}
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

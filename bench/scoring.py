"""`make bench-scoring`: our cards and challenger against optbinning and LightGBM, on equal folds.

Everything is fitted inside the fold. Differences are paired by fold, with the t of Nadeau and
Bengio (2003), because folds share rows. Runs in `.venv-bench`, which has what others made.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from joblib import Parallel, delayed
from tqdm import tqdm

from bench import peers, sets
from bench.figures import AtLeast, Result, Target, as_plain, ratio, times
from scoring.registry import artefact, loading
from scoring.training import evaluation, table
from scoring.training.models.catalogue import model_of
from scoring.training.models.rated import rows_of

RESULTS = Path(__file__).with_name("results.json")
OURS = ("woe", "additive", "boost")
PEERS = ("optbinning", "lightgbm")
SEED = 2024
FAST = 300.0
ROWS_TIMED = 200


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make bench-scoring", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round of folds, two sets")
    parser.add_argument("--data", type=Path, default=sets.FOLDER, help="the folder of the sets")
    parser.add_argument("--jobs", type=int, default=2, help="folds at the same time")
    parser.add_argument("--only", choices=("one row", "scoring", "kernel"))
    asked = parser.parse_args(words)
    wanted = {asked.only} if asked.only else {"one row", "scoring", "kernel"}
    results: dict[str, Result] = {}
    if "one row" in wanted:
        results["one row"] = _one_row(asked.data)
    if "scoring" in wanted:
        for growing in measure(asked.data, is_quick=asked.quick, jobs=asked.jobs):
            results["scoring"] = growing
            # What was measured so far is worth keeping, should the rest be interrupted.
            _keep(results, is_quick=asked.quick)
    if "kernel" in wanted and (kernel := _kernel()) is not None:
        results["kernel"] = kernel(is_quick=asked.quick)
    _keep(results, is_quick=asked.quick)
    for name, result in results.items():
        _print(name, result)
    return 0 if all(each.is_met for result in results.values() for each in result.targets) else 1


def measure(folder: Path, *, is_quick: bool, jobs: int) -> Iterator[Result]:
    """Every model on every set; the result grows set by set."""
    figures: dict[str, Any] = {}
    goals: list[Target | AtLeast] = []
    for name in sets.QUICK if is_quick else sets.SETS:
        chosen = sets.SETS[name]
        found = _compared(chosen, folder, repeats=1 if is_quick else chosen.repeats, jobs=jobs)
        figures[name] = found
        goals += _goals(chosen, found)
        yield Result(figures=dict(figures), targets=tuple(goals))


def _compared(chosen: sets.Set, folder: Path, *, repeats: int, jobs: int) -> dict[str, Any]:
    rows = chosen.read(folder)
    plan = evaluation.folds(rows.is_bad, splits=5, repeats=repeats, seed=SEED)
    kept: dict[str, list[evaluation.Measures]] = {name: [] for name in (*OURS, *PEERS)}
    seconds: dict[str, list[float]] = {name: [] for name in (*OURS, *PEERS)}
    ask = delayed(_tried)
    answers = Parallel(n_jobs=jobs, return_as="generator")(
        ask(chosen, rows, *each) for each in plan
    )
    for fold in tqdm(answers, desc=chosen.name, total=len(plan), disable=not sys.stderr.isatty()):
        for name, (measured, took) in fold.items():
            kept[name].append(measured)
            seconds[name].append(took)
    models = {name: _summed(folds, seconds[name]) for name, folds in kept.items()}
    auc = {name: np.array([fold.auc for fold in folds]) for name, folds in kept.items()}
    share = len(plan[0][1]) / len(plan[0][0])
    return {
        "rows": len(rows.is_bad),
        "bads": int(rows.is_bad.sum()),
        "folds": len(plan),
        "models": models,
        "paired": dict(_paired(auc, share)),
    }


def _makers(chosen: sets.Set) -> dict[str, Callable[[], Any]]:
    return {
        **{name: model_of(name) for name in OURS},
        "optbinning": peers.Optbinning,
        "lightgbm": lambda: peers.LightGbm(*chosen.lightgbm),
    }


def _tried(chosen: sets.Set, rows: table.Table, teach: Any, attempt: Any) -> dict[str, Any]:
    """One fold: every model learns from the same rows and speaks of the same others."""
    found = {}
    for name, make in _makers(chosen).items():
        started = perf_counter()
        model = make().fit(rows.frame.iloc[teach], rows.is_bad[teach])
        took = perf_counter() - started
        said = model.predict_proba(rows.frame.iloc[attempt])[:, 1]
        found[name] = evaluation.measures(rows.is_bad[attempt], said), took
    return found


def _summed(folds: list[evaluation.Measures], seconds: list[float]) -> dict[str, float]:
    columns = {name: [getattr(fold, name) for fold in folds] for name in asdict(folds[0])}
    means = {name: round(float(np.mean(values)), 4) for name, values in columns.items()}
    spread = round(float(np.std(columns["auc"], ddof=1)), 4)
    return {**means, "auc_sd": spread, "fit_seconds": round(float(np.median(seconds)), 3)}


def _paired(auc: dict[str, Any], share: float) -> Iterator[tuple[str, dict[str, float]]]:
    """The gain in AUC fold by fold; t with the variance that overlapping folds call for."""
    for ours in OURS:
        for peer in PEERS:
            gain = auc[ours] - auc[peer]
            spread = np.sqrt((1 / len(gain) + share) * np.var(gain, ddof=1))
            yield (
                f"{ours} against {peer}",
                {
                    "gain": round(float(gain.mean()), 4),
                    "t": round(float(gain.mean() / spread), 2) if spread > 0 else 0.0,
                    "folds_won": int((gain > 0).sum()),
                },
            )


def _goals(chosen: sets.Set, found: dict[str, Any]) -> Iterator[Target | AtLeast]:
    models = found["models"]
    best_card = max(models[name]["auc"] for name in ("woe", "additive"))
    for what, least in chosen.least_auc.items():
        auc = best_card if what == "interpretable" else models[what]["auc"]
        yield AtLeast(f"{chosen.name}: AUC, {what}", auc, least)
    if found["rows"] > sets.MANY_ROWS:
        for name in OURS:
            yield Target(f"{chosen.name}: ECE, {name}", models[name]["ece"], 0.02)
    if chosen.is_worth_told:
        worth = models["boost"]
        yield Target(f"{chosen.name}: bads among the best 80 %", worth["bad_rate_best_80"], 0.032)
        yield AtLeast(f"{chosen.name}: approved at 4 % bads", worth["approval_at_4"], 0.86)


def _one_row(folder: Path) -> Result:
    """A probability and four reasons from ours; the probability alone from optbinning's card."""
    rows = sets.SETS["berka"].read(folder)
    frame = rows.frame.head(ROWS_TIMED)
    figures: dict[str, Any] = {}
    for name in OURS:
        made = model_of(name)().fit(rows.frame, rows.is_bad)
        document = artefact.seal(made.artefact(version="bench", trained={}))
        model = loading.load(document)
        # Cards have a short way to the probability and its four reasons; trees have the long one.
        ask = getattr(model, "explained", model.rate)
        figures[name] = asdict(times(_timed(ask, rows_of(frame) * 5)))
    peer = peers.Optbinning().fit(rows.frame, rows.is_bad).card
    single = [frame.iloc[[place]] for place in range(len(frame))]
    figures["optbinning"] = asdict(times(_timed(peer.predict_proba, single)))
    p50 = {name: each["p50_ms"] for name, each in figures.items()}
    figures["ratio"] = ratio(p50["optbinning"], max(p50["woe"], 1e-6))
    goal = AtLeast("one row of optbinning, in rows of ours", figures["ratio"], FAST)
    return Result(figures=figures, targets=(goal,))


def _timed(ask: Callable[[Any], Any], rows: list[Any]) -> list[float]:
    took = []
    for row in rows:
        started = perf_counter()
        ask(row)
        took.append(perf_counter() - started)
    return took


def _kernel() -> Callable[..., Result] | None:
    """The comparison of the kernel, where it is there."""
    try:
        found: Callable[..., Result] = import_module("bench.kernel").measure
    except ModuleNotFoundError:
        return None
    return found


def _print(name: str, result: Result) -> None:
    sys.stdout.write(f"\n{name}\n{json.dumps(as_plain(result.figures), indent=1)}\n")
    for target in result.targets:
        verdict = "met" if target.is_met else "MISSED"
        sys.stdout.write(f"  {target.what}: {target.measured:.4g} {target.limit}, {verdict}\n")
    sys.stdout.flush()


def _keep(results: dict[str, Result], *, is_quick: bool) -> None:
    """Into the file of all benches, whose other figures stay as they are."""
    if is_quick:
        return
    content = json.loads(RESULTS.read_text(encoding="utf-8"))
    load = [round(each, 2) for each in os.getloadavg()]
    for name, result in results.items():
        content["results"][name] = result.as_json() | {"load_after": load}
    RESULTS.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""From a table to a measured card: what the command does, without the shell around it."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter, perf_counter_ns
from typing import Any

import numpy as np
import pandas

from scoring.management import drawings, rejecting
from scoring.registry import artefact, loading
from scoring.registry.cards.evidence import evidence
from scoring.registry.contracts import Model
from scoring.training import cards, evaluation, refusals, table
from scoring.training.models.catalogue import model_of

FOLD_FIGURES = ("auc", "ks", "brier", "ece")
ROWS_TIMED = 3000
LONGEST_VERSION = 40
FEW_BADS = 50


@dataclass(frozen=True)
class Question:
    """What is asked for on the command line."""

    table: Path
    target: str
    bad: str | None = None
    drop: Sequence[str] = ()
    drop_repeated: bool = False
    model: str = "woe"
    cv: tuple[int, int] = (5, 5)
    seed: int = 2024
    rejects: str | None = None
    save: Path | None = None
    plots: Path | None = None
    version: str | None = None


@dataclass(frozen=True)
class Found:
    """A fitted model and what was measured."""

    report: evaluation.Report
    fit_seconds: float
    microseconds: tuple[float, float]
    bins: list[dict[str, Any]]
    warnings: Sequence[str]
    rows: int
    bads: int
    model: str
    saved: str | None
    version: str = ""
    bad_value: str = ""
    rejects: dict[str, dict[str, float]] | None = None

    def as_json(self) -> dict[str, Any]:
        mean, deviation = self.report.mean(), self.report.deviation()
        return {
            "folds": [
                {name: getattr(fold, name) for name in FOLD_FIGURES} for fold in self.report.folds
            ],
            "mean": {name: mean[name] for name in FOLD_FIGURES},
            "sd": {name: deviation[name] for name in FOLD_FIGURES},
            "fit_seconds": self.fit_seconds,
            "one_row_us_p50": self.microseconds[0],
            "one_row_us_p99": self.microseconds[1],
            "bins": self.bins,
            "ece_deciles": mean["ece_deciles"],
            "bad_rate_best_80": mean["bad_rate_best_80"],
            "approval_at_4": mean["approval_at_4"],
            "rows": self.rows,
            "bads": self.bads,
            "model": self.model,
            "warnings": list(self.warnings),
            "saved": self.saved,
            "version": self.version,
            "bad_value": self.bad_value,
            **({} if self.rejects is None else {"rejects": self.rejects}),
        }

    def as_text(self) -> str:
        """The figures as a table for people."""
        mean, deviation = self.report.mean(), self.report.deviation()
        bad = f" (bad means {self.bad_value})" if self.bad_value else ""
        lines = [f"{self.model}: {self.rows} rows, {self.bads} bad{bad}"]
        lines += [f"  {name:<18}{mean[name]:>8.4f}  ± {deviation[name]:.4f}" for name in mean]
        lines.append(f"  fitted in {self.fit_seconds:.2f} s")
        for method, found in (self.rejects or {}).items():
            told = ", ".join(f"{name} {value:.4f}" for name, value in found.items())
            lines.append(f"  rejects {method}: {told}")
        lines += [f"  ! {warning}" for warning in self.warnings]
        lines += [line for feature in self.bins for line in _card_lines(feature)]
        if self.saved:
            lines.append(f"  saved to {self.saved} as version {self.version}")
        return "\n".join(lines)


def fitted(question: Question, *, tell: Callable[[], None] = lambda: None) -> Found:
    """Read, refuse what cannot teach, measure in folds, fit on all, keep. Raises Refused."""
    if question.save is not None:
        _check_place(question.save)
    rows = _rows(question)
    splits, repeats = question.cv
    make = model_of(question.model)
    report = evaluation.cross_validated(
        lambda: make(seed=question.seed),
        rows.frame,
        rows.is_bad,
        splits=splits,
        repeats=repeats,
        seed=question.seed,
        tell=tell,
    )
    started = perf_counter()
    model = make(seed=question.seed).fit(rows.frame, rows.is_bad)
    seconds = perf_counter() - started
    document = model.artefact(version=_version(question), trained=_trained(question, rows, report))
    bins = cards.bins_of(document, rows.frame, rows.is_bad)
    # What stood in each bin, for the model's card.
    document["trained"]["bins"] = bins
    document = artefact.seal(document)
    found = Found(
        report=report,
        fit_seconds=seconds,
        microseconds=_microseconds(loading.load(document), rows.frame),
        bins=bins,
        warnings=rows.warnings,
        rows=rows.rows,
        bads=rows.bads,
        model=question.model,
        saved=None if question.save is None else str(question.save),
        version=_version(question),
        bad_value=rows.bad_value,
        rejects=_rejects(question, rows),
    )
    if question.plots is not None:
        _draw(question.plots, rows, report.out_of_fold, found.bins)
    if question.save is not None:
        write(question.save, json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    return found


def _card_lines(feature: Mapping[str, Any]) -> Iterator[str]:
    """One feature's bins for people: where from, how many, and the points."""
    yield f"  {feature['feature']}"
    for each in feature["bins"]:
        if each["count"]:
            yield (
                f"    {each['bin']!s:<28.28}{each['count']:>7} rows{each['bads']:>6} bad"
                f"{each['points']:>+8.1f} points"
            )


def _rows(question: Question) -> table.Table:
    rows = _read(question)
    if question.drop_repeated:
        rows = rows.without_repeated()
    evaluation.check_outcomes(rows.is_bad, question.cv[0])
    if rows.frame.shape[1] == 0:
        raise refusals.NothingToLearnFrom
    if rows.bads < FEW_BADS:
        few = f"only {rows.bads} rows are bad: figures of so few move much from fold to fold"
        rows = replace(rows, warnings=(*rows.warnings, few))
    leaks = evaluation.leaking(rows.frame, rows.is_bad)
    if leaks:
        raise refusals.ColumnLeaks(columns=",".join(leaks))
    return rows


def _read(question: Question) -> table.Table:
    """Without the outcomes of those who were turned away, where the question marks them."""
    if question.rejects is None:
        return table.read(
            question.table, target=question.target, bad=question.bad, drop=question.drop
        )
    whole = rejecting.accepted_only(question.table, question.rejects, question.target)
    for name in question.drop:
        if name not in whole.columns:
            raise refusals.ColumnMissing(column=name, columns=", ".join(map(str, whole.columns)))
    kept = whole.drop(columns=list(question.drop))
    return table.table_of(kept, target=question.target, bad=question.bad)


def _rejects(question: Question, rows: table.Table) -> dict[str, dict[str, float]] | None:
    if question.rejects is None:
        return None
    return rejecting.side_by_side(
        question.table,
        question.rejects,
        rows,
        model=question.model,
        seed=question.seed,
        splits=question.cv[0],
    )


def _version(question: Question) -> str:
    return (question.version or f"{question.model}-{question.table.stem}")[:LONGEST_VERSION]


def _trained(question: Question, rows: table.Table, report: evaluation.Report) -> dict[str, Any]:
    return {
        "rows": rows.rows,
        "bads": rows.bads,
        "data_sha256": _sha256_of(question.table),
        "seed": question.seed,
        "metrics": {"mean": report.mean(), "sd": report.deviation()},
        "evidence": evidence(rows.is_bad, report.out_of_fold),
        "window": None,
        "target": question.target,
    }


def _sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _microseconds(model: Model, frame: pandas.DataFrame) -> tuple[float, float]:
    """How long one row takes, probability and reasons: the median, and the slowest of a hundred."""
    values: list[dict[str, Any]] = [
        {str(name): each for name, each in row.items()}
        for row in frame.head(ROWS_TIMED).to_dict("records")
    ]
    explain = getattr(model, "explained", model.rate)
    took = []
    for row in values * (1 + ROWS_TIMED // len(values)):
        started = perf_counter_ns()
        explain(row)
        took.append((perf_counter_ns() - started) / 1000)
    median, slowest = np.percentile(took, (50, 99))
    return float(median), float(slowest)


def write(path: Path, text: str) -> None:
    """The whole file or nothing. Raises FileNotWritable."""
    _check_place(path)
    beside = path.with_name(f"{path.name}.part")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise refusals.FileNotWritable(path=path) from error


def _check_place(path: Path) -> None:
    """Said before the long work, not after it. Raises FileNotWritable.

    Only a file is replaced: `/dev/stdout` would be one afterwards.
    """
    is_ours = path.is_file() or not path.exists()
    if not path.parent.is_dir() or not is_ours or not os.access(path.parent, os.W_OK):
        raise refusals.FileNotWritable(path=path)


def _draw(folder: Path, rows: table.Table, chance: evaluation.Numbers, bins: list[Any]) -> None:
    try:
        drawings.draw(folder, is_bad=rows.is_bad, chance=chance, bins=bins)
    except OSError as error:
        raise refusals.FileNotWritable(path=folder) from error

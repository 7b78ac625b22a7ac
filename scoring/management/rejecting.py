"""`fit_scorecard --rejects COL`: applications that were turned away, and what they may teach."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas
from numpy.typing import NDArray

from scoring.training import refusals, reject_inference, table
from scoring.training.models.catalogue import model_of

REJECTED_WORDS = ("1", "1.0", "true", "yes", "y", "rejected", "declined", "拒绝", "是")


def marked(whole: pandas.DataFrame, column: str) -> NDArray[np.bool_]:
    """Which rows were turned away. Raises ColumnMissing."""
    if column not in whole.columns:
        columns = ", ".join(map(str, whole.columns[:60]))
        raise refusals.ColumnMissing(column=column, columns=columns)
    words = whole[column].astype(str).str.strip().str.lower()
    found: NDArray[np.bool_] = words.isin(REJECTED_WORDS).to_numpy(dtype=bool)
    return found


def accepted_only(path: Path, column: str, target: str) -> pandas.DataFrame:
    """The table without outcomes of the rejected: whatever stands there, nobody saw it happen."""
    whole = table.frame_of(path)
    rejected = marked(whole, column)
    if target not in whole.columns:
        raise refusals.ColumnMissing(column=target, columns=", ".join(map(str, whole.columns)))
    return whole.assign(**{target: whole[target].where(~rejected)}).drop(columns=column)


def like(rows: pandas.DataFrame, known: pandas.DataFrame) -> pandas.DataFrame:
    """Rows with the columns of another table, read the same way."""
    found: dict[str, Any] = {}
    for name in known.columns:
        column = rows[name]
        if pandas.api.types.is_numeric_dtype(known[name]):
            found[name] = pandas.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64)
        else:
            words = column.astype(str).str.strip()
            found[name] = words.where(column.notna(), None).astype(object).to_numpy()
    return pandas.DataFrame(found)


def side_by_side(
    path: Path, column: str, rows: table.Table, *, model: str, seed: int, splits: int
) -> dict[str, dict[str, float]]:
    """None, parcelling and fuzzy augmentation on the same folds. Raises OneClassOnly."""
    whole = table.frame_of(path)
    rejected = like(whole[marked(whole, column)], rows.frame)
    make = model_of(model)
    found = reject_inference.compared(
        lambda: make(seed=seed), rows.frame, rows.is_bad, rejected, splits=splits, seed=seed
    )
    return {method: asdict(each) for method, each in found.items()}

"""What a model said of whom, what became of it, and what the watch has found so far."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Max, QuerySet

from common.periods import SHANGHAI
from scoring.oversight.contracts import Real, Whole
from scoring.oversight.models import ModelAlarm, ModelWatch, WatchReference
from scoring.oversight.watch import Bins, Outcomes, Sample
from scoring.registry.models import ModelVersion

WINDOW_DAYS = 30
AT_MOST = 20_000
EPOCH = date(1970, 1, 1)
# What a version said itself, or from beside: the decision's own figures come first.
_SAID = """
SELECT assessment.borrower_id,
       CASE WHEN assessment.model_version_id = %(model)s THEN assessment.score
            ELSE beside.score END,
       CASE WHEN assessment.model_version_id = %(model)s THEN assessment.pd_ppm
            ELSE beside.pd_ppm END,
       assessment.outcome, vector.features, assessment.decided_at, vector.as_of, assessment.id
  FROM scoring_assessment AS assessment
  JOIN scoring_featurevector AS vector ON vector.id = assessment.vector_id
  LEFT JOIN scoring_modelscore AS beside
    ON beside.assessment_id = assessment.id AND beside.model_version_id = %(model)s
 WHERE assessment.decided_at >= %(since)s AND assessment.decided_at < %(until)s
   AND vector.features IS NOT NULL
   AND (assessment.model_version_id = %(model)s OR beside.pd_ppm IS NOT NULL)
 ORDER BY assessment.id DESC LIMIT %(most)s
"""
_LABELS = """
SELECT borrower_id, as_of, is_bad FROM scoring_traininglabel
 WHERE matured_on <= %s AND borrower_id = ANY(%s) ORDER BY horizon_days DESC, id
"""


@dataclass(frozen=True, eq=False)
class Said:
    """What one version said of decided applications, the oldest first; columns are parallel."""

    borrower_ids: Sequence[int]
    assessment_ids: Sequence[int]
    scores: Real
    pd: Real
    is_approved: Sequence[bool]
    features: Sequence[Mapping[str, float | None]]
    decided_on: Whole
    as_of: Sequence[datetime]

    def __len__(self) -> int:
        return len(self.borrower_ids)

    def columns(self) -> Mapping[str, Real]:
        """The features as columns; what somebody lacks is missing."""
        names = sorted({name for each in self.features for name in each})
        return {
            name: np.array(
                [np.nan if (value := each.get(name)) is None else value for each in self.features],
                dtype=np.float64,
            )
            for name in names
        }

    def sample(self) -> Sample:
        """The same as measures of drift look at it."""
        return Sample(scores=self.scores, features=self.columns())


def said_by(model_id: int, *, since: date, until: date) -> Said:
    """What a version said of applications decided from a day on and before another."""
    bounds = {"since": _start_of(since), "until": _start_of(until)}
    with connection.cursor() as cursor:
        cursor.execute(_SAID, {"model": model_id, "most": AT_MOST, **bounds})
        rows = cursor.fetchall()[::-1]
    return Said(
        borrower_ids=[row[0] for row in rows],
        assessment_ids=[row[7] for row in rows],
        scores=np.array([row[1] for row in rows], dtype=np.float64),
        pd=np.array([row[2] for row in rows], dtype=np.float64) / 1_000_000,
        is_approved=[row[3] == "OFFERED" for row in rows],
        features=[json.loads(row[4]) for row in rows],
        decided_on=np.array([_day(row[5]) for row in rows], dtype=np.int64),
        as_of=[row[6] for row in rows],
    )


def is_bad_of(said: Said, *, on: date) -> Real:
    """For each case what became of it, as far as its horizon has passed on the day; else NaN."""
    with connection.cursor() as cursor:
        cursor.execute(_LABELS, [on, list(said.borrower_ids)])
        known = {(borrower, as_of): is_bad for borrower, as_of, is_bad in cursor.fetchall()}
    found = [known.get(key) for key in zip(said.borrower_ids, said.as_of, strict=True)]
    return np.array([np.nan if each is None else float(each) for each in found], dtype=np.float64)


def outcomes_of(said: Said, is_bad: Real) -> Outcomes:
    """The cases of which it is known."""
    has_ended = np.isfinite(is_bad)
    return Outcomes(
        pd=said.pd[has_ended],
        is_bad=is_bad[has_ended] == 1,
        decided_on=said.decided_on[has_ended],
    )


def reference_of(model_id: int) -> Bins | None:
    """The bins against which a version is held, if they are made."""
    found: Bins | None = (
        WatchReference.objects.filter(model_version_id=model_id)
        .values_list("bins", flat=True)
        .first()
    )
    return found


def watched() -> list[ModelVersion]:
    """Every version of which something was measured, the champion first."""
    ids = ModelWatch.objects.values("model_version_id")
    rows = ModelVersion.objects.filter(pk__in=ids).defer("artefact")
    return sorted(rows, key=lambda row: (row.state != "CHAMPION", -row.pk))


def latest(model_id: int, measures: Sequence[str]) -> list[ModelWatch]:
    """The last figures of each measure: those of the last day on which it was taken."""
    rows = ModelWatch.objects.filter(model_version_id=model_id, measure__in=measures)
    days = dict(rows.order_by().values_list("measure").annotate(Max("on_date")))
    return [row for row in rows.order_by("segment", "pk") if row.on_date == days[row.measure]]


def over_time(model_id: int, measure: str) -> QuerySet[ModelWatch]:
    """A measure's figures of every day, the oldest first."""
    rows = ModelWatch.objects.filter(model_version_id=model_id, measure=measure)
    return rows.order_by("on_date", "segment")


def open_alarms() -> QuerySet[ModelAlarm]:
    """What nobody has looked at yet, what asks for action first."""
    rows = ModelAlarm.objects.filter(acknowledged_at=None).select_related(
        "watch", "watch__model_version"
    )
    return rows.defer("watch__model_version__artefact").order_by("watch__level", "-pk")


def trained_auc(artefact: Mapping[str, Any]) -> float | None:
    """The AUC that a fitted model was registered with; an expert card has none."""
    trained = artefact.get("trained") or {}
    metrics = trained.get("metrics") or {}
    value = (metrics.get("mean") or metrics).get("auc")
    return float(value) if isinstance(value, int | float) else None


def days_measured(model_id: int) -> Iterator[date]:
    """The days on which a version was looked at, the oldest first."""
    rows = ModelWatch.objects.filter(model_version_id=model_id).order_by("on_date")
    yield from rows.values_list("on_date", flat=True).distinct()


def _start_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def _day(instant: datetime) -> int:
    return (instant.astimezone(SHANGHAI).date() - EPOCH) // timedelta(days=1)

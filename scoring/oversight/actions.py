"""Measuring every living model on a day, and saying that an alarm was seen. Twice is once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial

import numpy as np

from borrowers.protected import queries as protected
from borrowers.protected.contracts import Aggregate, Attribute, Groups
from common.actors import Actor
from common.audit import actions as audit
from common.errors import NotFound
from common.rates import PPM
from common.transactions import durable
from scoring.oversight import queries, thresholds, watch
from scoring.oversight.contracts import Finding, Level, Real
from scoring.oversight.models import ModelAlarm, ModelWatch, WatchReference
from scoring.oversight.queries import Said
from scoring.registry import queries as registry
from scoring.registry.models import ModelVersion
from scoring.registry.queries import Living

# How far back outcomes count: a horizon of a year, and the year of decisions before it.
OUTCOME_DAYS = 2 * 365
FAIRNESS_DAYS = 365
LOUD: tuple[str, ...] = (Level.WARN, Level.ACT)


def measure(*, model_id: int, on: date) -> int:
    """Take every figure of one version on a day; returns how many are new.

    The first day with enough cases makes the reference that later days are held against. Reading
    and reckoning stand outside of any transaction.
    """
    living = registry.living()
    now = queries.said_by(model_id, since=_before(on, queries.WINDOW_DAYS), until=on)
    before = queries.said_by(model_id, since=_before(on, OUTCOME_DAYS), until=on)
    is_bad = queries.is_bad_of(before, on=on)
    outcomes = queries.outcomes_of(before, is_bad)
    auc = queries.trained_auc(registry.artefact_of(model_id))
    found = [
        *watch.drift(_reference(model_id, now, on=on), now.sample(), on=on),
        *watch.discrimination(outcomes, trained_auc=auc, on=on),
        *watch.calibrated(outcomes, on=on),
        *_comparison(model_id, before, is_bad, living, on=on),
        *_fairness(before, is_bad, on=on),
    ]
    return keep(model_id=model_id, on=on, findings=found)


@durable
def keep(*, model_id: int, on: date, findings: Iterable[Finding]) -> int:
    """Keep figures that were taken elsewhere too, such as what sources are worth.

    What stands of that day stays. Raises an alarm for what asks for somebody.
    """
    # Whoever measures the same version at the same moment waits here.
    ModelVersion.objects.select_for_update().values_list("pk").get(pk=model_id)
    rows = [
        ModelWatch(
            model_version_id=model_id,
            on_date=on,
            measure=each.measure,
            segment=each.segment,
            value_ppm=_ppm(each.measured.value),
            cases=each.measured.cases,
            lack=each.measured.lack or "",
            level=each.level,
            detail=dict(each.detail),
        )
        for each in findings
    ]
    standing = ModelWatch.objects.filter(model_version_id=model_id, on_date=on)
    known = set(standing.values_list("measure", "segment"))
    fresh = [row for row in rows if (row.measure, row.segment) not in known]
    kept = ModelWatch.objects.bulk_create(fresh)
    _raise_alarms(model_id, on, kept)
    return len(kept)


@durable
def keep_reference(*, model_id: int, sample: watch.Sample, on: date) -> watch.Bins:
    """Keep how those looked on whom a version is measured; what stands already stays."""
    kept, _ = WatchReference.objects.get_or_create(
        model_version_id=model_id,
        defaults={"made_on": on, "cases": len(sample), "bins": watch.binned(sample)},
    )
    found: watch.Bins = kept.bins
    return found


@durable
def acknowledge(*, alarm_id: int, at: datetime, by: Actor) -> None:
    """Somebody looked. The first who says so stands. Raises NotFound."""
    alarm = ModelAlarm.objects.select_for_update().filter(pk=alarm_id).first()
    if alarm is None:
        raise NotFound
    if alarm.acknowledged_at is not None:
        return
    alarm.acknowledged_by_id, alarm.acknowledged_at = by.account_id, at
    alarm.save(update_fields=["acknowledged_by", "acknowledged_at"])
    audit.append(
        action="scoring.alarm.acknowledged",
        subject=f"alarm:{alarm.pk}",
        by=by,
        facts={"watch": alarm.watch_id},
    )


def _raise_alarms(model_id: int, on: date, rows: Sequence[ModelWatch]) -> None:
    """What became loud, or louder than on the day before; what only stays so was told already."""
    last = (
        ModelWatch.objects.filter(model_version_id=model_id, on_date__lt=on)
        .order_by("measure", "segment", "-on_date")
        .distinct("measure", "segment")
        .values_list("measure", "segment", "level")
    )
    before = {(measure, segment): level for measure, segment, level in last}
    waiting = ModelAlarm.objects.filter(
        acknowledged_at=None, watch__model_version_id=model_id
    ).values_list("watch__measure", "watch__segment", "watch__level")
    open_at = {(measure, segment): level for measure, segment, level in waiting.order_by("pk")}
    ModelAlarm.objects.bulk_create(
        ModelAlarm(watch=row)
        for row in rows
        if _loudness(row.level) > _loudness(before.get((row.measure, row.segment)))
        and _loudness(row.level) > _loudness(open_at.get((row.measure, row.segment)))
    )


def _loudness(level: str | None) -> int:
    return LOUD.index(level) + 1 if level in LOUD else 0


def _reference(model_id: int, now: Said, *, on: date) -> watch.Bins:
    found = queries.reference_of(model_id)
    if found is not None or len(now) < thresholds.smallest_sample(on):
        return found or {}
    return keep_reference(model_id=model_id, sample=now.sample(), on=on)


def _comparison(
    model_id: int, said: Said, is_bad: Real, living: Sequence[Living], *, on: date
) -> Iterator[Finding]:
    """Only the champion is compared, with every version that looked on."""
    if not any(each.id == model_id and each.state == "CHAMPION" for each in living):
        return
    has_ended = np.isfinite(is_bad)
    others = {}
    for each in living:
        if each.id == model_id:
            continue
        beside = queries.said_by(each.id, since=_before(on, OUTCOME_DAYS), until=on)
        pd_of = dict(zip(beside.assessment_ids, beside.pd, strict=True))
        others[each.version] = np.array(
            [pd_of.get(key, np.nan) for key in said.assessment_ids], dtype=np.float64
        )[has_ended]
    yield from watch.compared(is_bad[has_ended] == 1, said.pd[has_ended], others, on=on)


def _fairness(said: Said, is_bad: Real, *, on: date) -> Iterator[Finding]:
    """Every attribute in its turn; of each only sums come back."""
    for attribute in Attribute:
        seen: list[Finding] = []
        reckon = partial(_reckoned, said=said, is_bad=is_bad, on=on, attribute=attribute, tell=seen)
        protected.by_group(
            attribute=attribute, borrower_ids=said.borrower_ids, on=on, reckon=reckon
        )
        yield from seen


def _reckoned(
    groups: Groups,
    *,
    said: Said,
    is_bad: Real,
    on: date,
    attribute: Attribute,
    tell: list[Finding],
) -> Mapping[str, Aggregate]:
    """The figures of one attribute. What is told is what comes out, so it is checked as a whole."""
    judged = watch.Judged(
        people=np.array(said.borrower_ids, dtype=np.int64),
        is_approved=np.array(said.is_approved, dtype=np.bool_),
        pd=said.pd,
        is_bad=is_bad,
        columns=said.columns(),
    )
    tell.extend(watch.treated(judged, groups.codes, groups.names, attribute=attribute, on=on))
    return {
        f"{each.measure}:{each.segment}": Aggregate(each.measured.value, each.measured.cases)
        for each in tell
    }


def _ppm(value: float | None) -> int | None:
    return None if value is None else round(value * PPM)


def _before(on: date, days: int) -> date:
    return on - timedelta(days=days)

"""What each page of the watch shows: charts with their tables, made of kept figures only."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as noop

from common.admin.chips import chip
from common.charts.bars import Caption
from common.charts.level import Level, level_bars
from common.charts.lines import STROKES, Line, Scale, lines_over, said_and_happened
from scoring.admin.watch_words import (
    ATTRIBUTES,
    LOOKS,
    NOTHING,
    alternatives_table,
    feature_title,
    figure,
    group_title,
    level_chip,
    sources_title,
)
from scoring.oversight import queries, thresholds
from scoring.oversight.models import ModelWatch

LINES_SHOWN = 5
PROXIES_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Section:
    """One chart and the table behind it; the first cell of a row names it."""

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str | SafeString]]
    note: str = ""
    chart: SafeString | None = None
    legend: Sequence[tuple[str, str]] = field(default_factory=tuple)
    look: str = "is-wide-chart"


def drift(model_id: int) -> Iterator[Section]:
    """PSI of the score over time, and CSI of what moved most."""
    rows = list(queries.over_time(model_id, "PSI"))
    if rows:
        yield _over_time(gettext("Drift of the score (PSI)"), "psi", "PSI", {"": rows})
    of: dict[str, list[ModelWatch]] = {}
    for row in queries.over_time(model_id, "CSI"):
        of.setdefault(row.segment, []).append(row)
    most = sorted(of, key=lambda name: -(of[name][-1].value or 0.0))
    if not most:
        return
    shown = {name: of[name] for name in most[:LINES_SHOWN]}
    missing = {row.segment: row for row in queries.latest(model_id, ["NULL_RISE"])}
    table = [
        (
            feature_title(name),
            figure(of[name][-1].value),
            figure(missing[name].value if name in missing else None),
            f"{of[name][-1].cases:,}",
            level_chip(of[name][-1]),
        )
        for name in most
    ]
    headers = [
        gettext("Indicator"),
        gettext("CSI"),
        gettext("Missing, more than before"),
        gettext("Cases"),
        gettext("Level"),
    ]
    section = _over_time(gettext("Drift of indicators (CSI)"), "csi", "CSI", shown)
    yield Section(
        title=section.title,
        note=gettext("The chart shows the five that moved most; the table has all."),
        chart=section.chart,
        legend=section.legend,
        headers=headers,
        rows=table,
    )


def calibration(model_id: int) -> Iterator[Section]:
    """What was said against what happened, and the months of decision."""
    latest = queries.latest(
        model_id, ["CALIBRATION_ERROR", "MATURED_AUC", "MATURED_KS", "AUC_FALL", "GINI_LOSS"]
    )
    of = {(row.measure, row.segment): row for row in latest}
    whole = of.get(("CALIBRATION_ERROR", ""))
    if whole is not None:
        yield _said_and_happened(whole)
    months = sorted({row.segment for row in latest if row.segment})
    if months:
        yield _months(months, of)
    sums = [row for row in latest if not row.segment]
    yield Section(
        title=gettext("Over all matured loans"),
        note=gettext("Only loans whose horizon has passed count, defaults too."),
        headers=[gettext("Measure"), gettext("Figure"), gettext("Cases"), gettext("Level")],
        rows=[
            (_measure(row), figure(row.value), f"{row.cases:,}", level_chip(row)) for row in sums
        ],
    )


def comparison(model_id: int) -> Iterator[Section]:
    """Each other version against the champion on the same cases."""
    rows = queries.latest(model_id, ["CHALLENGER_GAIN"])
    table = [
        (
            row.segment,
            figure(row.detail.get("first")),
            figure(row.detail.get("second")),
            figure(row.value),
            figure(row.detail.get("error"), 4),
            figure(row.detail.get("p_value"), 4),
            f"{row.cases:,}",
            _verdict(row),
        )
        for row in rows
    ]
    of = {row.segment: list(_of_segment(model_id, row)) for row in rows}
    section = _over_time(gettext("Against the champion"), "gain", "CHALLENGER_GAIN", of)
    yield Section(
        title=section.title,
        note=gettext(
            "Both were asked about the same loans, so that the luck of the loans cancels."
        ),
        chart=section.chart if rows else None,
        legend=section.legend,
        headers=[
            gettext("Version"),
            gettext("AUC of the champion"),
            gettext("AUC of this one"),
            gettext("Difference"),
            gettext("Standard error"),
            gettext("By chance (DeLong)"),
            gettext("Cases"),
            gettext("Said in words"),
        ],
        rows=table,
    )


def fairness(model_id: int) -> Iterator[Section]:
    """For each attribute approvals, chances of the good, accuracy; then what gives groups away."""
    measures = [name for name, kind in thresholds.KINDS.items() if kind.page == thresholds.FAIRNESS]
    rows = queries.latest(model_id, measures)
    for attribute, title in ATTRIBUTES.items():
        mine = [row for row in rows if row.segment.partition(":")[0] == attribute]
        if mine:
            yield _groups(attribute, gettext(title), mine)
            yield _proxies(attribute, gettext(title), mine)
            if tried := [row for row in mine if row.measure == "ALTERNATIVE"]:
                yield Section(**alternatives_table(gettext(title), tried))


def sources(model_id: int) -> Iterator[Section]:
    """Shares, subsets and thin files."""
    rows = queries.latest(model_id, ["SOURCE_SHARE", "SOURCE_AUC", "SOURCE_THIN_GAIN"])
    of = {
        measure: [row for row in rows if row.measure == measure]
        for measure in ("SOURCE_SHARE", "SOURCE_AUC", "SOURCE_THIN_GAIN")
    }
    gains = {row.segment: row for row in of["SOURCE_THIN_GAIN"]}
    shares = sorted(of["SOURCE_SHARE"], key=lambda row: -(row.value or 0.0))
    bars = [
        Level(sources_title(row.segment), max(row.value_ppm or 0, 0), figure(row.value))
        for row in shares
    ]
    title = gettext("Share of each source in the AUC")
    yield Section(
        title=title,
        note=gettext("What a source adds on average, whatever the others are (Shapley)."),
        chart=level_bars(bars, caption=_caption("shares", title, len(bars))) if bars else None,
        look="",
        headers=[gettext("Source"), gettext("Share"), gettext("Gain for people with few records")],
        rows=[
            (
                sources_title(row.segment),
                figure(row.value),
                figure(gains[row.segment].value if row.segment in gains else None),
            )
            for row in shares
        ],
    )
    subsets = sorted(of["SOURCE_AUC"], key=lambda row: -(row.value or 0.0))
    yield Section(
        title=gettext("AUC with some of the sources"),
        headers=[gettext("Sources"), gettext("AUC"), gettext("Cases")],
        rows=[(sources_title(row.segment), figure(row.value), f"{row.cases:,}") for row in subsets],
    )


PAGES: Mapping[str, tuple[str, Callable[[int], Iterator[Section]]]] = {
    thresholds.DRIFT: (noop("Drift"), drift),
    thresholds.CALIBRATION: (noop("Calibration and outcomes"), calibration),
    thresholds.COMPARISON: (noop("Champion and challenger"), comparison),
    thresholds.FAIRNESS: (noop("Fairness"), fairness),
    thresholds.SOURCES: (noop("What sources are worth"), sources),
}


def _over_time(
    title: str, name: str, measure: str, of: Mapping[str, Sequence[ModelWatch]]
) -> Section:
    days = sorted({row.on_date for rows in of.values() for row in rows if row.value is not None})
    lines = [
        Line(segment, tuple({row.on_date: row.value for row in rows}.get(day) for day in days))
        for segment, rows in of.items()
    ]
    band = thresholds.band(measure, on=days[-1]) if days else None
    known = [value for line in lines for value in line.values if value is not None]
    scale = Scale(
        low=min([0.0, *known]),
        high=max([*known, band.act * 1.2 if band else 0.05]),
        warn=band.warn if band else None,
        act=band.act if band else None,
    )
    chart = lines_over(
        [f"{day:%m-%d}" for day in days],
        lines,
        scale=scale,
        caption=_caption(name, title, len(days)),
    )
    rows = [row for each in of.values() for row in each]
    return Section(
        title=title,
        chart=chart,
        legend=_legend([feature_title(segment) for segment in of]),
        headers=[gettext("Day"), gettext("Figure"), gettext("Cases"), gettext("Level")],
        rows=[
            (row.on_date.isoformat(), figure(row.value), f"{row.cases:,}", level_chip(row))
            for row in reversed(rows)
        ],
    )


def _said_and_happened(row: ModelWatch) -> Section:
    points = [(said, happened, int(cases)) for said, happened, cases in row.detail.get("bins", [])]
    title = gettext("Probability said against what happened")
    chart = said_and_happened(points, caption=_caption("bins", title, len(points)))
    return Section(
        title=title,
        note=gettext(
            "On the dashed line they are the same. Above it more defaulted than was said."
        ),
        chart=chart if points else None,
        look="is-square",
        headers=[gettext("Said"), gettext("Happened"), gettext("Cases")],
        rows=[(f"{said:.1%}", f"{happened:.1%}", f"{cases:,}") for said, happened, cases in points],
    )


def _months(months: Sequence[str], of: Mapping[tuple[str, str], ModelWatch]) -> Section:
    measures = ("MATURED_AUC", "MATURED_KS", "CALIBRATION_ERROR")
    titles = (gettext("AUC"), gettext("KS"))
    lines = [
        Line(title, tuple(_value(of.get((measure, month))) for month in months))
        for title, measure in zip(titles, measures, strict=False)
    ]
    title = gettext("By month of decision")
    rows = []
    for month in months:
        found = [of.get((measure, month)) for measure in measures]
        last = found[2] or found[0]
        assert last is not None
        rows.append(
            (month, *(figure(_value(each)) for each in found), f"{last.cases:,}", level_chip(last))
        )
    headers = [gettext("Month"), *titles, gettext("Calibration error")]
    return Section(
        title=title,
        chart=lines_over(
            months, lines, scale=Scale(0.0, 1.0), caption=_caption("months", title, len(months))
        ),
        legend=_legend(titles),
        headers=[*headers, gettext("Cases"), gettext("Level")],
        rows=rows,
    )


def _groups(attribute: str, title: str, rows: Sequence[ModelWatch]) -> Section:
    of = {(row.measure, row.segment): row for row in rows}
    groups = [row for row in rows if row.measure == "APPROVAL_RATE"]
    names = [row.segment.partition(":")[2] for row in groups]
    bars = [
        Level(group_title(name), row.value_ppm or 0, f"{row.value or 0:.1%}")
        for name, row in zip(names, groups, strict=True)
        if row.value is not None
    ]
    apart = [of.get((each, attribute)) for each in ("APPROVAL_RATIO", "TPR_GAP", "AUC_GAP")]
    table: list[tuple[str | SafeString, ...]] = [
        (
            group_title(name),
            figure(row.value),
            *(
                figure(_value(of.get((each, row.segment))))
                for each in ("GOOD_APPROVAL_RATE", "GROUP_AUC")
            ),
            f"{row.cases:,}" if row.cases else NOTHING,
        )
        for name, row in zip(names, groups, strict=True)
    ]
    table += [
        (_measure(row), *_beneath(row, place), level_chip(row))
        for place, row in enumerate(apart)
        if row is not None
    ]
    return Section(
        title=title,
        chart=level_bars(bars, caption=_caption(f"groups-{attribute}", title, len(bars)))
        if bars
        else None,
        look="",
        headers=[
            gettext("Group"),
            gettext("Approved"),
            gettext("Approved among those who paid"),
            gettext("AUC within the group"),
            gettext("Cases"),
        ],
        rows=table,
    )


def _beneath(row: ModelWatch, place: int) -> tuple[str, str, str]:
    """The figure under the column that it sums up."""
    return tuple(figure(row.value) if at == place else "" for at in range(3))  # type: ignore[return-value]  # three


def _proxies(attribute: str, title: str, rows: Sequence[ModelWatch]) -> Section:
    alone = [row for row in rows if row.measure == "PROXY_FEATURE_AUC"]
    most = sorted(alone, key=lambda row: -(row.value or 0.0))[:PROXIES_SHOWN]
    together = [row for row in rows if row.measure == "PROXY_AUC"]
    return Section(
        title=gettext("%(attribute)s: what gives the group away") % {"attribute": title},
        note=gettext("0.5 tells nothing of the group, 1 tells all."),
        headers=[gettext("Indicator"), gettext("AUC"), gettext("Cases"), gettext("Level")],
        rows=[
            (
                gettext("All together")
                if row in together
                else group_title(row.segment.partition(":")[2]),
                figure(row.value),
                f"{row.cases:,}",
                level_chip(row),
            )
            for row in [*together, *most]
        ],
    )


def _verdict(row: ModelWatch) -> SafeString:
    if row.value is None:
        return level_chip(row)
    if row.level == "WARN":
        return chip(gettext("Better beyond chance"), code="WARN", looks=LOOKS)
    is_worse = row.value < 0 and (row.detail.get("p_value") or 1.0) < 0.05
    word = gettext("Worse beyond chance") if is_worse else gettext("No difference beyond chance")
    return chip(word, code="GOOD" if is_worse else "NOT_ENOUGH", looks=LOOKS)


def _of_segment(model_id: int, row: ModelWatch) -> Iterator[ModelWatch]:
    yield from queries.over_time(model_id, row.measure).filter(segment=row.segment)


def _value(row: ModelWatch | None) -> float | None:
    return row.value if row is not None else None


def _measure(row: ModelWatch) -> str:
    return gettext(thresholds.KINDS[row.measure].title)


def _caption(name: str, title: str, count: int) -> Caption:
    said = gettext("%(count)s rows. The table holds every figure.") % {"count": count}
    return Caption(name=name, title=title, description=said)


def _legend(names: Sequence[str]) -> list[tuple[str, str]]:
    """A name and its colour, where there is more than one line."""
    return list(zip(names, STROKES, strict=False)) if len(names) > 1 else []

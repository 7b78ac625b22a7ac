"""An appraisal on the screen: one JSON object, or aligned text that a credit officer can read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from unicodedata import east_asian_width

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from borrowers.behaviour.words import doubt_of
from common.errors import Refused
from common.money import yuan
from common.periods import SHANGHAI
from common.rates import percent
from common.templatetags.words import said
from common.texts import gettext_noop
from lending.management.appraisal import Appraisal, ReadFile
from scoring.decisions.contracts import Reason
from scoring.decisions.reasons import words
from scoring.features.catalogue import FEATURES, figure
from scoring.registry.expert import scorecard

STRONGEST = 8
OUTCOMES = {
    "OFFERED": gettext_noop("Offered"),
    "REFERRED": gettext_noop("A person decides; the figures below are a proposal"),
    "DECLINED": gettext_noop("Declined"),
}
AGREES = {
    True: gettext_noop("agree with the rows"),
    False: gettext_noop("do NOT agree with the rows"),
    None: gettext_noop("are not stated"),
}

NOTES = (
    gettext_noop("Assumed: an adult who owes us nothing and agrees to the use of these records."),
    gettext_noop("The probability is the expert scale's, not yet calibrated on outcomes."),
)


def as_json(found: Appraisal) -> dict[str, Any]:
    """Everything as plain values; what is not known is null."""
    verdict = found.verdict
    return {
        "outcome": verdict.outcome,
        "tier": verdict.tier,
        "score": verdict.score,
        "pd": verdict.pd,
        "limit_fen": verdict.limit_fen,
        "annual_rate_percent": float(percent(verdict.annual_rate_ppm)),
        "instalment_fen": found.instalment_fen,
        "reasons": [asdict(each) | {"text": sentence(each)} for each in verdict.reasons],
        "features": dict(found.features),
        "files": [file_as_json(each) for each in found.files],
        "as_of": found.as_of.isoformat(),
        "amount_fen": found.principal_fen,
        "term_months": len(found.schedule),
        "schedule": [
            {
                "number": row.number,
                "due_on": row.due_on.isoformat(),
                "principal_fen": row.principal_fen,
                "interest_fen": row.interest_fen,
            }
            for row in found.schedule
        ],
        "model_version": verdict.model_version,
        "policy_version": verdict.policy_version,
    }


def file_as_json(file: ReadFile) -> dict[str, Any]:
    """What was read from one file."""
    reading = file.bill.reading
    doubt = doubt_of(reading)
    return {
        "file": file.bill.name,
        "source": reading.source.name,
        "dialect": reading.dialect,
        "encoding": reading.encoding,
        "rows_read": reading.rows_read,
        "events": len(reading.events),
        "duplicates": reading.duplicates,
        "repeated": file.repeated,
        "quarantined": [asdict(each) for each in reading.quarantined],
        "declared_rows": reading.declared_rows,
        "totals_agree": reading.totals_agree,
        "doubt": doubt.code if doubt else None,
        "warning": _(doubt.message) % doubt.context if doubt else None,
        "first_at": reading.first_at and reading.first_at.astimezone(SHANGHAI).isoformat(),
        "last_at": reading.last_at and reading.last_at.astimezone(SHANGHAI).isoformat(),
    }


def refusal_as_json(refused: Refused, file: str) -> dict[str, Any]:
    """Why a file was not read."""
    return {
        "error": {
            "code": refused.code,
            "message": _(refused.message) % refused.context,
            "advice": _(refused.advice) % refused.context,
            "file": file,
        }
    }


def refusal_as_text(refused: Refused, file: str) -> str:
    """The same in three lines."""
    told = refusal_as_json(refused, file)["error"]
    return f"{file}: {told['message']}\n{told['advice']}\n({told['code']})"


def as_text(found: Appraisal) -> str:
    """The whole appraisal, one part under the other."""
    parts = [
        "\n".join(aligned(decision_rows(found))),
        titled(_("Reasons"), [f"{mark(each)} {sentence(each)}" for each in found.verdict.reasons]),
        titled(_("Strongest features"), aligned(feature_rows(found.features))),
        *[titled(each.bill.name, aligned(file_rows(each))) for each in found.files],
        "\n".join(map(_, NOTES)),
    ]
    return "\n\n".join(parts)


def decision_rows(found: Appraisal) -> Iterator[Sequence[str]]:
    verdict = found.verdict
    yield _("Decision"), _(OUTCOMES[verdict.outcome])
    yield _("Limit"), f"¥{yuan(verdict.limit_fen)}"
    yield _("Tier"), verdict.tier
    yield _("Annual rate"), f"{percent(verdict.annual_rate_ppm).normalize():f}%"
    if found.schedule:
        yield (
            _("Instalment"),
            _("¥%(instalment)s a month for %(months)s months, for a loan of ¥%(amount)s")
            % {
                "instalment": yuan(found.instalment_fen),
                "months": len(found.schedule),
                "amount": yuan(found.principal_fen),
            },
        )
    yield _("Probability of default"), f"{verdict.pd:.1%}"
    yield _("Score"), f"{verdict.score} ({verdict.model_version})"
    yield _("Policy"), f"{verdict.policy_version}, {verdict.policy_trace['rule'] or '–'}"
    yield _("As of"), found.as_of.isoformat()


def feature_rows(features: Mapping[str, float | None]) -> list[Sequence[str]]:
    """The features that moved the score most, each with its points; then the completeness."""
    card = scorecard.expert()
    moved = [(each.points_of(features[each.feature]), each) for each in card.characteristics]
    moved.sort(key=lambda pair: (-abs(pair[0]), pair[0], pair[1].feature))
    rows = [
        feature_row(each.feature, features, f"{points:+d}")
        for points, each in moved[:STRONGEST]
        if points != 0
    ]
    return [*rows, feature_row("confidence", features, "")]


def feature_row(name: str, features: Mapping[str, float | None], points: str) -> Sequence[str]:
    value = features[name]
    shown = "–" if value is None else figure(value, FEATURES[name].unit)
    return FEATURES[name].title.said(get_language() or ""), shown, points


def file_rows(file: ReadFile) -> Iterator[Sequence[str]]:
    reading = file.bill.reading
    yield _("Kind"), f"{reading.dialect}, {reading.encoding}"
    counts = _(
        "%(rows)s read, %(events)s used, %(quarantined)s set aside, %(again)s told twice"
    ) % {
        "rows": reading.rows_read,
        "events": len(reading.events) - file.repeated,
        "quarantined": len(reading.quarantined),
        "again": reading.duplicates + file.repeated,
    }
    yield _("Rows"), counts
    for each in reading.quarantined[:STRONGEST]:
        yield (
            _("Set aside"),
            _("row %(row)s: %(reason)s")
            % {
                "row": each.row_number,
                "reason": each.reason,
            },
        )
    if reading.first_at and reading.last_at:
        first, last = (each.astimezone(SHANGHAI) for each in (reading.first_at, reading.last_at))
        yield _("Period"), f"{first:%Y-%m-%d %H:%M} – {last:%Y-%m-%d %H:%M}"
    yield _("Totals"), _(AGREES[reading.totals_agree])
    if doubt := doubt_of(reading):
        yield _("Attention"), _(doubt.message) % doubt.context


def sentence(reason: Reason) -> str:
    """The words of a reason in the language of the screen."""
    return said(words(reason))


def mark(reason: Reason) -> str:
    """Points for what is weighed, a dot for what holds."""
    return f"{reason.points:+4d} " if reason.points else "   · "


def titled(title: str, lines: Iterable[str]) -> str:
    return "\n".join([title, *[f"  {line}" for line in lines]])


def aligned(rows: Iterable[Sequence[str]]) -> list[str]:
    """Columns under each other; a Chinese character is two columns wide."""
    table = [list(row) for row in rows]
    widths = [max(map(width, column)) for column in zip(*table, strict=True)]
    return [
        "  ".join(
            cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True)
        ).rstrip()
        for row in table
    ]


def width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)

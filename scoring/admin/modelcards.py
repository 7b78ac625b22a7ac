"""The card of a model on its page and as a file: figures in words, plots, and the table behind."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.charts.bars import Bar, Caption, month_bars
from common.charts.curve import Axes, curve
from common.rates import PPM
from common.web.refusals import message
from scoring.oversight import queries as oversight
from scoring.oversight.thresholds import FAIRNESS, KINDS
from scoring.registry.artefact import ModelDamaged
from scoring.registry.cards import content
from scoring.registry.cards.content import Fairness, FairnessSection, ModelCard
from scoring.registry.loading import load
from scoring.registry.models import ModelVersion

LANGUAGES = {"zh": "zh-hans", "en": "en"}
FORMATS = {"html": "text/html; charset=utf-8", "md": "text/markdown; charset=utf-8"}
METRICS = {
    "auc": _("AUC: how often a bad row stands above a good one"),
    "ks": _("KS: the widest gap between bads and goods"),
    "brier": _("Brier: mean square of the error"),
    "ece": _("Calibration error (ten bins)"),
    "ece_deciles": _("Calibration error (tenths of the rows)"),
    "bad_rate_best_80": _("Bads among the best 80 percent"),
    "approval_at_4": _("Approval at 4 percent bads"),
}
CALIBRATIONS = {"NONE": _("none"), "PLATT": _("logistic (Platt)"), "ISOTONIC": _("isotonic")}


def shown(row: ModelVersion) -> dict[str, Any]:
    """What the templates of a card need. A damaged artefact is told, and has no card."""
    try:
        model = load(row.artefact)
        card = content.card_of(row.artefact, inputs=model.features, fairness=_fairness(row))
    except ModelDamaged as damage:
        return {"damage": message(damage)}
    return {
        "card": card,
        "kind": gettext(content.KINDS.get(card.kind, card.kind)),
        "purposes": [gettext(each) for each in content.PURPOSES],
        "limits": [gettext(each) for each in card.limits],
        "metrics": list(_metrics(card)),
        "calibration": CALIBRATIONS.get(card.calibration, card.calibration),
        "plots": list(_plots(card)),
        "is_counted": any(
            each.rows is not None for one in card.characteristics for each in one.bins
        ),
    }


def file_of(row: ModelVersion, form: str, language: str) -> HttpResponse:
    """The card as one file that needs nothing else, in the language that was asked for."""
    with translation.override(LANGUAGES[language]):
        page = render_to_string(
            f"admin/scoring/modelversion/card_file.{form}",
            {"row": row, "language": LANGUAGES[language], **shown(row)},
        )
    answer = HttpResponse(page, content_type=FORMATS[form])
    answer["Content-Disposition"] = f'attachment; filename="{row.version}-{language}.{form}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _fairness(row: ModelVersion) -> FairnessSection | None:
    """The last figures of the fairness test, where oversight has taken any."""
    measures = [name for name, kind in KINDS.items() if kind.page == FAIRNESS]
    found = oversight.latest(row.pk, measures)
    if not found:
        return None
    figures = tuple(
        Fairness(
            measure=gettext(KINDS[each.measure].title),
            segment=each.segment,
            value=None if each.value_ppm is None else each.value_ppm / PPM,
            cases=each.cases,
            level=str(each.get_level_display()),
        )
        for each in found
    )
    return FairnessSection(max(each.on_date for each in found), figures)


def _metrics(card: ModelCard) -> Iterator[tuple[str, str, str]]:
    known = list(METRICS)
    place = {name: number for number, name in enumerate(known)}
    for each in sorted(card.metrics, key=lambda one: place.get(one.name, len(known))):
        spread = "" if each.deviation is None else _rounded(each.deviation)
        yield str(METRICS.get(each.name, each.name)), _rounded(each.value), spread


def _rounded(value: float) -> str:
    """With three digits: Django alone would cut and not round."""
    return str(number_format(round(value, 3), 3))


def _plots(card: ModelCard) -> Iterator[tuple[str, SafeString]]:
    """Each plot says in words what it shows; the figures stand in the tables below."""
    if card.roc:
        title = gettext("Ranking (ROC)")
        text = gettext(
            "The further above the dashed line, the better goods and bads are told apart."
        )
        axes = Axes(x=gettext("share of the goods"), y=gettext("share of the bads"))
        yield title, curve(card.roc, axes=axes, caption=Caption("card-roc", title, text))
    if card.reliability:
        yield _calibration_plot(card)
    if card.bands:
        yield _bands_plot(card)


def _calibration_plot(card: ModelCard) -> tuple[str, SafeString]:
    title = gettext("Calibration")
    text = gettext("On the dashed line what was said came true; each point is a tenth of the rows.")
    top = max(max(said, was) for said, was, _ in card.reliability) or 1.0
    points = [(said / top, was / top) for said, was, _ in sorted(card.reliability)]
    end = f"{100 * top:.0f}%"
    axes = Axes(x=gettext("said"), y=gettext("came true"), x_top=end, y_top=end)
    return title, curve(points, axes=axes, caption=Caption("card-calibration", title, text))


def _bands_plot(card: ModelCard) -> tuple[str, SafeString]:
    title = gettext("Bads along the ranking")
    text = gettext("From the worst twentieth of the rows on the left to the best on the right.")
    bars = [Bar(str(place), (bads,)) for place, (_, bads) in enumerate(card.bands, start=1)]
    most = str(max(bads for _, bads in card.bands))
    return title, month_bars(bars, caption=Caption("card-bands", title, text, top_label=most))

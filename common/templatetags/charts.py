"""Charts in pages: each tag draws a chart with its table from plain rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django import template
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from common.charts.bars import Bar, Caption, month_bars, stacked_bars
from common.charts.contracts import Instalment, Month
from common.charts.level import Level, level_bars
from common.charts.meter import meter
from common.templatetags.money import yuan

LOOK_OF_WAY = {"UP": "fill-first", "DOWN": "fill-second"}

register = template.Library()


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """One line of the table under a repayment plan."""

    number: int
    due_on: date
    amount_fen: int
    principal_fen: int
    interest_fen: int
    left_fen: int
    early_fen: int = 0


def schedule_rows(
    instalments: Sequence[Instalment], early: Mapping[int, int] | None = None
) -> list[ScheduleRow]:
    """The instalments with what each comes to and what principal is left after it.

    `early` is principal that was paid ahead, by the instalment whose principal it is counted in:
    it is no part of what is to be paid there.
    """
    rows = []
    left_fen = sum(each.principal_fen for each in instalments)
    for each in instalments:
        left_fen -= each.principal_fen
        early_fen = (early or {}).get(each.number, 0)
        own_fen = each.principal_fen - early_fen
        rows.append(
            ScheduleRow(
                number=each.number,
                due_on=each.due_on,
                amount_fen=own_fen + each.interest_fen,
                principal_fen=own_fen,
                interest_fen=each.interest_fen,
                left_fen=left_fen,
                early_fen=early_fen,
            )
        )
    return rows


@register.inclusion_tag("components/schedule.html")
def schedule(
    instalments: Sequence[Instalment],
    name: str = "schedule",
    early: Mapping[int, int] | None = None,
) -> dict[str, object]:
    """A repayment plan: bars of principal and interest, and the table behind them.

    What was paid early stands beside the bars: in one of them it would dwarf all others.
    """
    rows = schedule_rows(instalments, early)
    total_fen = sum(row.amount_fen for row in rows)
    highest_fen = max((row.amount_fen for row in rows), default=0)
    caption = Caption(
        name=name,
        title=_("Repayment plan"),
        description=_("%(count)s instalments, %(total)s in all. The table holds every figure.")
        % {"count": len(rows), "total": yuan(total_fen)},
        top_label=yuan(highest_fen),
    )
    bars = [Bar(label=str(row.number), parts=(row.principal_fen, row.interest_fen)) for row in rows]
    return {
        "chart": stacked_bars(bars, caption=caption),
        "rows": rows,
        "total_fen": total_fen,
        "early_fen": sum(row.early_fen for row in rows),
    }


@register.inclusion_tag("components/months.html")
def months_chart(months: Sequence[Month], name: str = "months") -> dict[str, object]:
    """Money in and money out by month, and the table behind them."""
    highest_fen = max((fen for month in months for fen in (month.in_fen, month.out_fen)), default=0)
    caption = Caption(
        name=name,
        title=_("Money in and money out by month"),
        description=_("%(count)s months. The table holds every figure.") % {"count": len(months)},
        top_label=yuan(highest_fen),
    )
    month_format = pgettext("date format of a month under a chart", "M")
    bars = [
        Bar(label=date_format(month.first_day, month_format), parts=(month.in_fen, month.out_fen))
        for month in months
    ]
    return {"chart": month_bars(bars, caption=caption), "months": months}


@register.inclusion_tag("components/levels.html")
def levels_chart(
    rows: Sequence[Level], name: str, title: str, first: str, second: str
) -> dict[str, object]:
    """Named sizes as level bars, and the table behind them, whose columns are headed as given."""
    caption = Caption(
        name=name,
        title=title,
        description=_("%(count)s rows. The table holds every figure.") % {"count": len(rows)},
    )
    return {
        "chart": level_bars(rows, caption=caption),
        "rows": rows,
        "title": title,
        "first": first,
        "second": second,
    }


@register.simple_tag
def reason_meter(share_ppm: int, direction: str) -> SafeString:
    """How much a reason weighs; the direction's word stands beside it."""
    return meter(share_ppm, look=LOOK_OF_WAY[direction])

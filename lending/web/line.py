"""A borrower's line as their start page shows it: the limit, what is used and by what, the rest."""

from django.utils.translation import gettext

from common.charts.level import Level
from common.templatetags.money import yuan
from lending.lines import queries, reasons
from lending.lines.contracts import Standing


def shown(borrower_id: int) -> dict[str, object]:
    """Nothing before a decision gave a limit, or where there is none and never was another."""
    found = queries.standing_of(borrower_id)
    lowered = queries.lowered(found.line_id) if found else None
    if found is None or not (found.limit_fen or found.used_fen or lowered):
        return {}
    return {
        "line": found,
        "line_rows": _rows(found),
        "lowered": lowered,
        "lowered_because": gettext(reasons.words(lowered.reason)) if lowered else "",
        "lowered_advice": gettext(reasons.ADVICE) if lowered else "",
    }


def _rows(found: Standing) -> list[Level]:
    parts = [
        (gettext("Your limit"), found.limit_fen),
        (gettext("You owe"), found.drawn_fen),
        (gettext("Accepted, on its way to you"), found.reserved_fen),
        (gettext("Kept for your offer"), found.held_fen),
        (gettext("Free"), found.free_fen),
    ]
    always = {0, 1, 4}
    return [
        Level(label, fen, yuan(fen))
        for number, (label, fen) in enumerate(parts)
        if fen or number in always
    ]

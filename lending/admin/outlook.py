"""What is likely left of a person's money in the next three months, drawn for whoever decides."""

from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from common.charts import svg
from common.money import yuan
from scoring.features.queries import Outlook, outlook_of

WIDTH, HEIGHT, EDGE = 360, 84, 30
LEVEL, THICK = 40, 14


def shown(borrower_id: int, as_of: datetime) -> dict[str, Any]:
    """The picture and its table; nothing where the records are too short or may not be read."""
    found = outlook_of(borrower_id, as_of=as_of)
    if found is None:
        return {}
    return {"outlook": found, "outlook_chart": interval(found)}


def interval(found: Outlook) -> SafeString:
    """The bounds as a bar on a line with zero on it, and a mark where most is expected."""
    least, most = min(found.low_fen, 0), max(found.high_fen, 0)
    span = max(most - least, 1)

    def place(fen: int) -> int:
        return EDGE + (fen - least) * (WIDTH - 2 * EDGE) // span

    low, high = place(found.low_fen), place(found.high_fen)
    zero, expected = place(0), place(found.expected_fen)
    words = {
        "expected": yuan(found.expected_fen),
        "low": yuan(found.low_fen),
        "high": yuan(found.high_fen),
    }
    return svg.picture(
        name="outlook",
        title=gettext("Likely left in the next three months"),
        description=gettext("About ¥%(expected)s; in eight of ten cases ¥%(low)s to ¥%(high)s.")
        % words,
        width=WIDTH,
        height=HEIGHT,
        marks=[
            svg.line(x1=EDGE, x2=WIDTH - EDGE, y=LEVEL, look="chart-line"),
            svg.rectangle(
                x=low, y=LEVEL - THICK // 2, width=max(1, high - low), height=THICK,
                look="fill-second",
            ),
            svg.rectangle(
                x=expected - 2, y=LEVEL - THICK, width=4, height=2 * THICK, look="fill-first"
            ),
            svg.label("0", x=zero, y=HEIGHT - 8),
            svg.label(f"¥{words['expected']}", x=max(EDGE, min(expected, WIDTH - 2 * EDGE)), y=14),
        ],
    )  # fmt: skip

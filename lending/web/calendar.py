"""The due dates of a loan as a calendar file: amounts and days, and nothing about the person."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from common.business_date import queries as business_dates
from common.money import yuan
from lending.repayments.queries import standing
from lending.web import own

REMIND_DAYS = 2


@login_required
@require_safe
def due_dates(request: HttpRequest, public_id: str) -> HttpResponse:
    """What is still to be paid, one all-day event for each instalment (RFC 5545)."""
    found = own.loan(request, public_id)
    stands = standing(found, on=business_dates.today())
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Mingzhang//Loans//EN"]
    if stands is not None:
        stamp = f"{stands.on:%Y%m%d}T000000Z"
        for line in stands.instalments:
            if line.outstanding_fen:
                name = _("Repay ¥%(amount)s") % {"amount": yuan(line.outstanding_fen)}
                lines += _event(f"{public_id}-{line.number}", line.due_on, stamp, name)
    lines.append("END:VCALENDAR")
    answer = HttpResponse("\r\n".join([*lines, ""]), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="loan-{public_id}.ics"'
    return answer


def _event(uid: str, day: date, stamp: str, name: str) -> Iterator[str]:
    yield from (
        "BEGIN:VEVENT",
        f"UID:{uid}@mingzhang",
        f"DTSTAMP:{stamp}",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
        "SUMMARY:" + name.replace(",", "\\,"),
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "DESCRIPTION:" + name.replace(",", "\\,"),
        f"TRIGGER:-P{REMIND_DAYS}D",
        "END:VALARM",
        "END:VEVENT",
    )

"""The due dates of a loan for a calendar (RFC 5545): amounts and days, nothing about the person."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.utils.translation import gettext as _

from common.money import yuan
from lending.loans.models import Loan
from lending.repayments.queries import standing

REMIND_DAYS = 2


def due_dates(loan: Loan, *, on: date) -> str:
    """What is still to be paid, one all-day event for each instalment; none of a loan at rest."""
    stands = standing(loan, on=on)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Mingzhang//Loans//EN"]
    if stands is not None:
        stamp = f"{on:%Y%m%d}T000000Z"
        for line in stands.instalments:
            if line.outstanding_fen:
                name = _("Repay ¥%(amount)s") % {"amount": yuan(line.outstanding_fen)}
                lines += _event(f"{loan.public_id}-{line.number}", line.due_on, stamp, name)
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


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

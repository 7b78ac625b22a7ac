"""One example of every component, for the page on which the look is judged; all invented."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.periods import add_months

PRINCIPAL_FEN = 500_000
INSTALMENT_FEN = 44_988
MONTHS = 12
MONTHLY_RATE_PPM = 12_000
FIRST_DUE = date(2026, 9, 15)
FIRST_MONTH = date(2025, 9, 1)
OUT_FEN = (312_400, 287_150, 402_900, 365_000, 298_400, 455_020, 331_210, 318_000, 342_770, 301_115)


@dataclass(frozen=True, slots=True)
class ExampleInstalment:
    """A row of the invented repayment plan."""

    number: int
    due_on: date
    principal_fen: int
    interest_fen: int


@dataclass(frozen=True, slots=True)
class ExampleMonth:
    """A month of invented spending."""

    first_day: date
    in_fen: int
    out_fen: int


class ExampleForm(forms.Form):
    """Each kind of question, one of them answered wrongly."""

    full_name = forms.CharField(
        label=_("Full name"), help_text=_("As it stands on your identity card.")
    )
    amount = forms.DecimalField(label=_("How much do you need?"), max_value=20_000)
    scene = forms.ChoiceField(
        label=_("What is it for?"),
        choices=[("CONSUMPTION", _("Daily life")), ("EDUCATION", _("A course or a school"))],
        widget=forms.RadioSelect,
    )
    term = forms.ChoiceField(
        label=_("For how long?"), choices=[("6", _("6 months")), ("12", _("12 months"))]
    )
    code = forms.CharField(label=_("Code of six digits"), max_length=6)
    file = forms.FileField(
        label=_("Your bill"),
        help_text=_("A WeChat or Alipay bill, CSV, XLSX or ZIP, at most 20 MB."),
    )
    is_confirmed = forms.BooleanField(label=_("I have read this and I agree."))


def examples() -> dict[str, Any]:
    """The context of components/gallery.html."""
    return {
        "example_form": ExampleForm(
            {"full_name": "", "amount": "50000", "scene": "CONSUMPTION", "term": "12", "code": ""}
        ),
        "tasks": _tasks(),
        "cost": _cost(),
        "items": _cost_items(),
        "instalments": _instalments(),
        "months": [
            ExampleMonth(add_months(FIRST_MONTH, index), 620_000, out_fen)
            for index, out_fen in enumerate(OUT_FEN)
        ],
        "reasons": _reasons(),
        "consent": _consent(),
        "steps": _steps(),
        "answers": [
            {"label": _("Amount"), "value": "¥5,000.00", "change_url": "#"},
            {"label": _("For how long?"), "value": _("12 months"), "change_url": "#"},
        ],
    }


def _tasks() -> list[dict[str, object]]:
    return [
        {"title": _("Who you are"), "state": "DONE", "url": "#"},
        {
            "title": _("What you agree to"),
            "hint": _("Each purpose apart, nothing ticked for you."),
            "state": "STARTED",
            "url": "#",
        },
        {"title": _("Your bills"), "state": "TODO", "url": "#"},
        {"title": _("Amount and term"), "state": "LOCKED"},
    ]


def _cost() -> dict[str, object]:
    rows = _instalments()
    interest_fen = sum(row.interest_fen for row in rows)
    return {
        "annual_rate_ppm": 144_000,
        "annual_effective_ppm": 153_895,
        "principal_fen": PRINCIPAL_FEN,
        "instalment_fen": INSTALMENT_FEN,
        "instalment_name": _("You pay each month"),
        "months": MONTHS,
        "interest_fen": interest_fen,
        "fees_fen": 0,
        "note": _("You may pay early at any time, without a penalty."),
        "total_fen": PRINCIPAL_FEN + interest_fen,
    }


def _cost_items() -> list[dict[str, object]]:
    return [
        {
            "name": _("Interest"),
            "standard": _("by the day, on what you still owe"),
            "recipient": _("the lender"),
            "amount_fen": sum(row.interest_fen for row in _instalments()),
            "annual_rate_ppm": 144_000,
            "change": _("No"),
        },
        {
            "name": _("If you pay late"),
            "standard": _("one and a half times the rate, on the late part only"),
            "recipient": _("the lender"),
            "amount_fen": None,
            "annual_rate_ppm": None,
            "change": _("No"),
        },
    ]


def _instalments() -> list[ExampleInstalment]:
    """Equal instalments at an invented rate; the last takes what is left."""
    rows = []
    left_fen = PRINCIPAL_FEN
    for number in range(1, MONTHS + 1):
        interest_fen = (left_fen * MONTHLY_RATE_PPM + 500_000) // 1_000_000
        principal_fen = left_fen if number == MONTHS else INSTALMENT_FEN - interest_fen
        due_on = add_months(FIRST_DUE, number - 1)
        rows.append(ExampleInstalment(number, due_on, principal_fen, interest_fen))
        left_fen -= principal_fen
    return rows


def _reasons() -> list[dict[str, object]]:
    return [
        {
            "text": _("Your spending is even from month to month"),
            "direction": "UP",
            "share_ppm": 800_000,
            "explanation": _("It changed by less than a tenth in six months."),
        },
        {
            "text": _("Your income covers the instalment well"),
            "direction": "UP",
            "share_ppm": 640_000,
        },
        {
            "text": _("You often spend large amounts at night"),
            "direction": "DOWN",
            "share_ppm": 300_000,
            "explanation": _("Four times in three months, more than ¥500.00 each."),
        },
    ]


def _consent() -> dict[str, object]:
    return {
        "title": _("Your consumption records"),
        "purpose": _(
            "We read your payment bills to decide how much you can borrow, and at what price."
        ),
        "items": [_("date, amount and kind of each payment"), _("the name of the shop, sealed")],
        "period": _("until 12 months after your last loan, or until you withdraw"),
        "recipient": _("nobody but us"),
        "refusal": _(
            "You can still apply. We then decide on fewer facts, and the amount may be smaller."
        ),
        "given_at": datetime(2026, 8, 8, 1, 30, tzinfo=UTC),
        "withdraw_url": "#",
    }


def _steps() -> list[dict[str, object]]:
    return [
        {"title": _("Checking what you sent"), "state": "DONE"},
        {"title": _("Reading your spending"), "state": "DONE"},
        {"title": _("Working out the score"), "state": "NOW"},
        {"title": _("Working out the price"), "state": "NEXT"},
    ]

"""Asking for an amount: people type yuan, the code gets whole fen."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.money import fen_from_yuan, yuan

CENTS = 2
MOST_DIGITS = 12


class FenField(forms.DecimalField):
    """Yuan with at most two places, within a range; clean gives fen."""

    def __init__(self, *, least_fen: int, most_fen: int, **options: Any) -> None:
        self.least_fen, self.most_fen = least_fen, most_fen
        options.setdefault("help_text", _("From ¥%(least)s to ¥%(most)s.") % self._ends())
        options.setdefault(
            "error_messages",
            {"required": _("Enter an amount."), "invalid": _("Enter an amount, such as 3000.")},
        )
        super().__init__(max_digits=MOST_DIGITS, decimal_places=CENTS, **options)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # the stubs say int
        """Digits as people write and copy them: spaces, commas and the sign do not count."""
        text = str(value or "").strip()
        for sign in (" ", ",", "，", "¥", "￥"):
            text = text.replace(sign, "")
        return super().to_python(text)

    def clean(self, value: Any) -> Any:
        """Whole fen, or nothing where nothing was needed."""
        amount = super().clean(value)
        if amount is None:
            return None
        fen = fen_from_yuan(amount)
        if not self.least_fen <= fen <= self.most_fen:
            raise forms.ValidationError(
                _("Enter an amount from ¥%(least)s to ¥%(most)s."),
                code="out_of_range",
                params=self._ends(),
            )
        return fen

    def _ends(self) -> dict[str, str]:
        return {"least": yuan(self.least_fen), "most": yuan(self.most_fen)}

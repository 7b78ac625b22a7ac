"""Asking for an amount: people type yuan, the code gets whole fen."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.money import FEN_PER_YUAN, fen_from_yuan, fen_typed, yuan

CENTS = 2
MOST_DIGITS = 12


class FenField(forms.DecimalField):
    """Yuan with at most two places, within a range; clean gives fen."""

    def __init__(self, *, least_fen: int, most_fen: int, **options: Any) -> None:
        self.least_fen, self.most_fen = least_fen, most_fen
        options.setdefault("help_text", _("From ¥%(least)s to ¥%(most)s.") % self._ends())
        options.setdefault(
            "error_messages",
            {
                "required": _("Enter an amount."),
                "invalid": _("Enter an amount, such as 3000 or 3000.50."),
            },
        )
        super().__init__(max_digits=MOST_DIGITS, decimal_places=CENTS, **options)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # the stubs say int
        """Yuan as people write them, strictly; nothing where nothing was written."""
        text = str(value if value is not None else "").strip()
        if not text:
            return None
        try:
            return Decimal(fen_typed(text)) / FEN_PER_YUAN
        except ValueError as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error

    def clean(self, value: Any) -> Any:
        """Whole fen, or nothing where nothing was needed."""
        amount = super().clean(value)
        if amount is None:
            return None
        fen = fen_from_yuan(amount)
        if not self.least_fen <= fen <= self.most_fen:
            raise forms.ValidationError(
                _("Enter an amount from ¥%(least)s to ¥%(most)s."),
                code="too_much" if fen > self.most_fen else "too_little",
                params=self._ends(),
            )
        return fen

    def _ends(self) -> dict[str, str]:
        return {"least": yuan(self.least_fen), "most": yuan(self.most_fen)}

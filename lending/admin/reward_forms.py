"""Forms of the staff's pages on rewards: each calls one verb and says what came of it."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from borrowers.people import queries as people
from common.actors import Actor
from common.business_date import queries as business_dates
from common.errors import NotFound
from common.money import fen_from_yuan
from lending.rewards import fulfilment
from lending.rewards.models import GrantReason, RewardPartner
from lending.rewards.staff import grants, programmes, statements


class GrantForm(forms.Form):
    """Points for a borrower; another person decides."""

    borrower = forms.CharField(label=_("Borrower's number"), max_length=22)
    points = forms.IntegerField(label=_("Points"), min_value=1)
    reason = forms.ChoiceField(label=_("Reason"), choices=GrantReason.choices)

    def act(self, by: Actor) -> object:
        """Propose them. Raises Refused."""
        given = self.cleaned_data
        found = people.ids_by_public_id([given["borrower"]])
        if not found:
            raise NotFound
        return grants.propose(
            borrower_id=found[given["borrower"]],
            points=given["points"],
            reason=given["reason"],
            on=business_dates.today(),
            by=by,
        )


class ProgrammeForm(forms.Form):
    """A version of the programme; another person puts it in force."""

    version = forms.SlugField(label=_("Version"), max_length=40)
    budget_yuan = forms.DecimalField(label=_("Budget, in yuan"), min_value=1, decimal_places=2)
    terms = forms.JSONField(
        label=_("Terms (JSON)"), widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false"})
    )

    def act(self, by: Actor) -> object:
        """Keep the draft. Raises Refused."""
        given = self.cleaned_data
        return programmes.write(
            version=given["version"],
            budget_fen=fen_from_yuan(given["budget_yuan"]),
            terms=given["terms"],
            by=by,
        )

    @staticmethod
    def starting_from(terms: dict[str, Any] | None) -> dict[str, str]:
        """The version in force, to be changed."""
        return {"terms": json.dumps(terms or {}, indent=1)}


class StatementForm(forms.Form):
    """One partner, one month."""

    partner = forms.ModelChoiceField(label=_("Partner"), queryset=RewardPartner.objects.all())
    month = forms.DateField(label=_("A day of the month"))

    def act(self, by: Actor) -> object:
        """Put it together. Raises Refused."""
        return statements.prepare(
            partner_id=self.cleaned_data["partner"].pk,
            month=self.cleaned_data["month"],
            on=business_dates.today(),
            by=by,
        )


class CodeForm(forms.Form):
    """A code that a partner has before them."""

    partner = forms.ModelChoiceField(label=_("Partner"), queryset=RewardPartner.objects.all())
    code = forms.CharField(label=_("Code"), max_length=40)

    def act(self, by: Actor) -> object:
        """Hand it over. Raises Refused."""
        return fulfilment.hand_over(
            partner_id=self.cleaned_data["partner"].pk,
            code=self.cleaned_data["code"],
            on=business_dates.today(),
            by=by,
        )

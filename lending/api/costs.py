"""What a loan costs, in JSON: the same figures as on the page and in the contract."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from rest_framework import serializers

from lending.applications import cost


class CostItemOutput(serializers.Serializer[Any]):
    """One line of the normal cost."""

    code = serializers.CharField()
    name = serializers.CharField()
    recipient = serializers.CharField()
    how_charged = serializers.CharField()
    amount_fen = serializers.IntegerField()
    annual_rate_ppm = serializers.IntegerField()
    standard_ppm = serializers.IntegerField(allow_null=True)
    standard_fen = serializers.IntegerField(allow_null=True)


class ContingentOutput(serializers.Serializer[Any]):
    """One line of what is charged only if something goes wrong."""

    code = serializers.CharField()
    name = serializers.CharField()
    recipient = serializers.CharField()
    how_charged = serializers.CharField()
    annual_rate_ppm = serializers.IntegerField()
    grace_days = serializers.IntegerField()


class PlannedOutput(serializers.Serializer[Any]):
    """One row of the repayment plan."""

    number = serializers.IntegerField()
    due_on = serializers.DateField()
    principal_fen = serializers.IntegerField()
    interest_fen = serializers.IntegerField()
    total_fen = serializers.IntegerField()


class CostOutput(serializers.Serializer[Any]):
    """The statement of all costs. No charge outside it may ever be asked for."""

    principal_fen = serializers.IntegerField()
    term_months = serializers.IntegerField()
    instalment_fen = serializers.IntegerField()
    total_interest_fen = serializers.IntegerField()
    total_fees_fen = serializers.IntegerField()
    total_fen = serializers.IntegerField()
    irr_nominal_ppm = serializers.IntegerField(help_text="Yearly cost: the month's rate times 12.")
    irr_effective_ppm = serializers.IntegerField(help_text="The same, compounded.")
    cap_ppm = serializers.IntegerField(help_text="The most that the law allows.")
    items = CostItemOutput(many=True)
    contingent = ContingentOutput(many=True)
    schedule = PlannedOutput(many=True)


def cost_shown(content: Mapping[str, Any]) -> dict[str, Any]:
    """The kept content with the names of its lines in the caller's language."""
    return {
        **content,
        "items": [_named(each) for each in content["items"]],
        "contingent": [_named(each) for each in content["contingent"]],
    }


def _named(item: Mapping[str, Any]) -> dict[str, Any]:
    return {**item, "name": gettext(cost.item(item["code"]))}

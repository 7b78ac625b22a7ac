"""What a loan costs, in JSON: the same figures as on the page and in the contract."""

from typing import Any

from rest_framework import serializers


class CostItemOutput(serializers.Serializer[Any]):
    """One line of the normal cost."""

    code = serializers.CharField()
    name = serializers.CharField()
    recipient = serializers.CharField()
    recipient_name = serializers.CharField()
    how_charged = serializers.CharField()
    charged = serializers.CharField(help_text="The same in words, with its figures.")
    amount_fen = serializers.IntegerField()
    annual_rate_ppm = serializers.IntegerField()
    standard_ppm = serializers.IntegerField(allow_null=True)
    standard_fen = serializers.IntegerField(allow_null=True)
    floor_ppm = serializers.IntegerField(
        allow_null=True, help_text="Of a discount: no discount takes the rate below it."
    )


class ContingentOutput(serializers.Serializer[Any]):
    """One line of what is charged only if something goes wrong."""

    code = serializers.CharField()
    name = serializers.CharField()
    recipient = serializers.CharField()
    recipient_name = serializers.CharField()
    how_charged = serializers.CharField()
    charged = serializers.CharField(help_text="The same in words, with its figures.")
    annual_rate_ppm = serializers.IntegerField()
    grace_days = serializers.IntegerField()


class PlannedOutput(serializers.Serializer[Any]):
    """One row of the repayment plan."""

    number = serializers.IntegerField()
    due_on = serializers.DateField()
    principal_fen = serializers.IntegerField()
    interest_fen = serializers.IntegerField()
    total_fen = serializers.IntegerField()


class RiskOutput(serializers.Serializer[Any]):
    """What late payment costs, with an example in fen, and what reaches the credit bureau."""

    version = serializers.CharField(help_text="Of the words; confirming the cost confirms them.")
    annual_rate_ppm = serializers.IntegerField()
    grace_days = serializers.IntegerField()
    days_late = serializers.IntegerField(help_text="In the example.")
    due_fen = serializers.IntegerField(help_text="The instalment of the example.")
    penalty_fen = serializers.IntegerField(help_text="What being late costs in the example.")
    cooling_off_days = serializers.IntegerField()
    sentences = serializers.ListField(child=serializers.CharField())


class CostOutput(serializers.Serializer[Any]):
    """The statement of all costs. No charge outside it may ever be asked for."""

    principal_fen = serializers.IntegerField()
    term_months = serializers.IntegerField()
    instalment_name = serializers.CharField(help_text="What the instalment is, in words.")
    instalment_fen = serializers.IntegerField()
    total_interest_fen = serializers.IntegerField()
    total_fees_fen = serializers.IntegerField()
    total_fen = serializers.IntegerField()
    irr_nominal_ppm = serializers.IntegerField(help_text="Yearly cost: the month's rate times 12.")
    irr_effective_ppm = serializers.IntegerField(help_text="The same, compounded.")
    cap_ppm = serializers.IntegerField(help_text="The most that the law allows.")
    items = CostItemOutput(many=True)
    contingent = ContingentOutput(many=True)
    no_other_charge = serializers.CharField()
    schedule = PlannedOutput(many=True)
    risk = RiskOutput(allow_null=True)

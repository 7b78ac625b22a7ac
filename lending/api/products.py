"""What can be borrowed, who can be paid, and what a loan would cost. Open to everybody."""

from typing import Any

from django.utils.translation import get_language, gettext
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common import clock
from common.api.inputs import WholeNumber
from lending.products import law as laws
from lending.products import queries
from lending.products.calculator import span
from lending.products.models import LoanProduct, Merchant, RepaymentMethod, Rhythm, Scene
from lending.products.scenes.contracts import Kind, Question
from lending.products.scenes.judging import SCENES


class QuestionOutput(serializers.Serializer[Any]):
    """One thing that a product asks about the purpose."""

    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=[each.value for each in Kind])
    question = serializers.CharField()
    choices = serializers.DictField(child=serializers.CharField())


class ProductOutput(serializers.Serializer[Any]):
    """A product that takes applications. Amounts in fen, rates in parts per million a year."""

    code = serializers.CharField()
    name = serializers.CharField()
    scene = serializers.ChoiceField(choices=Scene.choices)
    minimum_fen = serializers.IntegerField()
    maximum_fen = serializers.IntegerField()
    terms_months = serializers.ListField(child=serializers.IntegerField())
    method = serializers.ChoiceField(choices=RepaymentMethod.choices)
    rhythm = serializers.ChoiceField(choices=Rhythm.choices, help_text="How often is repaid.")
    version = serializers.IntegerField()
    floor_rate_ppm = serializers.IntegerField()
    highest_rate_ppm = serializers.IntegerField()
    pays_merchant = serializers.BooleanField()
    needs_evidence = serializers.BooleanField()
    needs_order = serializers.BooleanField()
    evidence = serializers.ListField(child=serializers.CharField(), help_text="What is shown.")
    questions = QuestionOutput(many=True)


class ProductsOutput(serializers.Serializer[Any]):
    """All of them."""

    results = ProductOutput(many=True)


class MerchantOutput(serializers.Serializer[Any]):
    """A school or shop that can be paid."""

    code = serializers.CharField()
    name = serializers.CharField()
    scene = serializers.ChoiceField(choices=Scene.choices)


class MerchantsOutput(serializers.Serializer[Any]):
    """All of them."""

    results = MerchantOutput(many=True)


class EstimateOutput(serializers.Serializer[Any]):
    """One end of the range."""

    annual_rate_ppm = serializers.IntegerField()
    irr_nominal_ppm = serializers.IntegerField(help_text="Yearly cost: the month's rate times 12.")
    irr_effective_ppm = serializers.IntegerField(help_text="The same, compounded.")
    instalment_fen = serializers.IntegerField()
    interest_fen = serializers.IntegerField()
    total_fen = serializers.IntegerField()


class QuoteOutput(serializers.Serializer[Any]):
    """The cheapest and the dearest that such a loan can be; neither is a promise."""

    amount_fen = serializers.IntegerField()
    term_months = serializers.IntegerField()
    least = EstimateOutput()
    most = EstimateOutput()


class Products(APIView):
    """The products."""

    permission_classes = [AllowAny]

    @extend_schema(operation_id="products", responses=ProductsOutput)
    def get(self, _request: Request) -> Response:
        """Every product that takes applications."""
        rows = [product_shown(each) for each in queries.open_products()]
        return Response(ProductsOutput({"results": rows}).data)


class Merchants(APIView):
    """The schools and shops."""

    permission_classes = [AllowAny]

    class Input(serializers.Serializer[Any]):
        scene = serializers.ChoiceField(choices=Scene.choices)

    @extend_schema(
        operation_id="merchants",
        parameters=[OpenApiParameter("scene", str, required=True, enum=Scene.values)],
        responses=MerchantsOutput,
    )
    def get(self, request: Request) -> Response:
        """Who can be paid in a scene."""
        asked = self.Input(data=request.query_params)
        asked.is_valid(raise_exception=True)
        found = queries.open_merchants(asked.validated_data["scene"])
        return Response(MerchantsOutput({"results": [_merchant(each) for each in found]}).data)


class Quotes(APIView):
    """The calculator."""

    permission_classes = [AllowAny]

    class Input(serializers.Serializer[Any]):
        product = serializers.CharField(max_length=20)
        amount_fen = WholeNumber(min_value=1)
        term_months = WholeNumber(min_value=1)

    @extend_schema(operation_id="quote", request=Input, responses=QuoteOutput)
    def post(self, request: Request) -> Response:
        """What such a loan would cost, from the product's lowest rate to its highest."""
        asked = self.Input(data=request.data)
        asked.is_valid(raise_exception=True)
        product = queries.open_product(asked.validated_data["product"])
        amount_fen, months = asked.validated_data["amount_fen"], asked.validated_data["term_months"]
        queries.insist_on_range(product, amount_fen=amount_fen, term_months=months)
        on = clock.shanghai_today()
        found = span(
            amount_fen=amount_fen,
            term_months=months,
            floor_rate_ppm=product.floor_rate_ppm,
            ceiling_rate_ppm=product.highest_rate_ppm,
            cap_ppm=laws.on(on, licence=product.licence, product=product.code).cap_ppm,
            on=on,
            manner=product.manner,
        )
        return Response(QuoteOutput(found).data)


MADE = {"name", "evidence", "questions"}


def product_shown(product: LoanProduct) -> dict[str, object]:
    """A product in the caller's language."""
    scene = SCENES[product.scene]
    questions = scene.questions if queries.asks_for_order(product) else ()
    names = ProductOutput().fields.keys() - MADE
    return {name: getattr(product, name) for name in names} | {
        "needs_order": queries.asks_for_order(product),
        "name": product.name_in(get_language() or ""),
        "evidence": [gettext(each) for each in scene.evidence],
        "questions": [_question(each) for each in questions],
    }


def _question(question: Question) -> dict[str, object]:
    return {
        "name": question.name,
        "kind": question.kind.value,
        "question": gettext(question.label),
        "choices": {code: gettext(words) for code, words in question.choices},
    }


def _merchant(merchant: Merchant) -> dict[str, object]:
    return {
        "code": merchant.code,
        "name": merchant.name_in(get_language() or ""),
        "scene": merchant.scene,
    }

"""Applications: ask, add evidence, send, and read the answer with its reasons."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from borrowers.api.own import IsBorrower, acting, card_of
from borrowers.people.contracts import BorrowerCard
from common import clock
from common.api.idempotency import HEADER, once
from common.api.inputs import WholeNumber
from common.api.pages import NewestFirst
from common.business_date import queries as business_dates
from common.errors import NotFound
from common.templatetags.words import said
from common.web import uploads
from common.web.waiting import wait_until
from lending.api.offered import OfferOutput, offer_shown
from lending.applications import actions, deciding, queries
from lending.applications.drafts import actions as drafts
from lending.applications.drafts.queries import PROOF, PURPOSE, missing
from lending.applications.models import ApplicationState, LoanApplication
from lending.loans import queries as loans
from lending.products import evidence
from lending.rewards import queries as rewards
from scoring.decisions import queries as decisions
from scoring.decisions.explanation import Explanation, FeatureGroup, Weight
from scoring.decisions.reviews import words as review_words

WAIT_SECONDS = 0.3
IDEMPOTENCY_KEY = OpenApiParameter(HEADER, OpenApiTypes.STR, OpenApiParameter.HEADER, required=True)


class ReasonOutput(serializers.Serializer[Any]):
    """One reason in words; `share_ppm` is its weight against the heaviest, null where it holds."""

    code = serializers.CharField()
    direction = serializers.ChoiceField(choices=["UP", "DOWN"])
    text = serializers.CharField()
    share_ppm = serializers.IntegerField(allow_null=True)


class FigureOutput(serializers.Serializer[Any]):
    """One figure: where it comes from, what it says, and how it counted."""

    code = serializers.CharField()
    title = serializers.CharField()
    value = serializers.CharField()
    says = serializers.CharField()
    purpose = serializers.CharField(help_text="The consent that it stands on, or CONTRACT.")
    days = serializers.IntegerField(help_text="How far back it looks; 0 is everything.")
    weight = serializers.ChoiceField(choices=[each.value for each in Weight])


class FigureGroupOutput(serializers.Serializer[Any]):
    """Figures that belong together, and the names of those that the records do not tell."""

    code = serializers.CharField()
    title = serializers.CharField()
    figures = FigureOutput(many=True)
    not_known = serializers.ListField(child=serializers.CharField())


class DecisionOutput(serializers.Serializer[Any]):
    """What was decided, why, and on what."""

    reasons = ReasonOutput(many=True)
    used = serializers.ListField(child=serializers.CharField())
    review = serializers.CharField(allow_null=True, help_text="A person's reason, if one decided.")
    decided_at = serializers.DateTimeField()


class ApplicationSummary(serializers.Serializer[Any]):
    """An application in a list."""

    id = serializers.CharField()
    state = serializers.ChoiceField(choices=ApplicationState.choices)
    product = serializers.CharField()
    product_name = serializers.CharField()
    merchant = serializers.CharField(allow_null=True)
    amount_fen = serializers.IntegerField()
    term_months = serializers.IntegerField()
    has_evidence = serializers.BooleanField()
    discount_ppm = serializers.IntegerField(help_text="Of the discount asked for, if any.")
    drafted_at = serializers.DateTimeField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)


class ApplicationsOutput(serializers.Serializer[Any]):
    """A page of applications, newest first."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = ApplicationSummary(many=True)


class ApplicationOutput(ApplicationSummary):
    """An application with its answer."""

    missing = serializers.ListField(
        child=serializers.ChoiceField(choices=[PURPOSE, PROOF]),
        help_text="What a draft still lacks before it can be sent.",
    )
    can_ask_for_a_person = serializers.BooleanField()
    is_proof_awaited = serializers.BooleanField(
        help_text="A person has yet to look at the proof; signing is refused until then."
    )
    decision = DecisionOutput(allow_null=True)
    offer = OfferOutput(allow_null=True)
    loan = serializers.CharField(allow_null=True, help_text="The loan's id once it is signed.")


# Made once: a serializer copies all of its fields, nested ones too, whenever it is made.
_WRITTEN = ApplicationOutput()


class Applications(APIView):
    """The borrower's applications."""

    permission_classes = [IsBorrower]

    class Input(serializers.Serializer[Any]):
        product = serializers.CharField(max_length=20)
        amount_fen = WholeNumber(min_value=1)
        term_months = WholeNumber(min_value=1)
        merchant = serializers.CharField(max_length=20, default="", allow_blank=True)
        entitlement = serializers.CharField(max_length=22, default="", allow_blank=True)

    @extend_schema(
        operation_id="applications",
        parameters=[OpenApiParameter("cursor", str), OpenApiParameter("page_size", int)],
        responses=ApplicationsOutput,
    )
    def get(self, request: Request) -> Response:
        """Newest first, by pages."""
        pages = NewestFirst()
        rows = pages.paginate_queryset(queries.of_borrower(card_of(request).id), request, self)
        shown = [ApplicationSummary(_summary(each)).data for each in rows or ()]
        return pages.get_paginated_response(shown)

    @extend_schema(
        operation_id="application_create",
        parameters=[IDEMPOTENCY_KEY],
        request=Input,
        responses={201: ApplicationOutput},
    )
    def post(self, request: Request) -> Response:
        """Write a draft. Nothing is decided before it is sent."""
        asked = self.Input(data=request.data)
        asked.is_valid(raise_exception=True)
        answers, card = asked.validated_data, card_of(request)

        def act(key: str) -> str:
            return drafts.draft(
                borrower_id=card.id,
                product_code=answers["product"],
                amount_fen=answers["amount_fen"],
                term_months=answers["term_months"],
                merchant_code=answers["merchant"],
                entitlement_id=_entitlement_id(card.id, answers["entitlement"]),
                request_key=key,
                by=acting(card),
            ).public_id

        return once(request, act=act, show=lambda public_id: by_id(card, public_id))


class Application(APIView):
    """One of the borrower's applications."""

    permission_classes = [IsBorrower]

    class Input(serializers.Serializer[Any]):
        amount_fen = WholeNumber(min_value=1, required=False)
        term_months = WholeNumber(min_value=1, required=False)
        merchant = serializers.CharField(max_length=20, required=False)
        entitlement = serializers.CharField(
            max_length=22, required=False, allow_blank=True, help_text="Empty takes it off again."
        )

    @extend_schema(operation_id="application_save", request=Input, responses=ApplicationOutput)
    def patch(self, request: Request, public_id: str) -> Response:
        """Keep further answers on a draft; what is not given stays as it was."""
        asked = self.Input(data=request.data)
        asked.is_valid(raise_exception=True)
        answers, card = asked.validated_data, card_of(request)
        chosen = {}
        if "entitlement" in answers:
            chosen["entitlement_id"] = _entitlement_id(card.id, answers["entitlement"])
        drafts.save(
            application_id=queries.own_id(card.id, public_id),
            amount_fen=answers.get("amount_fen"),
            term_months=answers.get("term_months"),
            merchant_code=answers.get("merchant"),
            by=acting(card),
            **chosen,
        )
        return Response(by_id(card, public_id))

    @extend_schema(operation_id="application", responses=ApplicationOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Where it stands, and the answer once there is one."""
        return Response(by_id(card_of(request), public_id))


class Evidence(APIView):
    """The proof that a product asks for."""

    permission_classes = [IsBorrower]
    parser_classes = [MultiPartParser]

    class Input(serializers.Serializer[Any]):
        file = serializers.FileField(allow_empty_file=True)

    @extend_schema(
        operation_id="application_evidence",
        request={"multipart/form-data": Input},
        responses=ApplicationOutput,
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Put a PDF, JPG or PNG of at most 5 MB on a draft. Needs the consent of its purpose."""
        if uploads.is_longer_than(request, evidence.MOST_BYTES):
            raise evidence.too_large()
        uploads.keep_in_memory(request)
        given = self.Input(data=request.data)
        given.is_valid(raise_exception=True)
        card = card_of(request)
        drafts.upload_evidence(
            application_id=queries.own(card.id, public_id).pk,
            content=given.validated_data["file"].read(),
            by=acting(card),
        )
        return Response(by_id(card, public_id))


class Figures(APIView):
    """What was used, what it says, and how it counted."""

    permission_classes = [IsBorrower]

    @extend_schema(operation_id="application_figures", responses=FigureGroupOutput(many=True))
    def get(self, request: Request, public_id: str) -> Response:
        """Every figure of the decision, by groups; the group that weighed most first.

        Empty before a decision and once the figures were erased.
        """
        found = queries.own(card_of(request).id, public_id)
        groups = decisions.figures(found.pk) if found.assessment_id is not None else ()
        return Response(FigureGroupOutput(map(_figures, groups), many=True).data)


class Submission(APIView):
    """Sending a draft."""

    permission_classes = [IsBorrower]

    @extend_schema(
        operation_id="application_submit",
        request=None,
        responses={
            200: ApplicationOutput,
            202: OpenApiResponse(ApplicationOutput, "Still deciding; look at Location again."),
        },
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Send the draft to be decided; sending again changes nothing. Waits up to 300 ms."""
        card, on = card_of(request), business_dates.today()
        application_id = queries.own_id(card.id, public_id)
        actions.submit(
            application_id=application_id,
            on=on,
            at=clock.now(),
            by=acting(card),
        )
        is_decided = wait_until(lambda: queries.is_decided(application_id), seconds=WAIT_SECONDS)
        answer = Response(by_id(card, public_id, on=on), status=200 if is_decided else 202)
        if not is_decided:
            answer["Location"] = reverse("lending-api:application", args=[public_id])
        return answer


def by_id(card: BorrowerCard, public_id: str, *, on: date | None = None) -> Any:
    """The borrower's own application with its answer, as JSON. Raises NotFound.

    Who knows the business date already may say so.
    """
    found = queries.own(card.id, public_id)
    told = decisions.explanation(found.pk) if found.assessment_id is not None else None
    return _WRITTEN.to_representation(
        _summary(found)
        | {
            "missing": missing(found),
            "can_ask_for_a_person": deciding.can_ask_for_a_person(
                found, is_reviewed=told is not None and told.review is not None
            ),
            "is_proof_awaited": found.evidence_id is not None and queries.is_proof_awaited(found),
            "decision": _decision(told) if told else None,
            "offer": offer_shown(found, on),
            "loan": _loan(found),
        }
    )


def _summary(found: LoanApplication) -> dict[str, Any]:
    return {
        "id": found.public_id,
        "state": found.state,
        "product": found.product.code,
        "product_name": found.product.name_in(get_language() or ""),
        "merchant": found.merchant.code if found.merchant else None,
        "amount_fen": found.amount_fen,
        "term_months": found.term_months,
        "has_evidence": found.evidence_id is not None,
        "discount_ppm": found.entitlement.discount_ppm if found.entitlement else 0,
        "drafted_at": found.drafted_at,
        "submitted_at": found.submitted_at,
        "decided_at": found.decided_at,
    }


def _loan(found: LoanApplication) -> str | None:
    if found.state != ApplicationState.SIGNED:
        return None
    loan = loans.of_application(found.pk)
    return loan.public_id if loan else None


def _figures(group: FeatureGroup) -> dict[str, Any]:
    lines = [
        {
            "code": line.name,
            "title": said(line.title),
            "value": line.value,
            "says": said(line.says),
            "purpose": line.purpose,
            "days": line.days,
            "weight": line.weight.value,
        }
        for line in group.lines
    ]
    return {
        "code": group.code,
        "title": said(group.title),
        "figures": lines,
        "not_known": [said(each) for each in group.unknown],
    }


def _decision(told: Explanation) -> dict[str, Any]:
    reasons = [
        {
            "code": each.code,
            "direction": each.direction,
            "text": said(each.words),
            "share_ppm": each.share_ppm,
        }
        for each in told.reasons
    ]
    return {
        "reasons": reasons,
        "used": [said(each) for each in told.used],
        "review": gettext(review_words(told.review.reason_code)) if told.review else None,
        "decided_at": told.decided_at,
    }


def _entitlement_id(borrower_id: int, public_id: str) -> int | None:
    """The caller's own discount. Raises NotFound for anybody else's."""
    if not public_id:
        return None
    entitlement = rewards.entitlement_of(borrower_id, public_id)
    if entitlement is None:
        raise NotFound
    return entitlement.pk

"""Versions of products: one person writes and proposes, another puts in force.

Both times the law of the day is asked: no version is proposed or published that could pass the cap
on any lawful path, or that lends more, longer or otherwise than the lender's licence allows.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError
from django.db.models import Max

from common.actors import Actor
from common.approvals import actions as approvals
from common.approvals.models import ProposalState
from common.audit import actions as audit
from common.errors import NotFound, Refused
from common.texts import gettext_noop
from common.transactions import durable, required
from lending.products import law as laws
from lending.products.models import STEPS, LoanProduct, ProductProposal, ProductState

# What a version says; everything else of the row is about the version.
TERMS = (
    "name_zh", "name_en", "scene", "licence", "minimum_fen", "maximum_fen", "terms_months",
    "method", "rhythm", "floor_rate_ppm", "highest_rate_ppm", "penalty_multiple_ppm", "grace_days",
    "cooling_off_days", "pays_merchant", "needs_evidence", "needs_order",
)  # fmt: skip
VERSION_ONCE = "loan_product_version_is_once"


class ProductFourEyesNeeded(Refused):
    """One person alone does not put a product in force."""

    code = "PRODUCT_FOUR_EYES_NEEDED"
    message = gettext_noop("A product needs two people: one who proposes it, another who approves.")
    advice = gettext_noop("Ask a colleague who may approve products.")
    status = 403


class NotYourProductDraft(Refused):
    """A draft is proposed by who wrote it, once at a time."""

    code = "NOT_YOUR_PRODUCT_DRAFT"
    message = gettext_noop("This version is not yours to propose now.")
    advice = gettext_noop("Leave it to its author, or write a version of your own.")
    status = 403


class ProductProposalDecided(Refused):
    """It has been approved or turned down already."""

    code = "PRODUCT_PROPOSAL_DECIDED"
    message = gettext_noop("This proposal has been decided already.")
    advice = gettext_noop("Open the product to see by whom.")


class VersionWrittenMeanwhile(Refused):
    """Two versions were written at once."""

    code = "VERSION_WRITTEN_MEANWHILE"
    message = gettext_noop("Somebody wrote another version of this product just now.")
    advice = gettext_noop("Compare the two, then try again.")


class TermsOutOfRhythm(Refused):
    """A term that does not end with a whole period."""

    code = "PRODUCT_TERMS_OUT_OF_RHYTHM"
    message = gettext_noop("Each term has to be a multiple of the %(months)s months of a period.")
    advice = gettext_noop("Leave out the other terms, or choose another rhythm.")
    status = 422


def draft(*, code: str, terms: Mapping[str, Any], by: Actor) -> LoanProduct:
    """Write the next version of a product, or the first of a new one.

    Raises VersionWrittenMeanwhile, TermsOutOfRhythm.
    """
    assert set(terms) == set(TERMS)
    step_months = STEPS[terms["rhythm"]]
    if any(each % step_months for each in terms["terms_months"]):
        raise TermsOutOfRhythm(months=step_months)
    try:
        return _draft(code, terms, by)
    except IntegrityError as error:
        if VERSION_ONCE not in str(error):
            raise
        raise VersionWrittenMeanwhile from error


@durable
def _draft(code: str, terms: Mapping[str, Any], by: Actor) -> LoanProduct:
    versions = LoanProduct.objects.filter(code=code)
    latest = versions.aggregate(latest=Max("version"))["latest"] or 0
    author_id = by.account_id if by.kind == "STAFF" else None
    row = LoanProduct.objects.create(code=code, version=latest + 1, author_id=author_id, **terms)
    _note("drafted", row, by)
    return row


@durable
def propose(*, product_id: int, on: date, by: Actor) -> int:
    """Ask for one's own draft to be put in force; again while it waits is once. Its number.

    Raises NotFound, NotYourProductDraft, ProductAboveTheCap and law's other refusals.
    """
    row = _locked(product_id)
    if by.kind != "STAFF" or row.state != ProductState.DRAFT or row.author_id != by.account_id:
        raise NotYourProductDraft
    waiting = ProductProposal.objects.filter(product=row, state=ProposalState.PROPOSED).first()
    if waiting is not None:
        return waiting.pk
    laws.insist_on_law(row, on=on)
    assert row.author_id is not None
    proposal = ProductProposal.objects.create(product=row, author_id=row.author_id)
    _note("proposed", row, by)
    return proposal.pk


@durable
def approve(*, proposal_id: int, on: date, by: Actor) -> None:
    """Put what somebody else proposed in force; the same again is once.

    The version in force until then is retired; loans under it go on under it. Raises NotFound,
    ProductFourEyesNeeded, ProductProposalDecided, and law's refusals.
    """
    proposal = _decidable(proposal_id, by, wanted=ProposalState.APPROVED)
    if proposal is None:
        return
    laws.insist_on_law(proposal.product, on=on)
    approvals.decide(row=proposal, state=ProposalState.APPROVED, by=by)
    _put_in_force(proposal.product, by)


@durable
def turn_down(*, proposal_id: int, by: Actor) -> None:
    """Leave what somebody else proposed; the same again is once.

    Raises NotFound, ProductFourEyesNeeded, ProductProposalDecided.
    """
    proposal = _decidable(proposal_id, by, wanted=ProposalState.TURNED_DOWN)
    if proposal is not None:
        approvals.decide(row=proposal, state=ProposalState.TURNED_DOWN, by=by)
        _note("turned_down", proposal.product, by)


@durable
def close(*, product_id: int, by: Actor) -> None:
    """Take no new applications; again is the same. One person may: it protects and costs nobody.

    Raises NotFound.
    """
    row = _locked(product_id)
    if row.is_open:
        LoanProduct.objects.filter(pk=row.pk).update(is_open=False)
        _note("closed", row, by)


@required
def _put_in_force(row: LoanProduct, by: Actor) -> None:
    # All of the code, in one order: two publications at once must not find the same predecessor.
    versions = LoanProduct.objects.filter(code=row.code).order_by("pk")
    list(versions.select_for_update(no_key=True))
    versions.filter(state=ProductState.PUBLISHED).update(state=ProductState.RETIRED)
    versions.filter(pk=row.pk).update(state=ProductState.PUBLISHED)
    _note("published", row, by)


def _decidable(proposal_id: int, by: Actor, *, wanted: ProposalState) -> ProductProposal | None:
    return approvals.decidable(
        rows=ProductProposal.objects.select_related("product"),
        proposal_id=proposal_id,
        by=by,
        wanted=wanted,
        four_eyes_needed=ProductFourEyesNeeded,
        decided=ProductProposalDecided,
    )


@required
def _locked(product_id: int) -> LoanProduct:
    row = LoanProduct.objects.select_for_update(no_key=True).filter(pk=product_id).first()
    if row is None:
        raise NotFound
    return row


def _note(what: str, row: LoanProduct, by: Actor) -> None:
    audit.append(
        action=f"lending.product.{what}",
        subject=f"product:{row.code}:{row.version}",
        by=by,
        facts={"scene": row.scene, "licence": row.licence},
    )

"""What a draft still lacks, in the order of its pages."""

from borrowers.consent import queries as consents
from lending.applications.models import ApplicationState, LoanApplication
from lending.applications.purposes import telling
from lending.products.merchants import orders
from lending.products.models import LoanProduct
from lending.products.queries import asks_for_order
from lending.products.scenes.judging import SCENES

PURPOSE, PROOF = "purpose", "proof"


def pages(product: LoanProduct) -> list[str]:
    """The pages of a product after the one that asks for amount and time."""
    asked = {
        PURPOSE: product.pays_merchant or asks_for_order(product),
        PROOF: product.needs_evidence or SCENES[product.scene].consent is not None,
    }
    return [page for page, is_asked in asked.items() if is_asked]


def missing(application: LoanApplication) -> list[str]:
    """Pages of a draft that are not answered whole; none once it was sent."""
    if application.state != ApplicationState.DRAFT:
        return []
    answered = {PURPOSE: _has_purpose, PROOF: _has_proof}
    return [page for page in pages(application.product) if not answered[page](application)]


def _has_purpose(application: LoanApplication) -> bool:
    product = application.product
    if product.pays_merchant and application.merchant_id is None:
        return False
    return not asks_for_order(product) or orders.told_of(application.pk) is not None


def _has_proof(application: LoanApplication) -> bool:
    purpose = telling.scene_of(application).consent
    if purpose is not None and not consents.is_allowed(application.borrower_id, purpose):
        return False
    return not application.product.needs_evidence or application.evidence_id is not None

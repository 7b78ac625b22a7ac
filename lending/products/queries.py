"""What can be borrowed, and which merchants can be paid."""

from django.db.models import QuerySet

from common import rows
from common.errors import Refused
from common.money import yuan
from common.texts import gettext_noop
from lending.products.models import LoanProduct, Merchant, ProductState
from lending.products.scenes.judging import SCENES


class ProductNotOpen(Refused):
    """No such product, or it takes no new applications."""

    code = "PRODUCT_NOT_OPEN"
    message = gettext_noop("This product takes no new applications.")
    advice = gettext_noop("Choose another product.")
    status = 404


class MerchantNotOpen(Refused):
    """No such merchant for this product."""

    code = "MERCHANT_NOT_OPEN"
    message = gettext_noop("This school or shop cannot be paid with this product.")
    advice = gettext_noop("Choose one from the list.")
    status = 422


class AmountNotOffered(Refused):
    """Outside of what the product lends."""

    code = "AMOUNT_NOT_OFFERED"
    message = gettext_noop("You can ask for ¥%(least)s to ¥%(most)s.")
    advice = gettext_noop("Enter an amount in that range.")
    status = 422


class TermNotOffered(Refused):
    """Not one of the product's terms."""

    code = "TERM_NOT_OFFERED"
    message = gettext_noop("This number of months is not offered.")
    advice = gettext_noop("Choose one of the terms in the list.")
    status = 422


def open_products() -> QuerySet[LoanProduct]:
    """Products that take applications, each in the version that is in force."""
    rows = LoanProduct.objects.filter(state=ProductState.PUBLISHED, is_open=True)
    return rows.order_by("pk")


def open_product(code: str) -> LoanProduct:
    """One of them. Raises ProductNotOpen."""
    product = open_products().filter(code=code).first()
    if product is None:
        raise ProductNotOpen
    return product


def by_id(product_id: int) -> LoanProduct:
    """The product of an application or a loan, open or not."""
    product = rows.get(LoanProduct, product_id)
    assert product is not None
    return product


def open_merchants(scene: str) -> QuerySet[Merchant]:
    """Merchants that can be paid in a scene."""
    return Merchant.objects.filter(scene=scene, is_open=True).order_by("pk")


def open_merchant(*, code: str, scene: str) -> Merchant:
    """One of them. Raises MerchantNotOpen."""
    merchant = open_merchants(scene).filter(code=code).first()
    if merchant is None:
        raise MerchantNotOpen
    return merchant


def asks_for_order(product: LoanProduct) -> bool:
    """Whether the order or contract is told: where the product says so, and where the scene does.

    A version from before orders is bound by its scene all the same.
    """
    return product.needs_order or SCENES[product.scene].needs_order


def insist_on_range(product: LoanProduct, *, amount_fen: int, term_months: int) -> None:
    """Raises AmountNotOffered, TermNotOffered."""
    if not product.minimum_fen <= amount_fen <= product.maximum_fen:
        raise AmountNotOffered(least=yuan(product.minimum_fen), most=yuan(product.maximum_fen))
    if term_months not in product.terms_months:
        raise TermNotOffered

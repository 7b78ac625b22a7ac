"""Opening products and merchants."""

from dataclasses import asdict

from lending.products.demonstration import PRODUCTS, SCHOOLS
from lending.products.models import LoanProduct, Merchant


def open_demonstration() -> None:
    """Open the demonstration's products and merchants; what exists stays as it is."""
    for product in PRODUCTS:
        terms = asdict(product) | {"terms_months": list(product.terms_months)}
        LoanProduct.objects.get_or_create(code=product.code, defaults=terms)
    for school in SCHOOLS:
        Merchant.objects.get_or_create(code=school.code, defaults=asdict(school))

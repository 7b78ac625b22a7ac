"""Opening products and merchants."""

from dataclasses import asdict

from lending.products.demonstration import PRODUCTS, SCHOOLS
from lending.products.models import LoanProduct, Merchant, ProductState


def open_demonstration() -> None:
    """Open the demonstration's products and merchants; what exists stays as it is."""
    for product in PRODUCTS:
        if not LoanProduct.objects.filter(code=product.code).exists():
            terms = asdict(product) | {"terms_months": list(product.terms_months)}
            LoanProduct.objects.create(**terms, state=ProductState.PUBLISHED)
    for school in SCHOOLS:
        Merchant.objects.get_or_create(code=school.code, defaults=asdict(school))

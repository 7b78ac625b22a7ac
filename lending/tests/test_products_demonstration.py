"""The demonstration's products: every term is named, and what is opened is what is named."""

from dataclasses import MISSING, fields

import pytest

from lending.products import actions
from lending.products.demonstration import (
    CONSUMPTION,
    EDUCATION,
    PRODUCTS,
    SCHOOLS,
    Product,
    product_for,
)
from lending.products.models import LoanProduct, Merchant, Scene


def test_no_term_is_left_to_a_default():
    assert all(each.default is MISSING for each in fields(Product))
    kept_elsewhere = {"id", "is_open", "opened_at", "version", "state", "author"}
    columns = {each.name for each in LoanProduct._meta.concrete_fields}
    assert {each.name for each in fields(Product)} == columns - kept_elsewhere


def test_each_scene_has_its_product():
    assert list(dict.fromkeys(each.scene for each in PRODUCTS)) == list(Scene)
    assert [product_for(scene).code for scene in (CONSUMPTION, EDUCATION)] == ["DAILY", "STUDY"]


@pytest.mark.django_db
def test_opening_them_twice_opens_them_once_on_the_terms_that_are_named():
    actions.open_demonstration()
    actions.open_demonstration()

    daily = LoanProduct.objects.get(code="DAILY")
    named = product_for(CONSUMPTION)
    assert (daily.grace_days, daily.penalty_multiple_ppm) == (3, 1_500_000)
    assert all(
        getattr(daily, each.name) == getattr(named, each.name)
        for each in fields(Product)
        if each.name != "terms_months"
    )
    assert daily.terms_months == [3, 6, 12]
    assert (LoanProduct.objects.count(), Merchant.objects.count()) == (len(PRODUCTS), len(SCHOOLS))

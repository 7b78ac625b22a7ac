"""Every address of the staff pages is closed to whoever has no business there."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import transaction
from django.db.models import Model
from django.urls import NoReverseMatch, reverse

from borrowers.behaviour import queries as behaviour
from borrowers.behaviour.contracts import Category
from borrowers.behaviour.merchants import actions as merchants
from borrowers.behaviour.merchants.naming import Rule
from borrowers.behaviour.models import EventMark, QuarantinedRow
from borrowers.checks import lines
from borrowers.checks.models import LabelProposal
from borrowers.deliveries.models import Delivery
from borrowers.documents.models import SealedFile
from borrowers.messages import actions as messages
from borrowers.partners.models import Partner, PartnerKey
from borrowers.people import actions as people
from borrowers.people.models import Account
from borrowers.tests import cast
from borrowers.tests.partner_door import partner
from borrowers.tests.test_admin_pages import clear, signed_in
from borrowers.tests.test_behaviour_imports import upload
from borrowers.uploads.models import Upload
from common.actors import SYSTEM, Actor

pytestmark = pytest.mark.django_db

OURS = sorted(
    (each for each in admin.site._registry if each._meta.app_label == "borrowers"),
    key=str,
)
EVERYBODYS = sorted(
    f"{each._meta.app_label}_{each._meta.model_name}" for each in admin.site._registry
)


def addresses(model, pk) -> list[str]:
    """Every named address below the pages of a model, filled with the key of a row."""
    found = []
    for pattern in admin.site._registry[model].get_urls():
        if pattern.name is None:
            continue
        asked = {name: "x" if "slug" in str(kind).lower() else pk
                 for name, kind in pattern.pattern.converters.items()}  # fmt: skip
        found.append(reverse(f"admin:{pattern.name}", kwargs=asked))
    return found


def key_of(model) -> object:
    row = model._default_manager.values_list("pk", flat=True).first()
    return 1 if row is None else row


def staff(number: int, *codes: str) -> Account:
    """A member of staff who may do just this."""
    account = people.open_staff(
        phone=f"139000001{number:02d}", password="a long enough password", is_administrator=False
    )
    account.user_permissions.set(Permission.objects.filter(codename__in=codes))
    return Account.objects.get(pk=account.pk)


@pytest.fixture
def house():
    """A row of everything that the staff pages of borrowers show, most of it about Lin."""
    lin, mei = cast.borrower("Lin"), cast.officer()
    cast.identify(lin, name="Lin Yue", id_number=cast.LIN_ID_NUMBER)
    cast.allow(lin)
    upload(lin, [cast.event(1)])
    key, by = behaviour.match_columns_of(lin.id).key(0), cast.self_of(lin)
    lines.dispute(borrower_id=lin.id, event=key, by=by)
    lines.propose_label(borrower_id=lin.id, event=key, category=Category.TRAVEL, by=by)
    people.reveal(
        borrower_id=lin.id, fields=["phone"], reason_code="COMPLAINT",
        by=Actor(kind="STAFF", account_id=mei.pk),
    )  # fmt: skip
    with transaction.atomic():
        messages.send(borrower_id=lin.id, template="OFFER_READY", facts={}, message_key="offer:1")
    partner()
    Delivery.objects.create(partner=Partner.objects.get(), outcomes="A")
    Upload.objects.create(borrower_id=lin.id, document=SealedFile.objects.get())
    rule = Rule("示例超市", is_prefix=False, category=Category.GROCERIES)
    merchants.put(rule=rule, by=SYSTEM)


def counts() -> list[int]:
    waiting = [
        each.objects.filter(decided_at=None) for each in (EventMark, LabelProposal, QuarantinedRow)
    ]
    tables: list[type[Model]] = [*OURS, PartnerKey]
    kept = [each._default_manager.all() for each in tables]
    return [each.count() for each in (*kept, *waiting, Partner.objects.filter(is_open=True))]


def answers(client, urls):
    """What each address says to a link and to a button."""
    for url in urls:
        given = {"post": "yes", "fields_asked": ["name"], "reason_code": "FRAUD_CHECK",
                 "code": "MALL_9", "name": "x"}  # fmt: skip
        yield url, client.get(url)
        yield url, client.post(url, given)


@pytest.mark.parametrize("model", OURS, ids=lambda each: each._meta.model_name)
class TestEveryPageOfBorrowers:
    def test_asks_a_stranger_to_sign_in(self, client, house, model):
        before = counts()

        for url, page in answers(client, addresses(model, key_of(model))):
            assert page.status_code == 302, url
            assert "/login" in page.headers["Location"], url

        assert counts() == before

    def test_shows_zhao_nothing(self, house, model):
        zhao = cast.borrower("Zhao")
        client = signed_in(Account.objects.get(pk=zhao.account_id))
        before = counts()

        for url, page in answers(client, addresses(model, key_of(model))):
            assert page.status_code in {302, 403}, url
            assert clear(page) == [], url

        assert counts() == before

    def test_shows_nothing_to_staff_who_have_no_right_to_it(self, house, model):
        client = signed_in(staff(1))
        before = counts()

        for url, page in answers(client, addresses(model, key_of(model))):
            assert page.status_code in {302, 403}, url
            assert page.headers.get("Location", "/admin/") == "/admin/", url
            assert clear(page) == [], url

        assert counts() == before

    def test_lets_staff_who_may_look_press_nothing(self, house, model):
        client = signed_in(staff(2, f"view_{model._meta.model_name}"))
        before = counts()

        seen = list(answers(client, addresses(model, key_of(model))))

        assert 200 in {page.status_code for _, page in seen}
        assert [url for url, page in seen if clear(page)] == []
        assert counts() == before


@pytest.mark.parametrize("name", EVERYBODYS)
def test_no_list_of_the_house_opens_for_staff_without_rights(name):
    client = signed_in(staff(3))
    try:
        url = reverse(f"admin:{name}_changelist")
    except NoReverseMatch:
        pytest.skip("a model without a list")

    assert client.get(url).status_code in {403, 404}


def test_the_start_page_offers_zhao_of_the_staff_nothing():
    page = signed_in(staff(4)).get(reverse("admin:index"), follow=True)

    assert [app for app in page.context["available_apps"] if app["models"]] == []


def test_one_right_opens_one_list(house):
    client = signed_in(staff(5, "view_message"))

    opened = [
        model._meta.model_name
        for model in OURS
        if client.get(reverse(f"admin:borrowers_{model._meta.model_name}_changelist")).status_code
        == 200
    ]

    assert opened == ["message"]

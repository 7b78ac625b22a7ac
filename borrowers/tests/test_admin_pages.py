"""The staff pages: people are covered, clear details cost a reason, and nothing can be changed."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from borrowers.behaviour import actions as behaviour
from borrowers.messages import actions as messages
from borrowers.people import actions as people
from borrowers.people.models import AccessEntry, Account, Borrower
from borrowers.tests import cast
from common.audit.models import AuditEntry

pytestmark = pytest.mark.django_db

LISTS = (
    "borrower",
    "accessentry",
    "consent",
    "importbatch",
    "eventrow",
    "message",
    "upload",
    "quarantinedrow",
    "eventmark",
    "labelproposal",
)


def signed_in(account: Account) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(account)
    return client


@pytest.fixture
def mei() -> Account:
    return cast.officer()


@pytest.fixture
def staff(mei) -> Client:
    return signed_in(mei)


@pytest.fixture
def lin():
    """Lin with one of everything."""
    lin = cast.borrower("Lin")
    cast.identify(lin, name="Lin Yue", id_number=cast.LIN_ID_NUMBER)
    cast.allow(lin)
    behaviour.upload_bill(
        borrower_id=lin.id,
        reading=cast.reading([cast.event(number) for number in range(3)]),
        content=b"a bill",
        media_type="text/csv",
        by=cast.self_of(lin),
    )
    with transaction.atomic():
        messages.send(borrower_id=lin.id, template="OFFER_READY", facts={}, message_key="offer:1")
    return lin


def clear(page) -> list[str]:
    """Which of Lin's details a page shows."""
    shown = page.content.decode()
    secrets = ("Lin Yue", cast.LIN_ID_NUMBER, "13900000001", "1998-03-14", "noodles", "p1$")
    return [each for each in secrets if each in shown]


def list_of(client: Client, name: str, query: str = ""):
    return client.get(reverse(f"admin:borrowers_{name}_changelist") + query)


class TestEveryList:
    @pytest.mark.parametrize("name", LISTS)
    def test_opens_and_shows_nothing_in_the_clear(self, staff, lin, name):
        page = list_of(staff, name, f"?q={lin.public_id}")

        assert page.status_code == 200
        assert clear(page) == []

    @pytest.mark.parametrize("name", LISTS)
    def test_is_closed_to_borrowers(self, lin, name):
        client = signed_in(Account.objects.get(pk=lin.account_id))

        assert list_of(client, name).status_code in {302, 403}

    @pytest.mark.parametrize("name", LISTS)
    def test_lets_nobody_add_change_or_delete(self, mei, name, rf):
        request = rf.get("/admin/")
        request.user = mei
        site = next(
            each for model, each in admin.site._registry.items() if model._meta.model_name == name
        )

        assert not site.has_add_permission(request)
        assert not site.has_change_permission(request)
        assert not site.has_delete_permission(request)
        assert site.has_view_permission(request)

    @pytest.mark.parametrize("name", ["borrower", "consent", "importbatch", "message"])
    def test_opens_a_row_and_shows_nothing_in_the_clear(self, staff, lin, name):
        model = next(each for each in admin.site._registry if each._meta.model_name == name)
        row = model._default_manager.all()[0]

        page = staff.get(reverse(f"admin:borrowers_{name}_change", args=[row.pk]))

        assert page.status_code == 200
        assert clear(page) == []


class TestPeople:
    def test_are_listed_covered(self, staff, lin):
        shown = list_of(staff, "borrower").content.decode()

        assert "L**" in shown
        assert "139****0001" in shown
        assert lin.public_id in shown

    def test_are_found_by_a_whole_phone_number(self, staff, lin):
        cast.borrower("Wei")

        shown = list_of(staff, "borrower", "?q=13900000001").content.decode()

        assert lin.public_id in shown
        assert "139****0002" not in shown

    def test_are_not_found_by_a_part_of_one(self, staff, lin):
        assert lin.public_id not in list_of(staff, "borrower", "?q=1390000").content.decode()

    def test_cost_as_many_queries_in_a_long_list_as_in_a_short_one(self, staff, lin):
        list_of(staff, "borrower")
        with CaptureQueriesContext(connection) as few:
            list_of(staff, "borrower")
        for number in range(6, 16):
            people.open_account(phone=f"139000000{number:02d}", language="en")

        with CaptureQueriesContext(connection) as many:
            list_of(staff, "borrower")

        assert len(many) == len(few)

    def test_show_their_consents_bills_and_who_looked(self, staff, lin):
        page = staff.get(reverse("admin:borrowers_borrower_change", args=[lin.id]))

        shown = page.content.decode()
        assert "Your consumption records" in shown
        assert "3 / 5" in shown
        assert "Nobody so far." in shown

    def test_are_listed_although_a_cell_of_one_is_damaged(self, staff, lin):
        wei = cast.borrower("Wei")
        cast.identify(wei, name="Wei Jun", id_number=cast.WEI_ID_NUMBER)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE borrowers_borrower SET name = id_number WHERE id = %s", [lin.id])

        shown = list_of(staff, "borrower").content.decode()

        assert "W**" in shown
        assert lin.public_id in shown

    def test_are_not_deleted_by_the_bulk_action(self, staff, lin):
        staff.post(
            reverse("admin:borrowers_borrower_changelist"),
            {"action": "delete_selected", "_selected_action": [lin.id], "post": "yes"},
        )

        assert Borrower.objects.filter(pk=lin.id).exists()


class TestReveal:
    def reveal(self, client, card, **given):
        asked = {"fields_asked": ["name", "id_number"], "reason_code": "FRAUD_CHECK"} | given
        return client.post(reverse("admin:borrowers_borrower_reveal", args=[card.id]), asked)

    def test_shows_what_was_asked_once_and_keeps_who_looked_and_why(self, staff, mei, lin):
        page = self.reveal(staff, lin)

        assert clear(page) == ["Lin Yue", cast.LIN_ID_NUMBER]
        assert "no-store" in page.headers["Cache-Control"]
        entry = AccessEntry.objects.get()
        assert (entry.seen_by_id, entry.borrower_id) == (mei.pk, lin.id)
        assert (entry.reason_code, entry.fields_seen) == ("FRAUD_CHECK", ["id_number", "name"])
        assert AuditEntry.objects.filter(action="borrowers.person.revealed").count() == 1

    @pytest.mark.parametrize(
        "given", [{"reason_code": ""}, {"reason_code": "CURIOSITY"}, {"fields_asked": []}]
    )
    def test_without_a_reason_or_a_field_shows_nothing(self, staff, lin, given):
        page = self.reveal(staff, lin, **given)

        assert clear(page) == []
        assert not AccessEntry.objects.exists()

    def test_needs_a_click_and_not_a_link(self, staff, lin):
        page = staff.get(reverse("admin:borrowers_borrower_reveal", args=[lin.id]))

        assert page.status_code == 403
        assert not AccessEntry.objects.exists()

    def test_needs_its_own_permission(self, lin):
        account = people.open_staff(
            phone="13900000006", password="a long enough password", is_administrator=False
        )
        account.user_permissions.add(Permission.objects.get(codename="view_borrower"))
        client = signed_in(account)

        page = self.reveal(client, lin)

        assert page.status_code == 403
        assert not AccessEntry.objects.exists()
        person = client.get(reverse("admin:borrowers_borrower_change", args=[lin.id]))
        assert person.status_code == 200
        assert "Show clear details" not in person.content.decode()

    def test_is_seen_by_the_person(self, staff, lin):
        self.reveal(staff, lin)

        page = signed_in(Account.objects.get(pk=lin.account_id)).get(reverse("borrowers:privacy"))

        assert "To check a suspicion of fraud" in page.content.decode()

    def test_twice_is_two_looks(self, staff, lin):
        self.reveal(staff, lin)
        self.reveal(staff, lin)

        assert AccessEntry.objects.count() == 2

    def test_of_nobody_is_not_found(self, staff, mei):
        page = staff.post(
            reverse("admin:borrowers_borrower_reveal", args=[10**9]),
            {"fields_asked": ["name"], "reason_code": "FRAUD_CHECK"},
        )

        assert page.status_code == 404
        assert not AccessEntry.objects.exists()

    def test_of_another_site_is_refused(self, mei, lin):
        client = Client(enforce_csrf_checks=True)
        client.force_login(mei)

        assert self.reveal(client, lin).status_code == 403
        assert not AccessEntry.objects.exists()


class TestEvents:
    def test_of_nobody_in_particular_are_not_listed(self, staff, lin):
        shown = list_of(staff, "eventrow").content.decode()

        assert "Eating out" not in shown

    def test_of_one_person_are_found_by_their_public_number(self, staff, lin):
        shown = list_of(staff, "eventrow", f"?q={lin.public_id}").content.decode()

        assert shown.count("Eating out") == 3
        assert "¥10.02" in shown

    def test_of_an_unknown_number_are_none(self, staff, lin):
        assert "Eating out" not in list_of(staff, "eventrow", "?q=nobody").content.decode()


class TestFilters:
    @pytest.mark.parametrize(
        ("name", "query"),
        [
            ("borrower", "?identified_at__isempty=0"),
            ("consent", "?withdrawal__isempty=1"),
            ("importbatch", "?source=1"),
            ("message", "?read_at__isempty=1"),
        ],
    )
    def test_work(self, staff, lin, name, query):
        page = list_of(staff, name, query)

        assert page.status_code == 200
        assert lin.public_id in page.content.decode()

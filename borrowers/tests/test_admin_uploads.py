"""Uploads for staff: reasons in words, figures of layouts, and nothing for outsiders."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from borrowers.people import actions as people
from borrowers.people.models import Account
from borrowers.tests import cast, workers
from borrowers.tests.bill_texts import number, wechat, wechat_row
from borrowers.tests.test_admin_pages import clear, list_of, signed_in
from borrowers.uploads import actions
from common.actors import Actor

pytestmark = pytest.mark.django_db
BILL = wechat(wechat_row(), wechat_row(at="2099-01-01 12:30:00", native_id=number(9)))


def layouts() -> str:
    return reverse("admin:borrowers_upload_layouts")


@pytest.fixture
def lin():
    """Lin with one file read, one of its rows not understood, and one file refused."""
    lin = cast.borrower("Lin")
    cast.identify(lin, name="Lin Yue", id_number=cast.LIN_ID_NUMBER)
    cast.allow(lin)
    by = Actor(kind="BORROWER", account_id=lin.account_id)
    for content in (BILL, b"one,two\n1,2\n"):
        actions.receive(borrower_id=lin.id, content=content, password="", by=by)
        workers.read_what_is_owed()
    return lin


@pytest.fixture
def staff():
    return signed_in(cast.officer())


class TestTheList:
    def test_says_what_came_of_each_file(self, staff, lin):
        page = list_of(staff, "upload")

        shown = page.content.decode()
        assert "it is not a bill that we know" in shown
        assert clear(page) == []

    def test_is_narrowed_to_one_reason(self, staff, lin):
        shown = list_of(staff, "upload", "?refusal=FILE_IS_NOT_A_BILL").content.decode()

        assert shown.count(lin.public_id) == 1

    def test_leads_to_the_figures(self, staff, lin):
        assert layouts() in list_of(staff, "upload").content.decode()


class TestTheFigures:
    def test_count_bills_rows_and_what_was_not_understood(self, staff, lin):
        shown = staff.get(layouts()).content.decode()

        assert "WECHAT_CSV" in shown
        assert "50.00%" in shown
        assert "FILE_IS_NOT_A_BILL" in shown
        assert '<svg viewBox="0 0 360' in shown

    def test_of_an_empty_house_say_so(self, staff):
        shown = staff.get(layouts()).content.decode()

        assert "No file has been read so far." in shown
        assert "None so far." in shown

    def test_are_closed_to_staff_without_the_permission(self, lin):
        zhao = people.open_staff(
            phone="13900000006", password="a long enough password", is_administrator=False
        )
        client = signed_in(zhao)

        assert client.get(layouts()).status_code == 403
        assert list_of(client, "upload").status_code == 403

        zhao.user_permissions.add(Permission.objects.get(codename="view_upload"))
        assert signed_in(Account.objects.get(pk=zhao.pk)).get(layouts()).status_code == 200

    def test_are_closed_to_borrowers(self, lin):
        client = signed_in(Account.objects.get(pk=lin.account_id))

        assert client.get(layouts()).status_code in {302, 403}

"""The staff page of payees: who asks, who decides, and what nobody else gets to see."""

import pytest
from django.urls import reverse

from lending.channels.payees.models import PayeeChange
from lending.tests import builders
from lending.tests.builders import NOW
from lending.tests.statements import clerk
from lending.tests.test_admin_pages import officer, signed_in
from lending.tests.test_payees import asked
from tests.machinery.unchanged import nothing_written

pytestmark = pytest.mark.django_db
LIST = "admin:lending_payeechange_changelist"
ASK = "admin:lending_payeechange_ask"


@pytest.fixture
def account():
    builders.open_books()
    return f"person:{builders.person('Lin').public_id}"


def may(*words):
    return signed_in(officer(*words))


ASKING = ("view_payeechange", "propose_payeechange")
DECIDING = ("view_payeechange", "approve_payeechange")


def wish(owner, **changes):
    return {
        "channel": "ALIPAY", "account": owner, "identity": "2088-secret", "name": "林",
        "reason": "OWNER_ASKED", **changes,
    }  # fmt: skip


def test_who_may_ask_asks_and_nothing_counts_yet(account):
    page = may(*ASKING).post(reverse(ASK), wish(account), follow=True).content.decode()

    row = PayeeChange.objects.get()
    assert (row.state, row.account, row.identity) == ("PROPOSED", account, "2088-secret")
    assert "A colleague has to approve it." in page
    assert "2088-secret" not in page


@pytest.mark.parametrize(
    "wrong", [{"account": "person:nobody"}, {"identity": ""}, {"channel": "SANDBOX"}]
)
def test_what_cannot_be_is_said_and_not_kept(account, wrong):
    browser = may(*ASKING)
    page = browser.post(reverse(ASK), wish(account, **wrong), follow=True)

    assert page.status_code == 200
    assert not PayeeChange.objects.exists()


def test_who_decides_sees_by_which_name_and_approves(account):
    row = asked(account, by=clerk("third"))
    browser, url = may(*DECIDING), reverse("admin:lending_payeechange_change", args=[row.pk])
    assert "2088-new" in browser.get(url).content.decode()

    decide = reverse("admin:lending_payeechange_decide", args=[row.pk])
    page = browser.post(decide, {"approve": ""}, follow=True).content.decode()

    row.refresh_from_db()
    assert row.state == "APPROVED"
    assert row.counts_from > NOW
    assert "2088-new" not in page
    assert "Stop it before it counts" in page

    browser.post(decide, {"stop": ""})
    row.refresh_from_db()
    assert row.stopped_at is not None


def test_who_may_only_look_neither_asks_nor_decides(account):
    row = asked(account, by=clerk("third"))
    browser = may("view_payeechange")
    page = browser.get(reverse("admin:lending_payeechange_change", args=[row.pk]))
    assert "2088-new" not in page.content.decode()

    with nothing_written():
        assert browser.post(reverse(ASK), wish(account)).status_code == 403
        url = reverse("admin:lending_payeechange_decide", args=[row.pk])
        assert browser.post(url, {"approve": ""}).status_code == 403
        assert browser.get(url).status_code == 403


def test_the_list_shows_the_form_to_who_may_ask(account):
    assert "Ask for another payee" in may(*ASKING).get(reverse(LIST)).content.decode()


def test_the_list_shows_no_form_to_others(account):
    assert "Ask for another payee" not in may(*DECIDING).get(reverse(LIST)).content.decode()

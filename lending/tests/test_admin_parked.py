"""The queue of notices that contradict us: who sees it, who resolves it, and that nothing moves."""

import pytest
from django.urls import reverse

from common.audit.models import AuditEntry
from lending.channels import parking
from lending.channels.models import ChannelEvent, ParkedNotice
from lending.tests.gateway_senders import books, switched_on, tell_wechat, transfer_through
from lending.tests.test_admin_pages import officer, signed_in
from tests.machinery.unchanged import nothing_written

pytestmark = pytest.mark.django_db
LIST = "admin:lending_parkednotice_changelist"
PAGE = "admin:lending_parkednotice_change"


@pytest.fixture(autouse=True)
def _platform(settings):
    with switched_on(settings):
        yield


@pytest.fixture
def waiting():
    """A success for an order that had failed here."""
    transfer = transfer_through("WECHAT_PAY")
    type(transfer).objects.update(state="FAILED")
    tell_wechat(transfer)
    return ParkedNotice.objects.get()


def found(browser, row, what):
    chosen = {"action": f"found_{what}", "_selected_action": [row.pk]}
    return browser.post(reverse(LIST), chosen, follow=True)


def test_shows_what_waits_and_why(waiting):
    page = signed_in(officer()).get(reverse(LIST)).content.decode()

    assert "Paid after it had failed here" in page
    assert "Waits for a person" in page
    assert "270.00" in page
    assert parking.waiting() == 1


def test_says_on_its_page_in_words_who_told_what(waiting):
    page = signed_in(officer()).get(reverse(PAGE, args=[waiting.pk])).content.decode()

    assert f"{waiting.event.out_trade_no} Paid after it had failed here" in page
    assert "WeChat Pay" in page
    assert "Arrived" in page
    for code in ("WECHAT_PAY", "SUCCEEDED", "PAID_AFTER_FAILURE"):
        assert code not in page


@pytest.mark.parametrize(
    ("what", "outcome"),
    [
        ("not_ours", "NOT_OURS"),
        ("matched", "MATCHED"),
        ("given_back", "GIVEN_BACK"),
        ("corrected", "CORRECTED"),
    ],
)
def test_is_resolved_by_whoever_may(waiting, what, outcome):
    mei = officer("resolve_parkednotice")
    before = books()

    page = found(signed_in(mei), waiting, what).content.decode()

    waiting.refresh_from_db()
    assert "1 notice is resolved." in page
    assert (waiting.outcome, parking.waiting()) == (outcome, 0)
    assert waiting.resolved_at is not None
    entry = AuditEntry.objects.get(action="lending.notice.resolved")
    assert entry.actor_account_id == mei.pk
    assert entry.facts == {"reason": "PAID_AFTER_FAILURE", "outcome": outcome}
    assert books() == before, "a finding moves no money"
    assert ChannelEvent.objects.count() == 1


def test_is_resolved_once(waiting):
    browser = signed_in(officer("resolve_parkednotice"))
    found(browser, waiting, "matched")

    page = found(browser, waiting, "not_ours").content.decode()

    assert "None of these notices waits any more." in page
    assert ParkedNotice.objects.get().outcome == "MATCHED"
    assert AuditEntry.objects.filter(action="lending.notice.resolved").count() == 1


def test_is_not_resolved_by_whoever_may_only_look(waiting):
    browser = signed_in(officer())

    with nothing_written():
        found(browser, waiting, "matched")

    assert parking.waiting() == 1


def test_is_changed_in_no_other_way(waiting):
    browser = signed_in(officer("resolve_parkednotice"))
    page = reverse("admin:lending_parkednotice_change", args=[waiting.pk])

    assert browser.get(page).status_code == 200
    assert browser.post(page, {"outcome": "MATCHED"}).status_code == 403
    assert browser.get(reverse("admin:lending_parkednotice_add")).status_code == 403
    assert parking.waiting() == 1

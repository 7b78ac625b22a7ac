"""The queues of staff: decided once, by whoever may, and words cost a reason."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from borrowers.behaviour.contracts import Category, EventKey, MarkState, RowState
from borrowers.behaviour.models import EventMark, ImportBatch, QuarantinedRow
from borrowers.behaviour.tables.rows import microseconds_of
from borrowers.checks import lines
from borrowers.checks.models import LabelProposal, LabelState
from borrowers.connectors.contracts import Quarantined
from borrowers.people import actions as people
from borrowers.people.models import AccessEntry, Account
from borrowers.tests import cast
from borrowers.tests.test_admin_pages import clear, list_of, signed_in
from borrowers.tests.test_behaviour_imports import upload

pytestmark = pytest.mark.django_db

QUEUES = ("quarantinedrow", "eventmark", "labelproposal")
WORDS = "noodles | 4 2"
READING = {
    "occurred_at": "2026-05-02 12:30",
    "amount": "42.00",
    "direction": "2",
    "category": str(int(Category.DINING)),
    "because": "FILE_COMPARED",
}
ASIDE = {"because": "NO_PAYMENT"}


@pytest.fixture
def lin():
    """Lin with one row not understood, one line that she wants left out, one category corrected."""
    lin = cast.borrower("Lin")
    cast.identify(lin, name="Lin Yue", id_number=cast.LIN_ID_NUMBER)
    cast.allow(lin)
    row = Quarantined(row_number=99, reason="AMOUNT_UNREADABLE", words=WORDS)
    event = cast.event(1)
    upload(lin, [event], quarantined=(row,))
    key = EventKey(microseconds_of(event.occurred_at), 1)
    lines.exclude(borrower_id=lin.id, event=key, by=cast.self_of(lin))
    lines.propose_label(
        borrower_id=lin.id, event=key, category=Category.GROCERIES, by=cast.self_of(lin)
    )
    return lin


@pytest.fixture
def staff() -> Client:
    return signed_in(cast.officer())


@pytest.fixture
def onlooker() -> Client:
    """Staff who may look at every queue and decide nothing."""
    account = people.open_staff(
        phone="13900000006", password="a long enough password", is_administrator=False
    )
    names = [f"view_{name}" for name in QUEUES]
    account.user_permissions.add(*Permission.objects.filter(codename__in=names))
    return signed_in(Account.objects.get(pk=account.pk))


def page_of(name: str, way: str = "change") -> str:
    model = {
        "quarantinedrow": QuarantinedRow,
        "eventmark": EventMark,
        "labelproposal": LabelProposal,
    }[name]
    return reverse(f"admin:borrowers_{name}_{way}", args=[model._default_manager.get().pk])


class TestEveryQueue:
    @pytest.mark.parametrize("name", QUEUES)
    def test_shows_its_rows_and_nothing_in_the_clear(self, staff, lin, name):
        for page in (list_of(staff, name), staff.get(page_of(name))):
            assert page.status_code == 200
            assert clear(page) == []
            assert WORDS not in page.content.decode()

    @pytest.mark.parametrize("name", QUEUES)
    def test_is_closed_to_staff_without_the_permission(self, lin, name):
        zhao = people.open_staff(
            phone="13900000007", password="a long enough password", is_administrator=False
        )
        client = signed_in(zhao)

        assert list_of(client, name).status_code == 403
        assert client.get(page_of(name)).status_code == 403

    @pytest.mark.parametrize("name", QUEUES)
    def test_offers_no_button_to_onlookers(self, onlooker, lin, name):
        page = onlooker.get(page_of(name))

        assert page.status_code == 200
        assert "What can be done" not in page.content.decode()

    @pytest.mark.parametrize(
        ("name", "way"),
        [
            ("quarantinedrow", "resolve"),
            ("quarantinedrow", "dismiss"),
            ("quarantinedrow", "reveal"),
            ("eventmark", "grant"),
            ("eventmark", "refuse"),
            ("labelproposal", "accept"),
            ("labelproposal", "reject"),
        ],
    )
    def test_is_decided_by_a_click_of_whoever_may(self, onlooker, staff, lin, name, way):
        assert onlooker.post(page_of(name, way), READING).status_code == 403
        assert staff.get(page_of(name, way)).status_code == 403
        assert QuarantinedRow.objects.get().state == RowState.OPEN
        assert EventMark.objects.get().state == MarkState.ASKED
        assert LabelProposal.objects.get().state == LabelState.PROPOSED
        assert not AccessEntry.objects.exists()


class TestARow:
    def test_is_kept_as_the_payment_that_a_person_read(self, staff, lin):
        staff.post(page_of("quarantinedrow", "resolve"), READING)

        assert QuarantinedRow.objects.get().state == RowState.RESOLVED
        assert ImportBatch.objects.get().rows_imported == 2

    @pytest.mark.parametrize(
        "wrong",
        [
            {"amount": "-1"},
            {"amount": "much"},
            {"occurred_at": "soon"},
            {"direction": "9"},
            {"because": "NO_PAYMENT"},
        ],
    )
    def test_stays_where_it_is_when_something_is_missing(self, staff, lin, wrong):
        page = staff.post(page_of("quarantinedrow", "resolve"), READING | wrong)

        assert page.status_code == 200
        assert 'role="alert"' in page.content.decode()
        assert QuarantinedRow.objects.get().state == RowState.OPEN

    def test_is_put_aside(self, staff, lin):
        staff.post(page_of("quarantinedrow", "dismiss"), ASIDE)

        row = QuarantinedRow.objects.get()
        assert (row.state, row.decided_because) == (RowState.DISMISSED, "NO_PAYMENT")
        assert "It is no payment." in staff.get(page_of("quarantinedrow")).content.decode()

    @pytest.mark.parametrize("because", ["", "FILE_COMPARED", "MOOD"])
    def test_is_not_put_aside_without_a_reason(self, staff, lin, because):
        page = staff.post(page_of("quarantinedrow", "dismiss"), {"because": because})

        assert 'role="alert"' in page.content.decode()
        assert QuarantinedRow.objects.get().state == RowState.OPEN

    def test_is_decided_once(self, staff, lin):
        staff.post(page_of("quarantinedrow", "dismiss"), ASIDE)

        page = staff.post(page_of("quarantinedrow", "resolve"), READING, follow=True)

        assert "has been decided already" in page.content.decode()
        assert QuarantinedRow.objects.get().state == RowState.DISMISSED

    def test_shows_its_words_for_a_reason_that_is_kept(self, staff, lin):
        page = staff.post(page_of("quarantinedrow", "reveal"), {"reason_code": "BORROWER_ASKED"})

        assert WORDS in page.content.decode()
        assert "no-store" in page.headers["Cache-Control"]
        entry = AccessEntry.objects.get()
        assert (entry.borrower_id, entry.fields_seen) == (lin.id, ["quarantined_row"])

    def test_shows_nothing_without_a_reason(self, staff, lin):
        page = staff.post(page_of("quarantinedrow", "reveal"), {"reason_code": ""})

        assert WORDS not in page.content.decode()
        assert not AccessEntry.objects.exists()


class TestAMark:
    @pytest.mark.parametrize(
        ("way", "state"), [("grant", MarkState.GRANTED), ("refuse", MarkState.REFUSED)]
    )
    def test_is_granted_or_not(self, staff, lin, way, state):
        staff.post(page_of("eventmark", way))

        assert EventMark.objects.get().state == state

    def test_is_decided_once(self, staff, lin):
        staff.post(page_of("eventmark", "refuse"))

        staff.post(page_of("eventmark", "grant"))

        assert EventMark.objects.get().state == MarkState.REFUSED

    def test_tells_of_the_payment_in_figures(self, staff, lin):
        assert "¥10.01, Eating out" in staff.get(page_of("eventmark")).content.decode()


class TestALabel:
    @pytest.mark.parametrize(
        ("way", "state"), [("accept", LabelState.ACCEPTED), ("reject", LabelState.REJECTED)]
    )
    def test_is_reviewed(self, staff, lin, way, state):
        staff.post(page_of("labelproposal", way))

        assert LabelProposal.objects.get().state == state

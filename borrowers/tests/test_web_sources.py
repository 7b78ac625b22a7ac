"""Uploading a bill: read, shown, refused kindly, and never half written."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from borrowers.behaviour import queries
from borrowers.behaviour.models import ImportBatch
from borrowers.connectors.containers import limits
from borrowers.documents.models import SealedFile
from borrowers.people.models import Account
from borrowers.tests import cast, workers
from borrowers.tests.bill_texts import number, wechat, wechat_row
from common.files.turns import turn_of
from common.processes.models import Process

pytestmark = pytest.mark.django_db

BILL = wechat(
    *[wechat_row(at=f"2025-03-{day:02d} 12:30:00", native_id=number(day)) for day in range(1, 9)]
)


@pytest.fixture(autouse=True)
def _a_quick_worker(monkeypatch):
    monkeypatch.setattr("borrowers.web.uploads.wait_until", workers.quick)


@pytest.fixture
def lin():
    return cast.borrower("Lin")


@pytest.fixture
def phone(lin) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(Account.objects.get(pk=lin.account_id))
    return client


def upload(client, content=BILL, name="bill.csv", password=""):
    file = SimpleUploadedFile(name, content, content_type="text/csv")
    given = {"file": file, "password": password}
    return client.post(reverse("borrowers:sources"), given, follow=True)


def nothing_is_written() -> bool:
    """Nothing of the file, and no promise to do anything more about it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM borrowers_event")
        events = cursor.fetchone()[0]
    owed = Process.objects.exclude(state="DONE")
    return events == 0 and not any(
        each.exists() for each in (ImportBatch.objects, SealedFile.objects, owed)
    )


class TestUpload:
    def test_reads_the_bill_and_shows_what_it_read(self, lin, phone):
        cast.allow(lin)

        page = upload(phone)

        shown = page.content.decode()
        assert page.status_code == 200
        assert "8 payments were new." in shown
        assert "WeChat Pay" in shown
        assert len(queries.columns_of(lin.id)) == 8
        assert "rows, we found" not in shown

    def test_sets_rows_of_the_future_aside_and_says_so(self, lin, phone):
        cast.allow(lin)
        future = wechat_row(at="2099-01-01 12:30:00", native_id=number(9))

        page = upload(phone, wechat(wechat_row(), future))

        assert "Rows we could not read" in page.content.decode()
        assert len(queries.columns_of(lin.id)) == 1
        assert ImportBatch.objects.get().quarantine[0]["reason"] == "DATE_IN_FUTURE"

    def test_says_what_is_missing_from_a_bill_that_was_cut(self, lin, phone):
        cast.allow(lin)
        notes = ("共43笔记录", "支出：43笔 860.00元")

        page = upload(phone, wechat(wechat_row(), notes=notes))

        words = "The file says it has 43 rows, we found 1. Please upload the file as it was"
        assert page.content.decode().count(words) == 2
        assert words in phone.get(reverse("borrowers:sources")).content.decode()

    def test_of_a_second_file_while_the_first_is_given_is_refused(self, lin, phone):
        cast.allow(lin)
        with turn_of(lin.id):
            page = upload(phone)

        assert page.status_code == 429
        assert "Your last file is still being read." in page.content.decode()
        assert nothing_is_written()

    def test_of_the_same_bill_again_says_so_and_changes_nothing(self, lin, phone):
        cast.allow(lin)
        upload(phone)

        page = upload(phone, name="renamed.csv")

        assert "We had read this bill already." in page.content.decode()
        assert ImportBatch.objects.count() == 1
        assert len(queries.columns_of(lin.id)) == 8

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "This file is empty."),
            (b"   \n", "This file is empty."),
            (b"one,two\n1,2\n", "it is not a bill that we know"),
            (b"\x89PNG\r\n\x1a\n" + bytes(200), "picture"),
            (b"PK\x03\x04 cut off", "damaged or its end is missing"),
            (bytes(range(128, 256)) * 40, "not"),
        ],
    )
    def test_of_something_else_is_refused_in_words_and_writes_nothing(
        self, lin, phone, content, words
    ):
        cast.allow(lin)

        page = upload(phone, content)

        shown = page.content.decode()
        assert page.status_code == 422
        assert words in shown
        assert 'role="alert"' in shown
        assert 'type="file"' in shown
        assert nothing_is_written()

    def test_without_a_file_asks_for_one(self, lin, phone):
        cast.allow(lin)

        page = phone.post(reverse("borrowers:sources"), {})

        assert page.status_code == 422
        assert "file" in page.context["form"].errors
        assert nothing_is_written()

    def test_of_a_huge_file_is_refused_before_it_is_read(self, lin, phone):
        cast.allow(lin)

        page = upload(phone, b"a" * (limits.LARGEST_FILE + 100_000))

        assert "This file is too large." in page.content.decode()
        assert nothing_is_written()

    def test_without_consent_is_refused_and_writes_nothing(self, phone):
        page = upload(phone)

        assert page.status_code == 403
        assert "You have not agreed" in page.content.decode()
        assert nothing_is_written()

    def test_of_another_site_is_refused(self, lin):
        cast.allow(lin)
        client = Client(enforce_csrf_checks=True)
        client.force_login(Account.objects.get(pk=lin.account_id))

        assert upload(client).status_code == 403
        assert nothing_is_written()


class TestThePage:
    def test_without_consent_shows_no_form(self, phone):
        shown = phone.get(reverse("borrowers:sources")).content.decode()

        assert 'type="file"' not in shown
        assert reverse("borrowers:consents") in shown

    def test_after_a_withdrawal_says_that_nothing_is_used(self, lin, phone):
        cast.allow(lin)
        upload(phone)
        cast.withdraw(lin)

        shown = phone.get(reverse("borrowers:sources")).content.decode()

        assert "we use nothing of these bills" in shown
        assert "Not used" in shown
        assert "What we read" not in shown

    def test_shows_nothing_of_somebody_elses_bills(self, lin, phone):
        cast.allow(lin)
        upload(phone)
        zhao = Client(headers={"accept-language": "en"})
        zhao.force_login(Account.objects.get(pk=cast.borrower("Zhao").account_id))

        assert "WeChat Pay" not in zhao.get(reverse("borrowers:sources")).content.decode()


class TestHowToExport:
    def test_is_told_for_every_kind_of_file_where_bills_may_be_read(self, lin, phone):
        cast.allow(lin)

        page = phone.get(reverse("borrowers:sources")).content.decode()

        assert "From WeChat, step by step" in page
        assert "From Alipay, step by step" in page
        assert page.count("<ol>") == 5


class TestOtherRecords:
    def test_each_lead_to_a_consent_of_their_own(self, lin, phone):
        cast.allow(lin)

        shown = phone.get(reverse("borrowers:sources")).content.decode()

        assert "Your student status" in shown
        assert f"{reverse('borrowers:consents')}#SOCIAL_INSURANCE" in shown

    def test_behind_a_switch_are_not_asked_for(self, lin, phone, settings):
        cast.allow(lin)
        settings.OPTIONAL_SOURCES = frozenset()
        closed = phone.get(reverse("borrowers:sources")).content.decode()
        settings.OPTIONAL_SOURCES = frozenset({"DEVICE"})

        opened = phone.get(reverse("borrowers:sources")).content.decode()

        assert "Your smart devices" not in closed
        assert "Your smart devices" in opened
        assert "Your activity on social networks" not in opened

    def test_alone_open_the_form_too(self, lin, phone):
        cast.allow(lin, "SOCIAL_INSURANCE")

        assert 'type="file"' in phone.get(reverse("borrowers:sources")).content.decode()

    def test_without_the_consent_for_bills_let_no_bill_in(self, lin, phone):
        cast.allow(lin, "SOCIAL_INSURANCE")

        page = upload(phone)

        assert page.status_code == 403
        assert nothing_is_written()

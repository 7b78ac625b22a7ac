"""A file that takes longer: sealed first, followed on a page, read or refused in the end."""

import pytest
from django.test import Client
from django.urls import reverse

from borrowers import tasks
from borrowers.behaviour.models import ImportBatch
from borrowers.documents.models import SealedFile
from borrowers.people.models import Account
from borrowers.tests import cast, locked, workers
from borrowers.tests.test_web_sources import BILL, nothing_is_written, upload
from borrowers.uploads.models import Upload
from common.processes.models import Process
from common.tests import jobs

pytestmark = pytest.mark.django_db
PASSWORD = "Zip-31415926"


@pytest.fixture(autouse=True)
def _a_busy_worker(monkeypatch):
    monkeypatch.setattr("borrowers.web.uploads.wait_until", workers.busy)


@pytest.fixture
def lin():
    lin = cast.borrower("Lin")
    cast.allow(lin)
    return lin


@pytest.fixture
def phone(lin) -> Client:
    return client_of(lin)


def client_of(card) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(Account.objects.get(pk=card.account_id))
    return client


def on_its_way() -> str:
    return reverse("borrowers:upload", args=[Upload.objects.get().public_id])


class TestAFileOnItsWay:
    def test_is_sealed_before_it_is_read_and_can_be_followed(self, phone):
        page = upload(phone)

        assert page.redirect_chain == [(on_its_way(), 302)]
        assert "We are reading your file" in page.content.decode()
        assert 'http-equiv="refresh"' in page.content.decode()
        assert SealedFile.objects.count() == 1
        assert not ImportBatch.objects.exists()

    def test_says_how_far_it_is_and_nothing_twice(self, phone):
        upload(phone)
        poll = {"HX-Request": "true"}
        seen = phone.get(f"{on_its_way()}?seen=0", headers=poll)
        Process.objects.update(progress_percent=20)

        new = phone.get(f"{on_its_way()}?seen=0", headers=poll)

        assert seen.status_code == 204
        assert "We open it and read its rows" in new.content.decode()

    def test_leads_to_what_was_read(self, phone):
        upload(phone)
        workers.read_what_is_owed()

        polled = phone.get(on_its_way(), headers={"HX-Request": "true"})
        page = phone.get(on_its_way(), follow=True)

        assert polled.headers["HX-Redirect"] == on_its_way()
        assert page.redirect_chain == [(reverse("borrowers:sources"), 302)]
        assert "8 payments were new." in page.content.decode()

    def test_that_is_refused_says_why_and_leaves_nothing(self, phone):
        upload(phone, b"one,two\n1,2\n")
        workers.read_what_is_owed()

        page = phone.get(on_its_way())

        assert "it is not a bill that we know" in page.content.decode()
        assert "We have kept nothing of it." in page.content.decode()
        assert nothing_is_written()

    def test_is_told_in_the_language_of_whoever_looks(self, phone):
        upload(phone, b"one,two\n1,2\n")
        workers.read_what_is_owed()

        page = phone.get(on_its_way(), headers={"accept-language": "zh-hans"})

        assert Upload.objects.get().refusal == "FILE_IS_NOT_A_BILL"
        assert page.status_code == 200

    def test_is_read_once_although_two_workers_come(self, phone):
        upload(phone)
        workers.read_what_is_owed()
        Process.objects.filter(kind="READ_UPLOAD").update(state="PENDING", lease_until=None)

        workers.read_what_is_owed()

        assert ImportBatch.objects.count() == 1

    def test_given_again_meanwhile_is_the_same_upload(self, phone):
        upload(phone)

        page = upload(phone)

        assert page.redirect_chain == [(on_its_way(), 302)]
        assert Upload.objects.count() == 1

    def test_lets_no_other_file_in_meanwhile(self, phone):
        upload(phone)

        page = upload(phone, BILL + b"\n")

        assert page.status_code == 429
        assert "Your last file is still being read." in page.content.decode()
        assert Upload.objects.count() == 1

    def test_is_not_read_after_the_consent_was_taken_back(self, lin, phone):
        upload(phone)
        cast.withdraw(lin)

        workers.read_what_is_owed()

        assert Upload.objects.get().refusal == "CONSENT_NEEDED"
        assert nothing_is_written()

    def test_is_nowhere_for_somebody_else(self, phone):
        upload(phone)

        page = client_of(cast.borrower("Zhao")).get(on_its_way())

        assert page.status_code == 404

    def test_that_no_reader_survives_is_let_go(self, phone):
        upload(phone)
        process = Process.objects.get(kind="READ_UPLOAD")
        for _attempt in range(3):
            jobs.claimed(process.pk)
            jobs.let_the_lease_run_out(process.pk)
        tasks.read_upload(process_id=process.pk)

        tasks.let_go_of_uploads()

        assert Upload.objects.get().refusal == "FILE_READER_STOPPED"
        assert not SealedFile.objects.exists()
        assert upload(phone).redirect_chain[0][0].startswith("/records/uploads/")


class TestALockedFile:
    def test_is_opened_once_and_sealed_without_its_lock(self, phone):
        upload(phone, locked.archive(BILL, PASSWORD), password=PASSWORD)
        workers.read_what_is_owed()

        assert ImportBatch.objects.get().rows_imported == 8

    def test_given_again_is_the_bill_that_we_have(self, phone):
        for _time in range(2):
            upload(phone, locked.archive(BILL, PASSWORD), password=PASSWORD)
            workers.read_what_is_owed()

        assert ImportBatch.objects.count() == SealedFile.objects.count() == 1

    def test_keeps_its_password_nowhere(self, phone):
        upload(phone, locked.archive(BILL, PASSWORD), password=PASSWORD)
        workers.read_what_is_owed()

        assert locked.places_of(PASSWORD) == []

    def test_with_another_password_is_refused_at_the_field(self, phone):
        page = upload(phone, locked.archive(BILL, PASSWORD), password="Zip-27182818")

        assert page.status_code == 422
        assert "password" in page.context["form"].errors
        assert "Zip-27182818" not in page.content.decode()
        assert nothing_is_written()
        assert not Upload.objects.exists()

    def test_without_its_password_is_asked_for_it(self, phone, monkeypatch):
        monkeypatch.setattr("borrowers.web.uploads.wait_until", workers.quick)

        page = upload(phone, locked.archive(BILL, PASSWORD))

        assert page.status_code == 422
        assert "it opens with a password" in str(page.context["form"].errors["password"])
        assert nothing_is_written()

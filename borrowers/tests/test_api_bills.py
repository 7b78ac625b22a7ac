"""Bills through the API: a key for each upload, one effect, problems in JSON, own bills only."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from borrowers.behaviour.models import ImportBatch
from borrowers.connectors.containers import limits
from borrowers.documents.models import SealedFile
from borrowers.people.models import Account
from borrowers.tests import cast, locked, workers
from borrowers.tests.bill_texts import number, wechat, wechat_row
from common.files.turns import turn_of

pytestmark = pytest.mark.django_db


def bill(days: int = 8) -> bytes:
    return wechat(
        *[
            wechat_row(at=f"2025-03-{day:02d} 12:30:00", native_id=number(day))
            for day in range(1, days + 1)
        ]
    )


def client_of(card) -> APIClient:
    client = APIClient(headers={"accept-language": "en"})
    client.force_authenticate(Account.objects.get(pk=card.account_id))
    return client


def upload(client, content=None, key="first-upload", password=""):
    file = SimpleUploadedFile("bill.csv", bill() if content is None else content)
    headers = {"Idempotency-Key": key} if key else {}
    given = {"file": file, "password": password}
    return client.post("/api/v1/bills", given, format="multipart", headers=headers)


@pytest.fixture(autouse=True)
def _a_quick_worker(monkeypatch):
    monkeypatch.setattr("borrowers.api.bills.wait_until", workers.quick)


@pytest.fixture
def lin():
    lin = cast.borrower("Lin")
    cast.allow(lin)
    return lin


@pytest.fixture
def api(lin) -> APIClient:
    return client_of(lin)


class TestUpload:
    def test_of_a_second_file_while_the_first_is_read_is_refused(self, api, lin):
        with turn_of(lin.id):
            answer = upload(api)

        assert answer.status_code == 429
        assert answer.json()["code"] == "FILE_STILL_BEING_READ"
        assert not ImportBatch.objects.exists()
        assert upload(api).status_code == 201

    def test_answers_with_what_was_read(self, api):
        answer = upload(api)

        assert answer.status_code == 201
        read = answer.json()
        assert (read["source"], read["imported"], read["is_used"]) == ("WECHAT", 8, True)
        assert api.get(f"/api/v1/bills/{read['id']}").json() == read
        assert api.get("/api/v1/bills").json()["results"] == [read]

    def test_says_what_a_bill_contradicts_itself_in(self, api):
        whole = upload(api).json()
        cut = upload(api, wechat(wechat_row(), notes=("共43笔记录",)), key="cut-bill").json()
        other = upload(
            api, wechat(wechat_row(), notes=("支出：1笔 9.00元",)), key="other-sum"
        ).json()

        assert (whole["doubt"], whole["warning"]) == (None, None)
        assert (cut["doubt"], other["doubt"]) == ("ROWS_MISSING", "TOTALS_DIFFER")
        assert cut["warning"].startswith("The file says it has 43 rows, we found 1.")

    def test_with_the_same_key_is_replayed(self, api):
        first = upload(api)

        again = upload(api)

        assert again.headers["Idempotency-Replayed"] == "true"
        assert again.json() == first.json()
        assert ImportBatch.objects.count() == 1

    def test_of_the_same_bill_with_another_key_is_the_same_bill(self, api):
        first = upload(api)

        again = upload(api, key="second-upload")

        assert again.json() == first.json()
        assert ImportBatch.objects.count() == SealedFile.objects.count() == 1

    def test_of_another_bill_with_a_used_key_is_refused(self, api):
        upload(api)

        answer = upload(api, bill(3))

        assert (answer.status_code, answer.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
        assert ImportBatch.objects.count() == 1

    def test_without_a_key_is_refused_and_writes_nothing(self, api):
        answer = upload(api, key="")

        assert answer.status_code == 400
        assert not ImportBatch.objects.exists()

    @pytest.mark.parametrize(
        ("content", "code"),
        [(b"", "FILE_EMPTY"), (b"one,two\n1,2\n", "FILE_IS_NOT_A_BILL")],
    )
    def test_of_something_else_is_a_problem_and_the_key_stays_free(self, api, content, code):
        answer = upload(api, content)

        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert not ImportBatch.objects.exists()
        assert not SealedFile.objects.exists()
        assert upload(api).status_code == 201

    def test_of_a_huge_file_is_a_problem(self, api):
        answer = upload(api, b"a" * (limits.LARGEST_FILE + 100_000))

        assert answer.json()["code"] == "FILE_TOO_LARGE"
        assert not SealedFile.objects.exists()

    def test_without_consent_is_refused_and_writes_nothing(self, lin, api):
        cast.withdraw(lin)

        answer = upload(api)

        assert (answer.status_code, answer.json()["code"]) == (403, "CONSENT_NEEDED")
        assert not SealedFile.objects.exists()

    def test_of_a_locked_file_needs_its_password_once(self, api):
        closed = locked.archive(bill(), "Zip-31415926")

        without = upload(api, closed)
        opened = upload(api, closed, password="Zip-31415926")

        assert (without.status_code, without.json()["code"]) == (422, "FILE_PASSWORD_NEEDED")
        assert (opened.status_code, opened.json()["imported"]) == (201, 8)
        assert locked.places_of("Zip-31415926") == []

    def test_without_a_file_names_it(self, api):
        answer = api.post(
            "/api/v1/bills", {}, format="multipart", headers={"Idempotency-Key": "no-file-here"}
        )

        assert answer.json()["errors"][0]["pointer"] == "/file"


class TestUploadThatTakesLonger:
    @pytest.fixture(autouse=True)
    def _a_busy_worker(self, monkeypatch, _a_quick_worker):
        monkeypatch.setattr("borrowers.api.bills.wait_until", workers.busy)

    def test_answers_with_where_to_look(self, api):
        answer = upload(api)

        assert answer.status_code == 202
        job = api.get(answer.headers["Location"]).json()
        assert (job["state"], job["bill"], job["problem"]) == ("READING", None, None)
        assert not ImportBatch.objects.exists()

    def test_ends_with_the_bill(self, api):
        where = upload(api).headers["Location"]
        workers.read_what_is_owed()

        job = api.get(where).json()

        assert (job["state"], job["progress_percent"]) == ("READ", 100)
        assert job["bill"] == api.get("/api/v1/bills").json()["results"][0]
        assert job["was_known"] is False

    def test_ends_with_the_problem(self, api):
        where = upload(api, b"one,two\n1,2\n").headers["Location"]
        workers.read_what_is_owed()

        job = api.get(where).json()

        assert (job["state"], job["problem"]["code"]) == ("REFUSED", "FILE_IS_NOT_A_BILL")
        assert not SealedFile.objects.exists()

    def test_with_the_same_key_is_the_same_upload(self, api):
        first = upload(api)
        workers.read_what_is_owed()

        again = upload(api)

        assert again.headers["Idempotency-Replayed"] == "true"
        assert again.status_code == 202
        assert again.headers["Location"] == first.headers["Location"]
        assert again.json()["state"] == "READ"

    def test_says_that_a_bill_was_known(self, api):
        upload(api)
        workers.read_what_is_owed()

        where = upload(api, key="second-upload").headers["Location"]
        workers.read_what_is_owed()

        assert api.get(where).json()["was_known"] is True
        assert ImportBatch.objects.count() == 1

    def test_is_nowhere_for_somebody_else(self, api):
        where = upload(api).headers["Location"]

        assert client_of(cast.borrower("Zhao")).get(where).status_code == 404


class TestABill:
    def test_of_somebody_else_is_not_found(self, api):
        public_id = upload(api).json()["id"]

        answer = client_of(cast.borrower("Zhao")).get(f"/api/v1/bills/{public_id}")

        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")

    def test_is_no_longer_used_after_a_withdrawal(self, lin, api):
        public_id = upload(api).json()["id"]

        cast.withdraw(lin)

        assert api.get(f"/api/v1/bills/{public_id}").json()["is_used"] is False
        assert api.get("/api/v1/records").json() == {"events": 0, "months": [], "categories": []}


class TestRecords:
    def test_are_shown_in_sums(self, api):
        upload(api)

        records = api.get("/api/v1/records").json()

        assert records["events"] == 8
        assert records["months"] == [{"first_day": "2025-03-01", "in_fen": 0, "out_fen": 16_000}]
        assert records["categories"] == [{"category": "DINING", "out_fen": 16_000, "events": 8}]

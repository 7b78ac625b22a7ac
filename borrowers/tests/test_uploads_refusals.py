"""Every refusal through either door leaves nothing behind: no row, no byte, no word in a log."""

import logging
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import storages

from borrowers.behaviour.actions import ConsentNeeded
from borrowers.behaviour.models import ImportBatch
from borrowers.connectors import refusals
from borrowers.documents.models import SealedFile
from borrowers.tests import cast, locked, workers
from borrowers.tests.bill_texts import alipay_app, app_row, wechat, wechat_row
from borrowers.tests.test_api_bills import client_of
from borrowers.tests.test_api_bills import upload as by_api
from borrowers.tests.test_connectors_every_refusal import CASES
from borrowers.tests.test_web_sources import nothing_is_written
from borrowers.tests.test_web_sources import upload as by_web
from borrowers.tests.test_web_uploads import client_of as browser_of
from borrowers.uploads import actions, queries
from borrowers.uploads.models import Upload
from common.files.turns import StillReading

pytestmark = pytest.mark.django_db

BILL = wechat(wechat_row())
OTHER = alipay_app(app_row())
PASSWORD = "Korb-Haus-7431"
WRONG = "Korb-Maus-9999"
# One of each way in which a file can fail: bytes, archives, layouts, rows, and telling too much.
REFUSED = (
    "zeros", "a letter", "a bill without amounts", "headings alone", "rows of rubbish",
    "half a workbook", "a bomb", "two bills", "a sign-in page", "places of a device",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _a_quick_worker(monkeypatch):
    cache.clear()
    for door in ("web.uploads", "api.bills"):
        monkeypatch.setattr(f"borrowers.{door}.wait_until", workers.quick)


@pytest.fixture
def lin():
    lin = cast.borrower("Lin")
    cast.allow(lin)
    return lin


@pytest.fixture
def disk():
    """The bytes on the disk that were not there before."""
    root = Path(storages["documents"].path(""))
    before = set(root.rglob("*"))
    return lambda: [each for each in root.rglob("*") if each not in before and each.is_file()]


def receive(card, content, password=""):
    return actions.receive(
        borrower_id=card.id, content=content, password=password, by=cast.self_of(card)
    )


class TestEitherDoor:
    @pytest.mark.parametrize("name", REFUSED)
    def test_keeps_the_code_of_a_refused_file_and_nothing_else(
        self, lin, disk, name, django_capture_on_commit_callbacks
    ):
        content, refusal = CASES[name]

        with django_capture_on_commit_callbacks(execute=True):
            facts = receive(lin, content)
            workers.read_what_is_owed()

        told = queries.own(lin.id, facts.public_id)
        assert (told.state, told.imported, told.bill) == ("REFUSED", 0, "")
        assert type(told.refusal) is refusal
        assert nothing_is_written()
        assert disk() == []

    @pytest.mark.parametrize("name", ["a bill without amounts", "two bills"])
    def test_says_the_same_with_the_same_numbers(self, lin, name):
        content, refusal = CASES[name]

        page = by_web(browser_of(lin), content)
        problem = by_api(client_of(lin), content)

        said = problem.json()
        assert (page.status_code, problem.status_code) == (refusal.status, refusal.status)
        assert said["code"] == refusal.code
        assert said["title"] in page.content.decode().replace("&#x27;", "'")
        assert nothing_is_written()

    def test_says_it_in_chinese_to_whoever_reads_that(self, lin):
        english = by_api(client_of(lin), b"one,two\n1,2\n").json()
        client = client_of(lin)
        client.credentials(HTTP_ACCEPT_LANGUAGE="zh-hans")

        chinese = by_api(client, b"one,two\n1,2\n", key="in-chinese").json()

        assert chinese["code"] == english["code"]
        assert chinese["title"] != english["title"]


class TestASecondFile:
    def test_while_the_first_is_read_leaves_no_byte(self, lin, disk):
        receive(lin, BILL)
        sealed = len(disk())

        with pytest.raises(StillReading):
            receive(lin, OTHER)

        assert len(disk()) == sealed == 1
        assert Upload.objects.count() == SealedFile.objects.count() == 1

    def test_that_is_the_first_again_is_the_same_upload_and_one_file(self, lin, disk):
        first = receive(lin, BILL)

        assert receive(lin, BILL).public_id == first.public_id
        assert len(disk()) == 1

    def test_of_somebody_else_is_their_own(self, lin):
        wei = cast.borrower("Wei")
        cast.allow(wei)

        assert receive(lin, BILL).public_id != receive(wei, BILL).public_id
        assert SealedFile.objects.count() == 2


class TestBeforeAnythingIsOpened:
    @pytest.mark.parametrize(
        ("content", "refusal"),
        [(b"", refusals.EmptyFile), (b"a" * (20 * 1024 * 1024 + 1), refusals.TooLarge)],
    )
    def test_nothing_and_too_much_are_refused(self, lin, disk, content, refusal):
        with pytest.raises(refusal):
            receive(lin, content)

        assert nothing_is_written()
        assert not Upload.objects.exists()
        assert disk() == []

    @pytest.mark.parametrize("content", [b"", BILL, b"\x89PNG"])
    def test_the_consent_is_asked_for_first(self, disk, content):
        chen = cast.borrower("Chen")
        cast.allow(chen)
        cast.withdraw(chen)

        with pytest.raises(ConsentNeeded):
            receive(chen, content)

        assert nothing_is_written()
        assert not Upload.objects.exists()
        assert disk() == []


class TestThePassword:
    """In no table, in no log, in no file, and in no cache."""

    def places(self, caplog, capsys, disk) -> list[str]:
        written = capsys.readouterr()
        logged = caplog.text + written.out + written.err
        found = [*locked.places_of(PASSWORD), *locked.places_of(WRONG)]
        for word in (PASSWORD, WRONG):
            if word in logged:
                found.append(f"the log has {word}")
            found += [each.name for each in disk() if word.encode() in each.read_bytes()]
        return found

    @pytest.mark.parametrize("door", ["web", "api"])
    def test_is_nowhere_whether_it_was_right_or_wrong(self, lin, caplog, capsys, disk, door):
        caplog.set_level(logging.DEBUG)
        closed = locked.archive(BILL, PASSWORD)

        for turn, password in enumerate((WRONG, PASSWORD)):
            if door == "web":
                by_web(browser_of(lin), closed, password=password)
            else:
                by_api(client_of(lin), closed, key=f"upload-{turn}", password=password)

        assert ImportBatch.objects.get().rows_imported == 1
        assert self.places(caplog, capsys, disk) == []

    def test_is_not_in_what_a_fault_would_tell(self, lin):
        with pytest.raises(refusals.PasswordWrong) as refused:
            receive(lin, locked.archive(BILL, PASSWORD), WRONG)

        assert WRONG not in f"{refused.value!r} {refused.value.context}"
        assert not Upload.objects.exists()

    @pytest.mark.parametrize("password", ["", " ", "x" * 64])
    def test_of_an_open_file_does_not_matter(self, lin, password):
        receive(lin, BILL, password)
        workers.read_what_is_owed()

        assert ImportBatch.objects.get().rows_imported == 1

    def test_that_is_too_long_is_refused_at_the_field(self, lin):
        page = by_web(browser_of(lin), BILL, password="x" * 65)
        problem = by_api(client_of(lin), BILL, password="x" * 65)

        assert page.status_code == 422
        assert problem.json()["errors"][0]["pointer"] == "/password"
        assert nothing_is_written()


def test_an_upload_holds_no_name_of_a_file():
    """A file's name may say whose it is."""
    columns = {each.name for each in Upload._meta.get_fields()}

    assert not columns & {"name", "file_name", "password"}
    assert settings.FILE_UPLOAD_HANDLERS

"""Locked files are opened once, by a process with limits; what stays has no lock."""

import io
import zipfile

import pikepdf
import pytest
from fpdf import FPDF

from borrowers.connectors import refusals
from borrowers.connectors.containers import limits
from borrowers.connectors.containers.opening import documents
from borrowers.connectors.containers.unlocking import unlocked
from borrowers.connectors.contracts import Pages
from borrowers.connectors.registry import read_bill, unlocked_bounded
from borrowers.tests import locked
from borrowers.tests.bill_texts import wechat, wechat_row
from common.files.bounded import ReaderStopped

BILL = wechat(wechat_row())
PASSWORD = "Zip-31415926"


@pytest.fixture(scope="module")
def page() -> bytes:
    """A page with words on it, as a PDF."""
    document = FPDF()
    document.add_page()
    document.set_font("helvetica", size=12)
    document.cell(text="Statement of account")
    return bytes(document.output())


class TestAnArchive:
    def test_is_given_back_without_its_lock(self):
        opened = unlocked_bounded(locked.archive(BILL, PASSWORD), PASSWORD)

        assert read_bill(opened, "").rows_read == 1

    def test_gives_the_same_bytes_every_time(self):
        """So that the same bill given twice is one file."""
        first = unlocked(locked.archive(BILL, PASSWORD), PASSWORD)
        again = unlocked(locked.archive(BILL, PASSWORD), PASSWORD)

        assert first == again

    def test_leaves_the_names_inside_behind(self):
        named = locked.archive(BILL, PASSWORD, name="Lin Yue 990101199803140013.csv")

        with zipfile.ZipFile(io.BytesIO(unlocked(named, PASSWORD))) as opened:
            assert opened.namelist() == ["1"]

    def test_with_another_password_is_refused(self):
        with pytest.raises(refusals.PasswordWrong):
            unlocked_bounded(locked.archive(BILL, PASSWORD), "another")

    def test_that_is_cut_is_refused(self):
        with pytest.raises(refusals.TruncatedFile):
            unlocked(locked.archive(BILL, PASSWORD)[:-40], PASSWORD)

    def test_without_a_lock_stays_as_it_is(self):
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as packed:
            packed.writestr("bill.csv", BILL)

        assert unlocked(held.getvalue(), PASSWORD) == held.getvalue()


class TestADocument:
    def test_is_given_back_without_its_lock(self, page):
        opened = unlocked_bounded(locked.statement(page, PASSWORD), PASSWORD)

        (read,) = documents(opened)
        assert isinstance(read, Pages)
        assert [word.text for word in read.pages[0]] == ["Statement", "of", "account"]

    def test_gives_the_same_bytes_every_time(self, page):
        closed = locked.statement(page, PASSWORD)

        assert unlocked(closed, PASSWORD) == unlocked(closed, PASSWORD)

    def test_with_another_password_is_refused(self, page):
        with pytest.raises(refusals.PasswordWrong):
            unlocked_bounded(locked.statement(page, PASSWORD), "another")

    def test_that_is_cut_is_refused_or_repaired_but_never_raises_anything_else(self, page):
        closed = locked.statement(page, PASSWORD)
        for end in range(0, len(closed), 97):
            try:
                unlocked(b"%PDF" + closed[4:end], PASSWORD)
            except refusals.FileRefused:
                continue

    def test_without_a_lock_stays_as_it_is(self, page):
        assert unlocked(page, PASSWORD) == page
        with pikepdf.open(io.BytesIO(page)) as document:
            assert not document.is_encrypted


class TestAnythingElse:
    def test_stays_as_it_is(self):
        assert unlocked_bounded(BILL, PASSWORD) == BILL

    def test_needs_no_process_without_a_password(self, monkeypatch):
        monkeypatch.setattr("common.files.bounded.subprocess.Popen", None)

        assert unlocked_bounded(BILL, "") == BILL

    def test_that_is_too_large_is_refused(self):
        with pytest.raises(refusals.TooLarge):
            unlocked(b"a" * (limits.LARGEST_FILE + 1), PASSWORD)

    def test_that_breaks_the_pipe_is_refused(self, monkeypatch):
        monkeypatch.setattr("borrowers.connectors.registry.run_bounded", lambda *_: "no letters!")

        with pytest.raises(ReaderStopped):
            unlocked_bounded(BILL, PASSWORD)

"""The seal: what it covers, what it notices, and how its key is kept."""

import io
import stat
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from django.core.management import call_command
from fpdf import FPDF
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError

from common.files import bounded
from common.seals import keys, looking, sealing
from common.seals.contracts import Outcome

LOOK = "common.seals.looking:look"
# What the reader of PDFs stumbles over in broken files; in a child it stops that child.
UNREADABLE = (PdfError, ArithmeticError, AssertionError, AttributeError, LookupError, TypeError,
              ValueError)  # fmt: skip


@pytest.fixture(scope="module")
def seal(tmp_path_factory):
    path = tmp_path_factory.mktemp("seal") / "seal.p12"
    keys.make(path=path, passphrase="a passphrase")
    return keys.opened(path.read_bytes(), "a passphrase")


@pytest.fixture(scope="module")
def plain():
    page = FPDF()
    page.set_creation_date(datetime(2026, 11, 20, tzinfo=UTC))
    page.add_page()
    page.set_font("helvetica", size=12)
    page.cell(0, 10, "Lin owes 3,000.00")
    return bytes(page.output())


@pytest.fixture(scope="module")
def paper(seal, plain):
    return sealing.sealed(plain, subject="CONTRACT abc", seal=seal)


def looked(content, seal):
    """What the bounded reader says; a file that cannot be read stops it."""
    try:
        return bounded.run(LOOK, content, seal.certificate_sha256)["outcome"]
    except bounded.ReaderStopped:
        return "UNREADABLE"


def look(content, seal):
    """The same in this process: quick, and only for what the test itself made."""
    return looking.look(content, seal.certificate_sha256)


class TestASealedFile:
    def test_is_valid_and_says_what_it_is(self, paper, seal):
        assert look(paper, seal) == {
            "outcome": Outcome.VALID,
            "seal_sha256": seal.certificate_sha256,
            "subject": "CONTRACT abc",
        }

    def test_is_read_by_the_bounded_reader_without_a_network(self, paper, seal):
        assert looked(paper, seal) == Outcome.VALID

    def test_begins_with_the_very_bytes_that_were_sealed(self, paper, plain):
        assert paper.startswith(plain)

    def test_can_be_read_like_any_other(self, paper):
        with pikepdf.open(io.BytesIO(paper)) as opened:
            assert len(opened.pages) == 1

    def test_tells_nobody_the_key(self, paper, seal):
        assert "passphrase" not in repr(seal)
        assert b"PRIVATE" not in paper


class TestWhatIsNoticed:
    def test_a_file_without_a_seal(self, plain, seal):
        assert look(plain, seal)["outcome"] == Outcome.NOT_SEALED

    def test_a_seal_of_somebody_else(self, plain, seal, tmp_path):
        keys.make(path=tmp_path / "theirs.p12", passphrase="theirs")
        theirs = keys.opened((tmp_path / "theirs.p12").read_bytes(), "theirs")
        forged = sealing.sealed(plain, subject="CONTRACT abc", seal=theirs)

        assert look(forged, seal)["outcome"] == Outcome.UNKNOWN_SEAL

    def test_a_figure_that_was_changed(self, paper, seal):
        # The text is compressed: any byte of the page stands for its figures.
        at = paper.index(b"stream") + 20
        changed = paper[:at] + bytes([paper[at] ^ 1]) + paper[at + 1 :]

        assert looked(changed, seal) in {Outcome.ALTERED, "UNREADABLE"}

    def test_an_update_that_was_appended(self, paper, seal):
        writer = IncrementalPdfFileWriter(io.BytesIO(paper))
        writer.update_root()
        out = io.BytesIO()
        writer.write(out)

        assert out.getvalue().startswith(paper)
        assert look(out.getvalue(), seal)["outcome"] == Outcome.ALTERED

    @pytest.mark.parametrize("more", [b"\n", b"%%EOF\n", b"\0" * 10])
    def test_bytes_that_were_appended(self, paper, seal, more):
        assert looked(paper + more, seal) in {Outcome.ALTERED, "UNREADABLE"}

    def test_a_byte_in_the_gap_that_no_seal_covers(self, paper, seal):
        gap = paper.index(b"/Contents <") + len(b"/Contents <")
        end = paper.index(b">", gap)
        for at in (end - 1, gap + 5000):
            changed = paper[:at] + b"1" + paper[at + 1 :]
            assert look(changed, seal)["outcome"] == Outcome.ALTERED

    def test_a_letter_of_the_gap_spelled_otherwise(self, paper, seal):
        gap = paper.index(b"/Contents <") + len(b"/Contents <")
        at = next(at for at in range(gap, len(paper)) if paper[at : at + 1] in b"ABCDEF")
        changed = paper[:at] + paper[at : at + 1].lower() + paper[at + 1 :]

        assert look(changed, seal)["outcome"] == Outcome.ALTERED

    @tries(max_examples=60, deadline=None)
    @given(draw=st.data())
    def test_any_byte_of_what_is_covered(self, paper, seal, draw):
        gap = paper.index(b"/Contents <") + len(b"/Contents ")
        after = paper.index(b">", gap) + 1
        covered = st.one_of(st.integers(0, gap - 1), st.integers(after, len(paper) - 1))
        at = draw.draw(covered)
        changed = paper[:at] + bytes([paper[at] ^ draw.draw(st.integers(1, 255))]) + paper[at + 1 :]

        try:
            said = look(changed, seal)["outcome"]
        except UNREADABLE:
            return
        assert said != Outcome.VALID

    def test_rubbish(self, seal):
        assert looked(b"%PDF-1.7 nothing else", seal) == "UNREADABLE"


class TestItsKey:
    def test_lies_locked_in_a_file_of_its_own(self, tmp_path):
        path = tmp_path / "seal.p12"

        assert keys.make(path=path, passphrase="right") is True
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert list(tmp_path.iterdir()) == [path]
        assert keys.opened(path.read_bytes(), "right").certificate_sha256
        with pytest.raises(ValueError, match="password"):
            keys.opened(path.read_bytes(), "wrong")

    def test_is_never_written_over(self, tmp_path):
        path = tmp_path / "seal.p12"
        keys.make(path=path, passphrase="right")
        before = path.read_bytes()

        assert keys.make(path=path, passphrase="another") is False
        assert path.read_bytes() == before
        assert list(tmp_path.iterdir()) == [path]

    def test_is_made_by_a_demonstration_itself(self, settings, tmp_path):
        settings.SEAL_KEY_PATH = str(tmp_path / "seal.p12")

        assert keys.own().certificate_sha256 == keys.own().certificate_sha256

    def test_is_not_made_by_production_and_its_lack_is_said(self, settings, tmp_path):
        settings.SEAL_KEY_PATH, settings.DEMONSTRATION = str(tmp_path / "seal.p12"), False

        with pytest.raises(keys.SealUnavailable):
            keys.own()
        assert not list(tmp_path.iterdir())

    def test_that_another_passphrase_locked_is_not_used(self, settings, tmp_path):
        settings.SEAL_KEY_PATH = str(tmp_path / "seal.p12")
        keys.make(path=Path(settings.SEAL_KEY_PATH), passphrase="another")

        with pytest.raises(keys.SealUnavailable):
            keys.own()

    def test_is_made_once_by_the_command(self, settings, tmp_path, capsys):
        settings.SEAL_KEY_PATH = str(tmp_path / "seal.p12")
        call_command("make_seal")
        call_command("make_seal")

        first, second = capsys.readouterr().out.splitlines()
        assert (first.split()[0], second.split()[0]) == ("made", "kept")
        assert first.split()[2] == second.split()[2] == keys.own().certificate_sha256

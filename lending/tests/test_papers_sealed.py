"""A signed contract under the platform's seal: made once, found again, and checked by its bytes."""

import io

import pytest
from django.core.management import CommandError, call_command

from borrowers.documents.models import SealedFile
from common.processes.models import Process
from common.seals import keys, sealing
from common.seals.contracts import Outcome
from lending import tasks
from lending.loans import queries as loans
from lending.papers import actions, queries
from lending.papers.models import SealedPaper
from lending.tests import builders
from tests.machinery.races import at_once


@pytest.fixture
def loan(db):
    builders.open_books()
    return builders.paid_out(builders.person("Lin"))


def test_is_promised_with_the_signature_and_sealed_by_a_worker(loan):
    process = Process.objects.get(kind="SEAL_CONTRACT")
    assert not SealedPaper.objects.exists()

    tasks.seal_contract(process_id=process.pk)
    tasks.seal_contract(process_id=process.pk)

    process.refresh_from_db()
    assert (process.subject_id, process.state) == (loan.pk, "DONE")
    assert SealedPaper.objects.get().kind == "CONTRACT"


def test_is_the_same_file_for_ever_and_begins_with_what_was_signed(loan):
    first, again = (actions.seal_contract(loan_id=loan.pk) for _ in range(2))

    assert first == again
    assert first.startswith(loans.signed_file(loan))
    assert SealedPaper.objects.count() == 1


def test_is_valid_and_names_its_loan(loan):
    said = queries.verified(actions.seal_contract(loan_id=loan.pk))

    assert (said.outcome, said.kind, said.loan) == (Outcome.VALID, "CONTRACT", loan.public_id)
    assert said.sealed_at is not None
    assert said.is_current


def test_with_one_byte_changed_is_altered(loan):
    content = actions.seal_contract(loan_id=loan.pk)
    for at in (content.index(b"stream") + 30, content.index(b"/Contents <") + 3000):
        changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]

        assert queries.verified(changed).outcome == Outcome.ALTERED


def test_with_something_appended_is_altered(loan):
    content = actions.seal_contract(loan_id=loan.pk)

    assert queries.verified(content + b"\n1 0 obj\n").outcome == Outcome.ALTERED


def test_that_is_not_sealed_yet_is_said_to_be_so(loan):
    assert queries.verified(loans.signed_file(loan)).outcome == Outcome.NOT_SEALED
    assert queries.verified(b"no paper at all").outcome == Outcome.NOT_SEALED


def test_that_no_loan_knows_is_altered_though_its_seal_holds(loan):
    content = actions.seal_contract(loan_id=loan.pk)
    twin = sealing.sealed(
        loans.signed_file(loan),
        subject=f"CONTRACT {loan.public_id}",
        seal=keys.own(),
    )

    assert twin != content
    assert queries.verified(twin).outcome == Outcome.ALTERED


def test_is_not_sealed_where_what_was_kept_is_not_what_was_signed(loan):
    other = builders.paid_out(builders.person("Wei"))

    with pytest.raises(actions.PaperAltered):
        actions.insist_on_signed(loan=loan, text=loans.signed_file(other))
    assert not SealedPaper.objects.exists()


class TestTheCommand:
    def said(self, path):
        out = io.StringIO()
        try:
            call_command("verify_contract", str(path), stdout=out)
        except SystemExit as end:
            return out.getvalue().strip(), end.code
        return out.getvalue().strip(), 0

    def test_says_valid_and_of_which_loan(self, loan, tmp_path):
        path = tmp_path / "contract.pdf"
        path.write_bytes(actions.seal_contract(loan_id=loan.pk))

        words, code = self.said(path)
        assert words.startswith(f"VALID CONTRACT of loan {loan.public_id}, sealed at ")
        assert code == 0

    def test_says_what_is_wrong_and_ends_with_one(self, loan, tmp_path):
        path = tmp_path / "contract.pdf"
        content = actions.seal_contract(loan_id=loan.pk)
        path.write_bytes(content + b"\n")
        assert self.said(path) == (f"ALTERED CONTRACT of loan {loan.public_id}", 1)

        path.write_bytes(loans.signed_file(loan))
        assert self.said(path) == ("NOT SEALED", 1)

    def test_says_of_a_file_that_is_not_there(self, tmp_path):
        with pytest.raises(CommandError, match="cannot be read"):
            call_command("verify_contract", str(tmp_path / "none.pdf"))


@pytest.mark.commits
def test_of_two_who_seal_at_once_one_makes_it_and_both_have_it():
    builders.open_books()
    loan = builders.paid_out(builders.person("Lin"))

    got = at_once(lambda _: actions.seal_contract(loan_id=loan.pk), range(2))

    assert len(set(got)) == 1
    assert isinstance(got[0], bytes)
    assert SealedPaper.objects.count() == 1
    # The text that was signed, and its sealed form.
    assert SealedFile.objects.filter(kind="CONTRACT").count() == 2

"""The certificate of settlement: only once nothing is owed, sealed, and checked by a page."""

import io

import pdfplumber
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from common.seals.contracts import Outcome
from lending.loans.models import Loan
from lending.papers import certificate, queries
from lending.papers.models import SealedPaper
from lending.tests import builders, doors

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]


@pytest.fixture
def settled(lin):
    loan = builders.paid_out(lin)
    builders.pay_off(loan)
    return Loan.objects.get(pk=loan.pk)


def checked(browser, content):
    file = SimpleUploadedFile("paper.pdf", content, "application/pdf")
    return doors.shown(browser.post("/papers/verify/", {"file": file}))


class TestTheCertificate:
    def test_says_whose_loan_was_paid_back_and_when(self, settled):
        content = certificate.settlement(loan=settled, language="en")
        with pdfplumber.open(io.BytesIO(content)) as opened:
            text = opened.pages[0].extract_text()

        product = settled.product.name_in("en")
        for words in (settled.public_id, product, "3,000.00", "2026-11-20", "Nothing is owed"):
            assert words in text
        assert "As of 2026-11-20. The lender's electronic seal" in text

    def test_is_sealed_and_the_same_for_ever(self, settled):
        first, again = (certificate.settlement(loan=settled, language="en") for _ in range(2))
        said = queries.verified(first)

        assert first == again
        assert (said.outcome, said.kind, said.loan) == (
            Outcome.VALID,
            "SETTLEMENT",
            settled.public_id,
        )

    def test_is_refused_before_and_nothing_is_made(self, lin):
        loan = builders.paid_out(lin)

        with pytest.raises(certificate.NotSettled):
            certificate.settlement(loan=loan, language="en")
        assert not SealedPaper.objects.exists()

    def test_of_a_loan_that_was_opened_again_is_said_to_be_of_the_past(self, settled):
        content = certificate.settlement(loan=settled, language="en")
        Loan.objects.filter(pk=settled.pk).update(state="ACTIVE")

        assert not queries.verified(content).is_current


class TestTheDoors:
    def test_give_it_to_its_borrower_alone(self, lin, settled):
        zhao = builders.person("Zhao")
        for address in (
            f"/loans/{settled.public_id}/certificate.pdf",
            f"/api/v1/loans/{settled.public_id}/certificate.pdf",
        ):
            door, other = (
                (doors.api_of(lin), doors.api_of(zhao))
                if "api" in address
                else (doors.web_of(lin), doors.web_of(zhao))
            )
            assert door.get(address).content.startswith(b"%PDF-")
            assert other.get(address).status_code == 404

    def test_refuse_it_before(self, lin):
        loan = builders.paid_out(lin)

        page = doors.web_of(lin).get(f"/loans/{loan.public_id}/certificate.pdf")
        answer = doors.api_of(lin).get(f"/api/v1/loans/{loan.public_id}/certificate.pdf")

        assert page.status_code == 302
        assert answer.status_code == 409

    def test_check_a_paper_and_keep_nothing(self, lin, settled):
        content = certificate.settlement(loan=settled, language="en")
        browser = doors.web_of(lin)

        assert "is genuine" in checked(browser, content)
        assert "was changed" in checked(browser, content + b" ")
        assert "carries no seal" in checked(browser, b"nothing")
        assert SealedPaper.objects.count() == 1

    def test_say_what_a_genuine_paper_is_and_when_it_was_sealed(self, lin, settled):
        page = checked(doors.web_of(lin), certificate.settlement(loan=settled, language="en"))

        assert "Certificate of settlement" in page
        assert settled.public_id in page
        assert "Sealed" in page
        assert "Do not rely on it" not in page

    def test_do_not_believe_what_an_altered_paper_says_of_itself(self, lin, settled):
        content = certificate.settlement(loan=settled, language="en") + b" "
        page = checked(doors.web_of(lin), content)

        assert page.index("Do not rely on it") < page.index(settled.public_id)
        assert "Sealed" not in page

    def test_ask_for_a_file_where_none_was_given(self, lin):
        page = doors.web_of(lin).post("/papers/verify/", {})

        assert page.status_code == 422
        assert "There is something to correct" in doors.shown(page)

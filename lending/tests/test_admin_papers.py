"""Sealed papers for staff: what stands under the seal, whether it holds, and who opened it."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.urls import reverse

from borrowers.documents.models import SealedFile
from borrowers.people.models import AccessEntry
from common.audit.models import AuditEntry
from lending.applications.models import CostDisclosure
from lending.loans.models import Loan, LoanContract
from lending.papers import actions, certificate, queries
from lending.papers.models import SealedPaper
from lending.papers.statements import paper
from lending.papers.statements import queries as statements
from lending.tests import builders, doors
from lending.tests.test_admin_pages import officer, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]
LIST = "admin:lending_sealedpaper_changelist"


@pytest.fixture
def loan():
    loan = builders.paid_out(builders.person("Lin"))
    builders.pay_off(loan)
    return Loan.objects.get(pk=loan.pk)


@pytest.fixture
def sealed(loan):
    """The contract, the certificate and a statement of Lin's loan."""
    actions.seal_contract(loan_id=loan.pk)
    certificate.settlement(loan=loan, language="en")
    told = statements.of_loan(loan, since=None, until=None, on=builders.TODAY, language="en")
    paper.sealed(loan=loan, statement=told, language="en")
    return queries.papers_of(loan)


def page_of(row):
    return reverse("admin:lending_sealedpaper_change", args=[row.pk])


def opening_of(row):
    return reverse("admin:lending_sealedpaper_open", args=[row.pk])


def damage(row):
    """One byte of the kept file changes where nobody looks."""
    name = row.document.store_name
    store = storages["documents"]
    with store.open(name) as file:
        content = bytearray(file.read())
    content[-1] ^= 1
    store.delete(name)
    assert store.save(name, ContentFile(bytes(content))) == name


class TestTheList:
    def test_has_every_sealed_paper_with_hash_and_loan(self, loan, sealed):
        page = doors.shown(signed_in(officer()).get(reverse(LIST)))

        assert len(sealed) == 3
        for row in sealed:
            assert row.content_sha256[:16] in page
            assert row.get_kind_display() in page
        assert loan.public_id in page

    def test_is_found_by_loan_and_by_hash(self, loan, sealed):
        browser = signed_in(officer())
        for wish in (loan.public_id, sealed[1].content_sha256):
            assert sealed[1].content_sha256[:16] in doors.shown(
                browser.get(reverse(LIST), {"q": wish})
            )
        assert sealed[1].content_sha256[:16] not in doors.shown(
            browser.get(reverse(LIST), {"q": "nothing-of-this-name"})
        )

    def test_checks_the_chosen_seals(self, sealed):
        damage(sealed[0])
        browser = signed_in(officer("open_sealedpaper"))
        page = doors.shown(
            browser.post(
                reverse(LIST),
                {"action": "verify", "_selected_action": [each.pk for each in sealed]},
                follow=True,
            )
        )

        assert "2 papers are genuine." in page
        assert sealed[0].content_sha256[:16] in page
        assert "Cannot be read" in page

    def test_is_closed_to_who_may_not_look(self, sealed):
        account = officer()
        account.user_permissions.set(account.user_permissions.exclude(codename="view_sealedpaper"))
        browser = signed_in(account)

        assert browser.get(reverse(LIST)).status_code == 403
        assert browser.get(page_of(sealed[0])).status_code == 403


class TestOnePaper:
    def test_says_that_it_is_genuine(self, sealed):
        browser = signed_in(officer())
        for row in sealed:
            page = doors.shown(browser.get(page_of(row)))
            assert "Genuine and unchanged" in page
            assert row.content_sha256 in page
            assert "Open the paper (PDF)" not in page

    def test_says_that_the_certificate_is_of_the_past(self, loan, sealed):
        Loan.objects.filter(pk=loan.pk).update(state="ACTIVE")
        page = doors.shown(signed_in(officer()).get(page_of(sealed[1])))

        assert "the loan was opened again since" in page

    def test_says_that_it_cannot_be_read(self, sealed):
        damage(sealed[0])
        page = doors.shown(signed_in(officer()).get(page_of(sealed[0])))

        assert "Cannot be read" in page
        assert "Do not give this paper out" in page

    def test_says_that_it_is_another_file_than_was_sealed(self, sealed):
        """Somebody puts the text before the seal where a sealed paper should stand."""
        forged = SealedPaper.objects.create(
            loan_id=sealed[0].loan_id,
            kind="CONTRACT",
            paper_key="forged",
            document_id=LoanContract.objects.get(loan=sealed[0].loan_id).text_id,
            content_sha256="f" * 64,
            seal_sha256=sealed[0].seal_sha256,
        )
        page = doors.shown(signed_in(officer()).get(page_of(forged)))

        assert "Without a seal" in page

    def test_cannot_be_changed_or_deleted(self, sealed):
        browser = signed_in(officer("change_sealedpaper", "delete_sealedpaper"))
        before = list(SealedPaper.objects.values())

        assert browser.post(page_of(sealed[0]), {"content_sha256": "0" * 64}).status_code == 403
        delete = reverse("admin:lending_sealedpaper_delete", args=[sealed[0].pk])
        assert browser.post(delete, {"post": "yes"}).status_code == 403
        assert list(SealedPaper.objects.values()) == before


class TestOpening:
    def test_gives_the_file_and_keeps_who_and_why(self, loan, sealed):
        account = officer("open_sealedpaper")
        browser = signed_in(account)
        assert "Open the paper (PDF)" in doors.shown(browser.get(page_of(sealed[1])))
        answer = browser.post(opening_of(sealed[1]), {"reason_code": "COMPLAINT"})

        assert answer.content.startswith(b"%PDF-")
        assert queries.verified(answer.content).outcome == "VALID"
        look = AccessEntry.objects.get()
        assert (look.borrower_id, look.seen_by_id) == (loan.borrower_id, account.pk)
        assert (look.fields_seen, look.reason_code) == (["certificate"], "COMPLAINT")
        assert AuditEntry.objects.filter(action="borrowers.document.opened").count() == 1

    @pytest.mark.parametrize("reason", ["", "BECAUSE"])
    def test_needs_a_reason(self, sealed, reason):
        answer = signed_in(officer("open_sealedpaper")).post(
            opening_of(sealed[0]), {"reason_code": reason}
        )

        assert answer.status_code == 302
        assert not AccessEntry.objects.exists()

    def test_is_a_right_of_its_own(self, sealed):
        browser = signed_in(officer())
        answers = [
            browser.post(opening_of(sealed[0]), {"reason_code": "COMPLAINT"}),
            doors.web_of(builders.person("Zhao")).post(
                opening_of(sealed[0]), {"reason_code": "COMPLAINT"}
            ),
        ]

        assert answers[0].status_code == 403
        assert answers[1].status_code in {302, 403, 404}
        assert not AccessEntry.objects.exists()

    def test_is_not_done_by_looking(self, sealed):
        browser = signed_in(officer("open_sealedpaper"))

        assert browser.get(opening_of(sealed[0])).status_code == 403
        assert not AccessEntry.objects.exists()

    def test_of_nothing_is_not_there(self, sealed):
        browser = signed_in(officer("open_sealedpaper"))
        address = reverse("admin:lending_sealedpaper_open", args=[sealed[-1].pk + 1])

        assert browser.post(address, {"reason_code": "COMPLAINT"}).status_code == 404

    def test_of_a_file_that_cannot_be_read_is_said_and_not_kept(self, sealed):
        damage(sealed[0])
        answer = signed_in(officer("open_sealedpaper")).post(
            opening_of(sealed[0]), {"reason_code": "COMPLAINT"}
        )

        assert answer.status_code == 302
        assert not AccessEntry.objects.exists()


class TestOnTheLoansPage:
    def shown_to(self, account, loan):
        address = reverse("admin:lending_loan_change", args=[loan.pk])
        return doors.shown(signed_in(account).get(address))

    def test_stand_what_was_signed_and_what_was_sealed(self, loan, sealed):
        page = self.shown_to(officer(), loan)
        contract = LoanContract.objects.get(loan=loan)

        for row in sealed:
            assert page_of(row) in page
        for sha256 in (contract.text_sha256, contract.terms_sha256):
            assert sha256[:16] in page
        assert page.count("As it was signed") == 3

    def test_what_is_not_what_was_signed_is_told_apart(self, loan):
        """The database itself refuses to change a contract; so the row is forged in memory."""
        loan.contract.terms = {"principal_fen": 1}
        loan.contract.disclosure.content = {}

        assert [each.is_intact for each in queries.signed_of(loan)] == [True, False, False]

    def test_a_text_that_is_gone_is_said_to_be_unreadable(self, loan):
        contract = LoanContract.objects.get(loan=loan)
        text = SealedFile.objects.get(pk=contract.text_id)
        storages["documents"].delete(text.store_name)

        assert queries.signed_of(loan)[0].is_intact is None
        assert "Cannot be read any more" in self.shown_to(officer(), loan)

    def test_nothing_of_them_is_shown_without_the_right(self, loan, sealed):
        account = officer()
        account.user_permissions.set(account.user_permissions.exclude(codename="view_sealedpaper"))
        page = self.shown_to(account, loan)

        assert page_of(sealed[0]) not in page
        assert "What was signed" not in page
        assert CostDisclosure.objects.exists()


class TestTheCertificate:
    def ask(self, account, loan):
        address = reverse("admin:lending_sealedpaper_certificate", args=[loan.pk])
        return signed_in(account).post(address)

    def test_is_made_for_the_borrower_who_asks_at_the_desk(self, loan):
        account = officer("open_sealedpaper")
        page = signed_in(account).get(reverse("admin:lending_loan_change", args=[loan.pk]))
        address = reverse("admin:lending_sealedpaper_certificate", args=[loan.pk])
        assert address in page.content.decode()

        answer = self.ask(account, loan)
        row = SealedPaper.objects.get()

        assert answer.headers["Location"] == page_of(row)
        assert row.kind == "SETTLEMENT"
        assert self.ask(account, loan).headers["Location"] == page_of(row)
        assert SealedPaper.objects.count() == 1

    def test_is_refused_while_something_is_owed(self):
        running = builders.paid_out(builders.person("Wei"))
        account = officer("open_sealedpaper")
        page = signed_in(account).get(reverse("admin:lending_loan_change", args=[running.pk]))
        assert "lending/sealedpaper/certificate" not in page.content.decode()

        answer = self.ask(account, running)

        assert answer.headers["Location"] == reverse("admin:lending_loan_change", args=[running.pk])
        assert not SealedPaper.objects.exists()

    def test_needs_the_right_and_a_loan(self, loan):
        assert self.ask(officer(), loan).status_code == 403
        assert not SealedPaper.objects.exists()

    def test_of_no_loan_is_not_there(self, loan):
        address = reverse("admin:lending_sealedpaper_certificate", args=[loan.pk + 1])
        browser = signed_in(officer("open_sealedpaper"))

        assert browser.post(address).status_code == 404
        assert browser.get(address).status_code == 403

"""Staff pages of lending: everything can be looked at, a referred case decided, nothing edited."""

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from borrowers.consent.purposes import AUTOMATED_DECISION
from borrowers.documents import queries as documents
from borrowers.documents.models import SealedFile
from borrowers.messages.models import Message
from borrowers.people import actions as people
from borrowers.people.models import AccessEntry, Account
from borrowers.tests import cast
from common.audit.models import AuditEntry
from common.templatetags.dates import moment
from lending.applications.models import LoanApplication, Offer
from lending.channels.models import ChannelEvent, Transfer
from lending.disbursements import actions as disbursements
from lending.ledger.models import LedgerEntry
from lending.loans.models import Loan
from lending.tests import builders, doors
from scoring.decisions.models import Review

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]
LISTS = (
    "loanapplication",
    "costdisclosure",
    "loan",
    "transfer",
    "channelevent",
    "ledgeraccount",
    "ledgerentry",
    "loanproduct",
    "merchant",
    "pointsentry",
    "entitlement",
)


def officer(*permissions: str) -> Account:
    """A member of staff who may look at lending and do what is named."""
    account = people.open_staff(
        phone=cast.PHONES["Mei"], password="a long enough password", is_administrator=False
    )
    looks = Permission.objects.filter(
        content_type__app_label="lending", codename__startswith="view_"
    )
    account.user_permissions.set(looks | Permission.objects.filter(codename__in=permissions))
    return account


def signed_in(account: Account) -> Client:
    browser = doors.stranger()
    browser.force_login(account)
    return browser


@pytest.fixture
def mei():
    return signed_in(officer("decide_loanapplication", "retry_payout_loan"))


@pytest.fixture
def referred(lin):
    application = builders.draft(lin)
    doors.web_of(lin).post(reverse("lending:submit", args=[application.public_id]))
    return doors.decide(application)


@pytest.fixture
def loan():
    loan = builders.paid_out(builders.person("Wei"))
    builders.pay(loan, 50_000, on=builders.TODAY, key="first-payment")
    ChannelEvent.objects.create(
        channel="SANDBOX",
        event_key="evt-1",
        out_trade_no=Transfer.objects.earliest("pk").out_trade_no,
        state="SUCCEEDED",
        amount_fen=300_000,
    )
    return loan


def url(name: str, *args: object) -> str:
    return reverse(f"admin:lending_{name}", args=args)


def offered(**changes: str) -> dict[str, str]:
    given = {
        "outcome": "OFFERED",
        "limit": "2,500",
        "annual_rate_percent": "15.5",
        "reason_code": "SMALL_START",
        "note": "Spoke to them: pays rent in cash.",
    }
    return {**given, **changes}


class TestEveryList:
    @pytest.mark.parametrize("name", LISTS)
    def test_opens_and_covers_people(self, mei, loan, name):
        page = mei.get(url(f"{name}_changelist"))

        assert page.status_code == 200
        assert "林Wei" not in doors.shown(page)
        assert "13900000002" not in doors.shown(page)

    @pytest.mark.parametrize("name", LISTS)
    def test_is_closed_to_borrowers(self, lin, name):
        answer = doors.web_of(lin).get(url(f"{name}_changelist"))

        assert answer.status_code in {302, 403}

    @pytest.mark.parametrize("name", LISTS)
    def test_lets_nobody_add_or_delete(self, loan, name):
        browser = signed_in(cast.officer())

        assert browser.get(url(f"{name}_add")).status_code == 403

    @pytest.mark.parametrize("name", ["loan", "loanapplication", "ledgerentry", "transfer"])
    def test_shows_a_row_and_takes_no_change(self, loan, name):
        browser = signed_in(cast.officer())
        model = {
            "loan": Loan,
            "loanapplication": LoanApplication,
            "ledgerentry": LedgerEntry,
            "transfer": Transfer,
        }[name]
        row = model.objects.earliest("pk")  # type: ignore[attr-defined]  # each is a model

        assert browser.get(url(f"{name}_change", row.pk)).status_code == 200
        assert browser.post(url(f"{name}_change", row.pk), {"state": "X"}).status_code == 403
        assert browser.get(url(f"{name}_delete", row.pk)).status_code == 403


class TestTheQueue:
    def test_holds_what_waits_for_a_person(self, mei, referred, loan):
        page = mei.get(url("loanapplication_changelist") + "?state__exact=REFERRED")

        assert referred.public_id in doors.shown(page)
        assert loan.contract.application.public_id not in doors.shown(page)

    def test_shows_reasons_rules_and_what_happened(self, mei, referred):
        page = mei.get(url("loanapplication_change", referred.pk))

        words = doors.shown(page)
        assert "Decide this application" in words
        assert "Too few records to say anything" in words
        assert "<td>Sent</td> <td>The borrower</td>" in words
        asked = {each.title: each.value for each in page.context["policy"].asked}
        assert asked["Asked for"] == "¥3,000"


class TestDeciding:
    def test_offers_and_tells_the_borrower(self, mei, referred, lin):
        page = mei.get(url("loanapplication_decide", referred.pk))
        assert page.context["form"].initial["limit"] == 3_000

        answer = mei.post(url("loanapplication_decide", referred.pk), offered())

        assert answer["location"] == url("loanapplication_change", referred.pk)
        offer = Offer.objects.get(application_id=referred.pk)
        assert (offer.amount_fen, offer.annual_rate_ppm) == (250_000, 155_000)
        assert Message.objects.filter(borrower_id=lin.id, template="OFFER_READY").exists()
        assert "You can borrow ¥2,500.00" in doors.shown(
            doors.web_of(lin).get(reverse("lending:application", args=[referred.public_id]))
        )

    def test_keeps_the_note_sealed(self, mei, referred):
        mei.post(url("loanapplication_decide", referred.pk), offered())

        note = SealedFile.objects.get(kind="REVIEW_NOTE")
        assert Review.objects.get().note_id == note.pk
        assert documents.content(note.pk).decode() == offered()["note"]
        assert "cash" not in str(list(AuditEntry.objects.values_list("facts", flat=True)))

    def test_declines_with_a_reason_that_the_borrower_reads(self, mei, referred, lin):
        given = {"outcome": "DECLINED", "reason_code": "NOT_AFFORDABLE"}

        mei.post(url("loanapplication_decide", referred.pk), given)

        page = doors.web_of(lin).get(reverse("lending:application", args=[referred.public_id]))
        assert "The instalments would be more than the income bears." in doors.shown(page)
        assert not Offer.objects.exists()

    def test_tells_why_it_waits_and_when_it_was_settled(self, mei, lin):
        cast.withdraw(lin, AUTOMATED_DECISION)
        application = builders.draft(lin)
        doors.web_of(lin).post(reverse("lending:submit", args=[application.public_id]))
        doors.decide(application)
        page = url("loanapplication_change", application.pk)

        waiting = doors.shown(mei.get(page))
        assert "the applicant has not agreed to automated decisions" in waiting
        assert "not yet: a person decides" in waiting

        mei.post(url("loanapplication_decide", application.pk), offered())
        settled = doors.shown(mei.get(page))
        assert "has not agreed to automated" not in settled
        assert moment(Review.objects.get().reviewed_at) in settled

    @pytest.mark.parametrize("limit", ["0", "0.00", "999,999", "some", ""])
    def test_declines_whatever_stands_in_the_figures_of_an_offer(self, mei, referred, limit):
        given = offered(
            outcome="DECLINED", limit=limit, annual_rate_percent="x", reason_code="NOT_AFFORDABLE"
        )

        mei.post(url("loanapplication_decide", referred.pk), given)

        referred.refresh_from_db()
        assert referred.state == "DECLINED"
        assert Review.objects.get().limit_fen == 0

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"outcome": ""}, "This field is required."),
            ({"limit": ""}, "An offer needs this."),
            ({"annual_rate_percent": ""}, "An offer needs this."),
            ({"limit": "1"}, "Enter an amount from"),
            ({"reason_code": ""}, "This field is required."),
            ({"reason_code": "NOT_AFFORDABLE"}, "This reason belongs to the other decision."),
            ({"annual_rate_percent": "1"}, "outside of what the product allows"),
            ({"annual_rate_percent": "35"}, "outside of what the product allows"),
        ],
    )
    def test_says_what_is_wrong_and_decides_nothing(self, mei, referred, wrong, words):
        page = mei.post(url("loanapplication_decide", referred.pk), offered(**wrong))

        assert words in doors.shown(page)
        assert not Review.objects.exists()
        assert not Offer.objects.exists()
        referred.refresh_from_db()
        assert referred.state == "REFERRED"

    def test_happens_once(self, mei, referred):
        mei.post(url("loanapplication_decide", referred.pk), offered())
        again = mei.post(
            url("loanapplication_decide", referred.pk), offered(limit="900"), follow=True
        )

        assert "This application does not wait for a person." in doors.shown(again)
        assert Offer.objects.get().limit_fen == 250_000

    def test_is_for_those_who_may(self, referred):
        browser = signed_in(officer())

        assert "Decide this application" not in doors.shown(
            browser.get(url("loanapplication_change", referred.pk))
        )
        assert (
            browser.post(url("loanapplication_decide", referred.pk), offered()).status_code == 403
        )
        assert not Review.objects.exists()

    def test_presets_no_decision_and_no_reason(self, mei, referred):
        form = mei.get(url("loanapplication_decide", referred.pk)).context["form"]

        assert "outcome" not in form.initial
        assert form["reason_code"].field.choices[0][0] == ""


class TestTheProof:
    @pytest.fixture
    def study(self, lin):
        proof = SimpleUploadedFile("proof.pdf", doors.PDF)
        given = {"amount": "2000", "term_months": "6", "request_key": doors.KEY}
        browser = doors.web_of(lin)
        browser.post(reverse("lending:ask", args=["STUDY"]), given)
        draft = LoanApplication.objects.get()
        address = reverse("lending:draft-proof", args=[draft.public_id])
        browser.post(address, {"agrees": "on", "evidence": proof})
        return LoanApplication.objects.get()

    def test_is_opened_by_those_who_decide_and_the_look_is_kept(self, mei, study, lin):
        opened = mei.post(url("loanapplication_evidence", study.pk))

        assert (opened.content, opened["Content-Type"]) == (doors.PDF, "application/pdf")
        assert "no-store" in opened["Cache-Control"]
        look = AccessEntry.objects.get()
        assert (look.borrower_id, look.reason_code) == (lin.id, "APPLICATION_REVIEW")
        assert look.fields_seen == ["enrolment_evidence"]
        assert AuditEntry.objects.filter(action="borrowers.document.opened").count() == 1

    def test_is_closed_to_everybody_else(self, study, lin):
        looker = signed_in(officer())

        assert looker.post(url("loanapplication_evidence", study.pk)).status_code == 403
        assert doors.web_of(lin).post(url("loanapplication_evidence", study.pk)).status_code in {
            302,
            403,
        }
        assert not AccessEntry.objects.exists()

    def test_is_not_opened_by_a_mere_look(self, mei, study):
        assert mei.get(url("loanapplication_evidence", study.pk)).status_code == 403
        assert not AccessEntry.objects.exists()

    @pytest.mark.parametrize(
        ("fits", "state", "leads_to"), [("yes", "OFFERED", "change"), ("no", "REFERRED", "decide")]
    )
    def test_is_said_to_fit_or_not(self, mei, study, fits, state, leads_to):
        LoanApplication.objects.update(state="OFFERED")
        page = mei.get(url("loanapplication_change", study.pk))

        mei.post(url("loanapplication_evidence", study.pk))
        answer = mei.post(url("loanapplication_proof", study.pk), {"fits": fits})

        study.refresh_from_db()
        assert "Does the proof of enrolment fit?" in page.content.decode()
        assert study.state == state
        assert (study.evidence_checked_at is not None) is (fits == "yes")
        assert answer["Location"] == url(f"loanapplication_{leads_to}", study.pk)

    def test_is_not_said_to_fit_by_who_has_not_opened_it(self, mei, study):
        LoanApplication.objects.update(state="OFFERED")

        page = mei.post(url("loanapplication_proof", study.pk), {"fits": "yes"}, follow=True)

        study.refresh_from_db()
        assert "You have not opened the file of this proof." in doors.shown(page)
        assert page.redirect_chain == [(url("loanapplication_change", study.pk), 302)]
        assert study.evidence_checked_at is None

    def test_is_not_judged_by_a_mere_look_by_those_who_decide(self, study):
        LoanApplication.objects.update(state="OFFERED")
        looker = signed_in(officer())

        answer = looker.post(url("loanapplication_proof", study.pk), {"fits": "yes"})

        study.refresh_from_db()
        assert answer.status_code == 403
        assert study.evidence_checked_at is None

    def test_is_not_judged_by_a_mere_look(self, mei, study):
        LoanApplication.objects.update(state="OFFERED")

        assert mei.get(url("loanapplication_proof", study.pk)).status_code == 403
        study.refresh_from_db()
        assert study.evidence_checked_at is None

    def test_that_waits_for_nobody_is_said_kindly(self, mei, study):
        answer = mei.post(url("loanapplication_proof", study.pk), {"fits": "yes"})

        study.refresh_from_db()
        assert answer.status_code == 302
        assert study.evidence_checked_at is None

    def test_that_was_never_given_is_nowhere(self, mei, referred):
        assert mei.post(url("loanapplication_evidence", referred.pk)).status_code == 404


class TestALoan:
    def test_shows_schedule_log_transfers_and_books(self, mei, loan):
        page = mei.get(url("loan_change", loan.pk))

        assert len(page.context["instalments"]) == 3
        assert [row.kind for row in page.context["transactions"]] == ["DISBURSEMENT", "REPAYMENT"]
        assert sum(fen for _code, _name, fen in page.context["books"]) == 0
        assert page.context["may_retry"] is False

    def test_whose_payout_failed_is_paid_out_again(self, mei, lin):
        loan = builders.signed(lin)
        first = Transfer.objects.get()
        disbursements.book(
            transfer_id=first.pk,
            answer=builders.said(first, "FAILED"),
            on=builders.TODAY,
            claim=None,
        )
        assert "Try the payout again" in doors.shown(mei.get(url("loan_change", loan.pk)))

        for _ in range(2):
            mei.post(url("loan_pay_out_again", loan.pk))

        second = Transfer.objects.exclude(pk=first.pk).get()
        assert second.out_trade_no != first.out_trade_no
        assert second.state == "INTENT"

    def test_that_runs_is_never_paid_out_again(self, mei, loan):
        page = mei.post(url("loan_pay_out_again", loan.pk), follow=True)

        assert "This loan has no failed payout." in doors.shown(page)
        assert Transfer.objects.filter(purpose="DISBURSEMENT").count() == 1

    def test_is_paid_out_again_only_by_those_who_may(self, lin):
        loan = builders.signed(lin)
        browser = signed_in(officer())

        assert browser.post(url("loan_pay_out_again", loan.pk)).status_code == 403
        assert browser.get(url("loan_pay_out_again", loan.pk)).status_code == 403

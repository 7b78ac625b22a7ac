"""The offer comes at once, and a person looks at the proof before the contract can be signed."""

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from borrowers.documents.models import SealedFile
from borrowers.messages.models import Message
from borrowers.tests import cast
from common.audit.models import AuditEntry
from lending.applications import deciding, proofs, queries
from lending.applications.models import LoanApplication, Offer
from lending.applications.offers import writing
from lending.applications.states import NotPossibleNow
from lending.channels.models import Transfer
from lending.loans import actions as loans
from lending.loans.models import Loan
from lending.tests import builders, doors, walks
from lending.tests.builders import NOW, TODAY
from scoring.decisions.models import Review

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]


@pytest.fixture
def offer(lin):
    return builders.student(lin)


def sign(lin, offer):
    return loans.sign(
        application_id=offer.application_id,
        at=builders.NOW,
        on=TODAY,
        language="en",
        by=cast.self_of(lin),
    )


def state() -> str:
    return LoanApplication.objects.get().state


class TestSigning:
    def test_waits_for_the_look_and_writes_nothing_before(self, lin, offer):
        builders.confirmed(offer, lin)

        with pytest.raises(proofs.ProofNotChecked):
            sign(lin, offer)

        assert state() == "ACCEPTED"
        assert not Loan.objects.exists()
        assert not SealedFile.objects.filter(kind="CONTRACT").exists()

    def test_goes_on_after_it_and_pays_the_school(self, lin, offer, mei):
        builders.confirmed(offer, lin)
        builders.confirm_proof(offer.application, mei)

        loan = sign(lin, offer)

        assert loan.payee_account == "merchant:SCHOOL"
        assert Transfer.objects.get(loan_id=loan.pk).amount_fen == 300_000

    def test_of_a_loan_without_a_proof_waits_for_nothing(self, lin):
        offer = builders.offered(lin)
        builders.confirmed(offer, lin)

        assert sign(lin, offer).principal_fen == 300_000


class TestTheLook:
    def test_is_waited_for_in_the_queue_until_it_is_done(self, offer, mei):
        before = [each.pk for each in queries.proofs_to_check()]
        builders.confirm_proof(offer.application, mei)

        assert before == [offer.application_id]
        assert list(queries.proofs_to_check()) == []

    def test_is_told_once_and_kept(self, offer, mei):
        builders.confirm_proof(offer.application, mei)
        proofs.confirm(application_id=offer.application_id, at=NOW + timedelta(days=1), by=mei)

        assert LoanApplication.objects.get().evidence_checked_at == NOW
        assert Message.objects.filter(template="PROOF_CHECKED").count() == 1
        trail = AuditEntry.objects.filter(action="lending.application.proof_confirmed")
        assert [each.actor_account_id for each in trail] == [mei.account_id]

    def test_that_finds_it_does_not_fit_ends_the_offer_and_asks_for_a_decision(
        self, lin, offer, mei
    ):
        builders.confirmed(offer, lin)

        proofs.doubt(application_id=offer.application_id, at=NOW, by=mei)

        assert state() == "REFERRED"
        assert Offer.objects.get().expires_at == NOW
        assert [each.pk for each in queries.referred()] == [offer.application_id]
        with pytest.raises(NotPossibleNow):
            sign(lin, offer)

    @pytest.mark.parametrize("say", [proofs.confirm, proofs.doubt])
    def test_comes_too_late_when_the_application_was_taken_back(self, offer, mei, say):
        LoanApplication.objects.update(state="WITHDRAWN")

        with pytest.raises(NotPossibleNow):
            say(application_id=offer.application_id, at=NOW, by=mei)

        assert LoanApplication.objects.get().evidence_checked_at is None
        assert state() == "WITHDRAWN"

    def test_cannot_be_at_a_proof_that_nobody_gave(self, lin, mei):
        offer = builders.offered(lin)

        with pytest.raises(NotPossibleNow):
            proofs.confirm(application_id=offer.application_id, at=NOW, by=mei)

    def test_that_was_confirmed_is_not_doubted_later(self, offer, mei):
        builders.confirm_proof(offer.application, mei)

        with pytest.raises(NotPossibleNow):
            proofs.doubt(application_id=offer.application_id, at=NOW, by=mei)

        assert state() == "OFFERED"


class TestAFileThatWasNotOpened:
    def test_is_never_said_to_fit(self, offer, mei):
        with pytest.raises(proofs.ProofNotOpened):
            proofs.confirm(application_id=offer.application_id, at=NOW, by=mei)

        assert LoanApplication.objects.get().evidence_checked_at is None
        assert not Message.objects.filter(template="PROOF_CHECKED").exists()
        assert not AuditEntry.objects.filter(action__endswith="proof_confirmed").exists()

    def test_by_oneself_counts_for_nothing_though_a_colleague_did(self, offer, mei, colleague):
        builders.opened(offer.application, colleague)

        with pytest.raises(proofs.ProofNotOpened):
            proofs.confirm(application_id=offer.application_id, at=NOW, by=mei)

        assert LoanApplication.objects.get().evidence_checked_at is None

    def test_since_the_application_began_was_looked_at_for_another_one(self, offer, mei):
        """The same file given again is kept once: the look of last month is none at this."""
        builders.opened(offer.application, mei)
        begun = AuditEntry.objects.latest("occurred_at").occurred_at + timedelta(seconds=1)
        LoanApplication.objects.update(drafted_at=begun)

        with pytest.raises(proofs.ProofNotOpened):
            proofs.confirm(application_id=offer.application_id, at=NOW, by=mei)

        assert LoanApplication.objects.get().evidence_checked_at is None

    def test_may_be_doubted_all_the_same(self, offer, mei):
        """A file that cannot be opened does not fit."""
        proofs.doubt(application_id=offer.application_id, at=NOW, by=mei)

        assert state() == "REFERRED"

    def test_decides_no_review(self, lin, mei):
        offer = builders.student(lin)
        Offer.objects.all().delete()
        LoanApplication.objects.update(state="SUBMITTED", decided_at=None)
        doors.decide(offer.application)
        LoanApplication.objects.update(state="REFERRED")

        with pytest.raises(proofs.ProofNotOpened):
            decided_by(mei, offer.application_id, "EVIDENCE_CHECKED")

        assert state() == "REFERRED"
        assert LoanApplication.objects.get().evidence_checked_at is None
        assert not Review.objects.exists()


def decided_by(mei, application_id, reason_code):
    return deciding.review(
        application_id=application_id,
        outcome="OFFERED",
        limit_fen=200_000,
        annual_rate_ppm=150_000,
        reason_code=reason_code,
        note_document_id=None,
        on=TODAY,
        at=NOW,
        by=mei,
    )


class TestAReviewer:
    @pytest.mark.parametrize(
        ("reason_code", "is_awaited"), [("EVIDENCE_CHECKED", False), ("SMALL_START", True)]
    )
    def test_who_says_that_the_evidence_fits_need_not_say_it_twice(
        self, lin, mei, reason_code, is_awaited
    ):
        offer = builders.student(lin)
        Offer.objects.all().delete()
        LoanApplication.objects.update(state="SUBMITTED", decided_at=None)
        doors.decide(offer.application)
        LoanApplication.objects.update(state="REFERRED")

        builders.opened(offer.application, mei)
        decided_by(mei, offer.application_id, reason_code)

        found = queries.by_id(offer.application_id)
        assert queries.is_proof_awaited(found) is is_awaited
        assert found.offer.expires_at == NOW + writing.OFFER_WITH_PROOF_VALID


class TestThePages:
    def test_say_that_a_person_has_yet_to_look_and_show_no_way_to_sign(self, lin, offer):
        web = doors.web_of(lin)
        here = reverse("lending:application", args=[offer.application.public_id])

        LoanApplication.objects.update(state="SUBMITTED", decided_at=None)
        Offer.objects.all().delete()
        doors.decide(offer.application)
        offer = walks.offered(offer.application)

        shown = doors.shown(web.get(here))
        builders.confirmed(offer, lin)
        contract = doors.shown(web.get(here))

        assert "A person looks at your proof of enrolment" in shown
        assert "A person looks at your proof of enrolment" in contract
        assert reverse("lending:sign", args=[offer.application.public_id]) not in contract

    def test_of_the_api_say_so_and_refuse_the_signature(self, lin, offer):
        builders.confirmed(offer, lin)
        api = doors.api_of(lin)
        here = f"/api/v1/applications/{offer.application.public_id}"

        answer = api.post(f"{here}/sign", {"agrees": True})

        assert api.get(here).json()["is_proof_awaited"] is True
        assert (answer.status_code, answer.json()["code"]) == (409, "PROOF_NOT_CHECKED")
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM lending_loancontract")
            assert cursor.fetchone() == (0,)

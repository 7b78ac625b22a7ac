"""Every step of an application, asked for in every state: where it may not be, nothing happens."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from borrowers.consent.purposes import SCENE_EDUCATION
from borrowers.people.models import Account
from borrowers.tests import cast
from common.actors import Actor
from common.audit.models import AuditEntry
from common.errors import NotFound, Refused
from lending.applications import actions as applications
from lending.applications import proofs
from lending.applications.drafts import actions as drafts
from lending.applications.models import ApplicationState, CostDisclosure, LoanApplication, Offer
from lending.applications.purposes import telling
from lending.applications.states import NotPossibleNow
from lending.loans import actions as signing
from lending.products.queries import AmountNotOffered, TermNotOffered
from lending.rewards.actions import EntitlementNotUsable
from lending.rewards.models import Entitlement
from lending.tests import builders
from lending.tests.builders import NOW, TODAY
from tests.machinery.unchanged import nothing_written

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)
Verb = Callable[[LoanApplication], object]

# What is asked for, and the states in which it does something or is what has happened already.
VERBS: Mapping[str, tuple[Verb, frozenset[str]]] = {
    "save": (
        lambda it: drafts.save(application_id=it.pk, amount_fen=200_000, by=by(it)),
        frozenset({"DRAFT"}),
    ),
    "upload_evidence": (
        lambda it: drafts.upload_evidence(application_id=it.pk, content=builders.PROOF, by=by(it)),
        frozenset({"DRAFT"}),
    ),
    "change_offer": (
        lambda it: applications.change_offer(
            application_id=it.pk, amount_fen=200_000, term_months=6, at=LATER, by=by(it)
        ),
        frozenset({"OFFERED", "REFERRED", "ACCEPTED"}),
    ),
    "accept": (
        lambda it: applications.accept(application_id=it.pk, at=LATER, by=by(it)),
        frozenset({"OFFERED", "REFERRED", "ACCEPTED", "SIGNED"}),
    ),
    "show_cost": (
        lambda it: applications.show_cost(
            application_id=it.pk, language="en", channel="WEB", on=TODAY, at=LATER
        ),
        frozenset({"ACCEPTED"}),
    ),
    "confirm_cost": (
        lambda it: applications.confirm_cost(
            application_id=it.pk,
            disclosure_id=CostDisclosure.objects.filter(step="SHOWN").latest("pk").pk,
            language="en",
            channel="WEB",
            at=LATER,
            by=by(it),
        ),
        frozenset({"ACCEPTED"}),
    ),
    "withdraw": (
        lambda it: applications.withdraw(application_id=it.pk, by=by(it)),
        frozenset({"DRAFT", "SUBMITTED", "REFERRED", "OFFERED", "ACCEPTED", "WITHDRAWN"}),
    ),
    "confirm_proof": (
        lambda it: proofs.confirm(application_id=it.pk, at=LATER, by=officer()),
        frozenset({"OFFERED", "ACCEPTED"}),
    ),
    "doubt_proof": (
        lambda it: proofs.doubt(application_id=it.pk, at=LATER, by=officer()),
        frozenset({"OFFERED", "ACCEPTED"}),
    ),
}


def by(application: LoanApplication) -> Actor:
    return Actor(kind="BORROWER", account_id=application.borrower.account_id)


@pytest.fixture(autouse=True)
def _officer(db):
    """Mei, who looks at proofs."""
    cast.officer()


def officer() -> Actor:
    return Actor(kind="STAFF", account_id=Account.objects.get(is_staff=True).pk)


@pytest.fixture
def study(lin) -> LoanApplication:
    """A loan for a course, with its opened proof, its offer, and its cost shown once."""
    offer = builders.student(lin)
    builders.opened(offer.application, officer())
    applications.accept(application_id=offer.application_id, at=NOW, by=cast.self_of(lin))
    applications.show_cost(
        application_id=offer.application_id, language="en", channel="WEB", on=TODAY, at=NOW
    )
    return LoanApplication.objects.get(pk=offer.application_id)


class TestEveryStep:
    @pytest.mark.parametrize("name", VERBS)
    def test_is_refused_in_every_other_state_and_leaves_no_trace(self, study, name):
        verb, possible = VERBS[name]
        for state in ApplicationState.values:
            if state in possible:
                continue
            LoanApplication.objects.filter(pk=study.pk).update(state=state)

            with nothing_written(), pytest.raises(NotPossibleNow):
                verb(study)

    @pytest.mark.parametrize("name", VERBS)
    def test_of_nobodys_application_is_not_found(self, study, name):
        verb, _ = VERBS[name]
        nobodys = LoanApplication(
            pk=study.pk + 1_000, borrower=study.borrower, evidence_id=study.evidence_id
        )

        with nothing_written(), pytest.raises(NotFound):
            verb(nobodys)

    @pytest.mark.parametrize("name", ["change_offer", "accept", "show_cost", "confirm_cost"])
    @pytest.mark.parametrize("seconds", [0, 1, 86_400])
    def test_about_an_offer_is_refused_from_the_very_moment_it_ends(self, study, name, seconds):
        LoanApplication.objects.update(state="OFFERED" if name == "accept" else "ACCEPTED")
        Offer.objects.update(expires_at=LATER - timedelta(seconds=seconds))

        with nothing_written(), pytest.raises(applications.OfferOver):
            VERBS[name][0](study)

    @pytest.mark.parametrize("name", ["change_offer", "accept", "show_cost", "confirm_cost"])
    def test_about_an_offer_is_possible_until_a_moment_before_it_ends(self, study, name):
        LoanApplication.objects.update(state="OFFERED" if name == "accept" else "ACCEPTED")
        Offer.objects.update(expires_at=LATER + timedelta(microseconds=1))

        assert VERBS[name][0](study)

    def test_that_was_taken_already_changes_nothing_when_taken_again(self, study):
        LoanApplication.objects.update(state="WITHDRAWN")
        with nothing_written():
            VERBS["withdraw"][0](study)

        for state in ("ACCEPTED", "SIGNED"):
            LoanApplication.objects.update(state=state)
            with nothing_written():
                VERBS["accept"][0](study)

    def test_that_a_person_took_already_changes_nothing_when_taken_again(self, study):
        VERBS["confirm_proof"][0](study)

        with nothing_written():
            VERBS["confirm_proof"][0](study)
        with nothing_written(), pytest.raises(NotPossibleNow):
            VERBS["doubt_proof"][0](study)


class TestChangingAnOffer:
    @pytest.mark.parametrize(
        ("amount_fen", "term_months", "refusal"),
        [
            (0, 6, AmountNotOffered),
            (-200_000, 6, AmountNotOffered),
            (99_999, 6, AmountNotOffered),
            (300_001, 6, AmountNotOffered),
            (200_000, 0, TermNotOffered),
            (200_000, 3, TermNotOffered),
            (200_000, 24, TermNotOffered),
        ],
    )
    def test_stays_within_product_and_limit(self, study, lin, amount_fen, term_months, refusal):
        with nothing_written(), pytest.raises(refusal):
            applications.change_offer(
                application_id=study.pk,
                amount_fen=amount_fen,
                term_months=term_months,
                at=LATER,
                by=cast.self_of(lin),
            )

    def test_cannot_stretch_the_term_beyond_what_was_offered(self, study, lin):
        Offer.objects.update(longest_term_months=6)

        with nothing_written(), pytest.raises(TermNotOffered):
            applications.change_offer(
                application_id=study.pk,
                amount_fen=200_000,
                term_months=12,
                at=LATER,
                by=cast.self_of(lin),
            )

    def test_makes_the_cost_to_be_read_anew(self, study, lin):
        """A cost that was confirmed for other terms signs nothing."""
        VERBS["confirm_proof"][0](study)
        VERBS["confirm_cost"][0](study)
        VERBS["change_offer"][0](study)
        VERBS["accept"][0](study)

        with nothing_written(), pytest.raises(NotPossibleNow):
            signing.sign(
                application_id=study.pk,
                at=builders.NOW,
                on=TODAY,
                language="en",
                by=cast.self_of(lin),
            )


class TestReadingTheCost:
    def test_is_needed_for_this_very_application(self, study, lin):
        """Wei's cost table, or a confirmed one, is not what Lin has read."""
        other = builders.offered(builders.person("Wei"))
        applications.accept(application_id=other.application_id, at=NOW, by=by(other.application))
        theirs = applications.show_cost(
            application_id=other.application_id, language="en", channel="WEB", on=TODAY, at=NOW
        )

        with nothing_written(), pytest.raises(NotPossibleNow):
            applications.confirm_cost(
                application_id=study.pk,
                disclosure_id=theirs.pk,
                language="en",
                channel="WEB",
                at=LATER,
                by=cast.self_of(lin),
            )

    @pytest.mark.parametrize("early", [timedelta(microseconds=1), timedelta(seconds=1)])
    def test_takes_its_time_to_the_last_moment(self, study, lin, early):
        shown = CostDisclosure.objects.get(step="SHOWN")
        ready_at = shown.recorded_at + timedelta(seconds=shown.minimum_seconds)

        with nothing_written(), pytest.raises(applications.ReadItFirst) as refused:
            applications.confirm_cost(
                application_id=study.pk,
                disclosure_id=shown.pk,
                language="en",
                channel="WEB",
                at=ready_at - early,
                by=cast.self_of(lin),
            )

        assert refused.value.context["seconds"] in {1, 2}

    def test_a_second_time_is_the_same_row(self, study):
        first = VERBS["confirm_cost"][0](study)

        with nothing_written():
            assert VERBS["confirm_cost"][0](study) == first


class TestEvidence:
    def test_is_not_looked_at_after_the_consent_was_withdrawn(self, study, lin):
        LoanApplication.objects.update(state="DRAFT")
        cast.withdraw(lin, SCENE_EDUCATION)

        with nothing_written(), pytest.raises(telling.EvidenceNeedsConsent):
            VERBS["upload_evidence"][0](study)

    @pytest.mark.parametrize("content", [b"", b"MZ\x90\x00", b"<html>proof</html>", b"%PD"])
    def test_is_a_paper_that_can_be_shown(self, study, lin, content):
        LoanApplication.objects.update(state="DRAFT")

        with nothing_written(), pytest.raises(Refused, match="EVIDENCE_"):
            drafts.upload_evidence(application_id=study.pk, content=content, by=cast.self_of(lin))

    def test_of_a_loan_that_needs_none_is_judged_by_nobody(self, lin):
        offer = builders.offered(lin)

        for verb in (proofs.confirm, proofs.doubt):
            with nothing_written(), pytest.raises(NotPossibleNow):
                verb(application_id=offer.application_id, at=LATER, by=officer())

    @pytest.mark.parametrize("verb", [proofs.confirm, proofs.doubt])
    def test_is_never_judged_by_the_borrower(self, study, lin, verb):
        with nothing_written(), pytest.raises(AssertionError):
            verb(application_id=study.pk, at=LATER, by=cast.self_of(lin))

    def test_that_nobody_has_looked_at_signs_nothing(self, study, lin):
        VERBS["confirm_cost"][0](study)

        with nothing_written(), pytest.raises(proofs.ProofNotChecked):
            signing.sign(
                application_id=study.pk,
                at=builders.NOW,
                on=TODAY,
                language="en",
                by=cast.self_of(lin),
            )


class TestADiscount:
    def submit_with(self, card, entitlement_id: int) -> None:
        application = builders.draft(card)
        LoanApplication.objects.filter(pk=application.pk).update(entitlement_id=entitlement_id)
        with nothing_written(), pytest.raises((EntitlementNotUsable, NotFound)):
            applications.submit(
                application_id=application.pk, on=TODAY, at=NOW, by=cast.self_of(card)
            )

    def bought(self, card, **changes: object) -> Entitlement:
        values = {
            "benefit": "RATE_050",
            "discount_ppm": 5_000,
            "cost_points": 50,
            "expires_on": TODAY,
        }
        return Entitlement.objects.create(
            borrower_id=card.id, request_key="bought", **{**values, **changes}
        )

    @pytest.mark.parametrize(
        "used", [{"state": "RESERVED"}, {"state": "CONSUMED", "loan_id": 1}, {"state": "EXPIRED"}]
    )
    def test_that_is_used_holds_the_application_back(self, lin, used):
        self.submit_with(lin, self.bought(lin, **used).pk)

    def test_whose_last_day_is_over_holds_it_back(self, lin):
        yesterday = TODAY - timedelta(days=1)

        self.submit_with(lin, self.bought(lin, expires_on=yesterday).pk)

    def test_of_somebody_else_holds_it_back(self, lin):
        self.submit_with(lin, self.bought(builders.person("Wei")).pk)

    def test_is_good_on_its_last_day(self, lin):
        entitlement = self.bought(lin)
        application = builders.draft(lin)
        LoanApplication.objects.filter(pk=application.pk).update(entitlement_id=entitlement.pk)

        applications.submit(application_id=application.pk, on=TODAY, at=NOW, by=cast.self_of(lin))

        entitlement.refresh_from_db()
        assert (entitlement.state, entitlement.application_id) == ("RESERVED", application.pk)


class TestExpiring:
    @pytest.mark.parametrize("state", sorted({*ApplicationState.values} - {"OFFERED", "ACCEPTED"}))
    def test_ends_no_application_that_is_not_an_open_offer(self, study, lin, state):
        LoanApplication.objects.filter(pk=study.pk).update(state=state)
        late = NOW + timedelta(days=400)

        with nothing_written():
            assert not applications.expire(application_id=study.pk, at=late, by=cast.self_of(lin))

    def test_ends_no_offer_a_moment_early(self, study, lin):
        offer = Offer.objects.get()
        early = offer.expires_at - timedelta(microseconds=1)

        with nothing_written():
            assert not applications.expire(application_id=study.pk, at=early, by=cast.self_of(lin))

        assert applications.expire(
            application_id=study.pk, at=offer.expires_at, by=cast.self_of(lin)
        )
        assert AuditEntry.objects.filter(action="lending.application.expired").count() == 1

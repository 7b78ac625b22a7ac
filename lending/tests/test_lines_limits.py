"""Staff on a line: one may freeze it, two change its limit, and every word is on paper."""

import pytest

from borrowers.tests import cast
from common.actors import SYSTEM
from common.audit.models import AuditEntry
from common.errors import NotFound
from lending.applications import actions as applications
from lending.channels.models import Transfer
from lending.disbursements import actions as disbursements
from lending.lines import actions as lines
from lending.lines import limits
from lending.lines.models import CreditLine, LineMovement, LineProposal
from lending.loans import actions as loans
from lending.loans.models import Loan
from lending.tests import builders, doors
from lending.tests.builders import NOW, TODAY
from lending.tests.lining import line_of, staff, totals
from tests.machinery.unchanged import nothing_written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]


@pytest.fixture
def line(lin):
    builders.room(lin.id, limit_fen=500_000)
    return CreditLine.objects.get().pk


@pytest.fixture
def mei():
    return staff("Mei")


@pytest.fixture
def chen():
    return staff("Chen")


@pytest.fixture
def asked(line, mei):
    return limits.propose(line_id=line, limit_fen=800_000, reason="INCOME", request_key="k", by=mei)


def said() -> list[str]:
    rows = AuditEntry.objects.filter(action__startswith="lending.line.").order_by("pk")
    return [each.action.removeprefix("lending.line.") for each in rows]


class TestFreezing:
    def test_stops_what_would_be_taken_and_is_told_once(self, lin, line, mei):
        offer = builders.offered(lin)

        for _ in range(2):
            limits.freeze(line_id=line, reason="ALERT", by=mei)

        with pytest.raises(lines.LineNotInUse):
            applications.accept(application_id=offer.application_id, at=NOW, by=cast.self_of(lin))
        assert (line_of(lin).state, line_of(lin).free_fen) == ("FROZEN", 0)
        assert totals(lin)[1:] == (0, 0, 0)
        assert said() == ["frozen"]

    def test_stops_a_signature_and_nothing_is_signed(self, lin, line, mei):
        offer = builders.offered(lin)
        builders.confirmed(offer, lin)
        limits.freeze(line_id=line, reason="ALERT", by=mei)

        with pytest.raises(lines.LineNotInUse):
            loans.sign(
                application_id=offer.application_id,
                at=builders.NOW,
                on=TODAY,
                language="en",
                by=cast.self_of(lin),
            )

        offer.application.refresh_from_db()
        assert offer.application.state == "ACCEPTED"
        assert not Loan.objects.exists()

    def test_does_not_stop_the_payout_of_what_was_signed(self, lin, mei):
        builders.signed(lin)
        limits.freeze(line_id=CreditLine.objects.get().pk, reason="ALERT", by=mei)
        transfer = Transfer.objects.get()

        disbursements.book(
            transfer_id=transfer.pk, answer=builders.said(transfer), on=TODAY, claim=None
        )

        assert totals(lin)[1:] == (300_000, 0, 0)

    def test_is_lifted_at_the_limit_that_it_had(self, lin, line, mei):
        limits.freeze(line_id=line, reason="ALERT", by=mei)
        limits.unfreeze(line_id=line, reason="CLEARED", by=mei)
        limits.freeze(line_id=line, reason="ALERT", by=mei)
        limits.unfreeze(line_id=line, reason="CLEARED", by=mei)

        assert (line_of(lin).state, line_of(lin).free_fen) == ("ACTIVE", 500_000)
        assert LineMovement.objects.filter(kind__in=["FROZEN", "UNFROZEN"]).count() == 4

    def test_lets_the_machine_refer_where_it_would_have_offered(self, lin, line, mei):
        limits.freeze(line_id=line, reason="ALERT", by=mei)
        application = builders.draft(lin)
        applications.submit(application_id=application.pk, on=TODAY, at=NOW, by=cast.self_of(lin))

        doors.decide(application)

        application.refresh_from_db()
        assert application.state == "REFERRED"
        assert totals(lin) == (500_000, 0, 0, 0)


class TestClosing:
    def test_ends_a_frozen_line_for_good(self, lin, line, mei):
        limits.freeze(line_id=line, reason="WISH", by=mei)
        limits.close(line_id=line, reason="WISH", by=mei)

        with pytest.raises(limits.LineStepNotPossible):
            limits.unfreeze(line_id=line, reason="WISH", by=mei)

        assert line_of(lin).state == "CLOSED"

    def test_needs_a_frozen_line(self, lin, line, mei):
        with pytest.raises(limits.LineStepNotPossible):
            limits.close(line_id=line, reason="WISH", by=mei)

        assert line_of(lin).state == "ACTIVE"
        assert said() == []


class TestAnotherLimitByHand:
    def test_waits_for_a_colleague(self, lin, asked):
        assert line_of(lin).limit_fen == 500_000

    def test_holds_once_a_colleague_approves_and_again_is_once(self, lin, asked, chen):
        for _ in range(2):
            limits.approve(proposal_id=asked.pk, by=chen)

        assert line_of(lin).limit_fen == 800_000
        assert LineMovement.objects.filter(kind="CHANGED").count() == 1
        assert said() == ["proposed", "limit_changed"]

    def test_is_not_approved_by_who_asked(self, lin, asked, mei):
        with pytest.raises(limits.LineFourEyesNeeded):
            limits.approve(proposal_id=asked.pk, by=mei)

        asked.refresh_from_db()
        assert (asked.state, line_of(lin).limit_fen) == ("PROPOSED", 500_000)

    def test_stays_as_it_was_where_a_colleague_says_no(self, lin, asked, chen):
        limits.turn_down(proposal_id=asked.pk, by=chen)

        with pytest.raises(limits.LineProposalDecided):
            limits.approve(proposal_id=asked.pk, by=chen)
        assert line_of(lin).limit_fen == 500_000

    def test_is_asked_for_once_per_key(self, line, asked, mei):
        again = limits.propose(
            line_id=line, limit_fen=900_000, reason="INCOME", request_key="k", by=mei
        )

        assert (again.pk, again.limit_fen) == (asked.pk, 800_000)

    def test_may_be_below_what_is_owed(self, lin, mei, chen):
        builders.paid_out(lin)
        line_id = CreditLine.objects.get().pk
        asked = limits.propose(line_id=line_id, limit_fen=0, reason="RISK", request_key="k", by=mei)

        limits.approve(proposal_id=asked.pk, by=chen)

        assert totals(lin) == (0, 300_000, 0, 0)

    def test_is_nobodys_but_staffs(self, lin, line, asked):
        for verb, key in (
            (limits.freeze, {"line_id": line, "reason": "X"}),
            (limits.approve, {"proposal_id": asked.pk}),
        ):
            with pytest.raises(limits.LineFourEyesNeeded):
                verb(**key, by=cast.self_of(lin))

        assert (line_of(lin).state, line_of(lin).limit_fen) == ("ACTIVE", 500_000)

    @pytest.mark.parametrize("verb", [limits.freeze, limits.unfreeze, limits.close])
    def test_no_step_is_taken_by_who_is_not_staff(self, lin, line, verb):
        wei = builders.person("Wei")
        for by in (SYSTEM, cast.self_of(lin), cast.self_of(wei)):
            with nothing_written(), pytest.raises(limits.LineFourEyesNeeded):
                verb(line_id=line, reason="X", by=by)

    @pytest.mark.parametrize("verb", [limits.approve, limits.turn_down])
    def test_is_decided_by_staff_alone_and_not_by_who_asked(self, lin, asked, mei, verb):
        for by in (SYSTEM, cast.self_of(lin), mei):
            with nothing_written(), pytest.raises(limits.LineFourEyesNeeded):
                verb(proposal_id=asked.pk, by=by)

    @pytest.mark.parametrize("verb", [limits.freeze, limits.unfreeze, limits.close])
    def test_no_step_is_taken_on_a_line_that_is_not_there(self, line, mei, verb):
        with nothing_written(), pytest.raises(NotFound):
            verb(line_id=line + 99, reason="X", by=mei)

    @pytest.mark.parametrize("limit_fen", [-1, -500_000])
    def test_below_nothing_is_not_asked_for(self, line, mei, limit_fen):
        with nothing_written(), pytest.raises(limits.LineStepNotPossible):
            limits.propose(
                line_id=line, limit_fen=limit_fen, reason="RISK", request_key="less", by=mei
            )

    def test_of_a_line_that_ended_is_not_asked_for(self, line, mei):
        limits.freeze(line_id=line, reason="WISH", by=mei)
        limits.close(line_id=line, reason="WISH", by=mei)

        with nothing_written(), pytest.raises(limits.LineStepNotPossible):
            limits.propose(
                line_id=line, limit_fen=600_000, reason="INCOME", request_key="late", by=mei
            )

    def test_a_step_taken_already_writes_nothing_more(self, line, mei, chen):
        limits.freeze(line_id=line, reason="WISH", by=mei)
        with nothing_written():
            limits.freeze(line_id=line, reason="RISK", by=chen)

        limits.close(line_id=line, reason="WISH", by=mei)
        with nothing_written():
            limits.close(line_id=line, reason="WISH", by=chen)

    def test_turned_down_twice_is_once_and_approved_is_not_turned_down(
        self, line, asked, mei, chen
    ):
        limits.turn_down(proposal_id=asked.pk, by=chen)
        with nothing_written():
            limits.turn_down(proposal_id=asked.pk, by=chen)

        more = limits.propose(
            line_id=line, limit_fen=700_000, reason="INCOME", request_key="more", by=mei
        )
        limits.approve(proposal_id=more.pk, by=chen)
        with nothing_written(), pytest.raises(limits.LineProposalDecided):
            limits.turn_down(proposal_id=more.pk, by=chen)

    def test_approved_for_a_line_that_ended_meanwhile_changes_no_limit(
        self, lin, line, asked, mei, chen
    ):
        limits.freeze(line_id=line, reason="WISH", by=mei)
        limits.close(line_id=line, reason="WISH", by=mei)

        with nothing_written(), pytest.raises(limits.LineStepNotPossible):
            limits.approve(proposal_id=asked.pk, by=chen)

        assert line_of(lin).limit_fen == 500_000
        limits.turn_down(proposal_id=asked.pk, by=chen)
        asked.refresh_from_db()
        assert asked.state == "TURNED_DOWN"

    def test_of_nothing_is_not_found(self, chen):
        with pytest.raises(NotFound):
            limits.approve(proposal_id=987_654, by=chen)

        assert not LineProposal.objects.exists()

"""Staff and rewards: grants and programmes by four eyes, within caps, never for oneself."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.test import Client
from django.urls import reverse

from borrowers.people import queries as people
from borrowers.people.models import Account
from borrowers.tests import cast
from common.actors import Actor
from common.audit.models import AuditEntry
from common.errors import NotFound
from lending.rewards import queries
from lending.rewards.models import PointsGrant, PointsLot, RewardProgramme
from lending.rewards.staff import eyes, grants, programmes
from lending.tests import doors, rewarding
from lending.tests.builders import TODAY
from lending.tests.rewarding import all_is_well, chen, figures, give, mei, paid, reward

pytestmark = pytest.mark.django_db
CHANGE = "admin:lending_rewardprogramme_change"
TERMS = import_module("lending.migrations.0010_rewards_programmes").TERMS


@pytest.fixture
def lin():
    return cast.borrower("Lin")


def proposed(card, points: int = 100, *, by: Actor | None = None) -> PointsGrant:
    return grants.propose(
        borrower_id=card.id, points=points, reason="OUR_MISTAKE", on=TODAY, by=by or mei()
    )


def approved(grant: PointsGrant, *, by: Actor | None = None) -> PointsGrant:
    return grants.approve(grant_id=grant.pk, on=TODAY, by=by or chen())


class TestAGrant:
    def test_gives_points_that_can_be_used_at_once_by_two_people(self, lin):
        grant = approved(proposed(lin))

        assert (grant.state, figures(lin)) == ("APPROVED", (100, 0, 0))
        assert PointsLot.objects.get().rule == "OUR_MISTAKE"
        said = AuditEntry.objects.filter(action__startswith="lending.grant.")
        assert said.count() == 2
        assert all_is_well()

    def test_gives_nothing_before_another_person_has_decided(self, lin):
        grant = proposed(lin)

        with pytest.raises(eyes.OtherEyesNeeded):
            approved(grant, by=mei())

        assert figures(lin) == (0, 0, 0)
        assert PointsGrant.objects.get().state == "PROPOSED"

    def test_is_given_once_however_often_it_is_approved(self, lin):
        grant = proposed(lin)
        approved(grant)
        approved(grant)

        assert figures(lin) == (100, 0, 0)

    def test_turned_down_gives_nothing_and_stays_so(self, lin):
        grant = proposed(lin)
        for _ in range(2):
            grants.turn_down(grant_id=grant.pk, by=chen())

        with pytest.raises(eyes.AlreadyDecided):
            approved(grant)
        assert figures(lin) == (0, 0, 0)

    def test_is_never_for_oneself(self, lin):
        Account.objects.filter(pk=lin.account_id).update(is_staff=True)
        herself = Actor(kind="STAFF", account_id=lin.account_id)

        with pytest.raises(grants.GrantToOneself):
            proposed(lin, by=herself)
        assert not PointsGrant.objects.exists()

        with pytest.raises(grants.GrantToOneself):
            approved(proposed(lin), by=herself)
        assert figures(lin) == (0, 0, 0)

    def test_is_no_work_for_borrowers(self, lin):
        with pytest.raises(eyes.OtherEyesNeeded):
            proposed(lin, by=cast.self_of(lin))

        assert not PointsGrant.objects.exists()

    @pytest.mark.parametrize("points", [0, -1, 501])
    def test_of_too_few_or_too_many_is_refused(self, lin, points):
        with pytest.raises(grants.GrantTooLarge):
            proposed(lin, points)

        assert not PointsGrant.objects.exists()

    def test_for_no_reason_of_ours_is_refused(self, lin):
        with pytest.raises(NotFound):
            grants.propose(borrower_id=lin.id, points=1, reason="FRIEND", on=TODAY, by=mei())

    def test_stops_at_the_cap_of_the_day_over_all_staff(self, lin):
        waiting = [proposed(lin, 500) for _ in range(5)]
        for grant in waiting[:4]:
            approved(grant)

        with pytest.raises(grants.GrantTooLarge) as refused:
            approved(waiting[4])

        assert refused.value.context["left"] == 0
        assert figures(lin) == (2_000, 0, 0)
        tomorrow = TODAY + timedelta(days=1)
        grants.approve(grant_id=waiting[4].pk, on=tomorrow, by=chen())
        assert figures(lin) == (2_500, 0, 0)

    def test_stops_at_the_budget_and_stays_open(self, lin):
        grant = proposed(lin)
        RewardProgramme.objects.update(cost_fen=RewardProgramme.objects.get().budget_fen)

        with pytest.raises(grants.GrantTooLarge):
            approved(grant)

        assert PointsGrant.objects.get().state == "PROPOSED"
        assert figures(lin) == (0, 0, 0)


class TestAProgramme:
    def write(self, version: str = "on-time-2", **changes) -> RewardProgramme:
        return programmes.write(
            version=version, budget_fen=10_000_000, terms={**TERMS, **changes}, by=mei()
        )

    def test_of_another_person_takes_the_place_of_the_one_in_force(self, lin):
        give(lin, 100)
        self.write(fen_per_point=2_000)
        assert rewarding.programme().version == "on-time-1"

        for _ in range(2):
            programmes.put_in_force(version="on-time-2", on=TODAY, by=chen())

        assert rewarding.programme().version == "on-time-2"
        assert RewardProgramme.objects.get(version="on-time-1").state == "ENDED"

    def test_takes_nothing_from_what_was_earned_before(self, lin):
        reward(lin, paid(1))
        before = PointsLot.objects.values().get()
        self.write(fen_per_point=2_000, points_last_days=60, point_value_fen=1)
        programmes.put_in_force(version="on-time-2", on=TODAY, by=chen())

        assert PointsLot.objects.values().get() == before
        assert reward(lin, paid(2)) == 50
        assert figures(lin)[0] == 150
        assert all_is_well()

    def test_is_not_put_in_force_by_its_author(self):
        self.write()

        with pytest.raises(eyes.OtherEyesNeeded):
            programmes.put_in_force(version="on-time-2", on=TODAY, by=mei())

        assert rewarding.programme().version == "on-time-1"

    def test_does_not_come_back_once_it_ended(self):
        self.write()
        programmes.put_in_force(version="on-time-2", on=TODAY, by=chen())

        with pytest.raises(eyes.AlreadyDecided):
            programmes.put_in_force(version="on-time-1", on=TODAY, by=chen())

    def test_is_not_written_over(self):
        self.write()

        with pytest.raises(programmes.ProgrammeTaken):
            self.write(pending_days=0)

    def test_that_means_nothing_is_refused(self):
        with pytest.raises(programmes.ProgrammeUnreadable):
            self.write(fen_per_point=0)
        with pytest.raises(programmes.ProgrammeUnreadable):
            programmes.write(version="x", budget_fen=0, terms=TERMS, by=mei())

        assert RewardProgramme.objects.count() == 1

    def test_that_nobody_wrote_is_not_found(self):
        with pytest.raises(NotFound):
            programmes.put_in_force(version="nothing", on=TODAY, by=chen())

    def test_that_ended_still_rules_what_was_earned(self):
        RewardProgramme.objects.update(state="ENDED")

        assert queries.programme(TODAY) is None
        terms = queries.terms_in_force()
        assert terms
        assert terms.told_days == 30


class TestTheStaffPages:
    @pytest.fixture(autouse=True)
    def _platform(self, db):
        with doors.open_platform():
            yield

    def browser(self, who: Actor) -> Client:
        client = doors.stranger()
        assert who.account_id is not None
        client.force_login(Account.objects.get(pk=who.account_id))
        return client

    def page(self, name: str) -> str:
        return reverse(f"admin:lending_{name}")

    def choose(self, client: Client, name: str, action: str, pk: int):
        chosen = {"action": action, "_selected_action": [pk]}
        return client.post(self.page(f"{name}_changelist"), chosen, follow=True)

    def test_take_a_grant_through_two_people(self, lin):
        wanted = {"borrower": lin.public_id, "points": "80", "reason": "BANK_DELAY"}
        answer = self.browser(mei()).post(self.page("pointsgrant_add"), wanted)
        assert answer.status_code == 302
        grant = PointsGrant.objects.get()

        own = self.choose(self.browser(mei()), "pointsgrant", "approve", grant.pk)
        assert "Another person has to decide this." in doors.shown(own)
        self.choose(self.browser(chen()), "pointsgrant", "approve", grant.pk)

        assert figures(lin) == (80, 0, 0)

    def test_say_for_whom_a_grant_is_and_who_proposed_it(self, lin):
        grant = proposed(lin)
        page = doors.shown(self.browser(chen()).get(self.page("pointsgrant_changelist")))

        assert reverse("admin:borrowers_borrower_change", args=[lin.id]) in page
        assert people.covered_phones([grant.author_id])[grant.author_id] in page
        assert str(grant.author) not in page

    def test_say_whether_a_thing_can_be_bought(self, lin):
        rewarding.coupon(stock=1)

        page = doors.shown(self.browser(mei()).get(self.page("benefit_changelist")))

        assert "Can be bought" in page

    def test_say_what_a_draft_would_change_of_the_programme_in_force(self):
        draft = programmes.write(
            version="on-time-2",
            budget_fen=10_000_000,
            terms={**TERMS, "fen_per_point": TERMS["fen_per_point"] + 7},
            by=mei(),
        )
        now, client = rewarding.programme(), self.browser(chen())

        told = {
            row.pk: doors.shown(client.get(reverse(CHANGE, args=[row.pk]))) for row in (draft, now)
        }

        before = TERMS["fen_per_point"]
        assert f"<li>fen_per_point: {before} → {before + 7}</li>" in told[draft.pk]
        assert told[draft.pk].count(" → ") == 1
        assert " → " not in told[now.pk]

    def test_say_at_the_form_what_is_refused(self, lin):
        wanted = {"borrower": lin.public_id, "points": "5000", "reason": "BANK_DELAY"}

        page = self.browser(mei()).post(self.page("pointsgrant_add"), wanted)

        assert "A grant gives 1 to 500 points" in doors.shown(page)
        assert not PointsGrant.objects.exists()

    @pytest.mark.parametrize(
        "name", ["pointsgrant", "rewardprogramme", "partnerstatement", "fulfilment"]
    )
    def test_open_their_forms_and_lists_to_staff_only(self, lin, name):
        for view in ("add", "changelist"):
            where = self.page(f"{name}_{view}")
            assert self.browser(mei()).get(where).status_code == 200
            assert doors.web_of(lin).get(where).status_code in {302, 403}

    def test_stock_the_catalogue(self, lin):
        tea = rewarding.coupon(stock=1)

        self.choose(self.browser(mei()), "benefit", "add_ten", tea.pk)

        tea.refresh_from_db()
        assert tea.stock == 11

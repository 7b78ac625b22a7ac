"""A linked case on staff's pages: drawn, said in a table, decided by those who may."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.db import transaction
from django.test import Client
from django.urls import reverse

from borrowers.consent.purposes import SHARED_LINKS
from borrowers.people import actions as people
from borrowers.tests import cast
from scoring.graph import actions, queries
from scoring.graph.contracts import LinkKind
from scoring.graph.hazard import Sign
from scoring.graph.models import CaseState, FraudClaim, LinkedCase
from scoring.tests.builders import NOW
from scoring.tests.members import DAY, NAMES, applied, ring

pytestmark = pytest.mark.django_db
EVIDENCE = {"evidence": "The pay slip names an employer that does not exist; see the file."}


def client_of(number, *, is_administrator=True, permissions=()):
    account = people.open_staff(
        phone=f"+861390000007{number}",
        password="a long enough password",
        is_administrator=is_administrator,
    )
    account.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client(headers={"accept-language": "en"})
    client.force_login(account)
    return client


def shared_telephone(circle):
    for name in ("Lin", "Wei"):
        with transaction.atomic():
            actions.note_mark(
                borrower_id=circle.cards[name].id,
                kind=LinkKind.DEVICE,
                value="telephone-7",
                at=NOW - DAY,
            )


@pytest.fixture
def circle():
    circle = ring()
    shared_telephone(circle)
    applied(circle, *NAMES[:3])
    circle.renew(*NAMES[:4])
    return circle


@pytest.fixture
def case(circle):
    return LinkedCase.objects.get()


def url(name, case):
    return reverse(f"admin:scoring_linkedcase_{name}", args=[case.pk])


def page(client, case):
    answer = client.get(url("change", case))
    assert answer.status_code == 200
    return answer.content.decode()


class TestPage:
    def test_draws_the_case_and_says_the_same_in_tables(self, case):
        shown = page(client_of(1), case)

        assert 'role="img" aria-labelledby="linked-case-title linked-case-text"' in shown
        # Two givers of the ring have applied; the third one's money is drawn too.
        assert len(re.findall(r'class="tie tie-fresh" d=', shown)) == 3
        assert len(re.findall(r'class="tie tie-device" d=', shown)) == 1
        assert "Several sent money to one" in shown
        assert "by itself that means nothing" in shown

    def test_names_nobody(self, case, circle):
        shown = page(client_of(1), case)

        for name, card in circle.cards.items():
            assert f">{name}<" not in shown
            assert card.public_id not in shown

    def test_of_who_takes_the_consent_back_nothing_is_drawn(self, case, circle):
        cast.withdraw(circle.cards["Wei"], SHARED_LINKS)

        shown = page(client_of(1), case)

        assert len(re.findall(r'class="tie tie-fresh" d=', shown)) == 2

    def test_of_an_applicant_who_takes_it_back_there_is_no_picture(self, case, circle):
        cast.withdraw(circle.cards["Chen"], SHARED_LINKS)

        assert "nothing can be drawn" in page(client_of(1), case)

    def test_is_closed_to_who_may_not_look(self, case):
        zhao = client_of(2, is_administrator=False)

        assert zhao.get(url("change", case)).status_code == 403

    def test_has_no_buttons_for_who_may_only_look(self, case):
        looker = client_of(2, is_administrator=False, permissions=["view_linkedcase"])

        shown = page(looker, case)

        assert url("clear", case) not in shown
        assert url("propose", case) not in shown

    def test_is_complete_in_the_list(self, case):
        answer = client_of(1).get(reverse("admin:scoring_linkedcase_changelist"))

        assert case.public_id in answer.content.decode()


class TestDeciding:
    def state(self, case):
        case.refresh_from_db()
        return case.state

    def test_clears(self, case):
        client_of(1).post(url("clear", case))

        assert self.state(case) == CaseState.CLEARED

    def test_needs_two_to_confirm_fraud(self, case):
        mei, ann = client_of(1), client_of(2)
        mei.post(url("propose", case), EVIDENCE)

        assert "Another person has to confirm it" in page(mei, case)
        assert url("confirm", case) not in page(mei, case)
        mei.post(url("confirm", case))
        assert self.state(case) == CaseState.SUSPECTED

        assert url("confirm", case) in page(ann, case)
        ann.post(url("confirm", case))
        assert self.state(case) == CaseState.CONFIRMED
        assert "is-confirmed" in page(ann, case)

    def test_turns_down(self, case):
        client_of(1).post(url("propose", case), EVIDENCE)

        client_of(2).post(url("turn_down", case))

        assert self.state(case) == CaseState.OPEN

    def test_proposes_nothing_without_evidence(self, case):
        answer = client_of(1).post(url("propose", case), {"evidence": "I think so"})

        assert "<details open>" in answer.content.decode()
        assert not FraudClaim.objects.exists()

    @pytest.mark.parametrize("name", ["clear", "propose", "confirm", "turn_down"])
    def test_refuses_a_look_and_who_may_not(self, case, name):
        looker = client_of(3, is_administrator=False, permissions=["view_linkedcase"])

        assert client_of(1).get(url(name, case)).status_code == 403
        assert looker.post(url(name, case), EVIDENCE).status_code == 403
        assert self.state(case) == CaseState.OPEN

    def test_finds_no_claim_where_none_was_made(self, case):
        assert client_of(1).post(url("confirm", case)).status_code in {302, 404}
        assert self.state(case) == CaseState.OPEN


VERBS = ("clear", "propose", "confirm", "turn_down")


class TestSignsOfMoralHazard:
    def test_are_shown_with_what_each_adds(self, case):
        page = client_of(1).get(reverse("admin:scoring_linkedcase_change", args=[case.pk]))

        text = page.content.decode()
        assert "Signs of moral hazard" in text
        for said in (
            "Instalments missed although enough was left after needs",
            "Money that left and came back before applying",
            "Money ran in a ring as people applied together",
            "Together, of 100",
        ):
            assert said in text

    def test_of_the_one_in_the_ring_count_the_ring_alone(self, case):
        found = queries.hazard_of(case, until=NOW + DAY)

        assert found is not None
        assert found.parts[Sign.IN_RING] == found.points == 20
        assert found.parts[Sign.COULD_PAY] == found.parts[Sign.OTHER_USE] == 0

    def test_are_not_shown_once_the_consent_is_gone(self, circle, case):
        cast.withdraw(next(each for each in circle.cards.values() if each.id == case.borrower_id),
                      SHARED_LINKS)  # fmt: skip

        assert queries.hazard_of(case, until=NOW + DAY) is None
        page = client_of(1).get(reverse("admin:scoring_linkedcase_change", args=[case.pk]))
        assert "Signs of moral hazard" not in page.content.decode()

    def test_read_no_records_that_the_person_does_not_share(self, circle, case):
        cast.withdraw(next(each for each in circle.cards.values() if each.id == case.borrower_id))

        found = queries.hazard_of(case, until=NOW + DAY)

        assert found is not None
        assert found.parts[Sign.COULD_PAY] == 0


class TestNobodyElse:
    @pytest.mark.parametrize("verb", VERBS)
    def test_zhao_decides_nothing(self, case, verb):
        zhao = Client()
        zhao.force_login(people.open_account(phone=cast.PHONES["Zhao"], language="en"))

        answer = zhao.post(reverse(f"admin:scoring_linkedcase_{verb}", args=[case.pk]), EVIDENCE)

        assert answer.status_code in {302, 403, 404}
        case.refresh_from_db()
        assert case.state == CaseState.OPEN
        assert not FraudClaim.objects.exists()

    @pytest.mark.parametrize("verb", VERBS)
    def test_a_stranger_decides_nothing(self, case, verb):
        url = reverse(f"admin:scoring_linkedcase_{verb}", args=[case.pk])

        assert Client().post(url, EVIDENCE).status_code == 302
        case.refresh_from_db()
        assert case.state == CaseState.OPEN
        assert not FraudClaim.objects.exists()

    @pytest.mark.parametrize("verb", VERBS)
    def test_who_may_only_look_decides_nothing(self, case, verb):
        clerk = client_of(2, is_administrator=False, permissions=["view_linkedcase"])

        answer = clerk.post(reverse(f"admin:scoring_linkedcase_{verb}", args=[case.pk]), EVIDENCE)

        assert answer.status_code == 403
        case.refresh_from_db()
        assert case.state == CaseState.OPEN

    @pytest.mark.parametrize("verb", ["clear", "confirm", "turn_down"])
    def test_a_look_decides_nothing(self, case, verb):
        answer = client_of(3).get(reverse(f"admin:scoring_linkedcase_{verb}", args=[case.pk]))

        assert answer.status_code == 403
        case.refresh_from_db()
        assert case.state == CaseState.OPEN

    @pytest.mark.parametrize("verb", ["clear", "turn_down"])
    def test_a_case_that_is_none_is_said_so(self, db, verb):
        answer = client_of(4).post(reverse(f"admin:scoring_linkedcase_{verb}", args=[404]))

        assert answer.status_code in {302, 404}
        assert not FraudClaim.objects.exists()

    @pytest.mark.parametrize("words", ["", "too short", "x" * 4_001])
    def test_a_claim_without_what_shows_it_is_refused(self, case, words):
        url = reverse("admin:scoring_linkedcase_propose", args=[case.pk])

        answer = client_of(5).post(url, {"evidence": words})

        assert answer.status_code == 200
        assert not FraudClaim.objects.exists()
        case.refresh_from_db()
        assert case.state == CaseState.OPEN

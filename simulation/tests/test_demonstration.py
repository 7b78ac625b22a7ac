"""The demonstration: the named cast and their neighbours, whose papers agree; twice is once."""

from datetime import date

import pytest

from borrowers.behaviour import queries as behaviour
from borrowers.connectors.registry import read_bill
from borrowers.people import queries
from simulation import demonstration
from simulation.cast import PEOPLE
from simulation.neighbours import NEIGHBOURS, SOURCES, files_for, small_world
from simulation.world.personas import Persona

TODAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def world():
    return small_world(TODAY)


class TestNeighbours:
    @pytest.mark.parametrize("persona", NEIGHBOURS)
    def test_hand_in_a_wallet_and_the_card_behind_it(self, world, persona):
        files = list(files_for(persona, world))

        assert {"wechat", "debit"} <= {each.source for each in files} <= set(SOURCES)
        for each in files:
            assert read_bill(each.content, each.name).events

    def test_are_the_same_people_on_another_day(self, world):
        later = small_world(date(2027, 1, 3))

        assert (later.people.income_fen == world.people.income_fen).all()

    def test_have_no_rows_of_days_to_come(self, world):
        for each in files_for(Persona.OFFICE, world):
            assert all(row.at.date() <= TODAY for row, _ in each.rows)

    def test_are_named_as_nobody(self):
        for person in NEIGHBOURS.values():
            assert "虚构" in person.name
            assert person.phone.startswith("1390000")
            assert person.id_number.startswith("990101")


@pytest.mark.django_db
class TestLoading:
    @pytest.fixture
    def heard(self):
        names: list[str] = []
        demonstration.load(on=TODAY, secret="not a secret", tell=names.append)
        return names

    def test_brings_everybody_in_with_their_records(self, heard):
        assert heard == [each.name for each in (*PEOPLE, *NEIGHBOURS.values())]
        for person in NEIGHBOURS.values():
            account = queries.account_by_phone(person.phone)
            assert account is not None
            borrower = queries.borrower_of(account.pk)
            assert borrower is not None
            assert behaviour.overview(borrower.id).events > 300

    def test_holds_an_analyst_who_proposes_models_and_another_who_approves(self, heard):
        analyst, administrator = (
            queries.account_by_phone(phone) for phone in ("13900000093", "13900000092")
        )

        assert analyst is not None
        assert administrator is not None
        assert analyst.has_perm("scoring.propose_modelversion")
        assert not analyst.has_perm("scoring.approve_modelversion")
        assert queries.staff_who_may("scoring.approve_modelversion") == [administrator.pk]
        assert queries.staff_titles([analyst.pk]) == {analyst.pk: "Credit analyst"}

    def test_holds_an_officer_who_may_do_what_loans_and_rewards_need(self, heard):
        mei, zhou = (queries.account_by_phone(phone) for phone in ("13900000091", "13900000093"))

        assert heard
        assert mei is not None
        assert zhou is not None
        for name in demonstration.LOANS_AND_REWARDS:
            assert mei.has_perm(f"lending.{name}")
            assert not zhou.has_perm(f"lending.{name}"), "an analyst changes no loan"

    def test_holds_an_officer_who_works_on_waiting_money_and_lets_none_of_it_go(self, heard):
        mei = queries.account_by_phone("13900000091")

        assert heard
        assert mei is not None
        for name in demonstration.WAITING_MONEY:
            assert mei.has_perm(f"lending.{name}"), name
        for name in ("statementbreak", "returnproposal", "payeechange"):
            assert not mei.has_perm(f"lending.approve_{name}"), name

    def test_changes_nothing_when_it_is_done_again(self, heard):
        again: list[str] = []

        demonstration.load(on=TODAY, secret="not a secret", tell=again.append)

        assert again == [each.name for each in PEOPLE]

"""What takes two people takes two in the database as well, in whatever room the table stands."""

import pytest
from django.apps import apps
from django.db import models

from common.approvals.models import FourEyes, Proposal, four_eyes

TABLES = [each for each in apps.get_models() if issubclass(each, FourEyes)]


def conditions(table: type[models.Model]) -> list[object]:
    kept = table._meta.constraints
    return [each.condition for each in kept if isinstance(each, models.CheckConstraint)]


def has_two_people(table: type[models.Model]) -> bool:
    return {"author", "approver"} <= {each.name for each in table._meta.fields}


def names(table: type[models.Model]) -> str:
    return table.__name__


def test_some_tables_take_two_people():
    assert {"ProductProposal", "PolicyProposal", "ModelProposal", "LoanChange", "FraudClaim"} <= {
        names(each) for each in TABLES
    }


@pytest.mark.parametrize(
    "table", [each for each in apps.get_models() if has_two_people(each)], ids=names
)
def test_nobody_approves_what_they_asked_for(table):
    same = models.Q(approver=models.F("author"), _negated=True)

    assert any(
        isinstance(each, models.Q) and each.connector == models.Q.OR and same in each.children
        for each in conditions(table)
    )


@pytest.mark.parametrize("table", TABLES, ids=names)
def test_what_was_decided_says_by_whom_and_when(table):
    state = table._meta.get_field("state")
    approved = next(word for word, _label in state.choices if word in {"APPROVED", "CONFIRMED"})
    laws = four_eyes(not_the_author="one", decided="other", approved=approved)

    assert all(law.condition in conditions(table) for law in laws)


@pytest.mark.parametrize(
    "table", [each for each in TABLES if issubclass(each, Proposal)], ids=names
)
def test_a_proposal_waits_before_anybody_decides(table):
    fresh = table()

    assert (fresh.state, fresh.approver_id, fresh.decided_at) == ("PROPOSED", None, None)

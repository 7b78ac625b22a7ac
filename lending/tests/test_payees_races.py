"""Two colleagues at one moment: a change of a payee is approved once, and stopped or not."""

import pytest

from borrowers.messages.models import Message
from common.audit.models import AuditEntry
from lending.channels.payees import actions
from lending.channels.payees.models import PayeeChange
from lending.tests import builders
from lending.tests.builders import NOW
from lending.tests.statements import clerk
from lending.tests.test_payees import asked
from tests.machinery.races import together

pytestmark = pytest.mark.commits


@pytest.fixture
def row():
    builders.open_books()
    return asked(f"person:{builders.person('Lin').public_id}")


def test_approved_four_times_is_once(row):
    chief = clerk("chief")

    together(*[lambda: actions.approve(change_id=row.pk, at=NOW, by=chief) for _ in range(4)])

    assert Message.objects.filter(template="PAYEE_CHANGES").count() == 1
    assert AuditEntry.objects.filter(action="lending.payee.approved").count() == 1


def test_approved_and_turned_down_is_one_of_both(row):
    chief, third = clerk("chief"), clerk("third")

    said = together(
        lambda: actions.approve(change_id=row.pk, at=NOW, by=chief),
        lambda: actions.turn_down(change_id=row.pk, by=third),
    )

    assert sum(isinstance(each, actions.PayeeChangeDecided) for each in said) == 1
    assert PayeeChange.objects.get().state in {"APPROVED", "TURNED_DOWN"}

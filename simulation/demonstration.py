"""Filling an empty platform: products, schools, staff, and people with records. Twice is once."""

from datetime import date

from django.contrib.auth.models import Group, Permission

from borrowers.behaviour import actions as behaviour
from borrowers.connectors.registry import read_bill
from borrowers.consent import actions as consents
from borrowers.consent.purposes import AUTOMATED_DECISION, CONSUMPTION_RECORDS, PURPOSES
from borrowers.people import actions as people
from borrowers.people import queries
from common.actors import SYSTEM
from common.periods import add_months
from lending.products import actions as products
from scoring.policy import actions as policies
from scoring.registry import actions as models
from simulation.bills.layouts import Layout, file_name, write
from simulation.bills.months import ordinary_months
from simulation.cast import PEOPLE, STAFF, Person, Staff, password

OFFICERS = "Credit officers"
# What an officer may touch beside looking: decide referred cases, work on alerts.
OFFICER_CHANGES = (
    "decide_loanapplication",
    "retry_payout_loan",
    "reveal_borrower",
    "change_alert",
    "propose_policyversion",
)
OUR_APPS = ("borrowers", "scoring", "lending", "monitoring")


def load(*, on: date, secret: str) -> None:
    """Bring the demonstration's cast and products in, as of a day."""
    products.open_demonstration()
    models.load_defaults()
    policies.load_defaults()
    officers = _officers()
    for staff in STAFF:
        _employ(staff, officers, secret)
    for person in PEOPLE:
        _sign_up(person, on)


def _officers() -> Group:
    group, _ = Group.objects.get_or_create(name=OFFICERS)
    ours = Permission.objects.filter(content_type__app_label__in=OUR_APPS)
    group.permissions.set(
        ours.filter(codename__startswith="view_") | ours.filter(codename__in=OFFICER_CHANGES)
    )
    return group


def _employ(staff: Staff, officers: Group, secret: str) -> None:
    if queries.account_by_phone(staff.phone) is not None:
        return
    account = people.open_staff(
        phone=staff.phone,
        password=password(staff, secret=secret),
        is_administrator=staff.is_administrator,
    )
    account.groups.add(officers)


def _sign_up(person: Person, on: date) -> None:
    if queries.account_by_phone(person.phone) is not None:
        return
    account = people.open_account(phone=person.phone, language="zh-hans")
    people.set_phone(account_id=account.pk, phone=person.phone, verified=True)
    card = queries.borrower_of(account.pk)
    assert card is not None
    people.identify(
        borrower_id=card.id,
        name=person.name,
        id_number=person.id_number,
        on=on,
        minimum_age=18,
        by=SYSTEM,
    )
    _allow(card.id, AUTOMATED_DECISION)
    if person.shares_records:
        _allow(card.id, CONSUMPTION_RECORDS)
        _share(person, card.id, on)


def _allow(borrower_id: int, purpose: str) -> None:
    consents.grant(
        borrower_id=borrower_id,
        purpose=purpose,
        notice_version=PURPOSES[purpose].notice_version,
        language="zh-hans",
        channel="DEMO",
        by=SYSTEM,
    )


def _share(person: Person, borrower_id: int, on: date) -> None:
    """A bill of the person's invented months, through the real reader."""
    records = ordinary_months(
        seed=person.seed,
        first_day=add_months(on, -person.months),
        months=person.months,
        monthly_income_fen=person.monthly_income_fen,
    )
    layout = Layout.WECHAT_XLSX_2026
    bill = write(records, layout=layout)
    behaviour.upload_bill(
        borrower_id=borrower_id,
        content=bill,
        media_type="application/octet-stream",
        reading=read_bill(bill, file_name(layout)),
        by=SYSTEM,
    )
